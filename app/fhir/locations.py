"""Where a problem lies, as FHIRPath: names of elements and positions, without what JSON adds to names.

https://hl7.org/fhir/R4/operationoutcome-definitions.html#OperationOutcome.issue.expression. ``valueQuantity`` is the
element ``value`` there, and ``_birthDate`` is ``birthDate``.
"""

from collections.abc import Iterable
from typing import Any

from app.fhir import definitions


def fhirpath(resource: dict[str, Any], steps: Iterable[str]) -> str:
    """The expression that leads to a member of ``resource``; names that R4 does not have stay as they are."""
    node: Any = resource
    parent = name = resource["resourceType"]
    for step in steps:
        if step.startswith("["):
            name += step
            node = node[int(step[1:-1])] if isinstance(node, list) else None
        else:
            parent, element = _within(node, parent), step.removeprefix("_")
            node = node.get(element) if isinstance(node, dict) else None
            plain, parent = _element(parent, element)
            name += f".{plain}"
    return str(name)


def _within(node: Any, parent: str) -> str:
    """The type of ``node``, which an element that holds any resource does not say."""
    held = node.get("resourceType") if parent == "Resource" and isinstance(node, dict) else None
    return held if isinstance(held, str) and held in definitions.RESOURCE_NAMES else parent


def _element(parent: str, key: str) -> tuple[str, str]:
    """The element that has a name in JSON, and its type."""
    known = definitions.elements(parent) if definitions.is_known(parent) else ()
    for element in known:
        for name, type_name in element.names():
            if name == key:
                return element.name, element.content or type_name
    return key, ""
