"""The worker's side of bulk exports: carried on, moved to their next stage or end, found again, and forgotten."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Text,
    bindparam,
    delete,
    func,
    literal_column,
    or_,
    select,
    update,
)

from app.store.database import Database
from app.store.export_tables import export, export_chunk
from app.store.exports import CANCELLED, RUNNING, Export, columns, kept
from app.store.standing_sql import AT
from app.store.statement import Statement, build
from app.store.tables import INSTANT, person

_ID = bindparam("id", type_=Text)
_ONE: ColumnElement[Any] = literal_column("1")


@cache
def _running() -> Statement:
    return build(
        select(*columns()).where(export.c.id == _ID, export.c.state == literal_column(f"'{RUNNING}'"))
    )


async def running(database: Database, id_: str) -> Export | None:
    """The export ``id_`` if it is to be carried on."""
    rows = await database.fetch(_running(), {"id": id_})
    return kept(rows[0]) if rows else None


@cache
def _number() -> Statement:
    return build(
        select(person.c.number).where(person.c.patient == bindparam("patient", type_=Text)).limit(_ONE)
    )


async def number_of(database: Database, patient: str) -> str | None:
    """A woman's identity number, for as long as a step of her own export takes; it is kept nowhere."""
    rows = await database.fetch(_number(), {"patient": patient})
    return rows[0]["number"] if rows else None


@cache
def _move() -> Statement:
    values = {name: bindparam(f"new_{name}", type_=Text) for name in ("state", "stage", "unit", "error")}
    return build(
        update(export)
        .where(
            export.c.id == _ID,
            export.c.state == literal_column(f"'{RUNNING}'"),
            export.c.stage == bindparam("stage", type_=Text),
        )
        .values(
            **values,
            after_type="",
            after_id="",
            expires=func.coalesce(bindparam("new_expires", type_=INSTANT), export.c.expires),
            touched=AT,
        )
    )


async def move(
    database: Database, export_: Export, at: datetime, *, stage: str = "", unit: str = "", state: str = RUNNING,
    error: str | None = None, expires: datetime | None = None,
) -> None:  # fmt: skip
    """Go on to ``stage``, or to an end ``state``, unless somebody else already did."""
    values = {
        "id": export_.id, "at": at, "stage": export_.place.stage, "new_state": state,
        "new_stage": stage or export_.place.stage, "new_unit": unit, "new_error": error, "new_expires": expires,
    }  # fmt: skip
    await database.fetch(_move(), values)


@cache
def _attempt() -> Statement:
    return build(
        update(export).where(export.c.id == _ID).values(attempts=export.c.attempts + _ONE, touched=AT)
    )


async def attempt(database: Database, id_: str, at: datetime) -> None:
    """A run begins; a step that succeeds counts from nought again."""
    await database.fetch(_attempt(), {"id": id_, "at": at})


_OLDER = """
SELECT EXISTS (
    SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
    AND xact_start < $1
) AS waiting, clock_timestamp() AS now
"""


async def writers_before(database: Database, moment: datetime | None) -> tuple[bool, datetime]:
    """Whether a statement of this role runs that began before ``moment``, and the database's time now."""
    statement = Statement(_OLDER, ("moment",))
    rows = await database.fetch(statement, {"moment": moment})
    return bool(rows[0]["waiting"]), rows[0]["now"]


@cache
def _expire() -> Statement:
    over = select(export.c.id).where(
        or_(export.c.expires <= AT, export.c.state == literal_column(f"'{CANCELLED}'"))
    )
    chunks = delete(export_chunk).where(export_chunk.c.export.in_(over)).cte("chunks")
    return build(delete(export).where(export.c.expires <= AT).add_cte(chunks))


async def forget(database: Database, at: datetime) -> None:
    """Drop what has expired, and what a step still brought to an export that was cancelled."""
    await database.fetch(_expire(), {"at": at})


@cache
def _stranded() -> Statement:
    queued: ColumnElement[bool] = literal_column(
        "EXISTS (SELECT 1 FROM procrastinate_jobs job WHERE job.queueing_lock = export.id"
        " AND job.status IN ('todo', 'doing'))",
        Boolean,
    )
    rows = select(export.c.id).where(
        export.c.state == literal_column(f"'{RUNNING}'"),
        export.c.touched < bindparam("before", type_=INSTANT),
        ~queued,
    )
    return build(rows.order_by(export.c.touched))


async def stranded(database: Database, before: datetime) -> list[str]:
    """Running exports that nothing has happened to since ``before`` and that no job looks at."""
    return [row["id"] for row in await database.fetch(_stranded(), {"before": before})]
