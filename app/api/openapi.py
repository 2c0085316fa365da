"""The OpenAPI document, from the tables that route, search and decide: https://spec.openapis.org/oas/v3.1.0

Bodies are described by their type and R4's own definition; ``/fhir/metadata`` says the same in FHIR's words.
"""

import json
from collections.abc import Iterator
from typing import Any

from app.access.caller import Role
from app.access.rules import ALLOW
from app.api.fhir_rest import software_version
from app.api.routes import GUARDED, OPEN, Guarded
from app.fhir.operations import BY_PATH, Operation, in_url
from app.fhir.outcome import FhirError
from app.fhir.query_controls import SILENT, TABLE
from app.fhir.registry import RESOURCE_TYPES, ResourceType
from app.fhir.search_params import Kind, SearchParam, of_type

Json = dict[str, Any]
JSON, HTML, FORM = "application/fhir+json", "text/html", "application/x-www-form-urlencoded"
R4 = "https://hl7.org/fhir/R4"
# TABLE: interaction → what it does, the right that it needs, its success, the refusals beside those of every request
INTERACTIONS: dict[str, tuple[str, str, tuple[int, str], tuple[int, ...]]] = {
    "read": ("The current version", "read", (200, ""), (404, 406, 410)),
    "vread": ("One version", "read", (200, ""), (404, 406, 410)),
    "history-instance": ("All versions, newest first", "read", (200, "Bundle"), (404, 406)),
    "search-type": ("Search", "read", (200, "Bundle"), (404, 406)),
    "create": ("A new resource, under an id of the server's", "create", (201, ""), (404, 406, 409, 413, 415, 422)),
    "update": ("The next version", "update", (200, ""), (404, 406, 409, 412, 413, 415, 422)),
    "delete": ("Mark as deleted; earlier versions stay", "delete", (204, ""), (404, 409, 412)),
    "transaction": (
        "A batch, each entry by itself, or a transaction, all or nothing", "", (200, "Bundle"),
        (404, 406, 409, 412, 413, 415, 422),
    ),
    "operation": ("", "", (200, "Bundle"), (404, 406, 413, 415, 422)),
}  # fmt: skip
EVERYWHERE = (400, 401, 403, 405, 503)  # what any guarded address can answer
HEALTH = {"/health/live": "The process answers", "/health/ready": "The database answers"}


def document() -> str:
    """The document as JSON, always the same for the same tables."""
    found = {
        "openapi": "3.1.0",
        "info": {
            "title": "Helsekort",
            "version": software_version(),
            "description": "The digital pregnancy health card (digitalt helsekort for gravide) on FHIR R4. "
            "Access tokens of HelseID, and of Helsenorge's issuer for citizens, bound by DPoP. "
            "National identity numbers never stand in a URL: search for them by POST _search.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": _paths(),
        "components": {
            "schemas": _schemas(),
            "parameters": _parameters(),
            "responses": _responses(),
            "securitySchemes": {
                "dpop": {"type": "http", "scheme": "DPoP", "description": "RFC 9449, token of RFC 9068"}
            },
        },
        "security": [{"dpop": []}],
    }
    return json.dumps(found, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _paths() -> Json:
    paths: dict[str, Json] = {path: {"get": _open(path)} for path, _ in OPEN}
    for row in GUARDED:
        for path, kept in _addresses(row):
            if row.method.lower() not in paths.setdefault(path, {}):
                paths[path][row.method.lower()] = _operation(row, path, kept)
    return {path: found for path, found in paths.items() if found}


def _addresses(row: Guarded) -> Iterator[tuple[str, ResourceType | None]]:
    """The addresses of a row: one a type that supports it."""
    if row.path.endswith("/"):  # the same as without the slash
        return
    if "{type}" not in row.path:
        yield row.path, None
        return
    for kept in RESOURCE_TYPES:
        if row.interaction in {*kept.interactions, "operation"}:
            yield row.path.replace("{type}", kept.name), kept


def _open(path: str) -> Json:
    summary = HEALTH.get(path, "The CapabilityStatement")
    answers: Json = {"200": {"description": summary}}
    if path in HEALTH:
        answers["503"] = {"description": "It does not"}
    name = path.rpartition("/")[2]
    return {"operationId": name, "summary": summary, "security": [], "tags": ["open"], "responses": answers}


def _operation(row: Guarded, path: str, kept: ResourceType | None) -> Json:
    summary, do, (success, body), refusals = INTERACTIONS[row.interaction]
    steps = [step for step in path.split("/")[2:] if step and not step.startswith("{")]
    type_name = kept.name if kept else steps[0] if steps and not steps[0].startswith("$") else ""
    asked = BY_PATH.get(row.path)
    if asked is not None:
        summary, body = asked.text, asked.answer
    found: Json = {
        "operationId": "-".join(
            [row.method.lower(), *(step.lstrip("$_") for step in steps), *_last(path, asked)]
        ),
        "summary": summary,
        "tags": [type_name or "system"],
        "parameters": [*_path_parameters(path), *_headers(row.interaction)],
        "responses": {
            str(success): _success(row.interaction, body or type_name, html=path.endswith("$card")),
            **{str(status): _ref("responses", str(status)) for status in sorted({*EVERYWHERE, *refusals})},
        },
    }
    if row.interaction == "read":
        found["responses"]["304"] = {"description": "The client has the current version"}
    if kept and do:
        found["description"] = f"Roles with a right: {_roles(do, kept.name)}."
    _input(found, row, kept, type_name)
    return found


def _input(found: Json, row: Guarded, kept: ResourceType | None, type_name: str) -> None:
    """Body or parameters."""
    asked = BY_PATH.get(row.path)
    if row.interaction == "search-type" and kept:
        _searching(found, row, kept)
    elif row.method in {"POST", "PUT"}:
        wanted = "Parameters" if asked else type_name or "Bundle"
        found["requestBody"] = {"required": True, "content": {JSON: {"schema": _ref("schemas", wanted)}}}
    elif asked is not None:
        query = [_parameter(name, "query", text, required=must) for name, text, must in in_url(asked)]
        found["parameters"] += [*query, _ref("parameters", "_format")]


def _last(path: str, asked: Operation | None) -> list[str]:
    """What tells addresses apart that have the same names in them."""
    several = asked is not None and len(asked.levels) > 1 and "{id}" in path
    return ["by-id"] if path.endswith("}") or several else []


def _roles(do: str, type_name: str) -> str:
    named = {role for row in ALLOW if do in row.do and type_name in row.types for role in row.roles}
    return ", ".join(sorted(named - {Role.SYSTEM, Role.HARNESS})) or "none"


def _success(interaction: str, body: str, *, html: bool) -> Json:
    if interaction == "delete":
        return {"description": "Deleted"}
    content: Json = {JSON: {"schema": _ref("schemas", body)}}
    if html:
        content[HTML] = {"schema": {"type": "string"}}
    found: Json = {"description": body, "content": content}
    if interaction in {"read", "vread", "create", "update"}:
        names = ("ETag", "Last-Modified", *(("Location",) if interaction in {"create", "update"} else ()))
        found["headers"] = {name: {"schema": {"type": "string"}} for name in names}
    return found


def _searching(found: Json, row: Guarded, kept: ResourceType) -> None:
    if row.method == "GET":
        names = [f"{kept.name}.{param.code}" for param in _searchable(kept)]
        found["parameters"] += [_ref("parameters", name) for name in (*names, *_controls(), "_format")]
        return
    schema = _ref("schemas", f"{kept.name}.search")
    found["requestBody"] = {"required": True, "content": {FORM: {"schema": schema}}}


def _searchable(kept: ResourceType) -> list[SearchParam]:
    return [param for param in of_type(kept.name) if param.kind is not Kind.SPECIAL]


def _controls() -> list[str]:
    return [name for name in TABLE if name not in SILENT]


def _path_parameters(path: str) -> list[Json]:
    return [_ref("parameters", name) for name in ("id", "version") if f"{{{name}}}" in path]


def _headers(interaction: str) -> list[Json]:
    names = ["DPoP"]
    names += ["If-None-Match"] if interaction == "read" else []
    names += ["If-Match"] if interaction in {"update", "delete"} else []
    names += ["Prefer"] if interaction in {"create", "update"} else []
    names += ["_count"] if interaction == "history-instance" else []
    return [_ref("parameters", name) for name in names]


def _parameters() -> Json:
    texts = {
        "DPoP": "A fresh proof for this method and address, bound to the token (RFC 9449)",
        "If-None-Match": "The ETag that the client has; 304 where it is still the current one",
        "If-Match": 'The version to change, as W/"3"; 412 where it is no longer the current one',
        "Prefer": "return=minimal, return=representation or return=OperationOutcome",
    }
    found = {name: _parameter(name, "header", text, required=name == "DPoP") for name, text in texts.items()}
    for name in ("id", "version"):
        found[name] = _parameter(name, "path", f"The {name} of the resource", required=True)
    for name in _controls():
        found[name] = _parameter(name, "query", f"{R4}/search.html#return")
    found["_format"] = _parameter("_format", "query", "json, or html for the card")
    for kept in RESOURCE_TYPES:
        for param in _searchable(kept):
            found[f"{kept.name}.{param.code}"] = _parameter(param.code, "query", _meaning(param))
    return found


def _parameter(name: str, place: str, text: str, *, required: bool = False) -> Json:
    found: Json = {"name": name, "in": place, "description": text, "schema": {"type": "string"}}
    return found | {"required": True} if required else found


def _meaning(param: SearchParam) -> str:
    return f"{param.kind.value}: {param.expression}" if param.expression else param.kind.value


def _schemas() -> Json:
    envelopes = ("Bundle", "OperationOutcome", "Parameters")
    found = {name: _schema(name) for name in (*envelopes, *(kept.name for kept in RESOURCE_TYPES))}
    for kept in RESOURCE_TYPES:
        names = [*(param.code for param in _searchable(kept)), *_controls()]
        properties = {name: {"type": "string"} for name in names}
        found[f"{kept.name}.search"] = {"type": "object", "properties": properties}
    return found


def _schema(name: str) -> Json:
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"const": name}, "id": {"type": "string"}, "meta": {"type": "object"}},
        "externalDocs": {"url": f"{R4}/{name.lower()}.html"},
    }


def _responses() -> Json:
    """The refusals of the error tree, each an OperationOutcome."""
    found = {}
    for error in FhirError.__subclasses__():
        if error.__doc__ and error.status != 500:  # noqa: PLR2004 (a failure that nobody foresaw is no promise)
            content = {JSON: {"schema": _ref("schemas", "OperationOutcome")}}
            found[str(error.status)] = {"description": error.__doc__.splitlines()[0], "content": content}
    return found


def _ref(kind: str, name: str) -> Json:
    return {"$ref": f"#/components/{kind}/{name}"}
