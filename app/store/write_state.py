"""Each write of a set with the row it meets, the access rules that speak, and the problem, if any."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    bindparam,
    case,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
)  # fmt: skip

from app.store.access_sql import allowed, rule
from app.store.export_tables import export
from app.store.facet_columns import FacetColumns
from app.store.standing_rows import with_standing
from app.store.standing_sql import AT, AUTHOR
from app.store.tables import index_reference, resource
from app.store.write_columns import SEPARATOR, Shape, writes_rows


def writes_given() -> CTE:
    rows = writes_rows()
    plain = [row for row in rows.c if row.name not in {"labels", "categories"}]
    lists = [
        func.string_to_array(rows.c[name], SEPARATOR, type_=ARRAY(Text)).label(name)
        for name in ("labels", "categories")
    ]
    return select(*plain, *lists).cte("writes")


def current_rows(writes: CTE) -> CTE:
    """The rows that are there now, locked in the order of their keys so that two sets cannot deadlock."""
    keys = select(writes.c.type, writes.c.id).where(writes.c.method != literal_column("'create'"))
    return (
        select(resource)
        .where(tuple_(resource.c.type, resource.c.id).in_(keys))
        .order_by(resource.c.type, resource.c.id)
        .with_for_update()
        .cte("current")
    )


def _referenced(writes: CTE, current: CTE) -> ColumnElement[bool]:
    """Whether something that stays refers to what is to be deleted."""
    leaving = select(writes.c.type, writes.c.id).where(writes.c.method == literal_column("'delete'"))
    return (
        select(literal_column("1"))
        .select_from(index_reference.join(resource, resource.c.rid == index_reference.c.rid))
        .where(
            index_reference.c.target_type == writes.c.type,
            index_reference.c.target_id == writes.c.id,
            ~resource.c.deleted,
            resource.c.rid != current.c.rid,
            tuple_(resource.c.type, resource.c.id).not_in(leaving),
        )
        .exists()
    )


def late() -> ColumnElement[bool]:
    """Whether an export's moment lies at or after this write's: it must not appear before what others have seen whole."""
    return select(literal_column("1")).where(export.c.moment >= AT).exists()


def _facets(rows: CTE, author: ColumnElement[Any]) -> FacetColumns:
    return FacetColumns(rows.c.type, rows.c.patient, rows.c.labels, author, bodies=(rows.c.body,))


def state_of(shape: Shape, writes: CTE, current: CTE | None) -> CTE:
    """Each write with the row it meets, the rules that speak and the problem, if any."""
    declared = bindparam("declared", type_=ARRAY(Text))
    author = AUTHOR if current is None else func.coalesce(current.c.author, AUTHOR)
    rows: FromClause = writes
    if current is not None:
        rows = writes.outerjoin(current, and_(current.c.type == writes.c.type, current.c.id == writes.c.id))
    rows, standing = with_standing(rows, writes.c.patient)
    new = _facets(writes, author)._replace(declared=declared, standing=standing)
    rules = {
        method: rule(shape.role, shape.act or method, new, shape.type)
        for method in sorted(shape.methods & {"create", "update"})
    }
    new_rule: ColumnElement[Any] = (
        next(iter(rules.values()))
        if len(shape.methods) == 1 and rules
        else case(*((writes.c.method == literal(m, Text), r) for m, r in rules.items()), else_=null())
        if rules
        else null().cast(Text)
    )
    if current is None:
        inner = (
            select(writes, null().cast(BigInteger).label("rid"), new_rule.label("rule"))
            .select_from(rows)
            .cte("decided")
        )
        refused = (~allowed(inner.c.rule), literal("refused", Text))
        problem = case(refused, (late(), literal("late", Text)), else_=inner.c.flaw)
        return select(inner, problem.label("problem")).cte("state")
    rows, before = with_standing(rows, current.c.patient)
    old = _facets(current, current.c.author)._replace(type=writes.c.type, standing=before)
    changing = {
        method: rule(shape.role, shape.act or method, old, shape.type)
        for method in sorted(shape.methods & {"update", "delete"})
    }
    old_rule = case(*((writes.c.method == literal(m, Text), r) for m, r in changing.items()), else_=null())
    decided = (
        select(
            writes, current.c.rid, current.c.version.label("now"), current.c.deleted,
            current.c.patient.label("was_about"), current.c.status.label("was_status"),
            current.c.categories.label("was_categories"), current.c.episode.label("was_episode"), new_rule.label("new_rule"), old_rule.label("old_rule"),
            and_(writes.c.method == literal_column("'delete'"), _referenced(writes, current)).label("referenced"),
            rule(shape.role, "read", old, shape.type).label("read_rule"),
        )
        .select_from(rows)
        .cte("decided")
    )  # fmt: skip
    return _judged(decided)


def _judged(decided: CTE) -> CTE:
    c = decided.c
    creating, deleting = c.method == literal_column("'create'"), c.method == literal_column("'delete'")
    missing = and_(c.rid.is_(None), ~creating)
    hidden = and_(
        ~missing,
        ~creating,
        ~allowed(c.read_rule),
        ~func.starts_with(func.coalesce(c.read_rule, ""), "block.her"),
    )
    moved = and_(~missing, ~creating, ~deleting, c.was_about.is_distinct_from(c.patient))
    problem = case(
        (or_(missing, hidden), literal("missing", Text)),
        (and_(~missing, ~creating, ~allowed(c.old_rule)), literal("refused", Text)),
        (and_(~deleting, ~allowed(c.new_rule)), literal("refused", Text)),
        (moved, literal("moved", Text)),
        (late(), literal("late", Text)),
        (c.flaw.is_not(None), c.flaw),
        (and_(deleting, c.deleted), literal("gone", Text)),
        (and_(~creating, func.coalesce(c.now, 0) != c.version - literal_column("1")), literal("stale", Text)),
        (c.referenced, literal("referenced", Text)),
        else_=null().cast(Text),
    )
    winning = case(
        (creating, c.new_rule),
        (or_(deleting, ~allowed(c.old_rule)), c.old_rule),
        else_=c.new_rule,
    )
    return select(decided, winning.label("rule"), problem.label("problem")).cte("state")
