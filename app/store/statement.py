"""Statements: SQLAlchemy Core compiled once a shape, run as prepared statements on asyncpg."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import JSON, BindParameter, ColumnElement, literal_column
from sqlalchemy.dialects.postgresql import asyncpg as dialects
from sqlalchemy.sql.expression import ClauseElement

FENCE: ColumnElement[int] = literal_column("0")  # OFFSET 0: the planner leaves a subquery as it stands


_PLACES = (JSON.JSONIndexType, JSON.JSONIntIndexType, JSON.JSONStrIndexType)


class _Compiler(dialects.PGCompiler_asyncpg):
    """Writes constants (access rows, lists of types) into the text: the planner then knows them, and nothing is sent."""

    def visit_bindparam(self, bindparam: BindParameter[Any], *given: Any, **options: Any) -> Any:
        visit: Any = super().visit_bindparam
        if bindparam.required:
            return visit(bindparam, *given, **options)
        text = visit(bindparam, *given, **{**options, "literal_binds": True})
        if isinstance(bindparam.type, _PLACES):  # of ->>, which takes it as it stands
            return text
        return f"CAST({text} AS {self.dialect.type_compiler_instance.process(bindparam.type)})"


_dialect = dialects.dialect()  # type: ignore[no-untyped-call]
_dialect.statement_compiler = _Compiler


class Flight(NamedTuple):
    """How a statement may share its commit (store/flights.py): flights under way at once, and the most in one."""

    at_once: int
    most: int  # the last one's answer waits for all


ALONE, QUICK, SLOW = Flight(0, 0), Flight(2, 16), Flight(4, 4)


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL text with numbered parameters, the names of what fills them, and how it may share its commit."""

    sql: str
    names: tuple[str, ...]
    flight: Flight = ALONE

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order. Raises KeyError for one that was not given."""
        return [given[name] for name in self.names]


def build(clause: ClauseElement, flight: Flight = ALONE) -> Statement:
    """Compile ``clause`` for asyncpg; what is not a required parameter is a constant of the statement."""
    compiled: Any = clause.compile(dialect=_dialect)
    return Statement(str(compiled), tuple(compiled.positiontup), flight)
