"""Erasure: what the pilot stored of a woman who withdrew goes, by the erase role, once nothing of hers is on its way.

The job holds her lock, so no alarm of hers is being raised meanwhile; what was sent is awaited, and every statement that
could have been allowed before she withdrew. Killed at any moment it begins again: the erasure is one transaction.
"""

import asyncio
import logging
import time

from app import clock
from app.interactions.context import House
from app.store import erasing, withdrawals
from app.store.database import Database
from app.store.export_progress import writers_before
from app.worker.system import context

SEALED_FOR = "retraction"
_PATIENCE, _WAIT = 20.0, 0.05
_log = logging.getLogger("helsekort.worker")


async def carry_out(house: House, id_: str, patient: str) -> bool:
    """Erase her; false where something is still on its way, or nobody may erase here, so that it is tried again."""
    url = house.settings.erase_database_url
    if not url:
        _log.error("withdrawal %s is not erased: set HELSEKORT_ERASE_DATABASE_URL", id_)
        return False
    if not await withdrawals.hold_back(house.database, patient, clock.now()) or not await _settled(house):
        return False
    erasing_role = Database(url, connections=1, statement_timeout=house.settings.statement_timeout)
    try:
        await erasing_role.start()
        await _erase(house, erasing_role, id_)
    finally:
        await erasing_role.stop()
    return True


async def _settled(house: House) -> bool:
    """Whether every statement is over that may have begun before the card was closed."""
    deadline = time.monotonic() + _PATIENCE
    _, now = await writers_before(house.database, None)
    while (await writers_before(house.database, now))[0]:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(_WAIT)
    return True


async def _erase(house: House, role: Database, id_: str) -> None:
    entry = context(house, "operation", operation="$erase", type="Patient", correlation=id_).entry
    async with role.connection() as held, held.raw.transaction():
        patient = await erasing.locked(held, id_)
        if patient is None:
            return
        if await erasing.takes_part(held, patient, entry.at):
            await erasing.overtaken(held, patient, entry.at)
            return
        number = await erasing.number(held, patient)
        sealed = house.seal.close(number.encode(), SEALED_FOR) if number else None
        await erasing.erase(held, patient, entry, sealed)
