"""Search conditions as SQL, one function a kind of parameter: https://hl7.org/fhir/R4/search.html#table.

A condition is built from its *shape* (kind, modifier, what each value holds), its values are bind parameters; so a
shape is compiled once. Repeated values of one form are one array, not a chain of ORs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Numeric,
    Select,
    Table,
    Text,
    and_,
    any_,
    bindparam,
    column,
    func,
    literal_column,
    not_,
    or_,
    select,
    tuple_,
)  # fmt: skip
from sqlalchemy.types import TypeEngine

from app.fhir.query import (
    CompositeValue,
    Condition,
    DateValue,
    MissingValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
)
from app.fhir.registry import BY_NAME
from app.fhir.search_params import Kind
from app.store.tables import (
    INSTANT,
    index_composite,
    index_date,
    index_number,
    index_quantity,
    index_reference,
    index_string,
    index_token,
    index_uri,
    resource,
)  # fmt: skip

Bool = ColumnElement[bool]
TABLES: dict[Kind, Table] = {
    Kind.TOKEN: index_token,
    Kind.REFERENCE: index_reference,
    Kind.DATE: index_date,
    Kind.STRING: index_string,
    Kind.NUMBER: index_number,
    Kind.QUANTITY: index_quantity,
    Kind.URI: index_uri,
    Kind.COMPOSITE: index_composite,
}


@dataclass(slots=True)
class Binds:
    """Names and values of the parameters of one search; names come in the order of building, so shapes agree."""

    values: dict[str, Any]

    def add(self, value: Any, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        """A bind parameter for ``value``."""
        name = f"v{len(self.values)}"
        self.values[name] = value
        return bindparam(name, type_=kind)

    def texts(self, values: list[str]) -> ColumnElement[Any]:
        """A bind parameter for an array of text."""
        return self.add(values, ARRAY(Text))


def _pairs(binds: Binds, pairs: list[tuple[str, str]]) -> ColumnElement[Any]:
    """A sub-select of pairs of text, for ``(a, b) IN``."""
    first, second = (binds.texts([pair[place] for pair in pairs]) for place in (0, 1))
    rows = func.unnest(first, second).table_valued(column("a", Text), column("b", Text)).render_derived()
    return select(rows.c.a, rows.c.b).scalar_subquery()


def _either(parts: list[Bool]) -> Bool:
    return or_(*parts) if parts else literal_column("false")


def _token(table: Table, values: list[TokenValue], binds: Binds) -> Bool:
    parts: list[Bool] = []
    if codes := [v.code for v in values if v.system is None and v.code is not None]:
        parts.append(table.c.code == any_(binds.texts(codes)))
    if codes := [v.code for v in values if v.system == "" and v.code is not None]:
        parts.append(and_(table.c.code == any_(binds.texts(codes)), table.c.system.is_(None)))
    if pairs := [(v.system, v.code) for v in values if v.system and v.code is not None]:
        if len(pairs) == 1:
            system, code = (binds.add(text, Text()) for text in pairs[0])
            parts.append(and_(table.c.code == code, table.c.system == system))
        else:
            parts.append(tuple_(table.c.system, table.c.code).in_(_pairs(binds, pairs)))
    if systems := [v.system for v in values if v.system and v.code is None]:
        parts.append(table.c.system == any_(binds.texts(systems)))
    return _either(parts)


def _reference(table: Table, values: list[ReferenceValue], binds: Binds) -> Bool:
    parts: list[Bool] = []
    if ids := [v.id for v in values if v.id is not None and v.type is None]:
        parts.append(table.c.target_id == any_(binds.texts(ids)))
    if pairs := [(v.type, v.id) for v in values if v.id is not None and v.type is not None]:
        parts.append(tuple_(table.c.target_type, table.c.target_id).in_(_pairs(binds, pairs)))
    if urls := [v.url for v in values if v.url is not None]:
        parts.append(table.c.url == any_(binds.texts(urls)))
    for value in values:
        if value.identifier is not None:
            system, number = value.identifier
            same = table.c.value == binds.add(number, Text())
            parts.append(
                and_(same, table.c.system == binds.add(system, Text())) if system is not None else same
            )
    return _either(parts)


def compare(prefix: str, low: Any, high: Any, least: Any, most: Any) -> Bool:
    """R4's prefixes on intervals: the resource's [low, high] against the parameter's [least, most]."""
    within = and_(low >= least, high <= most)
    orders: dict[str, Bool] = {
        "eq": within,
        "ne": not_(within),
        "gt": high > most,
        "lt": low < least,
        "ge": or_(within, high > most),
        "le": or_(within, low < least),
        "sa": low >= most,
        "eb": high <= least,
        "ap": and_(low < most, high > least),
    }
    return orders[prefix]


def _date(table: Table, values: list[DateValue], binds: Binds) -> Bool:
    return _either(
        [
            compare(
                v.prefix, table.c.low, table.c.high, binds.add(v.low, INSTANT), binds.add(v.high, INSTANT)
            )
            for v in values
        ]
    )


def _span(value: NumberValue | QuantityValue, low: Any, high: Any, binds: Binds) -> Bool:
    """Numbers: equality by implicit precision, order by the exact value (R4 search §3.1.1.5.6)."""
    number = Numeric()
    if value.prefix in {"eq", "ne", "ap"}:
        return compare(value.prefix, low, high, binds.add(value.low, number), binds.add(value.high, number))
    exact = binds.add(value.value, number)
    middle = (low + high) / literal_column("2")
    orders: dict[str, Bool] = {
        "gt": middle > exact,
        "lt": middle < exact,
        "ge": middle >= exact,
        "le": middle <= exact,
        "sa": low > exact,
        "eb": high < exact,
    }
    return orders[value.prefix]


def _number(table: Table, values: list[NumberValue], binds: Binds) -> Bool:
    return _either([_span(v, table.c.low, table.c.high, binds) for v in values])


def _quantity(table: Table, values: list[QuantityValue], binds: Binds) -> Bool:
    parts: list[Bool] = []
    for v in values:
        span = [_span(v, table.c.low, table.c.high, binds)]
        if v.system:
            span.append(table.c.system == binds.add(v.system, Text()))
        if v.code:
            code = binds.add(v.code, Text())
            span.append(table.c.code == code if v.system else or_(table.c.code == code, table.c.unit == code))
        parts.append(and_(*span))
    return _either(parts)


def _string(table: Table, values: list[StringValue], binds: Binds, modifier: str) -> Bool:
    if modifier == "exact":
        return table.c.exact == any_(binds.texts([v.exact for v in values]))
    return _either(
        [
            table.c.folded.contains(binds.add(v.folded, Text()), autoescape=False)
            if modifier == "contains"
            else func.starts_with(table.c.folded, binds.add(v.folded, Text()))
            for v in values
        ]
    )


def _uri(table: Table, values: list[UriValue], binds: Binds, modifier: str) -> Bool:
    if modifier == "below":
        return _either([func.starts_with(table.c.uri, binds.add(v.uri, Text())) for v in values])
    if modifier == "above":
        return _either([func.starts_with(binds.add(v.uri, Text()), table.c.uri) for v in values])
    return table.c.uri == any_(binds.texts([v.uri for v in values]))


def _composite(table: Table, values: list[CompositeValue], binds: Binds) -> Bool:
    parts: list[Bool] = []
    for value in values:
        first, second = value.parts
        both = [_token(table, [first] if isinstance(first, TokenValue) else [], binds)]
        match second:
            case TokenValue():
                both += [table.c.value_code == binds.add(second.code, Text())]
                both += [table.c.value_system == binds.add(second.system, Text())] if second.system else []
            case QuantityValue() | NumberValue():
                both.append(_span(second, table.c.value_low, table.c.value_high, binds))
                code = second.code if isinstance(second, QuantityValue) else None
                both += [table.c.value_code == binds.add(code, Text())] if code else []
            case DateValue():
                least, most = binds.add(second.low, INSTANT), binds.add(second.high, INSTANT)
                both.append(compare(second.prefix, table.c.time_low, table.c.time_high, least, most))
            case StringValue():
                both.append(func.starts_with(table.c.folded, binds.add(second.folded, Text())))
        parts.append(and_(*both))
    return _either(parts)


_VALUES: dict[Kind, Callable[..., Bool]] = {
    Kind.TOKEN: lambda table, values, binds, _modifier: _token(table, values, binds),
    Kind.REFERENCE: lambda table, values, binds, _modifier: _reference(table, values, binds),
    Kind.DATE: lambda table, values, binds, _modifier: _date(table, values, binds),
    Kind.NUMBER: lambda table, values, binds, _modifier: _number(table, values, binds),
    Kind.QUANTITY: lambda table, values, binds, _modifier: _quantity(table, values, binds),
    Kind.STRING: _string,
    Kind.URI: _uri,
    Kind.COMPOSITE: lambda table, values, binds, _modifier: _composite(table, values, binds),
}


def _of_resource(condition: Condition, binds: Binds) -> Bool | None:
    """Conditions that the ``resource`` row answers itself: _id, _lastUpdated and the woman's reference."""
    code, values = condition.param.code, condition.values
    if code == "_id":
        return resource.c.id == any_(binds.texts([str(v.code) for v in values if isinstance(v, TokenValue)]))
    if code == "_lastUpdated":
        tick: ColumnElement[Any] = literal_column("interval '1 millisecond'")
        parts = [
            compare(
                v.prefix, resource.c.updated, resource.c.updated + tick, binds.add(v.low, INSTANT),
                binds.add(v.high, INSTANT),
            )
            for v in values
            if isinstance(v, DateValue)
        ]  # fmt: skip
        return _either(parts)
    of_woman = code in {"patient", "subject"} and code in {*BY_NAME[condition.param.type].patient, "patient"}
    if of_woman and not condition.modifier and BY_NAME[condition.param.type].patient != ("target",):
        ids = [v.id for v in values if isinstance(v, ReferenceValue) and v.type in {None, "Patient"} and v.id]
        if len(ids) == len(values):
            return resource.c.patient == any_(binds.texts(ids))
    return None


def condition_sql(condition: Condition, binds: Binds) -> Bool:
    """``condition`` on the ``resource`` table."""
    direct = _of_resource(condition, binds)
    if direct is not None:
        return direct
    table = TABLES[condition.param.kind]
    same = and_(table.c.rid == resource.c.rid, table.c.param == literal_column(str(condition.param.number)))
    some: Select[Any] = select(literal_column("1")).select_from(table)
    first = condition.values[0]
    if isinstance(first, MissingValue):
        there = some.where(same).exists()
        return not_(there) if first.missing else there
    values = list(condition.values)
    if condition.modifier == "text":
        texts: list[Bool] = [func.starts_with(table.c.text, binds.add(_folded(v), Text())) for v in values]
        return some.where(same, _either(texts)).exists()
    found = some.where(same, _VALUES[condition.param.kind](table, values, binds, condition.modifier)).exists()
    return not_(found) if condition.modifier == "not" else found


def _folded(value: Any) -> str:
    return str(value.folded if isinstance(value, StringValue) else value.code)


SENTINELS: dict[Kind, tuple[Any, Any, TypeEngine[Any]]] = {  # what stands for "absent" upwards and downwards
    Kind.DATE: (datetime(9999, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC), INSTANT),
    Kind.STRING: ("\U0010ffff", "", Text()),
    Kind.TOKEN: ("\U0010ffff", "", Text()),
    Kind.URI: ("\U0010ffff", "", Text()),
    Kind.REFERENCE: ("\U0010ffff", "", Text()),
    Kind.NUMBER: (Decimal("1e30"), Decimal("-1e30"), Numeric()),
    Kind.QUANTITY: (Decimal("1e30"), Decimal("-1e30"), Numeric()),
}
