"""Decision support in the document: what is sent and answered, as CDS Hooks 2.0 has it: https://cds-hooks.hl7.org/2.0/"""

from typing import Any

Json = dict[str, Any]
JSON = "application/json"
TEXT: Json = {"type": "string", "minLength": 1}
UUID: Json = {"type": "string", "format": "uuid"}
CODING: Json = {
    "type": "object",
    "properties": {"system": TEXT, "code": TEXT, "display": TEXT},
    "required": ["code"],
}


def _object(required: str, **properties: Json) -> Json:
    return {"type": "object", "properties": properties, "required": required.split()}


def _list(item: Json) -> Json:
    return {"type": "array", "items": item}


def _named(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_CONTEXT = _object(
    "userId patientId",
    userId=TEXT,
    patientId=_named("id"),
    encounterId=TEXT,
    selections=_list(TEXT),
    draftOrders={"type": "object", "description": "A Bundle with the drafted orders; of order-select"},
)
_ACTION = _object("type description", type=TEXT, description=TEXT, resource=_named("ServiceRequest"))
_SUGGESTION = _object("label actions", label=TEXT, uuid=UUID, actions=_list(_ACTION))
_CARD = _object(
    "uuid summary indicator source",
    uuid=UUID,
    summary={"type": "string", "maxLength": 139},
    detail={"type": "string", "description": "GitHub Flavored Markdown"},
    indicator={"enum": ["info", "warning", "critical"]},
    source=_object("label", label=TEXT, url={"type": "string", "format": "uri"}),
    suggestions=_list(_SUGGESTION),
    selectionBehavior={"enum": ["any", "at-most-one"]},
    overrideReasons=_list(CODING),
)
_OUTCOME = _object(
    "card outcome outcomeTimestamp",
    card=UUID,
    outcome={"enum": ["accepted", "overridden"]},
    outcomeTimestamp=TEXT,
    acceptedSuggestions=_list(_object("id", id=UUID)),
    overrideReason=_object("", reason=CODING, userComment={"type": "string"}),
)
del _OUTCOME["properties"]["overrideReason"]["required"]
_SERVICE = _object(
    "id hook title description", id=TEXT, hook=TEXT, title=TEXT, description=TEXT, usageRequirements=TEXT
)
SCHEMAS: Json = {
    "cds-call": _object("hook hookInstance context", hook=TEXT, hookInstance=UUID, context=_CONTEXT),
    "cds-cards": _object("cards", cards=_list(_CARD)),
    "cds-services": _object("services", services=_list(_SERVICE)),
    "cds-feedback": _object(
        "feedback", feedback={"type": "array", "items": _OUTCOME, "minItems": 1, "maxItems": 100}
    ),
}
BODIES: Json = {
    name: {"required": True, "content": {JSON: {"schema": _named(name)}}}
    for name in ("cds-call", "cds-feedback")
}
ANSWERS: Json = {
    "cds-services": {"description": "The services", "content": {JSON: {"schema": _named("cds-services")}}},
    "cds-cards": {"description": "Cards; none of a woman who is not there for you", "content": {JSON: {"schema": _named("cds-cards")}}},
    "cds-logged": {"description": "Logged", "content": {JSON: {"schema": {"type": "object"}}}},
}  # fmt: skip
# TABLE: address → name, what it does, what is sent, what is answered
CALLS: dict[str, tuple[str, str, str, str]] = {
    "/cds-services/{service}": (
        "cds-call", "Decision support for one woman, in Norwegian or by Accept-Language", "cds-call", "cds-cards"
    ),
    "/cds-services/{service}/feedback": (
        "cds-feedback", "What became of cards: into the log, without free text", "cds-feedback", "cds-logged"
    ),
}  # fmt: skip
REFUSALS = (400, 401, 403, 404, 406, 413, 415, 422, 429, 503)


def operation(path: str) -> Json:
    """The operation at ``path``."""
    name, summary, sent, answered = CALLS[path]
    answers: Json = {str(status): {"$ref": f"#/components/responses/{status}"} for status in REFUSALS}
    answers["200"] = {"$ref": f"#/components/responses/{answered}"}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["decision support"],
        "requestBody": {"$ref": f"#/components/requestBodies/{sent}"},
        "responses": answers,
        "parameters": [],
    }
