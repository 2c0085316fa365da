"""Retention: whole months of the log are dropped when their time is over, after closings are signed for what goes.

Pasientjournalloven §§ 22, 25; the controller sets how long (``HELSEKORT_LOG_MONTHS``). Only the owner of the schema can,
and only a log that holds is shortened.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, text

from app.settings import Settings
from app.store.closing_table import audit_closing
from app.store.closings import Closing
from app.store.migrate import engine
from app.store.seals import Signer, read_signer
from app.store.verify import verify

# Runs of places without a gap: rows bear the time of their request, so that the last of a month may stand among the
# first of the next
_RUNS = """
SELECT runs.lane, runs.first, runs.last, ended.hash FROM (
  SELECT lane, min(seq) AS first, max(seq) AS last
  FROM (SELECT lane, seq, seq - row_number() OVER (PARTITION BY lane ORDER BY seq) AS run FROM {month}) places
  GROUP BY lane, run
) runs JOIN {month} ended ON ended.lane = runs.lane AND ended.seq = runs.last ORDER BY 1, 2
"""
_MONTHS = """
SELECT substring(c.relname FROM 7) AS month FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
WHERE i.inhparent = CAST('audit' AS regclass) AND c.relname ~ '^audit_[0-9]{4}_[0-9]{2}$' ORDER BY 1
"""
_COLUMNS = ("lane", "first", "last", "hash", "month", "at", "key", "signature")


class NotDropped(Exception):
    """Nothing is dropped; the text says why."""


def due(months: Iterable[str], at: datetime, kept: int) -> list[str]:
    """Those of ``months`` (YYYY_MM) that are older than this month and the ``kept`` before it; 0 keeps all."""
    now = at.astimezone(UTC)
    first = now.year * 12 + now.month - 1 - kept
    return [month for month in months if kept and int(month[:4]) * 12 + int(month[5:]) - 1 < first]


def drop(settings: Settings, at: datetime) -> list[str]:
    """Drop what is due at ``at``, the oldest first; the months that went. Raises NotDropped, NoKey, OSError."""
    if not settings.log_months:
        return []
    owner = engine(settings.owner_database_url)
    try:
        with owner.connect() as connection:
            wanted = due(connection.execute(text(_MONTHS)).scalars(), at, settings.log_months)
        if not wanted:
            return []
        report = verify(settings)
        if not report.holds:
            raise NotDropped(f"the log does not hold, so nothing of it is dropped: {report.problems[0]}")
        signer = read_signer(settings.audit_key_file)
        for month in wanted:
            with owner.begin() as connection:
                _drop(connection, signer, month, at)
    finally:
        owner.dispose()
    return wanted


def _drop(connection: Connection, signer: Signer, month: str, at: datetime) -> None:
    """Sign for the rows of ``month``, and drop them: both or neither."""
    table = f"audit_{month}"
    closings = [
        Closing(row.lane, row.first, row.last, bytes(row.hash), month, at).signed(signer)
        for row in connection.execute(text(_RUNS.format(month=table)))
    ]
    if closings:
        rows = [{name: getattr(closing, name) for name in _COLUMNS} for closing in closings]
        connection.execute(insert(audit_closing), rows)
    connection.execute(text(f"DROP TABLE {table}"))
