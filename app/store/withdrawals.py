"""Withdrawals as the serving role sees them: which are due, what must not be sent any more, and the receipts."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    Text,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.database import Database
from app.store.deliveries import PENDING, RETRACTIONS, WAITING, WITHDRAWN, is_under_way
from app.store.erasure_table import TASK
from app.store.log import beside, fresh_proof, logged
from app.store.session import Session
from app.store.standing_sql import PERSON, own_patient
from app.store.statement import Statement, build
from app.store.tables import INSTANT, delivery
from app.store.withdrawal_tables import ASKED, ERASED, withdrawal

_AT = bindparam("at", type_=INSTANT)
_RETRACTING: list[Any] = [literal_column(f"'{kind}'") for kind in RETRACTIONS]


@dataclass(frozen=True, slots=True)
class Due:
    """A withdrawal that is to be carried out; ``patient`` is the lock of all jobs about her."""

    id: str
    patient: str


@cache
def _due() -> Statement:
    queued: ColumnElement[bool] = literal_column(
        "EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE job.queueing_lock = 'erase ' || withdrawal.id"
        " AND job.status IN ('todo', 'doing'))",
        Boolean,
    )
    rows = select(withdrawal.c.id, withdrawal.c.patient).where(
        withdrawal.c.state == literal_column(f"'{ASKED}'"), withdrawal.c.due <= _AT, ~queued
    )
    return build(rows.order_by(withdrawal.c.due, withdrawal.c.id).limit(literal_column("100")))


def queueing_lock(id_: str) -> str:
    """One job a withdrawal."""
    return f"{TASK} {id_}"


async def due(database: Database, at: datetime) -> list[Due]:
    """Those whose time has come and that no job looks at, oldest first."""
    return [Due(row["id"], row["patient"]) for row in await database.fetch(_due(), {"at": at})]


@cache
def _hold_back() -> Statement:
    """What waits is not sent; what is under way is waited for."""
    waits = delivery.c.state.in_([literal_column(f"'{PENDING}'"), literal_column(f"'{WAITING}'")])
    hers = (
        (delivery.c.patient == bindparam("patient", type_=Text)) & delivery.c.kind.not_in(_RETRACTING) & waits
    )
    held = (
        update(delivery)
        .where(hers, ~is_under_way())
        .values(
            state=literal_column(f"'{WITHDRAWN}'"), token=literal_column("NULL::bytea"), updated=_AT,
            error=literal_column("'She has withdrawn'"),
        )
        .returning(delivery.c.id)
        .cte("held")
    )  # fmt: skip
    left = select(func.count()).where(hers, is_under_way()).scalar_subquery()
    return build(select(left.label("under_way"), select(func.count()).select_from(held).scalar_subquery()))


async def hold_back(database: Database, patient: str, at: datetime) -> bool:
    """Send nothing of hers any more; whether all that was under way has come to its end."""
    rows = await database.fetch(_hold_back(), {"patient": patient, "at": at})
    return not rows[0]["under_way"]


@cache
def _own() -> Statement:
    return build(select(own_patient().label("patient")))


async def own_id(session: Session) -> str | None:
    """The Patient of the citizen who asks."""
    found: str | None = (await session.fetch(_own()))[0]["patient"]
    return found


def erased_of_caller() -> Any:
    """The ids under which a citizen's earlier cards stand in the log."""
    hers = (withdrawal.c.subject == PERSON) & (withdrawal.c.state == literal_column(f"'{ERASED}'"))
    return select(withdrawal.c.patient).where(hers)


@cache
def _receipts(mine: bool) -> Statement:
    names = ("id", "patient", "asked", "due", "state", "ended", "receipt")
    parts = (
        "kind",
        delivery.c.kind,
        "type",
        delivery.c.type,
        "state",
        delivery.c.state,
        "at",
        delivery.c.updated,
    )
    taken_back = (
        select(func.jsonb_agg(func.jsonb_build_object(*(literal_column(f"'{one}'") if isinstance(one, str) else one for one in parts))))
        .where(delivery.c.patient == withdrawal.c.patient, delivery.c.kind.in_(_RETRACTING))
        .correlate(withdrawal)
        .scalar_subquery()
    )  # fmt: skip
    found = select(*(withdrawal.c[name] for name in names), taken_back.cast(Text).label("retractions"))
    if mine:
        found = found.where(withdrawal.c.subject == PERSON)
    found_rows = found.order_by(withdrawal.c.asked.desc(), withdrawal.c.id).limit(literal_column("500"))
    rows = found_rows.cte("receipts")
    return _logged(rows, "receipt", rows.c.asked.desc(), rows.c.id)


def _logged(rows: CTE, rule: str, *order: Any) -> Statement:
    """The rows, and in the log the women whom they are about."""
    consumed, fresh = fresh_proof()
    women = select(rows.c.patient).distinct().subquery("women")
    parts = ("'Patient'", women.c.patient, "0", f"'{rule}'", women.c.patient, "false")
    line = func.jsonb_build_array(*(literal_column(p) if isinstance(p, str) else p for p in parts))
    log = logged(
        verdict=literal("searched", Text),
        shown=select(func.jsonb_agg(line, type_=JSONB)).select_from(women).scalar_subquery(),
        patients=select(func.array_agg(women.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(rows, rows.c, log, consumed, fresh).order_by(*order))


async def receipts(session: Session, *, mine: bool) -> list[dict[str, Any]]:
    """Withdrawals, newest first, with what was erased and what became of the messages; logged. Raises Replayed."""
    found = await session.fetch_logged(_receipts(mine))
    return [
        {**dict(row), **{name: json.loads(row[name] or "null") for name in ("receipt", "retractions")}}
        for row in found
        if row["id"] is not None
    ]


@cache
def _of_recipients() -> Statement:
    """The erased women whom one of the caller's organisations was shown, by their receipts."""
    organizations = bindparam("caller_organizations", type_=ARRAY(Text))
    named = literal_column(
        "ARRAY(SELECT one->>'organization' FROM jsonb_array_elements(withdrawal.receipt::jsonb->'recipients') AS one)",
        ARRAY(Text),
    )
    rows = (
        select(withdrawal.c.id, withdrawal.c.patient, withdrawal.c.ended)
        .where(
            withdrawal.c.state == literal_column(f"'{ERASED}'"),
            named.op("&&", is_comparison=True, return_type=Boolean())(organizations),
            or_(
                bindparam("since", type_=INSTANT).is_(None),
                withdrawal.c.ended > bindparam("since", type_=INSTANT),
            ),
        )
        .order_by(withdrawal.c.ended, withdrawal.c.id)
        .limit(literal_column("100"))
        .cte("withdrawn")
    )
    return _logged(rows, "retraction", rows.c.ended, rows.c.id)


async def of_recipients(session: Session, since: datetime | None) -> list[Any]:
    """At most 100 women who withdrew since then and of whom the caller's organisations were shown something; logged."""
    rows = await session.fetch_logged(_of_recipients(), since=since)
    return [row for row in rows if row["id"] is not None]
