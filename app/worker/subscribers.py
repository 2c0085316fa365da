"""One subscription: its handshake, its events, its heartbeat, its end, and what becomes of it when it does not answer.

https://hl7.org/fhir/R5/subscriptions.html: a handshake that fails is an error at once; a notification is tried again, the
waits growing, until the attempts are spent. After an error the client asks for a new handshake, and misses nothing.
"""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from app import clock
from app.access.sealing import Broken
from app.fhir import json as fhir_json
from app.fhir.notification import HANDSHAKE, HEARTBEAT, notification
from app.fhir.outcome import NotFound, PreconditionFailed
from app.fhir.subscription import Wanted
from app.gateways.failures import Failure, Refused, Unreachable
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import House
from app.interactions.telling import batch, filters_of, session_of, status_of, wanted_of
from app.store import numbering, subscriptions
from app.store.subscriptions import ACTIVE, ERROR, OFF, REQUESTED, Kept
from app.worker.deliveries import wait_before
from app.worker.hooks import headers, line_to, refused
from app.worker.system import context

_MOST_BATCHES = 50  # in one go; then the others have their turn
_log = logging.getLogger("helsekort.worker")


async def attend(house: House, id_: str) -> None:
    """Do what is to be done for the subscription ``id_`` now."""
    found = await subscriptions.find(house.database, [id_])
    kept = found[0] if found else None
    if kept is None or kept.status not in {REQUESTED, ACTIVE}:
        return
    wanted, at = wanted_of(kept), clock.now()
    if wanted is not None and wanted.end is not None and wanted.end <= at:
        await set_status(house, kept, OFF)
        return
    refusal = refused(house, kept, wanted)
    if wanted is None or refusal:
        await set_status(house, kept, ERROR, refusal)
    elif kept.status == REQUESTED:
        await _shake_hands(house, kept, wanted)
    else:
        await _tell(house, kept, wanted)


async def _shake_hands(house: House, kept: Kept, wanted: Wanted) -> None:
    try:
        await _send_bare(house, kept, wanted, HANDSHAKE)
    except (Failure, Broken) as failure:
        await set_status(house, kept, ERROR, _text(failure))
        return
    await subscriptions.went_well(house.database, kept.rid, clock.now(), 0)
    await set_status(house, kept, ACTIVE)


async def _tell(house: House, kept: Kept, wanted: Wanted) -> None:
    """Every event that waits; a heartbeat where none does and it is time."""
    told = 0
    while told < _MOST_BATCHES:
        session = session_of(house, kept)
        if not await numbering.pass_over(session, kept.rid, wanted.topic.name, filters_of(wanted)):
            break
        if not await _attempt(house, kept, wanted, is_event=True):
            return
        told += 1
    if not told and _beats(kept, wanted, clock.now()):
        await _attempt(house, kept, wanted, is_event=False)


def _beats(kept: Kept, wanted: Wanted, at: datetime) -> bool:
    if wanted.heartbeat is None or kept.last_sent is None:
        return False
    return kept.last_sent + timedelta(seconds=wanted.heartbeat) <= at


async def _attempt(house: House, kept: Kept, wanted: Wanted, *, is_event: bool) -> bool:
    """Send the next notification; whether it went well."""
    try:
        if is_event:
            delivered = await _send_events(house, kept, wanted)
        else:
            await _send_bare(house, kept, wanted, HEARTBEAT)
            delivered = 0
    except Unreachable as failure:
        await _failed(house, kept, failure)
        return False
    except (Refused, Broken) as failure:
        await set_status(house, kept, ERROR, _text(failure))
        return False
    if delivered is not None:
        await subscriptions.went_well(house.database, kept.rid, clock.now(), delivered)
    return True


def _text(failure: Exception) -> str:
    return (
        "The headers cannot be opened with this server's key; give them again"
        if isinstance(failure, Broken)
        else str(failure)
    )


async def _failed(house: House, kept: Kept, failure: Unreachable) -> None:
    """Later, or never: when the attempts are spent, the subscription is in error until its client asks again."""
    at = clock.now()
    found = await subscriptions.find(house.database, [kept.id])
    failures = found[0].failures if found else 0
    after = at + timedelta(seconds=wait_before(failures, failure.retry_after))
    await subscriptions.went_wrong(house.database, kept.rid, at, str(failure), after)
    if failures + 1 >= house.settings.notification_attempts:
        await set_status(house, kept, ERROR, str(failure))


async def _send_events(house: House, kept: Kept, wanted: Wanted) -> int | None:
    """The number up to which the endpoint has taken events; None where none may be told any more. Raises Failure.

    The line is opened first: only then it is decided, numbered and logged what goes over it.
    """
    async with line_to(house, wanted) as line:
        ready = await batch(house, kept, wanted)
        if ready is None:
            return None
        await line.post(ready.body, headers(house, kept, wanted, ready.body, ready.id, ready.attempt))
        return ready.last


async def _send_bare(house: House, kept: Kept, wanted: Wanted, kind: str) -> None:
    """A notification without events. Raises Failure, Broken."""
    id_, at = clock.new_id(), clock.now()
    body = notification(id_, clock.instant(at), status_of(house, kept, wanted, kind, kept.numbered))
    async with line_to(house, wanted) as line:
        await line.post(body, headers(house, kept, wanted, body, id_, 1))


async def set_status(house: House, kept: Kept, status: str, reason: str = "") -> None:
    """Write the status down as the next version of the Subscription; where its client was faster, it stays hers."""
    resource = fhir_json.parse(kept.body)
    resource["status"] = status
    resource.pop("error", None)
    if reason:
        resource["error"] = reason
    if status == ERROR:
        _log.warning("subscription %s is in error: %s", kept.id, reason)
    draft = Draft(
        "update", "Subscription", kept.id, resource, fhir_json.dump(resource), if_match=kept.version
    )
    writing = context(house, "update", type="Subscription", target=kept.id)
    with suppress(PreconditionFailed, NotFound):
        await apply(writing, [draft])


async def give_up(house: House, id_: str) -> None:
    """A subscription in error that nobody has mended for as long as events are kept is off."""
    for kept in await subscriptions.find(house.database, [id_]):
        if kept.status == ERROR:
            days = house.settings.event_days
            await set_status(
                house, kept, OFF, f"In error for {days} days; what happened meanwhile is not kept"
            )
