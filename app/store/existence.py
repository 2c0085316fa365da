"""Whether there is a card: the one thing that a clinician may know of a woman to whom she does not stand (design §4)."""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Text, and_, bindparam, case, func, literal, literal_column, not_, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.access_sql import allowed, rule
from app.store.facet_columns import FacetColumns
from app.store.log import beside, fresh_proof, logged
from app.store.resources import NO_ROW, NOTHING
from app.store.session import Session
from app.store.standing_sql import ALL_CARERS, CONSENT_REQUIRED, chosen
from app.store.statement import Statement, build
from app.store.tables import OPEN_EPISODE, person, resource

_CARD = "EpisodeOfCare"


def _open_card(patient: Any) -> Any:
    """Whether she has a card that is open, and takes part."""
    opened = resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE])
    row: Any = select(literal_column("1")).where(
        resource.c.patient == patient,
        resource.c.type == literal_column(f"'{_CARD}'"),
        resource.c.governed,
        ~resource.c.deleted,
        opened,
    )
    return and_(
        row.exists(),
        or_(not_(CONSENT_REQUIRED), chosen(patient, "part", ALL_CARERS)),
        not_(chosen(patient, "protected", ALL_CARERS)),
        not_(chosen(patient, "deceased", ALL_CARERS)),
    )


@cache
def _statement(role: Role) -> Statement:
    nothing: Any = literal_column("'{}'::text[]", ARRAY(Text))
    about = FacetColumns(
        literal_column(f"'{_CARD}'", Text), person.c.patient, nothing, literal_column("''", Text)
    )
    decided = rule(role, "status", about, _CARD).label("rule")
    named = and_(
        person.c.system == bindparam("system", type_=Text), person.c.number == bindparam("number", type_=Text)
    )
    woman = select(person.c.patient, decided, _open_card(person.c.patient).label("card")).where(named)
    her = woman.cte("woman")
    may: Any = allowed(her.c.rule)
    there = select(her.c.patient).where(may, her.c.card).cte("there")
    consumed, fresh = fresh_proof()
    verdict = case((may, literal("told", Text)), else_=func.coalesce(her.c.rule, literal(NO_ROW, Text)))
    shown = func.jsonb_build_array(
        literal_column("'Patient'"), there.c.patient, literal_column("0"), literal_column("'allow.carer.status'"),
        there.c.patient, literal_column("false"),
    )  # fmt: skip
    log = logged(
        verdict=func.coalesce(select(verdict).select_from(her).scalar_subquery(), literal(NOTHING, Text)),
        shown=select(func.jsonb_agg(shown, type_=JSONB)).select_from(there).scalar_subquery(),
        patients=select(func.array_agg(her.c.patient, type_=ARRAY(Text))).scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(there, [there.c.patient], log, consumed, fresh))


async def has_card(session: Session, system: str, number: str) -> bool:
    """Whether the woman with this number has an open card that the caller may know of; logged. Raises Replayed."""
    rows = await session.fetch_logged(_statement(session.caller.role), system=system, number=number)
    return rows[0]["patient"] is not None
