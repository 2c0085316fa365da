"""Who took part in what a row of the log tells: person, organisation, client and server, as agents of an AuditEvent.

IHE BALP 1.1.4 (https://profiles.ihe.net/ITI/BALP) fixes the types of client, server and user for each interaction;
HL7 Norway's profile of the trust framework (no-domain-Trustframework-Auditevent 0.9.8,
https://github.com/HL7Norway/AuditEvent) wants the person as a contained PractitionerRole. One agent serves both.
"""

from typing import Any

from app.fhir.codes import ACT_REASON, HPR, ORGNR, VOLVEN_PROFESSION
from app.mapping import audit_words

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_PARTICIPATION = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
_CUSTODIAN = ("http://terminology.hl7.org/CodeSystem/provenance-participant-type", "custodian")
_SOURCE, _DESTINATION, _APPLICATION = (_DCM, "110153"), (_DCM, "110152"), (_DCM, "110150")
# Action → client, server and user: what is read flows to the client, what is asked or written flows from it.
TYPES = {
    "R": (_DESTINATION, _SOURCE, "IRCP"),
    "E": (_SOURCE, _DESTINATION, "IRCP"),
    "C": (_SOURCE, _DESTINATION, "AUT"),
    "U": (_SOURCE, _DESTINATION, "AUT"),
    "D": (_APPLICATION, _CUSTODIAN, "AUT"),
}
_UNKNOWN = [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
_IP, _URI = "2", "5"  # https://hl7.org/fhir/R4/valueset-network-type.html

_NO_MARKUP = str.maketrans(
    "<>", "‹›"
)  # what a client calls itself is shown by viewers that may not escape it


def _type(code: tuple[str, str]) -> dict[str, Any]:
    return {"coding": [{"system": code[0], "code": code[1]}]}


def is_professional(request: dict[str, Any]) -> bool:
    """Whether a person of health care did it, by an attest."""
    return bool(request.get("hpr") and request.get("organizations"))


def contained(request: dict[str, Any], *, named: bool) -> list[dict[str, Any]]:
    """The person, the legal entity, the point of care, and the role that joins them; nothing for others."""
    if not is_professional(request):
        return []
    point, *rest = request["organizations"]
    managing: dict[str, Any] = {"identifier": {"system": ORGNR, "value": point}}
    if request.get("organizationName"):
        managing["display"] = request["organizationName"]
    legal = [{"system": ORGNR, "value": rest[0] if rest else point}]
    return [
        _person(request, named=named),
        {"resourceType": "Organization", "id": "legal-entity", "identifier": legal},
        {"resourceType": "Location", "id": "point-of-care", "managingOrganization": managing},
        {
            "resourceType": "PractitionerRole",
            "id": "role",
            "practitioner": {"reference": "#person"},
            "organization": {"reference": "#legal-entity"},
            "location": [{"reference": "#point-of-care"}],
        },
    ]


def _person(request: dict[str, Any], *, named: bool) -> dict[str, Any]:
    person: dict[str, Any] = {"resourceType": "Practitioner", "id": "person"}
    if named:
        person["identifier"] = [{"system": HPR, "value": request["hpr"]}]
        person["name"] = [{"text": audit_words.who(request)}]
    if request.get("profession"):
        code = {"coding": [{"system": VOLVEN_PROFESSION, "code": request["profession"]}]}
        person["qualification"] = [{"code": code}]
    return person


def purpose(request: dict[str, Any]) -> list[dict[str, Any]]:
    """Why, as attested."""
    code = request.get("purpose")
    return [{"coding": [{"system": ACT_REASON, "code": code}]}] if code else []


def _user(request: dict[str, Any], kind: str, *, named: bool) -> dict[str, Any]:
    name = audit_words.who(request) if named else audit_words.role(request)
    who: dict[str, Any] = {"display": name}
    if is_professional(request):
        who["reference"] = "#role"
    if named and request.get("hpr"):
        who["identifier"] = {"system": HPR, "value": request["hpr"]}
    elif named and request.get("subject"):
        who["identifier"] = {"value": request["subject"]}
    agent: dict[str, Any] = {"type": _type((_PARTICIPATION, kind))}
    if request.get("role"):
        coded = (
            [{"system": VOLVEN_PROFESSION, "code": request["profession"]}] if "profession" in request else []
        )
        agent["role"] = [({"coding": coded} if coded else {}) | {"text": audit_words.role(request)}]
    agent |= {"who": who, "name": name, "requestor": True}
    if request.get("decision"):
        agent["policy"] = [f"urn:decision:{request['decision']}"]
    if request.get("purpose"):
        agent["purposeOfUse"] = purpose(request)
    return agent


def _organization(request: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = request.get("organizations") or []
    if not numbers:
        return []
    who: dict[str, Any] = {"identifier": {"system": ORGNR, "value": numbers[0]}}
    if request.get("organizationName"):
        who["display"] = request["organizationName"]
    provider = ("http://terminology.hl7.org/CodeSystem/v3-RoleClass", "PROV")
    return [{"type": _type(provider), "who": who, "requestor": False}]


def agents(request: dict[str, Any], action: str, server: str, *, named: bool) -> list[dict[str, Any]]:
    """The person first, then the organisation, the client and this server (``server``: its base URL)."""
    client, here, user = TYPES[action]
    address = request.get("peer")
    asked: dict[str, Any] = {"identifier": {"value": request.get("client") or "unknown"}}
    if request.get("system"):
        asked["display"] = request["system"].translate(_NO_MARKUP)
    network = {"address": address, "type": _IP} if address else {"_address": {"extension": _UNKNOWN}}
    return [
        _user(request, user, named=named),
        *_organization(request),
        {"type": _type(client), "who": asked, "requestor": False, "network": network},
        {
            "type": _type(here),
            "who": {"identifier": {"value": server}, "display": "Helsekort"},
            "requestor": False,
            "network": {"address": server, "type": _URI},
        },
    ]
