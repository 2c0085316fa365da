"""What is sent along with matches: what they refer to and what refers to them, as far as the caller may see it.

https://hl7.org/fhir/R4/search.html#include. Inclusion goes on only from what the caller may see, and stops after a number
of resources.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    Integer,
    Select,
    and_,
    bindparam,
    false,
    func,
    lateral,
    literal_column,
    select,
    union_all,
)

from app.fhir.query import Include
from app.fhir.query_conditions import ALL_KEPT
from app.fhir.search_params import is_canonical, lookup
from app.store.access_sql import allowed
from app.store.search_sql import Builder
from app.store.search_tables import numbered, typed
from app.store.tables import index_reference, index_uri, resource

MOST: Any = bindparam("most", type_=Integer)  # how many are sent


@dataclass(frozen=True, slots=True)
class Join:
    """References by ``numbers``, followed on or, ``reverse``, back; ``canonical``: by the url of the target."""

    numbers: tuple[int, ...]
    target: str | None
    iterate: bool
    reverse: bool
    canonical: bool


def joins(includes: Sequence[Include], hidden: frozenset[int]) -> tuple[Join, ...]:
    """The joins that a query's includes ask for. Where all references are asked for, ``hidden`` ones are left out."""
    found: dict[Join, None] = {}
    for row in includes:
        for canonical in (False, True):
            numbers = tuple(
                param.number
                for param in row.params
                if is_canonical(param) is canonical and not (row.every and param.number in hidden)
            )
            if numbers:
                found[Join(numbers, row.target, row.iterate, row.reverse, canonical)] = None
    return tuple(found)


def _urls(target: str | None) -> tuple[int, ...]:
    """The numbers of the parameters by which the types are found by their url."""
    params = (lookup(name, "url") for name in ([target] if target else ALL_KEPT))
    return tuple(param.number for param in params if param is not None)


def _step(join: Join, sources: Any, build: Builder) -> Select[Any]:
    """The rids that one join leads to from the rows of ``sources``."""
    link = index_reference.alias(build.binds.name("r"))
    along = numbered(link.c.param, join.numbers)
    end = resource.alias(build.binds.name("e"))
    if join.canonical:
        address = index_uri.alias(build.binds.name("u"))
        by_url = and_(address.c.uri == link.c.url, numbered(address.c.param, _urls(join.target) or (0,)))
        near, far = (address.c.rid, link.c.rid) if join.reverse else (link.c.rid, address.c.rid)
        return (
            select(far.label("rid"))
            .select_from(link.join(address, by_url))
            .where(along, near == sources.c.rid)
        )
    by_id = and_(end.c.id == link.c.target_id, end.c.type == link.c.target_type)
    near, far = (end.c.rid, link.c.rid) if join.reverse else (link.c.rid, end.c.rid)
    narrowed = [typed(end.c.type, (join.target,))] if join.target else []
    return (
        select(far.label("rid"))
        .select_from(link.join(end, by_id))
        .where(along, near == sources.c.rid, *narrowed)
    )


def _seen(steps: Sequence[Join], sources: Any, build: Builder) -> Select[Any]:
    """The rids that the joins lead to, of resources that are there and that the caller may see."""
    reached = lateral(union_all(*(_step(join, sources, build) for join in steps)), build.binds.name("n"))
    row = resource.alias(build.binds.name("x"))
    return (
        select(row.c.rid)
        .select_from(sources.join(reached, and_(True)).join(row, row.c.rid == reached.c.rid))
        .where(~row.c.deleted, allowed(build.rule(row)))
    )


def included(steps: Sequence[Join], matches: CTE, build: Builder, columns: Sequence[str]) -> Select[Any]:
    """The rows that are sent along with ``matches``, one more than the most, with the rule and a number each."""
    first = _seen(steps, matches, build)
    reached = first.cte("reached", recursive=True)
    onwards = [join for join in steps if join.iterate]
    more = _seen(onwards, reached, build) if onwards else select(reached.c.rid).where(false())
    reached = reached.union(more)
    wanted = select(reached.c.rid).where(reached.c.rid.not_in(select(matches.c.rid)))
    taken = wanted.limit(MOST + literal_column("1")).cte("taken").prefix_with("MATERIALIZED")
    row = resource.alias("included")
    return select(
        *(row.c[name] for name in columns),
        build.rule(row).label("rule"),
        func.row_number().over(order_by=row.c.rid).label("rank"),
    ).select_from(taken.join(row, row.c.rid == taken.c.rid))
