"""AuditEvent: read and search over the log's rows; her access log is ``access_logs.py``.

Pasientjournalloven § 22; https://hl7.org/fhir/R4/auditevent.html
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.fhir import json as fhir_json
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
FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)


def named(context: Context, looked: Looked) -> bool:
    """Whether she may read who it was: the organisation stands there at once, the person after the days that are set."""
    days = timedelta(days=context.house.settings.access_log_name_days)
    return looked.own is None or looked.at <= context.entry.at - days


def stored(context: Context, looked: Looked, woman: str | None = None) -> Stored:
    """A row as AuditEvent; with ``woman`` the share of her."""
    reader = Reader(
        context.house.settings.base_url, looked.own or woman, hers=looked.own is not None,
        named=named(context, looked),
    )  # fmt: skip
    body = fhir_json.dump(audit_event(looked.id, looked.request, looked.result, reader))
    return Stored("AuditEvent", looked.id, 1, looked.at, False, None, frozenset(), body, looked.rule)


async def read(context: Context, id_: str) -> Answer:
    """One event. Raises FhirError."""
    scoped(context.caller, "read")
    found = await audit_events.rows(context.session, id_=id_, span=(FIRST, LAST), count=1)
    if not found:
        raise NotFound(f"There is no AuditEvent/{id_[:64]}", "AuditEvent")
    return Answer(200, stored(context, found[0]).body, {"ETag": 'W/"1"'})


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
    events = [stored(context, row, asked.get("patient")) for row in found[:count]]
    return Page([Found(row.type, row.id, row.body, row.rule) for row in events], [], following, None)


def _asked(query: Query) -> dict[str, Any]:
    """What the rows of the log are asked for."""
    newest_first = [(key.param.code, key.descending) for key in query.sort] in ([], [("date", True)])
    if query.includes or not newest_first:
        raise BadRequest("AuditEvents come newest first, and alone", code="not-supported")
    asked: dict[str, Any] = {"span": (FIRST, LAST)}
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
