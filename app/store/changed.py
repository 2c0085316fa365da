"""From women whose cards were changed to jobs and notices: one statement that takes the rows and leaves the jobs.

A write leaves one row in ``changed``, which costs it next to nothing; the queue's own insertion, with its trigger and
notification, costs more than the write. Taken and queued in one transaction, no row is lost or queued by halves.
"""

from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    bindparam,
    column,
    delete,
    func,
    insert,
    literal_column,
    select,
    table,
)

from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import INSTANT, changed, delivery

_AT = bindparam("at", type_=INSTANT)
_JOBS = table(
    "procrastinate_jobs",
    column("lock", Text),
    column("queueing_lock", Text),
    column("task_name", Text),
    column("status"),
    column("args"),
)
_MOST: ColumnElement[Any] = literal_column("1000")


@cache
def _take() -> Statement:
    rows = select(changed.c.id).order_by(changed.c.id).limit(_MOST).with_for_update(skip_locked=True)
    columns = (changed.c.patient, changed.c.episode, changed.c.entry, changed.c.notify)
    gone = delete(changed).where(changed.c.id.in_(rows)).returning(*columns).cte("gone")
    women = (
        select(gone.c.patient, gone.c.episode, func.max(gone.c.entry).label("entry"))
        .group_by(gone.c.patient, gone.c.episode)
        .cte("women")
    )
    return build(
        select(_jobs(women).label("jobs"), select(func.count()).select_from(gone).scalar_subquery().label("taken"))
        .add_cte(_notices(gone))
    )  # fmt: skip


def _jobs(women: Any) -> ColumnElement[Any]:
    """A job for each woman and card, unless one that has not begun waits: it will see these changes.

    One that time alone brought (without an entry of the log) shares nothing anew, and is done at leisure: it does not count.
    """
    waits = (
        select(literal_column("1"))
        .where(
            _JOBS.c.lock == women.c.patient,
            _JOBS.c.task_name == literal_column("'changed'"),
            _JOBS.c.status == literal_column("'todo'"),
            literal_column("args->>'entry' <> ''", Boolean),
            literal_column("args->>'episode'").is_not_distinct_from(women.c.episode),
        )
        .exists()
    )
    args = "jsonb_build_object('patient', women.patient, 'episode', women.episode, 'entry', women.entry)"
    row: ColumnElement[Any] = literal_column(
        f"ROW('default', 'changed', 0, women.patient, NULL, {args}, NULL)::procrastinate_job_to_defer_v1"
    )
    deferred = select(func.procrastinate_defer_jobs_v1(func.array_agg(row))).select_from(women)
    return deferred.where(~waits).having(func.count() > 0).scalar_subquery()


def _notices(gone: Any) -> Any:
    """A notice for each woman who is to be told, unless one waits to be sent."""
    told = select(gone.c.patient).where(gone.c.notify).distinct().subquery("told")
    new_id = func.uuidv7().cast(Text)
    values: tuple[Any, ...] = (
        new_id,
        literal_column("'notice'"),
        told.c.patient,
        literal_column("'pending'"),
        literal_column("0"),
        _AT,
        _AT,
    )
    names = ["id", "kind", "patient", "state", "attempts", "created", "updated"]
    return insert(delivery).from_select(names, select(*values).where(~_waits(told))).cte("notices")


def _waits(told: Any) -> ColumnElement[bool]:
    """A notice to her that is to be sent; one under way may have gone before the change was there to be seen."""
    under_way = (
        select(literal_column("1"))
        .where(_JOBS.c.queueing_lock == delivery.c.id, _JOBS.c.status == literal_column("'doing'"))
        .correlate(delivery)
        .exists()
    )
    hers = (
        delivery.c.patient == told.c.patient,
        delivery.c.kind == literal_column("'notice'"),
        delivery.c.state == literal_column("'pending'"),
    )
    return select(literal_column("1")).where(*hers, ~under_way).exists()


async def take(database: Database, at: Any) -> int:
    """Make jobs and notices of what changed; how many rows were taken."""
    rows = await database.fetch(_take(), {"at": at})
    return int(rows[0]["taken"])
