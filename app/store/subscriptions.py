"""How far each subscription has come: written with the Subscription, moved by whoever tells it of events.

What it asks for stands in the resource, whose status is the only one; here stand the cursor, the counts, the failures
and whose rights decide.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    select,
    update,
)

from app.access.caller import Caller, Role
from app.store.database import Database
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.subscription_tables import subscription
from app.store.tables import INSTANT, resource

REQUESTED, ACTIVE, ERROR, OFF = "requested", "active", "error", "off"
_ZERO: Any = literal_column("0")


@dataclass(frozen=True, slots=True)
class Kept:
    """One subscription: the resource as it is now, and how far it has come."""

    rid: int
    id: str
    version: int
    status: str
    body: bytes
    caller: dict[str, Any]
    headers: bytes | None = field(repr=False)
    numbered: int
    delivered: int
    attempts: int
    failures: int
    error: str | None
    last_sent: datetime | None

    @property
    def kept_by(self) -> Role:
        """The role whose rights decide."""
        return Role(self.caller["role"])


def caller_facts(caller: Caller) -> dict[str, Any]:
    """Whose rights decide, as it is kept: no token, no person number."""
    return {
        "role": caller.role.value,
        "subject": caller.subject,
        "client": caller.client,
        "hpr": caller.hpr,
        "profession": caller.profession,
        "service": caller.service,
        "organizations": list(caller.organizations),
        "organization_name": caller.organization_name,
        "scopes": sorted(caller.scopes),
        "launch": caller.launch,
        "smart": caller.smart,
    }


def caller_of(facts: dict[str, Any]) -> Caller:
    """The caller whose rights decide."""
    told = {"role": Role(facts["role"]), "organizations": tuple(facts["organizations"])}
    return Caller(**{**facts, **told, "scopes": frozenset(facts.get("scopes", ()))})


def _kept() -> list[Any]:
    names = ("caller", "headers", "numbered", "delivered", "attempts", "failures", "error", "last_sent")
    own = (resource.c.id, resource.c.version, resource.c.status, resource.c.body)
    return [subscription.c.rid, *own, *(subscription.c[name] for name in names)]


JOINED = subscription.join(resource, and_(resource.c.rid == subscription.c.rid, ~resource.c.deleted))


@cache
def _by_id() -> Statement:
    ids = bindparam("ids", type_=ARRAY(Text))
    return build(select(*_kept()).select_from(JOINED).where(resource.c.id == any_(ids)))


def _as_kept(row: Any) -> Kept:
    values = dict(row)
    return Kept(**{**values, "caller": json.loads(values["caller"])})


async def of(session: Session, ids: Sequence[str]) -> list[Kept]:
    """The same as part of what ``session`` does."""
    return [_as_kept(row) for row in await session.fetch(_by_id(), ids=list(ids))]


async def find(database: Database, ids: Sequence[str]) -> list[Kept]:
    """The subscriptions of these ids that are there."""
    return [_as_kept(row) for row in await database.fetch(_by_id(), {"ids": list(ids)})]


@cache
def _settle() -> Statement:
    """``delivered`` only grows; an attempt that went well ends the failures."""
    failed: Any = bindparam("failed", type_=Integer)
    well = failed == _ZERO
    since: Any = func.coalesce(subscription.c.failing_since, bindparam("at", type_=INSTANT))
    return build(
        update(subscription)
        .where(subscription.c.rid == bindparam("rid", type_=BigInteger))
        .values(
            delivered=func.greatest(subscription.c.delivered, bindparam("delivered", type_=BigInteger)),
            attempts=case((well, _ZERO), else_=subscription.c.attempts),
            failures=case((well, _ZERO), else_=subscription.c.failures + failed),
            failing_since=case((well, null().cast(INSTANT)), else_=since),
            error=bindparam("error", type_=Text),
            next_attempt=bindparam("next", type_=INSTANT),
            last_sent=case((well, bindparam("at", type_=INSTANT)), else_=subscription.c.last_sent),
        )
        .returning(subscription.c.failures)
    )


async def went_well(database: Database, rid: int, at: datetime, delivered: int) -> None:
    """An attempt was answered with success, up to the number ``delivered``."""
    given = {"rid": rid, "at": at, "delivered": delivered, "failed": 0, "error": None, "next": None}
    await database.fetch(_settle(), given)


async def went_wrong(database: Database, rid: int, at: datetime, error: str, after: datetime) -> None:
    """An attempt failed; the next is ``after``."""
    given = {"rid": rid, "at": at, "delivered": 0, "failed": 1, "error": error, "next": after}
    await database.fetch(_settle(), given)
