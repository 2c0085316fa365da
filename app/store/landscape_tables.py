"""The tables about other systems: whether each answers now."""

from sqlalchemy import Column, Integer, Table, Text

from app.store.tables import INSTANT, metadata

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half-open"

breaker = Table(  # one row a system, shared by all workers
    "breaker",
    metadata,
    Column("system", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("failures", Integer, nullable=False),  # one after the other
    Column("openings", Integer, nullable=False),  # since it last answered
    Column("until", INSTANT),  # when one may try again
    Column("succeeded", INSTANT),
    Column("failed", INSTANT),
    Column("error", Text),
)
