"""FHIR search at type level, with opaque page links: https://hl7.org/fhir/R4/http.html#search

A page link holds the whole query and the place of its last row, sealed for this caller: no person number can be read
from it, nobody else can use it.
"""

from typing import Any
from urllib.parse import urlencode

from app import clock
from app.access.rules import masks
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import BadRequest, Issue, operation_outcome
from app.fhir.query import Query, parse
from app.interactions import audit_reading, page_links
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped
from app.interactions.redaction import view
from app.store.resources import Stored
from app.store.search import Page
from app.store.search import search as find

Pairs = list[tuple[str, str]]


async def search(
    context: Context, type_name: str, pairs: Pairs, *, in_url: bool, lenient: bool = False
) -> Answer:
    """A page of matches. ``in_url``: the pairs stood in the URL, where no person number may. Raises FhirError."""
    kept_type(type_name, "search-type")
    scoped(context.caller, "read")
    query = parse(type_name, pairs, in_url=in_url, lenient=lenient)
    place: list[Any] | None = None
    if query.cursor is not None:
        pairs, place = _open(context, type_name, query.cursor)
        query = parse(type_name, pairs, in_url=False, lenient=lenient)
    refuse_hidden(context, query)
    count = _count(context, query)
    if type_name == "AuditEvent":
        page = await audit_reading.page(context, query, count=count, place=place)
    else:
        page = await find(context.session, query, count=count, place=place)
    return Answer(200, _bundle(context, query, pairs, page))


def refuse_hidden(context: Context, query: Query) -> None:
    """What is hidden from a caller is not searched, sorted or included by: an answer would tell. Raises BadRequest."""
    hidden = masks(context.caller.role, query.type)
    asked = [row.param for row in query.conditions]
    asked += [row.param for row in query.sort]
    asked += [row.param for row in query.includes]
    for param in asked if hidden else ():
        if any(f"{query.type}.{name}" in param.expression for name in hidden):
            raise BadRequest(
                f"{param.code} is not searchable with your access", param.code, code="not-supported"
            )


def _count(context: Context, query: Query) -> int:
    if query.summary == "count":
        return 0
    settings = context.house.settings
    return min(settings.default_page if query.count is None else query.count, settings.max_page)


def _open(context: Context, type_name: str, cursor: str) -> tuple[Pairs, list[Any]]:
    pairs, place = page_links.opened(context, type_name, cursor)
    return [(name, value) for name, value in pairs], place


def _bundle(context: Context, query: Query, pairs: Pairs, page: Page) -> bytes:
    base = f"{context.house.fhir_base}/{query.type}"
    links = [("self", f"{base}?{urlencode(query.used)}" if query.used else base)]
    if page.next is not None:
        links.append(("next", f"{base}?_cursor={page_links.close(context, query.type, [pairs, page.next])}"))
    entries = [_entry(context, row, "match") for row in page.matches]
    entries += [_entry(context, row, "include") for row in page.included]
    if query.ignored:
        entries.append(_ignored(query))
    return bundle(
        "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), total=page.total,
        links=links,
    )  # fmt: skip


def _entry(context: Context, stored: Stored, mode: str) -> Entry:
    body, _ = view(stored)
    return Entry(body, f"{context.house.fhir_base}/{stored.type}/{stored.id}", {"search": {"mode": mode}})


def _ignored(query: Query) -> Entry:
    issues = [Issue("not-supported", f"{name} is ignored", severity="warning") for name in query.ignored]
    return Entry(fhir_json.dump(operation_outcome(issues)), "", {"search": {"mode": "outcome"}})
