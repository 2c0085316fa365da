"""The paths of the document: one for each URL and type, with the operations that routes and tables give it."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from app.access.caller import Role
from app.access.rules import ALLOW
from app.api.dhg_rest import BASE
from app.api.openapi import hooks, national
from app.api.openapi.components import CONTROLS, HISTORY, named, searchable
from app.api.routes import GUARDED, OPEN, Guarded
from app.fhir.compartments import TABLE as COMPARTMENTS
from app.fhir.json_schema import ref
from app.fhir.operation import Operation, in_url
from app.fhir.operations import BY_PATH
from app.fhir.registry import BY_NAME, RESOURCE_TYPES, ResourceType

Json = dict[str, Any]
JSON, HTML, FORM = "application/fhir+json", "text/html", "application/x-www-form-urlencoded"
PDF = "application/pdf"


class Interaction(NamedTuple):
    """What an interaction does, the right that it needs, its success, the headers that it heeds, its refusals."""

    summary: str
    do: str
    success: int
    gives: str  # a response of the components; "": the type itself
    headers: tuple[str, ...]
    refusals: tuple[int, ...]


KNOWN = ("If-None-Match", "If-Modified-Since")
WRITES = (404, 406, 409, 412, 413, 415, 422)
# TABLE: the interactions as routes name them; EVERYWHERE is what any guarded address can answer
INTERACTIONS: dict[str, Interaction] = {
    "read": Interaction("The current version", "read", 200, "", KNOWN, (304, 404, 406, 410)),
    "vread": Interaction("One version", "read", 200, "", KNOWN, (304, 404, 406, 410)),
    "history-instance": Interaction("All versions, newest first", "read", 200, "Bundle", (), (404, 406)),
    "history-type": Interaction("All versions of all of the type, newest first", "read", 200, "Bundle", (), (404, 406)),
    "history-system": Interaction("All versions of all, newest first", "", 200, "Bundle", (), (406,)),
    "search-type": Interaction("Search", "read", 200, "Bundle", ("Prefer",), (404, 406, 413, 415)),
    "search": Interaction(
        "Search among what hangs on the resource: one type, or * for all", "read", 200, "Bundle", ("Prefer",),
        (404, 406, 413, 415),
    ),
    "search-system": Interaction("Search several types", "", 200, "Bundle", ("Prefer",), (404, 406, 413, 415)),
    "create": Interaction("A new resource, under an id of the server's", "create", 201, "created", ("If-None-Exist", "Idempotency-Key", "Prefer"), WRITES),
    "update": Interaction("The next version", "update", 200, "", ("If-Match", "Idempotency-Key", "Prefer"), WRITES),
    "patch": Interaction("The next version, by a patch of this one", "update", 200, "", ("If-Match", "Idempotency-Key", "Prefer"), WRITES),
    "delete": Interaction(
        "Mark as deleted; earlier versions stay", "delete", 204, "deleted", ("If-Match", "Idempotency-Key"), (404, 409, 412, 422)
    ),
    "transaction": Interaction(
        "A batch, each entry by itself, or a transaction, all or nothing", "", 200, "Bundle", ("Idempotency-Key", "Prefer"), WRITES
    ),
    "operation": Interaction("", "", 200, "", (), (404, 406, 413, 415, 422)),
}  # fmt: skip
# TABLE: the successes beside the usual one, of interactions that meet or make a resource as the case may be
ALSO: dict[str, tuple[int, str]] = {"create": (200, ""), "update": (201, "created")}
# TABLE: what belongs to a bulk export that has begun: method and address → name, what it does, answers, refusals
EXPORTS: dict[tuple[str, str], tuple[str, str, dict[str, str], tuple[int, ...]]] = {
    ("GET", "/fhir/$export-status/{id}"): (
        "export-status", "How far a bulk export is, and its files", {"200": "manifest", "202": "running"}, (404,)
    ),
    ("DELETE", "/fhir/$export-status/{id}"): (
        "export-cancel", "Cancel a bulk export and drop its files", {"202": "cancelled"}, (404,)
    ),
    ("GET", "/fhir/$export-file/{id}/{name}"): (
        "export-file", "A file of a bulk export", {"200": "lines"}, (404, 406)
    ),
}  # fmt: skip
# TABLE: operations that also answer with a page or a file: their media types
PAGES: dict[str, tuple[str, ...]] = {"card": (HTML, PDF), "clinic-day": (PDF,)}
EVERYWHERE = (400, 401, 403, 429, 503)
OPEN_TO_ALL = {  # what needs no token: what it says, and how it answers when it cannot
    "/health/live": ("The process answers", "health"),
    "/health/ready": ("The database answers", "health"),
    "/health/adapters": ("What waits for each other system, and whether it answers", "health"),
    "/metrics": ("Numbers for the operator's monitoring, for its networks alone", "metrics"),
    "/fhir/metadata": (
        "The CapabilityStatement; with mode=terminology the TerminologyCapabilities",
        "metadata",
    ),
    "/.well-known/jwks.json": ("The keys that sign notifications", "keys"),
    "/cds-services": ("The services of decision support, CDS Hooks 2.0", "cds-services"),
}


def paths() -> Json:
    """All paths."""
    found: dict[str, Json] = {path: {"get": _open(path)} for path, _ in OPEN}
    for row in GUARDED:
        for path, kept in _addresses(row):
            if row.method.lower() not in found.setdefault(path, {}):
                found[path][row.method.lower()] = _operation(row, path, kept)
                found[path]["parameters"] = [ref_to("parameters", name) for name in (*_in_path(path), "DPoP")]
    return {path: methods for path, methods in found.items() if methods}


def _addresses(row: Guarded) -> Iterator[tuple[str, ResourceType | None]]:
    """The addresses of a row: one for each type that supports it."""
    if row.path.endswith("/"):  # the same as without the slash
        return
    if "{type}" not in row.path:
        yield row.path, None
        return
    for kept in RESOURCE_TYPES:
        known = {*kept.interactions, "operation"} | ({"search"} if kept.name in COMPARTMENTS else set())
        if row.interaction in known:
            yield row.path.replace("{type}", kept.name), kept


def _open(path: str) -> Json:
    summary, gives = OPEN_TO_ALL[path]
    answers: Json = {"200": ref_to("responses", gives)}
    if path in {"/health/ready", "/health/adapters"}:
        answers["503"] = ref_to("responses", "health")
    if path == "/metrics":
        answers["404"] = ref_to("responses", "notNear")
    name = path.rpartition("/")[2]
    found: Json = {
        "operationId": name,
        "summary": summary,
        "security": [],
        "tags": ["open"],
        "responses": answers,
    }
    if name == "metadata":
        found["parameters"] = [ref_to("parameters", one) for one in ("mode", "_format", "_pretty")]
        answers |= {status: ref_to("responses", status) for status in ("400", "406")}
    return found


def _operation(row: Guarded, path: str, kept: ResourceType | None) -> Json:
    if (row.method, row.path) in EXPORTS:
        return _of_export(*EXPORTS[row.method, row.path])
    if row.path.startswith(BASE):
        return national.operation(row.method, row.path)
    if row.path in hooks.CALLS:
        return hooks.operation(row.path)
    does, asked = INTERACTIONS[row.interaction], BY_PATH.get(row.path)
    step = path.split("/")[2:3]
    type_name = kept.name if kept else step[0] if step and step[0] in BY_NAME else ""
    answers = {str(status): ref_to("responses", str(status)) for status in (*EVERYWHERE, *does.refusals)}
    found: Json = {"tags": [type_name or "system"], "responses": answers, "parameters": []}
    found["operationId"] = "-".join(filter(None, [*_named(row, asked), type_name]))
    if asked is not None:
        _describe(found, row, asked)
        return found
    found["summary"] = does.summary
    found["parameters"] += [ref_to("parameters", name) for name in does.headers]
    for status, gives in filter(None, ((does.success, does.gives), ALSO.get(row.interaction))):
        name = f"{type_name}.created" if gives == "created" else gives or type_name
        answers[str(status)] = ref_to("responses", name)
    if does.do and type_name:
        found["description"] = f"Roles with a right: {_roles(does.do, type_name)}."
    _ask(found, row, type_name)
    return found


def _of_export(name: str, summary: str, gives: dict[str, str], refusals: tuple[int, ...]) -> Json:
    answers = {status: ref_to("responses", answer) for status, answer in gives.items()}
    answers |= {str(status): ref_to("responses", str(status)) for status in (*EVERYWHERE, *refusals)}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["system"],
        "responses": answers,
        "parameters": [],
    }


def _named(row: Guarded, asked: Operation | None) -> list[str]:
    """What it is called, beside its type."""
    if asked is not None:
        at_one = len(asked.levels) > 1 and "{id}" in row.path
        return [asked.name, "of-one" if at_one else "", row.method.lower() if len(asked.methods) > 1 else ""]
    without_id = row.interaction in {"update", "patch", "delete"} and "{id}" not in row.path
    by_form = row.path.endswith("_search")
    return [row.interaction, "conditional" if without_id else "", "post" if by_form else ""]


def _in_path(path: str) -> list[str]:
    return [name for name in ("id", "version", "name", "member", "service") if f"{{{name}}}" in path]


def _ask(found: Json, row: Guarded, type_name: str) -> None:
    """What is sent: query, form or body."""
    if row.interaction.startswith("search") and row.method == "POST":
        found["requestBody"] = {"required": True, "content": {FORM: {"schema": ref("search")}}}
    elif row.interaction == "search-type":
        names = [named(param) for param in searchable(type_name)]
        found["parameters"] += [ref_to("parameters", name) for name in (*names, *CONTROLS)]
    elif row.interaction.startswith("search"):
        found["parameters"] += [ref_to("parameters", name) for name in ("_type", *CONTROLS)]
    elif row.method in {"POST", "PUT"}:
        found["requestBody"] = ref_to("requestBodies", type_name or "Bundle")
    elif row.method == "PATCH":
        found["requestBody"] = ref_to("requestBodies", "patch")
    if row.interaction in {"update", "patch", "delete"} and "{id}" not in row.path:
        found["parameters"].append(ref_to("parameters", "criteria"))
    if row.interaction.startswith("history"):
        found["parameters"] += [
            ref_to("parameters", name) for name in ("_count", *HISTORY, "_format", "_pretty")
        ]


def _describe(found: Json, row: Guarded, asked: Operation) -> None:
    """The words, the answer and the parameters of an operation."""
    found["summary"] = asked.text
    if "{id}" in row.path:
        found["responses"]["410"] = ref_to("responses", "410")
    if asked.begins:
        found["parameters"].append(ref_to("parameters", "Prefer"))
        found["responses"] |= {"202": ref_to("responses", "begun"), "429": ref_to("responses", "429")}
    else:
        found["responses"]["200"] = _answered(asked)
    if row.method == "POST":
        found["requestBody"] = ref_to("requestBodies", "Parameters")
        return
    for name, text, required in in_url(asked):
        parameter: Json = {"name": name, "in": "query", "description": text, "schema": {"type": "string"}}
        found["parameters"].append(parameter | ({"required": True} if required else {}))
    found["parameters"].append(ref_to("parameters", "_format"))


def _answered(asked: Operation) -> Json:
    content = {JSON: {"schema": ref(asked.answer)}}
    for kind in PAGES.get(asked.name, ()):
        content[kind] = {"schema": {"type": "string"} | ({"format": "binary"} if kind == PDF else {})}
    headers = {"X-Request-Id": ref_to("headers", "X-Request-Id")}
    return {"description": asked.answer, "content": content, "headers": headers}


def _roles(do: str, type_name: str) -> str:
    found = {role for row in ALLOW if do in row.do and type_name in row.types for role in row.roles}
    return ", ".join(sorted(found - {Role.SYSTEM, Role.HARNESS})) or "none"


def ref_to(kind: str, name: str) -> Json:
    """A reference to a component."""
    return {"$ref": f"#/components/{kind}/{name}"}
