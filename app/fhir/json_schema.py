"""JSON Schema of R4's types, from the element tables: https://json-schema.org/draft/2020-12, the dialect of OpenAPI 3.1.

One schema a type and a backbone element (``Observation.component``), a primitive type and a list of codes
(``codes.observation-status``). What it cannot say shortly (invariants, dates that do not exist, whom a reference may
name) stands in words or is left to the server, which refuses it and names the place.
"""

from collections.abc import Iterable
from typing import Any, Final

from app.fhir import definitions
from app.fhir.definitions import Element
from app.fhir.primitives import PATTERNS

Json = dict[str, Any]
_PLACE: Final = "#/components/schemas/"
_CODES: Final = "codes."
_BESIDE: Final = "primitive"  # what may stand beside a primitive value: _birthDate
_LARGEST: Final = 2**31 - 1
_SIMPLE: Final[dict[str, Json]] = {
    "boolean": {"type": "boolean"},
    "decimal": {"type": "number"},
    "integer": {"type": "integer", "minimum": -_LARGEST - 1, "maximum": _LARGEST},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": _LARGEST},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": _LARGEST},
    "string": {"type": "string", "minLength": 1},
    "markdown": {"type": "string", "minLength": 1},
    "xhtml": {"type": "string", "minLength": 1},
    "base64Binary": {"type": "string", "minLength": 1, "contentEncoding": "base64"},
    **{name: {"type": "string", "pattern": f"^(?:{form})$"} for name, form in PATTERNS.items()},
}


def ref(name: str, **more: Any) -> Json:
    """A reference to the schema ``name``, with what is said of it here."""
    return {"$ref": _PLACE + name} | more


def schemas(types: Iterable[str]) -> dict[str, Json]:
    """The schemas of ``types`` and of all that they are made of, by name."""
    found: dict[str, Json] = {}
    waiting = list(types)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _schema(name)
            waiting += _named(found[name])
    return found


def _named(schema: Any) -> list[str]:
    """The schemas that ``schema`` refers to."""
    if isinstance(schema, list):
        return [name for item in schema for name in _named(item)]
    if not isinstance(schema, dict):
        return []
    here = [schema["$ref"].removeprefix(_PLACE)] if "$ref" in schema else []
    return here + [name for item in schema.values() for name in _named(item)]


def _schema(name: str) -> Json:
    if name.startswith(_CODES):
        codes = definitions.value_sets()[name.removeprefix(_CODES)].values()
        return {"type": "string", "enum": sorted(frozenset().union(*codes))}
    if name == _BESIDE:
        text = "Id and extensions of a primitive value, in an array one for each of its values"
        each = {"type": "array", "items": {"anyOf": [ref("Element"), {"type": "null"}]}}
        return {"description": text, "anyOf": [ref("Element"), each]}
    if name == "Resource":
        kind = {"type": "string", "enum": sorted(definitions.RESOURCE_NAMES)}
        text = "Any resource: what the schema named by its resourceType says"
        return {
            "type": "object", "description": text, "required": ["resourceType"], "properties": {"resourceType": kind},
        }  # fmt: skip
    return _SIMPLE.get(name) or _object(name)


def _object(name: str) -> Json:
    """A resource, a type or a backbone element; the alternatives of a choice stand side by side."""
    kind = {"resourceType": {"const": name}} if name in definitions.RESOURCE_NAMES else {}
    properties: dict[str, Json] = dict(kind)
    required = list(kind)
    choices: list[Json] = []
    for element in definitions.elements(name):
        for key, type_name in element.names():
            one = _element(element, type_name)
            properties[key] = {"type": "array", "minItems": 1, "items": one} if element.many else one
        if element.choice:
            choices.append(_choice(element))
        elif element.minimum:
            required.append(element.name)
    found: Json = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        found["required"] = required
    if any(type_name in _SIMPLE for one in definitions.elements(name) for _, type_name in one.names()):
        found["patternProperties"] = {"^_[a-z]": ref(_BESIDE)}
    return found | ({"allOf": choices} if choices else {})


def _choice(element: Element) -> Json:
    """One value at most, or exactly one where the element is required."""
    one_each = [{"required": [key]} for key, _ in element.names()]
    return {"oneOf": one_each if element.minimum else [*one_each, {"not": {"anyOf": one_each}}]}


def _element(element: Element, type_name: str) -> Json:
    if element.content:
        return ref(element.content)
    if element.binding in definitions.value_sets():
        if type_name == "code":
            return ref(_CODES + element.binding)
        return ref(type_name, description=f"from {element.binding}")
    if type_name == "Reference" and element.targets:
        return ref(type_name, description=" | ".join(sorted(element.targets)))
    return ref("Quantity" if type_name == "SimpleQuantity" else type_name)
