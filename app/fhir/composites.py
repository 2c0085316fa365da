"""Composite parameters: their parts as the columns of one index table, paired only where they stand together.

https://hl7.org/fhir/R4/search.html#composite.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final

from app.fhir import paths
from app.fhir.index_readers import reader
from app.fhir.references import reference_row
from app.fhir.search_params import Kind, SearchParam, lookup

Cells = tuple[Any, ...]  # one component: the columns from value_system on
Cell = Callable[[Any, str], list[Cells]]


def visits(param: SearchParam) -> Iterator[paths.Visit]:
    """The visitors that write the rows of a composite parameter."""
    for base in paths.routes(param.expression):
        parts = [_cells(param, code, expression, base.type) for code, expression in token_first(param)]
        yield paths.visitor(base.steps, _pairs(param.number, parts))


def _pairs(number: int, parts: list[Cell]) -> paths.Visit:
    first, second = parts

    def write(node: Any, rows: Any) -> None:
        values = second(node, rows.home)
        if values:
            tokens = [cells for cells in first(node, rows.home) if cells[0] or cells[1]]  # no mere texts
            rows.composites.extend((number, *left[:2], *right) for left, right in product(tokens, values))

    return write


def token_first(param: SearchParam) -> tuple[tuple[str, str], ...]:
    """The components in the order in which the index holds them: the token that says what the other is of."""
    kinds = [part.kind for code, _ in param.components if (part := lookup(param.type, code))]
    return param.components if kinds[0] is Kind.TOKEN else param.components[::-1]


def _cells(param: SearchParam, code: str, expression: str, context: str) -> Cell:
    """Reads one component of a composite as the columns of its index table."""
    part = lookup(param.type, code)
    if part is None:
        raise ValueError(f"{param.type}.{param.code} names the unknown {code}")
    visitors = [
        paths.visitor(route.steps, visit)
        for route in paths.routes(expression, context)
        if (visit := _cell_writer(part, route)) is not None
    ]

    def cells(node: Any, home: str) -> list[Cells]:
        sink = _Sink(home)
        for visit in visitors:
            visit(node, sink)
        return sink.cells

    return cells


@dataclass(slots=True)
class _Sink:
    home: str
    cells: list[Cells] = field(default_factory=list)


def _cell_writer(part: SearchParam, route: paths.Route) -> paths.Visit | None:
    shape = _SHAPES[part.kind]
    if part.kind is Kind.REFERENCE:

        def refer(value: Any, sink: _Sink) -> None:
            row = reference_row(value, sink.home)
            if row is not None:
                sink.cells.append(shape(row))

        return refer if route.type == "Reference" else None
    read = reader(part, route)
    return None if read is None else lambda value, sink: sink.cells.extend(map(shape, read(value)))


_NOTHING: Final = (None, None, None)
_SHAPES: Final[dict[Kind, Callable[[Any], Cells]]] = {
    # value_system, value_code, value_low, value_high, time_low, time_high, folded, base, least, most
    Kind.TOKEN: lambda token: (token[0], token[1], None, None, None, None, None, *_NOTHING),
    Kind.QUANTITY: lambda found: (found[2], found[3], found[0], found[1], None, None, None, *found[5:]),
    Kind.DATE: lambda interval: (None, None, None, None, *interval, None, *_NOTHING),
    Kind.STRING: lambda text: (None, None, None, None, None, None, text[0], *_NOTHING),
    Kind.REFERENCE: lambda row: (row[0], row[1] or row[2], None, None, None, None, None, *_NOTHING),
}
