"""A page of a search as a Bundle: matches, what is included, what was ignored, and the links."""

from urllib.parse import urlencode

from app import clock
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import Issue, operation_outcome
from app.fhir.query import Query
from app.fhir.summary import Form, subset
from app.interactions import page_links
from app.interactions.context import Context
from app.interactions.redaction import seen
from app.store.search import Found, Page

Pairs = list[tuple[str, str]]
_ENDS = {mode: b',"search":{"mode":"%b"}}' % mode.encode() for mode in ("match", "include")}


def rendered(context: Context, path: str, query: Query, pairs: Pairs, page: Page) -> bytes:
    """The Bundle. ``path`` is what was searched, below the base; ``pairs`` all that was asked."""
    base = f"{context.house.fhir_base}/{path}".rstrip("/")
    links = [("self", f"{base}?{urlencode(query.used)}" if query.used else base)]
    if page.next is not None:
        links.append(("next", f"{base}?_cursor={page_links.close(context, path, [pairs, page.next])}"))
    form = query.form
    along = Form(form.summary)  # chosen elements are those of the matches
    home = fhir_json.dump(f"{context.house.fhir_base}/")[:-1]
    entries: list[Entry | bytes] = [_entry(home, row, "match", form) for row in page.matches]
    entries += [_entry(home, row, "include", along) for row in page.included]
    if issues := _issues(context, query, page):
        outcome = fhir_json.dump(operation_outcome(issues))
        entries.append(Entry(outcome, "", {"search": {"mode": "outcome"}}))
    return bundle(
        "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), total=page.total,
        links=links,
    )  # fmt: skip


def _entry(home: bytes, found: Found, mode: str, form: Form) -> bytes:
    """The entry of ``found``, side by side with its bytes: neither its type nor its id needs an escape."""
    body = seen(found.body, found.rule, found.type)
    address = f"{found.type}/{found.id}".encode()
    end = _ENDS[mode]
    return b'{"fullUrl":%b%b","resource":%b%b' % (home, address, subset(body, form) if form else body, end)


def _issues(context: Context, query: Query, page: Page) -> list[Issue]:
    issues = [Issue("not-supported", f"{name} is ignored", severity="warning") for name in query.ignored]
    if page.cut:
        most = context.house.settings.max_included
        text = f"More is referred to than the {most} resources that are included with a page"
        issues.append(Issue("too-costly", text, severity="warning"))
    return issues
