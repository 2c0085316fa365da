"""Less of a resource: ``_summary`` and ``_elements``. What stays keeps its order and the lexemes of its numbers.

https://hl7.org/fhir/R4/search.html#summary. Mandatory and modifier elements always stay: without them the rest would
be invalid, or mean something else. A copy that was cut is tagged SUBSETTED.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from app.fhir import definitions
from app.fhir import json as fhir_json
from app.fhir.codes import OBSERVATION_VALUE

SUMMARIES: Final = ("true", "text", "data", "count", "false")
SUBSETTED: Final = {"system": OBSERVATION_VALUE, "code": "SUBSETTED"}
_ALWAYS: Final = frozenset({"resourceType", "id", "meta"})
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """What is wanted of each resource; a false Form wants all of it."""

    summary: str = ""  # "", "true", "text" or "data"
    elements: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.summary or self.elements)


WHOLE: Final = Form()


def form_of(types: tuple[str, ...], summary: str, elements: str) -> Form:
    """The form that the parameters ``_summary`` and ``_elements`` ask for; empty: not given. Raises ValueError."""
    if summary and summary not in SUMMARIES:
        raise ValueError(f"is none of {', '.join(SUMMARIES)}")
    names = tuple(dict.fromkeys(name for name in elements.split(",") if name))
    for name in names:
        if not any(_has(type_name, name) for type_name in types):
            raise ValueError(f"names an element that {' and '.join(types)} does not have")
    return Form("" if summary in {"false", "count"} else summary, names)


def _has(type_name: str, name: str) -> bool:
    return any(name in {one.name, key} for one in definitions.elements(type_name) for key, _ in _names(one))


def _names(one: definitions.Element) -> tuple[tuple[str, str], ...]:
    return ((one.name, ""),) if one.content else one.names()


def subset(body: bytes, form: Form) -> bytes:
    """``body`` in ``form``, tagged; as it is where the form wants all of it."""
    if not form:
        return body
    resource: Json = fhir_json.read(body)
    kept = _cut(resource, form)
    meta = dict(kept.get("meta", {}))
    tags = meta.get("tag", [])
    if SUBSETTED not in tags:
        meta["tag"] = [*tags, SUBSETTED]
    if "meta" in kept:
        return fhir_json.dump(kept | {"meta": meta})
    return fhir_json.dump({"resourceType": kept.pop("resourceType"), "meta": meta, **kept})


def _cut(resource: Json, form: Form) -> Json:
    type_name = resource["resourceType"]
    if form.summary == "true":
        resource = _summary(resource, type_name, whole=_ALWAYS)
    elif form.summary == "data":
        resource = {name: value for name, value in resource.items() if name != "text"}
    elif form.summary == "text":
        wanted = _ALWAYS | {"text"} | _needed(type_name)
        resource = {name: value for name, value in resource.items() if name.removeprefix("_") in wanted}
    if form.elements:
        wanted = _ALWAYS | _needed(type_name) | _chosen(type_name, form.elements)
        resource = {name: value for name, value in resource.items() if name.removeprefix("_") in wanted}
    return resource


@cache
def _needed(type_name: str) -> frozenset[str]:
    """The JSON names of the mandatory and the modifier elements at the top of a type."""
    return frozenset(
        key
        for one in definitions.elements(type_name)
        if one.minimum or _modifies(one)
        for key, _ in _names(one)
    )


def _modifies(one: definitions.Element) -> bool:
    return one.modifier or one.name == "modifierExtension"


@cache
def _chosen(type_name: str, names: tuple[str, ...]) -> frozenset[str]:
    """The JSON names of the elements that a client named, each choice by its one name or by that of a type."""
    return frozenset(
        key
        for one in definitions.elements(type_name)
        for key, _ in _names(one)
        if one.name in names or key in names
    )


def _summary(node: Json, path: str, whole: frozenset[str] = frozenset()) -> Json:
    """``node`` without what is no part of a summary, at every depth."""
    members = _members(path)
    kept: Json = {}
    for name, value in node.items():
        inside = "" if name in whole else members.get(name.removeprefix("_"))
        if inside is None:
            continue
        found = value if not inside or name[0] == "_" else _inner(value, inside)
        if found or found is value:
            kept[name] = found
    return kept


def _inner(value: Any, path: str) -> Any:
    if isinstance(value, list):
        return [found for item in value if (found := _summary(item, path))]
    return _summary(value, path)


@cache
def _members(path: str) -> dict[str, str]:
    """The JSON names that stay in a summary of ``path``, each with where to go on cutting, or "" to keep it whole."""
    found: dict[str, str] = {}
    for one in definitions.elements(path):
        if not (one.summary or one.minimum or _modifies(one)):
            continue
        for key, type_name in _names(one):
            inside = one.content or type_name
            cuts = one.summary and (inside == one.content or inside in definitions.COMPLEX_TYPES)
            found[key] = inside if cuts and inside != "Extension" else ""
    return found
