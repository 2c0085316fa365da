"""Messages to other systems: sent once as they see it, tried again while it may help, never in the wrong name.

Critical information goes out in the session of the clinician who confirmed it (``registrations``). A notice says that
something is new and goes out as this server, as does the recall of what is no longer so: kjernejournal shall not wait
for a session to hear it. While a system does not answer its messages are held (``store/breakers``).
"""

import logging
from collections.abc import Awaitable, Callable
from random import SystemRandom

from app import clock
from app.gateways.failures import Failure, Refused, TokenSpent, Unreachable
from app.interactions.context import House
from app.mapping.critical_info import NotExpressible
from app.store import breakers, deliveries, delivery_upkeep
from app.store.deliveries import (
    CARD_DOCUMENT,
    CHECK,
    CONSENT_RETRACTION,
    CRITICAL_INFORMATION,
    DEAD,
    DOCUMENT_RETRACTION,
    EMERGENCY,
    FORM_RECALL,
    FORM_TASK,
    LETTER,
    NATIONAL_RECORD,
    NOTICE,
    PENDING,
    RECALL,
    SENT,
    SYSTEM_OF,
    WAITING,
    WITHDRAWN,
    Message,
)
from app.worker import documents, forms, national_records, privacy, reconciliation, registrations, retractions
from app.worker.attempts import masked
from app.worker.channels import Channels
from app.worker.recipients import ByLetter, Withdrawn, number_of, reading

NOTICE_ATTEMPTS = 60  # with the waits below about half a day: an older notice helps nobody
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 900.0
_log = logging.getLogger("helsekort.worker")
_dice = SystemRandom()


def wait_before(attempt: int, asked: float | None) -> float:
    """Seconds until the next attempt: twice as long each time, with jitter, never less than what was asked for."""
    longest = min(_FIRST_WAIT * 2.0 ** min(attempt, 20), _LONGEST_WAIT)
    return max(_dice.uniform(longest / 2, longest), asked or 0.0)


async def deliver(house: House, channels: Channels, id_: str) -> float | None:
    """Try to send the message ``id_``; the seconds after which to try again, or None where it is settled or held."""
    message = await deliveries.find(house.database, id_)
    if message is None or message.state != PENDING:
        return None
    system = SYSTEM_OF.get(message.kind, "")
    if system and not await breakers.admit(house.database, system, clock.now()):
        await delivery_upkeep.hold(house.database, id_, clock.now())
        return None
    state, reason = SENT, ""
    failure: Exception | None = None
    try:
        await _SENDERS[message.kind](house, channels, message)
    except (Failure, Withdrawn, ByLetter, NotExpressible) as error:
        failure = error
        state, reason = _became(error), str(error)
    if system:
        await _note(house, system, failure)
    if isinstance(failure, Unreachable):
        return await _later(house, message, failure)
    await _settle(house, message, state, reason)
    return None


def _became(failure: Exception) -> str:
    """What a message is after a failure that ends it."""
    if isinstance(failure, TokenSpent):
        return WAITING
    if isinstance(failure, ByLetter):
        return LETTER
    return WITHDRAWN if isinstance(failure, Withdrawn) else DEAD


async def _note(house: House, system: str, failure: Exception | None) -> None:
    """What the attempt said of the system, for all workers."""
    if isinstance(failure, Unreachable) and failure.is_down:
        reason = masked(str(failure))
        await breakers.went_wrong(house.database, system, clock.now(), reason, failure.retry_after)
    elif failure is None or isinstance(failure, Unreachable | Refused | ByLetter):
        await breakers.went_well(house.database, system, clock.now())
    else:  # it was not asked
        await breakers.let_go(house.database, system, clock.now())


async def _settle(house: House, message: Message, state: str, reason: str) -> None:
    if state == DEAD:
        _log.error("delivery %s (%s) is dead: %s", message.id, message.kind, masked(reason))
    await deliveries.settle(house.database, message.id, state, clock.now(), error=masked(reason) or None)


async def _later(house: House, message: Message, failure: Unreachable) -> float | None:
    if message.kind == NOTICE and message.attempts + 1 >= NOTICE_ATTEMPTS:
        await _settle(house, message, DEAD, str(failure))
        return None
    await _settle(house, message, PENDING, str(failure))
    wait = wait_before(message.attempts, failure.retry_after)
    if message.token_expires is None:
        return wait
    left = (message.token_expires - clock.now()).total_seconds()
    return min(wait, max(left, 0.0) + 1)  # when the session is over it waits for another, and says so


async def _notice(house: House, channels: Channels, message: Message) -> None:
    if channels.helseid is None or channels.helsenorge is None:
        raise Withdrawn("Helsenorge is not set up")
    if await deliveries.is_mute(house.database, message.patient, clock.now()):
        raise Withdrawn("She has chosen to get no notices")
    audience = house.settings.helsenorge_audience
    token = await channels.helseid.machine_token(audience)
    _, number = await number_of(reading(house, message, "Varsel til deg"), message.patient)
    with channels.helseid.tried(audience):
        if not await channels.helsenorge.reaches(token, number):
            raise ByLetter("She is not active on Helsenorge")
        await channels.helsenorge.notify(token, number, message.id)


_SENDERS: dict[str, Callable[[House, Channels, Message], Awaitable[None]]] = {
    CRITICAL_INFORMATION: registrations.register,
    NOTICE: _notice,
    EMERGENCY: _notice,
    FORM_TASK: forms.send,
    FORM_RECALL: forms.recall,
    RECALL: registrations.recall,
    CHECK: reconciliation.compare_registrations,
    CARD_DOCUMENT: documents.publish,
    DOCUMENT_RETRACTION: documents.retract,
    CONSENT_RETRACTION: privacy.end,
    NATIONAL_RECORD: national_records.send,
    **retractions.SENDERS,
}
