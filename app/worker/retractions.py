"""Retractions: to whom something had been sent, it is said that it no longer holds. As this server, never as a clinician.

Because she has withdrawn: all of it. Because it was corrected, refuted or moved from her: the registration of it.

Each is logged before it is sent. What they do with it is theirs: kjernejournal and the organisations' own journals are
independent (design §3).
"""

from app import clock
from app.access.sealing import Broken
from app.fhir.bundle import Entry
from app.fhir.notification import EVENT, notification
from app.gateways.failures import Refused, Unreachable
from app.interactions.context import House
from app.interactions.telling import status_of, wanted_of
from app.store import deliveries, shared_with, subscriptions
from app.store.deliveries import (
    NOTICE_RETRACTION,
    NOTIFICATION_RETRACTION,
    REGISTRATION_RETRACTION,
    Message,
)
from app.store.log import refuse
from app.worker.channels import Channels
from app.worker.erasures import SEALED_FOR
from app.worker.hooks import headers, line_to, refused
from app.worker.system import context


async def retract_registration(house: House, channels: Channels, message: Message) -> None:
    """Tell kjernejournal by the event under which something was registered. Raises Failure."""
    if channels.helseid is None or channels.kjernejournal is None:
        raise Refused("Kjernejournal is not set up")
    audience = house.settings.kjernejournal_audience
    token = await channels.helseid.machine_token(audience)
    number = sealed_number(house, message)
    await note(house, message, "Tilbakekalling til kjernejournal")
    with channels.helseid.tried(audience):
        await channels.kjernejournal.retract(
            token, message.type or "", message.resource or "", number, message.id
        )


async def recall(house: House, channels: Channels, message: Message, number: str) -> None:
    """Tell kjernejournal that earlier registrations of the resource of ``message`` no longer hold. Raises Failure."""
    events = await deliveries.registered_before(house.database, message)
    if not events:
        return
    if channels.helseid is None or channels.kjernejournal is None:
        raise Refused("Kjernejournal is not set up")
    audience = house.settings.kjernejournal_audience
    token = await channels.helseid.machine_token(audience)
    await note(house, message, "Tilbakekalling til kjernejournal")
    with channels.helseid.tried(audience):
        for event in events:
            key = f"{message.id}.{event}"
            await channels.kjernejournal.retract(token, message.type or "", event, number, key)


async def retract_notices(house: House, channels: Channels, message: Message) -> None:
    """Have Helsenorge take away the notices and forms that she was sent. Raises Failure."""
    if channels.helseid is None or channels.helsenorge is None:
        raise Refused("Helsenorge is not set up")
    audience = house.settings.helsenorge_audience
    token = await channels.helseid.machine_token(audience)
    number = sealed_number(house, message)
    await note(house, message, "Tilbakekalling av varsler")
    with channels.helseid.tried(audience):
        await channels.helsenorge.retract(token, number, message.id)
        if channels.forms is not None:
            await channels.forms.take_back(token, number, f"{message.id}.forms")


async def retract_notifications(house: House, _channels: Channels, message: Message) -> None:
    """Tell a subscriber that all of hers that it was told of is deleted. Raises Failure."""
    found = await subscriptions.find(house.database, [message.resource or ""])
    wanted = wanted_of(found[0]) if found else None
    if not found or wanted is None or house.signing is None:
        raise Refused("There is no such subscription any more")
    kept = found[0]
    reason = refused(house, kept, wanted)
    if reason:
        raise Refused(reason)
    told = await shared_with.told(house.database, message.patient, subscription=kept.id)
    gone = [
        Entry(
            None,
            f"{house.fhir_base}/{type_}/{id_}",
            {"request": {"method": "DELETE", "url": f"{type_}/{id_}"}, "response": {"status": "204"}},
        )
        for type_, id_ in told
    ]
    status = status_of(house, kept, wanted, EVENT, kept.numbered)
    body = notification(message.id, clock.instant(clock.now()), status, gone)
    await note(house, message, "Tilbakekalling til abonnent")
    try:
        async with line_to(house, wanted) as line:
            await line.post(body, headers(house, kept, wanted, body, message.id, message.attempts + 1))
    except Broken as error:
        raise Refused("The headers cannot be opened with this server's key") from error


def sealed_number(house: House, message: Message) -> str:
    """Her number, sealed for this message alone. Raises Refused."""
    try:
        return house.seal.open(message.token or b"", SEALED_FOR).decode()
    except Broken as error:
        raise Refused("Her number cannot be opened with this server's key") from error


async def note(house: House, message: Message, name: str) -> None:
    """Every sending stands in the log before it is done."""
    facts = {"type": message.type, "operation": "$retract", "name": name, "correlation": message.id}
    entry = context(house, "operation", **facts).entry
    if not await refuse(house.database, entry, "told", (message.patient,)):
        raise Unreachable("The log did not take it")


SENDERS = {
    REGISTRATION_RETRACTION: retract_registration,
    NOTICE_RETRACTION: retract_notices,
    NOTIFICATION_RETRACTION: retract_notifications,
}
