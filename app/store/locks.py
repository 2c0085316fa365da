"""Locks that last until the transaction ends, always taken in one order, so that two transactions wait and never deadlock.

https://www.postgresql.org/docs/current/explicit-locking.html
"""

from collections.abc import Iterable
from functools import cache

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, column, func, select, tuple_

from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import resource

Key = tuple[str, str]


@cache
def _questions() -> Statement:
    numbers = func.unnest(bindparam("numbers", type_=ARRAY(BigInteger))).table_valued(column("n", BigInteger))
    return build(select(func.pg_advisory_xact_lock(numbers.render_derived().c.n)))


async def hold_questions(session: Session, numbers: Iterable[int]) -> None:
    """One transaction at a time asks these questions and acts on the answers."""
    await session.fetch(_questions(), numbers=sorted(set(numbers)))


@cache
def _rows() -> Statement:
    names = [column("type", Text), column("id", Text)]
    keys = func.unnest(bindparam("types", type_=ARRAY(Text)), bindparam("ids", type_=ARRAY(Text)))
    rows = keys.table_valued(*names).render_derived(name="keys")
    return build(
        select(resource.c.type, resource.c.id)
        .where(tuple_(resource.c.type, resource.c.id).in_(select(rows.c.type, rows.c.id)))
        .order_by(resource.c.type, resource.c.id)
        .with_for_update()
    )


async def hold_rows(session: Session, keys: Iterable[Key]) -> None:
    """Nobody else changes these resources."""
    wanted = sorted(set(keys))
    if wanted:
        await session.fetch(_rows(), types=[key[0] for key in wanted], ids=[key[1] for key in wanted])
