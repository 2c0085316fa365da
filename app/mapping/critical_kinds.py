"""What is critical information, and under which profile kjernejournal keeps it; no typed models, so that serving imports none.

http://nhn.no/kj/fhir
"""

from collections.abc import Mapping
from typing import Any

from app.fhir import codes
from app.mapping.elements import child, children, labels, text

PROFILES = {
    "AllergyIntolerance": "http://nhn.no/kj/fhir/StructureDefinition/KjAllergyIntolerance",
    "Condition": "http://nhn.no/kj/fhir/StructureDefinition/KjConditionCriticalMedicalCondition",
}
PATIENT = {"AllergyIntolerance": "patient", "Condition": "subject"}  # the element that names her


def is_critical(resource: Mapping[str, Any]) -> bool:
    """Whether kjernejournal shall have it: confirmed, hers to see, and an allergy or a condition marked critical.

    She reads kjernejournal herself, so that what she must not meet on a screen (NOPAT) does not go there.
    """
    kind = text(resource, "resourceType")
    confirmed = "confirmed" in _plain(child(resource, "verificationStatus"))
    if kind not in PROFILES or not confirmed or codes.NOPAT in labels(resource):
        return False
    marked = {
        (text(coding, "system"), text(coding, "code"))
        for row in children(resource, "category")
        for coding in children(row, "coding")
    }
    return kind == "AllergyIntolerance" or (codes.CS_CARD, "critical") in marked


def _plain(concept: Mapping[str, Any]) -> set[str]:
    return {text(coding, "code") for coding in children(concept, "coding")}
