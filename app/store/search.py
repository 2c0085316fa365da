"""Search: conditions, access, page, includes, proof and log in one statement.

https://hl7.org/fhir/R4/search.html. Access filters stand before LIMIT, so pages are full and totals are right for
the caller; pages are keyset pages with a total order, so writes neither hide nor repeat a row. A statement is built
once for each shape of search, from the shape alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.query import Query
from app.store.access_sql import allowed, reach
from app.store.log import finish, fresh_proof, logged
from app.store.paging import Order, after, column_of, order_of, plain, typed
from app.store.resources import Stored, facets, shown, stored
from app.store.search_forms import Binds
from app.store.search_includes import MOST, Join, included, joins
from app.store.search_shape import Node, Own, criteria
from app.store.search_sql import Builder, there
from app.store.session import Session
from app.store.statement import FENCE, Statement, build
from app.store.tables import resource

_COLUMNS = ("rid", "type", "id", "version", "updated", "deleted", "patient", "labels", "body")
_MOST_SHAPES = 500
_LIMIT: Any = bindparam("limit", type_=Integer)
_statements: "OrderedDict[tuple[str, Shape], Statement]" = OrderedDict()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: matches, included resources, the place of the next page (None at the end), and the total.

    ``cut``: more would have been included than is sent.
    """

    matches: list[Stored]
    included: list[Stored]
    next: list[Any] | None
    total: int | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """All that decides the text of the statement."""

    role: Role
    types: tuple[str, ...]
    nodes: tuple[Node, ...]
    orders: tuple[Order, ...] = ()
    joins: tuple[Join, ...] = ()
    paged: bool = False

    def builder(self) -> Builder:
        """A builder of its clauses: row by row where an id or a woman leaves few rows."""
        few = any(
            isinstance(node, Own) and node.column in {"id", "patient"} and not node.negated
            for node in self.nodes
        )
        return Builder(self.role, Binds(), by_row=few)


def _matching(shape: Shape, builder: Builder) -> Select[Any]:
    """Every row that matches and that the caller may see, with the rule and the sort keys."""
    nodes = [builder.clause(node, resource, shape.types) for node in shape.nodes]
    keys = [column_of(order) for order in shape.orders]
    place = [after(keys, shape.orders, builder.binds)] if shape.paged else []
    columns = [
        *(resource.c[name] for name in _COLUMNS),
        builder.rule(resource, shape.types).label("rule"),
        *(key.label(f"k{n}") for n, key in enumerate(keys)),
    ]
    if builder.by_row:  # decided once for each row, after what was asked
        asked = (
            select(*columns)
            .where(there(resource, shape.types), *nodes, *place)
            .offset(FENCE)
            .subquery("asked")
        )
        return select(asked).where(allowed(asked.c.rule))
    within = reach(shape.role, "read", facets(), shape.types)
    return select(*columns).where(
        builder.visible(resource, shape.types),
        *nodes,
        *place,
        *([] if within is None else [within]),
    )


def _page(shape: Shape, builder: Builder) -> CTE:
    """The page's rows in their order, and one more, which tells that there is a next page."""
    keys = [f"k{n}" for n in range(len(shape.orders))]
    found = _matching(shape, builder).subquery("found_rows")
    order = [
        found.c[key].desc() if one.descending else found.c[key].asc()
        for key, one in zip(keys, shape.orders, strict=True)
    ]
    page = select(found).order_by(*order, found.c.rid).limit(_LIMIT).subquery("page_rows")
    place = [
        page.c[key].desc() if one.descending else page.c[key].asc()
        for key, one in zip(keys, shape.orders, strict=True)
    ]
    rank = func.row_number().over(order_by=[*place, page.c.rid])
    return select(page, literal_column("'match'").label("mode"), rank.label("rank")).cte("page")


def _statement(shape: Shape) -> Statement:
    builder = shape.builder()
    page = _page(shape, builder)
    answer = page
    if shape.joins:
        matches = select(page.c.rid).where(page.c.rank < _LIMIT).cte("matches")
        more = included(shape.joins, matches, builder, _COLUMNS).subquery("more")
        keys = [null().label(f"k{n}") for n in range(len(shape.orders))]
        listed = [more.c[name] for name in (*_COLUMNS, "rule")]
        along = select(*listed, *keys, literal_column("'include'").label("mode"), more.c.rank)
        answer = union_all(select(page), along).cte("answer")
    matched = answer.c.mode == literal_column("'match'")
    sent = or_(and_(matched, answer.c.rank < _LIMIT), and_(~matched, answer.c.rank <= MOST))
    sent = sent if shape.joins else answer.c.rank < _LIMIT
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'searched'", Text),
        shown=select(func.jsonb_agg(shown(answer.c), type_=JSONB)).where(sent).scalar_subquery(),
        patients=select(func.array_agg(answer.c.patient.distinct(), type_=ARRAY(Text)))
        .where(answer.c.patient.is_not(None), sent)
        .scalar_subquery(),
        fresh=fresh,
    )
    one = select(literal_column("1")).subquery("one")
    columns = [case((sent, column)).label("body") if column.name == "body" else column for column in answer.c]
    return build(
        finish(select(*columns), log, fresh)
        .select_from(one.outerjoin(answer, true()))
        .order_by(answer.c.mode.desc(), answer.c.rank)
        .add_cte(consumed)
    )


def _count(shape: Shape) -> Statement:
    found = _matching(shape, shape.builder()).subquery()
    return build(select(func.count().label("total")).select_from(found))


def _named(shape: Shape) -> Statement:
    found = _matching(shape, shape.builder()).subquery()
    return build(select(found.c.id, found.c.version).order_by(found.c.rid).limit(_LIMIT))


def _built(make: Callable[[Shape], Statement], shape: Shape) -> Statement:
    """The statement that ``make`` builds of ``shape``; those used last are kept."""
    key = (make.__name__, shape)
    statement = _statements.get(key)
    if statement is None:
        statement = _statements[key] = make(shape)
        if len(_statements) > _MOST_SHAPES:
            _statements.popitem(last=False)
    else:
        _statements.move_to_end(key)
    return statement


async def search(
    session: Session,
    query: Query,
    *,
    count: int,
    place: list[Any] | None,
    most: int = 0,
    hidden: frozenset[int] = frozenset(),
) -> Page:
    """The page of ``query`` behind ``place``, with at most ``most`` resources included, decided and logged.

    ``hidden`` parameters, which the caller may not search by, lead to no resource. Raises Replayed.
    """
    values: list[Any] = []
    orders = tuple(map(order_of, query.sort))
    shape = Shape(
        session.caller.role, query.types, criteria(query, values, hidden), orders, joins(query.includes, hidden),
        paged=place is not None,
    )  # fmt: skip
    counted = Shape(shape.role, shape.types, shape.nodes)
    total = await _total(session, counted, values) if query.total != "none" or count == 0 else None
    if place is not None:
        values += typed(place, orders)
    named = {f"v{n}": value for n, value in enumerate(values)}
    rows = await session.fetch_logged(
        _built(_statement, shape), **named, limit=count + 1 if count else 0, most=most
    )
    return _answer([row for row in rows if row["id"] is not None], orders, count, most, total)


def _answer(rows: list[Any], orders: tuple[Order, ...], count: int, most: int, total: int | None) -> Page:
    matches = [row for row in rows if row["mode"] == "match"]
    along = [stored(row) for row in rows if row["mode"] == "include"]
    following: list[Any] | None = None
    if count and len(matches) > count:
        matches = matches[:count]
        last = matches[-1]
        following = [*(plain(last[f"k{n}"]) for n in range(len(orders))), last["rid"]]
    return Page([stored(row) for row in matches], along[:most], following, total, cut=len(along) > most)


async def _total(session: Session, shape: Shape, values: list[Any]) -> int:
    """How many matches the caller may see; part of a search that is logged."""
    named = {f"v{n}": value for n, value in enumerate(values)}
    rows = await session.fetch(_built(_count, shape), **named)
    return int(rows[0]["total"])


async def matches(session: Session, query: Query, *, limit: int) -> list[tuple[str, int]]:
    """Id and version of what the caller may see of ``query``, the oldest first; part of what is logged otherwise."""
    values: list[Any] = []
    shape = Shape(session.caller.role, query.types, criteria(query, values))
    named = {f"v{n}": value for n, value in enumerate(values)}
    rows = await session.fetch(_built(_named, shape), **named, limit=limit)
    return [(row["id"], row["version"]) for row in rows]
