"""What a resource is found by: its rows in the index tables, and the references it holds.

https://hl7.org/fhir/R4/search.html. The expressions of a type are compiled on first use into visitors sorted by the
element they begin with, so that only elements that are present cost anything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from itertools import product
from typing import Any, Final

from app.fhir import definitions, folding, index_values, paths
from app.fhir.references import reference_row, references
from app.fhir.search_params import COLUMNS, Kind, SearchParam, lookup, of_type

__all__ = ["IndexRows", "index", "references"]

_EXISTS: Final = " and "  # "X.exists() and X != false": a boolean that is also there when X is not
Json = dict[str, Any]
Reader = Callable[[Any], list[Any]]
Cells = tuple[
    str | None, str | None, Decimal | None, Decimal | None, datetime | None, datetime | None, str | None
]


@dataclass(slots=True)
class IndexRows:
    """The rows of one resource, one list for each index table; every tuple begins with the parameter's number."""

    tokens: list[tuple[int, str | None, str | None, str | None]] = field(default_factory=list)
    references: list[tuple[int, str | None, str | None, str | None, str | None, str | None]] = field(
        default_factory=list
    )
    dates: list[tuple[int, datetime, datetime]] = field(default_factory=list)
    strings: list[tuple[int, str, str]] = field(default_factory=list)
    numbers: list[tuple[int, Decimal, Decimal]] = field(default_factory=list)
    quantities: list[tuple[int, Decimal, Decimal, str | None, str | None, str | None]] = field(
        default_factory=list
    )
    uris: list[tuple[int, str]] = field(default_factory=list)
    composites: list[
        tuple[
            int,
            str | None,
            str | None,
            str | None,
            str | None,
            Decimal | None,
            Decimal | None,
            datetime | None,
            datetime | None,
            str | None,
        ]
    ] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """The visitors of one type: by top-level element, and those that need the whole resource."""

    by_key: dict[str, tuple[paths.Visit, ...]]
    whole: tuple[paths.Visit, ...]


def index(resource: Json) -> IndexRows:
    """The index rows of ``resource``. ``_id`` and ``_lastUpdated`` are columns of the resource table, not rows."""
    rows = IndexRows()
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
        if param.code in COLUMNS:
            continue
        if param.kind is Kind.COMPOSITE:
            whole.extend(_composite(param))
        elif _EXISTS in param.expression:
            whole.append(_existence(param))
        else:
            for key, visit in _simple(param):
                by_key.setdefault(key, []).append(visit)
    return Plan({key: tuple(visits) for key, visits in by_key.items()}, tuple(whole))


def _simple(param: SearchParam) -> Iterator[tuple[str, paths.Visit]]:
    for route in paths.routes(param.expression):
        last = _writer(param, route)
        if last is None:
            continue  # a choice this kind of search does not look at, such as a string among the dates
        first, *rest = route.steps
        if not isinstance(first, paths.Field):
            raise TypeError(f"{param.type}.{param.code} does not begin with an element")
        visit = paths.visitor(tuple(rest), last)
        yield first.key, paths.each(visit) if first.many else visit


def _writer(param: SearchParam, route: paths.Route) -> paths.Visit | None:
    if param.kind is Kind.REFERENCE:
        return _reference_writer(param.number, route.type)
    read = _reader(param, route)
    if read is None:
        return None
    number, column = param.number, _COLUMNS[param.kind]

    def write(value: Any, rows: IndexRows) -> None:
        into = getattr(rows, column)
        for found in read(value):
            into.append((number, *found))

    return write


def _reader(param: SearchParam, route: paths.Route) -> Reader | None:
    """What this kind of search finds in a value of this type; None where it does not look at the type."""
    if param.kind is Kind.TOKEN:
        return _token_reader(route)
    if param.kind is Kind.REFERENCE:
        return _reference_reader if route.type == "Reference" else None
    read: Reader | None = _TABLES[param.kind].get(route.type)
    if read is not None and param.code == "phonetic":
        return lambda value: [(folding.sound(folded), exact) for folded, exact in read(value)]
    return read


def _reference_reader(value: Any) -> list[Any]:
    row = reference_row(value)
    return [row] if row is not None else []


def _token_reader(route: paths.Route) -> Reader | None:
    read = index_values.TOKENS.get(route.type)
    if read is None:
        return None
    system = definitions.implied_system(route.binding)
    return lambda value: read(value, system)


def _reference_writer(number: int, type_name: str) -> paths.Visit | None:
    if type_name in {"canonical", "uri"}:
        return lambda value, rows: rows.references.extend(_canonical(number, value))
    if type_name != "Reference":
        return None

    def write(value: Any, rows: IndexRows) -> None:
        row = reference_row(value)
        if row is not None:
            rows.references.append((number, *row))

    return write


def _canonical(number: int, value: str) -> list[tuple[int, None, None, str, None, None]]:
    bare = value.partition("|")[0]
    return [(number, None, None, folding.cap(url), None, None) for url in dict.fromkeys((value, bare))]


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


def _composite(param: SearchParam) -> Iterator[paths.Visit]:
    for base in paths.routes(param.expression):
        parts = [_cells(param, code, expression, base.type) for code, expression in param.components]
        yield paths.visitor(base.steps, _pairs(param.number, parts))


def _pairs(number: int, parts: list[Reader]) -> paths.Visit:
    first, second = parts

    def write(node: Any, rows: IndexRows) -> None:
        values = second(node)
        if values:
            rows.composites.extend(
                (number, left[0], left[1], *right) for left, right in product(first(node), values)
            )

    return write


def _cells(param: SearchParam, code: str, expression: str, context: str) -> Callable[[Any], list[Cells]]:
    """Reads one component of a composite as the columns of its index table."""
    part = lookup(param.type, code)
    if part is None:
        raise ValueError(f"{param.type}.{param.code} names the unknown {code}")
    shape = _SHAPES[part.kind]

    def collect(read: Reader) -> paths.Visit:
        return lambda value, sink: sink.extend(map(shape, read(value)))

    visits = [
        paths.visitor(route.steps, collect(read))
        for route in paths.routes(expression, context)
        if (read := _reader(part, route)) is not None
    ]

    def cells(node: Any) -> list[Cells]:
        found: list[Cells] = []
        for visit in visits:
            visit(node, found)
        return found

    return cells


_COLUMNS: Final = {
    Kind.TOKEN: "tokens",
    Kind.DATE: "dates",
    Kind.STRING: "strings",
    Kind.NUMBER: "numbers",
    Kind.QUANTITY: "quantities",
    Kind.URI: "uris",
}
_TABLES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.DATE: index_values.DATES,
    Kind.STRING: index_values.STRINGS,
    Kind.NUMBER: index_values.NUMBERS,
    Kind.QUANTITY: index_values.QUANTITIES,
    Kind.URI: index_values.URIS,
}
_SHAPES: Final[dict[Kind, Callable[[Any], Cells]]] = {
    Kind.TOKEN: lambda token: (token[0], token[1], None, None, None, None, None),
    Kind.QUANTITY: lambda measure: (measure[2], measure[3], measure[0], measure[1], None, None, None),
    Kind.DATE: lambda interval: (None, None, None, None, *interval, None),
    Kind.STRING: lambda text: (None, None, None, None, None, None, text[0]),
    Kind.REFERENCE: lambda row: (row[0], row[1] or row[2], None, None, None, None, None),
}
