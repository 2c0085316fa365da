"""The deny-list: tokens, sessions, persons and clients that are let in no more, whatever their issuer says.

A name is ``jti:ISSUER JTI``, ``sid:ISSUER SESSION``, ``sub:SUBJECT`` (``hpr:…``, ``citizen:…``) or ``client:ID``. Every
statement that answers a request looks here (``denied`` in ``app/store/log.py``). https://www.rfc-editor.org/rfc/rfc7009
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam, delete, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.store.database import Connection, Database
from app.store.log import denied
from app.store.statement import Statement, build
from app.store.tables import INSTANT
from app.store.token_tables import denial

_NEVER: ColumnElement[Any] = literal_column("'infinity'::timestamptz")


@cache
def _deny() -> Statement:
    columns = denial.c
    row = insert(denial).values(
        {column.name: bindparam(column.name, type_=column.type) for column in columns}
    )
    later = func.greatest(*(func.coalesce(ends, _NEVER) for ends in (denial.c.ends, row.excluded.ends)))
    ends = func.nullif(later, _NEVER)
    changed = {"reason": row.excluded.reason, "ends": ends}
    return build(row.on_conflict_do_update(index_elements=["name"], set_=changed))


@cache
def _is_denied() -> Statement:
    return build(select(denied().label("denied")))


@cache
def _listed() -> Statement:
    names = ("name", "reason", "begins", "ends")
    now = or_(denial.c.ends.is_(None), denial.c.ends > bindparam("at", type_=INSTANT))
    return build(
        select(*(denial.c[name] for name in names)).where(now).order_by(denial.c.begins, denial.c.name)
    )


@cache
def _allow() -> Statement:
    gone = delete(denial).where(denial.c.name == bindparam("name", type_=Text))
    return build(gone.returning(denial.c.name))


@cache
def _forget() -> Statement:
    return build(delete(denial).where(denial.c.ends < bindparam("at", type_=INSTANT)))


async def deny(
    place: Connection | Database, name: str, reason: str, at: datetime, ends: datetime | None
) -> None:
    """Put ``name`` on the list until ``ends`` (None: until somebody takes it off), or longer where it is on it longer."""
    await place.fetch(_deny(), {"name": name, "reason": reason, "begins": at, "ends": ends})


async def is_denied(database: Database, names: Iterable[str], at: datetime) -> bool:
    """Whether one of ``names`` is on the list."""
    rows = await database.fetch(_is_denied(), {"names": list(names), "at": at})
    return bool(rows[0]["denied"])


async def listed(database: Database, at: datetime) -> list[Any]:
    """The list: name, reason, begins, ends."""
    return await database.fetch(_listed(), {"at": at})


async def allow(place: Connection | Database, name: str) -> bool:
    """Take ``name`` off the list; whether it was on it."""
    return bool(await place.fetch(_allow(), {"name": name}))


async def forget(database: Database, at: datetime) -> None:
    """Remove what was over before ``at``."""
    await database.fetch(_forget(), {"at": at})
