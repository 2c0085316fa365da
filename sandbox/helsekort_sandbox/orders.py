"""What a woman who wants NIPT gives and her ward orders: written consent, then the order that rests on it.

Bioteknologiloven § 4-4: https://lovdata.no/dokument/NL/lov/2003-12-05-100. Profiles: fhir_profiles/.
"""

from datetime import date

from app.fhir import codes as c
from helsekort_sandbox.records import Resource, concept, to
from helsekort_sandbox.registrations import CONSENT_SCOPES


def consent(patient: str, given: date) -> Resource:
    """She consents in writing to NIPT."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept(CONSENT_SCOPES, "treatment"),
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
