"""The cards with a birth or loss in a period: ids only, for the birth notification extract, which reads each by the rows."""

from datetime import date
from functools import cache

from sqlalchemy import ColumnElement, Date, Text, bindparam, cast, func, literal_column, select

from app.fhir.codes import CS_CARD
from app.fhir.search_params import number
from app.store.database import Database
from app.store.statement import Statement, build
from app.store.tables import index_date, index_token, resource


@cache
def _statement() -> Statement:
    """By the day in Norway on which it happened."""
    oslo: ColumnElement[str] = literal_column("'Europe/Oslo'")
    day = cast(func.timezone(oslo, index_date.c.low), Date)
    return build(
        select(resource.c.patient, resource.c.episode)
        .select_from(index_token)
        .join(resource, resource.c.rid == index_token.c.rid)
        .join(index_date, index_date.c.rid == index_token.c.rid)
        .where(
            index_token.c.param == literal_column(str(number("Observation", "code"))),
            index_token.c.system == bindparam("system", type_=Text),
            index_token.c.code == literal_column("'birth-outcome'"),
            index_date.c.param == literal_column(str(number("Observation", "date"))),
            day.between(bindparam("first", type_=Date), bindparam("last", type_=Date)),
            resource.c.type == literal_column("'Observation'"),
            resource.c.governed,
            ~resource.c.deleted,
            resource.c.status != literal_column("'entered-in-error'"),
            resource.c.episode.is_not(None),
        )
        .distinct()
        .order_by(resource.c.patient, resource.c.episode)
    )


async def cards_with_births(database: Database, first: date, last: date) -> list[tuple[str, str]]:
    """Woman and card, where an outcome is recorded on a day from ``first`` to ``last``."""
    given = {"system": CS_CARD, "first": first, "last": last}
    return [(row["patient"], row["episode"]) for row in await database.fetch(_statement(), given)]
