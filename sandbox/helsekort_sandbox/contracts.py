"""TABLE: what the mock services take and answer; their OpenAPI documents are made of it (``register_contracts``: registers).

The adapters in the product and the mocks are held to it by the same tests (tests/sandbox/test_contracts.py). Where the
real service publishes no contract the row says that it is ours.
"""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
FHIR, JSON, FORM = "application/fhir+json", "application/json", "application/x-www-form-urlencoded"
PROBLEM = "application/problem+json"
TEXT: Json = {"type": "string", "minLength": 1}
NUMBER: Json = {"type": "string", "pattern": "^[0-9]{11}$"}
FLAG: Json = {"type": "boolean"}


def an_object(required: Json, optional: Json | None = None, *, closed: bool = True) -> Json:
    properties = required | (optional or {})
    found: Json = {"type": "object", "required": list(required), "properties": properties}
    return found | ({"additionalProperties": False} if closed else {})


def _constant(value: str) -> Json:
    return {"const": value}


OUTCOME = an_object({"resourceType": _constant("OperationOutcome"), "issue": {"type": "array"}}, closed=False)
DETAILS = an_object({"title": TEXT, "status": {"type": "integer"}, "detail": TEXT})  # RFC 9457
_PROBLEM = an_object({"error": TEXT}, {"error_description": TEXT})
_REGISTERED = an_object(
    {"resourceType": {"enum": ["AllergyIntolerance", "Condition"]}, "code": {}}, closed=False
)
_KEPT = an_object(
    {"resourceType": {}, "id": TEXT, "meta": an_object({"versionId": TEXT}, closed=False)}, closed=False
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``answers``: schema by status, None where there is no body."""

    method: str
    path: str
    summary: str
    answers: dict[int, Json | None]
    body: Json | None = None
    headers: tuple[str, ...] = ()
    media: str = JSON
    sends: str = ""  # the media type of the body where it is another one
    is_ours: bool = False
    refusals: Json = field(default_factory=lambda: _PROBLEM)


_NHN = ("nhn-user-role", "nhn-source-system", "nhn-patient-nin", "nhn-event-id")
_BASE = "/critical-information/v1"
KJERNEJOURNAL: tuple[Operation, ...] = (
    Operation(
        "POST", f"{_BASE}/status", "Whether anything is registered, and her choices",
        {
            200: an_object(
                {
                    "patientNIN": NUMBER,
                    "hasCriticalInformation": FLAG,
                    "privacySetting": an_object({"hasReservationKjernejournal": FLAG, "isRestricted": FLAG}),
                },
                {"isBlockedForUser": FLAG},
            )
        },
        body=an_object({"nin": NUMBER}), refusals=OUTCOME,
    ),
    Operation(
        "GET", f"{_BASE}/{{kind}}", "Her registrations of one kind, for a clinician",
        {200: an_object({"resourceType": _constant("Bundle"), "type": _constant("searchset"), "entry": {"type": "array"}}, closed=False)},
        headers=_NHN, media=FHIR, refusals=OUTCOME,
    ),
    Operation(
        "POST", f"{_BASE}/{{kind}}", "Register, once for each nhn-event-id, in a clinician's name",
        {201: _KEPT, 200: _KEPT}, body=_REGISTERED, headers=_NHN, media=FHIR, refusals=OUTCOME,
    ),
    Operation(
        "PUT", f"{_BASE}/{{kind}}/{{id}}", "Replace a registration",
        {200: _KEPT}, body=_REGISTERED, headers=_NHN, media=FHIR, refusals=OUTCOME,
    ),
    Operation(
        "POST", f"{_BASE}/{{kind}}/retraction", "What was registered under an event no longer holds",
        {204: None}, body=an_object({"nin": NUMBER, "registeredBy": TEXT}),
        headers=("nhn-source-system", "nhn-event-id"), is_ours=True, refusals=OUTCOME,
    ),
)  # fmt: skip
HELSENORGE: tuple[Operation, ...] = (
    Operation(
        "POST", "/notices/v1", "Tell a citizen that something is new, once for each key",
        {202: an_object({"id": TEXT, "status": _constant("accepted")})},
        body=an_object({"recipient": NUMBER, "messageType": TEXT, "idempotencyKey": TEXT, "text": TEXT}),
        is_ours=True,
    ),
    Operation(
        "POST", "/notices/v1/retraction", "Take away all notices of this system to a citizen",
        {204: None}, body=an_object({"recipient": NUMBER, "idempotencyKey": TEXT}), is_ours=True,
    ),
    Operation(
        "POST", "/digitaltaktiv/helsenorgeaktivsjekken/v1", "Whether a citizen is active on Helsenorge",
        {200: an_object({"erAktiv": FLAG})}, body=an_object({"fnr": NUMBER}),
    ),
    Operation(
        "POST", "/notices/v1/known", "Under which of the keys a notice was taken",
        {200: an_object({"idempotencyKeys": {"type": "array", "items": TEXT}})},
        body=an_object({"idempotencyKeys": {"type": "array", "items": TEXT, "maxItems": 1000}}), is_ours=True,
    ),
)  # fmt: skip
CONTROLS: tuple[Operation, ...] = (
    Operation("GET", "/_log", "Every request that reached the service", {200: {"type": "object"}}),
    Operation("POST", "/_faults", "How the next requests go wrong; {} ends it", {200: {"type": "array"}}, body={}),
    Operation("POST", "/_clock", "Move the service's clock: at, advanceSeconds, rate", {200: {"type": "object"}}, body={}),
    Operation("POST", "/_lose", "Forget the last effects, as by a restore", {200: {"type": "object"}}, body={}),
    Operation("GET", "/health/live", "A sign of life", {200: {"type": "object"}}),
)  # fmt: skip
REFUSALS = (400, 401, 403, 404, 409, 422, 429, 500, 503)


def document(title: str, rows: tuple[Operation, ...]) -> Json:
    """The OpenAPI document of a service, https://spec.openapis.org/oas/v3.1.0."""
    paths: dict[str, Json] = {}
    for row in (*rows, *CONTROLS):
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    scheme = {"type": "http", "scheme": "dpop", "description": "HelseID's token, bound by DPoP (RFC 9449)"}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": "A mock: everybody in it is made up."},
        "components": {"securitySchemes": {"dpop": scheme}},
        "paths": paths,
    }


def _operation(row: Operation) -> Json:
    answers = {str(status): _answer(schema, row.media) for status, schema in row.answers.items()}
    is_control = row in CONTROLS
    if not is_control:
        answers |= {str(status): _refusal(row) for status in REFUSALS}
    in_path = [part[1:-1] for part in row.path.split("/") if part.startswith("{")]
    parameters = [("path", name) for name in in_path] + [("header", name) for name in row.headers]
    found: Json = {
        "summary": row.summary,
        "responses": answers,
        "parameters": [
            {"name": name, "in": place, "required": True, "schema": TEXT} for place, name in parameters
        ],
        "security": [] if is_control else [{"dpop": []}],
    }
    if row.is_ours:
        found["description"] = "The real service publishes no such call: this contract is ours."
    if row.body is not None:
        found["requestBody"] = {"required": True, "content": {row.sends or row.media: {"schema": row.body}}}
    return found


def _refusal(row: Operation) -> Json:
    """In the service's own words; what is wrong with the token is said as OAuth says it."""
    media = FHIR if row.refusals is OUTCOME else PROBLEM if row.refusals is DETAILS else JSON
    content = {JSON: {"schema": _PROBLEM}} | {media: {"schema": row.refusals}}
    return {"description": "Refused", "content": content}


def _answer(schema: Json | None, media: str) -> Json:
    if schema is None:
        return {"description": "Done"}
    return {"description": "As the schema says", "content": {media: {"schema": schema}}}
