"""Fetching a file of a bulk export: the rights of now decide anew, on every line.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request. The first statement decides which women
are in the file for this caller today and logs them; then the lines are read page by page, each decided again, so that
a right that ends meanwhile ends the lines too.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    column,
    func,
    literal_column,
    select,
    true,
)  # fmt: skip

from app.access.caller import Role
from app.store.access_sql import allowed, rule
from app.store.export_tables import export, export_chunk
from app.store.exports import COMPLETE, owned, owner
from app.store.log import finish, fresh_proof, logged
from app.store.resources import NOTHING, Stored, facets, stored
from app.store.session import Session
from app.store.standing_sql import protected
from app.store.statement import Statement, build
from app.store.tables import resource, resource_version

_PAGE_CHUNKS = 100
_PAGE_BYTES = 4_000_000
_ONE: ColumnElement[Any] = literal_column("1")
_LABELS: Any = resource.c.labels.op("||")(resource_version.c.labels)  # of now and of then together
_FACETS = facets()._replace(labels=_LABELS, bodies=(resource_version.c.body, resource.c.body))


class Vanished(Exception):
    """The file went away while it was being read: what was sent is not whole."""


@dataclass(frozen=True, slots=True)
class File:
    """A file of the caller's: what was asked for, and the number of its last chunk."""

    export: str
    kind: str
    type: str
    part: int
    request: dict[str, Any]
    last: int

    def key(self) -> dict[str, Any]:
        """The values that name it in the database."""
        return {"id": self.export, "kind": self.kind, "type": self.type, "part": self.part}


def _chunks_of(chunk: Any) -> ColumnElement[bool]:
    return and_(
        chunk.c.export == bindparam("id", type_=Text),
        chunk.c.kind == bindparam("kind", type_=Text),
        chunk.c.type == bindparam("type", type_=Text),
        chunk.c.part == bindparam("part", type_=Integer),
    )


def _lines(chunk: Any) -> tuple[Any, Any]:
    """The chunk's versions in their order, and what they are joined to."""
    names = (("rid", BigInteger()), ("version", Integer()))
    one = func.unnest(chunk.c.rids, chunk.c.versions).table_valued(
        *(column(name, kind) for name, kind in names), with_ordinality="place"
    )
    one = one.render_derived(name="one")
    then = and_(resource_version.c.rid == one.c.rid, resource_version.c.version == one.c.version)
    return one, one.join(resource, resource.c.rid == one.c.rid).join(resource_version, then)


@cache
def _open(role: Role) -> Statement:
    asked = select(export.c.id, export.c.request).where(
        owned(), export.c.state == literal_column(f"'{COMPLETE}'")
    )
    asked_export = asked.cte("asked")
    chunk = (
        select(export_chunk)
        .where(_chunks_of(export_chunk), export_chunk.c.export.in_(select(asked_export.c.id)))
        .cte("chunks")
    )
    _, joined = _lines(chunk)
    visible = select(_ONE).select_from(joined).where(allowed(rule(role, "read", _FACETS))).exists()
    last = select(func.max(chunk.c.n)).scalar_subquery()
    consumed, fresh = fresh_proof()
    verdict = select(literal_column("'searched'")).where(last.is_not(None)).scalar_subquery()
    log = logged(
        verdict=func.coalesce(verdict, literal_column(f"'{NOTHING}'")),
        shown=literal_column("'[]'::jsonb"),
        patients=select(func.array_agg(chunk.c.patient.distinct(), type_=ARRAY(Text)))
        .where(chunk.c.patient.is_not(None), visible)
        .scalar_subquery(),
        fresh=fresh,
    )
    request = select(asked_export.c.request).scalar_subquery()
    return build(finish(select(request.label("request"), last.label("last")), log, fresh).add_cte(consumed))


async def open_file(session: Session, id_: str, kind: str, type_: str, part: int) -> File | None:
    """The caller's file; None where there is none; logged, with the women that are in it. Raises Replayed."""
    values = {"id": id_, "kind": kind, "type": type_, "part": part, **owner(session.caller)}
    rows = await session.fetch_logged(_open(session.caller.role), **values)
    if rows[0]["last"] is None:
        return None
    return File(id_, kind, type_, part, json.loads(rows[0]["request"]), rows[0]["last"])


@cache
def _page(role: Role) -> Statement:
    """Some chunks behind a place, each with those of its lines that the caller may see now: at least one row a chunk."""
    running = func.sum(export_chunk.c.size).over(order_by=export_chunk.c.n)
    alive = select(_ONE).where(owned(), export.c.state == literal_column(f"'{COMPLETE}'")).exists()
    ahead = (
        select(export_chunk, (running - export_chunk.c.size).label("before"))
        .where(_chunks_of(export_chunk), export_chunk.c.n > bindparam("after", type_=BigInteger), alive)
        .order_by(export_chunk.c.n)
        .limit(literal_column(str(_PAGE_CHUNKS)))
        .subquery("ahead")
    )
    chunk = select(ahead).where(ahead.c.before < literal_column(str(_PAGE_BYTES))).cte("chunks")
    one, joined = _lines(chunk)
    spoken = rule(role, "read", _FACETS)
    lines = (
        select(
            one.c.place, resource.c.type, resource.c.id, resource_version.c.version, resource_version.c.updated,
            (resource_version.c.method == literal_column("'delete'")).label("deleted"), resource.c.patient,
            _LABELS.label("labels"), resource_version.c.body, spoken.label("rule"), protected(_FACETS).label("protected"),
        )
        .select_from(joined)
        .where(allowed(spoken))
        .lateral("lines")
    )  # fmt: skip
    found: Select[Any] = select(chunk.c.n, *lines.c).select_from(chunk.outerjoin(lines, true()))
    return build(found.order_by(chunk.c.n, lines.c.place))


@dataclass(frozen=True, slots=True)
class Line:
    """A version that is shown; ``protected``: of a woman whose address is confidential."""

    stored: Stored
    protected: bool


async def pages(session: Session, file: File) -> AsyncIterator[list[list[Line]]]:
    """The lines of ``file``, chunk by chunk, some chunks at a time. Raises Vanished where it goes away meanwhile."""
    statement, after = _page(session.caller.role), 0
    while after < file.last:
        rows = await session.fetch(statement, after=after, **file.key(), **owner(session.caller))
        if not rows:
            raise Vanished
        after = rows[-1]["n"]
        chunks: dict[int, list[Line]] = {}
        for row in rows:
            line = Line(stored(row), row["protected"]) if row["id"] is not None else None
            chunks.setdefault(row["n"], []).extend([line] if line else [])
        yield list(chunks.values())
