"""Emergency access: granted to one person for one woman, told to her, and reviewed.

A grant opens nothing that she has blocked. The row is what a reviewer judges; the log has its own.
"""

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
    case,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from app.store.deliveries import EMERGENCY, PENDING
from app.store.log import beside, fresh_proof, logged
from app.store.reviewing import reviewing
from app.store.session import Session
from app.store.standing_sql import AT, PERSON, chosen_away
from app.store.statement import Statement, build
from app.store.tables import INSTANT, changed, delivery, emergency, person, relation

REVIEWED = "emergency-review"  # what the log calls the reading and the decision of a reviewer
_GIVEN = ("id", "name", "organization", "purpose", "reason", "decision")


def _shown(patient: ColumnElement[Any], rule: str) -> ColumnElement[Any]:
    parts = ("'Patient'", None, "0", f"'{rule}'", None, "false")
    return func.jsonb_build_array(*(patient if part is None else literal_column(part) for part in parts))


def _texts(names: tuple[str, ...]) -> list[ColumnElement[Any]]:
    return [bindparam(name, type_=Text) for name in names]


def _opened(granted: CTE, woman: CTE) -> CTE:
    """What decisions look up: a relation of this person, and of nobody else, to her."""
    row = select(
        woman.c.rid, granted.c.patient, PERSON, literal_column("'emergency'"), AT, granted.c.ends, PERSON
    ).select_from(granted.join(woman, woman.c.patient == granted.c.patient))
    names = ["rid", "patient", "organization", "kind", "begins", "ends", "person"]
    made = upsert(relation).from_select(names, row)
    return made.on_conflict_do_update(
        index_elements=["rid", "patient", "organization", "kind"],
        set_={"begins": made.excluded.begins, "ends": made.excluded.ends},
    ).cte("opened")


def _told(granted: CTE) -> list[CTE]:
    """She is told at once: a notice that waits, and a row that has somebody look at it."""
    notice = select(
        granted.c.id, literal_column(f"'{EMERGENCY}'"), granted.c.patient, literal_column(f"'{PENDING}'"),
        literal_column("0"), AT, AT,
    )  # fmt: skip
    names = ["id", "kind", "patient", "state", "attempts", "created", "updated"]
    look = select(granted.c.patient, literal_column("''"), literal_column("false"))
    return [
        insert(delivery).from_select(names, notice).cte("notice"),
        insert(changed).from_select(["patient", "entry", "notify"], look).cte("looked"),
    ]


def _woman() -> CTE:
    """The woman with this number, and whether she has blocked the caller."""
    return (
        select(person.c.patient, person.c.rid, chosen_away(person.c.patient).label("refused"))
        .where(
            person.c.system == bindparam("system", type_=Text),
            person.c.number == bindparam("number", type_=Text),
        )
        .cte("woman")
    )


@cache
def _grant() -> Statement:
    woman = _woman()
    consumed, fresh = fresh_proof()
    row = select(
        *_texts(_GIVEN), woman.c.patient, PERSON, AT, bindparam("until", type_=INSTANT)
    ).where(fresh, ~woman.c.refused)  # fmt: skip
    made = insert(emergency).from_select([*_GIVEN, "patient", "person", "begins", "ends"], row)
    granted = made.returning(emergency.c.id, emergency.c.patient, emergency.c.ends).cte("granted")
    verdict = case((woman.c.refused, literal("block.her-choice", Text)), else_=literal("stored", Text))
    log = logged(
        verdict=func.coalesce(select(verdict).select_from(woman).scalar_subquery(), "not-found"),
        shown=select(func.jsonb_agg(_shown(granted.c.patient, "emergency"), type_=JSONB))
        .select_from(granted)
        .scalar_subquery(),
        patients=select(func.array_agg(woman.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(
        beside(granted, granted.c, log, consumed, fresh).add_cte(_opened(granted, woman), *_told(granted))
    )


async def grant(
    session: Session, number: tuple[str, str], until: datetime, reason: str
) -> tuple[str, datetime] | None:
    """The Patient id of the woman with this number (system, value), and when the grant ends; None where she is not here

    or has blocked the caller. Raises Replayed.
    """
    caller = session.caller
    rows = await session.fetch_logged(
        _grant(), system=number[0], number=number[1], until=until, reason=reason, id=session.entry.id,
        name=caller.name, organization=caller.organizations[0], purpose=caller.purpose, decision=caller.decision,
    )  # fmt: skip
    return (rows[0]["patient"], rows[0]["ends"]) if rows[0]["id"] is not None else None


@cache
def _queue() -> Statement:
    """The oldest first: what nobody has reviewed waits longest."""
    whole = bindparam("reviewed_too", type_=Boolean)
    found = (
        select(emergency)
        .where(emergency.c.reviewed.is_(None) | whole)
        .order_by(emergency.c.begins, emergency.c.id)
        .limit(literal_column("500"))
        .cte("queue")
    )
    return build(reviewing(found, REVIEWED, "searched"))


async def queue(session: Session, *, reviewed_too: bool) -> list[Any]:
    """Grants that wait for a reviewer, or all; logged with the women whom they are about. Raises Replayed."""
    rows = await session.fetch_logged(_queue(), reviewed_too=reviewed_too)
    return [row for row in rows if row["id"] is not None]


@cache
def _review() -> Statement:
    """Decided once; one that was not justified ends at once."""
    outcome = bindparam("outcome", type_=Text)
    made = (
        update(emergency)
        .where(emergency.c.id == bindparam("id", type_=Text), emergency.c.reviewed.is_(None))
        .values(
            reviewed=AT,
            reviewer=bindparam("reviewer", type_=Text),
            outcome=outcome,
            comment=bindparam("comment", type_=Text),
            ends=case((outcome == "unjustified", func.least(emergency.c.ends, AT)), else_=emergency.c.ends),
        )
        .returning(*emergency.c)
        .cte("reviewed")
    )
    wrong = (
        update(relation)
        .where(
            relation.c.patient == made.c.patient,
            relation.c.organization == made.c.person,
            relation.c.kind == literal_column("'emergency'"),
            made.c.outcome == literal_column("'unjustified'"),
        )
        .values(ends=func.least(relation.c.ends, AT))
        .cte("closed")
    )
    return build(reviewing(made, REVIEWED, "stored", wrong))


async def review(session: Session, id_: str, outcome: str, comment: str) -> Any:
    """The grant as decided; None where there is none, or it was decided before. Raises Replayed."""
    caller = session.caller
    given = {"id": id_, "outcome": outcome, "comment": comment, "reviewer": caller.subject}
    row = (await session.fetch_logged(_review(), **given))[0]
    return row if row["id"] is not None else None


@cache
def _statistics() -> Statement:
    waits = func.count().filter(emergency.c.reviewed.is_(None))
    wrong = func.count().filter(emergency.c.outcome == literal_column("'unjustified'"))
    women, people = func.count(emergency.c.patient.distinct()), func.count(emergency.c.person.distinct())
    found = (
        select(
            emergency.c.organization, func.count().label("granted"), waits.label("unreviewed"),
            wrong.label("unjustified"), women.label("women"), people.label("people"),
        )
        .group_by(emergency.c.organization)
        .order_by(emergency.c.organization)
        .cte("counted")
    )  # fmt: skip
    nobody = select(emergency.c.patient).where(literal_column("false")).cte("nobody")
    return build(reviewing(found, REVIEWED, "searched", women=nobody))


async def statistics(session: Session) -> list[Any]:
    """Counts for each organisation; logged. Raises Replayed."""
    rows = await session.fetch_logged(_statistics())
    return [row for row in rows if row["organization"] is not None]
