"""The tables about tokens: proofs that were used, and who is let in no more."""

from sqlalchemy import Column, Index, LargeBinary, Table, Text

from app.store.tables import INSTANT, metadata

dpop_jti = Table(
    "dpop_jti",
    metadata,
    Column("jti", LargeBinary, primary_key=True),
    Column("expires", INSTANT, nullable=False),
)
Index("dpop_jti_expires", dpop_jti.c.expires)

denial = Table(  # tokens, sessions, persons and clients that are let in no more
    "denial",
    metadata,
    Column("name", Text, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("begins", INSTANT, nullable=False),
    Column("ends", INSTANT),
)
