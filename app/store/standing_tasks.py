"""What the Tasks of applications keep up so far: the relation of each, by the resource that it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Text, any_, bindparam, literal_column, select

from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import relation, resource
from app.store.targets import Key


@dataclass(frozen=True, slots=True)
class Kept:
    """A relation as it is kept up: of which organisation, of what kind, from when and until when."""

    organization: str
    kind: str
    begins: datetime
    ends: datetime | None


@cache
def _statement() -> Statement:
    return build(
        select(resource.c.id, relation.c.kind, relation.c.organization, relation.c.begins, relation.c.ends)
        .select_from(resource.join(relation, relation.c.rid == resource.c.rid))
        .where(
            resource.c.type == literal_column("'Task'"),
            resource.c.id == any_(bindparam("ids", type_=ARRAY(Text))),
        )
    )


async def kept_up(session: Session, ids: Sequence[str]) -> dict[Key, Kept]:
    """The relation that each of the Tasks keeps up."""
    rows: list[Any] = await session.fetch(_statement(), ids=list(ids)) if ids else []
    return {
        ("Task", row["id"]): Kept(row["organization"], row["kind"], row["begins"], row["ends"])
        for row in rows
    }
