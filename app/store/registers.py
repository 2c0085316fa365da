"""What the national registers said, kept for its lifetime: who is to be looked up, and how far a feed has been read.

An entry that is due is leased to one worker; what it brings is kept unless something newer is there, so that answers
that overtake each other, or tell of an earlier state, change nothing. An event only says that one must look again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.store.database import Database
from app.store.statement import Statement

PERSON, PERSONTJENESTEN = "person", "persontjenesten"
HPR, ORGANIZATION = "hpr", "organization"  # keys: HPR number, organisation number
LEASE = timedelta(seconds=60)
SOON = timedelta(seconds=30)  # after an answer older than an event that was heard of
_OPEN = "r.status IN ('planned', 'waitlist', 'active', 'onhold')"
# Her own Patient: a new one is to be looked up, one that somebody has changed since too
_ASK = Statement(
    """
INSERT INTO register_entry AS e (register, key, sequence, awaited, expires)
SELECT 'person', r.id, 0, 0, $2::timestamptz FROM resource r
WHERE r.type = 'Patient' AND r.id = $1::text AND r.governed AND NOT r.deleted
ON CONFLICT (register, key) DO UPDATE SET expires = excluded.expires
WHERE e.expires > excluded.expires AND e.version IS DISTINCT FROM (
    SELECT r.version FROM resource r WHERE r.type = 'Patient' AND r.id = excluded.key
)
""",
    ("patient", "at"),
)
_TAKE = Statement(
    f"""
UPDATE register_entry SET expires = $2::timestamptz
WHERE register = 'person' AND key IN (
    SELECT e.key FROM register_entry e
    WHERE e.register = 'person' AND e.expires <= $1::timestamptz AND (e.looked IS NULL OR EXISTS (
        SELECT 1 FROM resource r
        WHERE r.type = 'EpisodeOfCare' AND r.governed AND NOT r.deleted AND r.patient = e.key AND {_OPEN}
    ))
    ORDER BY e.expires LIMIT $3::int FOR UPDATE SKIP LOCKED
)
RETURNING key, facts, sequence, awaited
""",  # noqa: S608 (nothing of it comes from outside)
    ("at", "until", "most"),
)
_KEEP = Statement(
    """
UPDATE register_entry SET remote = $2::text, facts = $3::text, sequence = $4::bigint, version = $5::int,
    looked = $6::timestamptz, expires = CASE WHEN awaited > $4::bigint THEN $8::timestamptz ELSE $7::timestamptz END
WHERE register = $9::text AND key = $1::text AND sequence <= $4::bigint
""",
    ("key", "remote", "facts", "sequence", "version", "at", "expires", "soon", "register"),
)
_PUT_OFF = Statement(
    "UPDATE register_entry SET expires = $2::timestamptz WHERE register = 'person' AND key = $1::text",
    ("patient", "until"),
)
_POSITION = Statement("SELECT sequence FROM register_position WHERE register = $1::text", ("register",))
_HEARD = Statement(
    """
WITH heard AS (
    SELECT remote, max(sequence) AS sequence FROM unnest($2::text[], $3::bigint[]) AS row (remote, sequence) GROUP BY 1
), marked AS (
    UPDATE register_entry e SET awaited = h.sequence, expires = least(e.expires, $5::timestamptz)
    FROM heard h WHERE e.register = CASE $1::text WHEN 'persontjenesten' THEN 'person' ELSE $1::text END AND e.remote = h.remote AND h.sequence > greatest(e.awaited, e.sequence)
    RETURNING 1
), moved AS (
    INSERT INTO register_position AS p (register, sequence, at) VALUES ($1::text, $4::bigint, $5::timestamptz)
    ON CONFLICT (register) DO UPDATE SET sequence = greatest(p.sequence, excluded.sequence), at = excluded.at
    RETURNING 1
)
SELECT (SELECT count(*) FROM marked) AS marked FROM moved
""",
    ("register", "remotes", "sequences", "last", "at"),
)
_TAKE_ANY = Statement(
    """
UPDATE register_entry SET expires = $2::timestamptz
WHERE (register, key) IN (
    SELECT e.register, e.key FROM register_entry e
    WHERE e.register = $4::text AND e.expires <= $1::timestamptz ORDER BY e.expires LIMIT $3::int FOR UPDATE SKIP LOCKED
)
RETURNING key, facts, sequence, awaited
""",
    ("at", "until", "most", "register"),
)
# Who has been here by the log, and from which organisations, since it was last read; a row may come late
_SEEN = Statement(
    """
WITH asked AS (
    SELECT DISTINCT q ->> 'hpr' AS hpr, q -> 'organizations' AS places
    FROM audit a CROSS JOIN LATERAL (SELECT a.request::jsonb AS q) AS request
    WHERE a.at <= $1::timestamptz AND a.at > coalesce(
        (SELECT p.at FROM register_position p WHERE p.register = 'log') - interval '1 minute', $1::timestamptz - interval '1 day')
        AND a.request LIKE '%"organizations"%'
), keys AS (
    SELECT 'hpr' AS register, hpr AS key FROM asked WHERE hpr IS NOT NULL
    UNION SELECT 'organization', jsonb_array_elements_text(places) FROM asked WHERE places IS NOT NULL
    UNION SELECT 'organization', organization FROM relation WHERE kind = 'registry'
), added AS (
    INSERT INTO register_entry (register, key, remote, sequence, awaited, expires)
    SELECT register, key, key, 0, 0, $1::timestamptz FROM keys ON CONFLICT (register, key) DO NOTHING RETURNING 1
), moved AS (
    INSERT INTO register_position AS p (register, sequence, at) VALUES ('log', 0, $1::timestamptz)
    ON CONFLICT (register) DO UPDATE SET at = greatest(p.at, excluded.at) RETURNING 1
)
SELECT (SELECT count(*) FROM added) AS added FROM moved
""",
    ("at",),
)
_NAMES = Statement(
    "SELECT key, facts::jsonb ->> 'name' AS name FROM register_entry"
    " WHERE register = 'organization' AND key = ANY ($1::text[]) AND facts::jsonb ->> 'name' IS NOT NULL",
    ("numbers",),
)


@dataclass(frozen=True, slots=True)
class Due:
    """A woman to be looked up; ``facts`` (JSON) is what was said of her last, as new as event ``sequence``."""

    key: str
    facts: str | None
    sequence: int
    awaited: int


async def ask(database: Database, patient: str, at: datetime) -> None:
    """Have her looked up where nobody has, or where her Patient was changed since."""
    await database.fetch(_ASK, {"patient": patient, "at": at})


async def take_any(database: Database, register: str, at: datetime, most: int) -> list[Due]:
    """What is due of a register that is not about women, leased to this worker."""
    given = {"at": at, "until": at + LEASE, "most": most, "register": register}
    return [Due(**dict(row)) for row in await database.fetch(_TAKE_ANY, given)]


async def note_seen(database: Database, at: datetime) -> int:
    """Have those looked up who stand in the log for the first time, and their organisations; how many."""
    return int((await database.fetch(_SEEN, {"at": at}))[0]["added"])


async def names(database: Database, numbers: Iterable[str]) -> dict[str, str]:
    """What the register calls these organisations."""
    rows = await database.fetch(_NAMES, {"numbers": sorted(set(numbers))})
    return {row["key"]: row["name"] for row in rows}


async def take(database: Database, at: datetime, most: int) -> list[Due]:
    """Who is due, leased to this worker: first registered, with an open card and a lifetime that is over, or with news."""
    rows = await database.fetch(_TAKE, {"at": at, "until": at + LEASE, "most": most})
    return [Due(**dict(row)) for row in rows]


async def keep(
    database: Database,
    due: Due,
    said: tuple[str | None, str, int],
    version: int | None,
    at: datetime,
    life: timedelta,
    register: str = PERSON,
) -> None:
    """Keep what was ``said`` (the register's id, the facts, their event), unless something newer is kept."""
    remote, facts, sequence = said
    given = {
        "key": due.key,
        "register": register,
        "remote": remote,
        "facts": facts,
        "sequence": sequence,
        "version": version,
    }
    await database.fetch(_KEEP, {**given, "at": at, "expires": at + life, "soon": at + SOON})


async def put_off(database: Database, due: Due, at: datetime) -> None:
    """Look again soon: the register told of an earlier state than one that was heard of."""
    await database.fetch(_PUT_OFF, {"patient": due.key, "until": at + SOON})


async def position(database: Database, register: str) -> int | None:
    """The last event of the feed that was read; None before the first reading."""
    rows = await database.fetch(_POSITION, {"register": register})
    return int(rows[0]["sequence"]) if rows else None


async def heard(
    database: Database, register: str, events: list[tuple[str, int]], last: int, at: datetime
) -> int:
    """Mark whom ``events`` (the register's id, number) are about, and that the feed is read up to ``last``; how many."""
    remotes, sequences = [row[0] for row in events], [row[1] for row in events]
    given = {"register": register, "remotes": remotes, "sequences": sequences, "last": last, "at": at}
    return int((await database.fetch(_HEARD, given))[0]["marked"])
