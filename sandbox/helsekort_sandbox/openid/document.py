"""The OpenAPI document of a mock issuer, from the table of its operations: https://spec.openapis.org/oas/v3.1.0."""

from typing import Any

from helsekort_sandbox.openid.operations import CONTROLS, FIELDS, Operation
from helsekort_sandbox.openid.profile import Profile

_JSON = "application/json"


def document(profile: Profile, url: str, operations: tuple[Operation, ...]) -> dict[str, Any]:
    """The document of the issuer ``url``."""
    paths: dict[str, dict[str, Any]] = {}
    for row in (*operations, *CONTROLS):
        paths.setdefault(profile.paths.get(row.path, row.path), {})[row.method.lower()] = _operation(row)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": profile.title,
            "version": "1",
            "description": "A mock: everybody in it is made up.",
        },
        "servers": [{"url": url}],
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Auth-Key"}}},
        "paths": paths,
    }


def _operation(row: Operation) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": row.summary,
        "responses": {str(status): {"description": text} for status, text in row.answers.items()},
    }
    names = (*row.needs, *row.takes)
    if row.method == "GET" and names:
        found["parameters"] = [
            {
                "name": name,
                "in": "query",
                "required": name in row.needs,
                "description": FIELDS[name],
                "schema": {"type": "string"},
            }
            for name in names
        ]
    elif names:
        properties = {name: {"type": "string", "description": FIELDS[name]} for name in names}
        schema = {"type": "object", "required": list(row.needs), "properties": properties}
        found["requestBody"] = {"content": {"application/x-www-form-urlencoded": {"schema": schema}}}
    if row.body is not None:
        content = {"schema": {"type": "object"}, "example": row.body}
        found["requestBody"] = {"required": True, "content": {_JSON: content}}
    if row.key:
        found["security"] = [{"key": []}]
    return found
