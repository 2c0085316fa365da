"""The security labels of a resource, as the access rows know them.

https://hl7.org/fhir/R4/security-labels.html. Bare codes of ActCode and Confidentiality, others as ``system|code``.
"""

from collections.abc import Iterator
from typing import Any

from app.access.rules import LABELS
from app.fhir.codes import ACT_CODE, CONFIDENTIALITY

Json = dict[str, Any]


def labels_of(resource: Json) -> frozenset[str]:
    """The labels of ``resource``, and of the entries of a document: a whole is as secret as its most secret part.

    Contained resources have none of their own (dom-5).
    """
    return frozenset(_labels(resource))


def _labels(resource: Json) -> Iterator[str]:
    yield from map(label_of, resource.get("meta", {}).get("security", ()))
    if resource["resourceType"] == "DocumentReference":
        for concept in resource.get("securityLabel", ()):
            yield from map(label_of, concept.get("coding", ()))
    for entry in resource.get("entry", ()) if resource["resourceType"] == "Bundle" else ():
        if "resource" in entry:
            yield from _labels(entry["resource"])


def label_of(label: Json) -> str:
    """A code that access rows name is that label, whatever its system and case.

    What is meant to be kept must not be shown because it was misspelt.
    """
    system, code = label.get("system", ""), label.get("code", "")
    if code.upper() in LABELS:
        return str(code.upper())
    return code if system in {ACT_CODE, CONFIDENTIALITY} else f"{system}|{code}"
