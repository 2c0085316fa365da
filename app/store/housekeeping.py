"""Small duties of the database: spent proofs go, and the log's next month is looked for."""

from datetime import datetime
from functools import cache

from sqlalchemy import Text, bindparam, delete, func, select

from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import INSTANT
from app.store.token_tables import dpop_jti


@cache
def _forget() -> Statement:
    return build(delete(dpop_jti).where(dpop_jti.c.expires < bindparam("at", type_=INSTANT)))


async def forget_proofs(database: Database, at: datetime) -> None:
    """Remove the identifiers of proofs that were over before ``at``."""
    await database.fetch(_forget(), {"at": at})


@cache
def _month() -> Statement:
    found = func.to_regclass(bindparam("name", type_=Text))
    return build(select(found.is_(None).label("missing")))


async def missing_month(database: Database, at: datetime) -> str | None:
    """The month after ``at``, as YYYY_MM, where the log has no partition for it."""
    year, month = divmod(at.year * 12 + at.month, 12)
    name = f"{year}_{month + 1:02d}"
    rows = await database.fetch(_month(), {"name": f"audit_{name}"})
    return name if rows[0]["missing"] else None
