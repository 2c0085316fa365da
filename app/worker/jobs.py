"""The jobs: what a change leads to, one message, and the daily look at every open card.

https://procrastinate.readthedocs.io. A job only says that somebody should look; what is to be done stands in the
tables, so that a job that runs twice, or in vain, does no harm.
"""

import contextlib
import logging
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from procrastinate import App, BaseRetryStrategy, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job

from app import clock
from app.interactions.context import House
from app.store import deliveries, delivery_upkeep, registers
from app.store.deliveries import Due
from app.store.episodes import open_cards
from app.store.erasure_table import TASK
from app.store.export_start import AT_LEISURE
from app.store.export_start import TASK as EXPORT
from app.store.withdrawals import Due as Withdrawal
from app.store.withdrawals import queueing_lock
from app.worker import alarms, documents, erasures, exports, national_records
from app.worker.channels import Channels
from app.worker.deliveries import deliver

_log = logging.getLogger("helsekort.worker")
CONCURRENCY = 4
AFTER_MIDNIGHT = "5 23 * * *"  # UTC: past midnight in Norway, summer and winter
_DAY = 24 * 3600
_LONGEST_WAIT = 30.0


class Again(BaseRetryStrategy):
    """Until it succeeds: an alarm that could not be raised is tried again, at most half a minute later."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002
        wait = min(2.0 ** min(job.attempts, 10), _LONGEST_WAIT)
        return RetryDecision(retry_at=clock.now() + timedelta(seconds=wait))


async def dispatch(app: App, messages: Iterable[Due], after: float = 0.0) -> None:
    """A job for each of ``messages``, unless one waits already."""
    at = clock.now() + timedelta(seconds=after) if after else None
    for message in messages:
        job = app.configure_task("deliver", lock=message.lock, queueing_lock=message.id, schedule_at=at)
        try:
            await job.defer_async(delivery=message.id)
        except AlreadyEnqueued:
            continue


async def gather(app: App, house: House, messages: Iterable[Due]) -> None:
    """Jobs for shared documents and national records, when further changes have had their time to come."""
    await dispatch(app, messages, house.settings.document_seconds)


async def resume(app: App, house: House) -> None:
    """Jobs for the messages that were held back and whose systems answer again."""
    await dispatch(app, await delivery_upkeep.releasable(house.database, clock.now()))


def build(house: House, channels: Channels) -> App:
    """The queue's application with its tasks. ``changed`` follows from the rows that writes leave (store/changed.py)."""
    connector = PsycopgConnector(
        conninfo=house.settings.database_url,
        min_size=1,
        max_size=CONCURRENCY,
        kwargs={"application_name": "helsekort worker"},
    )
    app = App(connector=connector, periodic_defaults={"max_delay": _DAY})

    @app.task(name="changed", retry=Again())
    async def changed(patient: str, episode: str | None = None, entry: str = "") -> None:
        await follow_up(house, patient, episode, entry)
        if channels.persontjenesten is not None:
            await registers.ask(house.database, patient, clock.now())
        await dispatch(app, await deliveries.due(house.database, patient))
        if entry:  # time alone makes no new document
            await gather(app, house, await documents.ask(house, channels, patient, episode))
            await gather(app, house, await national_records.ask(house, channels, patient, episode))

    @app.task(name="deliver", pass_context=True)
    async def deliver_one(context: JobContext, delivery: str) -> None:
        wait = await deliver(house, channels, delivery)
        if wait is not None:
            # A new job, not a retry: another may have been queued meanwhile, and two cannot wait.
            await dispatch(app, [Due(delivery, context.job.lock or delivery)], after=wait)

    @app.periodic(cron=AFTER_MIDNIGHT)
    @app.task(name="daily", retry=Again())
    async def daily(timestamp: int) -> None:  # noqa: ARG001 (when it was due)
        await look_at_every_card(app, house)

    _exports(app, house)
    _erasures(app, house)
    return app


def _exports(app: App, house: House) -> None:
    @app.task(name=EXPORT, retry=Again())
    async def export_some(export: str) -> None:
        if await exports.carry_on(house, export):
            await take_up(app, export)


def _erasures(app: App, house: House) -> None:
    @app.task(name=TASK, retry=Again())
    async def erase(withdrawal: str, patient: str) -> None:
        if await erasures.carry_out(house, withdrawal, patient):
            await dispatch(app, await deliveries.due(house.database, patient))


async def begin(app: App, due: Withdrawal) -> None:
    """A job for a withdrawal, in line with the others about her, unless one waits already."""
    job = app.configure_task(TASK, lock=due.patient, queueing_lock=queueing_lock(due.id))
    with contextlib.suppress(AlreadyEnqueued):
        await job.defer_async(withdrawal=due.id, patient=due.patient)


async def take_up(app: App, export: str) -> None:
    """A job for an export, unless one waits already."""
    job = app.configure_task(EXPORT, lock=f"{EXPORT} {export}", queueing_lock=export, priority=AT_LEISURE)
    with contextlib.suppress(AlreadyEnqueued):
        await job.defer_async(export=export)


async def follow_up(house: House, patient: str, episode: str | None, entry: str) -> None:
    """Her alarms as the rules have them now; after a loss no notice that waits is sent."""
    try:
        lost = await alarms.refresh(house, patient, episode, entry)
    except Exception as error:
        _log.error("what follows from %s is tried again: %s", entry or "time", type(error).__name__)
        raise
    if lost:
        reason = "The pregnancy has ended in loss"
        await deliveries.withdraw_notices(house.database, patient, clock.now(), reason)


async def look_at_every_card(app: App, house: House) -> None:
    """What time alone brings, such as 42 weeks without a birth, raises its alarm without anybody's writing."""
    for patient, episode in await open_cards(house.database):
        args: dict[str, Any] = {"patient": patient, "episode": episode}
        await app.configure_task("changed", lock=patient, priority=AT_LEISURE).defer_async(**args)
