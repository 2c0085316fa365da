"""The record at the national service as the card is here, where this server is its master: what differs is sent, by version.

A message says that a card was changed; what is sent is the difference between both sides as they are then, so that an
answer that was lost, a message that comes twice and somebody who was faster (409) all end in reading and comparing again.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app import clock
from app.access.rows import SENSITIVE
from app.fhir.codes import KEPT_FROM_HER
from app.gateways.dhg import Clash, NationalRecord, NoConsent
from app.gateways.failures import Unreachable
from app.gateways.helseid import Token
from app.interactions.context import House
from app.interactions.dhg_records import ACTIVE, TERMINATED, Record, shown
from app.mapping.dhg_chart import Json
from app.mapping.dhg_compare import bare, change, says
from app.mapping.dhg_fields import PARTS, Part
from app.store import national_records
from app.store.card import of_card
from app.store.deliveries import Due, Message
from app.store.national_records import HERE, Link
from app.worker.channels import Channels
from app.worker.recipients import Withdrawn, number_of
from app.worker.system import context

NO_CONSENT = "She does not take part in the national record"
NOT_MASTER = "This server is not master of her record"
NAME = "Melding til nasjonalt helsekort"
_LEFT_OUT = KEPT_FROM_HER | SENSITIVE
_ROUNDS = 6
_PATIENCE = 3  # attempts after which what is not there is believed to be gone


@dataclass(slots=True)
class Line:
    """The service, a token, whose record it is, and the event that calls name."""

    house: House
    service: NationalRecord
    token: Token
    number: str
    event: str
    link: Link
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One call: ``body`` None takes back, ``key`` is what of ours becomes known under the id there."""

    path: str
    body: Json | None
    key: str = ""


async def ask(house: House, channels: Channels, patient: str, episode: str | None) -> list[Due]:
    """That her record there is to be brought in line, where somebody changed her card here."""
    if channels.record is None or episode is None:
        return []
    at = clock.now()
    await national_records.link(house.database, patient, episode, house.settings.national_record_master, at)
    return await national_records.ask(house.database, patient, episode, at)


async def send(house: House, channels: Channels, message: Message) -> None:
    """Bring the record there in line. Raises Failure, Withdrawn."""
    known = await national_records.find(house.database, message.patient)
    if known is None or known.master != HERE or known.episode != message.resource:
        raise Withdrawn(NOT_MASTER)
    async with opened(house, channels, known, message.id) as line:
        line.attempts = message.attempts
        for _ in range(_ROUNDS):
            try:
                if not await _levelled(line):
                    return
            except Clash:
                continue  # somebody was faster: both sides are read again and compared
    raise Unreachable("The national record was changed meanwhile", is_down=False)


@asynccontextmanager
async def opened(house: House, channels: Channels, known: Link, event: str) -> AsyncIterator[Line]:
    """A line about one woman; her number is read for it, and logged as read. Raises Failure, Withdrawn."""
    if channels.helseid is None or channels.record is None:
        raise Withdrawn("The national record is not set up")
    audience = house.settings.national_record_audience
    token = await channels.helseid.machine_token(audience)
    facts = {"type": "Patient", "operation": "$deliver", "name": NAME, "correlation": event}
    _, number = await number_of(context(house, "read", **facts), known.patient)
    with channels.helseid.tried(audience):
        try:
            yield Line(house, channels.record, token, number, event, known)
        except NoConsent as refused:
            raise Withdrawn(NO_CONSENT) from refused


async def _levelled(line: Line) -> int:
    """Send what differs; how many calls it took. Raises Failure, Withdrawn."""
    ours = await local(line.house, line.link, line.event)
    theirs = await _record(line, ours)
    if theirs is None:
        return 0
    steps = [*differences(ours, theirs, line.link, patient=line.attempts >= _PATIENCE)]
    for step in steps:
        await _do(line, step)
    return len(steps) + await _ended(line, ours, theirs)


async def local(house: House, known: Link, event: str) -> Record:
    """The card as the national record tells it: without what not every reader may see. Raises Withdrawn."""
    facts = {"type": "EpisodeOfCare", "target": known.episode, "name": NAME, "correlation": event}
    read = context(house, "operation", operation="$deliver", **facts)
    found, _ = await of_card(read.session, known.episode)
    if not any(row.type == "EpisodeOfCare" for row in found):
        raise Withdrawn("The card is no longer there")
    told = [row for row in found if row.visible and row.labels.isdisjoint(_LEFT_OUT)]
    return shown(read, known.patient, known.episode, told)


async def _record(line: Line, ours: Record) -> Json | None:
    """Her record there, begun where there is none; None where the card ended before there was one. Raises Failure."""
    link = line.link
    if link.remote:
        theirs = await line.service.record(line.token, line.number, link.remote)
        if theirs is not None:
            return theirs
        if line.attempts < _PATIENCE:
            raise Unreachable("The national record tells of an earlier state", is_down=False)
        link.ids.clear()
    standing = await line.service.standing(line.token, line.number)
    if not standing.consent:
        raise Withdrawn(NO_CONSENT)
    if not standing.active and ours.status["status"] == TERMINATED:
        return None
    link.remote = (
        standing.record if standing.active else await line.service.open(line.token, line.number, line.event)
    )
    await _keep(line)
    theirs = await line.service.record(line.token, line.number, link.remote)
    if theirs is None:
        raise Unreachable("The national record tells of an earlier state", is_down=False)
    return theirs


async def _keep(line: Line) -> None:
    if not await national_records.keep(line.house.database, line.link, clock.now()):
        raise Withdrawn(NOT_MASTER)


async def _do(line: Line, step: Step) -> None:
    path = f"{line.link.remote}/{step.path}"
    if step.body is None:
        await line.service.take_back(line.token, line.number, path, line.event)
        return
    id_, _ = await line.service.write(line.token, line.number, path, step.body, line.event)
    if step.key and line.link.ids.get(step.key) != id_:
        line.link.ids[step.key] = id_
        await _keep(line)


async def _ended(line: Line, ours: Record, theirs: Json) -> int:
    """The record ends there as here."""
    if ours.status["status"] == ACTIVE or theirs["metadata"]["recordStatus"]["status"] != ACTIVE:
        return 0
    await line.service.end(line.token, line.number, line.link.remote or "", ours.status, line.event)
    return 1


async def differs(house: House, channels: Channels, known: Link) -> bool | None:
    """Whether the record there says other than the card here; None where nothing is sent of her. Raises Failure."""
    try:
        async with opened(house, channels, known, known.episode) as line:
            theirs = await line.service.record(line.token, line.number, known.remote or "")
            ours = await local(house, known, known.episode)
    except Withdrawn:
        return None
    return theirs is None or next(differences(ours, theirs, known), None) is not None


def differences(ours: Record, theirs: Json, link: Link, *, patient: bool = True) -> Iterator[Step]:
    """The calls that bring ``theirs`` in line with ``ours``, in their order; ``link.ids`` learns what is found again.

    ``patient``: one of ours that is not there is sent again. Raises Unreachable where it is not, and something is missing.
    """
    for part in PARTS:
        if part.many:
            yield from _several(part, ours, theirs.get(part.name) or [], link, patient=patient)
            continue
        said, told = ours.part(part), theirs.get(part.name)
        mine = bare(said.as_json()) if said and said.cells else {}
        step = _step(part.name, change(part, mine, bare(told or {})), told)
        if step:
            yield step


def _step(path: str, sent: Json, told: Json | None, key: str = "") -> Step | None:
    if not sent:
        return None
    if told is None:
        return Step(path, sent, key)
    return Step(path, {"metadata": {"version": told["metadata"]["version"]}} | sent, key)


def _several(part: Part, ours: Record, told: list[Json], link: Link, *, patient: bool) -> Iterator[Step]:
    """One of several is known by its id there; one whose answer was lost, by what it says."""
    there = {str(row["metadata"]["id"]): row for row in told}
    mine = {f"{part.name}/{id_}": ours.part(part, id_) for id_ in ours.ids(part)}
    bodies = {key: bare(said.as_json()) for key, said in mine.items() if said}
    link.ids |= {
        key: key.partition("/")[2] for key in bodies if key not in link.ids and key.partition("/")[2] in there
    }
    claimed = {link.ids[key] for key in bodies if key in link.ids}
    for key, body in bodies.items():
        known = there.get(link.ids.get(key, ""))
        if known is None and key in link.ids and not patient:
            raise Unreachable("The national record tells of an earlier state", is_down=False)
        if known is None:
            found = next(
                (id_ for id_, row in there.items() if id_ not in claimed and says(body, bare(row))), None
            )
            if found is None:
                yield Step(part.name, body, key)
                continue
            link.ids[key], known = found, there[found]
            claimed.add(found)
        step = _step(f"{part.name}/{link.ids[key]}", change(part, body, bare(known)), known, key)
        if step:
            yield step
    gone = {id_ for key, id_ in link.ids.items() if key.startswith(f"{part.name}/") and key not in bodies}
    for id_, row in there.items():
        doubled = id_ not in claimed and any(says(body, bare(row)) for body in bodies.values())
        if id_ in gone or (doubled and _by_a_system(row)):
            yield Step(f"{part.name}/{id_}", None)


def _by_a_system(row: Json) -> bool:
    """What no person wrote, and stands there twice, is a call that came twice."""
    by: Any = row["metadata"].get("lastUpdatedBy")
    return isinstance(by, dict) and by.get("userType") == "SYSTEM"
