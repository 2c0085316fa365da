"""The worker: runs the jobs and keeps the schedule until it is told to stop.

Killed at any moment it loses nothing: what it did is in the tables, what it was doing is taken up again.
"""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from logging.config import dictConfig

import asyncpg
import psycopg
from procrastinate import App
from procrastinate.exceptions import ProcrastinateException

from app.access.sealing import Seal, read_key
from app.access.signing import read as read_signing
from app.fhir.outcome import FhirError
from app.interactions.context import House
from app.interactions.process_log import logging_of
from app.interactions.switches import announce
from app.settings import Settings, UnsafeSettings
from app.store.database import Database
from app.worker import notifications, schedule
from app.worker.channels import Channels, open_channels
from app.worker.jobs import CONCURRENCY, build
from app.worker.rescue import HEARTBEAT, STALLED
from app.worker.schedule import Duties

_AGAIN = 1.0  # seconds before the worker looks for its database again
_PATIENCE = 10.0  # seconds for running jobs when told to stop; then they are put back
_AWAY = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    psycopg.Error,
    ProcrastinateException,
    FhirError,
)
_log = logging.getLogger("helsekort.worker")


def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT."""
    dictConfig(logging_of("INFO"))
    for name in ("procrastinate", "httpx", "psycopg.pool"):
        logging.getLogger(name).setLevel(logging.WARNING)  # who is sent what is no matter of a text file
    announce(settings)
    if settings.participation == "consent" and not settings.erase_database_url:
        text = "HELSEKORT_ERASE_DATABASE_URL: where consent is required, what is withdrawn must be erased"
        raise UnsafeSettings(text)
    asyncio.run(_until_told(settings))


async def _until_told(settings: Settings) -> None:
    work = asyncio.create_task(serve(settings), name="worker")
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, work.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await work


async def serve(settings: Settings) -> None:
    """Work until cancelled; where the database goes away, begin again when it is back."""
    async with open_channels(settings) as channels:
        while True:
            try:
                async with _opened(settings, channels) as duties:
                    await _work(duties)
            except _AWAY as error:
                _log.warning("the database does not answer (%s); trying again", type(error).__name__)
            await asyncio.sleep(_AGAIN)


@contextlib.asynccontextmanager
async def _opened(settings: Settings, channels: Channels) -> AsyncIterator[Duties]:
    seal = Seal(read_key(settings.server_key_file))
    database = Database(
        settings.database_url, connections=CONCURRENCY + 3, statement_timeout=settings.statement_timeout,
        consent_required=settings.participation == "consent", area=settings.area,
        proof_required=bool(settings.representation_url),
    )  # fmt: skip
    try:
        await database.start()
        house = House(settings, database, seal, read_signing(settings.notification_key_file))
        app = build(house, channels)
        async with app.open_async():
            yield schedule.prepare(house, app, channels)
    finally:
        await database.stop()


async def _work(duties: Duties) -> None:
    """Jobs and schedule side by side; the end of either is the end of both."""
    beside = [
        asyncio.create_task(schedule.keep(duties), name="schedule"),
        asyncio.create_task(notifications.keep(duties.house), name="notifications"),
    ]
    try:
        await _run_jobs(duties.app, duties)
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)


async def _run_jobs(app: App, duties: Duties) -> None:
    await app.run_worker_async(
        queues=["default"],
        name="helsekort",
        concurrency=CONCURRENCY,
        fetch_job_polling_interval=1.0,
        shutdown_graceful_timeout=_PATIENCE,
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT,
        stalled_worker_timeout=STALLED,
        worker_middleware=[duties.rescue.watch],
    )
