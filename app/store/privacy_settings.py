"""Whose consent stands on Helsenorge and whose stands here: the two are held against each other."""

from dataclasses import dataclass
from datetime import datetime

from app.access.caller import EVERYONE
from app.store.database import Database
from app.store.statement import Statement

_HERE = f"""
SELECT p.number, p.patient,
    EXISTS (SELECT 1 FROM choice c WHERE c.patient = p.patient AND c.actor = '{EVERYONE}' AND c.kind = 'part'
        AND c.begins <= $1::timestamptz AND (c.ends IS NULL OR c.ends > $1::timestamptz)) AS takes_part,
    EXISTS (SELECT 1 FROM choice c WHERE c.patient = p.patient AND c.actor = '{EVERYONE}' AND c.kind = 'block'
        AND c.begins <= $1::timestamptz AND (c.ends IS NULL OR c.ends > $1::timestamptz)) AS declines,
    r.version, r.status, EXISTS (SELECT 1 FROM register_entry e WHERE e.register = 'pvk' AND e.key = p.patient) AS known,
    EXISTS (SELECT 1 FROM register_entry e WHERE e.register = 'pvk-told' AND e.key = p.patient) AS told
FROM person p JOIN resource h ON h.rid = p.rid AND NOT h.deleted
LEFT JOIN resource r ON r.type = 'Consent' AND r.id = 'pvk-' || p.patient AND NOT r.deleted
WHERE $2::text[] IS NULL OR p.number = ANY ($2::text[])
"""  # noqa: S608 (nothing of it comes from outside)
_WOMEN = Statement(_HERE, ("at", "numbers"))
_TOLD = Statement(
    "INSERT INTO register_entry (register, key, sequence, awaited, expires)"
    " VALUES ('pvk-told', $1::text, 0, 0, 'infinity') ON CONFLICT DO NOTHING RETURNING key",
    ("patient",),
)
_KNOWN = Statement(
    "WITH answered AS (DELETE FROM register_entry WHERE register = 'pvk-told' AND key = $1::text)"
    " INSERT INTO register_entry (register, key, sequence, awaited, expires)"
    " VALUES ('pvk', $1::text, 0, 0, 'infinity') ON CONFLICT DO NOTHING RETURNING key",
    ("patient",),
)
_FORGOTTEN = Statement(
    "DELETE FROM register_entry WHERE register IN ('pvk', 'pvk-told') AND key = $1::text RETURNING key",
    ("patient",),
)
_RESERVATIONS = Statement(
    f"""
SELECT DISTINCT r.id FROM choice c JOIN resource r ON r.rid = c.rid AND NOT r.deleted
WHERE c.patient = $1::text AND c.actor = '{EVERYONE}' AND c.kind = 'block' AND (c.ends IS NULL OR c.ends > $2::timestamptz)
ORDER BY r.id
""",  # noqa: S608 (nothing of it comes from outside)
    ("patient", "at"),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one woman stands here; ``version`` and ``status`` are of the Consent that follows Helsenorge, ``known`` is that
    Helsenorge has her word, ``told`` that it may have it, for its answer was lost."""

    number: str
    patient: str
    takes_part: bool
    declines: bool
    version: int | None
    status: str | None
    known: bool
    told: bool


async def women(database: Database, at: datetime, numbers: list[str] | None = None) -> list[Standing]:
    """Every woman who is here with a number, or those of ``numbers``."""
    rows = await database.fetch(_WOMEN, {"at": at, "numbers": numbers})
    return [Standing(**dict(row)) for row in rows]


async def told(database: Database, patient: str) -> None:
    """Helsenorge is about to be told of her word, and may have it although no answer comes."""
    await database.fetch(_TOLD, {"patient": patient})


async def known(database: Database, patient: str) -> None:
    """Helsenorge has her word: when she ends it here it must be told."""
    await database.fetch(_KNOWN, {"patient": patient})


async def forget(database: Database, patient: str) -> None:
    """Helsenorge has no word of hers any more."""
    await database.fetch(_FORGOTTEN, {"patient": patient})


async def reservations(database: Database, patient: str, at: datetime) -> list[str]:
    """The Consents by which she takes no part."""
    return [row["id"] for row in await database.fetch(_RESERVATIONS, {"patient": patient, "at": at})]
