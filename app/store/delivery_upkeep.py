"""Messages as operations see them: what waits, fails or is held back, by system; and to have one tried again or given up."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.store.database import Database
from app.store.deliveries import (
    CHECK,
    CRITICAL_INFORMATION,
    SYSTEM_OF,
    Due,
    due_of,
)
from app.store.statement import Statement

_SYSTEM = (
    "CASE d.kind "
    + " ".join(f"WHEN '{kind}' THEN '{system}'" for kind, system in SYSTEM_OF.items())
    + " ELSE 'subscribers' END"
)
_QUEUED = "EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.queueing_lock = d.id AND j.status IN ('todo', 'doing'))"
_HOLD = Statement(
    "UPDATE delivery SET held = $2::timestamptz WHERE id = $1::text AND state = 'pending'", ("id", "at")
)
_RELEASABLE = Statement(
    f"""
WITH held AS (
    SELECT d.id, d.kind, d.patient, d.type, d.resource, d.created, {_SYSTEM} AS system
    FROM delivery d WHERE d.state = 'pending' AND d.held IS NOT NULL AND NOT {_QUEUED}
), ranked AS (
    SELECT held.*, b.state, b.until, row_number() OVER (PARTITION BY held.system ORDER BY created, id) AS place
    FROM held LEFT JOIN breaker b ON b.system = held.system
)
SELECT id, kind, patient, type, resource FROM ranked
WHERE coalesce(state, 'closed') = 'closed' AND place <= 250 OR place = 1 AND until <= $1::timestamptz
ORDER BY created, id
""",  # noqa: S608 (nothing of it comes from outside)
    ("at",),
)
_QUEUES = Statement(
    f"""
SELECT {_SYSTEM} AS system, d.state, count(*) AS number, min(d.created) AS oldest
FROM delivery d WHERE d.state IN ('pending', 'waiting', 'dead') GROUP BY 1, 2
""",  # noqa: S608 (nothing of it comes from outside)
    (),
)
_LISTED = Statement(
    """
SELECT id, kind, type, resource, version, state, attempts, error, created, updated, held FROM delivery
WHERE ($1::text = '' OR state = $1) AND ($2::text = '' OR kind = $2)
    AND ($1::text <> '' OR state IN ('pending', 'waiting', 'dead', 'letter'))
ORDER BY created, id LIMIT $3::int
""",
    ("state", "kind", "most"),
)
_CHOSEN = Statement(
    "SELECT id, patient, kind, state FROM delivery WHERE id = ANY ($1::text[]) OR ($2::boolean AND state = 'dead')"
    " ORDER BY created, id",
    ("ids", "dead"),
)
# What only a clinician's session can send waits for one; what only its token could say who she is cannot come back.
_RETRY = Statement(
    f"""
UPDATE delivery SET state = CASE WHEN kind IN ('{CRITICAL_INFORMATION}', '{CHECK}') THEN 'waiting' ELSE 'pending' END,
    attempts = 0, error = NULL, updated = $2::timestamptz,
    held = CASE WHEN kind IN ('{CRITICAL_INFORMATION}', '{CHECK}') THEN NULL ELSE $2::timestamptz END
WHERE id = $1::text AND state IN ('dead', 'discarded', 'withdrawn', 'letter')
    AND (token IS NOT NULL OR kind NOT IN ('registration-retraction', 'notice-retraction', 'document-retraction', 'consent-retraction'))
RETURNING id
""",  # noqa: S608 (nothing of it comes from outside)
    ("id", "at"),
)
_DISCARD = Statement(
    "UPDATE delivery SET state = 'discarded', token = NULL, held = NULL, updated = $2::timestamptz"
    " WHERE id = $1::text AND state IN ('dead', 'pending', 'waiting', 'letter') RETURNING id",
    ("id", "at"),
)


@dataclass(frozen=True, slots=True)
class Queue:
    """How many messages to a system are in a state, and since when the oldest."""

    system: str
    state: str
    number: int
    oldest: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """A message that an operator means."""

    id: str
    patient: str
    kind: str
    state: str


async def hold(database: Database, id_: str, at: datetime) -> None:
    """The message waits until its system answers again; no job looks at it meanwhile."""
    await database.fetch(_HOLD, {"id": id_, "at": at})


async def releasable(database: Database, at: datetime) -> list[Due]:
    """Messages held back whose system answers again, oldest first; of a system that is to be probed, one."""
    return [due_of(row) for row in await database.fetch(_RELEASABLE, {"at": at})]


async def queues(database: Database) -> list[Queue]:
    """What is not settled, by system and state."""
    return [Queue(**dict(row)) for row in await database.fetch(_QUEUES, {})]


async def listed(database: Database, state: str, kind: str, most: int) -> list[Any]:
    """Messages, oldest first; without ``state`` those that are not settled."""
    return await database.fetch(_LISTED, {"state": state, "kind": kind, "most": most})


async def chosen(database: Database, ids: list[str], *, dead: bool) -> list[Chosen]:
    """The messages ``ids``, or with ``dead`` all that are dead."""
    return [Chosen(**dict(row)) for row in await database.fetch(_CHOSEN, {"ids": ids, "dead": dead})]


async def retry(database: Database, id_: str, at: datetime) -> bool:
    """Have a message tried again from the beginning; false where it was not given up, or has lost what it needs."""
    return bool(await database.fetch(_RETRY, {"id": id_, "at": at}))


async def discard(database: Database, id_: str, at: datetime) -> bool:
    """Give a message up for good; false where it was settled already."""
    return bool(await database.fetch(_DISCARD, {"id": id_, "at": at}))
