"""What a subscription is told: numbered, decided by the subscriber's own rights as they are now, logged, then written.

Nothing is sent that is not in the log. The rights are those of whoever keeps the subscription: her role, organisations
and person as they were verified when she wrote it; relations, blocks and labels as they are at this moment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.access.caller import Caller
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry
from app.fhir.notification import EVENT, Happened, Status, notification
from app.fhir.subscription import EMPTY, FULL, Wanted, read
from app.fhir.topics import Focus, Topic
from app.interactions.context import House
from app.interactions.redaction import view
from app.store import numbering
from app.store.database import Connection
from app.store.log import Entry as LogEntry
from app.store.notifications import Told, show
from app.store.resources import Stored
from app.store.session import Session
from app.store.subscriptions import Kept, caller_of

_FOCUS = {Focus.CARD: "card", Focus.CHANGED: "changed", Focus.TARGET: "target"}


@dataclass(frozen=True, slots=True)
class Batch:
    """One notification to be sent: the number of its last event, and how often these events were on their way."""

    id: str
    body: bytes
    last: int
    attempt: int


def wanted_of(kept: Kept) -> Wanted | None:
    """What a stored Subscription asks for; None where this server no longer offers it."""
    return read(fhir_json.read(kept.body))[0]


def filters_of(wanted: Wanted) -> dict[str, Any]:
    """The filters as the statements take them."""
    names = {"patients": "patient", "episodes": "episode", "organizations": "organization"}
    return {name: wanted.filters.get(key) for name, key in names.items()}


def session_of(house: House, kept: Kept, held: Connection | None = None) -> Session:
    """A session with the rights of the subscription's keeper; its entry says that the organisation was told."""
    caller = caller_of(kept.caller)
    return Session(house.database, caller, _entry(kept, caller), held)


def _entry(kept: Kept, caller: Caller) -> LogEntry:
    facts = {
        "interaction": "operation",
        "operation": "$notify",
        "type": "Subscription",
        "target": kept.id,
        "role": caller.role.value,
        "subject": f"subscription:{kept.id}",
        "client": caller.client,
        "organizations": list(caller.organizations),
        "organizationName": caller.organization_name,
    }
    return LogEntry(clock.new_id(), clock.now(), {name: value for name, value in facts.items() if value})


async def batch(house: House, kept: Kept, wanted: Wanted) -> Batch | None:
    """The next events of a subscription as a notification; None where there are none any more.

    Raises asyncpg.SerializationError where another moved the same subscription meanwhile.
    """
    topic, most = wanted.topic, wanted.max_count
    async with numbering.snapshot(house.database) as held:
        session = session_of(house, kept, held)
        delivered, numbered, attempt = await numbering.number(
            session, kept.rid, topic.name, filters_of(wanted), most=most, attempt=True
        )
        if numbered <= delivered:
            return None
        last = min(numbered, delivered + most)
        found = await show(
            session, kept.rid, topic.name, after=delivered, until=last, count=most,
            bodies=wanted.content == FULL, silent=wanted.content == EMPTY,
        )  # fmt: skip
    status = status_of(house, kept, wanted, EVENT, numbered, events(house, topic, found, wanted.content))
    id_ = session.entry.id
    body = notification(
        id_, clock.instant(session.entry.at), status, [*entries(house, found, wanted.content)]
    )
    return Batch(id_, body, last, attempt)


def status_of(
    house: House, kept: Kept, wanted: Wanted, kind: str, total: int, happened: Sequence[Happened] = ()
) -> Status:
    """What a notification or an answer says of the subscription."""
    topic = "" if wanted.content == EMPTY and kind == EVENT else wanted.topic.canonical
    url = f"{house.fhir_base}/Subscription/{kept.id}"
    return Status(url, topic, kept.status, kind, total, happened, kept.error or "")


def events(house: House, topic: Topic, found: Sequence[Told], content: str) -> list[Happened]:
    """The events as they are told. Without parts only the number is left: she may no longer be told of."""
    return [_happened(house, topic, told, content) for told in found]


def _happened(house: House, topic: Topic, told: Told, content: str) -> Happened:
    parts = dict(told.parts)
    if not parts or told.at is None:
        return Happened(told.number)
    at = clock.instant(told.at)
    if content == EMPTY:
        return Happened(told.number, at)
    focus = _FOCUS[topic.focus]
    base = house.fhir_base
    context = [f"{base}/{row.type}/{row.id}" for name, row in parts.items() if name != focus]
    return Happened(told.number, at, f"{base}/{parts[focus].type}/{parts[focus].id}", context)


def entries(house: House, found: Sequence[Told], content: str) -> Iterator[Entry]:
    """The resources of full-resource notifications, each once, as the subscriber may see them now."""
    seen: set[tuple[str, str]] = set()
    for told in found if content == FULL else ():
        for _, stored in told.parts:
            if (stored.type, stored.id) not in seen:
                seen.add((stored.type, stored.id))
                yield _resource(house, stored)


def _resource(house: House, stored: Stored) -> Entry:
    local = f"{stored.type}/{stored.id}"
    url = f"{house.fhir_base}/{local}"
    if stored.deleted:
        return Entry(
            None, url, {"request": {"method": "DELETE", "url": local}, "response": {"status": "204"}}
        )
    body, etag = view(stored)
    made = {"method": "PUT", "url": local}
    answered = {"status": "200", "etag": etag, "lastModified": clock.instant(stored.updated)}
    return Entry(body, url, {"request": made, "response": answered})
