"""The national record API in the document: its members from the table of fields (``app/mapping/dhg_fields.py``).

https://spec.openapis.org/oas/v3.1.0. Unknown members are taken and kept, so no object is closed.
"""

from typing import Any

from app.api.dhg_rest import BASE, PROBLEM
from app.mapping.dhg_fields import PARTS, ROWS, Part
from app.mapping.dhg_kinds import KINDS
from app.mapping.dhg_read import OF_PATIENT

Json = dict[str, Any]
JSON = "application/json"
_CODED: Json = {
    "type": "object", "required": ["code"],
    "properties": {"code": {"type": "string"}, "display": {"type": "string"}, "codeSystem": {"type": "string"}},
}  # fmt: skip
_TYPES: dict[str, Json] = {
    "boolean": {"type": "boolean"}, "string": {"type": "string"}, "number": {"type": "number"}, "integer": {"type": "integer"},
    "date": {"type": "string", "format": "date"}, "coded": _CODED, "object": {"type": "object"},
}  # fmt: skip
_OTHERS = {
    "day": "date", "stated-week": "integer", "stated-day": "integer", "fundal-height": "number", "carer": "object",
    "centre": "string", "stimulus": "object", "outcome": "object", "never": "integer", "interpreter": "boolean", "language": "coded",
}  # fmt: skip
# TABLE: method and path → name, what it does, what is sent, success
CALLS: dict[tuple[str, str], tuple[str, str, str, int]] = {
    ("GET", "/status"): ("record-status", "Whether she takes part and has an active record", "", 200),
    ("GET", "/history"): ("record-history", "Her records, newest first", "", 200),
    ("GET", "/history/{record}"): ("record-changes", "The changes of one record", "", 200),
    ("POST", "/record"): ("record-create", "A new record: one can be active", "record", 201),
    ("GET", "/record/{record}"): ("record-read", "A whole record", "", 200),
    ("POST", "/record/{record}/updateStatus"): ("record-end", "End a record", "status", 200),
    ("POST", "/record/{record}/{part}"): ("record-part-create", "A sub-resource", "part", 201),
    ("PUT", "/record/{record}/{part}"): ("record-part-update", "Change a sub-resource", "part", 200),
    ("PUT", "/record/{record}/{part}/{id}"): ("record-part-update-one", "Change one of several", "part", 200),
    ("DELETE", "/record/{record}/{part}/{id}"): (
        "record-part-error",
        "One of several is entered in error",
        "",
        204,
    ),
}
_REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 503)
_HEADERS = (
    ("nhn-patient-nin", True, "Her national identity number or D-number"),
    ("nhn-source-system", True, "Name and version of the calling system, 3 to 512 characters"),
    ("nhn-user-role", False, "URL-encoded JSON: system (Volven 9060) and code; required of health personnel"),
    ("nhn-event-id", False, "A trace, at most 128 characters"),
    (
        "X-Effective-Time",
        False,
        "When what is sent was found, where that is not now; an extension of the contract",
    ),
)


def _type_of(kind: str) -> Json:
    name = (
        KINDS[kind].type if kind in KINDS else _OTHERS.get(kind, "string" if kind in OF_PATIENT else "object")
    )
    found = _TYPES[name]
    return found | {"type": [found["type"], "null"]}


def schema(part: Part) -> Json:
    """The schema of a sub-resource."""
    root: Json = {"type": "object", "title": part.name, "properties": {"metadata": {"type": "object"}}}
    for row in part.fields:
        place = root
        for step in row.path.split(".")[:-1]:
            if step == "{}":
                continue
            listed = step in ROWS
            inner: Json = {"type": ["object", "null"], "properties": {}}
            held = place["properties"].setdefault(
                step, {"type": ["array", "null"], "items": inner} if listed else inner
            )
            place = held["items"] if listed else held
            if listed:
                place["properties"].setdefault(
                    ROWS[step], {"type": "integer"} if ROWS[step] == "fosterId" else _CODED
                )
        name = row.path.rpartition(".")[2]
        if name != "{}":
            place["properties"][name] = _type_of(row.kind)
    if part.name == "birthStatus":
        row_of = {
            "type": "object",
            "properties": {"fosterId": {"type": "integer"}, "status": _CODED, "datetime": {"type": "string"}},
        }
        root["properties"]["birthStatus"] = {"type": ["array", "null"], "items": row_of}
    return root


def _sent(what: str) -> Json:
    if what == "part":
        held: Json = {"anyOf": [schema(part) for part in PARTS]}
    elif what == "record":
        held = {
            "type": "object",
            "properties": {part.name: {"type": "object"} for part in PARTS if not part.many},
        }
    else:
        names = {"status": {"enum": ["TERMINATED", "DELIVERED"]}, "liveBirth": {"type": "boolean"}}
        moments = {
            name: {"type": "string", "format": "date-time"} for name in ("deliveryDate", "terminationDate")
        }
        held = {"type": "object", "properties": names | moments, "required": ["status"]}
    return {"required": True, "content": {JSON: {"schema": held}}}


def operation(method: str, path: str) -> Json:
    """The operation at ``path``."""
    name, summary, sent, success = CALLS[method, path.removeprefix(BASE)]
    text = {"type": "string"}
    parameters: list[Json] = [
        {"name": header, "in": "header", "required": required, "description": words, "schema": text}
        for header, required, words in _HEADERS
    ]
    for step in ("record", "part"):
        if f"{{{step}}}" in path:
            of: Json = {"enum": [part.name for part in PARTS]} if step == "part" else text
            parameters.append({"name": step, "in": "path", "required": True, "schema": of})
    refused = {
        "description": "Problem details (RFC 9457)",
        "content": {PROBLEM: {"schema": {"type": "object"}}},
    }
    answers: Json = {str(status): refused for status in _REFUSALS}
    told = {"content": {JSON: {"schema": {"type": "object"}}}} if success != 204 else {}  # noqa: PLR2004 (no content)
    answers[str(success)] = {"description": summary} | told
    found: Json = {
        "operationId": name,
        "summary": summary,
        "tags": ["national record"],
        "responses": answers,
        "parameters": parameters,
    }
    return found | ({"requestBody": _sent(sent)} if sent else {})
