"""The card as a document in kjernejournal: provided when it has changed, replacing what stood there, taken back when she
no longer shares it.

As this server, not as a clinician. What not every reader may see is left out: what is kept from her, and what is labelled
sensitive. A burst of changes makes one document: a message waits for ``HELSEKORT_DOCUMENT_SECONDS``, and brings what is there then.
"""

from app import clock
from app.access.rows import SENSITIVE
from app.fhir.codes import KEPT_FROM_HER
from app.gateways.documents import RIGHT, Provided
from app.gateways.failures import Refused
from app.interactions import paper
from app.interactions.card import folded, seen
from app.interactions.context import House
from app.interactions.redaction import view as redact
from app.mapping.card_to_fhir import document
from app.mapping.shared_document import provided
from app.store import card_documents
from app.store.card import of_card
from app.store.card_documents import NOT_SHARED
from app.store.deliveries import Due, Message
from app.worker import retractions
from app.worker.channels import Channels
from app.worker.recipients import Withdrawn, number_of, reading
from app.worker.system import context

REPLACED = "A newer document has taken its place"
RESERVED = "She has reserved herself against kjernejournal"
_LEFT_OUT = KEPT_FROM_HER | SENSITIVE
_NAME = "Deling i kjernejournal"


async def ask(house: House, channels: Channels, patient: str, episode: str | None) -> list[Due]:
    """That her card is to be shared anew, where somebody changed it."""
    if channels.documents is None:
        return []
    return await card_documents.ask(house.database, patient, episode, clock.now())


async def turned(house: House, channels: Channels) -> list[Due]:
    """The cards that women share no longer, or again."""
    if channels.documents is None:
        return []
    return await card_documents.turned(house.database, clock.now(), consent=_asks_consent(house))


def _asks_consent(house: House) -> bool:
    return house.settings.participation == "consent"


async def publish(house: House, channels: Channels, message: Message) -> None:
    """Share the card as it is now, or take it back. Raises Failure, Withdrawn."""
    if channels.helseid is None or channels.documents is None:
        raise Withdrawn("Document sharing is not set up")
    audience = house.settings.documents_audience
    token = await channels.helseid.machine_token(audience, RIGHT)
    before, is_late = await card_documents.former(house.database, message.resource or "", message.id)
    if is_late:  # sent now it would stand beside the newer one, which took its place if it came before
        raise Withdrawn(REPLACED)
    number = await number_of(reading(house, message, _NAME), message.patient)
    with channels.helseid.tried(audience):
        hers = await channels.documents.choices(token, number[1])
        shares = await card_documents.may_share(
            house.database, message.patient, clock.now(), consent=_asks_consent(house)
        )
        if hers.is_reserved or not shares:
            await _take_back(house, channels, message, [*before, message.id], number[1])
            raise Withdrawn(RESERVED if hers.is_reserved else NOT_SHARED)
        body = await _bundle(house, message, number, before, is_restricted=hers.is_restricted)
        if not await channels.documents.provide(token, Provided(message.id, body, number[1])):
            # An earlier attempt came after all, with what was there then: the present state goes as another document
            await card_documents.ask(house.database, message.patient, message.resource or "", clock.now())


async def _bundle(
    house: House, message: Message, number: tuple[str, str], before: list[str], *, is_restricted: bool
) -> bytes:
    """What is provided; the same bytes as long as the card is the same."""
    episode = message.resource or ""
    read = context(
        house,
        "operation",
        operation="$card",
        type="EpisodeOfCare",
        target=episode,
        name=_NAME,
        correlation=message.id,
    )
    found, _ = await of_card(read.session, episode)
    if not any(row.type == "EpisodeOfCare" for row in found):
        raise Withdrawn("The card is no longer there")
    told = [row for row in found if row.labels.isdisjoint(_LEFT_OUT)]
    whole = paper.without_secrets(folded(found, read, ""), found, _LEFT_OUT)
    at = max(row.updated for row in told)
    shared = document(
        seen(whole, told, "clinician"),
        episode_id=episode,
        bundle_id=message.id,
        at=at,
        resources=[redact(row)[0] for row in told if f"{row.type}/{row.id}" not in whole.unlisted],
        base=house.fhir_base,
    )
    return provided(
        shared,
        id_=message.id,
        patient=number,
        replaces=before,
        at=at,
        is_restricted=is_restricted,
        source=house.fhir_base,
    )


async def _take_back(house: House, channels: Channels, message: Message, ids: list[str], number: str) -> None:
    """What stands there, or may, is said to be shared in error. Raises Failure."""
    for id_ in ids if len(ids) > 1 or message.attempts else ():
        await _retract(house, channels, message, id_, number)
    await card_documents.ended(
        house.database, [id_ for id_ in ids if id_ != message.id], NOT_SHARED, clock.now()
    )


async def retract(house: House, channels: Channels, message: Message) -> None:
    """Because she withdrew: one document is taken back. Raises Failure."""
    await _retract(
        house, channels, message, message.resource or "", retractions.sealed_number(house, message)
    )


async def _retract(house: House, channels: Channels, message: Message, id_: str, number: str) -> None:
    if channels.helseid is None or channels.documents is None:
        raise Refused("Document sharing is not set up")
    audience = house.settings.documents_audience
    token = await channels.helseid.machine_token(audience, RIGHT)
    await retractions.note(house, message, "Tilbakekalling av delt dokument")
    with channels.helseid.tried(audience):
        await channels.documents.retract(token, id_, number, f"{message.id}.{id_}")
