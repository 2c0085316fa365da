"""A row of the log as an AuditEvent, with a sentence in plain Norwegian for the woman.

IHE BALP 1.1 (type #rest; https://profiles.ihe.net/ITI/BALP) and pasientjournalloven § 22: who, profession,
organisation, purpose, what, when, by which rule. No person number and no clinical value stands in it.
"""

from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from app.fhir.codes import ACT_REASON, HPR, ORGNR
from app.fhir.dates import interval

OSLO = ZoneInfo("Europe/Oslo")
_TYPE = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
    "code": "rest",
    "display": "RESTful Operation",
}
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_ACTIONS = {
    "read": "R", "vread": "R", "history-instance": "R", "history-type": "R", "history-system": "R", "search-type": "E", "create": "C", "update": "U",
    "patch": "U",
    "delete": "D", "operation": "E", "transaction": "E", "batch": "E", "capabilities": "R",
}  # fmt: skip
_ROLES = {
    "gp": "Fastlege", "midwife": "Jordmor", "nurse": "Helsesykepleier", "hospital": "Sykehus", "citizen": "Deg selv",
    "auditor": "Revisor", "operator": "Pilotens drift", "system": "Helsekortets egne regler", "harness": "Testsystem",
}  # fmt: skip
_DONE = {
    "R": "leste", "E": "hentet", "C": "registrerte", "U": "endret", "D": "slettet",
}  # fmt: skip
_EXPORTED = {
    "$export": "hentet ut {} samlet til filer (eksport)",
    "$export-file": "lastet ned en eksportert fil med {}",
}
_TYPES = {
    "Patient": "personopplysninger", "EpisodeOfCare": "helsekort", "Encounter": "kontakter", "Observation": "målinger og funn",
    "AllergyIntolerance": "allergier", "Condition": "tilstander", "CarePlan": "planer", "CareTeam": "behandlingsteam",
    "Consent": "dine valg", "Flag": "varsler", "AuditEvent": "innsynslogg", "DiagnosticReport": "undersøkelser",
    "QuestionnaireResponse": "spørreskjema", "RelatedPerson": "pårørende eller foster", "Provenance": "opphav",
    "Practitioner": "helsepersonell", "PractitionerRole": "helsepersonell", "Organization": "virksomheter",
}  # fmt: skip


def refused(verdict: str) -> bool:
    """Whether the row tells of a refusal or failure."""
    return not (verdict.startswith("allow.") or verdict in {"stored", "searched", "batch"})


def _agent(request: dict[str, Any]) -> dict[str, Any]:
    who: dict[str, Any] = {"display": request.get("name") or _ROLES.get(request.get("role", ""), "Ukjent")}
    if request.get("hpr"):
        who["identifier"] = {"system": HPR, "value": request["hpr"]}
    elif request.get("subject"):
        who["identifier"] = {"value": request["subject"]}
    agent: dict[str, Any] = {"who": who, "requestor": True}
    if request.get("role"):
        agent["role"] = [{"text": _ROLES.get(request["role"], request["role"])}]
    return agent


def _organization(request: dict[str, Any]) -> list[dict[str, Any]]:
    numbers = request.get("organizations") or []
    if not numbers:
        return []
    who: dict[str, Any] = {"identifier": {"system": ORGNR, "value": numbers[0]}}
    if request.get("organizationName"):
        who["display"] = request["organizationName"]
    return [{"who": who, "requestor": False}]


def _entities(request: dict[str, Any], shown: list[list[Any]], only: str | None) -> list[dict[str, Any]]:
    women = sorted({row[4] for row in shown if row[4]})
    entities: list[dict[str, Any]] = [
        {
            "what": {"reference": f"Patient/{woman}"},
            "type": {"system": _ENTITY_TYPE, "code": "1"},
            "role": {"system": _OBJECT_ROLE, "code": "1"},
        }
        for woman in women
    ]
    for type_name, id_, version, rule, *_ in shown:
        entities.append(
            {
                "what": {"reference": f"{type_name}/{id_}/_history/{version}"},
                "type": {"system": _ENTITY_TYPE, "code": "2"},
                "role": {"system": _OBJECT_ROLE, "code": "4"},
                "detail": [{"type": "rule", "valueString": rule or ""}],
            }
        )
    entities.append(
        {
            "what": {"identifier": {"value": request.get("correlation") or request["id"]}},
            "type": {
                "system": "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType",
                "code": "XrequestId",
            },
        }
    )
    if only is None and request.get("query"):
        entities.append(
            {"name": "query", "description": request["query"], "role": {"system": _OBJECT_ROLE, "code": "24"}}
        )
    return entities


def sentence(request: dict[str, Any], result: dict[str, Any], shown: list[list[Any]]) -> str:
    """What happened, as the woman reads it (bokmål)."""
    at = interval(request["at"])[0].astimezone(OSLO)
    who = request.get("name") or _ROLES.get(request.get("role", ""), "En ukjent")
    role = _ROLES.get(request.get("role", ""), "")
    place = f" ved {request['organizationName']}" if request.get("organizationName") else ""
    action = _ACTIONS.get(request.get("interaction", ""), "E")
    kinds = sorted({_TYPES.get(row[0], row[0]) for row in shown}) or [
        _TYPES.get(request.get("type", ""), "helsekort")
    ]
    what = "helsekortet" if request.get("operation") == "$card" else ", ".join(kinds)
    when = f"{at:%d.%m.%Y kl. %H:%M}"
    if refused(result["verdict"]):
        return f"{when}: {who} ({role}){place} prøvde å få tilgang til {what}, og ble avvist."
    if request.get("operation") == "$notify":
        return f"{when}: Journalsystemet til {role.lower()}{place} fikk automatisk varsel om {what}."
    done = _EXPORTED.get(request.get("operation", ""), f"{_DONE[action]} {{}}").format(what)
    return f"{when}: {who} ({role}){place} {done}."


def audit_event(
    id_: str, request: dict[str, Any], result: dict[str, Any], *, only: str | None = None
) -> dict[str, Any]:
    """The AuditEvent of a row; with ``only`` the share of that woman."""
    shown = [row for row in result["shown"] if only is None or (row[4] == only and not row[5])]
    denied = refused(result["verdict"])
    text = sentence(request, result, shown)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": id_,
        "meta": {"versionId": "1", "lastUpdated": request["at"]},
        "text": {
            "status": "generated",
            "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(text)}</div>',
        },
        "type": _TYPE,
        "subtype": [{"system": _INTERACTIONS, "code": request.get("interaction", "operation")}],
        "action": _ACTIONS.get(request.get("interaction", ""), "E"),
        "recorded": request["at"],
        "outcome": "4" if denied else "0",
        "outcomeDesc": result["verdict"],
        "agent": [_agent(request), *_organization(request)],
        "source": {"observer": {"display": "Helsekort"}},
        "entity": _entities(request, shown, only),
    }
    if request.get("purpose"):
        event["purposeOfEvent"] = [{"coding": [{"system": ACT_REASON, "code": request["purpose"]}]}]
    if request.get("decision"):
        event["agent"][0]["policy"] = [f"urn:decision:{request['decision']}"]
    return event
