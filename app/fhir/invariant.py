"""One rule that cardinality and types cannot say, and what the rules have in common.

https://hl7.org/fhir/R4/conformance-rules.html#constraints. Rules get an element that is structurally valid.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
Rule = Callable[[Json], bool]


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule of R4: its key there, whether it holds, and what to say if it does not."""

    key: str
    holds: Rule
    reason: str


def has(value: Json, name: str) -> bool:
    """Whether an element is there, if only as an extension of a primitive."""
    return name in value or f"_{name}" in value


def has_choice(value: Json, name: str) -> bool:
    """Whether any alternative of ``name[x]`` is there."""
    return any(key.startswith((name, f"_{name}")) for key in value)


def not_both(first: str, second: str) -> Rule:
    """At most one of two elements."""
    return lambda value: not (has(value, first) and has(value, second))


def either(*names: str) -> Rule:
    """At least one of the elements."""
    return lambda value: any(has(value, name) for name in names)


def exactly_one(first: str, second: str) -> Rule:
    """One of two elements, not both."""
    return lambda value: has(value, first) != has(value, second)


def needs(name: str, other: str) -> Rule:
    """If ``name`` is there, ``other`` is too."""
    return lambda value: not has(value, name) or has(value, other)


def codes(concept: Json | None, system: str) -> Iterator[str]:
    """The codes of ``system`` in a CodeableConcept."""
    for coding in (concept or {}).get("coding", ()):
        if coding.get("system") == system and "code" in coding:
            yield coding["code"]


def distinct(values: Iterable[Any]) -> bool:
    """Whether no value comes twice."""
    listed = list(values)
    return len(set(listed)) == len(listed)


def only_where(name: str, other: str, *allowed: Any) -> Rule:
    """``name`` is there only if ``other`` has one of the values."""
    return lambda value: not has(value, name) or value.get(other) in allowed


def if_then(name: str, expected: Any, rule: Rule) -> Rule:
    """The rule, where ``name`` has the value."""
    return lambda value: value.get(name) != expected or rule(value)


def inside(value: Json, *names: str) -> Iterator[Json]:
    """The elements that a path of names leads to, through lists and single elements."""
    found: list[Json] = [value]
    for name in names:
        found = [one for outer in found for one in _several(outer.get(name, ()))]
    yield from found


def _several(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def within(value: Json, name: str) -> Iterator[Json]:
    """The elements called ``name``, and those within them, however deep."""
    pending = list(value.get(name, ()))
    while pending:
        one = pending.pop()
        yield one
        pending.extend(one.get(name, ()))
