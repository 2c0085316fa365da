"""What is asked for a woman: NIPT, with her written consent, and a place to give birth.

Bioteknologiloven § 4-4: https://lovdata.no/dokument/NL/lov/2003-12-05-100. Profiles: fhir_profiles/.
"""

from datetime import date

from app.fhir import codes as c
from helsekort_sandbox import registrations as r
from helsekort_sandbox.records import Resource, concept, to


def consent(patient: str, given: date) -> Resource:
    """She consents in writing to NIPT."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept(r.CONSENT_SCOPES, "treatment"),
        "category": [concept(c.CS_CARD, "nipt")],
        "patient": to(patient),
        "dateTime": given.isoformat(),
        "policyRule": {"text": "Bioteknologiloven § 4-4"},
    }


def order(patient: str, consent: str, requester: str) -> Resource:
    """The order, with its ground."""
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": concept(c.CS_CARD, "nipt"),
        "subject": to(patient),
        "reasonCode": [{"text": "35 år eller eldre ved termin"}],
        "supportingInfo": [to(consent)],
        "requester": {"display": requester},
    }


def birth_place(
    patient: str, hospital: dict[str, str], requester: dict[str, str], on: date
) -> list[tuple[str, Resource]]:
    """An application for a birth place (søknad om fødeplass) to ``hospital``: the order, and the task that it answers."""
    order_url = r.urn()
    code = concept(c.CS_CARD, "birth-place")
    shared = {"intent": "order", "code": code, "authoredOn": on.isoformat()}
    asked = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "subject": to(patient),
        "requester": requester,
    }
    task = {
        "resourceType": "Task",
        "status": "requested",
        "focus": to(order_url),
        "for": to(patient),
        "owner": hospital,
    }
    return [(order_url, asked | shared), (r.urn(), task | shared)]
