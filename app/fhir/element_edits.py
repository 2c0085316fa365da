"""Edits of elements where a path names them, as FHIRPath Patch defines them: https://hl7.org/fhir/R4/fhirpatch.html

A primitive keeps its extensions beside it (``_birthDate``): they go, come and move with it. No message repeats a value.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as with_changes
from typing import Any

from app.fhir import definitions
from app.fhir.element_paths import NoPath, Place, below, child, places, shadow, split

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """A value with its extensions; ``type`` is the suffix of the ``value[x]`` that held it, "" of an object of parts."""

    value: Any
    shadow: Any
    type: str


def value_of(part: Json, type_name: str) -> Value:
    """The value that ``part`` holds: a ``value[x]``, or an object whose elements are parts. Raises NoPath."""
    for key in part:
        if key.lstrip("_").startswith("value"):
            name = key.lstrip("_")
            return Value(copy.deepcopy(part.get(name)), copy.deepcopy(part.get(f"_{name}")), name[5:])
    if "resource" in part:
        return Value(copy.deepcopy(part["resource"]), None, "")
    made: Json = {}
    for inner in part.get("part", ()):
        name = inner["name"]
        element = child(type_name, name)
        found = value_of(inner, element.content or _one_type(element))
        _put(made, element, found)
    if not made:
        raise NoPath("a value is missing")
    return Value(made, None, "")


def _one_type(element: definitions.Element) -> str:
    return element.types[0] if element.types else ""


def _key(element: definitions.Element, value: Value) -> str:
    """The JSON name of ``element`` with this value. Raises NoPath for a type that a choice does not have."""
    if not element.choice:
        return element.name
    key = element.name + value.type
    if key not in {name for name, _ in element.names()}:
        raise NoPath(f"{element.name}[x] cannot be of the type {value.type or 'that the parts make'}")
    return key


def _put(holder: Json, element: definitions.Element, value: Value, at: int | None = None) -> None:
    """Put a further value of ``element`` into ``holder``: at the end, or before the ``at``-th. Raises NoPath."""
    key = _key(element, value)
    if not element.many:
        names = {name for name, _ in element.names()} if element.choice else {key}
        if names & {name.lstrip("_") for name in holder}:
            raise NoPath(f"{element.name} is there already; replace it")
        holder.update(_pair(key, value))
        return
    count = max(len(holder.get(name) or ()) for name in (key, f"_{key}"))
    for rows, item in _rows(holder, key, value, count):
        rows.insert(count if at is None else at, item)


def _rows(holder: Json, key: str, value: Value, count: int) -> Iterator[tuple[list[Any], Any]]:
    """The list of values and that of extensions, equally long, each with its part of ``value``; made where needed."""
    for name, item in ((key, value.value), (f"_{key}", value.shadow)):
        if name in holder or item is not None:
            rows = holder.setdefault(name, [])
            rows += [None] * (count - len(rows))
            yield rows, item


def _without_empty(holder: Json, key: str) -> None:
    for name in (key, f"_{key}"):
        if name in holder and not any(row is not None for row in holder[name]):
            del holder[name]


def _single(resource: Json, path: str, *, nothing: bool = False) -> Place | None:
    found = places(resource, path)
    if len(found) > 1 or (not found and not nothing):
        raise NoPath(f"the path names {len(found)} elements instead of one")
    return found[0] if found else None


def _holder(resource: Json, path: str) -> Place:
    place = _single(resource, path)
    if place is None:
        raise NoPath("the path names nothing")
    if isinstance(place.value, dict):
        return place
    beside = shadow(place) or {}  # a primitive: what belongs to it stands beside it
    if place.n is None:
        place.holder[f"_{place.key}"] = beside
    else:
        rows = place.holder.setdefault(f"_{place.key}", [])
        rows += [None] * (len(place.holder.get(place.key, ())) - len(rows))
        rows[place.n] = beside
    return with_changes(place, value=beside)


def add(resource: Json, path: str, name: str, part: Json) -> None:
    """Put a further element ``name`` into what ``path`` names. Raises NoPath."""
    holder = _holder(resource, path)
    element = child(holder.type, name)
    value = value_of(part, element.content or _one_type(element))
    _put(holder.value, element, value)


def _list(resource: Json, path: str) -> tuple[Json, definitions.Element, int]:
    """The holder of the list that ``path`` names, the element, and how many there are. Raises NoPath."""
    before, name = split(path)
    holder = _holder(resource, before)
    element = child(holder.type, name)
    if not element.many:
        raise NoPath(f"{name} is not a list")
    return holder.value, element, len(list(below(holder.value, holder.type, name)))


def insert(resource: Json, path: str, at: int, part: Json) -> None:
    """Put an element into the list that ``path`` names, before the ``at``-th. Raises NoPath."""
    holder, element, count = _list(resource, path)
    if at > count:
        raise NoPath(f"the index is beyond the {count} elements that there are")
    value = value_of(part, element.content or _one_type(element))
    _put(holder, element, value, at)


def delete(resource: Json, path: str) -> None:
    """Take away the element that ``path`` names, if it is there. Raises NoPath."""
    place = _single(resource, path, nothing=True)
    if place is None:
        return
    if place.element is None:
        raise NoPath("the resource itself is not deleted by a patch")
    for name in (place.key, f"_{place.key}"):
        if place.n is None:
            place.holder.pop(name, None)
        elif place.n < len(place.holder.get(name, ())):
            del place.holder[name][place.n]
    if place.n is not None:
        _without_empty(place.holder, place.key)


def replace(resource: Json, path: str, part: Json) -> None:
    """Put another value where ``path`` names one. Raises NoPath."""
    place = _single(resource, path)
    if place is None or place.element is None:
        raise NoPath("the resource itself is not replaced by a patch")
    value = value_of(part, place.type)
    if place.n is not None:
        for rows, item in _rows(place.holder, place.key, value, place.n + 1):
            rows[place.n] = item
        _without_empty(place.holder, place.key)
        return
    key = _key(place.element, value)
    held = list(place.holder.items())
    place.holder.clear()
    for name, old in held:  # the new value stands where the old one stood
        if name in {place.key, f"_{place.key}"}:
            place.holder.update(_pair(key, value))
        else:
            place.holder[name] = old


def _pair(key: str, value: Value) -> Json:
    pair = {key: value.value, f"_{key}": value.shadow}
    return {name: held for name, held in pair.items() if held is not None}


def move(resource: Json, path: str, source: int, destination: int) -> None:
    """Move an element within the list that ``path`` names. Raises NoPath."""
    holder, element, count = _list(resource, path)
    if source >= count or destination >= count:
        raise NoPath(f"source or destination is beyond the {count} elements that there are")
    for name in (element.name, f"_{element.name}"):
        if rows := holder.get(name):
            rows.insert(destination, rows.pop(source))
