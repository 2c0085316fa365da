"""TABLE: the rules of StructureDefinition.

https://hl7.org/fhir/R4/structuredefinition.html.
"""

import re
from typing import Final

from app.fhir.invariant import (
    Invariant,
    Json,
    Rule,
    distinct,
    either,
    has,
    has_choice,
    inside,
    only_where,
)

_HL7: Final = "http://hl7.org/fhir/StructureDefinition"
_SYSTEM_TYPE: Final = r"http://hl7\.org/fhirpath/System\.[A-Z][A-Za-z]+"
_CHANGED: Final = re.compile(rf"[a-zA-Z0-9]+|{_SYSTEM_TYPE}", re.ASCII)
_WHOLE: Final = re.compile(rf"[a-zA-Z0-9.]+|{_SYSTEM_TYPE}", re.ASCII)


def _elements(value: Json, view: str) -> list[Json]:
    return list(inside(value, view, "element"))


def _all(value: Json) -> list[Json]:
    return _elements(value, "snapshot") + _elements(value, "differential")


def _roots(value: Json) -> list[Json]:
    return [one for one in _all(value) if "." not in one.get("path", "")]


def _is_logical(value: Json) -> bool:
    return value.get("kind") == "logical"


def _root_is_bare(value: Json) -> bool:
    return not any(has(one, name) for one in _roots(value) for name in ("label", "code", "requirements"))


def _first_has_no_type(value: Json) -> bool:
    return _is_logical(value) or not any(has(one, "type") for one in _elements(value, "snapshot")[:1])


def _changed_root_has_no_type(value: Json) -> bool:
    first = _elements(value, "differential")[:1]
    return _is_logical(value) or not any(has(one, "type") and "." not in one.get("path", "") for one in first)


def _types_of_fhir(value: Json) -> bool:
    if not value.get("url", "").startswith(_HL7):
        return True
    views = (("snapshot", _WHOLE), ("differential", _CHANGED))
    return all(
        form.fullmatch(one.get("code", ""))
        for view, form in views
        for element in _elements(value, view)
        for one in element.get("type", ())
    )


def _ids(view: str) -> Rule:
    def holds(value: Json) -> bool:
        ids = [one.get("id") for one in _elements(value, view)]
        return None not in ids and distinct(ids)

    return holds


def _begins_with_its_type(value: Json) -> bool:
    first = _elements(value, "snapshot")[:1]
    return _is_logical(value) or all(one.get("path") == value.get("type") for one in first)


def _whole_paths(value: Json) -> bool:
    elements = _elements(value, "snapshot")
    if not elements:
        return True
    root = elements[0].get("path", "")
    return _begins_with_its_type(value) and all(
        one.get("path", "").startswith(f"{root}.") for one in elements[1:]
    )


def _changed_paths(value: Json) -> bool:
    elements = _elements(value, "differential")
    if not elements:
        return True
    path = elements[0].get("path", "")
    root = path.partition(".")[0]
    return (_is_logical(value) or path.startswith(value.get("type", ""))) and all(
        one.get("path", "").startswith(f"{root}.") for one in elements[1:]
    )


def _defaults(value: Json, *views: str) -> bool:
    return any(has_choice(one, "defaultValue") for view in views for one in _elements(value, view))


def _paths_differ(value: Json) -> bool:
    return value.get("derivation") == "constraint" or distinct(
        one.get("path") for one in _elements(value, "snapshot")
    )


def _each_whole_has(*names: str) -> Rule:
    return lambda value: all(has(one, name) for one in _elements(value, "snapshot") for name in names)


def _has_context(value: Json) -> bool:
    return (
        value.get("type") != "Extension"
        or value.get("derivation") == "specialization"
        or has(value, "context")
    )


STRUCTURE: Final = (
    Invariant(
        "sdf-1", _paths_differ, "must not repeat an element's path unless it constrains another structure"
    ),
    Invariant(
        "sdf-4",
        lambda value: value.get("abstract") is True or has(value, "baseDefinition"),
        "must have a baseDefinition unless it is abstract",
    ),
    Invariant("sdf-5", _has_context, "must have a context as an extension"),
    Invariant(
        "context-of-extension",
        only_where("context", "type", "Extension"),
        "must be an extension to have a context",
    ),
    Invariant("sdf-6", either("snapshot", "differential"), "must have a snapshot or a differential"),
    Invariant("sdf-9", _root_is_bare, "must not have label, code or requirements on its root"),
    Invariant("sdf-11", _begins_with_its_type, "must begin its snapshot with its type"),
    Invariant(
        "sdf-14", lambda value: all("id" in one for one in _all(value)), "must give each element an id"
    ),
    Invariant("sdf-15", _first_has_no_type, "must not give its root a type"),
    Invariant("sdf-15a", _changed_root_has_no_type, "must not give the root of its differential a type"),
    Invariant("sdf-16", _ids("snapshot"), "must give each element of its snapshot an id of its own"),
    Invariant("sdf-17", _ids("differential"), "must give each element of its differential an id of its own"),
    Invariant(
        "sdf-18",
        only_where("contextInvariant", "type", "Extension"),
        "must be an extension to have a contextInvariant",
    ),
    Invariant("sdf-19", _types_of_fhir, "must use only types of FHIR under FHIR's own URL"),
    Invariant(
        "sdf-21",
        lambda value: not _defaults(value, "differential") or value.get("derivation") == "specialization",
        "must be a specialization to have default values",
    ),
    Invariant(
        "sdf-22",
        lambda value: (
            not value.get("url", "").startswith(_HL7) or not _defaults(value, "snapshot", "differential")
        ),
        "must not have default values under FHIR's own URL",
    ),
    Invariant(
        "sdf-23",
        lambda value: not any(has(one, "sliceName") for one in _roots(value)),
        "must not give its root a sliceName",
    ),
    Invariant("sdf-8", _whole_paths, "must begin the paths of its snapshot with its type"),
    Invariant(
        "sdf-3",
        _each_whole_has("definition", "min", "max"),
        "must give each element of its snapshot a definition, a min and a max",
    ),
    Invariant("sdf-8b", _each_whole_has("base"), "must give each element of its snapshot a base"),
    Invariant(
        "sdf-10",
        lambda value: all(
            has(one, "valueSet") or has(one, "description")
            for one in inside(value, "snapshot", "element", "binding")
        ),
        "must bind the elements of its snapshot to a value set or describe it",
    ),
    Invariant(
        "sdf-20",
        lambda value: (
            not any(
                has(one, "slicing")
                for one in _elements(value, "differential")
                if "." not in one.get("path", "")
            )
        ),
        "must not slice its root",
    ),
    Invariant("sdf-8a", _changed_paths, "must begin the paths of its differential with its type"),
)

TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "StructureDefinition": STRUCTURE,
    "StructureDefinition.mapping": (Invariant("sdf-2", either("name", "uri"), "must have a name or a uri"),),
}
