"""The records of which the national service is master: looked at by the clock, and mirrored here when they have changed.

Nothing there tells that something changed: a look asks for her status, which costs little, and for the record where it has
changed since. An earlier state than one that was seen changes nothing.
"""

import logging
from datetime import timedelta

from app import clock
from app.fhir.outcome import FhirError
from app.gateways.failures import Failure
from app.interactions import dhg_mirroring, dhg_opening
from app.interactions.consequences import MIRROR
from app.interactions.context import Context, House
from app.interactions.dhg_mirroring import Told
from app.interactions.dhg_records import ACTIVE, Record, shown
from app.mapping.dhg_chart import Json
from app.mapping.dhg_fields import PARTS, Part
from app.mapping.elements import moment
from app.store import breakers, national_records
from app.store.card import of_card
from app.store.deliveries import RECORD
from app.store.national_records import Link
from app.worker.attempts import note_attempt
from app.worker.channels import Channels
from app.worker.national_records import Line, opened
from app.worker.recipients import Withdrawn
from app.worker.system import context

NAME = "Speiling av nasjonalt helsekort"
_MOST, _OPERATION = 50, "$mirror"
_log = logging.getLogger("helsekort.worker")


async def look(house: House, channels: Channels) -> int:
    """Mirror those who are due; how many sub-resources were stored."""
    if channels.record is None:
        return 0
    done = 0
    for known in await national_records.take(house.database, clock.now(), _MOST):
        if not await breakers.admit(house.database, RECORD, clock.now()):
            break
        try:
            async with opened(house, channels, known, known.episode) as line:
                done += await _look(line)
        except Withdrawn as reason:
            _log.info("not mirrored: %s", reason)
        except Failure as failure:  # its lease ends by itself
            await note_attempt(house, RECORD, failure)
            break
        await note_attempt(house, RECORD, None)
        await _again(house, known)
    return done


async def _again(house: House, known: Link) -> None:
    until = clock.now() + timedelta(seconds=house.settings.national_record_seconds)
    await national_records.again(house.database, known.patient, until)


async def _look(line: Line) -> int:
    """What is new there, taken here. Raises Failure, Withdrawn."""
    link = line.link
    standing = await line.service.standing(line.token, line.number)
    if not standing.consent or not (standing.active or link.remote):
        return 0
    if link.changed and not _is_later(standing.changed, link.changed):
        return 0
    if standing.active:
        link.remote = standing.record
    theirs = await line.service.record(line.token, line.number, link.remote or "")
    if theirs is None:
        return 0
    done, all_taken = await _mirror(line, theirs)
    link.changed = standing.changed if all_taken else ""
    await national_records.keep(line.house.database, link, clock.now())
    return done


def _is_later(told: str, known: str) -> bool:
    now, before = moment(told), moment(known)
    return now is None or before is None or now > before


async def _mirror(line: Line, theirs: Json) -> tuple[int, bool]:
    """How many were stored, and whether all could be."""
    done, failed = 0, 0
    source = f"{line.service.base}/record/{line.link.remote}"
    ids = {theirs: key.partition("/")[2] for key, theirs in line.link.ids.items()}
    record = await _record(line)
    for part in PARTS:
        value = theirs.get(part.name)
        for body in value if isinstance(value, list) else [value]:
            if not isinstance(body, dict) or not isinstance(body.get("metadata"), dict):
                continue
            told = Told(part, body, source, ids)
            if not dhg_mirroring.is_due(record, told):
                continue
            try:
                await dhg_mirroring.take(_writing(line.house, told.part), record, told)
                done += 1
                record = await _record(line)
            except FhirError as error:
                failed += 1
                _log.warning(
                    "%s of a national record cannot be mirrored (%s)", part.name, type(error).__name__
                )
        done += await _gone(line, record, part, theirs, (source, ids)) if part.many else 0
    return done + await _ended(line, theirs), not failed


async def _gone(
    line: Line, record: Record, part: Part, theirs: Json, place: tuple[str, dict[str, str]]
) -> int:
    """Those of several that were entered in error there."""
    source, ids_here = place
    there = {Told(part, body, source, ids_here).id for body in theirs.get(part.name) or ()}
    ids = dhg_mirroring.gone(record, part, source, there)
    for id_ in ids:
        version = record.envelope(part, id_).count + 1
        told = Told(part, {"metadata": {"id": id_, "version": version}}, source)
        await dhg_mirroring.take_back(_writing(line.house, part), record, told)
    return len(ids)


async def _ended(line: Line, theirs: Json) -> int:
    """It has ended there."""
    status = theirs["metadata"]["recordStatus"]
    record = await _record(line)
    if status["status"] == ACTIVE or record.status["status"] != ACTIVE:
        return 0
    try:
        await dhg_opening.end(_writing(line.house, None), record, status)
    except FhirError as error:
        _log.warning("the end of a national record cannot be mirrored (%s)", type(error).__name__)
        return 0
    return 1


async def _record(line: Line) -> Record:
    """The card as it is here. Raises Withdrawn."""
    read = context(
        line.house,
        "operation",
        operation=_OPERATION,
        type="EpisodeOfCare",
        target=line.link.episode,
        name=NAME,
    )
    found, _ = await of_card(read.session, line.link.episode)
    if not any(row.type == "EpisodeOfCare" for row in found):
        raise Withdrawn("The card is no longer there")
    return shown(read, line.link.patient, line.link.episode, found)


def _writing(house: House, part: Part | None) -> Context:
    named = "List" if part else "EpisodeOfCare"
    made = context(house, "transaction", type=named, operation=_OPERATION, name=NAME)
    made.act = MIRROR
    return made
