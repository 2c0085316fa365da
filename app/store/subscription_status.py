"""What subscriptions have come to: for those who keep them, decided and logged; and for operators what goes wrong."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.resources import facets
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.subscription_tables import subscription
from app.store.subscriptions import JOINED
from app.store.tables import resource

_TYPE: Any = literal_column("'Subscription'")


@cache
def _statement(role: Role) -> Statement:
    ids, statuses = bindparam("ids", type_=ARRAY(Text)), bindparam("statuses", type_=ARRAY(Text))
    found = (
        select(resource.c.id, resource.c.version, rule(role, "read", facets(), "Subscription").label("rule"))
        .select_from(JOINED)
        .where(
            resource.c.type == _TYPE,
            or_(ids.is_(None), resource.c.id == any_(ids)),
            or_(statuses.is_(None), resource.c.status == any_(statuses)),
        )
        .subquery("found")
    )
    page = (
        select(found)
        .where(allowed(found.c.rule))
        .order_by(found.c.id)
        .limit(bindparam("count", type_=Integer))
        .cte("page")
    )
    consumed, fresh = fresh_proof()
    line = func.jsonb_build_array(
        _TYPE, page.c.id, page.c.version, page.c.rule, null(), literal_column("false")
    )
    log = logged(
        verdict=literal("searched", Text),
        shown=select(func.jsonb_agg(line, type_=JSONB)).select_from(page).scalar_subquery(),
        patients=null().cast(ARRAY(Text)),
        fresh=fresh,
    )
    return build(beside(page, [page.c.id], log, consumed, fresh).order_by(page.c.id))


async def visible(
    session: Session, *, ids: list[str] | None, statuses: list[str] | None, count: int
) -> list[str]:
    """The ids of the subscriptions that the caller may see; logged. Raises Replayed."""
    statement = _statement(session.caller.role)
    rows = await session.fetch_logged(statement, ids=ids, statuses=statuses, count=count)
    return [row["id"] for row in rows if row["id"] is not None]


@dataclass(frozen=True, slots=True)
class Failing:
    """A subscription whose notifications do not arrive: what an operator needs, and nobody's data."""

    id: str
    status: str
    organization: str
    client: str
    failures: int
    waiting: int
    since: datetime | None
    next_attempt: datetime | None
    error: str | None


@cache
def _failing() -> Statement:
    waiting: Any = subscription.c.numbered - subscription.c.delivered
    page = (
        select(
            resource.c.id, resource.c.status, resource.c.author.label("organization"),
            subscription.c.caller["client"].astext.label("client"), subscription.c.failures,
            waiting.label("waiting"), subscription.c.failing_since.label("since"), subscription.c.next_attempt,
            subscription.c.error,
        )
        .select_from(JOINED)
        .where(or_(subscription.c.failures > 0, resource.c.status == literal_column("'error'")))
        .order_by(subscription.c.failing_since.nulls_last(), resource.c.id)
        .limit(bindparam("count", type_=Integer))
        .cte("page")
    )  # fmt: skip
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal("searched", Text),
        shown=null().cast(JSONB),
        patients=null().cast(ARRAY(Text)),
        fresh=fresh,
    )
    return build(beside(page, page.c, log, consumed, fresh).order_by(page.c.since.nulls_last(), page.c.id))


async def failing(session: Session, count: int) -> list[Failing]:
    """The subscriptions that fail, the oldest trouble first; logged. Raises Replayed."""
    rows = await session.fetch_logged(_failing(), count=count)
    names = Failing.__dataclass_fields__
    return [Failing(**{name: row[name] for name in names}) for row in rows if row["id"] is not None]
