"""What the national registers say of a woman is carried over to her Patient and her CareTeam, and from there decides access.

Looked up when she is first registered, when the feed says that something changed, when somebody changed her Patient, and
when a lifetime is over. Her number is read, and logged as read, for each look-up, and stands in no URL.
"""

import json
import logging
from datetime import timedelta
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.gateways.helseid import HelseId, Token
from app.gateways.persontjenesten import RIGHT, Person, Persontjenesten
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Context, House
from app.mapping.registered_person import facts_of, gp_team, identified, registered
from app.store import breakers, registers, resources
from app.store.registers import PERSONTJENESTEN, Due
from app.store.resources import Stored
from app.store.targets import find
from app.worker.attempts import note_attempt
from app.worker.channels import Channels
from app.worker.system import context

_MOST = 50
_PAGE = 1000
_NAME = "Oppslag i Folkeregisteret"
_log = logging.getLogger("helsekort.worker")


async def follow_changes(house: House, channels: Channels) -> int:
    """Read the feed on from where it was read to; how many women it tells of. The first time it begins at its end."""
    service, helseid = channels.persontjenesten, channels.helseid
    if service is None or helseid is None or not await _admitted(house):
        return 0
    audience, marked = house.settings.persontjenesten_audience, 0
    try:
        token = await helseid.machine_token(audience, RIGHT)
        with helseid.tried(audience):
            known = await registers.position(house.database, PERSONTJENESTEN)
            if known is None:
                newest = await service.latest(token)
                await registers.heard(house.database, PERSONTJENESTEN, [], newest, clock.now())
                known = newest
            while page := await service.changes(token, known + 1):
                known = page[-1].sequence
                events = [(row.remote, row.sequence) for row in page]
                marked += await registers.heard(house.database, PERSONTJENESTEN, events, known, clock.now())
                if len(page) < _PAGE:
                    break
    except Failure as failure:
        await _note(house, failure)
        return marked
    await _note(house, None)
    return marked


async def look_up(house: House, channels: Channels) -> int:
    """Look up those who are due; of how many something was told."""
    service, helseid = channels.persontjenesten, channels.helseid
    if service is None or helseid is None:
        return 0
    done = 0
    for due in await registers.take(house.database, clock.now(), _MOST):
        if not await _admitted(house):
            break
        try:
            done += await _look_up_one(house, helseid, service, due)
        except Failure as failure:  # its lease ends by itself
            await _note(house, failure)
            break
        except FhirError as error:
            _log.warning("what the register says is carried over later (%s)", type(error).__name__)
        await _note(house, None)
    return done


async def _look_up_one(house: House, helseid: HelseId, service: Persontjenesten, due: Due) -> bool:
    reading = context(house, "read", type="Patient", operation="$register", name=_NAME)
    stored = await resources.read(reading.session, "Patient", due.key)
    is_there = stored is not None and stored.visible and not stored.deleted
    number = identified(fhir_json.parse(stored.body)) if stored is not None and is_there else None
    at, life = clock.now(), timedelta(hours=house.settings.register_hours)
    if stored is None or number is None:  # gone, or without a number: nobody can be asked
        await registers.keep(house.database, due, (None, "{}", due.sequence), None, at, life)
        return False
    audience = house.settings.persontjenesten_audience
    token = await helseid.machine_token(audience, RIGHT)
    with helseid.tried(audience):
        found, gps = await _asked(service, token, number[1])
    if found is not None and found.sequence < max(due.sequence, due.awaited):
        await registers.put_off(house.database, due, at)
        return False
    facts, remote, sequence = _kept(found, gps, due)
    version = await _carry_over(house, due, stored, facts) if found is not None else stored.version
    await registers.keep(house.database, due, (remote, json.dumps(facts), sequence), version, at, life)
    return found is not None


async def _asked(
    service: Persontjenesten, token: Token, number: str
) -> tuple[Person | None, list[dict[str, Any]] | None]:
    found = await service.person(token, number)
    return found, await service.gps_of_record(token, number) if found is not None else None


def _kept(
    found: Person | None, gps: list[dict[str, Any]] | None, due: Due
) -> tuple[dict[str, Any], str | None, int]:
    """What is kept of the answer; of one whom the register does not know nothing."""
    if found is None:
        return {}, None, due.sequence
    return facts_of(found.parts) | ({"gps": gps} if gps is not None else {}), found.remote, found.sequence


async def _carry_over(house: House, due: Due, stored: Stored, facts: dict[str, Any]) -> int:
    """Bring her Patient and the team of her GP of record in line; the Patient's version then. Raises FhirError."""
    before = json.loads(due.facts or "{}")
    patient = fhir_json.parse(stored.body)
    writing = context(house, "transaction", type="Patient", operation="$register", name=_NAME)
    drafts = []
    if registered(patient, facts, before) != patient:
        drafts.append(Draft("patch", "Patient", due.key, patch=lambda now: registered(now, facts, before)))
    if facts.get("gps") is not None:
        drafts += await _team(writing, due.key, facts["gps"])
    if not drafts:
        return stored.version
    applied = await apply(writing, drafts)
    return next(
        (row.write.version for row in applied if row.write and row.write.type == "Patient"), stored.version
    )


async def _team(writing: Context, patient: str, contracts: list[dict[str, Any]]) -> list[Draft]:
    """The change of the CareTeam of her GP of record, where there is one to make."""
    id_ = f"gp-{patient}"
    targets = await find(writing.session, [("CareTeam", id_)], bodies=[f"CareTeam/{id_}"])
    there = targets.found.get(("CareTeam", id_))
    wanted = gp_team(patient, id_, contracts)
    if there is None or there.body is None:
        return [Draft("create", "CareTeam", id_, wanted, fhir_json.dump(wanted))] if wanted else []
    former = fhir_json.parse(there.body)
    ended = {**former, "status": "inactive"}
    now = {**former, **wanted} if wanted else ended
    if now == former:
        return []
    return [Draft("update", "CareTeam", id_, now, fhir_json.dump(now), if_match=there.version)]


async def _admitted(house: House) -> bool:
    return await breakers.admit(house.database, PERSONTJENESTEN, clock.now())


async def _note(house: House, failure: Failure | None) -> None:
    await note_attempt(house, PERSONTJENESTEN, failure)
