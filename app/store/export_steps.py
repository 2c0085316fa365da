"""The steps of a bulk export: of one woman, or of one type that is about none, what goes into the files.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html. A step is one statement: it decides, keeps versions as chunks, moves
the export on and logs what it showed. It holds only at the place that it was given, so that two workers, or one that
was taken for dead, double nothing.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, any_, bindparam, literal_column, or_, select, true

from app.access.caller import Role
from app.access.rules import ALLOW, Relation
from app.fhir.query import Query
from app.fhir.registry import BY_NAME
from app.store.export_sql import step
from app.store.search_forms import Binds
from app.store.search_shape import Node, criteria
from app.store.search_sql import Builder
from app.store.session import Session
from app.store.standing_sql import ORGANIZATIONS, own_patient
from app.store.statement import Statement, build
from app.store.tables import relation, resource

MOST_ROWS = 500
LARGEST_FILE = 100_000  # resources
MOST_BYTES = 4_000_000
_MOST_STATEMENTS = 100
# To women to whom the caller stands; an emergency's grant is for reading now, not for taking copies along
_BOUND = frozenset({Relation.RELATED, Relation.AUTHOR, Relation.SELF, Relation.EMERGENCY})
_statements: OrderedDict[Any, Statement] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Place:
    """How far an export has come: through ``unit``, or in it up to a key."""

    stage: str
    unit: str = ""
    after_type: str = ""
    after_id: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, the same in every step of an export; ``whole``: also what has not changed since."""

    id: str
    moment: datetime
    types: tuple[str, ...]
    filters: tuple[Query, ...] = ()
    since: datetime | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """A file that grows: the ``part``-th of its kind and type, with so many resources."""

    kind: str
    type: str
    part: int
    count: int


def _rights(role: Role) -> Any:
    return (row for row in ALLOW if role in row.roles and "read" in row.do)


def roams(role: Role) -> bool:
    """Whether a right of ``role`` reaches women to whom it stands in no relation."""
    return any(
        row.relation not in _BOUND and any(BY_NAME[name].patient for name in row.types)
        for row in _rights(role)
    )


def about_nobody(role: Role) -> frozenset[str]:
    """The types of which ``role`` may see resources that are about no woman."""
    return frozenset().union(*(row.types for row in _rights(role) if row.relation not in _BOUND))


@cache
def _women(role: Role) -> Statement:
    after = bindparam("after", type_=Text)
    ahead: ColumnElement[Any] = literal_column("200")
    if role is Role.CITIZEN:
        own = own_patient()
        return build(select(own.label("patient")).where(own > after))
    if roams(role):
        source: ColumnElement[Any] = resource.c.patient
        found = select(source.label("patient")).where(source > after)
    else:
        source = relation.c.patient
        found = select(source.label("patient")).where(
            source > after, relation.c.organization == any_(ORGANIZATIONS)
        )
    return build(found.distinct().order_by(source).limit(ahead))


async def women(session: Session, after: str) -> list[str]:
    """The next women, in order, of whom the caller might see something; what it sees, each step decides."""
    return [row["patient"] for row in await session.fetch(_women(session.caller.role), after=after)]


Filter = tuple[str, tuple[Node, ...]]  # a type and what must hold of it


def _filtered(filters: Sequence[Filter], builder: Builder) -> ColumnElement[bool]:
    """Each type that has filters: one of them holds."""
    by_type: dict[str, list[ColumnElement[bool]]] = {}
    for name, nodes in filters:
        held = [builder.clause(node, resource, (name,)) for node in nodes]
        by_type.setdefault(name, []).append(and_(true(), *held))
    return and_(
        true(),
        *(or_(resource.c.type != literal_column(f"'{name}'"), *held) for name, held in by_type.items()),
    )


def _statement(role: Role, stage: str, filters: tuple[Query, ...]) -> tuple[Statement, dict[str, Any]]:
    """The statement, and the values of its filters."""
    values: list[Any] = []
    shapes = tuple((query.type, criteria(query, values)) for query in filters)
    key = (role, stage, shapes)
    statement = _statements.get(key)
    if statement is None:
        if len(_statements) >= _MOST_STATEMENTS:
            _statements.popitem(last=False)
        statement = _statements[key] = step(role, stage, _filtered(shapes, Builder(role, Binds())))
    return statement, {f"v{n}": value for n, value in enumerate(values)}


async def take(
    session: Session, wanted: Wanted, was: Place, unit: str, parts: Sequence[Part]
) -> tuple[Place | None, list[Part]]:
    """Take the next of ``unit``: where the export is now, and by how much which files grew; logged.

    None where the export was no longer at ``was``, or no longer runs.
    """
    inside = was.unit == unit
    statement, values = _statement(session.caller.role, was.stage, wanted.filters)
    rows = await session.fetch_logged(
        statement, **values,
        export=wanted.id, moment=wanted.moment, types=list(wanted.types), since=wanted.since, whole=wanted.whole,
        stage=was.stage, unit=unit, was_unit=was.unit, was_type=was.after_type, was_id=was.after_id,
        after_type=was.after_type if inside else "", after_id=was.after_id if inside else "",
        most_rows=MOST_ROWS, most_bytes=MOST_BYTES,
        part_kind=[part.kind for part in parts], part_type=[part.type for part in parts],
        part_part=[part.part for part in parts],
    )  # fmt: skip
    if rows[0]["unit"] is None:
        return None, []
    place = Place(was.stage, rows[0]["unit"], rows[0]["after_type"], rows[0]["after_id"])
    return place, [
        Part(row["kind"], row["type"], row["part"], row["count"]) for row in rows if row["kind"] is not None
    ]
