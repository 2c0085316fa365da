"""TABLE: what a finding of a pregnancy cannot be, given what is known of that pregnancy: its dating, fetuses and outcome.

What one resource says of itself is held in ``plausibility``; here it is held to the other resources of the same card. Where
a clinician may know better, it is stored and the writer is warned; what may be an emergency is never refused. Printed in
docs/bad-input.md. https://hl7.org/fhir/R4/observation.html (effective, focus)
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from app.fhir import profiles
from app.fhir.codes import CS_CARD
from app.fhir.outcome import Issue
from app.fhir.plausibility import LONGEST, NOT_HELD

Json = dict[str, Any]
REFUSED: Final = "error"
WARNED: Final = "warning"
PERIOD, DUE, NUMBER, OUTCOME, FETUS = (
    "last-period",
    "due-date",
    "number-of-fetuses",
    "birth-outcome",
    "fetus-person",
)
KNOWN_BY: Final = (
    PERIOD,
    DUE,
    NUMBER,
    OUTCOME,
)  # the profiles of the Observations that a pregnancy is known by
BORN: Final = frozenset({"live-birth", "stillbirth"})
COUNTED: Final = frozenset(
    {"lmp", ""}
)  # methods of a due date that rest on the last period, or do not say on what
_RATE: Final = (110.0, 160.0)  # beyond these a fetal heart rate is an alarm and must be stored
_DAY: Final = 10  # YYYY-MM-DD


@dataclass(frozen=True, slots=True)
class Bound:
    """A kind of finding, by its profile: what becomes of one before the last period, and of one after birth (empty:
    nothing), and whether one of several fetuses must be named."""

    profile: str
    before: str
    after: str = ""
    per_fetus: bool = False


BOUNDS: Final[tuple[Bound, ...]] = (
    Bound("fundal-height", REFUSED, WARNED),
    Bound("fetal-heart-rate", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-heart-activity", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-movement", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-presentation", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-biometry", REFUSED, REFUSED, per_fetus=True),
    Bound("fetal-weight", REFUSED, REFUSED, per_fetus=True),
    Bound("cervix-length", REFUSED, WARNED),
    Bound("nipt-result", REFUSED),
    Bound("fetal-rhd", REFUSED),
    Bound("number-of-fetuses", REFUSED),
    Bound("birth-outcome", REFUSED, per_fetus=True),
    Bound("blood-pressure", WARNED),
    Bound("body-weight", WARNED),
    Bound("urine-protein", WARNED),
    Bound("oedema", WARNED),
    Bound("haemoglobin", WARNED),
    Bound("glucose", WARNED),
    Bound("consultation", WARNED),
)
OTHERS: Final[tuple[tuple[str, str], ...]] = (  # what the table cannot say: what is sent, what becomes of it
    ("a due date more than 310 days after the stored last period, or before it", "refused"),
    (
        "… that rests on a scan, on retrieval or on a decision (code or method), more than 310 days after",
        "stored, warned",
    ),
    ("a last period after the outcome of the pregnancy", "refused"),
    ("a last period more than 310 days before the stored due date, or after it", "stored, warned"),
    ("a finding more than 310 days after the last period, where no outcome is known", "stored, warned"),
    ("a finding after a miscarriage or termination, which may have been told too early", "stored, warned"),
    ("one of several fetuses, not named: no heart, a rate outside 110–160, movement", "stored, warned"),
    ("a NIPT result without an order that is in force, an order without her consent in force", "refused"),
    ("… whose order or consent is kept elsewhere", "stored, warned"),
    ("an active birth plan that names no Practitioner as author or contributor", "refused"),
    ("… written by herself", "stored, warned"),
    (
        "answers that do not fit a form of this server, or to a form under its address that is not there",
        "refused",
    ),
    ("answers to a form that is not known here", "stored, warned"),
)
_BY_PROFILE: Final = {row.profile: row for row in BOUNDS}


@dataclass(slots=True)
class Known:
    """What is known of one pregnancy; ``outcomes`` by fetus (empty: all of them), ``fetuses`` the RelatedPersons."""

    period: date | None = None
    due: date | None = None
    number: int = 1
    fetuses: frozenset[str] = frozenset()
    outcomes: dict[str, tuple[date, str]] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether a finding must say of which fetus it is."""
        return self.number > 1 or len(self.fetuses) > 1

    def ended(self, fetus: str) -> tuple[date, str] | None:
        """When and how it ended for ``fetus`` (empty: not named); None while it may go on."""
        if fetus in self.outcomes or "" in self.outcomes:
            return self.outcomes.get(fetus) or self.outcomes[""]
        ended = (
            []
            if fetus or len(self.outcomes) < max(self.number, len(self.fetuses))
            else self.outcomes.values()
        )
        return max(ended, default=None)


def asks(resource: Json, today: date) -> bool:
    """Whether what is known of the pregnancy must be looked up for ``resource``, written on ``today``.

    A finding of today that is not of a fetus comes after any last period: most writes ask nothing.
    """
    kinds = _kinds(resource)
    if kinds & {PERIOD, DUE}:
        return True
    rows = [_BY_PROFILE[kind] for kind in kinds if kind in _BY_PROFILE]
    day = _day(resource)
    return any(row.before == REFUSED or (day is not None and day < today) for row in rows)


def known(resources: Iterable[Json]) -> Known:
    """What ``resources`` of one card tell; the latest word on each counts."""
    found = Known()
    for one in sorted(resources, key=lambda one: (_stated(one), one.get("id", ""))):
        kinds = _kinds(one)
        value, day = _date(one.get("valueDateTime")), _day(one)
        if PERIOD in kinds:
            found.period = value or found.period
        elif DUE in kinds:
            found.due = value or found.due
        elif NUMBER in kinds:
            found.number = int(one.get("valueInteger") or one.get("valueQuantity", {}).get("value") or 1)
        elif OUTCOME in kinds and day is not None:
            found.outcomes[_fetus(one)] = day, _outcome(one)
        elif FETUS in kinds and one.get("active", True):
            found.fetuses |= {f"RelatedPerson/{one.get('id', '')}"}
    return found


def issues(resource: Json, course: Known) -> Iterator[Issue]:
    """What of ``resource`` cannot be (error) or is hardly right (warning) in the pregnancy ``course``."""
    if resource.get("status") in NOT_HELD:
        return
    kinds = _kinds(resource)
    for row in (_BY_PROFILE[kind] for kind in sorted(kinds) if kind in _BY_PROFILE):
        yield from _timed(resource, row, course)
        if row.per_fetus and course.several and not _fetus(resource):
            yield _unnamed(resource, course)
    if DUE in kinds:
        yield from _due(resource, course)
    if PERIOD in kinds:
        yield from _period(resource, course)


def _timed(resource: Json, row: Bound, course: Known) -> Iterator[Issue]:
    day, where = _day(resource), _when(resource)
    if day is None:
        return
    if course.period and day < course.period:
        allowed = f"from {course.period}, the first day of the last period"
        yield _issue(where, f"{day} is before this pregnancy: {allowed}", row.before)
    ended = course.ended(_fetus(resource)) if row.after else None
    if ended and day > ended[0]:
        severity = row.after if ended[1] in BORN else WARNED  # a loss may have been told too early
        yield _issue(where, f"{day} is after the outcome ({ended[1]}): at most {ended[0]}", severity)
    elif course.period and not course.outcomes and (day - course.period).days > LONGEST:
        days = (day - course.period).days
        text = (
            f"{day} is {days} days after the last period ({course.period}): at most {LONGEST} are plausible"
        )
        yield _issue(where, text, WARNED)


def _unnamed(resource: Json, course: Known) -> Issue:
    count = max(course.number, len(course.fetuses))
    text = f"there are {count} fetuses, and this names none: refer to its RelatedPerson"
    return _issue(f"{resource['resourceType']}.focus", text, WARNED if _urgent(resource) else REFUSED)


def _urgent(resource: Json) -> bool:
    """Whether a finding may be an emergency, of whichever fetus: no heart, a rate out of range, less movement."""
    kinds = _kinds(resource)
    rate = resource.get("valueQuantity", {}).get("value")
    return (
        "fetal-movement" in kinds
        or ("fetal-heart-activity" in kinds and resource.get("valueBoolean") is not True)
        or ("fetal-heart-rate" in kinds and rate is not None and not _RATE[0] <= float(rate) <= _RATE[1])
    )


def _due(resource: Json, course: Known) -> Iterator[Issue]:
    value, where = _date(resource.get("valueDateTime")), "Observation.value"
    if value is None or course.period is None:
        return
    days = (value - course.period).days
    if 0 < days <= LONGEST:
        return
    text = f"a due date {days} days after the last period ({course.period}) is not"
    if days > 0 and not _methods(resource) & COUNTED:
        yield _issue(where, f"{text} plausible: at most {LONGEST}", WARNED)
    else:
        hint = "" if days <= 0 else "; one that rests on a scan says so by its code or method"
        yield _issue(where, f"{text} possible: 1 to {LONGEST}{hint}", REFUSED)


def _period(resource: Json, course: Known) -> Iterator[Issue]:
    value, where = _date(resource.get("valueDateTime")), "Observation.value"
    if value is None:
        return
    births = [day for day, _ in course.outcomes.values()]
    if births and value > max(births):
        yield _issue(where, f"{value} is after the outcome of this pregnancy: at most {max(births)}", REFUSED)
    elif course.due and not 0 < (course.due - value).days <= LONGEST:
        days = (course.due - value).days
        yield _issue(
            where, f"the due date {course.due} is {days} days later: 1 to {LONGEST} are plausible", WARNED
        )


def _issue(where: str, text: str, severity: str) -> Issue:
    stored = "" if severity == REFUSED else ". It is stored as it is"
    return Issue("business-rule", f"{where}: {text}{stored}", (where,), severity)


def _kinds(resource: Json) -> set[str]:
    return {profile.id for profile in profiles.chosen(resource)}


def _methods(resource: Json) -> set[str]:
    """By what a due date was set; empty text where nothing says it."""
    codes = {coding.get("code") for coding in resource.get("code", {}).get("coding", ())}
    said = {
        coding.get("code", "")
        for coding in resource.get("method", {}).get("coding", ())
        if coding.get("system") == CS_CARD
    }
    if said:
        return said
    return {"scan"} if codes & {"11781-2", "53692-0"} else {"lmp"} if "11779-6" in codes else {""}


def _outcome(resource: Json) -> str:
    rows = resource.get("valueCodeableConcept", {}).get("coding", ())
    return next((row["code"] for row in rows if row.get("system") == CS_CARD and "code" in row), "")


def _fetus(resource: Json) -> str:
    """The fetus that a finding is of; empty where none is named."""
    for focus in resource.get("focus", ()):
        if isinstance(focus, dict) and ("reference" in focus or "identifier" in focus):
            return str(focus.get("reference", "identified"))
    return ""


def _stated(resource: Json) -> str:
    return str(resource.get("effectiveDateTime") or resource.get("issued") or "")


def _date(text: Any) -> date | None:
    """The day of a date or dateTime; None where it is less exact."""
    return date.fromisoformat(text[:_DAY]) if isinstance(text, str) and len(text) >= _DAY else None


def _day(resource: Json) -> date | None:
    """The day on which something was found, or on which a visit began."""
    if resource["resourceType"] == "Encounter":
        return _date(resource.get("period", {}).get("start"))
    return _date(resource.get("effectiveDateTime") or resource.get("effectivePeriod", {}).get("start"))


def _when(resource: Json) -> str:
    return "Encounter.period.start" if resource["resourceType"] == "Encounter" else "Observation.effective"


def codes_of(profile_id: str) -> list[str]:
    """The codes by which a profile of Observation is chosen."""
    found = next(one for one in profiles.profiles().values() if one.id == profile_id)
    binding = found.root.children["code"].binding
    return sorted(code for codes in binding.codes.values() for code in codes) if binding else []
