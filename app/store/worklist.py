"""The worklist's statements: the open cards of an organisation's women, their outlines, and what of them it may see.

An outline is fresh where no change to the woman waits for the worker: a write leaves its row in ``changed`` as it
commits, the worker makes it a job in one transaction, and the job ends behind the outline it wrote. What is not
fresh is folded from ``cards``. None of these statements logs: what leaves is shown by ``together``, which does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Date,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    null,
    or_,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import insert

from app.access.caller import Role
from app.fhir.search_params import number
from app.store.access_sql import allowed, rule
from app.store.card import belongs
from app.store.resources import STORED, Stored, facets, stored
from app.store.session import Session
from app.store.standing_sql import AT, AUTHOR, ORGANIZATIONS
from app.store.statement import FENCE, Statement, build
from app.store.tables import INSTANT, OPEN_EPISODE, changed, index_date, relation, resource
from app.store.worklist_tables import looked, outline

_JOBS = table("procrastinate_jobs", column("lock", Text), column("task_name", Text), column("status"))
_CARD: ColumnElement[Any] = literal_column("'EpisodeOfCare'")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Open:
    """An open card that the caller may read. ``outline`` is None where the worker has not seen all that there is."""

    episode: str
    patient: str
    outline: dict[str, Any] | None
    looked: datetime | None


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a decision said of a resource: whether the caller sees it, and who wrote it."""

    visible: bool
    author: str


def _waits() -> Any:
    """Whether something about the woman has changed that the worker has not looked at."""
    unseen = select(literal_column("1")).where(changed.c.patient == resource.c.patient).exists()
    states: list[ColumnElement[Any]] = [literal_column(f"'{state}'") for state in ("todo", "doing")]
    under_way = (
        select(literal_column("1"))
        .where(
            _JOBS.c.lock == resource.c.patient,
            _JOBS.c.task_name == literal_column("'changed'"),
            _JOBS.c.status.in_(states),
        )
        .exists()
    )
    return or_(unseen, under_way)


@cache
def _open(role: Role) -> Statement:
    held = select(relation.c.patient).where(
        relation.c.organization == any_(ORGANIZATIONS),
        relation.c.begins <= AT,
        or_(relation.c.ends.is_(None), relation.c.ends > AT),
    )
    found = (
        select(
            resource.c.id,
            resource.c.patient,
            _waits().label("waits"),
            rule(role, "read", facets(), "EpisodeOfCare").label("rule"),
        )
        .where(
            resource.c.type == _CARD,
            resource.c.governed,
            ~resource.c.deleted,
            resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE]),
            resource.c.patient.in_(held),
        )
        .offset(FENCE)
        .subquery("found_cards")
    )
    fresh = (outline.c.episode == found.c.id) & ~found.c.waits
    own = (looked.c.episode == found.c.id) & (looked.c.organization == AUTHOR)
    return build(
        select(found.c.id, found.c.patient, outline.c.day, outline.c.body, looked.c.at)
        .select_from(found.outerjoin(outline, fresh).outerjoin(looked, own))
        .where(allowed(found.c.rule))
    )


async def open_cards(session: Session, today: date) -> list[Open]:
    """The open cards of the women whom the caller's organisation cares for; an outline is of ``today`` or none."""
    rows = await session.fetch(_open(session.caller.role))
    return [
        Open(row["id"], row["patient"], orjson.loads(row["body"]) if row["day"] == today else None, row["at"])
        for row in rows
    ]


@cache
def _cards() -> Statement:
    names = [column("patient", Text), column("episode", Text)]
    pairs = func.unnest(bindparam("patients", type_=ARRAY(Text)), bindparam("episodes", type_=ARRAY(Text)))
    asked = pairs.table_valued(*names).render_derived(name="asked")
    return build(
        select(asked.c.episode, *(resource.c[name] for name in STORED), null().label("rule"))
        .select_from(asked.join(resource, resource.c.patient == asked.c.patient))
        .where(belongs(asked.c.episode), ~resource.c.deleted)
        .order_by(asked.c.episode, resource.c.type, resource.c.id)
    )


async def cards(session: Session, asked: Sequence[Open]) -> dict[str, list[Stored]]:
    """All that each of the cards is folded from: for rules, never to be shown."""
    rows = await session.fetch(
        _cards(), patients=[row.patient for row in asked], episodes=[row.episode for row in asked]
    )
    found: dict[str, list[Stored]] = {}
    for row in rows:
        found.setdefault(row["episode"], []).append(stored(row))
    return found


@cache
def _weigh(role: Role) -> Statement:
    arrays = [bindparam(name, type_=ARRAY(Text)) for name in ("types", "ids")]
    keys = func.unnest(*arrays).table_valued(column("type", Text), column("id", Text))
    asked = keys.render_derived(name="asked")
    same = (resource.c.type == asked.c.type) & (resource.c.id == asked.c.id)
    spoken = allowed(rule(role, "read", facets()))
    return build(
        select(asked.c.type, asked.c.id, resource.c.author, spoken.label("visible"))
        .select_from(asked.join(resource, same))
        .where(~resource.c.deleted)
    )


async def weigh(session: Session, keys: set[Key]) -> dict[Key, Weighed]:
    """What the access rows say of each of ``keys`` that is there; nothing of it may leave before it is logged."""
    wanted = sorted(keys)
    values: dict[str, Any] = {"types": [key[0] for key in wanted], "ids": [key[1] for key in wanted]}
    rows = await session.fetch(_weigh(session.caller.role), **values)
    return {(row["type"], row["id"]): Weighed(row["visible"], row["author"]) for row in rows}


@cache
def _keep() -> Statement:
    made = insert(outline).values(
        episode=bindparam("episode", type_=Text),
        patient=bindparam("patient", type_=Text),
        day=bindparam("day", type_=Date),
        body=bindparam("body", type_=Text),
    )
    renewed = {name: made.excluded[name] for name in ("patient", "day", "body")}
    return build(made.on_conflict_do_update(index_elements=["episode"], set_=renewed))


async def keep(session: Session, patient: str, episode: str, day: date, body: dict[str, Any]) -> None:
    """Keep the outline of a card as it is on ``day``."""
    text = orjson.dumps(body).decode()
    await session.fetch(_keep(), patient=patient, episode=episode, day=day, body=text)


@cache
def _booked(role: Role) -> Statement:
    """Appointments of a day that the caller's organisation made and may read; those called off are none."""
    off: list[ColumnElement[Any]] = [
        literal_column(f"'{status}'") for status in ("cancelled", "noshow", "entered-in-error")
    ]
    return build(
        select(resource.c.patient, func.min(index_date.c.low).label("begins"))
        .select_from(index_date.join(resource, resource.c.rid == index_date.c.rid))
        .where(
            index_date.c.param == literal_column(str(number("Appointment", "date"))),
            index_date.c.high > bindparam("begins", type_=INSTANT),
            index_date.c.low < bindparam("ends", type_=INSTANT),
            resource.c.type == literal_column("'Appointment'"),
            resource.c.author == AUTHOR,
            resource.c.patient.is_not(None),
            resource.c.status.not_in(off),
            ~resource.c.deleted,
            allowed(rule(role, "read", facets(), "Appointment")),
        )
        .group_by(resource.c.patient)
        .order_by(literal_column("begins"), resource.c.patient)
    )


async def booked(session: Session, begins: datetime, ends: datetime) -> list[str]:
    """The women with an appointment at the caller's organisation between two moments, the earliest first."""
    rows = await session.fetch(_booked(session.caller.role), begins=begins, ends=ends)
    return [row["patient"] for row in rows]
