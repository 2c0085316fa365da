"""FHIR history of a resource, a type or everything: https://hl7.org/fhir/R4/http.html#history"""

from datetime import datetime
from urllib.parse import urlencode

from app import clock
from app.fhir.bundle import Entry, bundle
from app.fhir.dates import interval
from app.fhir.outcome import BadRequest, NotFound
from app.interactions import page_links
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, not_refused, scoped
from app.interactions.redaction import view
from app.store.history import Asked, Page, Place
from app.store.history import history as find
from app.store.resources import Stored, is_right

Pairs = list[tuple[str, str]]
_METHODS = {"create": "POST", "update": "PUT", "delete": "DELETE"}
_STATUSES = {"create": "201", "update": "200", "delete": "204"}
_KNOWN = frozenset({"_count", "_since", "_at", "_cursor", "_format", "_pretty"})
_MOST_DIGITS = 9


def _entry(stored: Stored, base: str) -> Entry:
    url = f"{stored.type}/{stored.id}"
    body, etag = (None, f'W/"{stored.version}"') if stored.deleted else view(stored)
    response = {
        "status": _STATUSES[stored.method],
        "etag": etag,
        "lastModified": clock.instant(stored.updated),
    }
    request = {"method": _METHODS[stored.method], "url": stored.type if stored.method == "create" else url}
    return Entry(body, f"{base}/{url}", {"request": request, "response": response})


def _interval(name: str, value: str) -> tuple[datetime, datetime]:
    try:
        return interval(value)
    except ValueError as error:
        raise BadRequest(f"{name} is not a date or time", name) from error


def _count(value: str | None, default: int, most: int) -> int:
    if value is None:
        return default
    if not (value.isascii() and value.isdigit()) or len(value) > _MOST_DIGITS or not int(value):
        raise BadRequest("_count must be a whole number above 0", "_count")
    return min(int(value), most)


def _asked(type_name: str, id_: str, given: dict[str, str]) -> Asked:
    since = _interval("_since", given["_since"])[0] if "_since" in given else None
    at = _interval("_at", given["_at"]) if "_at" in given else None
    return Asked(type_name, id_, since, at)


def _known(pairs: Pairs, *, lenient: bool) -> dict[str, str]:
    """The parameters that there are, each once. Raises BadRequest for others, which leniency ignores."""
    given: dict[str, str] = {}
    for name, value in pairs:
        if name in given:
            raise BadRequest(f"The parameter {name} stands twice", name)
        if name in _KNOWN:
            given[name] = value
        elif not lenient:
            text = f"The parameter {name[:64]} is not supported here"
            raise BadRequest(text, name[:64], code="not-supported")
    return given


async def history(
    context: Context, type_name: str, id_: str, pairs: Pairs, *, lenient: bool = False
) -> Answer:
    """A page of versions, newest first; ``type_name`` and ``id_`` may be empty. Raises FhirError."""
    if type_name:
        kept_type(type_name, "history-instance" if id_ else "history-type")
    if not id_:
        context.look()
    scoped(context.caller, "read", type_name)
    question = "/".join(part for part in (type_name, id_, "_history") if part)
    given = _known(pairs, lenient=lenient)
    place: Place | None = None
    if "_cursor" in given:
        given, place = page_links.opened(context, question, given["_cursor"])
    settings = context.house.settings
    count = _count(given.get("_count"), settings.default_page, settings.max_page)
    asked = _asked(type_name, id_, given)
    page = await find(context.session, asked, count=count, place=place)
    if id_:
        _visible(page, type_name, id_)
    whole = page.next is None and place is None and not given.keys() & {"_since", "_at"}
    links = _links(context, question, given, page.next)
    entries = (_entry(version, context.house.fhir_base) for version in page.versions)
    body = bundle(
        "history", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), links=links,
        total=len(page.versions) if whole else None,
    )  # fmt: skip
    return Answer(200, body)


def _visible(page: Page, type_name: str, id_: str) -> None:
    """Raises NotFound or Forbidden where the resource is not there for this caller."""
    not_refused(page.rule, type_name)
    if not is_right(page.rule):
        raise NotFound(f"There is no {type_name}/{id_[:64]}", type_name)


def _links(
    context: Context, question: str, given: dict[str, str], following: Place | None
) -> list[tuple[str, str]]:
    url = f"{context.house.fhir_base}/{question}"
    shown = {name: value for name, value in given.items() if name in {"_count", "_since", "_at"}}
    links = [("self", f"{url}?{urlencode(shown)}" if shown else url)]
    if following is not None:
        links.append(("next", f"{url}?_cursor={page_links.close(context, question, [given, following])}"))
    return links
