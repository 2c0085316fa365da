"""A row of the log as an AuditEvent, with a sentence in plain Norwegian for the woman.

One event follows IHE BALP 1.1.4 (RESTful activity, type #rest; https://profiles.ihe.net/ITI/BALP) and HL7 Norway's
profile of the trust framework: neither closes what the other asks for. Pasientjournalloven § 22: who, profession,
organisation, purpose, what, when, by which rule. No person number and no clinical value stands in it.
"""

import base64
from dataclasses import dataclass
from html import escape
from typing import Any

from app.mapping import audit_agents, audit_words
from app.mapping.audit_words import refused

BALP = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit"
NORWEGIAN = "http://hl7.no/fhir/StructureDefinition"
_TRUST = f"{NORWEGIAN}/no-domain-Trustframework-Auditevent"
_TYPE = {
    "system": "http://terminology.hl7.org/CodeSystem/audit-event-type",
    "code": "rest",
    "display": "RESTful Operation",
}
_INTERACTIONS = "http://hl7.org/fhir/restful-interaction"
_ENTITY_TYPE = "http://terminology.hl7.org/CodeSystem/audit-entity-type"
_RESOURCES = "http://hl7.org/fhir/resource-types"
_SERVER = {"system": "http://terminology.hl7.org/CodeSystem/security-source-type", "code": "4"}
_OBJECT_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"
_BALP_ENTITY = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
ACTIONS = {
    "read": "R", "vread": "R", "history-instance": "R", "history-type": "R", "history-system": "R", "search-type": "E",
    "search-system": "E", "search": "E", "create": "C", "update": "U", "patch": "U", "delete": "D", "operation": "E",
    "transaction": "E", "batch": "E", "capabilities": "R",
}  # fmt: skip
# Interaction → BALP's pattern. It has none for history, operations and bundles: they are told in the same form.
PATTERNS = {
    "read": "Read", "vread": "Read", "search": "Query", "search-type": "Query", "search-system": "Query",
    "create": "Create", "update": "Update", "patch": "Update", "delete": "Delete",
}  # fmt: skip

Shown = list[list[Any]]


def action(request: dict[str, Any]) -> str:
    """FHIR's letter for what was done."""
    return ACTIONS.get(request.get("interaction", ""), "E")


def _pattern(request: dict[str, Any], result: dict[str, Any], shown: Shown) -> str:
    """The name of BALP's pattern for a row that was allowed; empty where none fits."""
    name = PATTERNS.get(request.get("interaction", ""), "")
    if refused(result["verdict"]) or (name != "Query" and len(shown) != 1):
        return ""
    return name


def _profiles(request: dict[str, Any], pattern: str, women: list[str], *, named: bool) -> list[str]:
    """What the event claims: patterns are about one woman, or about none; the Norwegian profile wants the person's number."""
    claimed = []
    if pattern and len(women) < 2:  # noqa: PLR2004 (one, or nobody)
        claimed.append(f"{BALP}.{'Patient' if women else ''}{pattern}")
    if named and audit_agents.is_professional(request) and len(women) < 2:  # noqa: PLR2004
        claimed.append(_TRUST)
    return claimed


def _coded(system: str, code: str) -> dict[str, str]:
    return {"system": system, "code": code}


def _patients(women: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "what": {"reference": f"Patient/{woman}"},
            "type": _coded(_ENTITY_TYPE, "1"),
            "role": _coded(_OBJECT_ROLE, "1"),
        }
        for woman in women
    ]


def _data(pattern: str, shown: Shown) -> list[dict[str, Any]]:
    """What was shown: BALP's one data object, or beside a query each by the type of resource that it is."""
    one = pattern and pattern != "Query"
    return [
        {
            "what": {"reference": f"{kind}/{id_}/_history/{version}" if int(version) else f"{kind}/{id_}"},
            "type": _coded(_ENTITY_TYPE, "2") if one else _coded(_RESOURCES, kind),
            "role": _coded(_OBJECT_ROLE, "4"),
            "detail": [{"type": "rule", "valueString": rule}] if rule else None,
        }
        for kind, id_, version, rule, *_ in shown
    ]


def _query(request: dict[str, Any], *, whole: bool) -> dict[str, Any]:
    """What was asked, masked; of what others asked she is told the type, for their words may name another."""
    asked = f"/fhir/{request.get('type', '')}"
    if whole:
        asked = request.get("path", asked) + (f"?{request['query']}" if request.get("query") else "")
    return {
        "type": _coded(_ENTITY_TYPE, "2"),
        "role": _coded(_OBJECT_ROLE, "24"),
        "description": asked,
        "query": base64.b64encode(asked.encode()).decode(),
    }


def _entities(
    request: dict[str, Any], pattern: str, women: list[str], shown: Shown, *, whole: bool
) -> list[dict[str, Any]]:
    found = [*_patients(women), *_data(pattern, shown)]
    found.append(
        {
            "what": {"identifier": {"value": request.get("correlation") or request["id"]}},
            "type": _coded(_BALP_ENTITY, "XrequestId"),
        }
    )
    if pattern == "Query" or (whole and request.get("query")):
        found.append(_query(request, whole=whole))
    return [{name: value for name, value in entity.items() if value is not None} for entity in found]


def _extensions(request: dict[str, Any], women: list[str]) -> list[dict[str, Any]]:
    """What HL7 Norway adds: the one patient, and what the attest says of the decision and its time (``toa``)."""
    if not audit_agents.is_professional(request):
        return []
    found: list[dict[str, Any]] = []
    if len(women) == 1:
        url = f"{NORWEGIAN}/auditevent-patient-extension"
        found.append({"url": url, "valueReference": {"reference": f"Patient/{women[0]}"}})
    if request.get("toa"):
        parts: list[dict[str, Any]] = [{"url": "toa", "valueUnsignedInt": request["toa"]}]
        if request.get("decision"):
            parts.insert(0, {"url": "decision-ref-id", "valueString": request["decision"]})
        found.append({"url": f"{NORWEGIAN}/auditevent-carerelation-metadata-extension", "extension": parts})
    return found


def share(result: dict[str, Any], woman: str | None, *, hers: bool) -> Shown:
    """What was shown; with ``woman`` of her alone, and with ``hers`` not what is kept from her."""
    return [row for row in result["shown"] if woman is None or (row[4] == woman and not (hers and row[5]))]


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom an event is written.

    ``server``  the base URL of this server.
    ``woman``   her share of a row, since both profiles are about one patient; None: the whole row.
    ``hers``    she reads it herself: what is kept from her, and what was asked in others' words, stays out.
    ``named``   false where she may not read yet who it was.
    """

    server: str
    woman: str | None = None
    hers: bool = False
    named: bool = True


def audit_event(id_: str, request: dict[str, Any], result: dict[str, Any], reader: Reader) -> dict[str, Any]:
    """The AuditEvent of a row, as far as ``reader`` may see it."""
    shown = share(result, reader.woman, hers=reader.hers)
    women = [reader.woman] if reader.woman else sorted({row[4] for row in shown if row[4]})
    pattern, deed = _pattern(request, result, shown), action(request)
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": id_,
        "meta": _meta(request, _profiles(request, pattern, women, named=reader.named)),
        "text": _narrative(request, result, shown, named=reader.named),
        "contained": audit_agents.contained(request, named=reader.named),
        "extension": _extensions(request, women),
        "type": _TYPE,
        "subtype": [_coded(_INTERACTIONS, _interaction(request))],
        "action": deed,
        "recorded": request["at"],
        "outcome": "4" if refused(result["verdict"]) else "0",
        "outcomeDesc": result["verdict"],
        "purposeOfEvent": audit_agents.purpose(request),
        "agent": audit_agents.agents(request, deed, reader.server, named=reader.named),
        "source": {"site": reader.server, "observer": {"display": "Helsekort"}, "type": [_SERVER]},
        "entity": _entities(request, pattern, women, shown, whole=not reader.hers),
    }
    return {name: value for name, value in event.items() if value}


def _meta(request: dict[str, Any], profiles: list[str]) -> dict[str, Any]:
    return {"versionId": "1", "lastUpdated": request["at"]} | ({"profile": profiles} if profiles else {})


def _narrative(
    request: dict[str, Any], result: dict[str, Any], shown: Shown, *, named: bool
) -> dict[str, str]:
    told = request if named else {**request, "name": ""}
    text = audit_words.sentence(told, result, shown, action(request))
    return {
        "status": "generated",
        "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{escape(text)}</div>',
    }


def _interaction(request: dict[str, Any]) -> str:
    known: str = request.get("interaction", "")
    return known if known in ACTIONS else "operation"
