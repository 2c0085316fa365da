"""The tables about tokens: proofs that were used, who is let in no more, and what logins to apps have come to."""

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

app_grant = Table(  # requests, logins, launches, codes and refresh tokens: by digest, what they hold sealed
    "app_grant",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("session", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("expires", INSTANT, nullable=False),
    Column("used", INSTANT),
)
Index("app_grant_session", app_grant.c.session)
Index("app_grant_expires", app_grant.c.expires)
