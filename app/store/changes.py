"""What is new to a caller since a place in the feed: filtered before it is counted, ended where nothing can turn up behind."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.event_lines import lines
from app.store.events import ADOPTED, HORIZON, LAST, Place
from app.store.log import finish, fresh_proof, logged
from app.store.resources import KEPT_FROM_HER
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.subscription_tables import event, feed

_NO_ERA = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Change:
    """One change: of what, to which version, how and when."""

    type: str
    id: str
    version: int
    method: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """A page, and where the next begins; ``gone`` where what lies behind the place has been forgotten."""

    rows: list[Change]
    next: Place
    gone: bool


def _moved() -> Any:
    """The transaction of the place, moved back like the events for every cluster since (``event_retention.adopt``)."""
    transaction: Any = bindparam("after_transaction", type_=BigInteger)
    since: Any = select(feed.c.era).scalar_subquery() - bindparam("after_era", type_=Integer)
    ages = func.greatest(since, literal_column("0")).cast(BigInteger)
    return transaction - ages * literal_column(str(ADOPTED), BigInteger)


@cache
def _statement(role: Role) -> Statement:
    found = lines(role, None)
    changed = found.parts["changed"]
    topics: Any = bindparam("topics", type_=ARRAY(Text))
    place = tuple_(_moved(), bindparam("after_seq", type_=BigInteger))
    page = (
        select(
            event.c.transaction, event.c.seq, changed.table.c.type, changed.table.c.id,
            event.c.version.label("event_version"), found.version.c.method, found.version.c.updated,
            changed.rule.label("rule"), changed.table.c.patient,
            changed.table.c.labels.op("&&")(KEPT_FROM_HER).label("kept"),
        )
        .select_from(found.source)
        .where(
            tuple_(event.c.transaction, event.c.seq) > place,
            event.c.transaction < HORIZON,
            event.c.topics.op("&&")(topics),
            found.narrowed(),
            found.visible,
        )
        .order_by(event.c.transaction, event.c.seq)
        .limit(bindparam("count", type_=Integer))
        .cte("page")
    )  # fmt: skip
    consumed, fresh = fresh_proof()
    line = func.jsonb_build_array(
        page.c.type, page.c.id, page.c.event_version, page.c.rule, page.c.patient, page.c.kept
    )
    log = logged(
        verdict=literal("searched", Text),
        shown=select(func.jsonb_agg(line, type_=JSONB)).select_from(page).scalar_subquery(),
        patients=select(func.array_agg(page.c.patient.distinct(), type_=ARRAY(Text)))
        .where(page.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    gone = place < tuple_(feed.c.pruned_transaction, feed.c.pruned_seq)
    now = select(HORIZON.label("horizon"), feed.c.era, gone.label("gone")).cte("now")
    return build(
        finish(select(*page.c, *now.c), log, fresh)
        .select_from(now.outerjoin(page, true()))
        .order_by(page.c.transaction, page.c.seq)
        .add_cte(consumed)
    )


async def changes(
    session: Session, after: Place | None, topics: list[str], filters: dict[str, Any], count: int
) -> Changes:
    """At most ``count`` changes behind ``after``; logged. Without a place: none, and where to begin. Raises Replayed."""
    from_ = after or Place(_NO_ERA, LAST, LAST)
    given = {
        "after_era": from_.era, "after_transaction": from_.transaction, "after_seq": from_.seq, "topics": topics,
        "count": count,
    }  # fmt: skip
    rows = await session.fetch_logged(_statement(session.caller.role), **given, **filters)
    found = [row for row in rows if row["id"] is not None]
    last = (found[-1]["transaction"], found[-1]["seq"]) if found and len(found) == count else None
    end = Place(rows[0]["era"], *(last or (rows[0]["horizon"] - 1, LAST)))
    listed = [
        Change(row["type"], row["id"], row["event_version"], row["method"], row["updated"]) for row in found
    ]
    return Changes(listed, end, rows[0]["gone"])
