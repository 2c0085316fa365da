"""What stands beside a result that waits to be told her, and would tell of it: closed with it, and opened when none waits.

A report and its results, the results of one NIPT, whatever refers to one of them. Decided anew in the transaction of
each write that could change it; the label is of the resource alone, so that no version of it is written.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    literal_column,
    select,
    true,
    tuple_,
    union,
    union_all,
    update,
)

from app.fhir.codes import BESIDE, UNTOLD
from app.fhir.search_params import number
from app.store.database import Database
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_reference, index_token, resource

# Hers whatever is found: her visits and her choices are not closed because a result waits
NEVER = frozenset(
    {"Patient", "EpisodeOfCare", "Encounter", "CareTeam", "Consent", "Appointment", "AuditEvent"}
)
_DOWN = (("DiagnosticReport", "result"), ("Observation", "has-member"))
_WOMEN = bindparam("women", type_=ARRAY(Text))
_NEVER = literal(sorted(NEVER), type_=ARRAY(Text))
_WAITS: ColumnElement[Any] = literal_column(f"'{{{UNTOLD}}}'::text[]")
_CLOSED: ColumnElement[Any] = literal_column(f"'{{{BESIDE},{UNTOLD}}}'::text[]")


def _carries(table: Any, labels: ColumnElement[Any]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = table.c.labels.op("&&", is_comparison=True, return_type=Boolean())(labels)
    return found


def _coded(row: Any) -> ColumnElement[bool]:
    """Whether an Observation is part of the answer of a NIPT."""
    code: ColumnElement[Any] = literal_column(str(number("Observation", "code")))
    pairs = func.unnest(bindparam("systems", type_=ARRAY(Text)), bindparam("codes", type_=ARRAY(Text)))
    named = pairs.table_valued("system", "code").render_derived(name="nipt")
    return exists().where(
        index_token.c.rid == row.c.rid,
        index_token.c.param == code,
        tuple_(index_token.c.system, index_token.c.code).in_(select(named.c.system, named.c.code)),
    )


def _first() -> Select[Any]:
    """What waits, and the other results of a NIPT of which one waits."""
    waits, other = resource.alias("waits"), resource.alias("other")
    own = select(waits.c.rid, waits.c.type, waits.c.id).where(
        waits.c.patient == any_(_WOMEN),
        _carries(waits, _WAITS),
        ~waits.c.deleted,
        waits.c.type != func.all(_NEVER),
    )
    observation: ColumnElement[Any] = literal_column("'Observation'")
    beside = (
        select(other.c.rid, other.c.type, other.c.id)
        .join(waits, and_(waits.c.patient == other.c.patient, waits.c.episode.is_not_distinct_from(other.c.episode)))
        .where(
            other.c.patient == any_(_WOMEN), other.c.type == observation, waits.c.type == observation,
            _carries(waits, _WAITS), ~waits.c.deleted, ~other.c.deleted, _coded(waits), _coded(other),
        )
    )  # fmt: skip
    return select(union(own, beside).subquery("first"))


def _next(closed: Any) -> Select[Any]:
    """What refers to it, and what a closed report or panel is made of."""
    up, down = resource.alias("up"), resource.alias("down")
    to, of = index_reference.alias("to_it"), index_reference.alias("of_it")
    params: list[ColumnElement[Any]] = [literal_column(str(number(*one))) for one in _DOWN]
    upwards = (
        select(up.c.rid, up.c.type, up.c.id)
        .join(to, to.c.rid == up.c.rid)
        .where(
            to.c.target_type == closed.c.type, to.c.target_id == closed.c.id, up.c.patient == any_(_WOMEN),
            up.c.type != func.all(_NEVER), ~up.c.deleted,
        )
    )  # fmt: skip
    downwards = (
        select(down.c.rid, down.c.type, down.c.id)
        .join(of, and_(of.c.target_type == down.c.type, of.c.target_id == down.c.id))
        .where(
            of.c.rid == closed.c.rid, of.c.param.in_(params), down.c.patient == any_(_WOMEN), ~down.c.deleted
        )
    )
    step = union_all(upwards, downwards).lateral("step")
    return select(step.c.rid, step.c.type, step.c.id).select_from(closed.join(step, true()))


@cache
def _closing() -> Statement:
    closed = _first().cte("closed", recursive=True)
    closed = closed.union(_next(closed))
    return build(
        update(resource)
        .where(resource.c.rid.in_(select(closed.c.rid)), ~_carries(resource, _CLOSED))
        .values(labels=func.array_append(resource.c.labels, literal(BESIDE)))
    )


@cache
def _opening() -> Statement:
    waits = resource.alias("waits")
    none = ~exists().where(waits.c.patient == resource.c.patient, _carries(waits, _WAITS), ~waits.c.deleted)
    beside: ColumnElement[Any] = literal_column(f"'{{{BESIDE}}}'::text[]")
    return build(
        update(resource)
        .where(resource.c.patient == any_(_WOMEN), _carries(resource, beside), none)
        .values(labels=func.array_remove(resource.c.labels, literal(BESIDE)))
    )


async def settle(session: Session, women: Iterable[str], nipt: Iterable[tuple[str, str]]) -> None:
    """Close what stands beside what waits, and open what stands beside nothing. In the open transaction only."""
    if session.connection is None:
        raise AssertionError("what waits is settled in the transaction of its write")
    codes, named = sorted(nipt), sorted(set(women))
    systems = [system for system, _ in codes]
    await session.fetch(_closing(), women=named, systems=systems, codes=[code for _, code in codes])
    await session.fetch(_opening(), women=named)


@cache
def _waits() -> Statement:
    return build(
        select(resource.c.patient)
        .distinct()
        .where(resource.c.patient == any_(_WOMEN), _carries(resource, _WAITS), ~resource.c.deleted)
    )


async def waits(session: Session, women: Iterable[str]) -> frozenset[str]:
    """Those of ``women`` of whom a result waits. Nothing of it reaches the caller."""
    rows = await session.fetch(_waits(), women=sorted(set(women)))
    return frozenset(row["patient"] for row in rows)


@cache
def _all() -> Statement:
    columns = (resource.c.type, resource.c.id, resource.c.body)
    return build(select(*columns).where(_carries(resource, _WAITS), ~resource.c.deleted))


async def all_that_wait(database: Database, at: datetime) -> list[tuple[str, str, bytes]]:
    """Type, id and body of every result that waits."""
    return [(row["type"], row["id"], row["body"]) for row in await database.fetch(_all(), {"at": at})]
