"""The filters of a value set on a code system: https://hl7.org/fhir/R4/valueset-filter-operator.html"""

import re
from collections.abc import Callable, Iterable
from typing import Final

from app.fhir.outcome import Unprocessable
from app.fhir.parameters import echo
from app.fhir.terminology import CodeSystem, Concept, Json

_LONGEST: Final = 200
_MOST_QUANTIFIERS: Final = 3
_MOST_CHOICES: Final = 8
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_QUANTIFIER: Final = re.compile(r"[*+?]|\{\d*,\d*\}")
_REPEATED_GROUP: Final = re.compile(r"\)[*+{]|\(\?")
Kept = Callable[[Concept], bool]


def _is_a(system: CodeSystem, _property: str, value: str) -> Kept:
    return _among(system.below(value))


def _descendent_of(system: CodeSystem, _property: str, value: str) -> Kept:
    found = system.find(value)
    return _among(system.below(value) - {found.code if found else ""})


def _is_not_a(system: CodeSystem, _property: str, value: str) -> Kept:
    below = system.below(value)
    return lambda concept: concept.code not in below


def _generalizes(system: CodeSystem, _property: str, value: str) -> Kept:
    return _among(system.above(value))


def _among(codes: Iterable[str]) -> Kept:
    wanted = frozenset(codes)
    return lambda concept: concept.code in wanted


def _equals(system: CodeSystem, name: str, value: str) -> Kept:
    return lambda concept: value in system.values(concept, name)


def _in(system: CodeSystem, name: str, value: str) -> Kept:
    wanted = frozenset(part.strip() for part in value.split(","))
    return lambda concept: not wanted.isdisjoint(system.values(concept, name))


def _not_in(system: CodeSystem, name: str, value: str) -> Kept:
    kept = _in(system, name, value)
    return lambda concept: not kept(concept)


def _exists(system: CodeSystem, name: str, value: str) -> Kept:
    wanted = value == "true"
    return lambda concept: any(system.values(concept, name)) is wanted


def _regex(system: CodeSystem, name: str, value: str) -> Kept:
    pattern = _pattern(value)
    return lambda concept: any(pattern.fullmatch(text) for text in system.values(concept, name))


OPERATORS: Final[dict[str, Callable[[CodeSystem, str, str], Kept]]] = {
    "is-a": _is_a,
    "descendent-of": _descendent_of,
    "is-not-a": _is_not_a,
    "generalizes": _generalizes,
    "=": _equals,
    "in": _in,
    "not-in": _not_in,
    "exists": _exists,
    "regex": _regex,
}


def filtered(system: CodeSystem, filters: list[Json]) -> list[Concept]:
    """The concepts that pass every filter. Raises Unprocessable."""
    kept = [_kept(system, row) for row in filters]
    return [concept for concept in system.concepts.values() if all(passes(concept) for passes in kept)]


def _kept(system: CodeSystem, row: Json) -> Kept:
    name, op, value = row["property"], row["op"], row["value"]
    if not system.has(name):
        text = f"{echo(system.url)} has no property {echo(name)} to filter by"
        raise Unprocessable(text, code="not-supported")
    return OPERATORS[op](system, name, value)


def _pattern(value: str) -> re.Pattern[str]:
    """A pattern that is matched in a time that does not explode. Raises Unprocessable."""
    back_reference = any(one.isdecimal() for one in _ESCAPED.findall(value))
    plain = _ESCAPED.sub("x", value)
    costly = (
        len(value) > _LONGEST
        or back_reference
        or _REPEATED_GROUP.search(plain)
        or len(_QUANTIFIER.findall(plain)) > _MOST_QUANTIFIERS
        or ("(" in plain and plain.count("|") > _MOST_CHOICES)
    )
    if costly:
        raise Unprocessable(
            "The filter's regex is too costly: at most three of *, +, ? and {m,n}, none of them but ? behind a group",
            code="too-costly",
        )
    try:
        return re.compile(value)
    except re.error as error:
        raise Unprocessable(f"The filter's regex is none: {error.msg}", code="invalid") from error
