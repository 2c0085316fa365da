"""The sums of the pilot's evaluation report: of many women only, from what the worker counted, the log and the messages.

Nothing here names a woman or a person; what is small is withheld by whoever writes the report.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.store.database import Database
from app.store.statement import Statement
from app.store.tallies import every

_SPAN = ("low", "high")
_ROWS = """FROM tally t CROSS JOIN LATERAL jsonb_to_recordset(t.body::jsonb)
    AS r (indicator text, day date, met int, cases int) WHERE r.day BETWEEN $1::date AND $2::date"""
_BY_MONTH = Statement(
    "SELECT r.indicator, date_trunc('month', r.day)::date AS month, count(DISTINCT t.episode) AS women,"
    f" sum(r.met)::bigint AS met, sum(r.cases)::bigint AS cases {_ROWS} GROUP BY 1, 2 ORDER BY 1, 2",
    _SPAN,
)
_ALARMS = Statement(
    f"""
SELECT least(found.alarms, 5) AS alarms, count(*) AS women FROM (
  SELECT t.episode, coalesce(sum(r.cases) FILTER (WHERE r.indicator = 'alarms-in-time'), 0)::int AS alarms
  {_ROWS} GROUP BY t.episode
) AS found GROUP BY 1 ORDER BY 1
""",  # noqa: S608 (nothing of it comes from outside)
    _SPAN,
)
_REQUESTS = Statement(
    """
SELECT request::jsonb ->> 'role' AS role, count(*) AS requests,
  count(*) FILTER (WHERE result::jsonb ->> 'verdict' LIKE 'error:%'
    OR result::jsonb ->> 'verdict' IN ('no-rule', 'not-found', 'replay', 'denied')) AS refused
FROM audit WHERE at >= $1::date AND at < $2::date + 1 GROUP BY 1 ORDER BY 2 DESC
""",
    _SPAN,
)
_MESSAGES = Statement(
    """
SELECT kind, count(*) AS messages, count(*) FILTER (WHERE state = 'sent') AS sent,
  count(*) FILTER (WHERE state = 'dead') AS dead,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM updated - created)) FILTER (WHERE state = 'sent')
    AS median,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM updated - created)) FILTER (WHERE state = 'sent')
    AS slow
FROM delivery WHERE created >= $1::date AND created < $2::date + 1 GROUP BY 1 ORDER BY 1
""",
    _SPAN,
)


@dataclass(frozen=True, slots=True)
class Numbers:
    """What the report is drawn from: rows of the database, by name."""

    period: tuple[date, date]
    sums: list[Any]  # of each indicator: of all, and of each organisation
    months: list[Any]
    alarms: list[Any]  # women by how many alarms they had; 5 is five or more
    requests: list[Any]
    messages: list[Any]
    milliseconds: float  # of a round trip to the database now


async def numbers(database: Database, indicators: Sequence[str], period: tuple[date, date]) -> Numbers:
    """The sums from the first to the last day of ``period``."""
    span = dict(zip(_SPAN, period, strict=True))
    sums = await every(database, indicators, *period)
    return Numbers(
        period,
        sums,
        months=await database.fetch(_BY_MONTH, span),
        alarms=await database.fetch(_ALARMS, span),
        requests=await database.fetch(_REQUESTS, span),
        messages=await database.fetch(_MESSAGES, span),
        milliseconds=await database.ping(),
    )
