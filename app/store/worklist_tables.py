"""The tables of what the worker saw of each card, for worklists and quality indicators; and when each organisation read it."""

from sqlalchemy import Column, Date, Table, Text

from app.store.tables import INSTANT, metadata

outline = (
    Table(  # of an open card: findings with their inputs, visits, results, what waits; no more than it needs
        "outline",
        metadata,
        Column("episode", Text, primary_key=True),
        Column("patient", Text, nullable=False),
        Column("day", Date, nullable=False),
        Column("body", Text, nullable=False),
    )
)

looked = Table(
    "looked",
    metadata,
    Column("organization", Text, primary_key=True),
    Column("episode", Text, primary_key=True),
    Column("at", INSTANT, nullable=False),
)

tally = Table(  # of a card: for each quality indicator and day how many cases, and how many met it
    "tally",
    metadata,
    Column("episode", Text, primary_key=True),
    Column("patient", Text, nullable=False),
    Column("body", Text, nullable=False),
)
