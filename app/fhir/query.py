"""A search request, parsed: what is asked, sorted, included and shown, and what was used of it.

https://hl7.org/fhir/R4/search.html. Person numbers are refused in a URL, which ends up in logs and histories; they
are searched for with POST ``_search``.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from app.fhir import codes, identifiers
from app.fhir.outcome import BadRequest
from app.fhir.query_conditions import NAME, Chain, Condition, Has, Listed, Reader, Test, Unknown, params_of
from app.fhir.query_controls import SILENT, Controls, Include, SortKey, take
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
    ValueSetValue,
)
from app.fhir.summary import Form, form_of

__all__ = [
    "Chain",
    "CompositeValue",
    "Condition",
    "DateValue",
    "Has",
    "Include",
    "Listed",
    "MissingValue",
    "NumberValue",
    "QuantityValue",
    "Query",
    "ReferenceValue",
    "Scope",
    "SortKey",
    "StringValue",
    "Test",
    "TokenValue",
    "UriValue",
    "Value",
    "ValueSetValue",
    "params_of",
    "parse",
    "refuse_person_numbers",
]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a search looks: at one type or several, perhaps in a compartment (type, id).

    ``home`` is the base of this server's own addresses, ``most_chained`` how many references a chain may go through.
    """

    types: tuple[str, ...]
    compartment: tuple[str, str] | None = None
    home: str = ""
    most_chained: int = 4


@dataclass(frozen=True, slots=True)
class Query:
    """Conditions are ANDed. ``used`` is what the self link shows, person numbers masked."""

    types: tuple[str, ...]
    conditions: tuple[Test, ...] = ()
    includes: tuple[Include, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int | None = None
    total: str = "none"
    summary: str = ""
    elements: tuple[str, ...] = ()
    cursor: str | None = None
    compartment: tuple[str, str] | None = None
    used: tuple[tuple[str, str], ...] = ()
    ignored: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        """The type that is searched, or "" for several."""
        return self.types[0] if len(self.types) == 1 else ""

    @property
    def form(self) -> Form:
        """What of each match is wanted."""
        return form_of(self.types, self.summary, ",".join(self.elements))


MASK: Final = "***"
MOST_CONDITIONS: Final = 40
_SENSITIVE_ROOT: Final = "2.16.578.1.12.4.1.4."  # what the systems of person numbers have in common
_SENSITIVE: Final = re.compile(
    "(?<![0-9.])(?:"
    + "|".join(re.escape(system.removeprefix("urn:oid:")) for system in codes.PERSON_NUMBERS)
    + ")(?![0-9.])"
)


@dataclass(slots=True)
class _Found:
    conditions: list[Test] = field(default_factory=list)
    used: list[tuple[str, str]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)


def parse(
    scope: Scope | str, pairs: Sequence[tuple[str, str]], *, in_url: bool, lenient: bool = False
) -> Query:
    """The query of a search in ``scope``, or on one type by name.

    Raises BadRequest, naming the parameter and the reason but never a value; with ``lenient``, parameters this
    server does not know are ignored and named in ``ignored``. Parameters without a value are left out, as R4 has it.
    """
    if isinstance(scope, str):
        scope = Scope((scope,))
    if in_url:
        refuse_person_numbers(pairs)
    controls, found = Controls(scope.types), _Found()
    reader = Reader(scope.home, scope.most_chained)
    for name, value in pairs:
        if not value:
            continue
        try:
            if not take(controls, name, value):
                found.conditions.append(reader.read(scope.types, name, value))
            if name not in SILENT:
                found.used.append((name, value if in_url else _masked(value)))
        except (Unknown, ValueError) as error:
            found.ignored.append(_ignored(name, error, lenient=lenient))
    return _query(scope, controls, found)


def _ignored(name: str, error: Unknown | ValueError, *, lenient: bool) -> str:
    """The name of a parameter that is ignored. Raises BadRequest where it must not be."""
    if lenient and isinstance(error, Unknown):
        return _plain(name) or MASK
    code = "not-supported" if isinstance(error, Unknown) else "invalid"
    raise BadRequest(f"{_shown(name)} {error}", code=code) from error


def _query(scope: Scope, controls: Controls, found: _Found) -> Query:
    if len(found.conditions) > MOST_CONDITIONS:
        raise BadRequest(f"A search may have {MOST_CONDITIONS} criteria", code="too-costly")
    if controls.summary == "text" and controls.includes:
        raise BadRequest("_include and _revinclude cannot be asked for with _summary=text", "_summary")
    return Query(
        types=scope.types,
        conditions=tuple(found.conditions),
        includes=tuple(dict.fromkeys(controls.includes)),
        sort=tuple(controls.sort),
        count=controls.count,
        total=controls.total,
        summary=controls.summary,
        elements=tuple(dict.fromkeys(controls.elements)),
        cursor=controls.cursor,
        compartment=scope.compartment,
        used=tuple(found.used),
        ignored=tuple(found.ignored),
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
    return head if NAME.fullmatch(head) else ""


def _shown(name: str) -> str:
    plain = _plain(name)
    return f"The parameter {plain}" if plain else "A parameter"
