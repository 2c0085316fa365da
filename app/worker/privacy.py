"""What she decides on Helsenorge (PVK) holds here, and what she decides here stands there: consent, or reservation.

Which of the two is ``participation``'s to say. What she decides there is written as she herself would have written it
here, by a Consent of its own (``pvk-<patient id>``), so that a withdrawal erases as any does. PVK publishes no feed of
changes: the list of those for whom it is active is compared; a feed, where one is agreed, says of whom to ask at once.
Neither is believed: before anything follows she is asked for alone, and when a list would end many at once it ends nobody;
the feed names each of them, so that after an outage many may end.
"""

import logging
from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.gateways.helseid import Token
from app.gateways.pvk import Pvk
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Context, House
from app.interactions.participation import taking_part
from app.store import breakers, privacy_settings, registers
from app.store.deliveries import HELSENORGE, Message
from app.store.privacy_settings import Standing
from app.worker import retractions
from app.worker.attempts import note_attempt
from app.worker.channels import Channels
from app.worker.compared import note
from app.worker.hers import as_her
from app.worker.recipients import Withdrawn

_FEW = 5  # so many may end at once, or a fifth of all
_FEED = "pvk"
_log = logging.getLogger("helsekort.worker")


class Act(Enum):
    """What one woman's standing there and here leads to."""

    NOTHING = "nothing"
    KNOWN = "remembered that Helsenorge has her word"
    TELL = "told there"
    END_THERE = "ended there: she has ended it here"
    BEGIN = "begins here"
    END = "ends here"
    FORGET = "no word of hers there any more"


def act_of(row: Standing, *, is_there: bool, consent: bool) -> Act:
    """TABLE in words: docs/privacy-settings.md. ``consent``: by consent she takes part, else by a reservation she does not."""
    stands = row.takes_part if consent else row.declines
    if stands and is_there:
        return Act.NOTHING if row.known else Act.KNOWN
    if stands:
        return Act.END if row.known else Act.TELL
    if not is_there:
        return Act.FORGET if row.told or (row.known and not consent) else Act.NOTHING
    ended = (row.known or row.told) and not row.declines
    if ended or (consent and row.declines and row.version is None):
        return Act.END_THERE
    return Act.BEGIN


async def follow(house: House, channels: Channels) -> None:
    """Hold Helsenorge's list and ours against each other."""

    async def compare(service: Pvk, token: Token) -> None:
        there, women = (
            await service.active(token),
            await privacy_settings.women(house.database, clock.now()),
        )
        asked = _few(house, [(row, row.number in there) for row in women])
        await _carry_out(house, service, token, asked)

    await _asked(house, channels, compare)


async def follow_changes(house: House, channels: Channels) -> None:
    """Read the feed on from where it was read to, and ask for each woman of it."""

    async def read_on(service: Pvk, token: Token) -> None:
        known = await registers.position(house.database, _FEED) or 0
        while page := await service.changes(token, known):
            numbers = sorted({row.number for row in page})
            women = await privacy_settings.women(house.database, clock.now(), numbers)
            asked = [(row, await service.is_active(token, row.number)) for row in women]
            await _carry_out(house, service, token, asked)
            known = max(known + 1, page[-1].sequence)
            await registers.heard(house.database, _FEED, [], known, clock.now())

    if channels.pvk is not None and channels.pvk.feed:
        await _asked(house, channels, read_on)


async def _asked(house: House, channels: Channels, story: Callable[[Pvk, Token], Awaitable[None]]) -> None:
    service, helseid = channels.pvk, channels.helseid
    if (
        service is None
        or helseid is None
        or not await breakers.admit(house.database, HELSENORGE, clock.now())
    ):
        return
    audience = house.settings.helsenorge_audience
    try:
        token = await helseid.machine_token(audience)
        with helseid.tried(audience):
            await story(service, token)
    except Failure as failure:
        await note_attempt(house, HELSENORGE, failure)
        return
    await note_attempt(house, HELSENORGE, None)


def _few(house: House, women: list[tuple[Standing, bool]]) -> list[tuple[Standing, bool]]:
    """``women``, without those who would end where a list would end many: it may be the list that is short."""
    consent = house.settings.participation == "consent"
    ending = [row for row, is_there in women if act_of(row, is_there=is_there, consent=consent) is Act.END]
    standing = sum(row.takes_part if consent else row.declines for row, _ in women)
    if len(ending) <= max(_FEW, standing // 5):
        return women
    _log.error("Helsenorge names %d fewer than before: nothing is ended by that list", len(ending))
    return [(row, is_there) for row, is_there in women if row not in ending]


async def _carry_out(house: House, service: Pvk, token: Token, women: list[tuple[Standing, bool]]) -> None:
    consent = house.settings.participation == "consent"
    for row, is_there in women:
        act = act_of(row, is_there=is_there, consent=consent)
        if act in {Act.BEGIN, Act.END} and await service.is_active(token, row.number) is not is_there:
            continue
        await _one(house, service, token, row, act)


async def _one(house: House, service: Pvk, token: Token, row: Standing, act: Act) -> None:
    if act in {Act.TELL, Act.END_THERE}:
        what = "Samtykke" if house.settings.participation == "consent" else "Reservasjon"
        await note(house, clock.new_id(), row.patient, f"{what} meldt til Helsenorge")
        if act is Act.TELL:
            await privacy_settings.told(house.database, row.patient)
        await service.set(token, row.number, clock.instant(clock.now()), active=act is Act.TELL)
    if act in {Act.BEGIN, Act.END}:
        await _decide(house, row, begins=act is Act.BEGIN)
    if act in {Act.TELL, Act.BEGIN, Act.KNOWN}:
        await privacy_settings.known(house.database, row.patient)
    if act is Act.FORGET:
        await privacy_settings.forget(house.database, row.patient)


async def _decide(house: House, row: Standing, *, begins: bool) -> None:
    """Her decision on Helsenorge, as her own Consent here; a reservation that ends is ended wherever it was written."""
    consent = house.settings.participation == "consent"
    if consent or begins:
        drafts = [_draft(row, permits=consent is begins)]
    else:
        ids = await privacy_settings.reservations(house.database, row.patient, clock.now())
        drafts = [
            Draft("patch", "Consent", id_, patch=lambda now: {**now, "status": "inactive"}) for id_ in ids
        ]
    try:
        if drafts:
            await apply(_as_her(house, row, drafts[0].method, drafts[0].id or ""), drafts)
    except FhirError as error:
        _log.warning("a decision on Helsenorge could not be carried over (%s)", type(error).__name__)


def _draft(row: Standing, *, permits: bool) -> Draft:
    id_ = f"pvk-{row.patient}"
    said = taking_part(f"Patient/{row.patient}", clock.instant(clock.now()), permits=permits)
    consent: dict[str, Any] = {"id": id_, **said}
    method = "create" if row.version is None else "update"
    return Draft(method, "Consent", id_, consent, fhir_json.dump(consent), if_match=row.version)


def _as_her(house: House, row: Standing, interaction: str, target: str) -> Context:
    facts = {"interaction": interaction, "type": "Consent", "target": target}
    return as_her(house, row.number, "helsenorge-pvk", _name(house), **facts)


def _name(house: House) -> str:
    what = "Samtykke" if house.settings.participation == "consent" else "Reservasjon"
    return f"{what} på Helsenorge"


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
