"""What a write statement takes: one array for each column, and the shape that decides its text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Numeric,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)  # fmt: skip
from sqlalchemy.types import TypeEngine

from app.access.caller import Role
from app.store.tables import INSTANT

_TEXT, _INT = Text(), Integer()
COLUMNS: dict[str, tuple[tuple[str, TypeEngine[Any]], ...]] = {
    "write": (
        ("method", _TEXT), ("type", _TEXT), ("id", _TEXT), ("version", _INT), ("body", LargeBinary()),
        ("patient", _TEXT), ("episode", _TEXT), ("status", _TEXT), ("labels", _TEXT), ("categories", _TEXT),
        ("governed", Boolean()),
        ("flaw", _TEXT),
    ),
    "index_token": (("n", _INT), ("param", _INT), ("system", _TEXT), ("code", _TEXT), ("text", _TEXT)),
    "index_reference": (
        ("n", _INT), ("param", _INT), ("target_type", _TEXT), ("target_id", _TEXT), ("url", _TEXT), ("system", _TEXT),
        ("value", _TEXT),
    ),
    "index_date": (("n", _INT), ("param", _INT), ("low", INSTANT), ("high", INSTANT)),
    "index_string": (("n", _INT), ("param", _INT), ("folded", _TEXT), ("exact", _TEXT)),
    "index_number": (("n", _INT), ("param", _INT), ("low", Numeric()), ("high", Numeric())),
    "index_quantity": (
        ("n", _INT), ("param", _INT), ("low", Numeric()), ("high", Numeric()), ("system", _TEXT), ("code", _TEXT),
        ("unit", _TEXT), ("base", _TEXT), ("least", Numeric()), ("most", Numeric()),
    ),
    "index_uri": (("n", _INT), ("param", _INT), ("uri", _TEXT)),
    "index_composite": (
        ("n", _INT), ("param", _INT), ("system", _TEXT), ("code", _TEXT), ("value_system", _TEXT),
        ("value_code", _TEXT), ("value_low", Numeric()), ("value_high", Numeric()), ("time_low", INSTANT),
        ("time_high", INSTANT), ("folded", _TEXT), ("base", _TEXT), ("least", Numeric()), ("most", Numeric()),
    ),
    "person": (("n", _INT), ("system", _TEXT), ("number", _TEXT), ("patient", _TEXT)),
    "relation": (
        ("n", _INT), ("patient", _TEXT), ("organization", _TEXT), ("kind", _TEXT), ("begins", INSTANT),
        ("ends", INSTANT), ("decision", _TEXT), ("person", _TEXT),
    ),
    "choice": (
        ("n", _INT), ("patient", _TEXT), ("kind", _TEXT), ("actor", _TEXT), ("part", _TEXT), ("begins", INSTANT),
        ("ends", INSTANT),
    ),
    "delivery": (
        ("id", _TEXT), ("kind", _TEXT), ("patient", _TEXT), ("type", _TEXT), ("resource", _TEXT), ("version", _INT),
        ("token", LargeBinary()), ("token_expires", INSTANT),
    ),
    "withdrawal": (("id", _TEXT), ("patient", _TEXT), ("subject", _TEXT), ("due", INSTANT)),
    "changed": (("patient", _TEXT), ("episode", _TEXT), ("entry", _TEXT), ("notify", Boolean())),
    "subscription": (
        ("n", _INT), ("topic", _TEXT), ("caller", _TEXT), ("headers", LargeBinary()), ("heartbeat", _INT),
        ("ends", INSTANT),
    ),
}  # fmt: skip
OWNED = [name for name in COLUMNS if name.startswith("index_") or name in {"person", "relation", "choice"}]
CELL, ROW, NULL = (
    "\x1f",
    "\x1e",
    "\x1d",
)  # no valid FHIR string holds control characters but tab and line ends
_ONCE: ColumnElement[Any] = literal_column("0")  # OFFSET 0: a line is split once, not for each of its cells
_CONTROLS = {ord(CELL): " ", ord(ROW): " "}
SEPARATOR: ColumnElement[Any] = literal_column(r"E'\x1f'")


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of the statement."""

    role: Role
    methods: frozenset[str]
    tables: frozenset[str]
    type: str | None
    rearm: bool
    ends: bool = False  # a card may end by this, and with it what was declared for it
    act: str = ""  # what is decided in place of create and update

    @property
    def changes(self) -> bool:
        """Whether rows that exist are changed."""
        return bool(self.methods & {"update", "delete"})


def rows_of(name: str) -> Any:
    """The rows of a table, sent as one text: many small arrays cost the client more than the database saves."""
    text = bindparam(f"{name}_rows", type_=Text)
    lines = func.string_to_table(text, literal_column(r"E'\x1e'")).table_valued(column("line", Text))
    lines = lines.render_derived(name=f"{name}_lines")
    cells = func.string_to_array(lines.c.line, SEPARATOR, literal_column(r"E'\x1d'"), type_=ARRAY(Text))
    split = select(cells.label("cells")).select_from(lines)
    found = split.offset(_ONCE).subquery(f"{name}_cells")
    kinds = enumerate(COLUMNS[name], 1)
    columns = [
        cast(found.c.cells[literal_column(str(n))], kind).label(column_name)
        for n, (column_name, kind) in kinds
    ]
    return select(*columns).subquery(f"{name}_given")


def encode(name: str, rows: Iterable[tuple[Any, ...]]) -> str:
    """``rows`` of a table as ``rows_of`` reads them."""
    cells = [[_cell(value) for value in row] for row in rows]
    whole = ROW.join(map(CELL.join, cells))
    if whole.count(ROW) + 1 == len(cells) and whole.count(CELL) == (len(COLUMNS[name]) - 1) * len(cells):
        return whole
    return ROW.join([CELL.join([cell.translate(_CONTROLS) for cell in row]) for row in cells])


def _cell(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None:
        return NULL
    return f"\\x{value.hex()}" if type(value) is bytes else str(value)


def writes_rows() -> Any:
    """The writes themselves, numbered; bodies are bytes, so that each column is an array."""
    binds = [bindparam(f"write_{name}", type_=ARRAY(kind)) for name, kind in COLUMNS["write"]]
    columns = [column(name, kind) for name, kind in COLUMNS["write"]]
    return func.unnest(*binds).table_valued(*columns, with_ordinality="n").render_derived(name="write_rows")
