"""What is to be looked into about the log: her questions, and what its control found; decided once, by a reviewer.

A case names the events of the log that it rests on. A reviewer of an organisation of the pilot meets its own cases, one
of the controller all.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    Text,
    any_,
    bindparam,
    cast,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.reviewing import reviewing
from app.store.session import Session
from app.store.standing_sql import AT, own_patient
from app.store.statement import Statement, build
from app.store.tables import audit, log_case

QUESTION = "question"
REVIEWED = "log-case-review"  # what the log calls the reading and the decision of a reviewer
_NAMES = (
    "id", "kind", "patient", "person", "organization", "said", "numbers", "events", "made",
)  # fmt: skip
_SCOPE = bindparam("scope", type_=ARRAY(Text))


def _logged_with(rows: CTE, verdict: str) -> Statement:
    return build(reviewing(rows, REVIEWED, verdict).order_by(rows.c.made))


@cache
def _ask() -> Statement:
    """Her question, where the event is one of hers; the case belongs to the organisation that it tells of."""
    asked = cast(audit.c.request, JSONB)
    place = func.coalesce(asked["organizations"][0].astext, literal_column("''"))
    event = (
        select(
            bindparam("id", type_=Text), literal_column(f"'{QUESTION}'"), own_patient(),
            func.coalesce(asked["subject"].astext, literal_column("''")), place,
            bindparam("said", type_=Text), literal_column("'{}'::jsonb"),
            literal_column("ARRAY[audit.id]", ARRAY(Text)), AT,
        )
        .where(audit.c.id == bindparam("event", type_=Text), own_patient() == any_(audit.c.patients))
        .limit(literal_column("1"))
    )  # fmt: skip
    made = insert(log_case).from_select(list(_NAMES), event).returning(*log_case.c).cte("made")
    return _logged_with(made, "stored")


async def ask(session: Session, event: str, said: str) -> Any:
    """The case of her question; None where the event is not in her log. Raises Replayed."""
    row = (await session.fetch_logged(_ask(), id=session.entry.id, event=event, said=said))[0]
    return row if row["id"] is not None else None


@cache
def _hers() -> Statement:
    mine = log_case.c.patient == own_patient()
    return build(
        select(log_case)
        .where(mine, log_case.c.kind == literal_column(f"'{QUESTION}'"))
        .order_by(log_case.c.made)
    )


async def hers(session: Session) -> list[Any]:
    """Her own questions with their answers, the oldest first; told beside the log that she reads."""
    return await session.fetch(_hers())


def _within() -> Any:
    return or_(_SCOPE.is_(None), log_case.c.organization == any_(_SCOPE))


@cache
def _queue() -> Statement:
    whole = bindparam("reviewed_too", type_=Boolean)
    found = (
        select(log_case)
        .where(_within(), log_case.c.reviewed.is_(None) | whole)
        .order_by(log_case.c.made, log_case.c.id)
        .limit(literal_column("500"))
        .cte("queue")
    )
    return _logged_with(found, "searched")


async def queue(session: Session, scope: list[str] | None, *, reviewed_too: bool) -> list[Any]:
    """Cases that wait, or all, of the organisations of ``scope`` (None: of all). Raises Replayed."""
    rows = await session.fetch_logged(_queue(), scope=scope, reviewed_too=reviewed_too)
    return [row for row in rows if row["id"] is not None]


@cache
def _review() -> Statement:
    made = (
        update(log_case)
        .where(log_case.c.id == bindparam("id", type_=Text), log_case.c.reviewed.is_(None), _within())
        .values(
            reviewed=AT,
            reviewer=bindparam("reviewer", type_=Text),
            outcome=bindparam("outcome", type_=Text),
            answer=bindparam("answer", type_=Text),
        )
        .returning(*log_case.c)
        .cte("reviewed")
    )
    return _logged_with(made, "stored")


async def review(session: Session, scope: list[str] | None, id_: str, outcome: str, answer: str) -> Any:
    """The case as decided; None where there is none in ``scope``, or it was decided before. Raises Replayed."""
    given = {"id": id_, "outcome": outcome, "answer": answer, "reviewer": session.caller.subject}
    row = (await session.fetch_logged(_review(), scope=scope, **given))[0]
    return row if row["id"] is not None else None
