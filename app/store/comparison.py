"""What other systems should have by our messages, for the comparison with what they do have."""

from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.deliveries import CHECK, CRITICAL_INFORMATION, RECALL
from app.store.statement import Statement

_SENT_NOTICES = Statement(
    """
SELECT id, patient FROM delivery
WHERE kind = ANY ($5::text[]) AND state = 'sent' AND updated BETWEEN $1::timestamptz AND $2::timestamptz
    AND id > $3::text
ORDER BY id LIMIT $4::int
""",
    ("since", "until", "after", "most", "kinds"),
)
_SEND_AGAIN = Statement(
    "UPDATE delivery SET state = 'pending', error = 'It was not there any more', updated = $2::timestamptz,"
    " held = $2::timestamptz WHERE id = $1::text AND state = 'sent' RETURNING id",
    ("id", "at"),
)
# The newest message of each resource says what should stand there; one that is not settled will say so itself.
_NEWEST = f"""
SELECT DISTINCT ON (d.patient, d.type, d.resource) d.id, d.kind, d.patient, d.type, d.resource, d.version, d.state
FROM delivery d
WHERE d.kind IN ('{CRITICAL_INFORMATION}', '{RECALL}') AND d.state <> 'withdrawn' AND d.patient = $1::text
ORDER BY d.patient, d.type, d.resource, d.version DESC, d.created DESC
"""  # noqa: S608 (nothing of it comes from outside)
_EXPECTED = Statement(_NEWEST, ("patient",))
_SENT_AS = Statement(
    f"SELECT id FROM delivery WHERE kind = '{CRITICAL_INFORMATION}' AND patient = $1::text AND type = $2::text"  # noqa: S608
    " AND resource = $3::text AND version = $4::int",
    ("patient", "type", "resource", "version"),
)
_ARM = Statement(
    "UPDATE delivery SET state = 'pending', token = $2::bytea, token_expires = $3::timestamptz, error = 'It was not there any more',"
    " updated = $4::timestamptz, held = $4::timestamptz WHERE id = $1::text AND state = 'sent' RETURNING id",
    ("id", "token", "expires", "at"),
)
_ASK = Statement(
    f"""
INSERT INTO delivery (id, kind, patient, state, attempts, created, updated)
SELECT uuidv7()::text, '{CHECK}', patient, 'waiting', 0, $1::timestamptz, $1::timestamptz
FROM (SELECT DISTINCT patient FROM delivery WHERE kind = '{CRITICAL_INFORMATION}' AND state = 'sent') AS told
WHERE NOT EXISTS (
    SELECT 1 FROM delivery o WHERE o.patient = told.patient AND o.kind = '{CHECK}'
        AND (o.state IN ('pending', 'waiting') OR o.created > $2::timestamptz)
)
RETURNING id
""",  # noqa: S608 (nothing of it comes from outside)
    ("at", "before"),
)


@dataclass(frozen=True, slots=True)
class SentNotice:
    """A notice that Helsenorge has taken."""

    id: str
    patient: str


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest message about one resource."""

    id: str
    kind: str
    patient: str
    type: str
    resource: str
    version: int
    state: str


async def sent_notices(
    database: Database, kinds: tuple[str, ...], span: tuple[datetime, datetime], after: str, most: int
) -> list[SentNotice]:
    """Messages of ``kinds`` that were sent in this time, by id, after ``after``."""
    given = {"since": span[0], "until": span[1], "after": after, "most": most, "kinds": list(kinds)}
    return [SentNotice(**dict(row)) for row in await database.fetch(_SENT_NOTICES, given)]


async def send_again(database: Database, id_: str, at: datetime) -> bool:
    """Send a message once more, under the same key: where it is there after all, nothing happens twice."""
    return bool(await database.fetch(_SEND_AGAIN, {"id": id_, "at": at}))


async def newest(database: Database, patient: str) -> list[Newest]:
    """What the messages say that kjernejournal should have of hers."""
    return [Newest(**dict(row)) for row in await database.fetch(_EXPECTED, {"patient": patient})]


async def sent_as(database: Database, patient: str, type_: str, resource: str, version: int) -> list[str]:
    """The events under which a version was sent."""
    given = {"patient": patient, "type": type_, "resource": resource, "version": version}
    return [row["id"] for row in await database.fetch(_SENT_AS, given)]


async def arm(
    database: Database, id_: str, token: bytes | None, expires: datetime | None, at: datetime
) -> bool:
    """Send a registration once more, in the session of ``token``."""
    given = {"id": id_, "token": token, "expires": expires, "at": at}
    return bool(await database.fetch(_ARM, given))


async def ask_for_checks(database: Database, at: datetime, before: datetime) -> int:
    """A comparison for each woman of whom kjernejournal was told, and none was asked for since ``before``.

    It waits for a clinician's session: a machine may not read what stands there.
    """
    return len(await database.fetch(_ASK, {"at": at, "before": before}))
