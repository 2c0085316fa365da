"""Whether those who use the card are authorised, and what their organisations are called: HPR and Adresseregisteret.

Who is looked up stands in the log: whoever has been here. Whose authorisation is withdrawn stands in the deny-list from
then on, which every request asks, and is taken off it when one holds again. That nobody has the number is told, not acted
upon. https://utviklerportal.nhn.no/informasjonstjenester/helsepersonellregisteret
"""

import json
import logging
from datetime import timedelta

from app import clock
from app.access.denied_names import of_person
from app.gateways.failures import Failure
from app.gateways.helseid import Token
from app.gateways.hpr import Hpr
from app.interactions.context import House
from app.store import breakers, denying, registers
from app.store.registers import HPR, ORGANIZATION, Due
from app.worker.attempts import note_attempt
from app.worker.channels import Channels

WITHDRAWN = "HPR: no authorisation holds"
_MOST = 200
_log = logging.getLogger("helsekort.worker")


async def look_up(house: House, channels: Channels) -> None:
    """Read the feed of changes, and look up those who are due."""
    service, helseid, database = channels.hpr, channels.helseid, house.database
    if service is None or helseid is None or not await breakers.admit(database, HPR, clock.now()):
        return
    await registers.note_seen(database, clock.now())
    audience = house.settings.hpr_audience
    try:
        token = await helseid.machine_token(audience)
        with helseid.tried(audience):
            await _follow(house, service, token)
            for due in await registers.take_any(database, HPR, clock.now(), _MOST):
                await _person(house, service, token, due)
            for due in await registers.take_any(database, ORGANIZATION, clock.now(), _MOST):
                found = await service.organisation(token, due.key)
                await _keep(house, due, ORGANIZATION, json.dumps(found or {}), due.sequence)
    except Failure as failure:
        await note_attempt(house, HPR, failure)
        return
    await note_attempt(house, HPR, None)


async def _follow(house: House, service: Hpr, token: Token) -> None:
    known = await registers.position(house.database, HPR) or 0
    while page := await service.changes(token, known):
        known = page[-1][0]
        events = [(number, sequence) for sequence, number in page]
        await registers.heard(house.database, HPR, events, known, clock.now())


async def _person(house: House, service: Hpr, token: Token, due: Due) -> None:
    found = await service.personnel(token, due.key, clock.now().astimezone(clock.OSLO).date())
    name = of_person(f"hpr:{due.key}")
    if found is None:
        _log.warning("HPR does not know a number that somebody used here")
    elif not found.professions:
        _log.warning("somebody who used the card has no authorisation that holds: denied from now on")
        await denying.by_register(house.database, "deny", name, WITHDRAWN)
    else:
        await denying.by_register(house.database, "allow", name, WITHDRAWN)
    facts = {"name": found.name, "professions": found.professions} if found else {}
    await _keep(house, due, HPR, json.dumps(facts), max(due.sequence, due.awaited))


async def _keep(house: House, due: Due, register: str, facts: str, sequence: int) -> None:
    at, life = clock.now(), timedelta(hours=house.settings.register_hours)
    await registers.keep(house.database, due, (due.key, facts, sequence), None, at, life, register)
