"""What NIPT rests on: an order, and her consent, which she may take back before the answer is there.

Bioteknologiloven (written consent to fetal diagnostics); pasient- og brukerrettighetsloven § 4-1: a consent may be taken back.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

from app.fhir.codes import CS_CARD, LOINC
from app.fhir.course_known import date_of, kinds
from app.fhir.outcome import Issue
from app.fhir.plausibility import NOT_HELD
from app.interactions.belonging import Draft
from app.mapping.elements import moment

Json = dict[str, Any]
RESULT, ORDER, CONSENT = "nipt-result", "nipt-order", "nipt-consent"
ORDERED = frozenset({"active", "completed", "on-hold"})
NIPT = frozenset({(CS_CARD, "nipt"), (LOINC, "73967-2")})  # a report of it
_RESTS_ON = {RESULT: ("basedOn", "ServiceRequest"), ORDER: ("supportingInfo", "Consent")}
LATEST = datetime.max.replace(tzinfo=UTC)
_UNKNOWN = frozenset(
    {"draft", "proposed", "entered-in-error"}
)  # statuses of a Consent that say nothing of her


def rests_on(draft: Draft) -> list[tuple[str, str]]:
    """The element of ``draft`` that names what it rests on, and of which type that is; none where it is not of NIPT."""
    if draft.resource is None or draft.type not in {"Observation", "ServiceRequest", "DiagnosticReport"}:
        return []
    if draft.resource.get("status") in NOT_HELD | {"registered"}:
        return []
    if draft.type == "DiagnosticReport":
        told = {(row.get("system"), row.get("code")) for row in draft.resource["code"].get("coding", ())}
        return [_RESTS_ON[RESULT]] if told & NIPT else []
    return [_RESTS_ON[kind] for kind in kinds(draft.resource) & _RESTS_ON.keys()]


def rests(draft: Draft) -> bool:
    """Whether ``draft`` is an order or a result of NIPT."""
    return bool(rests_on(draft))


def problems(draft: Draft, name: str, consents: Sequence[Json], today: date) -> Iterator[Issue]:
    """Refused where she had said no by the day of the result or order; a warning where she said it after the result."""
    withdrawn = _withdrawn(consents, today)
    if withdrawn is None or draft.resource is None:
        return
    made = _day(draft.resource) or today
    where = f"{draft.type}.{name}"
    said = f"{draft.place}{where}: she declined NIPT or took her consent back on {withdrawn.isoformat()}"
    if made >= withdrawn:
        yield Issue("business-rule", f"{said}; her consent must be in force on {made.isoformat()}", (where,))
    else:
        text = (
            f"{said}, after this of {made.isoformat()}. It is stored as it is: ask her what she wants to know"
        )
        yield Issue("business-rule", text, (where,), "warning")


def _day(resource: Json) -> date | None:
    """When it was answered or ordered: what was taken before she said no may not be analysed after."""
    found = (date_of(resource.get(name)) for name in ("issued", "effectiveDateTime", "authoredOn"))
    return next(filter(None, found), None)


def _withdrawn(consents: Sequence[Json], today: date) -> date | None:
    """The day of her latest word, where that is no."""
    said = [(_said_on(one), _stored(one), one) for one in consents if one.get("status") not in _UNKNOWN]
    if not said:
        return None
    when, _, last = max(said, key=lambda row: row[:2])
    denied = last.get("status") != "active" or last.get("provision", {}).get("type") == "deny"
    return min(when, today) if denied else None


def _said_on(consent: Json) -> date:
    """When she gave it, or when it was changed to be no longer in force."""
    given = moment(consent.get("dateTime", "")) if consent.get("status") == "active" else None
    return (given or _stored(consent)).date()


def _stored(consent: Json) -> datetime:
    """What this set changes is the latest."""
    return moment(consent.get("meta", {}).get("lastUpdated", "")) or LATEST
