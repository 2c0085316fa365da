"""Which card is which record of the national service, and who is master of it: one row a woman among the registers' entries.

``facts`` (JSON): ``master`` (``here`` or ``national``), the card, and the ids there of those of which there are several. A row
is about the open card; a new pregnancy begins it anew, with the master that the setting names.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.store.database import Database
from app.store.deliveries import NATIONAL_RECORD, Due, due_of
from app.store.registers import LEASE
from app.store.statement import Statement
from app.store.tables import OPEN_EPISODE

REGISTER = "record"
HERE, NATIONAL = "here", "national"
_STATUSES = ", ".join(f"'{status}'" for status in sorted(OPEN_EPISODE))
_OPEN = f"""EXISTS (
    SELECT 1 FROM resource r WHERE r.type = 'EpisodeOfCare' AND r.id = $3::text AND r.patient = $2::text
        AND r.governed AND NOT r.deleted AND r.status IN ({_STATUSES})
)"""  # noqa: S608 (nothing of it comes from outside)
_LINK = Statement(
    f"""
INSERT INTO register_entry AS e (register, key, facts, sequence, awaited, expires)
SELECT '{REGISTER}', $2::text, jsonb_build_object('master', $4::text, 'episode', $3::text)::text, 0, 0, $1::timestamptz
WHERE {_OPEN}
ON CONFLICT (register, key) DO UPDATE
SET facts = excluded.facts, remote = NULL, sequence = 0, awaited = 0, looked = NULL, expires = excluded.expires
WHERE e.facts::jsonb ->> 'episode' <> excluded.facts::jsonb ->> 'episode'
RETURNING 1
""",
    ("at", "patient", "episode", "master"),
)
_UNDER_WAY = "EXISTS (SELECT 1 FROM procrastinate_jobs j WHERE j.queueing_lock = d.id AND j.status = 'doing')"
_ASK = Statement(
    f"""
INSERT INTO delivery (id, kind, patient, type, resource, state, attempts, created, updated)
SELECT uuidv7()::text, '{NATIONAL_RECORD}', e.key, 'EpisodeOfCare', $3::text, 'pending', 0, $1::timestamptz, $1::timestamptz
FROM register_entry e
WHERE e.register = '{REGISTER}' AND e.key = $2::text AND e.facts::jsonb ->> 'episode' = $3::text
    AND e.facts::jsonb ->> 'master' = '{HERE}' AND NOT EXISTS (
        SELECT 1 FROM delivery d WHERE d.patient = e.key AND d.state = 'pending' AND d.kind = '{NATIONAL_RECORD}'
            AND d.resource = $3::text AND NOT {_UNDER_WAY}
    )
RETURNING id, kind, patient, type, resource
""",  # noqa: S608
    ("at", "patient", "episode"),
)
_FIND = Statement(
    f"SELECT key, remote, facts FROM register_entry WHERE register = '{REGISTER}' AND key = $1::text",  # noqa: S608
    ("patient",),
)
_KEEP = Statement(
    f"""
UPDATE register_entry SET remote = $3::text, facts = $4::text, looked = $5::timestamptz
WHERE register = '{REGISTER}' AND key = $1::text AND facts::jsonb ->> 'episode' = $2::text
    AND facts::jsonb ->> 'master' = $4::jsonb ->> 'master'
RETURNING 1
""",  # noqa: S608
    ("patient", "episode", "remote", "facts", "at"),
)
_LINKED = Statement(
    f"""
SELECT key, remote, facts FROM register_entry e
WHERE e.register = '{REGISTER}' AND e.key > $1::text AND e.remote IS NOT NULL AND e.facts::jsonb ->> 'master' = $2::text
    AND NOT EXISTS (
        SELECT 1 FROM delivery d WHERE d.patient = e.key AND d.kind = '{NATIONAL_RECORD}' AND d.state = 'pending'
    )
ORDER BY e.key LIMIT $3::int
""",  # noqa: S608
    ("after", "master", "most"),
)
_TAKE = Statement(
    f"""
UPDATE register_entry SET expires = $2::timestamptz
WHERE (register, key) IN (
    SELECT e.register, e.key FROM register_entry e
    WHERE e.register = '{REGISTER}' AND e.expires <= $1::timestamptz AND e.facts::jsonb ->> 'master' = '{NATIONAL}'
        AND EXISTS (
            SELECT 1 FROM resource r WHERE r.type = 'EpisodeOfCare' AND r.id = e.facts::jsonb ->> 'episode'
                AND NOT r.deleted AND r.status IN ({_STATUSES})
        )
    ORDER BY e.expires LIMIT $3::int FOR UPDATE SKIP LOCKED
)
RETURNING key, remote, facts
""",  # noqa: S608
    ("at", "until", "most"),
)
_AGAIN = Statement(
    f"UPDATE register_entry SET expires = $2::timestamptz WHERE register = '{REGISTER}' AND key = $1::text",  # noqa: S608
    ("patient", "until"),
)
_ANEW = Statement(
    f"""
UPDATE register_entry SET facts = (facts::jsonb - 'changed')::text, expires = $1::timestamptz
WHERE register = '{REGISTER}' AND remote IS NOT NULL AND facts::jsonb ->> 'master' = '{NATIONAL}' RETURNING 1
""",  # noqa: S608
    ("at",),
)
_CHOOSE = Statement(
    f"""
UPDATE register_entry SET facts = (facts::jsonb || jsonb_build_object('master', $2::text))::text, expires = $3::timestamptz
WHERE register = '{REGISTER}' AND key = $1::text RETURNING 1
""",  # noqa: S608
    ("patient", "master", "at"),
)


@dataclass(slots=True)
class Link:
    """One woman's card and her record there. ``ids``: by ``resourceType/id`` here, the id there."""

    patient: str
    episode: str
    master: str
    remote: str | None = None
    ids: dict[str, str] = field(default_factory=dict)
    changed: str = ""  # when the record there last changed, as it was told

    @property
    def facts(self) -> str:
        """What is kept of it."""
        return json.dumps(
            {"master": self.master, "episode": self.episode, "ids": self.ids, "changed": self.changed}
        )


def _link(row: Any) -> Link:
    said: Mapping[str, Any] = json.loads(row["facts"])
    return Link(
        row["key"],
        said["episode"],
        said["master"],
        row["remote"],
        dict(said.get("ids", {})),
        said.get("changed", ""),
    )


async def link(database: Database, patient: str, episode: str, master: str, at: datetime) -> None:
    """That the open card ``episode`` has its record there, with ``master``, unless it is known already."""
    await database.fetch(_LINK, {"at": at, "patient": patient, "episode": episode, "master": master})


async def ask(database: Database, patient: str, episode: str, at: datetime) -> list[Due]:
    """A message that brings the record there in line, where this server is its master, unless one waits to be sent."""
    rows = await database.fetch(_ASK, {"at": at, "patient": patient, "episode": episode})
    return [due_of(row) for row in rows]


async def find(database: Database, patient: str) -> Link | None:
    """Hers."""
    rows = await database.fetch(_FIND, {"patient": patient})
    return _link(rows[0]) if rows else None


async def keep(database: Database, known: Link, at: datetime) -> bool:
    """Keep what is known of the record; false where another card or another master has come since."""
    given = {
        "patient": known.patient,
        "episode": known.episode,
        "remote": known.remote,
        "facts": known.facts,
        "at": at,
    }
    return bool(await database.fetch(_KEEP, given))


async def linked(database: Database, master: str, after: str, most: int) -> list[Link]:
    """The women with a record there of this master and no message that waits, by id, after ``after``."""
    rows = await database.fetch(_LINKED, {"after": after, "master": master, "most": most})
    return [_link(row) for row in rows]


async def take(database: Database, at: datetime, most: int) -> list[Link]:
    """Those with an open card of whom the national service is master and who are to be looked at, leased to this worker."""
    rows = await database.fetch(_TAKE, {"at": at, "until": at + LEASE, "most": most})
    return [_link(row) for row in rows]


async def anew(database: Database, at: datetime) -> None:
    """Have all that is mirrored compared at the next look, whether it changed there or not."""
    await database.fetch(_ANEW, {"at": at})


async def again(database: Database, patient: str, until: datetime) -> None:
    """When she is to be looked at next."""
    await database.fetch(_AGAIN, {"patient": patient, "until": until})


async def choose(database: Database, patient: str, master: str, at: datetime) -> bool:
    """Make ``master`` master of her record; false where she has none that is known."""
    return bool(await database.fetch(_CHOOSE, {"patient": patient, "master": master, "at": at}))
