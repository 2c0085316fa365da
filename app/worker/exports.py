"""Carrying bulk exports on, a slice at a time, so that nothing that is urgent waits for them.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html. Every step stands in the tables when it is done, with the place at
which it ended: killed at any moment, an export goes on where it stood.
"""

import asyncio
import bisect
import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.access.roles import still_holds
from app.fhir import json as fhir_json
from app.interactions.context import House
from app.interactions.export_caller import restored, told
from app.interactions.export_request import ABOUT_A_WOMAN, SYSTEM, filter_query
from app.mapping.elements import child, children, text
from app.store import export_progress, export_start, export_steps
from app.store.database import Connection
from app.store.export_sql import OTHERS, WOMEN
from app.store.export_steps import LARGEST_FILE, Part, Wanted
from app.store.exports import COMPLETE, FAILED, WAITING, Export
from app.store.log import Entry
from app.store.session import Session

SLICE = 1.0  # seconds; then whatever waits goes first
MOST_ATTEMPTS = 20
_BATCH = 20  # steps in one commit
_WAIT, _PATIENCE = (
    0.05,
    5.0,
)  # seconds between looks at writers that are under way, and until others have their turn
_log = logging.getLogger("helsekort.worker")


class _Elsewhere(Exception):
    """Another worker carries it on, or it was cancelled."""


async def carry_on(house: House, id_: str) -> bool:
    """Carry the export ``id_`` on for a while; whether there is more to do."""
    export = await export_progress.running(house.database, id_)
    if export is None:
        return False
    number = await export_progress.number_of(house.database, export.patient) if export.patient else None
    caller = restored(export.caller, number)
    if not still_holds(caller, house.settings):
        return await _fail(house, export, "What your token said gives no such role here any more")
    if export.attempts >= MOST_ATTEMPTS:
        return await _fail(house, export, "The export could not be finished; begin again")
    await export_progress.attempt(house.database, id_, clock.now())
    if export.place.stage == WAITING:
        if await _settled(house):
            await export_progress.move(house.database, export, clock.now(), stage=WOMEN)
        return True
    members = await _members(export, Session(house.database, caller, _entry(export)))
    if members is None:
        return await _fail(house, export, "The Group is not there any more")
    return await Run(house, export, Session(house.database, caller, _entry(export)), *members).slice()


async def _fail(house: House, export: Export, reason: str) -> bool:
    _log.error("export %s failed: %s", export.id, reason)
    await export_progress.move(house.database, export, clock.now(), state=FAILED, error=reason)
    return False


async def _settled(house: House) -> bool:
    """Wait a while until every statement is over that could have begun before the export's moment was there to be seen."""
    deadline = time.monotonic() + _PATIENCE
    _, now = await export_progress.writers_before(house.database, None)
    while (await export_progress.writers_before(house.database, now))[0]:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_WAIT)
    return True


def _entry(export: Export) -> Entry:
    facts = {
        "interaction": "operation",
        "operation": "$export",
        "correlation": export.id,
        **told(export.caller),
    }
    return Entry(clock.new_id(), clock.now(), facts)


async def _members(export: Export, session: Session) -> tuple[list[str] | None, bool] | None:
    """The women who are named, and whether they are all to come whole; None where the Group cannot be seen."""
    named, since = export.request["patients"], export.request["since"]
    if export.request["group"] is None:
        return named, False
    found = await export_start.group(session, export.request["group"])
    if found is None:
        return None
    group: dict[str, Any] = fhir_json.read(found[0])
    references = (
        text(child(row, "entity"), "reference")
        for row in children(group, "member")
        if row.get("inactive") is not True
    )
    members = {reference.partition("/")[2] for reference in references if reference.startswith("Patient/")}
    changed = since is not None and found[1] > datetime.fromisoformat(since)
    return sorted(members & set(named) if named is not None else members), changed


class Run:
    """One slice of an export."""

    def __init__(
        self, house: House, export: Export, session: Session, members: list[str] | None, whole: bool
    ) -> None:
        self._house = house
        self._export = export
        self._session = session
        self._members = members
        since = export.request["since"]
        self._wanted = Wanted(
            export.id, export.moment, tuple(export.request["types"]),
            tuple(filter_query(*row) for row in export.request["filters"]),
            datetime.fromisoformat(since) if since else None, whole,
        )  # fmt: skip
        self._place = export.place
        self._parts: dict[tuple[str, str], Part] = {}
        self._ahead: list[str] = []
        for part in export.files:
            self._parts[part.kind, part.type] = _open(part)

    async def slice(self) -> bool:
        """Steps until the time is over; whether there is more."""
        deadline = time.monotonic() + SLICE
        try:
            while time.monotonic() < deadline:
                if not await self._batch(deadline):
                    return await self._next_stage()
        except _Elsewhere:
            return False
        return True

    async def _batch(self, deadline: float) -> bool:
        """Some steps in one commit; false where the stage has no more."""
        async with self._house.database.connection() as connection, connection.raw.transaction():
            for _ in range(_BATCH):
                unit = await self._unit(connection)
                if unit is None:
                    return False
                await self._step(connection, unit)
                if time.monotonic() > deadline:
                    break
        return True

    async def _step(self, connection: Connection, unit: str) -> None:
        session = replace(self._session, entry=_entry(self._export), connection=connection)
        place, grown = await export_steps.take(
            session, self._wanted, self._place, unit, list(self._parts.values())
        )
        if place is None:
            raise _Elsewhere
        self._place = place
        for part in grown:
            before = self._parts.get((part.kind, part.type))
            count = part.count + (before.count if before else 0)
            self._parts[part.kind, part.type] = _open(replace(part, count=count))

    async def _unit(self, connection: Connection) -> str | None:
        """The woman, or the type, of which the next step takes."""
        if self._place.after_type:
            return self._place.unit
        if self._place.stage == OTHERS:
            return self._behind(self._types())
        if self._members is not None:
            return self._behind(self._members)
        if not self._ahead:
            session = replace(self._session, connection=connection)
            self._ahead = await export_steps.women(session, self._place.unit)
        return self._ahead.pop(0) if self._ahead else None

    def _types(self) -> list[str]:
        free = export_steps.about_nobody(self._session.caller.role)
        if self._export.request["level"] != SYSTEM:
            free -= frozenset(ABOUT_A_WOMAN)
        return [name for name in self._wanted.types if name in free]

    def _behind(self, units: list[str]) -> str | None:
        n = bisect.bisect_right(units, self._place.unit)
        return units[n] if n < len(units) else None

    async def _next_stage(self) -> bool:
        database, now = self._house.database, clock.now()
        export = replace(self._export, place=self._place)
        if self._place.stage == WOMEN:
            await export_progress.move(database, export, now, stage=OTHERS)
            return True
        lifetime = timedelta(hours=self._house.settings.export_hours)
        await export_progress.move(database, export, now, state=COMPLETE, expires=now + lifetime)
        return False


def _open(part: Part) -> Part:
    """The file that the next resources go to: another one where this one is full."""
    return part if part.count < LARGEST_FILE else Part(part.kind, part.type, part.part + 1, 0)
