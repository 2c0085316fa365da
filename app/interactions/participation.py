"""Her Consent by which she takes part, or takes no part (any more), as this server writes it for her.

https://hl7.org/fhir/R4/consent.html; what it means for access: ``choices.py``.
"""

from typing import Any

from app.fhir.codes import ACT_CODE, LOINC
from app.interactions.choices import TAKING_PART

_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"


def no_part(patient: str, moment: str) -> dict[str, Any]:
    """Her Consent by which she takes no part (any more)."""
    return taking_part(patient, moment, permits=False)


def taking_part(patient: str, moment: str, *, permits: bool) -> dict[str, Any]:
    """Her Consent by which she takes part, or no part."""
    system, _, code = TAKING_PART.partition("|")
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"system": _SCOPES, "code": "patient-privacy"}]},
        "category": [
            {"coding": [{"system": system, "code": code}]},
            {"coding": [{"system": LOINC, "code": "59284-0"}]},
        ],
        "patient": {"reference": patient},
        "dateTime": moment,
        "performer": [{"reference": patient}],
        "policyRule": {"coding": [{"system": ACT_CODE, "code": "OPTIN" if permits else "OPTOUT"}]},
        "provision": {"type": "permit" if permits else "deny"},
    }
