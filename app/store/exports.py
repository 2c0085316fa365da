"""Bulk exports as they are kept: found by whom they belong to, carried on by the worker, cancelled, and forgotten.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request. States: ``running``, ``complete``,
``failed``, ``cancelled``. A row stays until it expires, also when it is cancelled: a writer that is late must still
meet the moment at which others believe that they have seen everything (``write_state.late``).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    bindparam,
    delete,
    func,
    literal_column,
    select,
    update,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB

from app.access.caller import Caller
from app.store.export_start import organization_of
from app.store.export_steps import Part, Place
from app.store.export_tables import export, export_chunk
from app.store.log import beside, finish, fresh_proof, logged
from app.store.resources import NOTHING
from app.store.session import Session
from app.store.standing_sql import AT
from app.store.statement import Statement, build

RUNNING, COMPLETE, FAILED, CANCELLED = "running", "complete", "failed", "cancelled"
WAITING = "waiting"  # the first stage: for writers that had begun before
_ID = bindparam("id", type_=Text)
_ONE: ColumnElement[Any] = literal_column("1")
_NO_WOMEN: Any = literal_column("'{}'::text[]")
_NOTHING_SHOWN: Any = literal_column("'[]'::jsonb", JSONB)


@dataclass(frozen=True, slots=True)
class Export:
    """One export, with the files that it has so far."""

    id: str
    state: str
    role: str
    caller: dict[str, Any]
    patient: str | None
    request: dict[str, Any]
    moment: datetime
    place: Place
    resources: int
    attempts: int
    error: str | None
    expires: datetime
    files: tuple[Part, ...]


def _files() -> ColumnElement[Any]:
    """The files of ``export``, each with the number of its resources."""
    count = func.sum(func.cardinality(export_chunk.c.rids)).label("count")
    rows = (
        select(export_chunk.c.kind, export_chunk.c.type, export_chunk.c.part, count)
        .where(export_chunk.c.export == export.c.id)
        .group_by(export_chunk.c.kind, export_chunk.c.type, export_chunk.c.part)
        .correlate(export)
        .subquery("files")
    )
    listed = func.jsonb_build_array(rows.c.kind, rows.c.type, rows.c.part, rows.c.count)
    return select(func.jsonb_agg(listed, type_=JSONB)).select_from(rows).scalar_subquery()


def columns() -> list[ColumnElement[Any]]:
    """What is read of an export."""
    names = (
        "id", "state", "role", "caller", "patient", "request", "moment", "stage", "unit", "after_type", "after_id",
        "resources", "attempts", "error", "expires",
    )  # fmt: skip
    return [*(export.c[name] for name in names), _files().label("files")]


def kept(row: Any) -> Export:
    """A record of ``columns``."""
    files = sorted(Part(*values) for values in json.loads(row["files"] or "[]"))
    place = Place(row["stage"], row["unit"], row["after_type"], row["after_id"])
    return Export(
        row["id"], row["state"], row["role"], json.loads(row["caller"]), row["patient"], json.loads(row["request"]),
        row["moment"], place, row["resources"], row["attempts"], row["error"], row["expires"], tuple(files),
    )  # fmt: skip


def owned() -> ColumnElement[bool]:
    """The export ``id`` of this very person, role and organisation, while there is something to have of it."""
    return and_(
        export.c.id == _ID,
        export.c.subject == bindparam("subject", type_=Text),
        export.c.organization == bindparam("organization", type_=Text),
        export.c.role == bindparam("role", type_=Text),
        export.c.state != literal_column(f"'{CANCELLED}'"),
        export.c.expires > AT,
    )


def owner(caller: Caller) -> dict[str, Any]:
    """The values for ``owned``."""
    return {"subject": caller.subject, "organization": organization_of(caller), "role": caller.role.value}


@cache
def _find() -> Statement:
    found = select(*columns()).where(owned()).cte("asked")
    consumed, fresh = fresh_proof()
    log = _log(select(literal_column("'searched'")).select_from(found), fresh)
    return build(beside(found, found.c, log, consumed, fresh))


def _log(verdict: Any, fresh: ColumnElement[bool]) -> ColumnElement[Any]:
    return logged(
        verdict=func.coalesce(verdict.scalar_subquery(), literal_column(f"'{NOTHING}'")),
        shown=_NOTHING_SHOWN,
        patients=_NO_WOMEN,
        fresh=fresh,
    )


async def find(session: Session, id_: str) -> Export | None:
    """The caller's export ``id_``; logged. Raises Replayed."""
    rows = await session.fetch_logged(_find(), id=id_, **owner(session.caller))
    return kept(rows[0]) if rows[0]["id"] is not None else None


@cache
def _cancel() -> Statement:
    consumed, fresh = fresh_proof()
    gone = (
        update(export)
        .where(owned(), fresh)
        .values(state=CANCELLED, touched=AT)
        .returning(export.c.id)
        .cte("gone")
    )
    emptied = delete(export_chunk).where(export_chunk.c.export.in_(select(gone.c.id))).cte("emptied")
    log = _log(select(literal_column("'stored'")).select_from(gone), fresh)
    answer = select(select(_ONE).select_from(gone).exists().label("found"))
    return build(finish(answer, log, fresh).add_cte(consumed, emptied))


async def cancel(session: Session, id_: str) -> bool:
    """Cancel the caller's export and drop its files; whether there was one; logged. Raises Replayed."""
    rows = await session.fetch_logged(_cancel(), id=id_, **owner(session.caller))
    return bool(rows[0]["found"])
