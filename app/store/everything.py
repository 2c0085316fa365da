"""All that is about one woman, or belongs to one card, as far as the caller may see it, with what it refers to.

https://hl7.org/fhir/R4/patient-operation-everything.html. One statement reads, decides, pages and logs. Every row is about
the same woman, so what hangs on her alone (relation, choice) is decided once.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.access.rules import CATALOGUE
from app.fhir.care_dates import NUMBERS
from app.fhir.newborn import is_child
from app.store.access_sql import allowed, rule
from app.store.card import belongs
from app.store.log import finish, fresh_proof, logged
from app.store.newborns import about
from app.store.resources import NO_ROW, NOTHING, STORED, Stored, facets, facets_of, shown
from app.store.session import Session
from app.store.standing_rows import standing_in, with_standing
from app.store.statement import Statement, build
from app.store.tables import INSTANT, index_date, index_reference, resource

_TYPES = bindparam("types", type_=ARRAY(Text))
_SINCE = bindparam("since", type_=INSTANT)
_LIMIT = bindparam("limit", type_=Integer)
_NONE: frozenset[str] = frozenset()
_COLUMNS = tuple(resource.c[name] for name in STORED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for; None where nothing narrows it. ``span`` is of care, ``after`` the last row of the page before."""

    types: list[str] | None = None
    since: datetime | None = None
    span: tuple[datetime, datetime] | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Everything:
    """One page. ``asked`` is the woman or the card without its body; None where there is none."""

    asked: Stored | None
    hers: list[Stored]
    referred: list[Stored]
    next: int | None


def _asked(role: Role, type_name: str) -> CTE:
    names = ("type", "id", "version", "updated", "deleted", "patient", "labels")
    rows, standing = with_standing(resource, resource.c.patient)
    decided = rule(role, "read", facets(standing), type_name).label("rule")
    return (
        select(*(resource.c[name] for name in names), decided, *standing)
        .select_from(rows)
        .where(
            resource.c.type == literal_column(f"'{type_name}'"),
            resource.c.id == bindparam("id", type_=Text),
        )
        .cte("asked")
    )


def _in_span() -> ColumnElement[bool]:
    """Whether care of a resource fell into the span, or it belongs to no time."""
    of_care: Select[Any] = select(literal_column("1")).where(
        index_date.c.rid == resource.c.rid,
        index_date.c.param.in_([literal_column(str(number)) for number in NUMBERS]),
    )
    least, most = bindparam("least", type_=INSTANT), bindparam("most", type_=INSTANT)
    within = of_care.where(index_date.c.low < most, index_date.c.high > least)
    return or_(~of_care.exists(), within.exists())


def _page(role: Role, type_name: str, asked: CTE, *, spanned: bool, child: bool) -> CTE:
    """The rows behind the place, one more than are sent."""
    may = and_(~asked.c.deleted, allowed(asked.c.rule))
    hers = select(asked.c.patient).where(may).scalar_subquery()
    spoken = rule(role, "read", facets_of(hers, standing_in(asked)))
    conditions = [
        resource.c.patient == hers,
        ~resource.c.deleted,
        resource.c.rid > bindparam("after", type_=BigInteger),
        or_(_TYPES.is_(None), resource.c.type == any_(_TYPES)),
        or_(_SINCE.is_(None), resource.c.updated >= _SINCE),
        allowed(spoken),
    ]
    if type_name == "EpisodeOfCare":
        conditions.append(belongs(bindparam("id", type_=Text)))
    if child:  # kept within the mother's record, and asked for alone
        conditions.append(about(bindparam("id", type_=Text), resource))
    if spanned:
        conditions.append(_in_span())
    found = resource.join(asked, literal_column("true"))
    rows = select(resource.c.rid, *_COLUMNS, spoken.label("rule")).select_from(found).where(*conditions)
    return rows.order_by(resource.c.rid).limit(_LIMIT).cte("page")


def _referred(role: Role, page: CTE) -> Select[Any]:
    """What of the catalogue the rows of the page refer to."""
    sent = select(page.c.rid).order_by(page.c.rid).limit(_LIMIT - literal_column("1"))
    targets = (
        select(index_reference.c.target_type, index_reference.c.target_id)
        .distinct()
        .where(
            index_reference.c.rid.in_(sent),
            index_reference.c.target_type == any_(literal(sorted(CATALOGUE), ARRAY(Text))),
            or_(_TYPES.is_(None), index_reference.c.target_type == any_(_TYPES)),
        )
        .cte("targets")
    )
    spoken = rule(role, "read", facets_of(null().cast(Text)))  # the catalogue is about no woman
    keys = select(targets.c.target_type, targets.c.target_id)
    return select(literal_column("0::bigint").label("rid"), *_COLUMNS, spoken.label("rule")).where(
        tuple_(resource.c.type, resource.c.id).in_(keys),
        resource.c.patient.is_(None),
        ~resource.c.deleted,
        allowed(spoken),
    )


@cache
def _statement(role: Role, type_name: str, spanned: bool, child: bool) -> Statement:
    asked = _asked(role, type_name)
    page = _page(role, type_name, asked, spanned=spanned, child=child)
    rank = func.row_number().over(order_by=page.c.rid).label("rank")
    listed = [page.c[name] for name in ("rid", *STORED, "rule")]
    referred = _referred(role, page).add_columns(literal_column("0::bigint").label("rank"))
    answer = union_all(select(*listed, rank), referred).cte("answer")
    sent = answer.c.rank < _LIMIT
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=func.coalesce(
            select(func.coalesce(asked.c.rule, literal(NO_ROW, Text))).scalar_subquery(),
            literal(NOTHING, Text),
        ),
        shown=select(func.jsonb_agg(shown(answer.c), type_=JSONB)).where(sent).scalar_subquery(),
        patients=select(func.array_agg(asked.c.patient, type_=ARRAY(Text)))
        .where(asked.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    one = select(literal_column("1")).subquery("one")
    about = [asked.c[name].label(f"asked_{name}") for name in ("id", "deleted", "rule")]
    told = [answer.c[name] for name in ("rid", "type", "id", "version", "updated", "rule", "body", "rank")]
    rows = one.outerjoin(asked, literal_column("true")).outerjoin(answer, literal_column("true"))
    return build(
        finish(select(*told, *about), log, fresh)
        .select_from(rows)
        .order_by(answer.c.rank, answer.c.rid)
        .add_cte(consumed)
    )


def _stored(type_name: str, id_: str, row: Any, **decided: Any) -> Stored:
    """What an answer needs of a row; the rest is not read."""
    found = {"deleted": False, "rule": row["rule"], **decided}
    return Stored(
        type_name, id_, row["version"], row["updated"], patient=None, labels=_NONE, body=row["body"], **found
    )


async def everything(session: Session, key: tuple[str, str], wanted: Wanted, *, count: int) -> Everything:
    """A page of ``count`` rows of the Patient or EpisodeOfCare ``key``, decided and logged. Raises Replayed."""
    type_name, id_ = key
    least, most = wanted.span or (None, None)
    child = type_name == "Patient" and is_child(id_)
    statement = _statement(session.caller.role, type_name, wanted.span is not None, child)
    values = {
        "id": id_,
        "types": wanted.types,
        "since": wanted.since,
        "after": wanted.after,
        "limit": count + 1,
    }
    if wanted.span is not None:
        values |= {"least": least, "most": most}
    rows = await session.fetch_logged(statement, **values)
    first = rows[0]
    asked = None
    if first["asked_id"] is not None:
        asked = _stored(type_name, id_, first, deleted=first["asked_deleted"], rule=first["asked_rule"])
    rows = [row for row in rows if row["id"] is not None]
    hers = [row for row in rows if row["rank"]]
    more = len(hers) > count
    return Everything(
        asked,
        [_stored(row["type"], row["id"], row) for row in hers[:count]],
        [_stored(row["type"], row["id"], row) for row in rows if not row["rank"]],
        hers[count - 1]["rid"] if more else None,
    )
