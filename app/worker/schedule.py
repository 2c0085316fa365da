"""TABLE: what this process does by the clock. A row that fails is told in the log and comes again at its next time.

The log of who looked is sealed and anchored here (design §5), and what got lost on the way is found again.
"""

import asyncio
import functools
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from procrastinate import App

from app import clock
from app.interactions.context import House
from app.store import (
    changed,
    deliveries,
    denials,
    event_retention,
    export_progress,
    grants,
    housekeeping,
    idempotency,
    log_findings,
    retention,
    seals,
    withdrawals,
)
from app.store.anchors import Anchors
from app.store.seals import Signer
from app.worker import documents, log_feed, national_mirror, personnel, privacy, registers, submissions
from app.worker.channels import Channels
from app.worker.jobs import begin, dispatch, resume, take_up
from app.worker.reconciliation import reconcile_and_tell
from app.worker.releases import release
from app.worker.rescue import Rescue
from app.worker.subscribers import give_up

STRANDED = timedelta(seconds=30)
_log = logging.getLogger("helsekort.worker")


@dataclass(frozen=True, slots=True)
class Duties:
    """What the rows work with; ``signer`` and ``anchors`` are None where no file is set."""

    house: House
    app: App
    signer: Signer | None = None
    anchors: Anchors | None = None
    rescue: Rescue = field(default_factory=Rescue)
    channels: Channels = field(default_factory=Channels)


async def put_back(duties: Duties) -> None:
    """Jobs of workers that are gone."""
    await duties.rescue.sweep(duties.app)


async def follow(duties: Duties) -> None:
    """Jobs and notices for the women whose cards were changed."""
    while await changed.take(duties.house.database, clock.now()):
        continue


async def sweep(duties: Duties) -> None:
    """Messages that are to be sent and that no job looks at."""
    found = await deliveries.stranded(duties.house.database, clock.now() - STRANDED)
    if found:
        _log.warning("%d messages had no job", len(found))
    await dispatch(duties.app, found)


async def resume_held(duties: Duties) -> None:
    """Messages that were held back while their system did not answer."""
    await resume(duties.app, duties.house)


async def sweep_exports(duties: Duties) -> None:
    """Exports that run and that no job looks at; and what can no longer be fetched goes."""
    database = duties.house.database
    for export in await export_progress.stranded(database, clock.now() - STRANDED):
        _log.warning("export %s had no job", export)
        await take_up(duties.app, export)
    await export_progress.forget(database, clock.now())


async def carry_out_withdrawals(duties: Duties) -> None:
    """A job for each woman who has withdrawn and whose time has come."""
    for due in await withdrawals.due(duties.house.database, clock.now()):
        await begin(duties.app, due)


async def seal(duties: Duties) -> None:
    """Sign the heads of the log's lanes, and have them outside the database."""
    database, anchors = duties.house.database, duties.anchors
    if duties.signer is not None:
        await seals.seal(database, duties.signer, clock.now())
    if anchors is not None:
        await asyncio.to_thread(anchors.append, ())
        heads = await seals.heads_after(database, anchors.known)
        await asyncio.to_thread(anchors.append, heads)


async def forget_proofs(duties: Duties) -> None:
    """Identifiers of DPoP proofs that could not be accepted any more, and what the deny-list says no longer."""
    await housekeeping.forget_proofs(duties.house.database, clock.now())
    await denials.forget(duties.house.database, clock.now())
    await grants.forget(duties.house.database, clock.now())


async def forget_events(duties: Duties) -> None:
    """What happened too long ago; who has been in error all that time is told nothing more."""
    house = duties.house
    before = clock.now() - timedelta(days=house.settings.event_days)
    for id_ in await event_retention.given_up(house.database, before):
        await give_up(house, id_)
    await event_retention.forget(house.database, before)


async def open_what_waited(duties: Duties) -> None:
    """Results that nobody has discussed with her within their days."""
    opened = await release(duties.house)
    if opened:
        _log.warning("%d results were opened to her that nobody had discussed with her", opened)


async def forget_keys(duties: Duties) -> None:
    """Idempotency keys whose time is over."""
    await idempotency.forget(duties.house.database, clock.now())


async def control(duties: Duties) -> None:
    """What the rules of ``app/access/control.py`` find in the log, for a reviewer to decide."""
    found = await log_findings.find(duties.house.database, clock.now())
    if found:
        _log.warning("the control of the log has %d new findings", found)


async def drop_months(duties: Duties) -> None:
    """The log's months whose time is over; where this process is not given the owner's address, an operator does it."""
    settings = duties.house.settings
    if settings.log_months and settings.owner_database_url:
        months = await asyncio.to_thread(retention.drop, settings, clock.now())
        if months:
            _log.warning("the log's months %s are dropped, each with its closing", ", ".join(months))


async def follow_registers(duties: Duties) -> None:
    """What changed in the national registers."""
    await registers.follow_changes(duties.house, duties.channels)


async def mirror(duties: Duties) -> None:
    """The national records that are mirrored here."""
    await national_mirror.look(duties.house, duties.channels)


async def share_or_not(duties: Duties) -> None:
    """Cards that women share no longer, or again."""
    await dispatch(duties.app, await documents.turned(duties.house, duties.channels))


async def look_up(duties: Duties) -> None:
    """Whom the national registers are to be asked for."""
    await registers.look_up(duties.house, duties.channels)


async def look_ahead(duties: Duties) -> None:
    """The log needs its next month; only the owner may make it."""
    month = await housekeeping.missing_month(duties.house.database, clock.now())
    if month:
        _log.warning("the log has no partition for %s: run `helsekort migrate`", month)


def asking(duty: Callable[[House, Channels], Awaitable[Any]]) -> Callable[[Duties], Awaitable[None]]:
    """``duty`` as a duty of this process, under its own name."""

    @functools.wraps(duty)
    async def do(duties: Duties) -> None:
        await duty(duties.house, duties.channels)

    return do


@dataclass(frozen=True, slots=True)
class Row:
    """One duty, and how often (seconds)."""

    every: float
    do: Callable[[Duties], Awaitable[None]]


TABLE: tuple[Row, ...] = (
    Row(0.25, follow),
    Row(0.5, resume_held),
    Row(2, put_back),
    Row(2, carry_out_withdrawals),
    Row(5, look_up),
    Row(5, mirror),
    Row(15, sweep),
    Row(15, sweep_exports),
    Row(60, follow_registers),
    Row(60, asking(personnel.look_up)),
    Row(60, asking(privacy.follow)),
    Row(5, asking(privacy.follow_changes)),
    Row(5, asking(submissions.take_in)),
    Row(60, asking(log_feed.tell)),
    Row(30, share_or_not),
    Row(60, seal),
    Row(60, forget_proofs),
    Row(600, open_what_waited),
    Row(600, forget_keys),
    Row(6 * 3600, control),
    Row(6 * 3600, asking(reconcile_and_tell)),
    Row(6 * 3600, look_ahead),
    Row(6 * 3600, drop_months),
    Row(6 * 3600, forget_events),
)


def prepare(house: House, app: App, channels: Channels) -> Duties:
    """The duties of this process; the signing key is made at the first start. Raises NoKey, OSError."""
    key, anchor = house.settings.audit_key_file, house.settings.audit_anchor_file
    if not key or not anchor:
        _log.warning("the log is not sealed: set HELSEKORT_AUDIT_KEY_FILE and HELSEKORT_AUDIT_ANCHOR_FILE")
    if key and not Path(key).exists():
        seals.make_key(key)
    signer = seals.read_signer(key) if key else None
    return Duties(house, app, signer, Anchors(anchor) if anchor else None, channels=channels)


async def _keep(row: Row, duties: Duties) -> None:
    while True:
        try:
            await row.do(duties)
        except Exception as error:  # noqa: BLE001 (one bad minute must not end the duty)
            _log.error("%s failed: %s", row.do.__name__, type(error).__name__)
        await asyncio.sleep(row.every)


async def keep(duties: Duties) -> None:
    """Do every row at its times, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for row in TABLE:
            group.create_task(_keep(row, duties), name=row.do.__name__)
