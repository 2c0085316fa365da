"""The statement behind ``writes.put``, built once a shape: who writes, by which methods, into which tables."""

from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    ColumnElement,
    LargeBinary,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    union_all,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Role
from app.fhir.codes import BESIDE, UNTOLD
from app.store import events, subscription_sql
from app.store.log import finish, fresh_proof, logged
from app.store.resources import KEPT_FROM_HER as _KEPT_FROM_HER
from app.store.standing_sql import AT, AUTHOR, in_force
from app.store.statement import FENCE, Statement, build
from app.store.tables import (
    INSTANT,
    OPEN_EPISODE,
    changed,
    delivery,
    metadata,
    relation,
    resource,
    resource_version,
)
from app.store.withdrawal_tables import withdrawal
from app.store.write_columns import COLUMNS, OWNED, Shape, rows_of
from app.store.write_state import current_rows, state_of, writes_given

_GIVEN = ("declared", "emergency", "fullmakt")  # relations that no resource carries


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
        if name == "relation":  # what was attested or granted stays, however the Patient is changed
            going = going.where(table.c.kind.not_in([literal_column(f"'{kind}'") for kind in _GIVEN]))
        gone = going.cte(f"{name}_gone")
        made.append(gone)
        settled = select(func.count()).select_from(gone).scalar_subquery() >= literal_column("0")
    if name in shape.tables:
        rows = rows_of(name)
        columns = [column_name for column_name, _ in COLUMNS[name] if column_name != "n"]
        source = select(written.c.rid, *(rows.c[c] for c in columns)).join(rows, rows.c.n == written.c.n)
        if settled is not None:
            source = source.where(settled)
        made.append(insert(table).from_select(["rid", *columns], source).cte(f"{name}_new"))
    return made


def _follow(shape: Shape, state: CTE, written: CTE, ok: ColumnElement[bool]) -> list[CTE]:
    """What follows from the write commits with it: messages, their new sessions, and who is to be looked at."""
    made = [_queued(ok)] if "delivery" in shape.tables else []
    made += [_rearmed(ok)] if shape.rearm else []
    made += [_relations_end(state, ok)] if shape.ends else []
    made += [_withdrawn(ok)] if "withdrawal" in shape.tables else []
    if shape.role in {Role.OPERATOR, Role.SYSTEM} and "relation" in shape.tables:
        made.append(_superseded(written))
    if "changed" in shape.tables:
        rows = rows_of("changed")
        columns = [name for name, _ in COLUMNS["changed"]]
        source = select(*(rows.c[name] for name in columns)).where(ok)
        made.append(insert(changed).from_select(columns, source).cte("changed_new"))
    return made


def _queued(ok: ColumnElement[bool]) -> CTE:
    rows = rows_of("delivery")
    columns = [name for name, _ in COLUMNS["delivery"]]
    values = (*(rows.c[c] for c in columns), literal_column("'pending'"), literal_column("0"), AT, AT)
    names = [*columns, "state", "attempts", "created", "updated"]
    return insert(delivery).from_select(names, select(*values).where(ok)).cte("delivery_new")


def _withdrawn(ok: ColumnElement[bool]) -> CTE:
    """That she takes no part any more, for the job that erases."""
    rows = rows_of("withdrawal")
    columns = [name for name, _ in COLUMNS["withdrawal"]]
    values = (*(rows.c[name] for name in columns), AT, literal_column("'asked'"))
    return (
        insert(withdrawal)
        .from_select([*columns, "asked", "state"], select(*values).where(ok))
        .cte("withdrawn")
    )


def _rearmed(ok: ColumnElement[bool]) -> CTE:
    """Deliveries that wait for a clinician's session get this one."""
    patients = bindparam("write_patient", type_=ARRAY(Text))
    waiting = delivery.c.state == literal_column("'waiting'")
    return (
        update(delivery)
        .where(ok, delivery.c.patient == func.any(patients), waiting)
        .values(
            state="pending",
            token=bindparam("rearm_token", type_=LargeBinary),
            token_expires=bindparam("rearm_expires", type_=INSTANT),
            updated=AT,
        )
        .cte("rearmed")
    )


def _relations_end(state: CTE, ok: ColumnElement[bool]) -> CTE:
    """A card that ends takes with it, after a grace, what was declared or accepted for it."""
    is_open: list[ColumnElement[Any]] = [literal_column(f"'{status}'") for status in OPEN_EPISODE]
    ending = select(state.c.patient).where(
        ok,
        state.c.type == literal_column("'EpisodeOfCare'"),
        state.c.was_status.in_(is_open),
        state.c.status.not_in(is_open),
    )
    kinds: list[ColumnElement[Any]] = [
        literal_column(f"'{kind}'") for kind in ("declared", "asked", "accepted")
    ]
    return (
        update(relation)
        .where(relation.c.patient.in_(ending), relation.c.kind.in_(kinds))
        .values(ends=func.least(relation.c.ends, bindparam("relations_end", type_=INSTANT)))
        .cte("relations_ended")
    )


def _superseded(written: CTE) -> CTE:
    """Of the register's GPs of record a woman has one: the new one ends the access of the former at once."""
    given, other = rows_of("relation"), relation
    new: Any = (
        select(literal_column("1"))
        .select_from(written.join(given, given.c.n == written.c.n))
        .where(
            given.c.patient == other.c.patient,
            written.c.rid != other.c.rid,
            in_force(given.c.begins, given.c.ends),
        )
    )
    return (
        update(other)
        .where(other.c.kind == literal_column("'registry'"), new.exists())
        .values(ends=func.least(other.c.ends, AT))
        .cte("superseded")
    )


def _of_the_version(state: CTE) -> ColumnElement[Any]:
    """The labels that stay with a version: that it waits to be told her is so of the resource, until it is told."""
    return func.array_remove(func.array_remove(state.c.labels, literal(UNTOLD)), literal(BESIDE))


def known_patient(patient: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether there is such a woman; the log names nobody who is not here."""
    return (
        select(literal_column("1"))
        .where(resource.c.type == literal_column("'Patient'"), resource.c.id == patient)
        .offset(FENCE)
        .exists()
    )


@cache
def put_statement(shape: Shape) -> Statement:
    """The statement of ``shape``."""
    writes = writes_given()
    current = current_rows(writes) if shape.changes else None
    state = state_of(shape, writes, current)
    consumed, fresh = fresh_proof()
    verdicts = select(func.bool_and(state.c.problem.is_(None)).label("ok")).cte("verdicts")
    ok = and_(select(verdicts.c.ok).scalar_subquery(), fresh)
    written = _store(shape, state, ok)
    kept = [
        written.c.rid, state.c.version, AT, state.c.method, _of_the_version(state), AUTHOR, state.c.body,
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
    for name in OWNED:
        made += _index(metadata.tables[name], name, shape, state, written, ok)
    made += [*events.written(shape, state, written), *subscription_sql.written(shape, state, written)]
    made += _follow(shape, state, written, ok)
    first = select(func.concat(state.c.problem, ":", state.c.rule)).where(state.c.problem.is_not(None))
    log = logged(
        verdict=func.coalesce(first.order_by(state.c.n).limit(1).scalar_subquery(), literal("stored", Text)),
        shown=select(
            func.jsonb_agg(
                func.jsonb_build_array(
                    state.c.type,
                    state.c.id,
                    state.c.version,
                    state.c.rule,
                    state.c.patient,
                    state.c.labels.op("&&")(_KEPT_FROM_HER),
                ),
                type_=JSONB,
            )
        )
        .where(ok)
        .scalar_subquery(),
        patients=select(func.array_agg(writes.c.patient.distinct(), type_=ARRAY(Text)))
        .where(or_(known_patient(writes.c.patient), and_(ok, writes.c.patient.is_not(None))))
        .scalar_subquery(),
        fresh=fresh,
    )
    answer: Select[Any] = select(state.c.n, state.c.problem, state.c.rule).order_by(state.c.n)
    return build(finish(answer, log, fresh).add_cte(*made))
