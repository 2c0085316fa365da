"""The tables about other systems: whether each answers now, and what the national registers said."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table, Text, text

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

register_entry = (
    Table(  # what a national register says of somebody, for its lifetime; of a woman by her Patient's id
        "register_entry",
        metadata,
        Column("register", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("remote", Text),  # by which id the register's events name her
        Column("facts", Text),
        Column("sequence", BigInteger, nullable=False),  # the register's event that the facts are as new as
        Column("awaited", BigInteger, nullable=False),  # the newest event that was heard of
        Column("version", Integer),  # of the Patient, when the facts were last carried over to it
        Column("looked", INSTANT),
        Column("expires", INSTANT, nullable=False),
    )
)
Index("register_entry_expires", register_entry.c.register, register_entry.c.expires)
Index("register_entry_remote", register_entry.c.register, register_entry.c.remote)

register_position = Table(  # how far a register's feed has been read
    "register_position",
    metadata,
    Column("register", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("at", INSTANT, nullable=False),
)

power_of_attorney = Table(  # proofs of representation (fullmakt), sealed, as they were verified
    "power_of_attorney",
    metadata,
    Column("patient", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # the representative as the log names him
    Column("reference", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT, nullable=False),
    Column("proof", LargeBinary, nullable=False),
    Column("verified", INSTANT, nullable=False),
    Column("checked", INSTANT, nullable=False),
)

submission = Table(  # what became of what she sent in on Helsenorge; nothing of what it said
    "submission",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sequence", BigInteger, nullable=False),
    Column("patient", Text),  # none: nobody here
    Column("type", Text),
    Column("resource", Text),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("at", INSTANT, nullable=False),
    Column("told", INSTANT),  # when Helsenorge had its acknowledgement
)
Index("submission_patient", submission.c.patient)
Index("submission_untold", submission.c.sequence, postgresql_where=text("told IS NULL"))
