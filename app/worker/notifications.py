"""Notifications: each subscription is told in order, one notification at a time, until its endpoint has taken it.

Whether there is something to tell stands in the tables, so that a worker that is killed loses nothing: its leases end,
and what was on its way is sent again under the same numbers. A slow endpoint holds up nobody else, and no alarm: this
runs beside the queue.
"""

import asyncio
import logging
from datetime import datetime, timedelta

import asyncpg

from app import clock
from app.fhir.outcome import FhirError
from app.interactions.context import House
from app.store import subscription_leases
from app.worker.subscribers import attend

PERIOD = 1.0  # seconds between two looks
LEASE = timedelta(seconds=5)  # and how soon after its fall another worker takes over
_MOST = 16  # subscriptions that are told at the same time
_AGAIN = timedelta(seconds=30)  # after something that nobody foresaw
_AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, FhirError)
_log = logging.getLogger("helsekort.worker")


async def keep(house: House) -> None:
    """Tell whoever is to be told, until cancelled."""
    if house.signing is None:
        _log.warning("nobody is notified: set HELSEKORT_NOTIFICATION_KEY_FILE")
        return
    notifier = Notifier(house)
    try:
        while True:
            try:
                await notifier.look()
            except Exception as error:  # noqa: BLE001 (one bad second must not end the duty)
                _log.error("notifications: %s", type(error).__name__)
            await asyncio.sleep(PERIOD)
    finally:
        await notifier.stop()


class Notifier:
    """The subscriptions that this process tells now."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._running: dict[str, asyncio.Task[None]] = {}

    async def look(self) -> None:
        """Hold what is running, and begin with what is due."""
        database, at = self._house.database, clock.now()
        await subscription_leases.lease(database, list(self._running), at + LEASE)
        room = _MOST - len(self._running)
        for id_ in await subscription_leases.take_due(database, at, at + LEASE, room) if room else ():
            self._running[id_] = asyncio.create_task(self._attend(id_), name=f"subscription {id_}")

    async def idle(self) -> None:
        """When all that runs now is done."""
        await asyncio.gather(*self._running.values())

    async def stop(self) -> None:
        """Break off; what was on its way is told again."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _attend(self, id_: str) -> None:
        until: datetime | None = None
        try:
            await attend(self._house, id_)
        except asyncpg.SerializationError:
            pass  # somebody else moved it: at the next look
        except Exception as error:  # noqa: BLE001 (one subscription must not end the others)
            _log.error("subscription %s: %s", id_, type(error).__name__)
            until = clock.now() + _AGAIN
        finally:
            self._running.pop(id_, None)
            await self._let_go(id_, until)

    async def _let_go(self, id_: str, until: datetime | None) -> None:
        try:
            await subscription_leases.lease(self._house.database, [id_], until)
        except _AWAY as error:  # the lease ends by itself
            _log.warning("subscription %s is not let go: %s", id_, type(error).__name__)
