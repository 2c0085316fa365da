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
    r.version, r.status, EXISTS (SELECT 1 FROM register_entry e WHERE e.register = 'pvk' AND e.key = p.patient) AS known
FROM person p JOIN resource h ON h.rid = p.rid AND NOT h.deleted
LEFT JOIN resource r ON r.type = 'Consent' AND r.id = 'pvk-' || p.patient AND NOT r.deleted
"""  # noqa: S608 (nothing of it comes from outside)
_WOMEN = Statement(_HERE, ("at",))
_KNOWN = Statement(
    "INSERT INTO register_entry (register, key, sequence, awaited, expires)"
    " VALUES ('pvk', $1::text, 0, 0, 'infinity') ON CONFLICT DO NOTHING RETURNING key",
    ("patient",),
)


@dataclass(frozen=True, slots=True)
class Standing:
    """How one woman stands here; ``version`` and ``status`` are of the Consent that follows Helsenorge."""

    number: str
    patient: str
    takes_part: bool
    declines: bool
    version: int | None
    status: str | None
    known: bool


async def women(database: Database, at: datetime) -> list[Standing]:
    """Every woman who is here with a number."""
    return [Standing(**dict(row)) for row in await database.fetch(_WOMEN, {"at": at})]


async def known(database: Database, patient: str) -> None:
    """Helsenorge has her word: when she withdraws here it must be told."""
    await database.fetch(_KNOWN, {"patient": patient})
