"""What the quality indicators count of each card: kept by the worker as it folds the card, summed when somebody asks.

A row names what was counted and no more. Sums are taken in the database, so that no single card's counts leave it.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from typing import Any

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Date,
    Text,
    bindparam,
    column,
    literal_column,
    select,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import insert

from app.store.database import Database
from app.store.reviewing import reviewing
from app.store.session import Session
from app.store.statement import Statement, build
from app.store.tables import resource
from app.store.worklist_tables import tally

RULE = "quality-indicators"  # what the log calls the reading of them
# The sum over all, where the organisation is null, and that of each organisation
_SUMMED = """
SELECT c.indicator, c.organization, max(CAST(convert_from(o.body, 'UTF8') AS jsonb) ->> 'name') AS name,
  count(DISTINCT c.episode) AS women, CAST(sum(c.met) AS bigint) AS met, CAST(sum(c.cases) AS bigint) AS cases
FROM (
  SELECT t.episode, r.indicator, r.organization, r.met, r.cases
  FROM tally t CROSS JOIN LATERAL jsonb_to_recordset(CAST(t.body AS jsonb))
    AS r (indicator text, organization text, day date, met int, cases int)
  WHERE r.day >= :low AND r.day <= :high AND r.indicator = ANY (:indicators)
) c LEFT JOIN resource o ON o.type = 'Organization' AND o.id = c.organization AND NOT o.deleted
GROUP BY GROUPING SETS ((c.indicator), (c.indicator, c.organization)) ORDER BY 1, 2 NULLS FIRST
"""
_TEXTS, _NUMBERS = ("indicator", "organization", "name"), ("women", "met", "cases")


@cache
def _keep() -> Statement:
    made = insert(tally).values(
        episode=bindparam("episode", type_=Text),
        patient=bindparam("patient", type_=Text),
        body=bindparam("body", type_=Text),
    )
    renewed = {name: made.excluded[name] for name in ("patient", "body")}
    return build(made.on_conflict_do_update(index_elements=["episode"], set_=renewed))


async def keep(session: Session, patient: str, episode: str, rows: list[dict[str, object]]) -> None:
    """Keep what is counted of a card."""
    body = orjson.dumps(rows).decode()
    await session.fetch(_keep(), patient=patient, episode=episode, body=body)


@cache
def _personnel() -> Statement:
    names: Any = bindparam("names", type_=ARRAY(Text))
    kinds: list[Any] = [literal_column(f"'{kind}'") for kind in ("Practitioner", "PractitionerRole")]
    ids: Any = bindparam("ids", type_=ARRAY(Text))
    row = select(resource.c.body).where(resource.c.type.in_(kinds), resource.c.id == ids.any_())
    named = (resource.c.type + literal_column("'/'") + resource.c.id) == names.any_()
    return build(row.where(named, ~resource.c.deleted))


async def personnel(session: Session, names: Iterable[str]) -> list[dict[str, Any]]:
    """The Practitioners and PractitionerRoles of these references that are kept here."""
    wanted = sorted(names)
    if not wanted:
        return []
    ids = [name.partition("/")[2] for name in wanted]
    return [orjson.loads(row["body"]) for row in await session.fetch(_personnel(), names=wanted, ids=ids)]


def _summed() -> Any:
    given: tuple[BindParameter[Any], ...] = (
        bindparam("low", type_=Date), bindparam("high", type_=Date), bindparam("indicators", type_=ARRAY(Text)),
    )  # fmt: skip
    columns = [column(name, Text) for name in _TEXTS] + [column(name, BigInteger) for name in _NUMBERS]
    return text(_SUMMED).bindparams(*given).columns(*columns)


@cache
def _asked() -> Statement:
    nobody: Any = select(column("patient", Text)).select_from(
        text("(SELECT NULL::text AS patient) AS nobody")
    )
    return build(reviewing(_summed().cte("summed"), RULE, "searched", women=nobody.cte("nobody")))


async def evaluate(session: Session, indicator: str, low: date, high: date) -> list[Any]:
    """The sums of an indicator from ``low`` to ``high``: of all, then of each organisation; logged. Raises Replayed."""
    rows = await session.fetch_logged(_asked(), indicators=[indicator], low=low, high=high)
    return [row for row in rows if row["indicator"] is not None]


@cache
def _all() -> Statement:
    return build(select(_summed().cte("summed")).where(true()))


async def every(database: Database, indicators: Iterable[str], low: date, high: date) -> list[Any]:
    """The sums of several indicators, for the operator's report, which logs that it was made."""
    return await database.fetch(_all(), {"indicators": list(indicators), "low": low, "high": high})
