"""An attested declaration: an organisation states that it cares for a woman, and says why (design §4).

The relation is labelled ``declared`` and stands in her access log. A reviewer accepts it or rejects it; what is rejected
ends at once, and who declared it does not declare it again.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Text,
    and_,
    any_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.store.log import beside, fresh_proof, logged
from app.store.reviewing import reviewing
from app.store.session import Session
from app.store.standing_sql import AT, chosen_away
from app.store.statement import Statement, build
from app.store.tables import INSTANT, person, relation
from app.store.write_state import late

_UNTIL = bindparam("until", type_=INSTANT)
_DECLARED: Any = relation.c.kind == literal_column("'declared'")
_SCOPE = bindparam("scope", type_=ARRAY(Text))
REJECTED = "rejected"
REVIEWED = "declaration-review"  # what the log calls the reading and the decision of a reviewer


def _rejected(patient: Any) -> Any:
    """Whether a reviewer rejected what this person declared for this organisation."""
    return (
        select(literal_column("1"))
        .where(
            relation.c.patient == patient,
            relation.c.organization == bindparam("organization", type_=Text),
            _DECLARED,
            relation.c.outcome == literal_column(f"'{REJECTED}'"),
            relation.c.person == bindparam("subject", type_=Text),
        )
        .exists()
    )


@cache
def _statement() -> Statement:
    woman = (
        select(person.c.patient, person.c.rid)
        .where(
            person.c.system == bindparam("system", type_=Text),
            person.c.number == bindparam("number", type_=Text),
            ~chosen_away(person.c.patient),
            ~_rejected(person.c.patient),
        )
        .cte("woman")
    )
    consumed, fresh = fresh_proof()
    columns = ["rid", "patient", "organization", "kind", "begins", "ends", "decision", "person"]
    row = select(
        woman.c.rid, woman.c.patient, bindparam("organization", type_=Text), literal_column("'declared'"), AT, _UNTIL,
        bindparam("decision", type_=Text), bindparam("subject", type_=Text),
    ).where(fresh, ~late())  # fmt: skip
    made = insert(relation).from_select(columns, row)
    again = made.on_conflict_do_update(
        index_elements=["rid", "patient", "organization", "kind"],
        set_={
            **{name: made.excluded[name] for name in ("ends", "decision", "person")},
            **dict.fromkeys(("reviewed", "reviewer", "outcome", "comment"), null()),
            "begins": case(
                (relation.c.ends <= AT, AT), else_=relation.c.begins
            ),  # what had ended begins anew
        },
    ).returning(relation.c.patient)
    declared = again.cte("declared")
    shown = func.jsonb_build_array(
        literal_column("'Patient'"),
        declared.c.patient,
        literal_column("0"),
        literal_column("'declared'"),
        declared.c.patient,
        literal_column("false"),
    )
    log = logged(
        verdict=func.coalesce(
            select(literal("stored", Text)).select_from(declared).scalar_subquery(), "not-found"
        ),
        shown=select(func.jsonb_agg(shown, type_=JSONB)).select_from(declared).scalar_subquery(),
        patients=select(func.array_agg(woman.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(declared, [declared.c.patient, late().label("late")], log, consumed, fresh))


async def declare(
    session: Session, system: str, number: str, until: object = None
) -> tuple[str | None, bool]:
    """The Patient id of the woman with this number, now related to the caller's organisation; None where there is none.

    The second value is true where an export began meanwhile, so that it must be said again.
    """
    caller = session.caller
    rows = await session.fetch_logged(
        _statement(), system=system, number=number, organization=caller.organizations[0], decision=caller.decision,
        subject=caller.subject, until=until,
    )  # fmt: skip
    return rows[0]["patient"], rows[0]["late"]


def _within() -> Any:
    return and_(_DECLARED, or_(_SCOPE.is_(None), relation.c.organization == any_(_SCOPE)))


@cache
def _queue() -> Statement:
    """The oldest first: what nobody has reviewed waits longest."""
    whole = bindparam("reviewed_too", type_=Boolean)
    found = (
        select(relation)
        .where(_within(), relation.c.reviewed.is_(None) | whole)
        .order_by(relation.c.begins, relation.c.patient, relation.c.organization)
        .limit(literal_column("500"))
        .cte("queue")
    )
    return build(reviewing(found, REVIEWED, "searched").order_by(found.c.begins))


async def queue(session: Session, scope: list[str] | None, *, reviewed_too: bool) -> list[Any]:
    """Declarations that wait, or all, of the organisations of ``scope`` (None: of all). Raises Replayed."""
    rows = await session.fetch_logged(_queue(), scope=scope, reviewed_too=reviewed_too)
    return [row for row in rows if row["patient"] is not None]


@cache
def _review() -> Statement:
    """Decided once; one that is rejected ends at once."""
    outcome = bindparam("outcome", type_=Text)
    rejected = outcome == literal_column(f"'{REJECTED}'")
    made = (
        update(relation)
        .where(
            _within(),
            relation.c.patient == bindparam("patient", type_=Text),
            relation.c.organization == bindparam("organization", type_=Text),
            relation.c.reviewed.is_(None),
        )
        .values(
            reviewed=AT,
            reviewer=bindparam("reviewer", type_=Text),
            outcome=outcome,
            comment=bindparam("comment", type_=Text),
            ends=case((rejected, func.least(relation.c.ends, AT)), else_=relation.c.ends),
        )
        .returning(*relation.c)
        .cte("reviewed")
    )
    return build(reviewing(made, REVIEWED, "stored"))


async def review(
    session: Session, scope: list[str] | None, of: tuple[str, str], outcome: str, comment: str
) -> Any:
    """The declaration of an organisation (woman, organisation) as decided; None where there is none in ``scope``, or it

    was decided before. Raises Replayed.
    """
    given = {"patient": of[0], "organization": of[1], "outcome": outcome, "comment": comment}
    reviewer = session.caller.subject
    row = (await session.fetch_logged(_review(), scope=scope, reviewer=reviewer, **given))[0]
    return row if row["patient"] is not None else None
