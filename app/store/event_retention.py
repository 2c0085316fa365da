"""Events are kept as long as somebody may ask for them; a feed that comes from another database goes on without a gap."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    Connection,
    Text,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
    text,
    tuple_,
    update,
)

from app.store.database import Database
from app.store.events import ADOPTED, LAST
from app.store.statement import Statement, build
from app.store.subscription_tables import event, feed, notification, subscription
from app.store.subscriptions import JOINED
from app.store.tables import INSTANT, resource, resource_version

_LAST: Any = literal_column(str(LAST), BigInteger)
_ONE: Any = literal_column("1")


def _needed() -> Any:
    """The place from which a subscription that may still be told needs its events: the first of all of them."""
    undelivered = and_(
        notification.c.subscription == subscription.c.rid, notification.c.number > subscription.c.delivered
    )
    places = select(
        func.coalesce(notification.c.transaction, subscription.c.cursor_transaction).label("transaction"),
        func.coalesce(notification.c.seq, subscription.c.cursor_seq).label("seq"),
    ).select_from(JOINED.outerjoin(notification, undelivered))
    live = places.where(resource.c.status != literal_column("'off'")).subquery("live")
    return select(live).order_by(live.c.transaction, live.c.seq).limit(_ONE).cte("needed")


def _gone() -> CTE:
    """The events that go: old ones that no subscription still waits for."""
    needed = _needed()
    young = exists().where(
        resource_version.c.rid == event.c.rid,
        resource_version.c.version == event.c.version,
        resource_version.c.updated >= bindparam("before", type_=INSTANT),
    )
    limit = tuple_(
        func.coalesce(select(needed.c.transaction).scalar_subquery(), _LAST),
        func.coalesce(select(needed.c.seq).scalar_subquery(), _LAST),
    )
    places = (event.c.transaction, event.c.seq)
    return delete(event).where(~young, tuple_(*places) < limit).returning(*places).cte("gone")


@cache
def _forget() -> Statement:
    gone = _gone()
    last = select(gone).order_by(gone.c.transaction.desc(), gone.c.seq.desc()).limit(_ONE).cte("last")
    marked = (
        update(feed)
        .where(tuple_(feed.c.pruned_transaction, feed.c.pruned_seq) < tuple_(last.c.transaction, last.c.seq))
        .values(pruned_transaction=last.c.transaction, pruned_seq=last.c.seq)
        .returning(feed.c.era)
        .cte("marked")
    )
    told = (
        delete(notification)
        .where(
            notification.c.subscription == subscription.c.rid,
            notification.c.number <= subscription.c.delivered,
            tuple_(notification.c.transaction, notification.c.seq).in_(select(gone)),
        )
        .returning(notification.c.number)
        .cte("told")
    )
    return build(select(func.count().label("count")).select_from(gone).add_cte(marked, told))


async def forget(database: Database, before: datetime) -> int:
    """Remove the events of versions made before then, but none that a subscription still waits for; how many."""
    return int((await database.fetch(_forget(), {"before": before}))[0]["count"])


@cache
def _given_up() -> Statement:
    return build(
        select(resource.c.id)
        .select_from(JOINED)
        .where(
            resource.c.type == literal_column("'Subscription'", Text),
            resource.c.status == literal_column("'error'"),
            resource.c.updated < bindparam("before", type_=INSTANT),
        )
    )


async def given_up(database: Database, before: datetime) -> list[str]:
    """The subscriptions that have been in error since before then, and nobody minds."""
    return [row["id"] for row in await database.fetch(_given_up(), {"before": before})]


def adopt(connection: Connection) -> bool:
    """Move a feed that was dumped from another cluster behind every transaction of this one; whether it was.

    A cluster counts its own transactions: what is restored from a dump would stand before or behind at random.
    """
    if connection.scalar(text("SELECT to_regclass('feed')")) is None:
        return False
    cluster = connection.scalar(text("SELECT system_identifier FROM pg_control_system()"))
    if connection.scalar(select(feed.c.cluster)) == cluster:
        return False
    for table, name in (
        (event, "transaction"), (notification, "transaction"), (subscription, "cursor_transaction"),
        (feed, "pruned_transaction"),
    ):  # fmt: skip
        connection.execute(update(table).values({name: table.c[name] - ADOPTED}))
    connection.execute(update(feed).values(cluster=cluster, era=feed.c.era + 1))
    return True
