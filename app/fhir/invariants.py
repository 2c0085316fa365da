"""TABLE: which rules of R4 are checked where, and which are not, with the reason.

https://hl7.org/fhir/R4/conformance-rules.html#constraints. All of severity error on the data types and on the types
in the registry stand in the two tables or here; a test compares them with the published keys.
"""

from typing import Any, Final

from app.fhir import (
    definitions,
    invariants_of_collections,
    invariants_of_definitions,
    invariants_of_elements,
    invariants_of_questionnaires,
    invariants_of_resources,
    invariants_of_structures,
    invariants_of_types,
)
from app.fhir.invariant import Invariant
from app.fhir.problems import Found, Problem

TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    **invariants_of_types.TABLE,
    **invariants_of_resources.TABLE,
    **invariants_of_collections.TABLE,
    **invariants_of_definitions.TABLE,
    **invariants_of_questionnaires.TABLE,
    **invariants_of_structures.TABLE,
    **invariants_of_elements.TABLE,
}

ELSEWHERE: Final[dict[str, str]] = {  # key → where it is checked
    "ele-1": "validation.Shape: nothing is empty",
    "ref-1": "validation: settled where the container is known",
    "dom-3": "unreferenced",
    "txt-1": "narrative",
    "txt-2": "narrative",
    **{rule.key: "DOMAIN_RESOURCE" for rule in invariants_of_resources.DOMAIN_RESOURCE},
}
IN_WORDS: Final[dict[str, str]] = {  # our key → where R4 says in words what no published expression says
    "code-system-content": "https://hl7.org/fhir/R4/valueset-codesystem-content-mode.html",
    "code-system-count": "https://hl7.org/fhir/R4/codesystem-definitions.html#CodeSystem.count",
    "code-system-supplement": "https://hl7.org/fhir/R4/codesystem.html#supplements",
    "context-of-extension": "https://hl7.org/fhir/R4/structuredefinition-definitions.html#StructureDefinition.context",
    "identifier-uri": "https://hl7.org/fhir/R4/datatypes.html#Identifier",
    "contained-id": "https://hl7.org/fhir/R4/references.html#contained",
    "bundle-full-url": "https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl",
    "bundle-identity": "https://hl7.org/fhir/R4/bundle-definitions.html#Bundle.entry.fullUrl",
    "document-complete": "https://hl7.org/fhir/R4/documents.html#content",
    "sqty-1": "https://hl7.org/fhir/R4/datatypes.html#SimpleQuantity",
}
NOT_CHECKED: Final[dict[str, str]] = {
    **dict.fromkeys(
        ("ppc-2", "ppc-3", "ppc-4", "ppc-5"),
        "the published expressions name a code system called 'something': they hold for every Consent",
    ),
    "eld-11": "the published expression asks whether there is an answer, not whether it is true: it always holds",
}


def invariants_of(path: str) -> tuple[Invariant, ...]:
    """The rules of a type or inline element."""
    rules = TABLE.get(path, ())
    if path in definitions.RESOURCE_NAMES and definitions.is_domain_resource(path):
        rules += invariants_of_resources.DOMAIN_RESOURCE
    return rules


def unreferenced(container: dict[str, Any]) -> Found:
    """dom-3: a contained resource must be referred to, or refer to its container."""
    everywhere = _local_references(container)
    return [
        Problem(
            "invariant",
            "must be referred to from the resource that contains it (dom-3)",
            [f"[{i}]", "contained"],
        )
        for i, resource in enumerate(container["contained"])
        if f"#{resource['id']}" not in everywhere and "#" not in _local_references(resource)
    ] or None


def _local_references(node: Any) -> set[str]:
    """Every text that begins with #: references, canonicals and uris to contained resources."""
    found: set[str] = set()
    pending = [node]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            pending.extend(value.values())
        elif isinstance(value, list):
            pending.extend(value)
        elif isinstance(value, str) and value[:1] == "#":
            found.add(value)
    return found
