"""Idempotency keys, and what was done under each: names and versions only, nothing about anyone.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import orjson
from sqlalchemy import LargeBinary, Text, bindparam, delete, insert, select

from app.store.database import Database
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import INSTANT, idempotency

Done = tuple[int, str, int | None]  # status, id and version of one change


@dataclass(frozen=True, slots=True)
class Remembered:
    """The digest of a request, and what it did."""

    request: bytes
    done: list[Done]


@cache
def _find() -> Statement:
    key = bindparam("key", type_=LargeBinary)
    return build(select(idempotency.c.request, idempotency.c.done).where(idempotency.c.key == key))


async def find(session: Session, key: bytes) -> Remembered | None:
    """What was done under ``key``."""
    rows = await session.fetch(_find(), key=key)
    if not rows:
        return None
    done = [(status, id_, version) for status, id_, version in orjson.loads(rows[0]["done"])]
    return Remembered(rows[0]["request"], done)


@cache
def _keep() -> Statement:
    return build(
        insert(idempotency).values(
            key=bindparam("key", type_=LargeBinary),
            request=bindparam("digest", type_=LargeBinary),
            done=bindparam("done", type_=Text),
            expires=bindparam("expires", type_=INSTANT),
        )
    )


async def keep(session: Session, key: bytes, request: bytes, done: Sequence[Done], expires: datetime) -> None:
    """Remember what was done under ``key``."""
    text = orjson.dumps(done).decode()
    await session.fetch(_keep(), key=key, digest=request, done=text, expires=expires)


@cache
def _forget() -> Statement:
    return build(delete(idempotency).where(idempotency.c.expires < bindparam("at", type_=INSTANT)))


async def forget(database: Database, at: datetime) -> None:
    """Remove what was to be remembered until before ``at``."""
    await database.fetch(_forget(), {"at": at})
