"""Search: conditions, access, page, includes, proof and log in one statement.

https://hl7.org/fhir/R4/search.html. Access filters stand before LIMIT, so pages are full and totals are right for
the caller; pages are keyset pages with a total order, so writes neither hide nor repeat a row. A statement is built
once for each shape of search, from the shape alone.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, NamedTuple

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
from app.store.log import beside, fresh_proof, logged
from app.store.paging import Order, after, column_of, order_of, plain, typed
from app.store.resources import STORED, facets, shown
from app.store.search_forms import Binds
from app.store.search_includes import MOST, Join, included, joins
from app.store.search_shape import Node, Own, criteria
from app.store.search_sql import Builder, there
from app.store.session import Session
from app.store.standing_rows import with_standing_to
from app.store.statement import FENCE, SLOW, Statement, build
from app.store.tables import resource

_COLUMNS = ("rid", *STORED)
_MOST_SHAPES = 500
_RANK = itemgetter("rank")
_LIMIT: Any = bindparam("limit", type_=Integer)
_statements: "OrderedDict[tuple[str, Shape], Statement]" = OrderedDict()


class Found(NamedTuple):
    """A resource that is sent, with the row that lets the caller see it."""

    type: str
    id: str
    body: bytes
    rule: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page: matches, included resources, the place of the next page (None at the end), and the total.

    ``cut``: more would have been included than is sent.
    """

    matches: list[Found]
    included: list[Found]
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
    """Every row that matches and that the caller may see, with the rule and the sort keys.

    Where the rows are few, they are found first and decided then, each once; the fence also keeps the planner from
    walking all there is in the wanted order, in the hope to meet them.
    """
    nodes = [builder.clause(node, resource, shape.types) for node in shape.nodes]
    keys = [column_of(order).label(f"k{n}") for n, order in enumerate(shape.orders)]
    within = None if builder.by_row else reach(shape.role, "read", facets(), shape.types)
    rows, builder.standing = (
        (resource, None) if builder.woman is None else with_standing_to(resource, builder.woman)
    )
    rule = builder.rule(resource, shape.types).label("rule")
    matching = (
        select(*(resource.c[name] for name in _COLUMNS), rule, *keys)
        .select_from(rows)
        .where(there(resource, shape.types), *nodes, *([] if within is None else [within]))
    )
    found = (matching.offset(FENCE) if builder.by_row else matching).subquery("found_rows")
    columns = [found.c[key.name] for key in keys]
    place = [after(columns, shape.orders, found.c.rid, builder.binds)] if shape.paged else []
    return select(found).where(allowed(found.c.rule), *place)


def _page(shape: Shape, builder: Builder) -> CTE:
    """The page's rows with their rank, and one more, which tells that there is a next page."""
    found = _matching(shape, builder).subquery("seen_rows")

    def order(rows: Any) -> list[Any]:
        keys = [rows.c[f"k{n}"] for n in range(len(shape.orders))]
        directed = zip(keys, shape.orders, strict=True)
        return [*(key.desc() if one.descending else key for key, one in directed), rows.c.rid]

    page = select(found).order_by(*order(found)).limit(_LIMIT).subquery("page_rows")
    rank = func.row_number().over(order_by=order(page))
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
    alone = answer.c.rank == literal_column("1") if builder.woman is not None and not shape.joins else true()
    consumed, fresh = fresh_proof()
    log = logged(
        verdict=literal_column("'searched'", Text),
        shown=select(func.jsonb_agg(shown(answer.c), type_=JSONB)).where(sent).scalar_subquery(),
        patients=select(func.array_agg(answer.c.patient.distinct(), type_=ARRAY(Text)))
        .where(answer.c.patient.is_not(None), sent, alone)
        .scalar_subquery(),
        fresh=fresh,
    )
    body = case((sent, answer.c.body)).label("body")
    columns = [answer.c[name] for name in ("rid", "type", "id", "rule", "mode", "rank")]
    columns += [answer.c[f"k{n}"] for n in range(len(shape.orders))]
    return build(beside(answer, [body, *columns], log, consumed, fresh), SLOW)


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
    rows.sort(key=_RANK)
    matches = [row for row in rows if row["mode"] == "match"]
    along = [row for row in rows if row["mode"] == "include"]
    following: list[Any] | None = None
    if count and len(matches) > count:
        matches = matches[:count]
        last = matches[-1]
        following = [*(plain(last[f"k{n}"]) for n in range(len(orders))), last["rid"]]
    return Page(_found(matches), _found(along[:most]), following, total, cut=len(along) > most)


def _found(rows: list[Any]) -> list[Found]:
    return [Found(row["type"], row["id"], row["body"], row["rule"]) for row in rows]


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
