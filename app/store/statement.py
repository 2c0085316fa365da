"""Statements: SQLAlchemy Core compiled once a shape, run as prepared statements on asyncpg."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal_column
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql.expression import ClauseElement

FENCE: ColumnElement[int] = literal_column("0")  # OFFSET 0: the planner leaves a subquery as it stands
_dialect = dialects.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with numbered parameters, and the names and constants that fill them."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order. Raises KeyError for one that was not given."""
        constants = self.constants
        return [given[name] if name in given else constants[name] for name in self.names]


def build(clause: ClauseElement) -> Statement:
    """Compile ``clause`` for asyncpg."""
    compiled: Any = clause.compile(dialect=_dialect)
    names = tuple(compiled.positiontup)
    required = {name for name, bind in compiled.binds.items() if bind.required}
    constants = {name: value for name, value in compiled.params.items() if name not in required}
    return Statement(str(compiled), names, constants)
