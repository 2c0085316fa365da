"""Where things stand in a resource: every element with its definition, for mutations that know what they break."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.fhir import definitions
from app.fhir.definitions import Element

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """One member of one object: ``holder[key]``, an element of ``type_name`` defined in ``parent``."""

    holder: Json
    key: str
    element: Element
    type_name: str  # "" for inline elements
    parent: str  # the type or inline element that defines it: HumanName, Observation.component
    path: str  # HumanName's given: Patient.name[0].given

    @property
    def value(self) -> Any:
        return self.holder[self.key]

    @property
    def items(self) -> list[Any]:
        """Its values, one or several."""
        return self.value if isinstance(self.value, list) else [self.value]


def places(resource: Json) -> list[Place]:
    """Every element of a resource, outermost first; a contained resource's or an entry's too."""
    return list(_within(resource, resource["resourceType"], resource["resourceType"]))


def objects(resource: Json) -> list[tuple[Json, str, str]]:
    """Every object of a resource with its type or inline element and its path, the resource first."""
    found = [(resource, resource["resourceType"], resource["resourceType"])]
    for place in places(resource):
        for item, path in _numbered(place):
            if isinstance(item, dict):
                found.append((item, _inner(place, item), path))
    return found


def _within(node: Json, parent: str, path: str) -> Iterator[Place]:
    for element in definitions.elements(parent):
        for key, type_name in element.names() or ((element.name, ""),):
            if key not in node:
                continue
            place = Place(node, key, element, type_name, parent, f"{path}.{key}")
            yield place
            for item, inner_path in _numbered(place):
                if isinstance(item, dict):
                    yield from _within(item, _inner(place, item), inner_path)


def _numbered(place: Place) -> Iterator[tuple[Any, str]]:
    if not isinstance(place.value, list):
        yield place.value, place.path
        return
    for i, item in enumerate(place.value):
        yield item, f"{place.path}[{i}]"


def _inner(place: Place, item: Json) -> str:
    if place.type_name == "Resource":
        return str(item["resourceType"])
    return place.element.content or place.type_name
