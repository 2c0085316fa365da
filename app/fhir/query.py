"""A search request, parsed: what is asked, sorted, included and shown, and what was used of it.

https://hl7.org/fhir/R4/search.html. Person numbers are refused in a URL, which ends up in logs and histories; they
are searched for with POST ``_search``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.fhir import codes, identifiers, query_values
from app.fhir.outcome import BadRequest
from app.fhir.query_controls import SILENT, Controls, Include, SortKey, take
from app.fhir.search_params import Kind, SearchParam, lookup
from app.fhir.search_values import (
    CompositeValue,
    DateValue,
    MissingValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
    Value,
)

__all__ = [
    "CompositeValue",
    "Condition",
    "DateValue",
    "Include",
    "MissingValue",
    "NumberValue",
    "QuantityValue",
    "Query",
    "ReferenceValue",
    "SortKey",
    "StringValue",
    "TokenValue",
    "UriValue",
    "Value",
    "parse",
    "refuse_person_numbers",
]


@dataclass(frozen=True, slots=True)
class Condition:
    """``param`` has one of ``values``; ``modifier`` is "" or what stood after the colon."""

    param: SearchParam
    modifier: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions are ANDed. ``used`` is what the self link shows, person numbers masked."""

    type: str
    conditions: tuple[Condition, ...] = ()
    includes: tuple[Include, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int | None = None
    total: str = "none"
    summary: str = ""
    elements: tuple[str, ...] = ()
    cursor: str | None = None
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()


MODIFIERS: Final[dict[Kind, frozenset[str]]] = {
    Kind.TOKEN: frozenset({"missing", "not", "text"}),
    Kind.REFERENCE: frozenset({"missing", "identifier"}),  # and the name of a target type
    Kind.STRING: frozenset({"missing", "exact", "contains"}),
    Kind.URI: frozenset({"missing", "above", "below"}),
    Kind.DATE: frozenset({"missing"}),
    Kind.NUMBER: frozenset({"missing"}),
    Kind.QUANTITY: frozenset({"missing"}),
    Kind.COMPOSITE: frozenset({"missing"}),
}
MASK: Final = "***"
_NAME: Final = re.compile(
    r"[A-Za-z_][A-Za-z_\-]{0,63}"
)  # no digits: what has some may be a value gone astray
_SENSITIVE_ROOT: Final = "2.16.578.1.12.4.1.4."  # what the systems of person numbers have in common
_SENSITIVE: Final = re.compile(
    "(?<![0-9.])(?:"
    + "|".join(re.escape(system.removeprefix("urn:oid:")) for system in codes.PERSON_NUMBERS)
    + ")(?![0-9.])"
)


class _Unknown(Exception):
    """The parameter is not known: refused, or ignored when the client asked for leniency."""


def parse(type_name: str, pairs: Sequence[tuple[str, str]], *, in_url: bool, lenient: bool = False) -> Query:
    """The query of a search on ``type_name``.

    Raises BadRequest, naming the parameter and the reason but never a value; with ``lenient``, parameters this
    server does not know are ignored and named in ``ignored``.
    """
    if in_url:
        refuse_person_numbers(pairs)
    controls = Controls(type_name)
    conditions: list[Condition] = []
    used: list[tuple[str, str]] = []
    ignored: list[str] = []
    for name, value in pairs:
        try:
            if not take(controls, name, value):
                conditions.append(_condition(type_name, name, value))
        except _Unknown as error:
            if not lenient:
                raise BadRequest(f"{_shown(name)} {error}", code="not-supported") from error
            ignored.append(_plain(name) or MASK)
        except ValueError as error:
            raise BadRequest(f"{_shown(name)} {error}") from error
        else:
            if name not in SILENT:
                used.append((name, value if in_url else _masked(value)))
    return _query(controls, conditions, used, ignored)


def _query(
    controls: Controls, conditions: list[Condition], used: list[tuple[str, str]], ignored: list[str]
) -> Query:
    return Query(
        type=controls.type,
        conditions=tuple(conditions),
        includes=tuple(dict.fromkeys(controls.includes)),
        sort=tuple(controls.sort),
        count=controls.count,
        total=controls.total,
        summary=controls.summary,
        elements=tuple(dict.fromkeys(controls.elements)),
        cursor=controls.cursor,
        used=tuple(used),
        ignored=tuple(ignored),
    )


def refuse_person_numbers(pairs: Sequence[tuple[str, str]]) -> None:
    """Raises BadRequest if a query in a URL holds a person number or its system."""
    for name, value in pairs:
        if name != "_cursor" and (_is_sensitive(name) or _is_sensitive(value)):
            raise BadRequest(
                f"{_shown(name)} holds a person number, which must not stand in a URL: search with POST _search, "
                "create conditionally with If-None-Exist",
                code="security",
            )


def _is_sensitive(text: str) -> bool:
    return (
        _SENSITIVE_ROOT in text and bool(_SENSITIVE.search(text))
    ) or identifiers.looks_like_person_number(text)


def _masked(value: str) -> str:
    if not _is_sensitive(value):
        return value
    system, bar, _ = value.rpartition("|")
    return f"{system}|{MASK}" if bar and not identifiers.looks_like_person_number(system) else MASK


def _plain(name: str) -> str:
    """The name of a parameter without modifier and chain, or "" for what cannot be one and must not be repeated."""
    head = name.partition(":")[0].partition(".")[0]
    return head if _NAME.fullmatch(head) else ""


def _shown(name: str) -> str:
    plain = _plain(name)
    return f"The parameter {plain}" if plain else "A parameter"


def _condition(type_name: str, name: str, text: str) -> Condition:
    code, _, modifier = name.partition(":")
    if code == "_has" or "." in code or "." in modifier:
        raise _Unknown("asks for a chained search, which is not supported")
    param = lookup(type_name, code)
    if param is None:
        raise _Unknown(f"is not known for {type_name}")
    if modifier and modifier not in MODIFIERS[param.kind] and not _names_target(param, modifier):
        raise ValueError(f"cannot have this modifier; {type_name}.{code} is a {param.kind} parameter")
    values = [part for part in query_values.split(text, ",") if part]
    if not values:
        raise ValueError("has no value")
    return Condition(param, modifier, tuple(query_values.parse(param, modifier, part) for part in values))


def _names_target(param: SearchParam, modifier: str) -> bool:
    return param.kind is Kind.REFERENCE and modifier in param.targets
