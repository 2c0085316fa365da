"""Circuit breakers: one a system, in the database, so that what one worker learnt all of them know.

https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker. ``closed``: everything is tried. ``open``: nothing
is tried before ``until``. Then one message is the probe (``half-open``): if it goes well the breaker closes, if it fails
it opens again, twice as long. A probe whose worker dies is over after ``PROBE``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom

from app.store.database import Database
from app.store.statement import Statement

FAILURES = 5  # one after the other, until it opens
LONGEST = 60.0  # seconds that it stays open, unless the system asks for more
PROBE = timedelta(seconds=30)
_NOTED = timedelta(seconds=5)  # how exactly the last success is known
_dice = SystemRandom()
_ADMIT = Statement(
    """
WITH probe AS (
    UPDATE breaker SET state = 'half-open', until = $3::timestamptz
    WHERE system = $1::text AND state <> 'closed' AND until <= $2::timestamptz RETURNING 1
)
SELECT EXISTS (SELECT 1 FROM probe)
    OR NOT EXISTS (SELECT 1 FROM breaker WHERE system = $1::text AND state <> 'closed') AS admitted
""",
    ("system", "at", "lease"),
)
_WENT_WELL = Statement(
    """
INSERT INTO breaker AS b (system, state, failures, openings, succeeded)
VALUES ($1::text, 'closed', 0, 0, $2::timestamptz)
ON CONFLICT (system) DO UPDATE
SET state = 'closed', failures = 0, openings = 0, until = NULL, succeeded = excluded.succeeded
WHERE b.state = 'half-open'
    OR b.state = 'closed' AND (b.failures > 0 OR b.succeeded IS NULL OR b.succeeded < $3::timestamptz)
""",
    ("system", "at", "noted"),
)
_OPENS = (
    "(b.state <> 'open' AND (b.state = 'half-open' OR b.failures + 1 >= $4::int OR $5::float8 IS NOT NULL))"
)
_WENT_WRONG = Statement(
    f"""
INSERT INTO breaker AS b (system, state, failures, openings, until, failed, error)
VALUES ($1::text, CASE WHEN $5::float8 IS NULL THEN 'closed' ELSE 'open' END, 1,
    CASE WHEN $5::float8 IS NULL THEN 0 ELSE 1 END, $2::timestamptz + make_interval(secs => $5::float8),
    $2::timestamptz, $3::text)
ON CONFLICT (system) DO UPDATE SET
    failures = b.failures + 1, failed = excluded.failed, error = excluded.error,
    state = CASE WHEN {_OPENS} THEN 'open' ELSE b.state END,
    openings = b.openings + CASE WHEN {_OPENS} THEN 1 ELSE 0 END,
    until = CASE WHEN {_OPENS} THEN greatest(
            $2::timestamptz + make_interval(secs => $6::float8 * least($7::float8, power(2, least(b.openings, 20)))),
            excluded.until)
        ELSE greatest(b.until, excluded.until) END
RETURNING state
""",  # noqa: S608 (nothing of it comes from outside)
    ("system", "at", "error", "failures", "asked", "jitter", "longest"),
)
_LET_GO = Statement(
    "UPDATE breaker SET until = $2::timestamptz WHERE system = $1::text AND state = 'half-open'",
    ("system", "at"),
)
_ALL = Statement("SELECT * FROM breaker ORDER BY system", ())


@dataclass(frozen=True, slots=True)
class Breaker:
    """One row."""

    system: str
    state: str
    failures: int
    openings: int
    until: datetime | None = None
    succeeded: datetime | None = None
    failed: datetime | None = None
    error: str | None = None


async def admit(database: Database, system: str, at: datetime) -> bool:
    """Whether ``system`` may be tried now; of several that ask when its time has come, one is the probe."""
    rows = await database.fetch(_ADMIT, {"system": system, "at": at, "lease": at + PROBE})
    return bool(rows[0]["admitted"])


async def went_well(database: Database, system: str, at: datetime) -> None:
    """``system`` has answered: everything is tried again. An answer to what was asked before it opened closes nothing."""
    await database.fetch(_WENT_WELL, {"system": system, "at": at, "noted": at - _NOTED})


async def went_wrong(
    database: Database, system: str, at: datetime, error: str, asked: float | None = None
) -> None:
    """``system`` has not answered, or has asked for a pause of ``asked`` seconds, which is kept."""
    given = {"system": system, "at": at, "error": error, "failures": FAILURES, "asked": asked}
    await database.fetch(_WENT_WRONG, {**given, "jitter": _dice.uniform(0.5, 1.0), "longest": LONGEST})


async def let_go(database: Database, system: str, at: datetime) -> None:
    """The probe came to its end without asking ``system``: the next one may."""
    await database.fetch(_LET_GO, {"system": system, "at": at})


async def every(database: Database) -> list[Breaker]:
    """All that something is known of."""
    return [Breaker(**dict(row)) for row in await database.fetch(_ALL, {})]
