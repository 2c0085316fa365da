"""What a write statement takes: one array for each column, and the shape that decides its text."""

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
    column,
    func,
    literal_column,
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
        ("unit", _TEXT),
    ),
    "index_uri": (("n", _INT), ("param", _INT), ("uri", _TEXT)),
    "index_composite": (
        ("n", _INT), ("param", _INT), ("system", _TEXT), ("code", _TEXT), ("value_system", _TEXT),
        ("value_code", _TEXT), ("value_low", Numeric()), ("value_high", Numeric()), ("time_low", INSTANT),
        ("time_high", INSTANT), ("folded", _TEXT),
    ),
    "person": (("n", _INT), ("system", _TEXT), ("number", _TEXT), ("patient", _TEXT)),
    "relation": (
        ("n", _INT), ("patient", _TEXT), ("organization", _TEXT), ("kind", _TEXT), ("begins", INSTANT),
        ("ends", INSTANT), ("decision", _TEXT), ("person", _TEXT),
    ),
    "choice": (
        ("n", _INT), ("patient", _TEXT), ("kind", _TEXT), ("actor", _TEXT), ("begins", INSTANT), ("ends", INSTANT),
    ),
    "delivery": (
        ("id", _TEXT), ("kind", _TEXT), ("patient", _TEXT), ("type", _TEXT), ("resource", _TEXT), ("version", _INT),
        ("token", LargeBinary()), ("token_expires", INSTANT),
    ),
    "changed": (("patient", _TEXT), ("episode", _TEXT), ("entry", _TEXT), ("notify", Boolean())),
}  # fmt: skip
OWNED = [name for name in COLUMNS if name.startswith("index_") or name in {"person", "relation", "choice"}]
SEPARATOR: ColumnElement[Any] = literal_column(r"E'\x1f'")


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of the statement."""

    role: Role
    methods: frozenset[str]
    tables: frozenset[str]
    type: str | None
    rearm: bool

    @property
    def changes(self) -> bool:
        """Whether rows that exist are changed."""
        return bool(self.methods & {"update", "delete"})


def unnest(name: str, *, ordinal: bool = False) -> Any:
    binds = [bindparam(f"{name}_{column_name}", type_=ARRAY(kind)) for column_name, kind in COLUMNS[name]]
    columns = [column(column_name, kind) for column_name, kind in COLUMNS[name]]
    table = func.unnest(*binds).table_valued(*columns, with_ordinality="n" if ordinal else None)
    return table.render_derived(name=f"{name}_rows")
