"""AuditEvent: read and search over the log's rows, and her access log (*innsynslogg*) in plain Norwegian.

Pasientjournalloven §§ 18 and 22; https://hl7.org/fhir/R4/auditevent.html
"""

from datetime import UTC, datetime
from typing import Any

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import BadRequest, NotFound
from app.fhir.query import Condition, DateValue, Query, ReferenceValue, TokenValue
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.mapping.audit_to_fhir import Reader, audit_event
from app.store import audit_events
from app.store.audit_events import Looked
from app.store.resources import Stored
from app.store.search import Found, Page

_TIMES = frozenset({"date", "_lastUpdated"})  # an event is written once, when it happens
_FIRST, _LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def _stored(context: Context, looked: Looked, woman: str | None = None) -> Stored:
    reader = Reader(context.house.settings.base_url, looked.own or woman, hers=looked.own is not None)
    body = fhir_json.dump(audit_event(looked.id, looked.request, looked.result, reader))
    return Stored("AuditEvent", looked.id, 1, looked.at, False, None, frozenset(), body, looked.rule)


async def read(context: Context, id_: str) -> Answer:
    """One event. Raises FhirError."""
    scoped(context.caller, "read")
    found = await audit_events.rows(context.session, id_=id_, span=(_FIRST, _LAST), count=1)
    if not found:
        raise NotFound(f"There is no AuditEvent/{id_[:64]}", "AuditEvent")
    return Answer(200, _stored(context, found[0]).body, {"ETag": 'W/"1"'})


async def page(context: Context, query: Query, *, count: int, place: list[Any] | None) -> Page:
    """A page of a search by _id, patient and date, newest first. Raises BadRequest for all else."""
    asked = _asked(query)
    if count == 0:
        raise BadRequest("The events of the log are not counted", "_summary", code="not-supported")
    before = (datetime.fromisoformat(place[0]), place[1]) if place else None
    found = await audit_events.rows(context.session, before=before, count=count + 1, **asked)
    following = (
        [found[count - 1].at.isoformat(), found[count - 1].id] if count and len(found) > count else None
    )
    events = [_stored(context, row, asked.get("patient")) for row in found[:count]]
    return Page([Found(row.type, row.id, row.body, row.rule) for row in events], [], following, None)


def _asked(query: Query) -> dict[str, Any]:
    """What the rows of the log are asked for."""
    newest_first = [(key.param.code, key.descending) for key in query.sort] in ([], [("date", True)])
    if query.includes or not newest_first:
        raise BadRequest("AuditEvents come newest first, and alone", code="not-supported")
    asked: dict[str, Any] = {"span": (_FIRST, _LAST)}
    for test in query.conditions:
        match test:
            case Condition((param,), "", (TokenValue(None, code),)) if param.code == "_id":
                asked["id_"] = code
            case Condition((param,), "", (ReferenceValue("Patient", id_),)) if param.code == "patient":
                asked["patient"] = id_
            case Condition((param,), "", (DateValue() as value,)) if param.code in _TIMES:
                asked["span"] = _narrowed(asked["span"], value)
            case _:
                raise BadRequest(
                    "AuditEvent is searched by _id, patient and date, one value each", code="not-supported"
                )
    return asked


def _narrowed(span: tuple[datetime, datetime], value: DateValue) -> tuple[datetime, datetime]:
    low, high = span
    if value.prefix in {"eq", "ge", "gt", "sa"}:
        low = max(low, value.low if value.prefix in {"eq", "ge"} else value.high)
    if value.prefix in {"eq", "le", "lt", "eb"}:
        high = min(high, value.high if value.prefix in {"eq", "le"} else value.low)
    if value.prefix in {"ne", "ap"}:
        raise BadRequest("AuditEvent's date takes eq, gt, ge, lt, le, sa and eb", "date")
    return low, high


async def access_log(context: Context, patient: str, *, count: int = 200) -> Answer:
    """``Patient/{id}/$access-log``: who looked at her card, newest first, each in plain Norwegian."""
    scoped(context.caller, "read")
    found = await audit_events.rows(context.session, patient=patient, span=(_FIRST, _LAST), count=count)
    if not found and context.caller.role is not Role.AUDITOR:
        raise NotFound(f"There is no Patient/{patient[:64]}", "Patient")
    base = context.house.fhir_base
    entries = [
        Entry(
            _stored(context, row, patient).body, f"{base}/AuditEvent/{row.id}", {"search": {"mode": "match"}}
        )
        for row in found
    ]
    links = [("self", f"{base}/Patient/{patient}/$access-log")]
    return Answer(
        200,
        bundle(
            "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), links=links
        ),
    )
