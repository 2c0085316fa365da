"""What a resource is found by: its rows in the index tables, and the references it holds.

https://hl7.org/fhir/R4/search.html. The expressions of a type are compiled on first use into visitors sorted by the
element they begin with, so that only elements that are present cost anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final

from app.fhir import composites, definitions, folding, index_values, paths
from app.fhir.index_readers import PHONETIC, Reader, reader
from app.fhir.index_values import Measure
from app.fhir.references import reference_row, references
from app.fhir.search_params import (
    BARE,
    COLUMNS,
    OF_TYPE,
    UNIONS,
    WORD,
    Kind,
    SearchParam,
    alias,
    is_canonical,
    lookup,
    names_people,
    of_type,
)

__all__ = ["IndexRows", "index", "references"]

_EXISTS: Final = " and "  # "X.exists() and X != false": a boolean that is also there when X is not
Json = dict[str, Any]


@dataclass(slots=True)
class IndexRows:
    """The rows of one resource, one list for each index table; every tuple begins with the parameter's number.

    ``home`` is the base of this server's own FHIR addresses: an absolute reference below it is a local one.
    """

    tokens: list[tuple[int, str | None, str | None, str | None]] = field(default_factory=list)
    references: list[tuple[int, str | None, str | None, str | None, str | None, str | None]] = field(
        default_factory=list
    )
    dates: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    strings: list[tuple[int, str, str]] = field(default_factory=list)
    numbers: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    quantities: list[tuple[int, *Measure]] = field(default_factory=list)
    uris: list[tuple[int, str]] = field(default_factory=list)
    composites: list[tuple[Any, ...]] = field(default_factory=list)
    home: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The visitors of one type: by top-level element, and those that need the whole resource."""

    by_key: dict[str, tuple[paths.Visit, ...]]
    whole: tuple[paths.Visit, ...]


def index(resource: Json, home: str = "") -> IndexRows:
    """The index rows of ``resource``. ``_id`` and ``_lastUpdated`` are columns of the resource table, not rows."""
    rows = IndexRows(home=home)
    plan = plan_of(resource["resourceType"])
    by_key = plan.by_key
    for key, value in resource.items():
        for visit in by_key.get(key, ()):
            visit(value, rows)
    for visit in plan.whole:
        visit(resource, rows)
    return rows


@cache
def plan_of(type_name: str) -> Plan:
    """The compiled expressions of a type."""
    by_key: dict[str, list[paths.Visit]] = {}
    whole: list[paths.Visit] = []
    for param in of_type(type_name):
        if param.code in COLUMNS or (type_name, param.code) in UNIONS:
            continue
        if param.kind is Kind.COMPOSITE:
            whole.extend(composites.visits(param))
        elif _EXISTS in param.expression:
            whole.append(_existence(param))
        else:
            for key, visit in _simple(param):
                by_key.setdefault(key, []).append(visit)
    if (url := lookup(type_name, "url")) and lookup(type_name, "version"):
        whole.append(_versioned(url))
    return Plan({key: tuple(visits) for key, visits in by_key.items()}, tuple(whole))


def _simple(param: SearchParam) -> Iterator[tuple[str, paths.Visit]]:
    for route in paths.routes(param.expression):
        for last in _writers(param, route):  # none for a choice that this kind of search does not look at
            first, *rest = route.steps
            if not isinstance(first, paths.Field):
                raise TypeError(f"{param.type}.{param.code} does not begin with an element")
            visit = paths.visitor(tuple(rest), last)
            yield first.key, paths.each(visit) if first.many else visit


def _writers(param: SearchParam, route: paths.Route) -> Iterator[paths.Visit]:
    if param.kind is Kind.REFERENCE:
        if is_canonical(param):
            yield _canonical(param)
        elif route.type == "Reference":
            yield _reference(param.number)
        return
    read = reader(param, route)
    if read is None:
        return
    column = _COLUMNS[param.kind]
    yield _writer(param.number, column, read)
    if param.kind is Kind.TOKEN and route.type == "Identifier":
        yield _writer(alias(param, OF_TYPE), column, index_values.typed_identifier)
    if names_people(param) and param.code != PHONETIC:
        yield _writer(alias(param, WORD), column, index_values.later_words(read))


def _writer(number: int, column: str, read: Reader) -> paths.Visit:
    def write(value: Any, rows: IndexRows) -> None:
        into = getattr(rows, column)
        for found in read(value):
            into.append((number, *found))

    return write


def _reference(number: int) -> paths.Visit:
    def write(value: Any, rows: IndexRows) -> None:
        row = reference_row(value, rows.home)
        if row is not None:
            rows.references.append((number, *row))

    return write


def _canonical(param: SearchParam) -> paths.Visit:
    """A url as it stands, and without its version for who does not name one."""
    number, bare = param.number, alias(param, BARE)

    def write(value: str, rows: IndexRows) -> None:
        rows.references.append((number, None, None, folding.cap(value), None, None))
        url, bar, _ = value.partition("|")
        if bar:
            rows.references.append((bare, None, None, folding.cap(url), None, None))

    return write


def _versioned(url: SearchParam) -> paths.Visit:
    """What has a canonical url is also found by ``url|version``, as it is referred to."""

    def write(resource: Json, rows: IndexRows) -> None:
        if resource.get("url") and resource.get("version"):
            rows.uris.append((url.number, folding.cap(f"{resource['url']}|{resource['version']}")))

    return write


def _existence(param: SearchParam) -> paths.Visit:
    """``X.exists() and X != false`` for a choice with a boolean: every resource has a token, true or false."""
    element = definitions.element(param.type, param.expression.partition(".")[2].partition(".")[0])
    if element is None:
        raise ValueError(f"{param.type}.{param.code} names no element")
    keys = [key for key, _ in element.names()]
    number = param.number

    def write(resource: Json, rows: IndexRows) -> None:
        holds = any(resource.get(key, False) is not False for key in keys)
        rows.tokens.append((number, *index_values.token_of_boolean(holds, None)[0]))

    return write


_COLUMNS: Final = {
    Kind.TOKEN: "tokens",
    Kind.DATE: "dates",
    Kind.STRING: "strings",
    Kind.NUMBER: "numbers",
    Kind.QUANTITY: "quantities",
    Kind.URI: "uris",
}
