"""Several resources by their keys, each as far as the caller may see it, in one statement that decides and logs.

https://hl7.org/fhir/R4/documents.html
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, column, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.store.access_sql import allowed, rule
from app.store.log import beside, fresh_proof, logged
from app.store.resources import STORED, Stored, facets, shown, stored
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import resource


@cache
def _statement(role: Role) -> Statement:
    arrays = [bindparam(name, type_=ARRAY(Text)) for name in ("types", "ids")]
    keys = func.unnest(*arrays).table_valued(column("type", Text), column("id", Text), with_ordinality="n")
    wanted = keys.render_derived(name="wanted")
    same = (resource.c.type == wanted.c.type) & (resource.c.id == wanted.c.id)
    spoken = rule(role, "read", facets())
    found = (
        select(wanted.c.n, *(resource.c[name] for name in STORED), spoken.label("rule"))
        .select_from(wanted.join(resource, same))
        .where(~resource.c.deleted, allowed(spoken))
        .cte("found_together")
    )
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'told'", Text),
        shown=select(func.jsonb_agg(shown(found.c), type_=JSONB)).scalar_subquery(),
        patients=select(func.array_agg(found.c.patient.distinct(), type_=ARRAY(Text)))
        .where(found.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    return build(beside(found, found.c, log, consumed, fresh).order_by(found.c.n))


async def together(session: Session, keys: Sequence[tuple[str, str]]) -> list[Stored]:
    """What the caller may see of ``keys``, in their order, decided and logged. Raises Replayed."""
    values: dict[str, Any] = {"types": [key[0] for key in keys], "ids": [key[1] for key in keys]}
    rows = await session.fetch_logged(_statement(session.caller.role), **values)
    return [stored(row) for row in rows if row["id"] is not None]


@cache
def _one(role: Role, type_name: str) -> Statement:
    spoken = rule(role, "read", facets(), type_name)
    return build(
        select(*(resource.c[name] for name in STORED), spoken.label("rule")).where(
            resource.c.type == literal_column(f"'{type_name}'"), resource.c.id == bindparam("id", type_=Text)
        )
    )


async def glance(session: Session, type_name: str, id_: str) -> Stored | None:
    """One resource, decided and not logged: nothing of it may leave before a statement has logged that it does."""
    rows = await session.fetch(_one(session.caller.role, type_name), id=id_)
    return stored(rows[0]) if rows else None
