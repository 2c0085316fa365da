"""Tables of what happened and of who is told: ``migrations/`` creates them, like those of ``tables.py``.

``event`` is written by the statement that stores a version, ordered by transaction and number; ``subscription`` keeps
beside each Subscription how far it has come; ``notification`` gives the events that it was told their numbers.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from app.store.tables import INSTANT, metadata

event = Table(  # append-only until it is too old for anybody
    "event",
    metadata,
    Column("transaction", BigInteger, nullable=False),
    Column("seq", BigInteger, Identity(always=True), nullable=False),
    Column("topics", ARRAY(Text), nullable=False),
    Column("rid", BigInteger, nullable=False),
    Column("version", Integer, nullable=False),
    Column("episode", Text),
    PrimaryKeyConstraint("transaction", "seq", name="event_pkey"),
)

subscription = Table(
    "subscription",
    metadata,
    Column("rid", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", Text, nullable=False),
    Column("caller", JSONB, nullable=False),  # whose rights decide: no token, no person number
    Column("headers", LargeBinary),  # sealed
    Column("heartbeat", Integer),
    Column("ends", INSTANT),
    Column(
        "cursor_transaction", BigInteger, nullable=False
    ),  # every event up to here is numbered or passed over
    Column("cursor_seq", BigInteger, nullable=False),
    Column("numbered", BigInteger, nullable=False),
    Column("delivered", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),  # of what is on its way now
    Column("failures", Integer, nullable=False),
    Column("failing_since", INSTANT),
    Column("error", Text),
    Column("next_attempt", INSTANT),
    Column("busy_until", INSTANT),
    Column("last_sent", INSTANT),
)

notification = Table(
    "notification",
    metadata,
    Column("subscription", BigInteger, primary_key=True, autoincrement=False),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("transaction", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),
)

feed = Table(  # one row: the database cluster that counts the transactions, and what was forgotten
    "feed",
    metadata,
    Column("era", Integer, primary_key=True, autoincrement=False),
    Column("cluster", BigInteger, nullable=False),
    Column("pruned_transaction", BigInteger, nullable=False),
    Column("pruned_seq", BigInteger, nullable=False),
)
