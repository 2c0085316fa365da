"""FHIR search: of a type, of everything, in a compartment: https://hl7.org/fhir/R4/http.html#search

A page link holds the whole query and the place of its last row, sealed for this caller: no person number can be read
from it, nobody else can use it.
"""

from dataclasses import dataclass, replace
from typing import Any

from app.fhir.compartments import members
from app.fhir.outcome import BadRequest
from app.fhir.query import Query, Scope, parse, refuse_person_numbers
from app.fhir.query_conditions import ALL_KEPT
from app.interactions import audit_reading, page_links, shipped_reading
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped
from app.interactions.search_hidden import refuse_hidden
from app.interactions.search_page import Pairs, rendered
from app.interactions.search_terminology import with_codes
from app.store.search import Page
from app.store.search import search as find

_TYPE, _CURSOR = "_type", "_cursor"
_BESIDE = frozenset({_CURSOR, "_format", "_pretty", "_count"})


@dataclass(frozen=True, slots=True)
class Asked:
    """What is searched: ``path`` below the base, the types, whose compartment (type, id), and how it is asked.

    ``in_url``: the pairs stood in the URL, where no person number may.
    """

    path: str
    types: tuple[str, ...]
    pairs: Pairs
    owner: tuple[str, str] | None = None
    in_url: bool = True
    lenient: bool = False


async def search(
    context: Context, type_name: str, pairs: Pairs, *, in_url: bool, lenient: bool = False
) -> Answer:
    """A page of matches of one type. Raises FhirError."""
    kept_type(type_name, "search-type")
    return await _search(context, Asked(type_name, (type_name,), pairs, None, in_url, lenient))


async def search_everything(context: Context, pairs: Pairs, *, in_url: bool, lenient: bool = False) -> Answer:
    """A page of matches of the types that ``_type`` names, or of any. Raises FhirError."""
    return await _search(context, Asked("", ALL_KEPT, pairs, None, in_url, lenient))


async def search_compartment(
    context: Context,
    owner: tuple[str, str],
    type_name: str,
    pairs: Pairs,
    *,
    in_url: bool,
    lenient: bool = False,
) -> Answer:
    """A page of what hangs on ``owner``: of one type, or for ``*`` of those that ``_type`` names. Raises FhirError."""
    kept_type(owner[0], "read")
    try:
        there = tuple(members(owner[0]))
    except ValueError as error:
        raise BadRequest(str(error), code="not-supported") from error
    if type_name != "*":
        kept_type(type_name, "search-type")
        if type_name not in there:
            raise BadRequest(f"{type_name} is not in the {owner[0]} compartment", code="not-supported")
        there = (type_name,)
    path = f"{owner[0]}/{owner[1]}/{type_name}"
    return await _search(context, Asked(path, there, pairs, owner, in_url, lenient))


async def _search(context: Context, asked: Asked) -> Answer:
    context.look()
    settings = context.house.settings
    if asked.in_url:
        refuse_person_numbers(asked.pairs)
    asked, place = _opened(context, asked)
    types, pairs = _types(asked)
    scoped(context.caller, "search", types[0] if len(types) == 1 else "")
    scope = Scope(types, asked.owner, context.house.fhir_base, settings.max_chain)
    query = parse(scope, pairs, in_url=asked.in_url, lenient=asked.lenient)
    hidden = refuse_hidden(context.caller.role, query)
    query = await with_codes(context.session, query)
    count = _count(context, query)
    if types == ("AuditEvent",):
        page = await audit_reading.page(context, query, count=count, place=place)
    else:
        page = await _page(context, query, hidden, count=count, place=place)
    if asked.owner is None:
        page = shipped_reading.joined(
            page, types, pairs, count=count, start=shipped_reading.begun(place) or 0
        )
    if query.count is not None:  # the self link shows what was used
        counted = (
            ("_count", str(count)) if name == "_count" else (name, value) for name, value in query.used
        )
        query = replace(query, used=tuple(counted))
    if len(types) < len(asked.types):
        query = replace(query, used=((_TYPE, ",".join(types)), *query.used))
    return Answer(200, rendered(context, asked.path, query, asked.pairs, page))


async def _page(
    context: Context, query: Query, hidden: frozenset[int], *, count: int, place: list[Any] | None
) -> Page:
    """A page of what is stored; an empty one where the pages before had come to what is shipped."""
    if shipped_reading.begun(place) is not None:
        await context.session.note("shipped")
        return Page([], [], None, None)
    most = context.house.settings.max_included
    return await find(context.session, query, count=count, place=place, most=most, hidden=hidden)


def _opened(context: Context, asked: Asked) -> tuple[Asked, list[Any] | None]:
    """What a page link asks for, and from which place on; only ``_count`` may be changed on the way."""
    given = dict(asked.pairs)
    if not given.get(_CURSOR):
        return asked, None
    if set(given) - _BESIDE:
        raise BadRequest("A page link holds the whole search: nothing else can be asked beside it", _CURSOR)
    held, place = page_links.opened(context, asked.path, given[_CURSOR])
    pairs = [(name, value) for name, value in held if name != "_count" or "_count" not in given]
    pairs += [(name, value) for name, value in asked.pairs if name == "_count"]
    return replace(asked, pairs=pairs, in_url=False), place


def _types(asked: Asked) -> tuple[tuple[str, ...], Pairs]:
    """The types that are searched, and the pairs without ``_type``. Raises BadRequest and NotFound."""
    if len(asked.types) == 1:
        return asked.types, asked.pairs
    names = [name for key, value in asked.pairs if key == _TYPE for name in value.split(",") if name]
    for name in names:
        kept_type(name, "search-type")
        if name not in asked.types:
            where = f"in the {asked.owner[0]} compartment" if asked.owner else "searched with others"
            raise BadRequest(f"{name} is not {where}", _TYPE, code="not-supported")
    pairs = [(key, value) for key, value in asked.pairs if key != _TYPE]
    return tuple(dict.fromkeys(names)) or asked.types, pairs


def _count(context: Context, query: Query) -> int:
    if query.summary == "count":
        return 0
    settings = context.house.settings
    return min(settings.default_page if query.count is None else query.count, settings.max_page)
