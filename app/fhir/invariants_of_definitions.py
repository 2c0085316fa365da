"""TABLE: the rules of R4's types for definitions and terminology, StructureDefinition apart.

https://hl7.org/fhir/R4/conformance-module.html, https://hl7.org/fhir/R4/terminology-module.html.
"""

from typing import Final

from app.fhir.invariant import (
    Invariant,
    Json,
    Rule,
    distinct,
    either,
    has,
    if_then,
    inside,
    needs,
    not_both,
    only_where,
    within,
)

_REFERRING: Final = ("Reference", "canonical")


def _codes_differ(value: Json) -> bool:
    return distinct(one["code"] for one in within(value, "concept") if "code" in one)


def _all_counted(value: Json) -> bool:
    if value.get("content") != "complete" or "count" not in value:
        return True
    return sum(1 for _ in within(value, "concept")) == int(value["count"])


def _content_there(value: Json) -> bool:
    return value.get("content") != "not-present" or not has(value, "concept")


def _values_differ(element: str, *names: str) -> Rule:
    return lambda value: distinct(
        tuple(one.get(name, "") for name in names) for one in value.get(element, ()) if names[0] in one
    )


def _stratified(value: Json) -> bool:
    """Each stratifier says one thing: a criterion, or components."""
    return all(
        any(has(one, name) for name in ("code", "description", "criteria")) != has(one, "component")
        for one in inside(value, "group", "stratifier")
    )


def _strata(value: Json) -> bool:
    return all(
        has(one, "value") != has(one, "component") for one in inside(value, "group", "stratifier", "stratum")
    )


def _preferred(value: Json) -> bool:
    return distinct(one.get("type") for one in value.get("uniqueId", ()) if one.get("preferred") is True)


def _explained(value: Json) -> bool:
    return value.get("equivalence") not in {"narrower", "inexact"} or has(value, "comment")


TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "CapabilityStatement": (
        Invariant(
            "cpb-1", either("rest", "messaging", "document"), "must have a rest, a messaging or a document"
        ),
        Invariant(
            "cpb-2",
            either("description", "software", "implementation"),
            "must have a description, a software or an implementation",
        ),
        Invariant(
            "cpb-3",
            lambda value: (
                value.get("kind") == "instance"
                or not any(has(one, "endpoint") for one in inside(value, "messaging"))
            ),
            "must have messaging endpoints only as an instance",
        ),
        Invariant(
            "cpb-7", _values_differ("document", "profile", "mode"), "must not repeat a document's profile"
        ),
        Invariant(
            "cpb-14",
            if_then("kind", "instance", either("implementation")),
            "must have an implementation as an instance",
        ),
        Invariant(
            "cpb-15",
            if_then(
                "kind",
                "capability",
                lambda value: has(value, "software") and not has(value, "implementation"),
            ),
            "must have a software and no implementation as a capability",
        ),
        Invariant(
            "cpb-16",
            if_then(
                "kind",
                "requirements",
                lambda value: not has(value, "software") and not has(value, "implementation"),
            ),
            "must have neither software nor implementation as requirements",
        ),
    ),
    "CapabilityStatement.rest": (
        Invariant("cpb-9", _values_differ("resource", "type"), "must not repeat a resource type"),
    ),
    "CapabilityStatement.rest.resource": (
        Invariant("cpb-12", _values_differ("searchParam", "name"), "must not repeat a search parameter"),
    ),
    "CodeSystem": (
        Invariant(
            "code-system-content", _content_there, "must hold no concepts where its content is not present"
        ),
        Invariant("csd-1", _codes_differ, "must not repeat a code"),
        Invariant(
            "code-system-supplement",
            lambda value: has(value, "supplements") == (value.get("content") == "supplement"),
            "must have supplements where its content is a supplement, and only there",
        ),
        Invariant(
            "code-system-count",
            _all_counted,
            "must have as many concepts as its count says if it is complete",
        ),
    ),
    "ConceptMap.group.element.target": (
        Invariant("cmd-1", _explained, "must have a comment where it is narrower or inexact"),
    ),
    "ConceptMap.group.unmapped": (
        Invariant("cmd-2", if_then("mode", "fixed", either("code")), "must have a code where it is fixed"),
        Invariant("cmd-3", if_then("mode", "other-map", either("url")), "must have the url of the other map"),
    ),
    "Measure": (Invariant("mea-1", _stratified, "must stratify by a criterion or by components"),),
    "MeasureReport": (
        Invariant(
            "mrp-1",
            if_then("type", "data-collection", lambda value: not has(value, "group")),
            "must not have groups where it collects data",
        ),
        Invariant("mrp-2", _strata, "must have strata with either a value or components"),
    ),
    "NamingSystem": (
        Invariant(
            "nsd-1",
            if_then(
                "kind",
                "root",
                lambda value: all(one.get("type") != "uuid" for one in inside(value, "uniqueId")),
            ),
            "must not have a UUID as a root",
        ),
        Invariant("nsd-2", _preferred, "must not have two preferred identifiers of one type"),
    ),
    "OperationDefinition.parameter": (
        Invariant("opd-1", either("type", "part"), "must have a type or parts"),
        Invariant(
            "opd-2", only_where("searchType", "type", "string"), "must be a string to have a searchType"
        ),
        Invariant(
            "opd-3",
            only_where("targetProfile", "type", *_REFERRING),
            "must be a Reference or canonical to have a targetProfile",
        ),
    ),
    "SearchParameter": (
        Invariant("spd-1", needs("xpath", "xpathUsage"), "must have the xpathUsage of its xpath"),
        Invariant("spd-2", only_where("chain", "type", "reference"), "must be a reference to have chains"),
    ),
    "ValueSet.compose.include": (
        Invariant("vsd-1", either("valueSet", "system"), "must have a value set or a system"),
        Invariant(
            "vsd-2",
            lambda value: has(value, "system") or not (has(value, "concept") or has(value, "filter")),
            "must have the system of its concepts or filters",
        ),
        Invariant("vsd-3", not_both("concept", "filter"), "must not have both concepts and filters"),
    ),
    "ValueSet.expansion.contains": (
        Invariant("vsd-6", either("code", "display"), "must have a code or a display"),
        Invariant(
            "vsd-9",
            lambda value: has(value, "code") or value.get("abstract") is True,
            "must have a code unless it is abstract",
        ),
        Invariant("vsd-10", needs("code", "system"), "must have the system of its code"),
    ),
}
