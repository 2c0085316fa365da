"""Keyset pages: by what a search is ordered, what stands behind a place, and how a place is written in a link.

https://hl7.org/fhir/R4/search.html#sort. The order is total: it ends with the row's own number.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, func, literal, literal_column, or_, select

from app.fhir.query import Query, SortKey
from app.fhir.search_params import Kind
from app.store.search_sql import SENTINELS, TABLES, Binds
from app.store.tables import resource


def sort_column(key: SortKey) -> ColumnElement[Any]:
    """What a row is ordered by: the least value upwards, the greatest downwards, absent ones last."""
    if key.param.code == "_lastUpdated":
        return resource.c.updated
    if key.param.code == "_id":
        return resource.c.id
    table = TABLES[key.param.kind]
    names = {Kind.STRING: "folded", Kind.TOKEN: "code", Kind.URI: "uri", Kind.REFERENCE: "target_id"}
    value = table.c[names.get(key.param.kind, "high" if key.descending else "low")]
    of = and_(table.c.rid == resource.c.rid, table.c.param == literal_column(str(key.param.number)))
    extreme = func.max(value) if key.descending else func.min(value)
    up, down, kind = SENTINELS[key.param.kind]
    absent = literal(down if key.descending else up, kind)
    return func.coalesce(select(extreme).where(of).scalar_subquery(), absent, type_=kind)


def after(
    columns: Sequence[ColumnElement[Any]], keys: Sequence[SortKey], binds: Binds, place: list[Any]
) -> Any:
    """Rows behind ``place``: the keyset condition for mixed directions, ended by rid."""
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    for column, key, value in zip(columns, keys, place, strict=False):
        at = binds.add(value, column.type)
        steps.append(and_(*equal, column < at if key.descending else column > at))
        equal.append(column == at)
    steps.append(and_(*equal, resource.c.rid > binds.add(place[-1], BigInteger())))
    return or_(*steps)


def plain(value: Any) -> Any:
    """A value of a sort column as JSON holds it."""
    return (
        value.isoformat()
        if isinstance(value, datetime)
        else str(value)
        if isinstance(value, Decimal)
        else value
    )


def typed(place: list[Any] | None, query: Query) -> list[Any] | None:
    """The place of a page link with the types that its columns have."""
    if place is None:
        return None
    typed: list[Any] = []
    for value, key in zip(place, query.sort, strict=False):
        if key.param.code == "_lastUpdated" or key.param.kind is Kind.DATE:
            typed.append(datetime.fromisoformat(value))
        elif key.param.kind in {Kind.NUMBER, Kind.QUANTITY}:
            typed.append(Decimal(value))
        else:
            typed.append(value)
    return [*typed, place[-1]]
