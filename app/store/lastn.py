"""The last observations of one woman for each code, as far as the caller may see them, in one statement.

https://hl7.org/fhir/R4/observation-operation-lastn.html. Codes that stand together in one Observation (NLK and LOINC) are
taken for the same. What is hidden is left out before anything is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.newborn import is_child
from app.fhir.search_params import number
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.newborns import of_child, within_mothers
from app.store.resources import STORED, Stored, facets, facets_of, shown, stored
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_date, index_token, resource

Tokens = Sequence[tuple[str | None, str | None]]  # system and code, None where any will do
_MOST = bindparam("most", type_=Integer)


@dataclass(frozen=True, slots=True)
class Last:
    """The observations by code, the newest of each first; ``more``: there were too many to send."""

    found: list[Stored]
    more: bool


def _param(code: str) -> ColumnElement[Any]:
    return literal_column(str(number("Observation", code)))


def _has(code: str) -> ColumnElement[bool]:
    """Whether the row has one of the tokens asked for, where any is asked for."""
    arrays = [bindparam(f"{code}_{name}", type_=ARRAY(Text)) for name in ("systems", "codes")]
    wanted = func.unnest(*arrays).table_valued(column("system", Text), column("code", Text))
    rows = wanted.render_derived(name=f"{code}_wanted")
    same: Select[Any] = (
        select(literal_column("1"))
        .select_from(index_token.join(rows, literal_column("true")))
        .where(
            index_token.c.rid == resource.c.rid,
            index_token.c.param == _param(code),
            or_(rows.c.code.is_(None), index_token.c.code == rows.c.code),
            or_(rows.c.system.is_(None), func.coalesce(index_token.c.system, "") == rows.c.system),
        )
    )
    return or_(func.cardinality(arrays[1]) == literal_column("0"), same.exists())


def _seen(role: Role, *, child: bool) -> CTE:
    """What may be seen of a woman herself, or of a child, whose record is kept within the mother's."""
    patient = bindparam("patient", type_=Text)
    spoken = rule(role, "read", facets() if child else facets_of(patient), "Observation")
    theirs = (
        within_mothers(patient)
        if child
        else and_(resource.c.patient == patient, ~of_child(resource.c.labels))
    )
    return (
        select(resource.c.rid, *(resource.c[name] for name in STORED), spoken.label("rule"))
        .where(
            theirs,
            resource.c.type == literal_column("'Observation'"),
            ~resource.c.deleted,
            resource.c.status.is_distinct_from(literal_column("'entered-in-error'")),
            allowed(spoken),
            _has("category"),
            _has("code"),
        )
        .cte("seen")
    )


def _of_code(seen: CTE) -> ColumnElement[bool]:
    return and_(index_token.c.rid == seen.c.rid, index_token.c.param == _param("code"))


def _groups(seen: CTE) -> CTE:
    """Each row with the name of its code: the first of all codes that stand together with one of its own."""
    name = func.concat(index_token.c.system, "|", index_token.c.code)
    same = and_(_of_code(seen), index_token.c.code.is_not(None))
    tokens = select(seen.c.rid, name.label("name")).select_from(seen.join(index_token, same)).cte("tokens")
    beside = tokens.alias("beside")
    first = (
        select(tokens.c.name, func.min(beside.c.name).label("first"))
        .select_from(tokens.join(beside, beside.c.rid == tokens.c.rid))
        .group_by(tokens.c.name)
        .cte("first")
    )
    return (
        select(tokens.c.rid, func.min(first.c.first).label("code"))
        .select_from(tokens.join(first, first.c.name == tokens.c.name))
        .group_by(tokens.c.rid)
        .cte("groups")
    )


def _last(seen: CTE) -> CTE:
    """The newest of each code, by when it happened; one more than are sent."""
    groups = _groups(seen)
    happened = select(func.max(index_date.c.high)).where(
        index_date.c.rid == seen.c.rid, index_date.c.param == _param("date")
    )
    when = (happened.scalar_subquery().desc().nulls_last(), seen.c.updated.desc(), seen.c.rid.desc())
    said = select(func.min(index_token.c.text)).where(_of_code(seen)).scalar_subquery()
    of_code = func.coalesce(groups.c.code, said)  # what has no code is named by its text
    place = func.row_number().over(partition_by=of_code, order_by=when).label("place")
    ranked = (
        select(*seen.c, of_code.label("of_code"), place)
        .select_from(seen.outerjoin(groups, groups.c.rid == seen.c.rid))
        .subquery("ranked")
    )
    line = func.row_number().over(order_by=(ranked.c.of_code, ranked.c.place)).label("line")
    return (
        select(*ranked.c, line)
        .where(ranked.c.place <= bindparam("each", type_=Integer))
        .order_by(line)
        .limit(_MOST + literal_column("1"))
        .cte("last")
    )


@cache
def _statement(role: Role, *, child: bool) -> Statement:
    last = _last(_seen(role, child=child))
    sent = last.c.line <= _MOST
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'searched'", Text),
        shown=select(func.jsonb_agg(shown(last.c), type_=JSONB)).where(sent).scalar_subquery(),
        patients=select(func.array_agg(last.c.patient.distinct(), type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(last, last.c, log, consumed, fresh).order_by(last.c.line))


async def last(session: Session, patient: str, tokens: dict[str, Tokens], *, each: int, most: int) -> Last:
    """The last ``each`` observations for each code, decided and logged. Raises Replayed."""
    values: dict[str, Any] = {"patient": patient, "each": each, "most": most}
    for code in ("category", "code"):
        values[f"{code}_systems"] = [system for system, _ in tokens.get(code, ())]
        values[f"{code}_codes"] = [value for _, value in tokens.get(code, ())]
    rows = await session.fetch_logged(_statement(session.caller.role, child=is_child(patient)), **values)
    found = [stored(row) for row in rows if row["id"] is not None]
    return Last(found[:most], len(found) > most)
