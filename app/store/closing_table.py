"""TABLE: which rows of the log went with a month that was dropped, signed before they went."""

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from app.store.tables import INSTANT, metadata

audit_closing = Table(
    "audit_closing",
    metadata,
    Column("lane", Integer, primary_key=True, autoincrement=False),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),  # of the last row
    Column("month", Text, nullable=False),  # YYYY_MM
    Column("at", INSTANT, nullable=False),
    Column("key", Text, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
