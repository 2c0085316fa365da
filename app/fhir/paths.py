"""The part of FHIRPath that search expressions use, compiled once against the element tables.

https://hl7.org/fhir/R4/fhirpath.html. An expression becomes routes: the JSON keys to follow, conditions on the way
and the data type at the end. Choices (``value[x]``) become one route for each type.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from app.fhir import definitions
from app.fhir.references import target_type

_AS: Final = re.compile(r"\(([\w.]+) as (\w+)\)")
_STEP: Final = re.compile(r"(as|where|ofType)\((.*)\)|\w+")
_EQUALS: Final = re.compile(r"(\w+)\s*=\s*'([^']*)'")
_RESOLVES: Final = re.compile(r"resolve\(\) is (\w+)")
_SPLIT: Final = re.compile(r"\.(?![^()]*\))")  # a dot outside parentheses

Condition = Callable[[Any], bool]
Visit = Callable[[Any, Any], None]


@dataclass(frozen=True, slots=True)
class Field:
    """Follow one JSON key."""

    key: str
    many: bool


@dataclass(frozen=True, slots=True)
class Where:
    """Go on only if the condition holds."""

    holds: Condition


@dataclass(frozen=True, slots=True)
class Route:
    """One way through a resource, and what stands at its end."""

    steps: tuple[Field | Where, ...]
    type: str  # a data type, or the path of an inline element
    binding: str = ""


def routes(expression: str, context: str = "") -> tuple[Route, ...]:
    """The routes of ``expression``, from a resource (it begins with the type's name) or from ``context``."""
    flat = _AS.sub(r"\1.as(\2)", expression)
    found: list[Route] = []
    for alternative in flat.split(" | "):
        first, *rest = _SPLIT.split(alternative.strip())
        start = [Route((), context)] if context else [Route((), first)]
        for step in [first, *rest] if context else rest:
            start = [after for before in start for after in _step(before, step)]
        found.extend(start)
    return tuple(found)


def _step(route: Route, text: str) -> list[Route]:
    match = _STEP.fullmatch(text)
    if match is None:
        raise ValueError(f"unknown step {text}")
    function, argument = match.groups()
    if function in {"as", "ofType"}:
        return [route] if route.type.lower() == argument.lower() else []
    if function == "where":
        return [Route((*route.steps, Where(_condition(argument))), route.type)]
    element = definitions.element(route.type, text)
    if element is None:
        raise ValueError(f"{route.type} has no {text}")
    if element.content:
        return [Route((*route.steps, Field(element.name, element.many)), element.content)]
    return [
        Route((*route.steps, Field(key, element.many)), name, element.binding)
        for key, name in element.names()
    ]


def _condition(text: str) -> Condition:
    if match := _RESOLVES.fullmatch(text):
        target = match[1]
        return lambda reference: target_type(reference) == target
    match = _EQUALS.fullmatch(text)
    if match is None:
        raise ValueError(f"unknown condition {text}")
    name, wanted = match.groups()
    return lambda node: bool(node.get(name) == wanted)


def visitor(steps: tuple[Field | Where, ...], last: Visit) -> Visit:
    """A function that follows ``steps`` from a node and calls ``last(value, sink)`` for each value at the end."""
    visit = last
    for step in reversed(steps):
        visit = _follow(step, visit)
    return visit


def _follow(step: Field | Where, onwards: Visit) -> Visit:
    if isinstance(step, Where):
        holds = step.holds

        def where(node: Any, sink: Any) -> None:
            if holds(node):
                onwards(node, sink)

        return where
    key = step.key
    inside = each(onwards) if step.many else onwards

    def field(node: Any, sink: Any) -> None:
        value = node.get(key)
        if value is not None:
            inside(value, sink)

    return field


def each(visit: Visit) -> Visit:
    """``visit`` for every item of a list; a null stands for a value that has only an extension."""

    def items(values: Any, sink: Any) -> None:
        for value in values:
            if value is not None:
                visit(value, sink)

    return items
