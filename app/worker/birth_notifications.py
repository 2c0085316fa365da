"""``helsekort pilot birth-notifications``: the extract for Medisinsk fødselsregister, read as the register's own role reads.

The access rows decide what of each card is told (``allow.registry.read``: her blocks, masks and labels hold), and one row of
the log for each woman says that it was; she reads it. The file holds national identity numbers: it is made for its owner only.
"""

import asyncio
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from app import clock
from app.access.caller import Caller, Role
from app.access.sealing import Seal, read_key
from app.fhir import json as fhir_json
from app.interactions.context import House
from app.interactions.redaction import view
from app.mapping.birth_notification import LEFT_OUT, notifications
from app.settings import Settings
from app.store.births import cards_with_births
from app.store.card import of_card
from app.store.database import Database
from app.store.log import Entry
from app.store.session import Session

Json = dict[str, Any]
OPERATION = "$birth-notifications"
NOTE = (
    "Not the register's own message (mfrFodsel XML): an extract of what the card holds, for the notifying institution to"
    " complete. Induced abortions are not on the card, so not here. 'unknown' names what the card does not say."
)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was written: how many rows of how many women; ``withheld`` cards, of which the rows told nothing."""

    rows: int
    women: int
    withheld: int


def extract(settings: Settings, period: tuple[date, date], by: str, out: Path) -> Extracted:
    """Write the extract of a period to ``out``, which must not be there. Raises ValueError, OSError."""
    if period[0] > period[1]:
        raise ValueError(f"{period[1]} lies before {period[0]}")
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            found, told = asyncio.run(_read(settings, period, by))
            file.write(fhir_json.indented(fhir_json.dump(_document(period, by, found))) + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        out.unlink(missing_ok=True)  # no half of it stays
        raise
    return told


def _document(period: tuple[date, date], by: str, rows: list[Json]) -> Json:
    return {
        "extract": "birth-notification",
        "version": 1,
        "note": NOTE,
        "period": {"start": period[0].isoformat(), "end": period[1].isoformat()},
        "made": clock.instant(clock.now()),
        "by": by,
        "left-out": dict.fromkeys(LEFT_OUT, "may be told only where she has not objected; the card does not hold that"),
        "notifications": rows,
    }  # fmt: skip


async def _read(settings: Settings, period: tuple[date, date], by: str) -> tuple[list[Json], Extracted]:
    database = Database(
        settings.database_url,
        connections=1,
        consent_required=settings.participation == "consent",
        area=settings.area,
    )
    await database.start()
    try:
        house = House(settings, database, Seal(read_key(settings.server_key_file)))
        cards = await cards_with_births(database, *period)
        found = [(woman, await _rows(house, by, card, period)) for woman, card in cards]
    finally:
        await database.stop()
    rows = [row for _, of_her in found for row in of_her]
    women = {woman for woman, of_her in found if of_her}
    return rows, Extracted(len(rows), len(women), sum(not of_her for _, of_her in found))


async def _rows(house: House, by: str, card: str, period: tuple[date, date]) -> list[Json]:
    """The rows of one card as far as the register's role sees it; the reading is logged."""
    caller = Caller(role=Role.REGISTRY, subject=f"operator:{by}", client="helsekort pilot", name=by)
    facts = {
        "interaction": "operation", "operation": OPERATION, "type": "EpisodeOfCare", "target": card,
        "role": caller.role.value, "subject": caller.subject, "client": caller.client, "name": by,
    }  # fmt: skip
    session = Session(house.database, caller, Entry(clock.new_id(), clock.now(), facts))
    stored, _ = await of_card(session, card, looks=False)
    resources = [fhir_json.parse(view(row)[0]) for row in stored if row.visible]
    found = notifications(resources, house.settings.dating_precedence)
    first, last = (day.isoformat() for day in period)
    return [row for row in found if first <= row["told"]["born"][:10] <= last]
