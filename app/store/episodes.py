"""The open cards of all women: ids only, for work that time brings and nobody asked for."""

from functools import cache

from sqlalchemy import literal_column, select

from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import OPEN_EPISODE, resource


@cache
def _statement() -> Statement:
    return build(
        select(resource.c.patient, resource.c.id)
        .where(
            resource.c.type == literal_column("'EpisodeOfCare'"),
            resource.c.governed,
            ~resource.c.deleted,
            resource.c.status.in_([literal_column(f"'{status}'") for status in OPEN_EPISODE]),
        )
        .order_by(resource.c.patient)
    )


async def open_cards(database: Database) -> list[tuple[str, str]]:
    """Woman and card of every open card."""
    return [(row["patient"], row["id"]) for row in await database.fetch(_statement(), {})]
