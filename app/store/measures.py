"""Numbers of what waits: jobs, and rows of the log that no signed head covers yet. About nobody."""

from collections.abc import Mapping
from datetime import datetime

from app.store.database import Database
from app.store.statement import Statement

_JOBS = Statement(
    "SELECT status::text AS state, count(*) AS number FROM procrastinate_jobs"
    " WHERE status IN ('todo', 'doing', 'failed') GROUP BY status",
    (),
)
_TAIL = Statement(
    "SELECT coalesce(sum(l.seq - coalesce(head.seq, 0)), 0)::bigint AS rows, max(head.at) AS sealed,"
    " count(*) FILTER (WHERE l.seq > coalesce(head.seq, 0)) AS lanes FROM audit_lane l LEFT JOIN LATERAL"
    " (SELECT h.seq, h.at FROM audit_head h WHERE h.lane = l.lane ORDER BY h.seq DESC LIMIT 1) head ON true",
    (),
)


async def jobs(database: Database) -> Mapping[str, int]:
    """Jobs that wait (``todo``), run (``doing``) or were given up (``failed``)."""
    found = {row["state"]: int(row["number"]) for row in await database.fetch(_JOBS, {})}
    return dict.fromkeys(("todo", "doing", "failed"), 0) | found


async def unsealed(database: Database) -> tuple[int, int, datetime | None]:
    """Rows of the log beyond the last signed head of their lane, in how many lanes, and when a head was signed last."""
    row = (await database.fetch(_TAIL, {}))[0]
    return row["rows"], row["lanes"], row["sealed"]
