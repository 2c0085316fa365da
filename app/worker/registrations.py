"""Critical information in kjernejournal as it is here: registered, replaced, and recalled when it is no longer so.

In the session of the clinician who confirmed it, with an exchanged token; when that session is over the message waits
for a clinician's next one (docs/adr/0005).
"""

import base64
import json
from typing import Any

from app import clock
from app.access.caller import Caller
from app.access.roles import NoRole, professional
from app.access.sealing import Broken
from app.fhir import json as fhir_json
from app.gateways.failures import TokenSpent
from app.gateways.kjernejournal import Registration
from app.interactions.app_login import helseid_token
from app.interactions.consequences import SEALED_FOR
from app.interactions.context import Context, House
from app.mapping.critical_info import Recorder, registration
from app.mapping.critical_kinds import is_critical
from app.store import deliveries, resources
from app.store.deliveries import Message
from app.worker import retractions
from app.worker.channels import Channels
from app.worker.recipients import Withdrawn, number_of, reading

_NAME = "Melding til kjernejournal"


async def register(house: House, channels: Channels, message: Message) -> None:
    """Register the resource as it is now, and recall its earlier versions. Raises Failure, Withdrawn, NotExpressible."""
    if channels.helseid is None or channels.kjernejournal is None:
        raise Withdrawn("Kjernejournal is not set up")
    token = await session_token(house, message)
    clinician = clinician_of(house, token)
    exchanged = await channels.helseid.exchange(token, house.settings.kjernejournal_audience)
    read = reading(house, message, _NAME)
    resource = await _still_critical(read, message)
    number = await number_of(read, message.patient)
    source = f"{house.fhir_base}/{message.type}/{message.resource}/_history/{message.version}"
    body = registration(resource, number, _recorder(clinician), source)
    sent = Registration(message.id, message.type or "", body, number[1], clinician.profession or "")
    await channels.kjernejournal.register(exchanged, sent)
    await retractions.recall(house, channels, message, number[1])


async def recall(house: House, channels: Channels, message: Message) -> None:
    """What was registered is refuted, deleted, withheld from her, or was another woman's. Raises Failure, Withdrawn."""
    if not await deliveries.registered_before(house.database, message):
        raise Withdrawn("Nothing of it has been sent")
    _, number = await number_of(reading(house, message, "Tilbakekalling til kjernejournal"), message.patient)
    await retractions.recall(house, channels, message, number)


async def session_token(house: House, message: Message) -> str:
    """The clinician's own token, if her session still lasts. Raises TokenSpent."""
    if message.token is None or message.token_expires is None or message.token_expires <= clock.now():
        raise TokenSpent("The clinician's session is over")
    try:
        token = house.seal.open(message.token, SEALED_FOR).decode()
    except Broken as error:
        raise TokenSpent("The clinician's token cannot be opened with this server's key") from error
    return await helseid_token(house, token)


def clinician_of(house: House, token: str) -> Caller:
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


async def _still_critical(read: Context, message: Message) -> dict[str, Any]:
    """The resource as it is now: a later version that has a message of its own replaces this one. Raises Withdrawn."""
    stored = await resources.read(read.session, message.type or "", message.resource or "")
    if stored is None or stored.deleted or not stored.visible:
        raise Withdrawn("It has been deleted")
    if stored.version != message.version and await deliveries.is_superseded(read.house.database, message):
        raise Withdrawn("A later version is sent instead")
    resource: dict[str, Any] = fhir_json.parse(stored.body)
    if not is_critical(resource):
        raise Withdrawn("It is no longer critical information")
    return resource
