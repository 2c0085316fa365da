"""A consultation: an Encounter and all of the woman's resources that name it, each with the row that speaks.

Read from the bodies and not from an index: R4 has no search parameter for the encounter of every type.
"""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, func, literal_column, select

from app.access.caller import Role
from app.store.access_sql import rule
from app.store.resources import STORED, Stored, facets, stored
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import resource


@cache
def _statement(role: Role) -> Statement:
    id_ = bindparam("id", type_=Text)
    encounter: ColumnElement[Any] = literal_column("'Encounter'")
    whose = (
        select(resource.c.patient)
        .where(resource.c.type == encounter, resource.c.id == id_, ~resource.c.deleted)
        .scalar_subquery()
    )
    text = func.convert_from(resource.c.body, literal_column("'UTF8'"))
    return build(
        select(*(resource.c[name] for name in STORED), rule(role, "read", facets()).label("rule"))
        .where(resource.c.patient == whose, ~resource.c.deleted, func.strpos(text, id_) > literal_column("0"))
        .order_by(resource.c.type, resource.c.id)
    )


async def naming(session: Session, encounter: str) -> list[Stored]:
    """The Encounter and what of the same woman holds its id, seen by the caller or not; none where it is not there.

    Nothing of it is logged, so nothing of it may leave.
    """
    return [stored(row) for row in await session.fetch(_statement(session.caller.role), id=encounter)]
