"""What stands between a login and its tokens: pushed requests, logins, launches, codes, refresh tokens.

Each is known by the digest of a random value that only its holder has, is used once, and holds its content sealed. A code
or refresh token that comes again tells of its session: https://www.rfc-editor.org/rfc/rfc9700#section-4.14.
"""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import LargeBinary, Text, bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once

from app.access.sealing import Seal
from app.store.database import Database
from app.store.standing_sql import AT
from app.store.statement import Statement, build
from app.store.tables import INSTANT
from app.store.token_tables import app_grant, dpop_jti

_COLUMNS = ("digest", "kind", "client", "session", "content", "expires")
_DIGEST, _KIND = bindparam("digest", type_=LargeBinary), bindparam("kind", type_=Text)


@dataclass(frozen=True, slots=True)
class Grant:
    """What was kept: for which client, in which session, until when, and what."""

    client: str
    session: str
    expires: datetime
    content: dict[str, Any]


def new() -> str:
    """A value that nobody guesses."""
    return secrets.token_urlsafe(32)


def _digest(value: str) -> bytes:
    return hashlib.sha256(value.encode()).digest()


@cache
def _keep() -> Statement:
    given = {name: bindparam(name, type_=app_grant.c[name].type) for name in _COLUMNS}
    return build(insert(app_grant).values(given))


@cache
def _take() -> Statement:
    this = (app_grant.c.digest == _DIGEST, app_grant.c.kind == _KIND)
    living = (app_grant.c.used.is_(None), app_grant.c.expires > AT)
    found = update(app_grant).where(*this, *living).values(used=AT)
    return build(found.returning(*(app_grant.c[name] for name in _COLUMNS)))


@cache
def _look() -> Statement:
    this = (app_grant.c.digest == _DIGEST, app_grant.c.kind == _KIND, app_grant.c.expires > AT)
    return build(select(*(app_grant.c[name] for name in _COLUMNS), app_grant.c.used).where(*this))


@cache
def _end() -> Statement:
    this = app_grant.c.session == bindparam("session", type_=Text)
    return build(update(app_grant).where(this, app_grant.c.used.is_(None)).values(used=AT))


@cache
def _forget() -> Statement:
    return build(delete(app_grant).where(app_grant.c.expires < AT))


@cache
def _spend() -> Statement:
    jti, expires = bindparam("jti", type_=LargeBinary), bindparam("expires", type_=INSTANT)
    row = insert_once(dpop_jti).values(jti=jti, expires=expires)
    return build(row.on_conflict_do_nothing().returning(dpop_jti.c.jti))


class Grants:
    """The grants of one server."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database, self._seal = database, seal

    async def keep(
        self, kind: str, client: str, content: dict[str, Any], at: datetime, lives: timedelta, *,
        session: str = "", value: str = "",
    ) -> str:  # fmt: skip
        """Keep ``content``; the value under which it is found."""
        value = value or new()
        sealed = self._seal.close(json.dumps(content).encode(), f"grant {kind}")
        row = (_digest(value), kind, client, session, sealed, at + lives)
        await self._database.fetch(_keep(), dict(zip(_COLUMNS, row, strict=True)))
        return value

    async def take(self, kind: str, value: str, at: datetime) -> Grant | None:
        """What ``value`` stands for, once; None where it is unknown, used or over."""
        rows = await self._database.fetch(_take(), {"digest": _digest(value), "kind": kind, "at": at})
        return self._opened(rows[0]) if rows else None

    async def look(self, kind: str, value: str, at: datetime) -> Grant | None:
        """The same without using it."""
        rows = await self._database.fetch(_look(), {"digest": _digest(value), "kind": kind, "at": at})
        return self._opened(rows[0]) if rows and rows[0]["used"] is None else None

    async def spent(self, kind: str, value: str, at: datetime) -> Grant | None:
        """What ``value`` stood for, where it has been used."""
        rows = await self._database.fetch(_look(), {"digest": _digest(value), "kind": kind, "at": at})
        return self._opened(rows[0]) if rows and rows[0]["used"] is not None else None

    async def end(self, session: str, at: datetime) -> None:
        """Nothing of this session can be used any more."""
        await self._database.fetch(_end(), {"session": session, "at": at})

    async def spend(self, jti: bytes, expires: datetime) -> bool:
        """Whether an identifier of a proof or assertion is used for the first time."""
        return bool(await self._database.fetch(_spend(), {"jti": jti, "expires": expires}))

    def _opened(self, row: Any) -> Grant:
        content = json.loads(self._seal.open(row["content"], f"grant {row['kind']}"))
        return Grant(row["client"], row["session"], row["expires"], content)


async def forget(database: Database, at: datetime) -> None:
    """Remove what was over before ``at``."""
    await database.fetch(_forget(), {"at": at})
