"""Random resources that are structurally valid, built from the element tables; they may break invariants."""

import copy
from random import Random
from typing import Any

from app.fhir import definitions
from app.fhir.definitions import Element
from app.fhir.json import Number
from app.fhir.primitives import PRIMITIVES

SAMPLES: dict[str, list[Any]] = {
    "boolean": [True, False],
    "integer": [0, -7, 2147483647],
    "unsignedInt": [0, 3],
    "positiveInt": [1, 3],
    "decimal": [0, Number("1.50"), Number("1E2"), Number("-0.001")],
    "string": ["a", "Ågot Ærlig", "1 2"],
    "markdown": ["# a"],
    "code": ["a", "text/plain"],
    "id": ["a-1"],
    "uri": ["http://x.example/a", "urn:oid:2.16.578.1.12.4.1.1.8340"],
    "url": ["http://x.example/a"],
    "canonical": ["http://x.example/a|1.0"],
    "oid": ["urn:oid:2.16.578.1.12.4.1.1.8340"],
    "uuid": ["urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281"],
    "base64Binary": ["YWJj"],
    "date": ["2026", "2026-07", "2024-02-29"],
    "dateTime": ["2026", "2026-07-14", "2026-07-14T09:30:00+02:00", "2026-07-14T09:30:00.5Z"],
    "instant": ["2026-07-14T09:30:00.123Z"],
    "time": ["09:30:00"],
    "Extension": [{"url": "http://x.example/e", "valueString": "a"}],
    "xhtml": ['<div xmlns="http://www.w3.org/1999/xhtml">a</div>'],
}
TELLING = {("expression", "string"): "name", ("language", "code"): "nb-NO"}
OPEN = {"mimetypes": "text/plain", "currencies": "NOK", "ucum-units": {"text": "a"}}
DEEPEST = 5


def resource(name: str, random: Random, likely: float = 0.4) -> dict[str, Any]:
    """A resource of type ``name``; each optional element is there with the chance ``likely``."""
    return {"resourceType": name, **_elements(name, random, likely, 0)}


def _elements(path: str, random: Random, likely: float, depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for element in definitions.elements(path):
        if element.name in {"contained", "id", "implicitRules"}:
            continue
        wanted = depth < DEEPEST and random.random() < likely / (1 + 2 * depth)
        if element.minimum or wanted:
            add(found, element, random, likely, depth)
    if not found:
        _add_something(found, path, random, likely, depth)
    return found


def add(found: dict[str, Any], element: Element, random: Random, likely: float, depth: int) -> None:
    key, type_name = random.choice(element.names() or ((element.name, ""),))
    if type_name == "Resource":
        one: Any = {"resourceType": "Basic", "code": {"text": "a"}}
    else:
        one = value(element, type_name, random, likely, depth + 1)
    found[key] = [one] if element.many else one


def _add_something(found: dict[str, Any], path: str, random: Random, likely: float, depth: int) -> None:
    simple = [
        one for one in definitions.elements(path) if one.name != "id" and set(one.types) & set(PRIMITIVES)
    ]
    if simple:
        add(found, simple[0], random, likely, depth)
    else:
        found["extension"] = [{"url": "http://x.example/e", "valueCode": "a"}]


def value(element: Element, type_name: str, random: Random, likely: float = 0.4, depth: int = 0) -> Any:
    """A value of one of the element's types."""
    if type_name == "Reference":
        target = random.choice(sorted(element.targets)) if element.targets else "Patient"
        return random.choice([{"reference": f"{target}/1"}, {"reference": "urn:uuid:1"}, {"display": "a"}])
    if element.binding:
        return _bound(element.binding, type_name, random)
    if (element.name, type_name) in TELLING:
        return TELLING[element.name, type_name]
    if type_name in SAMPLES:
        return copy.deepcopy(random.choice(SAMPLES[type_name]))
    return _elements(element.content or type_name, random, likely, depth)


def _bound(binding: str, type_name: str, random: Random) -> Any:
    sets = definitions.value_sets().get(binding)
    if sets is None:
        return OPEN[binding]
    system = random.choice(sorted(sets))
    code = random.choice(sorted(sets[system]))
    return code if type_name == "code" else {"coding": [{"system": system, "code": code}]}
