"""``helsekort deliveries``: an operator sees what waits or was refused, has it tried again, or gives it up. With a reason, logged."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app import clock
from app.access.sealing import Seal, read_key
from app.gateways.failures import Failure
from app.interactions.context import House
from app.settings import Settings
from app.store import breakers, delivery_upkeep, national_records
from app.store.database import Database
from app.store.delivery_upkeep import Chosen
from app.store.log import Entry, refuse
from app.worker.channels import open_channels
from app.worker.reconciliation import reconcile

MOST = 1000
_DO: dict[str, Callable[[Database, str, datetime], Awaitable[bool]]] = {
    "retry": delivery_upkeep.retry,
    "discard": delivery_upkeep.discard,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line says."""

    do: str
    ids: tuple[str, ...] = ()
    dead: bool = False
    reason: str = ""
    state: str = ""
    kind: str = ""
    patient: str = ""
    master: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What is printed, and whether all of it was done."""

    lines: list[str]
    is_done: bool = True


def operate(settings: Settings, wish: Wish) -> Told:
    """Do what the command line says, as the serving role."""
    return asyncio.run(_operated(settings, wish))


async def _operated(settings: Settings, wish: Wish) -> Told:
    database = Database(settings.database_url, connections=1)
    await database.start()
    try:
        if wish.do == "reconcile":
            return await _reconciled(settings, database)
        if wish.do == "master":
            return await _mastered(database, wish)
        if wish.do == "list":
            return Told(await _listed(database, wish))
        return await _changed(database, wish)
    finally:
        await database.stop()


async def _reconciled(settings: Settings, database: Database) -> Told:
    house = House(settings, database, Seal(read_key(settings.server_key_file)))
    async with open_channels(settings) as channels:
        try:
            found = await reconcile(house, channels)
        except Failure as failure:
            return Told([f"Not done: {failure}"], is_done=False)
    return Told([row.text() for row in found] or ["Nothing is set up"])


async def _mastered(database: Database, wish: Wish) -> Told:
    """Who is master of her national record from now on; what differs is brought in line."""
    at, known = clock.now(), await national_records.find(database, wish.patient)
    if known is None:
        return Told([f"{wish.patient}: no national record of hers is known here"], is_done=False)
    await refuse(database, _entry(wish, Chosen(known.episode, wish.patient, "", "")), "told", (wish.patient,))
    await national_records.choose(database, wish.patient, wish.master, at)
    await national_records.ask(database, wish.patient, known.episode, at)
    return Told([f"{wish.patient}: {wish.master} is master of her national record"])


async def _listed(database: Database, wish: Wish) -> list[str]:
    rows = await delivery_upkeep.listed(database, wish.state, wish.kind, MOST)
    lines = [_line(row) for row in rows]
    lines += [
        f"{row.system} does not answer: {row.error} ({row.failures} failures); next attempt {clock.instant(row.until)}"
        for row in await breakers.every(database)
        if row.state != "closed" and row.until is not None
    ]
    return [*lines, f"{len(rows)} messages" + (", the oldest ones" if len(rows) == MOST else "")]


def _line(row: Any) -> str:
    about = f"{row['type']}/{row['resource']}" if row["resource"] else "-"
    held = "held" if row["held"] else row["state"]
    words = (clock.instant(row["created"]), row["id"], row["kind"], held, str(row["attempts"]), about)
    return "  ".join((*words, row["error"] or ""))


async def _changed(database: Database, wish: Wish) -> Told:
    found = await delivery_upkeep.chosen(database, list(wish.ids), dead=wish.dead)
    lines = [f"{id_}: there is no such message" for id_ in set(wish.ids) - {row.id for row in found}]
    is_done = not lines
    for row in found:
        await refuse(database, _entry(wish, row), "told", (row.patient,))
        done = await _DO[wish.do](database, row.id, clock.now())
        why = "" if done else f" not done: it is {row.state}, or what it needs is no longer kept"
        lines.append(f"{row.id} {row.kind}: {wish.do}{why}")
        is_done &= done
    return Told(lines, is_done)


def _entry(wish: Wish, row: Chosen) -> Entry:
    """Who of those who run the server did what to which message, and why; written before it is done."""
    facts = {
        "interaction": "operation",
        "operation": f"${wish.do}-delivery",
        "name": f"Drift: {wish.do}",
        "role": "system",
        "subject": f"operator:{getpass.getuser()}",
        "client": "helsekort",
        "reason": wish.reason,
        "correlation": row.id,
    }
    return Entry(clock.new_id(), clock.now(), facts)
