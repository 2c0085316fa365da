"""What would become of a write, decided and logged like the write itself, with nothing stored.

https://hl7.org/fhir/R4/resource-operation-validate.html. The rules that only one resource may bear a thing (a woman's
number) are not asked: an answer without a trace would tell who is here.
"""

from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Select, Text, func, literal, literal_column, select

from app.access.decide import Decision
from app.store.log import finish, fresh_proof, logged
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.write_columns import Shape
from app.store.write_sql import known_patient
from app.store.write_state import current_rows, state_of, writes_given
from app.store.writes import Outcome, WriteSet, given


@cache
def _statement(shape: Shape) -> Statement:
    writes = writes_given()
    state = state_of(shape, writes, current_rows(writes) if shape.changes else None)
    consumed, fresh = fresh_proof()
    problem = select(func.concat("would be ", state.c.problem, ":", state.c.rule))
    log = logged(
        verdict=func.coalesce(
            problem.where(state.c.problem.is_not(None)).limit(literal_column("1")).scalar_subquery(),
            literal("validated", Text),
        ),
        shown=literal_column("NULL::jsonb"),
        patients=select(func.array_agg(writes.c.patient.distinct(), type_=ARRAY(Text)))
        .where(known_patient(writes.c.patient))
        .scalar_subquery(),
        fresh=fresh,
    )
    answer: Select[Any] = select(state.c.n, state.c.problem, state.c.rule)
    return build(finish(answer, log, fresh).add_cte(consumed))


async def weigh(session: Session, change: WriteSet) -> Outcome:
    """What would become of the one write of ``change``. Raises Replayed."""
    write = change.writes[0]
    shape = Shape(session.caller.role, frozenset({write.method}), frozenset(), write.type, rearm=False)
    rows = await session.fetch_logged(_statement(shape), **given(change))
    return Outcome(rows[0]["problem"], Decision(rows[0]["problem"] != "refused", rows[0]["rule"]))
