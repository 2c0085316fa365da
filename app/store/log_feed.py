"""Whose log has grown since Helsenorge was told of it, and how far each woman's has been told."""

from dataclasses import dataclass, field
from datetime import datetime

from app.store.database import Database
from app.store.statement import Statement

CLIENT = "helsenorge-innsyn"  # as whom the feed itself stands in the log, which is no reason to send anything
_SINCE = Statement("SELECT at FROM register_position WHERE register = 'access-log'", ())
_REACHED = Statement(
    "INSERT INTO register_position AS p (register, sequence, at) VALUES ('access-log', 0, $1::timestamptz)"
    " ON CONFLICT (register) DO UPDATE SET at = greatest(p.at, excluded.at) RETURNING at",
    ("at",),
)
_GROWN = Statement(
    f"""
SELECT DISTINCT p.patient, p.number, e.looked AS until
FROM audit a CROSS JOIN LATERAL unnest(a.patients) AS of_row (patient)
JOIN person p ON p.patient = of_row.patient
JOIN resource h ON h.type = 'Patient' AND h.id = p.patient AND h.rid = p.rid AND NOT h.deleted
LEFT JOIN register_entry e ON e.register = 'access-log' AND e.key = p.patient
WHERE a.at >= $1::timestamptz AND a.at < $2::timestamptz AND a.request::jsonb ->> 'client' IS DISTINCT FROM '{CLIENT}'
ORDER BY p.patient
""",  # noqa: S608 (nothing of it comes from outside)
    ("since", "until"),
)
_TOLD = Statement(
    """
INSERT INTO register_entry AS e (register, key, sequence, awaited, looked, expires)
VALUES ('access-log', $1::text, 0, 0, $2::timestamptz, 'infinity')
ON CONFLICT (register, key) DO UPDATE SET looked = greatest(e.looked, excluded.looked) RETURNING key
""",
    ("patient", "until"),
)


@dataclass(frozen=True, slots=True)
class Grown:
    """A woman whose log has grown; ``until`` is how far Helsenorge has it."""

    patient: str
    number: str = field(repr=False)
    until: datetime | None


async def since(database: Database) -> datetime | None:
    """Up to when the log was looked through; None before the first time."""
    rows = await database.fetch(_SINCE, {})
    return rows[0]["at"] if rows else None


async def grown(database: Database, span: tuple[datetime, datetime]) -> list[Grown]:
    """The women about whom there are rows of this time."""
    rows = await database.fetch(_GROWN, {"since": span[0], "until": span[1]})
    return [Grown(**dict(row)) for row in rows]


async def told(database: Database, patient: str, until: datetime) -> None:
    """Helsenorge has her log up to ``until``."""
    await database.fetch(_TOLD, {"patient": patient, "until": until})


async def reached(database: Database, until: datetime) -> None:
    """The log is looked through up to ``until``."""
    await database.fetch(_REACHED, {"at": until})
