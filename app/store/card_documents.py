"""The card as a shared document, by its messages: which stand at the other side, and whether she lets it be shared.

The id of a message is the id of its document. The newest that was sent replaced those before it; of what was attempted
later it is not known whether it came.
"""

from dataclasses import dataclass
from datetime import datetime

from app.access.caller import EVERYONE
from app.store.database import Connection, Database
from app.store.deliveries import CARD_DOCUMENT, DOCUMENT_RETRACTION, Due, due_of
from app.store.statement import Statement
from app.store.tables import OPEN_EPISODE

NOT_SHARED = "She does not share it"  # blocked or restricted somebody, a confidential address, or no consent
# Nobody can be left out of what is shared with all: whoever is blocked from anything here ends the sharing
_MAY = f"""(NOT EXISTS (
    SELECT 1 FROM choice c WHERE c.patient = w.patient AND c.kind IN ('block', 'restrict', 'protected')
        AND c.begins <= $1::timestamptz AND (c.ends IS NULL OR c.ends > $1::timestamptz)
) AND (NOT $2::boolean OR EXISTS (
    SELECT 1 FROM choice c WHERE c.patient = w.patient AND c.kind = 'part' AND c.actor = '{EVERYONE}'
        AND c.begins <= $1::timestamptz AND (c.ends IS NULL OR c.ends > $1::timestamptz)
)))"""  # noqa: S608 (nothing of it comes from outside)
_MAY_SHARE = Statement(
    f"SELECT {_MAY} AS may FROM (SELECT $3::text AS patient) AS w",  # noqa: S608
    ("at", "consent", "patient"),
)
_UNDER_WAY = "EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.queueing_lock = d.id AND j.status = 'doing')"
_NEW = f"""
INSERT INTO delivery (id, kind, patient, type, resource, state, attempts, created, updated)
SELECT uuidv7()::text, '{CARD_DOCUMENT}', w.patient, 'EpisodeOfCare', w.resource, 'pending', 0, $1::timestamptz, $1::timestamptz
"""
_WAITS = f"""EXISTS (
    SELECT 1 FROM delivery d WHERE d.patient = w.patient AND d.state = 'pending' AND d.kind = '{CARD_DOCUMENT}'
        AND d.resource = w.resource AND NOT {_UNDER_WAY}
)"""  # noqa: S608
# What is hers and no pregnancy's, such as an allergy, stands on her open card
_OPEN = f"""(
    SELECT r.id FROM resource r WHERE r.type = 'EpisodeOfCare' AND r.patient = $2::text AND r.governed AND NOT r.deleted
        AND r.status IN ({", ".join(f"'{status}'" for status in OPEN_EPISODE)})
)"""  # noqa: S608
_ASK = Statement(
    f"{_NEW} FROM (SELECT $2::text AS patient, coalesce($3::text, {_OPEN}) AS resource) AS w"
    f" WHERE w.resource IS NOT NULL AND NOT {_WAITS} RETURNING id, kind, patient, type, resource",
    ("at", "patient", "episode"),
)
_TURNED = Statement(
    f"""
WITH newest AS (
    SELECT DISTINCT ON (d.resource) d.patient, d.resource, d.state, d.error FROM delivery d
    WHERE d.kind = '{CARD_DOCUMENT}' ORDER BY d.resource, d.created DESC
)
{_NEW} FROM newest w
WHERE (w.state = 'sent' AND NOT {_MAY} OR w.state = 'withdrawn' AND w.error = '{NOT_SHARED}' AND {_MAY}) AND NOT {_WAITS}
RETURNING id, kind, patient, type, resource
""",  # noqa: S608
    ("at", "consent"),
)
_STANDING = f"""
d.kind = '{CARD_DOCUMENT}' AND (d.state = 'sent' OR d.attempts > 0 AND d.state IN ('pending', 'dead'))
    AND d.created >= coalesce((
        SELECT max(o.created) FROM delivery o
        WHERE o.kind = '{CARD_DOCUMENT}' AND o.resource = d.resource AND o.state = 'sent'
    ), d.created)
"""  # noqa: S608
_FORMER = Statement(
    f"SELECT d.id, d.state = 'sent' AND d.created > (SELECT m.created FROM delivery m WHERE m.id = $2::text) AS is_newer"  # noqa: S608
    f" FROM delivery d WHERE {_STANDING} AND d.resource = $1::text AND d.id <> $2::text ORDER BY d.created",
    ("episode", "id"),
)
_ENDED = Statement(
    "UPDATE delivery SET state = 'withdrawn', error = $2::text, updated = $3::timestamptz WHERE id = ANY ($1::text[]) RETURNING id",
    ("ids", "error", "at"),
)
_SENT = Statement(
    f"""
SELECT DISTINCT ON (d.resource) d.id, d.patient, d.resource, d.state FROM delivery d
WHERE d.kind = '{CARD_DOCUMENT}' AND d.updated >= $1::timestamptz AND d.resource > $3::text
    AND d.state = 'sent' AND d.updated <= $2::timestamptz
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.kind = d.kind AND o.resource = d.resource AND o.created > d.created)
ORDER BY d.resource, d.created DESC LIMIT $4::int
""",  # noqa: S608
    ("since", "until", "after", "most"),
)
_TAKE_BACK = Statement(
    f"""
INSERT INTO delivery (id, kind, patient, type, resource, state, attempts, token, created, updated)
SELECT uuidv7()::text, '{DOCUMENT_RETRACTION}', d.patient, 'DocumentReference', d.id, 'pending', 0, $2::bytea,
    $3::timestamptz, $3::timestamptz
FROM delivery d WHERE d.patient = $1::text AND {_STANDING}
""",  # noqa: S608
    ("patient", "token", "at"),
)


@dataclass(frozen=True, slots=True)
class SentDocument:
    """The newest document of one card, which should stand there."""

    id: str
    patient: str
    resource: str
    state: str


async def may_share(database: Database, patient: str, at: datetime, *, consent: bool) -> bool:
    """Whether she lets the card be shared; ``consent``: whether it must have been given."""
    rows = await database.fetch(_MAY_SHARE, {"at": at, "consent": consent, "patient": patient})
    return bool(rows[0]["may"])


async def ask(database: Database, patient: str, episode: str | None, at: datetime) -> list[Due]:
    """A message for the card (None: her open one), unless one waits to be sent: it will bring what there is then."""
    given = {"at": at, "patient": patient, "episode": episode}
    return [due_of(row) for row in await database.fetch(_ASK, given)]


async def turned(database: Database, at: datetime, *, consent: bool) -> list[Due]:
    """Messages for cards that she shares no longer, or again, since they were last sent."""
    return [due_of(row) for row in await database.fetch(_TURNED, {"at": at, "consent": consent})]


async def former(database: Database, episode: str, id_: str) -> tuple[list[str], bool]:
    """Which other documents of the card stand there, or may; and whether a newer one than ``id_`` was sent."""
    rows = await database.fetch(_FORMER, {"episode": episode, "id": id_})
    return [row["id"] for row in rows], any(row["is_newer"] for row in rows)


async def ended(database: Database, ids: list[str], reason: str, at: datetime) -> None:
    """These were taken back."""
    await database.fetch(_ENDED, {"ids": ids, "error": reason, "at": at})


async def sent(
    database: Database, span: tuple[datetime, datetime], after: str, most: int
) -> list[SentDocument]:
    """The newest documents of cards, where they were sent in this time, by card, after the card ``after``."""
    given = {"since": span[0], "until": span[1], "after": after, "most": most}
    return [SentDocument(**dict(row)) for row in await database.fetch(_SENT, given)]


async def take_back(held: Connection, patient: str, sealed: bytes, at: datetime) -> None:
    """A retraction of each of hers that stands there, or may, before the messages go."""
    await held.fetch(_TAKE_BACK, {"patient": patient, "token": sealed, "at": at})
