"""What the document's paths share: schemas, parameters, bodies, answers and the refusals of the error tree."""

from typing import Any

from app.api.metadata import MODES
from app.api.openapi import hooks
from app.api.openapi.examples import example
from app.fhir.json_schema import ref, schemas
from app.fhir.operations import OPERATIONS
from app.fhir.outcome import FhirError
from app.fhir.query_conditions import MODIFIERS
from app.fhir.query_controls import SILENT, TABLE
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.search_params import Kind, SearchParam, of_type
from app.interactions.decision_support import SERVICES

Json = dict[str, Any]
JSON = "application/fhir+json"
R4 = "https://hl7.org/fhir/R4"
CONTROLS = tuple(name for name in TABLE if name != "_cursor")  # page links hold the cursor; nobody writes one
ENVELOPES = ("Bundle", "OperationOutcome", "Parameters", "TerminologyCapabilities")
HEADERS = {  # of requests
    "DPoP": "A fresh proof for this method and address, bound to the token (RFC 9449)",
    "If-None-Match": "The ETag that the client has; 304 where it is still the current one",
    "If-Modified-Since": "The time of the client's copy; counts only without If-None-Match",
    "If-None-Exist": "Criteria: where one resource matches them, it is answered (200) and nothing is created",
    "If-Match": 'The version to change, as W/"3"; 412 where it is no longer the current one',
    "Idempotency-Key": "A write that bears the key of an earlier one, and asks the same, answers as that did and does nothing",
    "Prefer": "return=minimal, return=representation or return=OperationOutcome; handling=strict or handling=lenient; "
    "respond-async for what goes on without the client",
}
ANSWERED = {  # headers of answers
    "ETag": 'The version, as W/"3"; views with hidden elements have their own',
    "Last-Modified": "When the version was stored",
    "Location": "The address of the version that was stored",
    "Idempotency-Replayed": "true, where the answer is that of an earlier request with the same Idempotency-Key",
    "X-Request-Id": "The id of this request's row in the log",
    "Content-Location": "The address that tells how far it is",
    "X-Progress": "How far it is, in words",
    "Retry-After": "Seconds after which to ask again",
    "Expires": "Until when it can be fetched",
}
HISTORY = {  # parameters of history, beside those of search
    "_since": "Versions that were made at this moment or later",
    "_at": "Versions that were current at some time in this period",
}
PATCH: Json = {
    "required": True,
    "content": {
        JSON: {"schema": ref("Parameters")},
        "application/json-patch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
    },
}
VALUES = {  # what values of a kind of search parameter look like; commas between alternatives
    Kind.TOKEN: "code, system|code, |code or system|",
    Kind.REFERENCE: "Type/id, id or an absolute URL",
    Kind.DATE: "yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm:ss+zz:zz, with a prefix eq ne gt lt ge le sa eb ap",
    Kind.STRING: "the beginning of a word, without regard to case and accents",
    Kind.NUMBER: "a number, with a prefix",
    Kind.QUANTITY: "number, number|system|code or number||code, with a prefix",
    Kind.URI: "the whole URI",
    Kind.COMPOSITE: "values of its parts, joined by $",
    Kind.SPECIAL: "as the parameter's own page says",
}


def components() -> Json:
    """All components."""
    return {
        "schemas": _schemas() | hooks.SCHEMAS,
        "parameters": _parameters(),
        "requestBodies": {name: _body(name) for name in _bodies()} | {"patch": PATCH} | hooks.BODIES,
        "responses": _successes() | _resources() | _refusals() | hooks.ANSWERS,
        "headers": {
            name: {"description": text, "schema": {"type": "string"}} for name, text in ANSWERED.items()
        },
        "securitySchemes": {
            "dpop": {"type": "http", "scheme": "DPoP", "description": "RFC 9449, token of RFC 9068"}
        },
    }


def searchable(type_name: str) -> list[SearchParam]:
    """The parameters that select."""
    return [param for param in of_type(type_name) if param.kind is not Kind.SPECIAL]


def named(param: SearchParam) -> str:
    """The name of its component, the same for all types where it is of the same kind."""
    return f"{param.kind.value}.{param.code}"


def _bodies() -> list[str]:
    return list(
        dict.fromkeys(
            [*(row.name for row in RESOURCE_TYPES), *ENVELOPES, *(row.answer for row in OPERATIONS)]
        )
    )


def _schemas() -> Json:
    found = schemas(_bodies())
    for row in RESOURCE_TYPES:
        found[row.name]["externalDocs"] = {"url": f"{R4}/{row.name.lower()}.html"}
    for kind, form in VALUES.items():
        modifiers = " ".join(f":{modifier}" for modifier in sorted(MODIFIERS.get(kind, ())))
        found[f"search.{kind.value}"] = {"type": "string", "description": f"{form}; {modifiers}"}
    found["search"] = {
        "type": "object",
        "description": "The parameters of GET, one or several times each",
        "additionalProperties": {
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]
        },
    }
    return found


def _parameters() -> Json:
    found = {
        name: _parameter(name, "header", text, required=name == "DPoP") for name, text in HEADERS.items()
    }
    for name in ("id", "version"):
        schema = ref("id") if name == "id" else {"type": "string", "pattern": "^[0-9]{1,9}$"}
        found[name] = _parameter(name, "path", f"The {name} of the resource", required=True, schema=schema)
    found["name"] = _parameter("name", "path", "The name of the file, as the manifest has it", required=True)
    text = "A type that R4 counts to the compartment, or * for all"
    schema = {"type": "string", "pattern": "^([A-Z][A-Za-z]{1,63}|[*])$"}
    found["member"] = _parameter("member", "path", text, required=True, schema=schema)
    schema = {"type": "string", "enum": [*SERVICES]}
    found["service"] = _parameter("service", "path", "The id of the service", required=True, schema=schema)
    text = "Of what is asked: full and normative, the CapabilityStatement, or terminology"
    found["mode"] = _parameter("mode", "query", text, schema={"type": "string", "enum": list(MODES)})
    found["_type"] = _parameter("_type", "query", "Types to search, with a comma between")
    for name in CONTROLS:
        found[name] = _parameter(name, "query", f"{R4}/{'http' if name in SILENT else 'search'}.html")
    criteria = _parameter("criteria", "query", "The search parameters of the type", schema=ref("search"))
    found["criteria"] = criteria | {"style": "form", "explode": True}
    for name, text in HISTORY.items():
        found[name] = _parameter(name, "query", text)
    for row in RESOURCE_TYPES:
        for param in searchable(row.name):
            schema = ref(f"search.{param.kind.value}")
            found[named(param)] = {"name": param.code, "in": "query", "schema": schema}
    return found


def _parameter(
    name: str, place: str, text: str, *, required: bool = False, schema: Json | None = None
) -> Json:
    found: Json = {"name": name, "in": place, "description": text, "schema": schema or {"type": "string"}}
    return found | {"required": True} if required else found


def _body(name: str) -> Json:
    shown = example(name)
    content = {"schema": ref(name)} | ({"example": shown} if shown else {})
    return {"required": True, "content": {JSON: content}}


def _successes() -> Json:
    found: Json = {
        "deleted": _answer("Deleted", "", "ETag"),
        "health": {
            "description": "How it is",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        "keys": {
            "description": "JWK set",
            "content": {"application/jwk-set+json": {"schema": {"type": "object"}}},
        },
        "304": {
            "description": "The client has the current version",
            "headers": _headed("ETag", "X-Request-Id"),
        },
    }
    found |= {
        "metrics": {"description": "Samples, as Prometheus reads them"}
        | _content("text/plain", {"type": "string"}),
        "notNear": {"description": "Not for this network"} | _content("text/plain", {"type": "string"}),
        "metadata": _answer("What this server does")
        | _content(JSON, {"oneOf": [ref("CapabilityStatement"), ref("TerminologyCapabilities")]}),
        "begun": _answer("It has begun", "OperationOutcome", "Content-Location"),
        "running": _answer("It runs", "", "X-Progress", "Retry-After"),
        "cancelled": _answer("It is cancelled", "OperationOutcome"),
        "manifest": _answer("It is done", "", "Expires") | _content("application/json", {"type": "object"}),
        "lines": _answer("One resource a line") | _content("application/fhir+ndjson", {"type": "string"}),
    }
    return found


def _resources() -> Json:
    """The successes that give a resource."""
    found: Json = {}
    for name in _bodies():
        found[name] = _answer(name, name, "ETag", "Last-Modified")
        found[f"{name}.created"] = _answer(f"{name}, stored", name, "ETag", "Last-Modified", "Location")
    if "Binary" in found:
        found["Binary"]["content"]["*/*"] = {}  # the file itself, of whichever kind it is
    return found


def _content(kind: str, schema: Json) -> Json:
    return {"content": {kind: {"schema": schema}}}


def _headed(*names: str) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _refusals() -> Json:
    """The refusals of the error tree, each an OperationOutcome."""
    found = {}
    for error in FhirError.__subclasses__():
        if error.__doc__ and error.status != 500:  # noqa: PLR2004 (a failure that nobody foresaw is no promise)
            found[str(error.status)] = _answer(error.__doc__.splitlines()[0], "OperationOutcome")
    return found


def _answer(text: str, body: str = "", *headers: str) -> Json:
    content = {"content": {JSON: {"schema": ref(body)}}} if body else {}
    return {"description": text, "headers": _headed(*headers, "X-Request-Id"), **content}
