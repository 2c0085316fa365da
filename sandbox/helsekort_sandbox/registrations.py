"""Builders of who is who: organisations, personnel, the woman, her card, her fetuses, her team, her choices.

https://hl7.org/fhir/R4/administration-module.html, with HL7 Norway's identifiers and extensions (no-basis).
"""

import uuid
from datetime import date

from app.fhir import codes as c
from helsekort_sandbox.people import ORGANIZATIONS, Clinician, Organization, Woman
from helsekort_sandbox.records import Resource, coding, concept, identifier, to

INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
MUNICIPALITY_CODES = "https://register.geonorge.no/subregister/sosi-kodelister/kartverket/kommunenummer-alle"
ORGANIZATION_TYPES = "http://terminology.hl7.org/CodeSystem/organization-type"
CONSENT_SCOPES = "http://terminology.hl7.org/CodeSystem/consentscope"
PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
CARERS = {"LE": "Lege", "JO": "Jordmor", "SP": "Helsesykepleier"}


def organization(row: Organization) -> Resource:
    return {
        "resourceType": "Organization",
        "identifier": [identifier(c.ORGNR, row.orgnr)],
        "active": True,
        "type": [concept(ORGANIZATION_TYPES, "prov")],
        "name": row.name,
    }


def practitioner(row: Clinician) -> Resource:
    return {
        "resourceType": "Practitioner",
        "identifier": [identifier(c.HPR, row.hpr)],
        "active": True,
        "name": [{"family": row.family, "given": [row.given]}],
        "qualification": [{"code": concept(c.VOLVEN_PROFESSION, row.profession, CARERS[row.profession])}],
    }


def practitioner_role(row: Clinician, practitioner: str, organization: str) -> Resource:
    return {
        "resourceType": "PractitionerRole",
        "active": True,
        "practitioner": to(practitioner),
        "organization": to(organization),
        "code": [concept(c.VOLVEN_PROFESSION, row.profession, CARERS[row.profession])],
    }


def patient(row: Woman) -> Resource:
    district = {"url": c.EXT_MUNICIPALITY, "valueCoding": coding(MUNICIPALITY_CODES, row.municipality)}
    return {
        "resourceType": "Patient",
        "extension": [{"url": INTERPRETER, "valueBoolean": row.interpreter}],
        "identifier": [identifier(c.FNR, row.number)],
        "active": True,
        "name": [{"use": "official", "family": row.family, "given": [row.given]}],
        "gender": "female",
        "birthDate": row.birth.isoformat(),
        "address": [{"use": "home", "country": "NO", "_district": {"extension": [district]}}],
        "communication": [{"language": concept("urn:ietf:bcp:47", row.language), "preferred": True}],
    }


def episode(patient: str, organization: str, start: date) -> Resource:
    return {
        "resourceType": "EpisodeOfCare",
        "status": "active",
        "type": [concept(c.CS_CARD, "pregnancy")],
        "patient": to(patient),
        "managingOrganization": to(organization),
        "period": {"start": start.isoformat()},
    }


def fetus(patient: str, name: str) -> Resource:
    return {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": to(patient),
        "relationship": [concept(c.CS_CARD, "fetus")],
        "name": [{"text": name}],
    }


def transaction(*resources: tuple[str, Resource]) -> Resource:
    """A transaction that creates ``resources``, each under its full URL."""
    entries = [
        {"fullUrl": url, "resource": row, "request": {"method": "POST", "url": row["resourceType"]}}
        for url, row in resources
    ]
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


def urn() -> str:
    return f"urn:uuid:{uuid.uuid4()}"


def care_team(patient: str, name: str, participants: list[Resource], start: date) -> Resource:
    period = {"start": start.isoformat()}
    return {
        "resourceType": "CareTeam",
        "status": "active",
        "name": name,
        "subject": to(patient),
        "period": period,
        "participant": [participant | {"period": period} for participant in participants],
    }


def member(row: Clinician, practitioner: str, organization: str, role: str) -> Resource:
    """A named clinician on behalf of her organisation."""
    return {
        "role": [concept(c.VOLVEN_PROFESSION, row.profession, role)],
        "member": to(practitioner, row.name),
        "onBehalfOf": to(organization, ORGANIZATIONS[row.organization].name),
    }


def place(row: Organization, organization: str, role: str) -> Resource:
    return {"role": [{"text": role}], "member": to(organization, row.name)}


def birth_plan(patient: str, wishes: tuple[str, ...], created: date) -> Resource:
    """*Fødeplan*, in her own words."""
    activities = [{"detail": {"status": "not-started", "description": wish}} for wish in wishes]
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [concept(c.SNOMED, c.BIRTH_PLAN, "Fødeplan")],
        "title": "Fødeplan",
        "subject": to(patient),
        "created": created.isoformat(),
        "author": to(patient),
        "activity": activities,
    }


def block(patient: str, actor: str, given: date) -> Resource:
    """She chooses that ``actor`` is not given access (*sperring*)."""
    recipient = {"role": concept(PARTICIPATION, "IRCP"), "reference": to(actor)}
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": concept(CONSENT_SCOPES, "patient-privacy"),
        "category": [concept(c.ACT_CODE, "INFA", "Sperring av innsyn")],
        "patient": to(patient),
        "dateTime": given.isoformat(),
        "policyRule": {"text": "Pasientjournalloven § 17"},
        "provision": {"type": "deny", "actor": [recipient]},
    }
