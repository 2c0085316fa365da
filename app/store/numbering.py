"""Numbers for the events of a subscription, given at the moment of telling, after the decision.

So the numbers have no gaps and count nothing that the subscriber may not know of. A number that was given stays: where
she may no longer be told of, it comes bare.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    or_,
    select,
    tuple_,
    update,
)

from app.access.caller import Role
from app.fhir.topics import BY_NAME
from app.store.database import Connection, Database
from app.store.event_lines import Lines, lines
from app.store.events import HORIZON, LAST
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.subscription_tables import event, notification, subscription

_RID: Any = bindparam("rid", type_=BigInteger)
_LAST: Any = literal_column(str(LAST), BigInteger)
_ONE: Any = literal_column("1")
_CURSOR = (subscription.c.cursor_transaction, subscription.c.cursor_seq)


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Connection]:
    """A connection in a transaction that sees one moment: what is numbered is what is shown.

    Raises asyncpg.SerializationError where another moved the same subscription meanwhile.
    """
    async with database.connection() as held, held.raw.transaction(isolation="repeatable_read"):
        yield held


def _next(found: Lines, topic: str, limit: ColumnElement[Any]) -> Select[Any]:
    """The first events behind the cursor that are final and may be told, in their order."""
    return (
        select(event.c.transaction, event.c.seq)
        .select_from(found.source.join(subscription, subscription.c.rid == _RID))
        .where(
            tuple_(event.c.transaction, event.c.seq) > tuple_(*_CURSOR),
            event.c.transaction < HORIZON,
            event.c.topics.op("@>")(literal_column(f"'{{{topic}}}'::text[]", ARRAY(Text))),
            found.narrowed(),
            found.visible,
        )
        .order_by(event.c.transaction, event.c.seq)
        .limit(limit)
    )


@cache
def _pass_over(role: Role, topic: str) -> Statement:
    """Move the cursor to the horizon where nothing before it may be told; say whether anything waits."""
    first = _next(lines(role, BY_NAME[topic]), topic, _ONE).cte("first")
    none: Any = ~select(_ONE).select_from(first).exists()
    moved = (
        update(subscription)
        .where(subscription.c.rid == _RID, none, tuple_(*_CURSOR) < tuple_(HORIZON - _ONE, _LAST))
        .values(cursor_transaction=HORIZON - _ONE, cursor_seq=_LAST)
        .returning(subscription.c.rid)
        .cte("moved")
    )
    waiting = or_(subscription.c.numbered > subscription.c.delivered, ~none)
    return build(
        select(waiting.label("waits"), select(func.count()).select_from(moved).scalar_subquery()).where(
            subscription.c.rid == _RID
        )
    )


async def pass_over(session: Session, rid: int, topic: str, filters: dict[str, Any]) -> bool:
    """Go past what may not be told; whether there is something to tell. Nothing is shown, so nothing is logged."""
    statement = _pass_over(session.caller.role, topic)
    rows = await session.fetch(statement, rid=rid, **filters)
    return bool(rows and rows[0]["waits"])


@cache
def _number(role: Role, topic: str) -> Statement:
    """Give numbers to at most ``room`` events, and move the cursor behind the last, or to the horizon."""
    room: Any = bindparam("room", type_=Integer)
    fresh = _next(lines(role, BY_NAME[topic]), topic, room).cte("fresh")
    place = func.row_number().over(order_by=(fresh.c.transaction, fresh.c.seq))
    numbered = (
        insert(notification)
        .from_select(
            ["subscription", "number", "transaction", "seq"],
            select(
                subscription.c.rid, subscription.c.numbered + place, fresh.c.transaction, fresh.c.seq
            ).select_from(fresh.join(subscription, subscription.c.rid == _RID)),
        )
        .returning(notification.c.number)
        .cte("numbered_now")
    )
    count: Any = select(func.count()).select_from(fresh).scalar_subquery()
    last = select(fresh).order_by(fresh.c.transaction.desc(), fresh.c.seq.desc()).limit(_ONE).cte("last")
    full: Any = count >= room
    return build(
        update(subscription)
        .where(subscription.c.rid == _RID)
        .values(
            numbered=subscription.c.numbered + count,
            cursor_transaction=case(
                (full, select(last.c.transaction).scalar_subquery()), else_=HORIZON - _ONE
            ),
            cursor_seq=case((full, select(last.c.seq).scalar_subquery()), else_=_LAST),
            attempts=subscription.c.attempts + bindparam("attempt", type_=Integer),
        )
        .returning(subscription.c.numbered, subscription.c.attempts)
        .add_cte(numbered)
    )


@cache
def _lock() -> Statement:
    kept = select(subscription.c.numbered, subscription.c.delivered).where(subscription.c.rid == _RID)
    return build(kept.with_for_update())


async def number(
    session: Session, rid: int, topic: str, filters: dict[str, Any], *, most: int, attempt: bool
) -> tuple[int, int, int]:
    """Number what is new, so that at most ``most`` wait; the counts delivered and numbered, and the attempts.

    ``attempt``: it is for sending. The session holds a snapshot. Raises asyncpg.SerializationError.
    """
    held = await session.fetch(_lock(), rid=rid)
    delivered, numbered = held[0]["delivered"], held[0]["numbered"]
    room = max(0, most - (numbered - delivered)) if attempt else most
    statement = _number(session.caller.role, topic) if room else _try()
    rows = await session.fetch(statement, rid=rid, room=room, attempt=int(attempt), **filters)
    return delivered, rows[0]["numbered"], rows[0]["attempts"]


@cache
def _try() -> Statement:
    """One more attempt for what is numbered already."""
    return build(
        update(subscription)
        .where(subscription.c.rid == _RID)
        .values(attempts=subscription.c.attempts + bindparam("attempt", type_=Integer))
        .returning(subscription.c.numbered, subscription.c.attempts)
    )
