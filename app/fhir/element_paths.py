"""Paths to elements that are to be changed: the part of FHIRPath that names places.

https://hl7.org/fhirpath. ``Type`` and steps with dots between: an element (``contact``), ``[n]``, ``first()``,
``last()``, ``extension('url')``, ``ofType(T)`` and ``where(…)`` of equalities with ``and`` between, as
``Patient.telecom.where(system = 'phone' and use = 'home')``. Anything else is refused, not guessed at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from app.fhir import definitions
from app.fhir.definitions import Element

Json = dict[str, Any]
_STEP: Final = re.compile(
    r"""(?P<name>[A-Za-z]\w*)(?:\((?P<argument>(?:[^()'"]|'(?:[^'\\]|\\.)*')*)\))?(?P<index>\[\d{1,6}\])?(?:\.|$)"""
)
_EQUALITY: Final = re.compile(
    r"""\s*(?P<path>[A-Za-z]\w*(?:\.[A-Za-z]\w*)*)\s*(?P<sign>!?=)\s*"""
    r"""(?:'(?P<text>(?:[^'\\]|\\.)*)'|(?P<other>true|false|-?\d+(?:\.\d+)?))\s*(?:and\b|$)"""
)
_ESCAPE: Final = re.compile(r"\\(.)")
_FUNCTIONS: Final = frozenset({"where", "ofType", "as", "extension", "first", "last"})


class NoPath(ValueError):
    """The text is no path of this kind, or names an element that there is not; it says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """One element where it stands: ``holder[key]``, or the ``n``-th of the list that stands there.

    ``type`` is a data type, a resource type or the path of an inline element.
    """

    holder: Json
    element: Element | None  # None: the resource itself
    key: str
    n: int | None
    type: str
    value: Any


def places(resource: Json, path: str) -> list[Place]:
    """The places that ``path`` names in ``resource``. Raises NoPath."""
    steps = _steps(path)
    name, argument, index = steps[0]
    if name not in {resource["resourceType"], "Resource", "DomainResource"} or argument is not None or index:
        raise NoPath(f"the path begins with {resource['resourceType']}")
    found = [Place({}, None, "", None, resource["resourceType"], resource)]
    for name, argument, index in steps[1:]:
        found = list(_call(name, argument, found)) if argument is not None else list(_children(found, name))
        if index:
            n = int(index[1:-1])
            found = found[n : n + 1]
    return found


def split(path: str) -> tuple[str, str]:
    """The path of the holder and the name of the element that ``path`` ends with. Raises NoPath."""
    *before, (name, argument, index) = _steps(path)
    if not before or argument is not None or index:
        raise NoPath("the path ends with the name of a list")
    return path[: len(path) - len(name) - 1], name


def child(type_name: str, name: str) -> Element:
    """The element ``name`` of ``type_name``. Raises NoPath."""
    known = type_name in definitions.COMPLEX_TYPES | definitions.RESOURCE_NAMES or "." in type_name
    element = definitions.element(type_name if known else "Element", name)
    if element is None:
        raise NoPath(f"{type_name} has no element {name[:64]}")
    return element


def _steps(path: str) -> list[tuple[str, str | None, str | None]]:
    steps, at = [], 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            raise NoPath(
                "the path is not one of elements, [n], first(), last(), ofType(), extension() and where()"
            )
        steps.append((match["name"], match["argument"], match["index"]))
        at = match.end()
    if not steps or path.endswith("."):
        raise NoPath("the path is empty")
    return steps


def _children(found: list[Place], name: str) -> Iterator[Place]:
    for place in found:
        holder = place.value if isinstance(place.value, dict) else shadow(place) or {}
        yield from below(holder, place.type, name)


def shadow(place: Place) -> Json | None:
    """The id and extensions that stand beside a primitive."""
    beside = place.holder.get(f"_{place.key}")
    if place.n is None:
        return beside
    return beside[place.n] if beside and place.n < len(beside) else None


def below(holder: Json, type_name: str, name: str) -> Iterator[Place]:
    """The values of the element ``name`` of ``holder``. Raises NoPath."""
    element = child(type_name, name)
    names = ((name, element.content),) if element.content else element.names()
    for key, kind in names:
        value, beside = holder.get(key), holder.get(f"_{key}")
        if isinstance(value, list) or isinstance(beside, list):
            values = value or [None] * len(beside or ())
            for n, item in enumerate(values):
                yield Place(holder, element, key, n, _actual(kind, item), item)
        elif value is not None or beside is not None:
            yield Place(holder, element, key, None, _actual(kind, value), value)


def _actual(kind: str, value: Any) -> str:
    """The type itself where a resource stands inside another."""
    return str(value.get("resourceType", kind)) if kind == "Resource" and isinstance(value, dict) else kind


def _call(name: str, argument: str, found: list[Place]) -> Iterator[Place]:
    if name not in _FUNCTIONS:
        raise NoPath(f"the function {name[:64]} is not supported in a path")
    if name in {"first", "last"}:
        if argument:
            raise NoPath(f"{name}() takes nothing")
        yield from found[:1] if name == "first" else found[-1:]
    elif name in {"ofType", "as"}:
        yield from (place for place in found if place.type.lower() == argument.strip().lower())
    elif name == "extension":
        match = re.fullmatch(r"'((?:[^'\\]|\\.)*)'", argument.strip())
        if match is None:
            raise NoPath("extension() takes the url of the extension")
        url = _ESCAPE.sub(r"\1", match[1])
        yield from (place for place in _children(found, "extension") if place.value.get("url") == url)
    else:
        yield from _where(argument, found)


def _where(text: str, found: list[Place]) -> Iterator[Place]:
    conditions, at = [], 0
    while at < len(text):
        match = _EQUALITY.match(text, at)
        if match is None:
            raise NoPath("where() takes equalities with 'and' between them")
        conditions.append((match["path"], match["sign"] == "=", _literal(match)))
        at = match.end()
    if not conditions:
        raise NoPath("where() takes at least one equality")
    for place in found:
        if all((_values(place, path) == [wanted]) is same for path, same, wanted in conditions):
            yield place


def _literal(match: re.Match[str]) -> Any:
    if match["text"] is not None:
        return _ESCAPE.sub(r"\1", match["text"])
    other = match["other"]
    return other == "true" if other in {"true", "false"} else float(other)


def _values(place: Place, path: str) -> list[Any]:
    found = [place]
    for name in path.split("."):
        found = list(_children(found, name))
    return [place.value for place in found]
