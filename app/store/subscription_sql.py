"""What the statement that stores a Subscription keeps beside it."""

from typing import Any

from sqlalchemy import CTE, BigInteger, case, cast, func, literal_column, null, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.store.events import HORIZON, LAST
from app.store.subscription_tables import subscription
from app.store.write_columns import Shape, rows_of

_LAST: Any = literal_column(str(LAST), BigInteger)
_ZERO: Any = literal_column("0")


def written(shape: Shape, state: CTE, stored: CTE) -> list[CTE]:
    """Keep what a written Subscription needs beside it.

    A new one, and one that was off, begins with what is committed after this moment, and with what runs at it.
    """
    if "subscription" not in shape.tables:
        return []
    rows = rows_of("subscription")
    start = HORIZON - literal_column("1")
    was_off: Any = (
        (state.c.was_status == literal_column("'off'")) if shape.changes else literal_column("false")
    )
    source = select(
        stored.c.rid, rows.c.topic, cast(rows.c.caller, JSONB), rows.c.headers, rows.c.heartbeat, rows.c.ends,
        case((was_off, start), else_=null().cast(BigInteger)).label("start"),
    ).select_from(stored.join(state, state.c.n == stored.c.n).join(rows, rows.c.n == stored.c.n))  # fmt: skip
    found = source.cte("subscribed")
    names = ["rid", "topic", "caller", "headers", "heartbeat", "ends"]
    fresh = select(*(found.c[name] for name in names), start, _LAST, _ZERO, _ZERO, _ZERO, _ZERO)
    made = insert(subscription).from_select(
        [*names, "cursor_transaction", "cursor_seq", "numbered", "delivered", "attempts", "failures"], fresh
    )
    restart = select(found.c.start).where(found.c.rid == subscription.c.rid).scalar_subquery()
    kept = made.on_conflict_do_update(
        index_elements=["rid"],
        set_={
            **{name: made.excluded[name] for name in names[1:]},
            "cursor_transaction": func.coalesce(restart, subscription.c.cursor_transaction),
            "cursor_seq": case((restart.is_not(None), _LAST), else_=subscription.c.cursor_seq),
            "failures": 0,
            "next_attempt": None,
            "error": None,
        },
    )
    return [kept.cte("subscription_new")]
