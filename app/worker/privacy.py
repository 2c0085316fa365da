"""Consent that she gives or ends on Helsenorge (PVK) is hers here too, and what she decides here stands there.

Only where consent is required. What she decides there is written as she herself would have written it here, by a Consent of
its own (``pvk-<patient id>``), so that a withdrawal erases as any does. PVK publishes no feed of changes: the list of those
for whom it is active is compared. That somebody is not on it ends nothing by itself: she is asked for alone, and when many
would go at once nobody does, for a list that is wrong must not erase anybody.
"""

import logging
from typing import Any

from app import clock
from app.access.caller import Caller, Role
from app.access.sealing import pseudonym, read_key
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.gateways.helseid import Token
from app.gateways.pvk import Pvk
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.choices import taking_part
from app.interactions.context import Context, House
from app.store import breakers, privacy_settings
from app.store.deliveries import HELSENORGE, Message
from app.store.log import Entry
from app.store.privacy_settings import Standing
from app.store.session import Session
from app.worker import retractions
from app.worker.attempts import note_attempt
from app.worker.channels import Channels
from app.worker.recipients import Withdrawn
from app.worker.reconciliation import note

_FEW = 5  # so many may end at once, or a fifth of all
_NAME = "Samtykke på Helsenorge"
_log = logging.getLogger("helsekort.worker")


async def follow(house: House, channels: Channels) -> None:
    """Hold Helsenorge's list and ours against each other."""
    service, helseid = channels.pvk, channels.helseid
    if service is None or helseid is None or house.settings.participation != "consent":
        return
    if not await breakers.admit(house.database, HELSENORGE, clock.now()):
        return
    audience = house.settings.helsenorge_audience
    try:
        token = await helseid.machine_token(audience)
        with helseid.tried(audience):
            await _compare(house, service, token)
    except Failure as failure:
        await note_attempt(house, HELSENORGE, failure)
        return
    await note_attempt(house, HELSENORGE, None)


async def _compare(house: House, service: Pvk, token: Token) -> None:
    there, women = await service.active(token), await privacy_settings.women(house.database, clock.now())
    ending = [row for row in women if row.takes_part and row.known and row.number not in there]
    if len(ending) > max(_FEW, sum(row.takes_part for row in women) // 5):
        _log.error(
            "Helsenorge names %d consents fewer than before: nothing is ended by that list", len(ending)
        )
        ending = []
    for row in ending:
        if not await service.is_active(token, row.number):
            await _decide(house, row, permits=False)
    for row in women:
        await _one(house, service, token, row, is_there=row.number in there)


async def _one(house: House, service: Pvk, token: Token, row: Standing, *, is_there: bool) -> None:
    """TABLE in words: what one woman's standing there and here leads to, beside the endings."""
    if row.takes_part and row.known:
        return
    if row.takes_part:
        await _tell(house, service, token, row, active=True) if not is_there else None
        await privacy_settings.known(house.database, row.patient)
    elif (is_there and row.declines and row.version is None) or (is_there and row.known and not row.declines):
        await _tell(house, service, token, row, active=False)  # she has ended it here
    elif is_there:
        await _decide(house, row, permits=True)
        await privacy_settings.known(house.database, row.patient)


async def _tell(house: House, service: Pvk, token: Token, row: Standing, *, active: bool) -> None:
    await note(house, clock.new_id(), row.patient, "Samtykke meldt til Helsenorge")
    await service.set(token, row.number, clock.instant(clock.now()), active=active)


async def _decide(house: House, row: Standing, *, permits: bool) -> None:
    """Her decision on Helsenorge, as her own Consent here."""
    id_ = f"pvk-{row.patient}"
    consent: dict[str, Any] = {
        "id": id_,
        **taking_part(f"Patient/{row.patient}", clock.instant(clock.now()), permits=permits),
    }
    made = row.version is None
    draft = Draft(
        "create" if made else "update", "Consent", id_, consent, fhir_json.dump(consent), if_match=row.version
    )
    try:
        await apply(_as_her(house, row, "create" if made else "update", id_), [draft])
    except FhirError as error:
        _log.warning("a decision on Helsenorge could not be carried over (%s)", type(error).__name__)


def _as_her(house: House, row: Standing, interaction: str, target: str) -> Context:
    subject = f"citizen:{pseudonym(read_key(house.settings.server_key_file), row.number)}"
    caller = Caller(Role.CITIZEN, subject, "helsenorge-pvk", number=row.number, purpose="PATRQT")
    said = {"interaction": interaction, "type": "Consent", "target": target, "name": _NAME}
    who = {"role": caller.role.value, "subject": subject, "client": caller.client}
    entry = Entry(clock.new_id(), clock.now(), {**said, **who})
    return Context(house, Session(house.database, caller, entry))


async def end(house: House, channels: Channels, message: Message) -> None:
    """Because she withdrew here: it is ended on Helsenorge too. Raises Failure, Withdrawn."""
    if channels.helseid is None or channels.pvk is None:
        raise Withdrawn("PVK is not set up")
    audience = house.settings.helsenorge_audience
    token = await channels.helseid.machine_token(audience)
    number = retractions.sealed_number(house, message)
    await retractions.note(house, message, "Samtykke trukket, meldt til Helsenorge")
    with channels.helseid.tried(audience):
        await channels.pvk.set(token, number, clock.instant(clock.now()), active=False)
