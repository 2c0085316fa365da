"""What came in from Helsenorge: what became of each, and whether Helsenorge was told. Nothing of what she sent stands here."""

from dataclasses import dataclass
from datetime import datetime

from app.store.database import Database
from app.store.statement import Statement

TAKEN, REFUSED = "taken", "refused"
_FIND = Statement("SELECT id, state, sequence, type, resource FROM submission WHERE id = $1::text", ("id",))
_HER = Statement(
    "SELECT p.patient FROM person p JOIN resource r ON r.rid = p.rid AND r.type = 'Patient' AND NOT r.deleted"
    " WHERE p.number = $1::text ORDER BY p.rid LIMIT 1",
    ("number",),
)
_KEEP = Statement(
    """
INSERT INTO submission (id, sequence, patient, type, resource, state, reason, at)
VALUES ($1::text, $2::bigint, $3::text, $4::text, $5::text, $6::text, $7::text, $8::timestamptz)
ON CONFLICT (id) DO NOTHING RETURNING id
""",
    ("id", "sequence", "patient", "type", "resource", "state", "reason", "at"),
)
_UNTOLD = Statement(
    "SELECT id, state, coalesce(reason, '') AS reason FROM submission WHERE told IS NULL ORDER BY sequence LIMIT 200",
    (),
)
_TOLD = Statement(
    "UPDATE submission SET told = $2::timestamptz WHERE id = $1::text RETURNING id", ("id", "at")
)


@dataclass(frozen=True, slots=True)
class Known:
    """What became of one that came before, and where it stands."""

    id: str
    state: str
    sequence: int
    type: str | None
    resource: str | None


@dataclass(frozen=True, slots=True)
class Untold:
    """What Helsenorge is still to be told."""

    id: str
    state: str
    reason: str


async def known(database: Database, id_: str) -> Known | None:
    """What became of the submission ``id_``."""
    rows = await database.fetch(_FIND, {"id": id_})
    return Known(**dict(rows[0])) if rows else None


async def patient_of(database: Database, number: str) -> str | None:
    """The Patient here with this number."""
    rows = await database.fetch(_HER, {"number": number})
    return rows[0]["patient"] if rows else None


async def keep(
    database: Database, said: Known, patient: str | None, reason: str | None, at: datetime
) -> None:
    """What became of it; the first word counts."""
    given = {name: getattr(said, name) for name in ("id", "sequence", "type", "resource", "state")}
    await database.fetch(_KEEP, given | {"patient": patient, "reason": reason, "at": at})


async def untold(database: Database) -> list[Untold]:
    """Those of which Helsenorge does not know yet that they came."""
    return [Untold(**dict(row)) for row in await database.fetch(_UNTOLD, {})]


async def told(database: Database, id_: str, at: datetime) -> None:
    """Helsenorge has acknowledged the acknowledgement."""
    await database.fetch(_TOLD, {"id": id_, "at": at})
