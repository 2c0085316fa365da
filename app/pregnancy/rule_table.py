"""TABLE: all clinical rules; the rows stand in ``rows``, by subject, each with its source and its expected results.

A safety specification, see docs/safety.md; no row is in clinical use before a named clinician has approved it. Every
row has boundary tests at n-1, n, n+1 that are written by hand from its source. Sources that several rows share, such
as https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen, stand at the head of each subject.
"""

from app.pregnancy.rows import (
    after,
    blood,
    course,
    fetus,
    glucose,
    growth,
    infection,
    life,
    pressure,
    rhesus,
    signs,
)
from app.pregnancy.rules import Rule

RULES: tuple[Rule, ...] = (
    *pressure.ROWS,
    *blood.ROWS,
    *glucose.ROWS,
    *growth.ROWS,
    *fetus.ROWS,
    *signs.ROWS,
    *rhesus.ROWS,
    *infection.ROWS,
    *course.ROWS,
    *life.ROWS,
    *after.ROWS,
)
BY_ID: dict[str, Rule] = {row.id: row for row in RULES}
