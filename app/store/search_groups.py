"""The values of a search by their form: what decides the text of a statement stands in the form, the rest in columns.

https://hl7.org/fhir/R4/search.html#table.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from app.fhir.query import (
    CompositeValue,
    DateValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
)
from app.fhir.search_params import Kind

Form = tuple[Any, ...]
Row = tuple[Any, ...]
END = "\U0010ffff"  # sorts behind every text that begins as what stands before it
_KINDS = {
    TokenValue: Kind.TOKEN,
    QuantityValue: Kind.QUANTITY,
    DateValue: Kind.DATE,
    StringValue: Kind.STRING,
    ReferenceValue: Kind.REFERENCE,
}
_EXACT = frozenset(
    {"eq", "ne", "ap"}
)  # prefixes that look at the precision of the number, not at its exact value


@dataclass(frozen=True, slots=True)
class Group:
    """Values of one form: one of them, or ``many`` as arrays."""

    form: Form
    many: bool


def grouped(rows: Iterable[tuple[Form, Row]], values: list[Any]) -> tuple[Group, ...]:
    """The groups of rows by form; the values of a group are appended column by column."""
    by_form: dict[Form, dict[Row, None]] = {}
    for form, row in rows:
        by_form.setdefault(form, {})[row] = None
    groups = []
    forms = by_form.items() if len(by_form) == 1 else sorted(by_form.items(), key=lambda item: repr(item[0]))
    for form, found in forms:
        many = len(found) > 1
        columns = zip(*found, strict=True)
        values.extend(list(column) if many else column[0] for column in columns)
        groups.append(Group(form, many))
    return tuple(groups)


def above(uri: str) -> Iterator[str]:
    """``uri`` and every address that it lies below."""
    yield uri
    for place, letter in enumerate(uri):
        if letter in "/|#?":
            yield uri[:place]
            yield uri[: place + 1]


@singledispatch
def form_of(value: Any, _modifier: str) -> tuple[Form, Row]:
    """What of a value decides the text, and the rest, column by column."""
    raise TypeError(type(value).__name__)


@form_of.register
def _composite(value: CompositeValue, _modifier: str) -> tuple[Form, Row]:
    (first, row), (second, more) = (form_of(part, "") for part in value.parts)
    return (first, _KINDS[type(value.parts[1])], second), (*row, *more)


@form_of.register
def _uri(value: UriValue, modifier: str) -> tuple[Form, Row]:
    return (("below",), (value.uri, value.uri + END)) if modifier == "below" else (("exact",), (value.uri,))


@form_of.register
def _token(value: TokenValue, _modifier: str) -> tuple[Form, Row]:
    if value.code is None:
        return ("system",), (value.system,)
    if value.system is None:
        return ("code",), (value.code,)
    return (("pair",), (value.code, value.system)) if value.system else (("bare",), (value.code,))


@form_of.register
def _reference(value: ReferenceValue, modifier: str) -> tuple[Form, Row]:
    if value.identifier is not None:
        form, row = _token(TokenValue(*value.identifier), "")
        return ("identifier", *form), row
    if value.url is not None:
        if modifier == "below" and "|" in value.url:
            return ("below",), (value.url, value.url + END)
        return ("url",), (value.url,)
    return (("pair",), (value.id, value.type)) if value.type else (("id",), (value.id,))


@form_of.register
def _string(value: StringValue, modifier: str) -> tuple[Form, Row]:
    if modifier == "exact":
        return ("exact",), (value.folded, value.exact)
    if modifier == "contains":
        return ("contains",), (value.folded,)
    return ("text" if modifier == "text" else "prefix",), (value.folded, value.folded + END)


def _span(value: NumberValue | QuantityValue) -> Row:
    return (value.low, value.high) if value.prefix in _EXACT else (value.value,)


@form_of.register
def _quantity(value: QuantityValue, _modifier: str) -> tuple[Form, Row]:
    span = _span(value)
    if value.base:
        return (value.prefix, "base"), (*span, value.base)
    if value.system and value.code:
        return (value.prefix, "both"), (*span, value.code, value.system)
    if value.system:
        return (value.prefix, "system"), (*span, value.system)
    return ((value.prefix, "code"), (*span, value.code)) if value.code else ((value.prefix, "any"), span)


@form_of.register
def _date(value: DateValue, _modifier: str) -> tuple[Form, Row]:
    return (value.prefix,), (value.low, value.high)


@form_of.register
def _number(value: NumberValue, _modifier: str) -> tuple[Form, Row]:
    return (value.prefix,), _span(value)
