"""Search: conditions, access, page, includes, proof and log in one statement.

https://hl7.org/fhir/R4/search.html. Access filters stand before LIMIT, so pages are full and totals are right for
the caller; pages are keyset pages with a total order, so writes neither hide nor repeat a row.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    union_all,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.query import Query
from app.store.access_sql import allowed, rule
from app.store.log import finish, fresh_proof, logged
from app.store.paging import after, plain, sort_column, typed
from app.store.resources import Stored, facets, shown, stored
from app.store.search_sql import Binds, condition_sql
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import index_reference, resource

_COLUMNS = ("rid", "type", "id", "version", "updated", "deleted", "patient", "labels", "body")
_MOST_SHAPES = 500
_shapes: OrderedDict[Any, Statement] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Page:
    """One page: matches, included resources, the place of the next page (None at the end), and the total."""

    matches: list[Stored]
    included: list[Stored]
    next: list[Any] | None
    total: int | None


@dataclass(frozen=True, slots=True)
class _Parts:
    """What is built for every search, since it yields the values; the rest of the statement is built once a shape."""

    conditions: list[ColumnElement[bool]]
    keys: list[ColumnElement[Any]]


def _parts(query: Query, binds: Binds, place: list[Any] | None) -> _Parts:
    conditions = [condition_sql(condition, binds) for condition in query.conditions]
    keys = [sort_column(key) for key in query.sort]
    if place is not None:
        conditions.append(after(keys, query.sort, binds, place))
    return _Parts(conditions, keys)


def _matching(query: Query, role: Role, parts: _Parts) -> Select[Any]:
    spoken = rule(role, "read", facets(), query.type)
    keys, conditions = parts.keys, parts.conditions
    plain = [resource.c[name] for name in _COLUMNS]
    named = [column.label(f"k{place}") for place, column in enumerate(keys)]
    return select(*plain, spoken.label("rule"), *named).where(
        resource.c.type == literal_column(f"'{query.type}'"),
        ~resource.c.deleted,
        allowed(spoken),
        *conditions,
    )


def _included(query: Query, role: Role, page: CTE) -> Select[Any] | None:
    """What the page's resources refer to by the included parameters, as far as the caller may see it."""
    if not query.includes:
        return None
    wanted = or_(
        *(
            and_(
                index_reference.c.param == literal_column(str(row.param.number)),
                index_reference.c.target_type == literal(row.target, Text)
                if row.target
                else literal_column("true"),
            )
            for row in query.includes
        )
    )
    targets = select(index_reference.c.target_type, index_reference.c.target_id).where(
        index_reference.c.rid.in_(select(page.c.rid)),
        wanted,
    )
    wanted_rows = targets.distinct().cte("targets")
    spoken = rule(role, "read", facets())
    same = and_(resource.c.type == wanted_rows.c.target_type, resource.c.id == wanted_rows.c.target_id)
    return (
        select(*(resource.c[name] for name in _COLUMNS), spoken.label("rule"))
        .select_from(wanted_rows.join(resource, same))
        .where(~resource.c.deleted, allowed(spoken), resource.c.rid.not_in(select(page.c.rid)))
    )


def _statement(query: Query, role: Role, parts: _Parts) -> Select[Any]:
    found, keys = _matching(query, role, parts), parts.keys
    order = [
        column.desc() if key.descending else column.asc()
        for column, key in zip(keys, query.sort, strict=True)
    ]
    page = found.order_by(*order, resource.c.rid).limit(bindparam("limit", type_=Integer)).cte("page")
    key_names = [f"k{place}" for place in range(len(keys))]
    listed = [page.c[name] for name in (*_COLUMNS, "rule")]
    ranks = [
        row.desc() if key.descending else row.asc()
        for row, key in zip((page.c[k] for k in key_names), query.sort, strict=True)
    ]
    rank = func.row_number().over(order_by=[*ranks, page.c.rid])
    matches: Any = select(
        *listed, *(page.c[k] for k in key_names), literal_column("'match'").label("mode"), rank.label("rank")
    )
    included = _included(query, role, page)
    rows = matches
    if included is not None:
        extra = included.add_columns(
            *(null().label(k) for k in key_names),
            literal_column("'include'").label("mode"),
            literal_column("0").label("rank"),
        )
        rows = union_all(matches, extra)
    answer = rows.cte("answer")
    sent = or_(
        answer.c.mode == literal_column("'include'"), answer.c.rank < bindparam("limit", type_=Integer)
    )
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
    return (
        finish(select(*answer.c), log, fresh)
        .select_from(one.outerjoin(answer, literal_column("true")))
        .order_by(answer.c.mode.desc(), answer.c.rank)
        .add_cte(consumed)
    )


def _form(value: Any) -> Any:
    """What of a value decides the text of the statement."""
    fields = getattr(value, "__slots__", ())
    form: list[Any] = [type(value).__name__]
    for name in fields:
        part = getattr(value, name)
        if name in {"prefix", "missing"}:
            form.append(part)
        elif name == "parts":
            form.append(tuple(_form(inner) for inner in part))
        elif name == "type":
            form.append(part)  # a woman's reference is answered by another column than others
        elif name == "identifier":
            form.append(None if part is None else part[0] is None)
        else:
            form.append("" if part == "" else part is None)
    return tuple(form)


def _shape(query: Query, role: Role, paged: bool) -> Any:
    return (
        role, query.type, paged,
        tuple((c.param.number, c.modifier, tuple(_form(v) for v in c.values)) for c in query.conditions),
        tuple((key.param.number, key.descending) for key in query.sort),
        tuple((row.param.number, row.target) for row in query.includes),
    )  # fmt: skip


def _cached(shape: Any, made: Any) -> Statement:
    statement = _shapes.get(shape)
    if statement is None:
        if len(_shapes) >= _MOST_SHAPES:
            _shapes.popitem(last=False)
        statement = _shapes[shape] = build(made())
    return statement


async def search(session: Session, query: Query, *, count: int, place: list[Any] | None) -> Page:
    """The page of ``query`` behind ``place``, decided and logged. Raises Replayed."""
    binds = Binds({})
    place = typed(place, query)
    role, parts = session.caller.role, _parts(query, binds, place)
    statement = _cached(_shape(query, role, place is not None), lambda: _statement(query, role, parts))
    total = await _total(session, query) if query.total == "accurate" or count == 0 else None
    rows = await session.fetch_logged(statement, **binds.values, limit=count + 1 if count else 0)
    rows = [row for row in rows if row["id"] is not None]
    matches = [row for row in rows if row["mode"] == "match"]
    following: list[Any] | None = None
    if count and len(matches) > count:
        matches = matches[:count]
        last = matches[-1]
        following = [*(plain(last[f"k{n}"]) for n in range(len(query.sort))), last["rid"]]
    included = [stored(row) for row in rows if row["mode"] == "include"]
    return Page([stored(row) for row in matches], included, following, total)


async def _total(session: Session, query: Query) -> int:
    """How many matches the caller may see; part of a search that is logged."""
    binds = Binds({})
    role, parts = session.caller.role, _parts(query, binds, None)

    def counted() -> Select[Any]:
        return select(func.count().label("total")).select_from(_matching(query, role, parts).subquery())

    statement = _cached(("total", *_shape(query, role, False)), counted)
    rows = await session.fetch(statement, **binds.values)
    return int(rows[0]["total"])


async def matches(session: Session, query: Query, *, limit: int) -> list[tuple[str, int]]:
    """Id and version of what the caller may see of ``query``, the oldest first; part of what is logged otherwise."""
    binds = Binds({})
    role, parts = session.caller.role, _parts(query, binds, None)

    def named() -> Select[Any]:
        found = _matching(query, role, parts).subquery()
        columns = select(found.c.id, found.c.version).order_by(found.c.rid)
        return columns.limit(bindparam("limit", type_=Integer))

    statement = _cached(("matches", *_shape(query, role, False)), named)
    rows = await session.fetch(statement, **binds.values, limit=limit)
    return [(row["id"], row["version"]) for row in rows]
