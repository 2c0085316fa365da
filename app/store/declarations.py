"""An attested declaration: an organisation states that it cares for a woman, and says why (design §4).

The relation is labelled ``declared``, stands in her access log and is there to be reviewed.
"""

from functools import cache

from sqlalchemy import ARRAY, Text, bindparam, case, func, literal, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.store.log import beside, fresh_proof, logged
from app.store.session import Session
from app.store.standing_sql import AT, chosen_away
from app.store.statement import Statement, build
from app.store.tables import INSTANT, person, relation
from app.store.write_state import late

_UNTIL = bindparam("until", type_=INSTANT)


@cache
def _statement() -> Statement:
    woman = (
        select(person.c.patient, person.c.rid)
        .where(
            person.c.system == bindparam("system", type_=Text),
            person.c.number == bindparam("number", type_=Text),
            ~chosen_away(person.c.patient),
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
