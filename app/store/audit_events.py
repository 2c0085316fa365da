"""Reading the log: rows of one woman or by id, decided and themselves logged."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Text,
    and_,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.newborn import is_child
from app.store import newborns
from app.store.access_sql import allowed, rule
from app.store.facet_columns import FacetColumns
from app.store.log import beside, fresh_proof, logged
from app.store.session import Session
from app.store.standing_sql import NUMBER
from app.store.statement import Statement, build
from app.store.tables import INSTANT, ONE_WOMAN, SEVERAL_WOMEN, audit, person, resource
from app.store.withdrawal_tables import withdrawal
from app.store.withdrawals import erased_of_caller

_EMPTY = literal_column("'{}'::text[]", ARRAY(Text))


@dataclass(frozen=True, slots=True)
class Looked:
    """One row of the log."""

    id: str
    at: datetime
    lane: int
    seq: int
    request: dict[str, Any]
    result: dict[str, Any]
    rule: str | None
    own: str | None  # the citizen who reads: she sees her own share of a row


def _own() -> tuple[Any, Any]:
    """Under which ids a citizen stands in the log: her Patient's, and those of cards that were erased."""
    return select(person.c.patient).where(person.c.number == NUMBER), erased_of_caller()


def _own_ids() -> ColumnElement[Any]:
    return func.array(union(*_own()).scalar_subquery(), type_=ARRAY(Text))


def _own_in_row() -> ColumnElement[Any]:
    """That of the ids which the row of the log is about."""
    ids = func.unnest(_own_ids()).column_valued("own_id")
    return select(ids).where(ids == any_(audit.c.patients)).limit(literal_column("1")).scalar_subquery()


def _facets() -> FacetColumns:
    """An audit row is about her if she is among its women; only a citizen's own ids are compared."""
    hers = _own_in_row()
    type_name, author = literal_column("'AuditEvent'", Text), literal_column("''", Text)
    return FacetColumns(type_name, hers, _EMPTY, author, own=hers)


def _showed(kept: Any) -> Any:
    """Whether a row of the log shows one of the resources ``kept`` (``Type/id``)."""
    one: Any = func.jsonb_array_elements(cast(audit.c.result, JSONB).op("->")(literal_column("'shown'")))
    rows = one.column_valued("one")
    name = func.concat(rows.op("->>")(literal_column("0")), "/", rows.op("->>")(literal_column("1")))
    return select(literal_column("1")).where(name == any_(kept)).exists()


def _about(patient: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether a row of the log is about the woman ``patient``, an array of her id alone; said as the indexes have it."""
    alone = and_(ONE_WOMAN, audit.c.patients[literal_column("1")] == any_(patient))
    return or_(alone, and_(SEVERAL_WOMEN, audit.c.patients.op("@>")(patient)))


@cache
def _statement(role: Role, by_id: bool, by_patient: bool, of_child: bool) -> Statement:
    found = select(
        audit.c.id, audit.c.at, audit.c.lane, audit.c.seq, audit.c.request, audit.c.result,
        rule(role, "read", _facets(), "AuditEvent").label("rule"),
        (_own_in_row() if role is Role.CITIZEN else null().cast(Text)).label("own"),
    )  # fmt: skip
    if by_id:
        found = found.where(audit.c.id == bindparam("id", type_=Text))
    if by_patient:
        found = found.where(_about(bindparam("patient", type_=ARRAY(Text))))
    if (
        by_patient and role is Role.CITIZEN
    ):  # of another woman's log she gets nothing, not even what they share
        found = found.where(_own_ids().op("@>")(bindparam("patient", type_=ARRAY(Text))))
    if of_child:
        found = found.where(_showed(bindparam("kept", type_=ARRAY(Text))))
    low, high = bindparam("low", type_=INSTANT), bindparam("high", type_=INSTANT)
    before, before_seq = bindparam("before", type_=INSTANT), bindparam("before_id", type_=Text)
    found = found.where(
        audit.c.at >= low,
        audit.c.at < high,
        or_(before.is_(None), audit.c.at < before, and_(audit.c.at == before, audit.c.id < before_seq)),
    )
    inner = found.subquery("inner_rows")
    page: CTE = (
        select(inner)
        .where(allowed(inner.c.rule))
        .order_by(inner.c.at.desc(), inner.c.id.desc())
        .limit(bindparam("count", type_=Integer))
        .cte("page")
    )
    consumed, fresh = fresh_proof()
    shown = func.jsonb_agg(
        func.jsonb_build_array(
            literal_column("'AuditEvent'"),
            page.c.id,
            literal_column("1"),
            page.c.rule,
            null(),
            literal_column("false"),
        ),
        type_=JSONB,
    )
    asked = bindparam("women", type_=ARRAY(Text))
    there = resource.c.type == literal_column("'Patient'")
    known = select(resource.c.id).where(there, resource.c.id == any_(asked))
    erased = select(withdrawal.c.patient).where(withdrawal.c.patient == any_(asked))
    named = union(known, erased, *(_own() if role is Role.CITIZEN else ()))
    women = func.array(named.scalar_subquery(), type_=ARRAY(Text))
    log = logged(
        verdict=literal("searched", Text),
        shown=select(shown).select_from(page).scalar_subquery(),
        patients=women,
        fresh=fresh,
    )
    return build(beside(page, page.c, log, consumed, fresh).order_by(page.c.at.desc(), page.c.id.desc()))


async def rows(
    session: Session,
    *,
    id_: str | None = None,
    patient: str | None = None,
    span: tuple[datetime, datetime],
    before: tuple[datetime, str] | None = None,
    count: int,
) -> list[Looked]:
    """Rows of the log, newest first; logged. Raises Replayed."""
    whose, kept = await _whose(session, patient)
    statement = _statement(session.caller.role, id_ is not None, patient is not None, bool(kept))
    found = await session.fetch_logged(
        statement,
        **kept,
        id=id_,
        patient=whose,
        low=span[0],
        high=span[1],
        before=before[0] if before else None,
        before_id=before[1] if before else None,
        count=count,
        women=whose,
    )
    return [_looked(row) for row in found if row["id"] is not None]


async def _whose(session: Session, patient: str | None) -> tuple[list[str], dict[str, Any]]:
    """Whose log is asked for; of a child, its mother's, with what it must show (``kept``)."""
    if patient is None or not is_child(patient):
        return [patient] if patient else [], {}
    mother, kept = await newborns.kept(session, patient)
    return [mother or patient], {"kept": kept}


def _looked(row: Any) -> Looked:
    request, result = json.loads(row["request"]), json.loads(row["result"])
    return Looked(row["id"], row["at"], row["lane"], row["seq"], request, result, row["rule"], row["own"])
