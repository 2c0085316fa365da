"""Keyset pages: by what a search is ordered, what stands behind a place, and how a place is written in a link.

https://hl7.org/fhir/R4/search.html#sort. The order is total: it ends with the row's own number.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, Numeric, Text, and_, collate, func, literal, or_, select
from sqlalchemy.types import TypeEngine

from app.fhir.query import SortKey
from app.fhir.search_params import Kind, numbers_of
from app.store.search_forms import Binds
from app.store.search_tables import TABLES, numbered
from app.store.tables import INSTANT, resource

_C: Final = "C"  # texts are ordered by their letters, in every database alike
_LAST: Final = ("\U0010ffff", "", Text())
_FAR: Final = Decimal("1e200")
SENTINELS: Final[dict[Kind, tuple[Any, Any, TypeEngine[Any]]]] = {  # what is absent comes last, up and down
    Kind.DATE: (datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, 12, tzinfo=UTC), INSTANT),
    Kind.STRING: _LAST,
    Kind.TOKEN: _LAST,
    Kind.URI: _LAST,
    Kind.REFERENCE: _LAST,
    Kind.NUMBER: (_FAR, -_FAR, Numeric()),
    Kind.QUANTITY: (_FAR, -_FAR, Numeric()),
}
_COLUMNS: Final = {
    Kind.STRING: "folded",
    Kind.TOKEN: "code",
    Kind.URI: "uri",
    Kind.REFERENCE: "target_id",
}
_OWN: Final = {"_lastUpdated": "updated", "_id": "id"}


@dataclass(frozen=True, slots=True)
class Order:
    """One key of an order: index rows of the parameters ``numbers``, or a column of the resource's ``own``."""

    kind: Kind
    numbers: tuple[int, ...]
    own: str
    descending: bool

    @property
    def type(self) -> TypeEngine[Any]:
        """The type of its values."""
        if self.own:
            return INSTANT if self.own == "updated" else Text()
        return SENTINELS[self.kind][2]


def order_of(key: SortKey) -> Order:
    """The order that a sort key asks for."""
    return Order(key.param.kind, numbers_of(*key.params), _OWN.get(key.param.code, ""), key.descending)


def column_of(order: Order) -> ColumnElement[Any]:
    """What a row is ordered by: the least value upwards, the greatest downwards, absent ones last."""
    if order.own == "updated":
        return resource.c.updated
    if order.own:
        return resource.c.id  # as its index has it
    table = TABLES[order.kind]
    up, down, kind = SENTINELS[order.kind]
    end = "high" if order.descending else "low"
    value: Any = table.c[_COLUMNS.get(order.kind, end)]
    if order.kind is Kind.QUANTITY:
        value = func.coalesce(table.c["most" if order.descending else "least"], value)
    if isinstance(kind, Text):
        value = collate(value, _C)
    extreme = func.max(value) if order.descending else func.min(value)
    found = select(extreme).where(table.c.rid == resource.c.rid, numbered(table.c.param, order.numbers))
    absent = literal(down if order.descending else up, kind)
    return func.coalesce(found.scalar_subquery(), absent, type_=kind)


def after(
    columns: Sequence[ColumnElement[Any]], orders: Sequence[Order], rid: ColumnElement[Any], binds: Binds
) -> ColumnElement[bool]:
    """Rows behind a place: the keyset condition for mixed directions, ended by ``rid``."""
    steps: list[ColumnElement[bool]] = []
    equal: list[ColumnElement[bool]] = []
    bound: list[ColumnElement[bool]] = []
    for column, order in zip(columns, orders, strict=True):
        at = binds.next(order.type)
        steps.append(and_(*equal, column < at if order.descending else column > at))
        if order.own and not equal:  # follows from the rest, and an index can use it
            bound.append(column <= at if order.descending else column >= at)
        equal.append(column == at)
    steps.append(and_(*equal, rid > binds.next(BigInteger())))
    return and_(*bound, or_(*steps))


def plain(value: Any) -> Any:
    """A value of a sort column as JSON holds it."""
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def typed(place: Sequence[Any], orders: Sequence[Order]) -> list[Any]:
    """The values of a place, as a link holds them, with the types that the columns have."""
    found: list[Any] = []
    for value, order in zip(place, orders, strict=False):
        kind = order.type
        if kind is INSTANT:
            found.append(datetime.fromisoformat(value))
        else:
            found.append(Decimal(value) if isinstance(kind, Numeric) else value)
    return [*found, place[-1]]
