"""Which subscriptions are to be looked at now, and who looks: a lease that nobody renews ends by itself."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from app.store.database import Database
from app.store.events import HORIZON
from app.store.statement import Statement, build
from app.store.subscription_tables import event, subscription
from app.store.subscriptions import JOINED
from app.store.tables import INSTANT, resource

_ZERO: Any = literal_column("0")


def _has_news() -> Any:
    """Whether there is an event behind the cursor that is final."""
    return exists().where(
        tuple_(event.c.transaction, event.c.seq)
        > tuple_(subscription.c.cursor_transaction, subscription.c.cursor_seq),
        event.c.transaction < HORIZON,
    )


@cache
def _take_due() -> Statement:
    """What is to be looked at, leased so that no other worker does; a lease that nobody renews ends."""
    at, until = bindparam("at", type_=INSTANT), bindparam("until", type_=INSTANT)
    beat = subscription.c.last_sent + func.make_interval(
        _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, _ZERO, subscription.c.heartbeat
    )
    due = (
        select(subscription.c.rid)
        .select_from(JOINED)
        .where(
            resource.c.status.in_([literal_column("'requested'"), literal_column("'active'")]),
            or_(subscription.c.busy_until.is_(None), subscription.c.busy_until <= at),
            or_(
                subscription.c.ends <= at,
                and_(
                    or_(subscription.c.next_attempt.is_(None), subscription.c.next_attempt <= at),
                    or_(
                        resource.c.status == literal_column("'requested'"),
                        subscription.c.numbered > subscription.c.delivered,
                        beat <= at,
                        _has_news(),
                    ),
                ),
            ),
        )
        .order_by(subscription.c.busy_until.nulls_first(), subscription.c.rid)
        .limit(bindparam("count", type_=Integer))
        .with_for_update(of=subscription, skip_locked=True)
        .cte("due")
    )
    taken = (
        update(subscription)
        .where(subscription.c.rid == due.c.rid)
        .values(busy_until=until)
        .returning(subscription.c.rid)
        .cte("taken")
    )
    return build(select(resource.c.id).where(resource.c.rid.in_(select(taken.c.rid))))


async def take_due(database: Database, at: datetime, until: datetime, count: int) -> list[str]:
    """At most ``count`` subscriptions that are to be looked at now, ours until ``until``."""
    rows = await database.fetch(_take_due(), {"at": at, "until": until, "count": count})
    return [row["id"] for row in rows]


@cache
def _renew() -> Statement:
    rids = select(resource.c.rid).where(
        resource.c.type == literal_column("'Subscription'"),
        resource.c.id == any_(bindparam("ids", type_=ARRAY(Text))),
    )
    return build(
        update(subscription)
        .where(subscription.c.rid.in_(rids))
        .values(busy_until=bindparam("until", type_=INSTANT))
        .returning(subscription.c.rid)
    )


async def lease(database: Database, ids: Sequence[str], until: datetime | None) -> None:
    """Hold ``ids`` until then; None: let them go."""
    if ids:
        await database.fetch(_renew(), {"ids": list(ids), "until": until})
