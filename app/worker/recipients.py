"""Whom a message is about: her number, read and logged as read when it is needed, and kept nowhere."""

from app.fhir import json as fhir_json
from app.gateways.failures import Refused
from app.interactions.context import Context, House
from app.mapping.registered_person import identified
from app.store import resources
from app.store.deliveries import Message
from app.worker.system import context


class Withdrawn(Exception):
    """The message is no longer true, or nobody is there to get it."""


class ByLetter(Exception):
    """She cannot be reached on the way of the message: somebody has to write to her."""


def reading(house: House, message: Message, name: str) -> Context:
    """What is read to be sent is logged as such before it is sent."""
    facts = {"type": message.type, "operation": "$deliver", "correlation": message.id}
    return context(house, "read", name=name, **facts)


async def number_of(read: Context, patient: str) -> tuple[str, str]:
    """Her identity number, with its system. Raises Withdrawn, Refused."""
    stored = await resources.read(read.part(type="Patient").session, "Patient", patient)
    if stored is None or stored.deleted or not stored.visible:
        raise Withdrawn("She is no longer registered")
    found = identified(fhir_json.parse(stored.body))
    if found is None:
        raise Refused("She has no national identity number here")
    return found
