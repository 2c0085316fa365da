"""The statement behind ``writes.put``, built once a shape: who writes, by which methods, into which tables."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    LargeBinary,
    Numeric,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    case,
    column,
    delete,
    func,
    insert,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    union_all,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine

from app.access.caller import Role
from app.store.access_sql import AT, AUTHOR, FacetColumns, allowed, rule
from app.store.log import finish, fresh_proof, logged
from app.store.statement import Statement, build
from app.store.tables import INSTANT, delivery, index_reference, metadata, resource, resource_version

_TEXT, _INT = Text(), Integer()
COLUMNS: dict[str, tuple[tuple[str, TypeEngine[Any]], ...]] = {
    "write": (
        ("method", _TEXT), ("type", _TEXT), ("id", _TEXT), ("version", _INT), ("body", LargeBinary()),
        ("patient", _TEXT), ("episode", _TEXT), ("status", _TEXT), ("labels", _TEXT), ("categories", _TEXT),
        ("governed", Boolean()),
        ("masked", Boolean()),
    ),
    "index_token": (("n", _INT), ("param", _INT), ("system", _TEXT), ("code", _TEXT), ("text", _TEXT)),
    "index_reference": (
        ("n", _INT), ("param", _INT), ("target_type", _TEXT), ("target_id", _TEXT), ("url", _TEXT), ("system", _TEXT),
        ("value", _TEXT),
    ),
    "index_date": (("n", _INT), ("param", _INT), ("low", INSTANT), ("high", INSTANT)),
    "index_string": (("n", _INT), ("param", _INT), ("folded", _TEXT), ("exact", _TEXT)),
    "index_number": (("n", _INT), ("param", _INT), ("low", Numeric()), ("high", Numeric())),
    "index_quantity": (
        ("n", _INT), ("param", _INT), ("low", Numeric()), ("high", Numeric()), ("system", _TEXT), ("code", _TEXT),
        ("unit", _TEXT),
    ),
    "index_uri": (("n", _INT), ("param", _INT), ("uri", _TEXT)),
    "index_composite": (
        ("n", _INT), ("param", _INT), ("system", _TEXT), ("code", _TEXT), ("value_system", _TEXT),
        ("value_code", _TEXT), ("value_low", Numeric()), ("value_high", Numeric()), ("time_low", INSTANT),
        ("time_high", INSTANT), ("folded", _TEXT),
    ),
    "person": (("n", _INT), ("system", _TEXT), ("number", _TEXT), ("patient", _TEXT)),
    "relation": (
        ("n", _INT), ("patient", _TEXT), ("organization", _TEXT), ("kind", _TEXT), ("begins", INSTANT),
        ("ends", INSTANT), ("decision", _TEXT), ("person", _TEXT),
    ),
    "choice": (
        ("n", _INT), ("patient", _TEXT), ("kind", _TEXT), ("actor", _TEXT), ("begins", INSTANT), ("ends", INSTANT),
    ),
    "delivery": (
        ("id", _TEXT), ("kind", _TEXT), ("patient", _TEXT), ("type", _TEXT), ("resource", _TEXT), ("version", _INT),
        ("token", LargeBinary()), ("token_expires", INSTANT),
    ),
    "job": (("task", _TEXT), ("lock", _TEXT), ("args", _TEXT)),
}  # fmt: skip
_OWNED = [name for name in COLUMNS if name.startswith("index_") or name in {"person", "relation", "choice"}]
_SEPARATOR: ColumnElement[Any] = literal_column(r"E'\x1f'")


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides the text of the statement."""

    role: Role
    methods: frozenset[str]
    tables: frozenset[str]
    type: str | None
    rearm: bool

    @property
    def changes(self) -> bool:
        """Whether rows that exist are changed."""
        return bool(self.methods & {"update", "delete"})


def _unnest(name: str, *, ordinal: bool = False) -> Any:
    binds = [bindparam(f"{name}_{column_name}", type_=ARRAY(kind)) for column_name, kind in COLUMNS[name]]
    columns = [column(column_name, kind) for column_name, kind in COLUMNS[name]]
    table = func.unnest(*binds).table_valued(*columns, with_ordinality="n" if ordinal else None)
    return table.render_derived(name=f"{name}_rows")


def _writes() -> CTE:
    rows = _unnest("write", ordinal=True)
    plain = [row for row in rows.c if row.name not in {"labels", "categories"}]
    lists = [
        func.string_to_array(rows.c[name], _SEPARATOR, type_=ARRAY(Text)).label(name)
        for name in ("labels", "categories")
    ]
    return select(*plain, *lists).cte("writes")


def _current(writes: CTE) -> CTE:
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


def _state(shape: Shape, writes: CTE, current: CTE | None) -> CTE:
    """Each write with the row it meets, the rules that speak and the problem, if any."""
    declared = bindparam("declared", type_=ARRAY(Text))
    author = AUTHOR if current is None else func.coalesce(current.c.author, AUTHOR)
    new = FacetColumns(writes.c.type, writes.c.patient, writes.c.labels, author, declared)
    rules = {
        method: rule(shape.role, method, new, shape.type)
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
        inner = select(writes, null().cast(BigInteger).label("rid"), new_rule.label("rule")).cte("decided")
        problem = case((~allowed(inner.c.rule), literal("refused", Text)), else_=null().cast(Text))
        return select(inner, problem.label("problem")).cte("state")
    old = FacetColumns(writes.c.type, current.c.patient, current.c.labels, current.c.author)
    changing = {
        method: rule(shape.role, method, old, shape.type)
        for method in sorted(shape.methods & {"update", "delete"})
    }
    old_rule = case(*((writes.c.method == literal(m, Text), r) for m, r in changing.items()), else_=null())
    decided = (
        select(
            writes, current.c.rid, current.c.version.label("now"), current.c.deleted,
            new_rule.label("new_rule"), old_rule.label("old_rule"),
            and_(writes.c.method == literal_column("'delete'"), _referenced(writes, current)).label("referenced"),
            rule(shape.role, "read", old, shape.type).label("read_rule"),
        )
        .select_from(writes.outerjoin(current, and_(current.c.type == writes.c.type, current.c.id == writes.c.id)))
        .cte("decided")
    )  # fmt: skip
    return _judged(decided)


def _judged(decided: CTE) -> CTE:
    c = decided.c
    creating, deleting = c.method == literal_column("'create'"), c.method == literal_column("'delete'")
    missing = and_(c.rid.is_(None), ~creating)
    unnamed = and_(missing, or_(~bindparam("may_name", type_=Boolean), deleting))
    hidden = and_(
        ~missing,
        ~creating,
        ~allowed(c.read_rule),
        ~func.starts_with(func.coalesce(c.read_rule, ""), "block.her"),
    )
    problem = case(
        (or_(unnamed, hidden), literal("missing", Text)),
        (and_(~missing, ~creating, ~allowed(c.old_rule)), literal("refused", Text)),
        (and_(~deleting, ~allowed(c.new_rule)), literal("refused", Text)),
        (c.masked, literal("masked", Text)),
        (and_(deleting, c.deleted), literal("gone", Text)),
        (and_(~creating, func.coalesce(c.now, 0) != c.version - literal_column("1")), literal("stale", Text)),
        (c.referenced, literal("referenced", Text)),
        else_=null().cast(Text),
    )
    winning = case(
        (or_(creating, and_(missing, ~deleting)), c.new_rule),
        (or_(deleting, ~allowed(c.old_rule)), c.old_rule),
        else_=c.new_rule,
    )
    return select(decided, winning.label("rule"), problem.label("problem")).cte("state")


def _store(shape: Shape, state: CTE, ok: ColumnElement[bool]) -> CTE:
    """Insert and update ``resource``; gives rid and ordinal of every write."""
    names = [
        "type",
        "id",
        "version",
        "patient",
        "episode",
        "status",
        "labels",
        "categories",
        "governed",
        "body",
    ]
    values = [state.c[name] for name in names]
    fresh = select(*values, AT, literal_column("false"), AUTHOR).where(ok, state.c.rid.is_(None))
    inserted = (
        insert(resource)
        .from_select([*names, "updated", "deleted", "author"], fresh)
        .returning(resource.c.rid, resource.c.type, resource.c.id)
        .cte("inserted")
    )
    same = and_(inserted.c.type == state.c.type, inserted.c.id == state.c.id)
    written = select(inserted.c.rid, state.c.n).select_from(inserted.join(state, same))
    if not shape.changes:
        return written.cte("written")
    updated = (
        update(resource)
        .where(resource.c.rid == state.c.rid, ok)
        .values(
            **{name: state.c[name] for name in names if name not in {"type", "id", "governed"}},
            updated=AT,
            deleted=state.c.method == literal_column("'delete'"),
        )
        .returning(resource.c.rid, state.c.n)
        .cte("updated")
    )
    return union_all(written, select(updated.c.rid, updated.c.n)).cte("written")


def _index(
    table: Table, name: str, shape: Shape, state: CTE, written: CTE, ok: ColumnElement[bool]
) -> list[CTE]:
    """Replace the rows of one index table or projection; what goes, goes before what comes."""
    made: list[CTE] = []
    settled: ColumnElement[bool] | None = None
    if shape.changes:
        going = delete(table).where(table.c.rid == state.c.rid, ok).returning(table.c.rid)
        if name == "relation":  # what was attested stays, however the Patient is changed
            going = going.where(table.c.kind != literal_column("'declared'"))
        gone = going.cte(f"{name}_gone")
        made.append(gone)
        settled = select(func.count()).select_from(gone).scalar_subquery() >= literal_column("0")
    if name in shape.tables:
        rows = _unnest(name)
        columns = [column_name for column_name, _ in COLUMNS[name] if column_name != "n"]
        source = select(written.c.rid, *(rows.c[c] for c in columns)).join(rows, rows.c.n == written.c.n)
        if settled is not None:
            source = source.where(settled)
        made.append(insert(table).from_select(["rid", *columns], source).cte(f"{name}_new"))
    return made


def _follow(shape: Shape, ok: ColumnElement[bool]) -> tuple[list[CTE], list[ColumnElement[Any]]]:
    """Deliveries, jobs and re-armed deliveries that commit with the write."""
    made: list[CTE] = []
    selected: list[ColumnElement[Any]] = []
    if "delivery" in shape.tables:
        rows = _unnest("delivery")
        columns = [name for name, _ in COLUMNS["delivery"]]
        queued = (
            select(delivery.c.id)
            .where(
                delivery.c.patient == rows.c.patient,
                delivery.c.kind == literal_column("'notice'"),
                delivery.c.state == literal_column("'pending'"),
            )
            .exists()
        )
        source = select(
            *(rows.c[c] for c in columns), literal_column("'pending'"), literal_column("0"), AT, AT
        ).where(ok, or_(rows.c.kind != literal_column("'notice'"), ~queued))
        made.append(
            insert(delivery)
            .from_select([*columns, "state", "attempts", "created", "updated"], source)
            .cte("delivery_new")
        )
    if shape.rearm:
        patients = bindparam("write_patient", type_=ARRAY(Text))
        made.append(
            update(delivery)
            .where(
                ok, delivery.c.patient == func.any(patients), delivery.c.state == literal_column("'waiting'")
            )
            .values(
                state="pending",
                token=bindparam("rearm_token", type_=LargeBinary),
                token_expires=bindparam("rearm_expires", type_=INSTANT),
                updated=AT,
            )
            .cte("rearmed")
        )
    if "job" in shape.tables:
        job = _unnest("job")
        text = "ROW('default', job_rows.task, 0, job_rows.lock, NULL, job_rows.args::jsonb, NULL)"
        made_row: ColumnElement[Any] = literal_column(f"{text}::procrastinate_job_to_defer_v1")
        deferred = select(
            func.procrastinate_defer_jobs_v1(func.array_agg(made_row)).label("ids")
        ).select_from(job)
        selected.append(deferred.where(ok).having(func.count() > 0).scalar_subquery().label("jobs"))
    return made, selected


@cache
def put_statement(shape: Shape) -> Statement:
    """The statement of ``shape``."""
    writes = _writes()
    current = _current(writes) if shape.changes else None
    state = _state(shape, writes, current)
    consumed, fresh = fresh_proof()
    verdicts = select(func.bool_and(state.c.problem.is_(None)).label("ok")).cte("verdicts")
    ok = and_(select(verdicts.c.ok).scalar_subquery(), fresh)
    written = _store(shape, state, ok)
    kept = [
        written.c.rid, state.c.version, AT, state.c.method, state.c.labels, AUTHOR, state.c.body,
    ]  # fmt: skip
    version = (
        insert(resource_version)
        .from_select(
            ["rid", "version", "updated", "method", "labels", "author", "body"],
            select(*kept).select_from(written.join(state, state.c.n == written.c.n)),
        )
        .cte("version_new")
    )
    made = [consumed, version]
    for name in _OWNED:
        made += _index(metadata.tables[name], name, shape, state, written, ok)
    more, selected = _follow(shape, ok)
    first = select(func.concat(state.c.problem, ":", state.c.rule)).where(state.c.problem.is_not(None))
    log = logged(
        verdict=func.coalesce(first.order_by(state.c.n).limit(1).scalar_subquery(), literal("stored", Text)),
        shown=select(
            func.jsonb_agg(
                func.jsonb_build_array(
                    state.c.type, state.c.id, state.c.version, state.c.rule, state.c.patient
                ),
                type_=JSONB,
            )
        )
        .where(ok)
        .scalar_subquery(),
        patients=select(func.array_agg(writes.c.patient.distinct(), type_=ARRAY(Text)))
        .where(writes.c.patient.is_not(None))
        .scalar_subquery(),
        fresh=fresh,
    )
    answer: Select[Any] = select(state.c.n, state.c.problem, state.c.rule, *selected).order_by(state.c.n)
    return build(finish(answer, log, fresh).add_cte(*made, *more))
