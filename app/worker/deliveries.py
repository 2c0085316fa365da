"""Messages to other systems: sent once as they see it, tried again while it may help, never in the wrong name.

Critical information goes out in the session of the clinician who confirmed it, with an exchanged token; when that
session is over it waits for a clinician's next one. A notice says that something is new and goes out as this server,
as does the recall of what is no longer so: kjernejournal shall not wait for a session to hear it.
"""

import base64
import json
import logging
import re
from collections.abc import Awaitable, Callable
from random import SystemRandom
from typing import Any

from app import clock
from app.access.caller import Caller
from app.access.roles import NoRole, professional
from app.access.sealing import Broken
from app.fhir import json as fhir_json
from app.fhir.codes import PERSON_NUMBERS
from app.gateways.failures import Refused, TokenSpent, Unreachable
from app.gateways.kjernejournal import Registration
from app.interactions.consequences import SEALED_FOR
from app.interactions.context import Context, House
from app.mapping.critical_info import NotExpressible, Recorder, is_critical, registration
from app.mapping.elements import children, text
from app.store import deliveries, resources
from app.store.deliveries import (
    CRITICAL_INFORMATION,
    DEAD,
    EMERGENCY,
    NOTICE,
    PENDING,
    RECALL,
    SENT,
    WAITING,
    WITHDRAWN,
    Message,
)
from app.worker import retractions
from app.worker.channels import Channels
from app.worker.system import context

NOTICE_ATTEMPTS = 60  # with the waits below about half a day: an older notice helps nobody
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 900.0
_DIGITS = re.compile(r"\d{6,}")
_log = logging.getLogger("helsekort.worker")
_dice = SystemRandom()


class Withdrawn(Exception):
    """The message is no longer true, or nobody is there to get it."""


def masked(reason: str) -> str:
    """``reason`` without anything that could be an identity number."""
    return _DIGITS.sub("…", reason)[:500]


def wait_before(attempt: int, asked: float | None) -> float:
    """Seconds until the next attempt: twice as long each time, with jitter, never less than what was asked for."""
    longest = min(_FIRST_WAIT * 2.0 ** min(attempt, 20), _LONGEST_WAIT)
    return max(_dice.uniform(longest / 2, longest), asked or 0.0)


async def deliver(house: House, channels: Channels, id_: str) -> float | None:
    """Try to send the message ``id_``; the seconds after which to try again, or None where it is settled."""
    message = await deliveries.find(house.database, id_)
    if message is None or message.state != PENDING:
        return None
    state, reason = SENT, ""
    try:
        await _SENDERS[message.kind](house, channels, message)
    except Unreachable as failure:
        return await _later(house, message, failure)
    except TokenSpent as failure:
        state, reason = WAITING, str(failure)
    except Withdrawn as failure:
        state, reason = WITHDRAWN, str(failure)
    except (Refused, NotExpressible) as failure:
        state, reason = DEAD, str(failure)
    await _settle(house, message, state, reason)
    return None


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


async def _critical_information(house: House, channels: Channels, message: Message) -> None:
    if channels.helseid is None or channels.kjernejournal is None:
        raise Withdrawn("Kjernejournal is not set up")
    token = _session_token(house, message)
    clinician = _clinician(house, token)
    exchanged = await channels.helseid.exchange(token, house.settings.kjernejournal_audience)
    reading = _reading(house, message, "Melding til kjernejournal")
    resource = await _still_critical(reading, message)
    number = await _number(reading, message)
    body = registration(resource, number, _recorder(clinician))
    await channels.kjernejournal.register(
        exchanged,
        Registration(message.id, message.type or "", body, number[1], clinician.profession or ""),
    )
    await retractions.recall(house, channels, message, number[1])


async def _recall(house: House, channels: Channels, message: Message) -> None:
    """What was registered is refuted, deleted, withheld from her, or was another woman's. Raises Failure, Withdrawn."""
    if not await deliveries.registered_before(house.database, message):
        raise Withdrawn("Nothing of it has been sent")
    _, number = await _number(_reading(house, message, "Tilbakekalling til kjernejournal"), message)
    await retractions.recall(house, channels, message, number)


async def _notice(house: House, channels: Channels, message: Message) -> None:
    if channels.helseid is None or channels.helsenorge is None:
        raise Withdrawn("Helsenorge is not set up")
    if await deliveries.is_mute(house.database, message.patient, clock.now()):
        raise Withdrawn("She has chosen to get no notices")
    audience = house.settings.helsenorge_audience
    token = await channels.helseid.machine_token(audience)
    _, number = await _number(_reading(house, message, "Varsel til deg"), message)
    with channels.helseid.tried(audience):
        await channels.helsenorge.notify(token, number, message.id)


_SENDERS: dict[str, Callable[[House, Channels, Message], Awaitable[None]]] = {
    CRITICAL_INFORMATION: _critical_information,
    NOTICE: _notice,
    EMERGENCY: _notice,
    RECALL: _recall,
    **retractions.SENDERS,
}


def _reading(house: House, message: Message, name: str) -> Context:
    """What is read to be sent is logged as such before it is sent."""
    facts = {"type": message.type, "operation": "$deliver", "correlation": message.id}
    return context(house, "read", name=name, **facts)


def _session_token(house: House, message: Message) -> str:
    """The clinician's own token, if her session still lasts. Raises TokenSpent."""
    if message.token is None or message.token_expires is None or message.token_expires <= clock.now():
        raise TokenSpent("The clinician's session is over")
    try:
        return house.seal.open(message.token, SEALED_FOR).decode()
    except Broken as error:
        raise TokenSpent("The clinician's token cannot be opened with this server's key") from error


def _clinician(house: House, token: str) -> Caller:
    """The clinician of a token that was verified when it came. Raises TokenSpent."""
    payload = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    try:
        return professional(claims, token, house.settings)
    except NoRole as error:
        raise TokenSpent("The clinician no longer has a role here") from error


def _recorder(clinician: Caller) -> Recorder:
    return Recorder(
        hpr=clinician.hpr or "",
        name=clinician.name,
        orgnr=clinician.organizations[0],
        organization=clinician.organization_name,
    )


async def _still_critical(reading: Context, message: Message) -> dict[str, Any]:
    """The resource as it is now: a later version that has a message of its own replaces this one. Raises Withdrawn."""
    stored = await resources.read(reading.session, message.type or "", message.resource or "")
    if stored is None or stored.deleted or not stored.visible:
        raise Withdrawn("It has been deleted")
    if stored.version != message.version and await deliveries.is_superseded(reading.house.database, message):
        raise Withdrawn("A later version is sent instead")
    resource: dict[str, Any] = fhir_json.parse(stored.body)
    if not is_critical(resource):
        raise Withdrawn("It is no longer critical information")
    return resource


async def _number(reading: Context, message: Message) -> tuple[str, str]:
    """Her identity number, with its system, read when it is needed and kept nowhere. Raises Withdrawn, Refused."""
    stored = await resources.read(reading.part(type="Patient").session, "Patient", message.patient)
    if stored is None or stored.deleted or not stored.visible:
        raise Withdrawn("She is no longer registered")
    for row in children(fhir_json.parse(stored.body), "identifier"):
        if text(row, "system") in PERSON_NUMBERS and text(row, "use") != "old" and text(row, "value"):
            return text(row, "system"), text(row, "value")
    raise Refused("She has no national identity number here")
