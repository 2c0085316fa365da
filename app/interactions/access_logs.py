"""``Patient/{id}/$access-log``: her access log (*innsynslogg*), by occasion: as Bundle, as page or as CSV.

Pasientjournalloven § 18. The Bundle holds an AuditEvent for each row, newest first, and a List for each occasion that
they belong to (https://hl7.org/fhir/R4/list.html); page and table are drawn from the same occasions.
"""

from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import urlencode

from app import clock
from app.access.caller import Role
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.dates import interval
from app.fhir.outcome import BadRequest, NotAcceptable, NotFound
from app.fhir.parameters import Given
from app.interactions import page_links
from app.interactions.audit_reading import FIRST, LAST, named, stored
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.mapping.audit_occasions import Line, Occasion, occasions
from app.mapping.audit_to_fhir import share
from app.render import access_log as drawn
from app.store import audit_events, log_cases, registers
from app.store.audit_events import Looked

FORMATS = {
    "application/fhir+json": "bundle", "application/json": "bundle", "json": "bundle", "application/json+fhir": "bundle",
    "text/html": "page", "html": "page", "text/csv": "table", "csv": "table",
}  # fmt: skip
LANGUAGES = ("nb", "nn", "en")
_USUAL, _MOST = 200, 1000
_QUESTION = "Patient/$access-log"


async def access_log(context: Context, patient: str, given: Given, form: tuple[str, str]) -> Answer:
    """Who looked at her card; ``form`` is the media type that is wanted and the language. Raises FhirError."""
    scoped(context.caller, "read")
    kind, language = FORMATS.get(form[0]), form[1] if form[1] in LANGUAGES else "nb"
    if kind is None:
        raise NotAcceptable("The log comes as application/fhir+json, text/html and text/csv", "_format")
    count = int(given.one("_count", _USUAL))
    if not 1 <= count <= _MOST:
        raise BadRequest(f"_count is 1 to {_MOST}", "_count", code="value")
    found = await audit_events.rows(
        context.session, patient=patient, span=_span(given), before=_before(context, given), count=count + 1
    )
    if not found and context.caller.role is not Role.AUDITOR and not given.values:
        raise NotFound(f"There is no Patient/{patient[:64]}", "Patient")
    page, more = found[:count], len(found) > count
    await _name_places(context, page)
    questions = await log_cases.hers(context.session) if context.caller.role is Role.CITIZEN else []
    if kind == "bundle":
        links = _links(context, patient, given, page if more else ())
        return _bundle(context, patient, page, links, questions)
    days = context.house.settings.access_log_name_days
    lines = occasions(_line(context, row, patient) for row in page)
    drawn_as = [("_format", form[0]), ("_language", language)]
    earlier = dict(_links(context, patient, given, page, drawn_as)).get("next", "") if more else ""
    log = drawn.Log(lines, context.entry.at, earlier, days, _asked(questions))
    return _drawn(log, kind, language)


async def _name_places(context: Context, page: Sequence[Looked]) -> None:
    """Where a token did not say what the organisation is called, as Adresseregisteret calls it."""
    nameless = [
        row.request
        for row in page
        if row.request.get("organizations") and not row.request.get("organizationName")
    ]
    if not nameless:
        return
    names = await registers.names(context.house.database, (asked["organizations"][0] for asked in nameless))
    for asked in nameless:
        if asked["organizations"][0] in names:
            asked["organizationName"] = names[asked["organizations"][0]]


def _asked(questions: Sequence[Any]) -> dict[str, list[tuple[str, str]]]:
    """Event → her questions to it, each with its answer or nothing."""
    found: dict[str, list[tuple[str, str]]] = {}
    for row in questions:
        for event in row["events"]:
            found.setdefault(event, []).append((row["said"], row["answer"] or ""))
    return found


def _drawn(log: drawn.Log, kind: str, language: str) -> Answer:
    said = {"Content-Language": language, "Referrer-Policy": "no-referrer"}
    if log.earlier:
        said["Link"] = f'<{log.earlier}>; rel="next"'  # RFC 8288
    if kind == "page":
        return Answer(200, drawn.page(log, language).encode(), said, "text/html; charset=utf-8")
    said["Content-Disposition"] = 'attachment; filename="innsynslogg.csv"'
    return Answer(200, drawn.table(log, language).encode("utf-8-sig"), said, "text/csv; charset=utf-8")


def _span(given: Given) -> tuple[datetime, datetime]:
    """From the beginning of ``start`` to the end of ``end``."""
    start, end = given.text("start"), given.text("end")
    return (interval(start)[0] if start else FIRST, interval(end)[1] if end else LAST)


def _before(context: Context, given: Given) -> tuple[datetime, str] | None:
    cursor = given.text("_cursor")
    if not cursor:
        return None
    at, id_ = page_links.opened(context, _QUESTION, cursor)
    return datetime.fromisoformat(at), id_


def _line(context: Context, row: Looked, patient: str) -> Line:
    shown = share(row.result, row.own or patient, hers=row.own is not None)
    return Line(row.id, row.at, row.request, row.result, shown, named(context, row))


def _links(
    context: Context,
    patient: str,
    given: Given,
    page: Sequence[Looked],
    form: Sequence[tuple[str, str]] = (),
) -> list[tuple[str, str]]:
    """Self, and what comes after the last row of ``page`` where it is not empty; ``form``: in what form, if not a Bundle."""
    url = f"{context.house.fhir_base}/Patient/{patient}/$access-log"
    kept = [(name, str(value)) for name in ("start", "end", "_count") for value in given.all(name)]
    kept += form
    links = [("self", f"{url}?{urlencode(kept)}" if kept else url)]
    if page:
        place = [page[-1].at.isoformat(), page[-1].id]
        cursor = page_links.close(context, _QUESTION, place)
        links.append(("next", f"{url}?{urlencode([*kept, ('_cursor', cursor)])}"))
    return links


def _bundle(
    context: Context,
    patient: str,
    page: Sequence[Looked],
    links: list[tuple[str, str]],
    questions: Sequence[Any],
) -> Answer:
    base = context.house.fhir_base
    entries = [
        Entry(
            stored(context, row, patient).body, f"{base}/AuditEvent/{row.id}", {"search": {"mode": "match"}}
        )
        for row in page
    ]
    for occasion in occasions(_line(context, row, patient) for row in page):
        made = _list(occasion, patient)
        entries.append(Entry(fhir_json.dump(made), f"urn:uuid:{made['id']}", {"search": {"mode": "include"}}))
    shown = {row.id for row in page}
    for row in questions:
        if shown.isdisjoint(row["events"]):
            continue
        entries += [
            Entry(fhir_json.dump(made), f"urn:uuid:{made['id']}", {"search": {"mode": "include"}})
            for made in _communications(row)
        ]
    body = bundle(
        "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), links=links
    )
    return Answer(200, body)


def _communications(row: Any) -> list[dict[str, Any]]:
    """Her question and, where there is one, the answer to it: https://hl7.org/fhir/R4/communication.html"""
    her = {"reference": f"Patient/{row['patient']}"}
    question = {
        "resourceType": "Communication",
        "id": row["id"],
        "text": _text(row["said"]),
        "status": "completed" if row["answer"] else "in-progress",
        "subject": her,
        "about": [{"reference": f"AuditEvent/{id_}"} for id_ in row["events"]],
        "sent": clock.instant(row["made"]),
        "sender": her,
        "payload": [{"contentString": row["said"]}],
    }
    if not row["answer"]:
        return [question]
    answer = {
        "resourceType": "Communication",
        "id": f"{row['id']}-answer",
        "text": _text(row["answer"]),
        "inResponseTo": [{"reference": f"urn:uuid:{row['id']}"}],
        "status": "completed",
        "subject": her,
        "sent": clock.instant(row["reviewed"]),
        "recipient": [her],
        "payload": [{"contentString": row["answer"]}],
    }
    return [question, answer]


def _text(text: str) -> dict[str, str]:
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(text)}</div>',
    }


def _list(occasion: Occasion, patient: str) -> dict[str, Any]:
    """An occasion as a List of its events."""
    told = drawn.Told(occasion, "nb", 0)
    text = f"{told.organization}: {told.what}. {told.why}. {told.result}."
    return {
        "resourceType": "List",
        "id": occasion.last.id,
        "text": _text(text),
        "status": "current",
        "mode": "snapshot",
        "title": text,
        "subject": {"reference": f"Patient/{patient}"},
        "date": clock.instant(occasion.first.at),
        "entry": [{"item": {"reference": f"AuditEvent/{line.id}"}} for line in occasion.lines],
    }
