"""The events of a subscription under their numbers: what is shown is decided when it is shown, and logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.topics import BY_NAME
from app.store.event_lines import columns, lines
from app.store.log import beside, fresh_proof, logged
from app.store.resources import KEPT_FROM_HER, Stored
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.subscription_tables import event, notification

_RID: Any = bindparam("rid", type_=BigInteger)


@dataclass(frozen=True, slots=True)
class Told:
    """One event under its number; without parts where it may not be told any more, or is too old."""

    number: int
    at: datetime | None = None
    method: str = ""
    parts: tuple[tuple[str, Stored], ...] = ()  # changed, card, target


def _shown(found: Any, parts: Sequence[str]) -> Any:
    """The log's ``shown``: every part that is told, once."""
    rows = [
        select(
            *(
                found.c[f"{prefix}_{name}"].label(name)
                for name in ("type", "id", "version", "rule", "patient")
            ),
            found.c[f"{prefix}_labels"].op("&&")(KEPT_FROM_HER).label("kept"),
        ).where(found.c[f"{prefix}_id"].is_not(None))
        for prefix in parts
    ]
    told = union(*rows).subquery("told")
    line = func.jsonb_build_array(
        told.c.type, told.c.id, told.c.version, told.c.rule, told.c.patient, told.c.kept
    )
    return select(func.jsonb_agg(line, type_=JSONB)).select_from(told).scalar_subquery()


def _women(found: Any) -> Any:
    woman = found.c.changed_patient
    return (
        select(func.array_agg(woman.distinct(), type_=ARRAY(Text)))
        .where(woman.is_not(None))
        .scalar_subquery()
    )


@cache
def _show(role: Role, topic: str, bodies: bool, silent: bool) -> Statement:
    """The events of some numbers, each with what the caller may see of it now; logged."""
    found = lines(role, BY_NAME[topic])
    after, until = bindparam("after", type_=BigInteger), bindparam("until", type_=BigInteger)
    picked = (
        select(notification)
        .where(
            notification.c.subscription == _RID,
            notification.c.number > after,
            notification.c.number <= until,
        )
        .order_by(notification.c.number)
        .limit(bindparam("count", type_=Integer))
        .cte("picked")
    )
    same = and_(event.c.transaction == picked.c.transaction, event.c.seq == picked.c.seq)
    told = (
        select(
            picked.c.number,
            case((found.visible, found.version.c.updated)).label("at"),
            case((found.visible, found.version.c.method)).label("method"),
            *columns(found, bodies=bodies),
        )
        .select_from(picked.outerjoin(found.source, same))
        .cte("told_now")
    )
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal("searched", Text),
        shown=null().cast(JSONB) if silent else _shown(told, tuple(found.parts)),
        patients=null().cast(ARRAY(Text)) if silent else _women(told),
        fresh=fresh,
    )
    return build(beside(told, told.c, log, consumed, fresh).order_by(told.c.number))


async def show(
    session: Session, rid: int, topic: str, *, after: int, until: int, count: int, bodies: bool, silent: bool
) -> list[Told]:
    """The events numbered above ``after`` up to ``until``, as the caller may see them now; logged. Raises Replayed.

    ``silent``: the answer will name none of them, and so does the log.
    """
    statement = _show(session.caller.role, topic, bodies, silent)
    rows = await session.fetch_logged(statement, rid=rid, after=after, until=until, count=count)
    return [told(row) for row in rows if row["number"] is not None]


def told(row: Any) -> Told:
    """A record as :class:`Told`."""
    parts = [
        (prefix, _stored(row, prefix))
        for prefix in ("changed", "card", "target")
        if row.get(f"{prefix}_id") is not None
    ]
    return Told(row["number"], row["at"], row["method"] or "", tuple(parts))


def _stored(row: Any, prefix: str) -> Stored:
    return Stored(
        row[f"{prefix}_type"],
        row[f"{prefix}_id"],
        row[f"{prefix}_version"],
        row[f"{prefix}_updated"],
        row[f"{prefix}_deleted"],
        row[f"{prefix}_patient"],
        frozenset(row[f"{prefix}_labels"] or ()),
        row.get(f"{prefix}_body") or b"",
        row[f"{prefix}_rule"],
    )
