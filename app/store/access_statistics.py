"""How often each organisation looked, by role and purpose: counted from the rows of the log, which name the women."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, bindparam, column, select, text

from app.store.reviewing import reviewing
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import INSTANT

RULE = "access-statistics"  # what the log calls the reading of them
COUNTS = ("requests", "refused", "emergencies", "women", "people")
_COUNTED = """
SELECT q -> 'organizations' ->> 0 AS organization, q ->> 'role' AS role, q ->> 'purpose' AS purpose,
  count(DISTINCT l.id) AS requests,
  count(DISTINCT l.id) FILTER (WHERE l.refused) AS refused,
  count(DISTINCT l.id) FILTER (WHERE l.urgent) AS emergencies,
  count(DISTINCT w.woman) AS women,
  count(DISTINCT q ->> 'subject') AS people
FROM (
  SELECT a.id, a.patients, CAST(a.request AS jsonb) AS q,
    CAST(a.result AS jsonb) ->> 'verdict' LIKE 'error:%'
      OR CAST(a.result AS jsonb) ->> 'verdict' LIKE 'block.%'
      OR CAST(a.result AS jsonb) ->> 'verdict' IN ('no-rule', 'not-found', 'replay', 'denied') AS refused,
    a.result LIKE '%"allow.emergency.read"%' AS urgent
  FROM audit a WHERE a.at >= :low AND a.at < :high
) l LEFT JOIN LATERAL unnest(l.patients) AS w (woman) ON true
WHERE q ->> 'subject' IS NOT NULL AND (CAST(:scope AS text[]) IS NULL OR q -> 'organizations' ->> 0 = ANY (:scope))
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@cache
def _statement() -> Statement:
    texts = [column(name, Text) for name in ("organization", "role", "purpose")]
    numbers = [column(name, BigInteger) for name in COUNTS]
    span = [bindparam(name, type_=INSTANT) for name in ("low", "high")]
    made = text(_COUNTED).bindparams(*span, bindparam("scope", type_=ARRAY(Text)))
    counted = made.columns(*texts, *numbers).cte("counted")
    nobody: Any = select(column("patient", Text)).select_from(
        text("(SELECT NULL::text AS patient) AS nobody")
    )
    return build(reviewing(counted, RULE, "searched", women=nobody.cte("nobody")))


async def count(session: Session, scope: list[str] | None, span: tuple[datetime, datetime]) -> list[Any]:
    """A row for each organisation, role and purpose of ``scope`` (None: of all) in ``span``; logged. Raises Replayed."""
    rows = await session.fetch_logged(_statement(), scope=scope, low=span[0], high=span[1])
    return [row for row in rows if row["role"] is not None]
