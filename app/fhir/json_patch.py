"""JSON Patch (RFC 6902) on a resource, number lexemes kept: https://hl7.org/fhir/R4/http.html#patch

The patch is a value that is applied later, when the resource is at hand. No message repeats a value of the resource.
"""

import copy
from collections.abc import Callable
from typing import Any, Final

from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Issue

Json = dict[str, Any]
Patch = Callable[[Json], Json]  # gives the patched copy; raises Unpatchable
_MEMBERS: Final = {  # what each operation needs beside op and path
    "add": "value",
    "replace": "value",
    "test": "value",
    "remove": "",
    "move": "from",
    "copy": "from",
}
_MOST: Final = 1_000  # operations in a patch


class Unpatchable(Exception):
    """The patch does not fit the resource; ``issues`` say where."""

    def __init__(self, *issues: Issue) -> None:
        super().__init__(issues[0].diagnostics)
        self.issues = issues


def json_patch(operations: Any, *, largest: int) -> Patch:
    """The patch of ``operations``; no resource becomes larger than ``largest`` bytes by it. Raises BadRequest."""
    if not isinstance(operations, list) or not operations:
        raise BadRequest("A JSON Patch is a list of operations", code="structure")
    if len(operations) > _MOST:
        raise BadRequest(f"A JSON Patch may have {_MOST} operations", code="too-costly")
    for n, operation in enumerate(operations):
        _check(operation, f"[{n}]")

    def apply(resource: Json) -> Json:
        patched: Any = copy.deepcopy(resource)
        for n, operation in enumerate(operations):
            patched = _applied(patched, operation, f"[{n}]")
            if operation["op"] == "copy":  # copies of copies double: stop before they fill the memory
                _check_size(patched, largest, f"[{n}]")
        if not isinstance(patched, dict):
            raise Unpatchable(Issue("structure", "The patch leaves no resource"))
        return patched

    return apply


def _check(operation: Any, where: str) -> None:
    if not isinstance(operation, dict) or operation.get("op") not in _MEMBERS:
        raise BadRequest(f"op is one of {', '.join(_MEMBERS)}", f"{where}.op", code="value")
    if not isinstance(operation.get("path"), str):
        raise BadRequest("path must be a JSON Pointer", f"{where}.path", code="required")
    needed = _MEMBERS[operation["op"]]
    if needed and needed not in operation:
        raise BadRequest(f"{operation['op']} needs {needed}", f"{where}.{needed}", code="required")
    if needed == "from" and not isinstance(operation["from"], str):
        raise BadRequest("from must be a JSON Pointer", f"{where}.from", code="value")


def _applied(resource: Any, operation: Json, where: str) -> Any:
    from jsonpatch import JsonPatchException, JsonPatchTestFailed, apply_patch  # noqa: PLC0415 (rare; not at the start)
    from jsonpointer import JsonPointerException  # noqa: PLC0415

    try:
        return apply_patch(resource, [operation], in_place=True)
    except JsonPatchTestFailed as error:
        raise Unpatchable(Issue("processing", f"{where}: the test does not hold", (where,))) from error
    except (JsonPatchException, JsonPointerException, TypeError, ValueError, KeyError, IndexError) as error:
        text = f"{where}: {operation['op']} has no such place to work on"
        raise Unpatchable(Issue("processing", text, (where,))) from error
    except RecursionError as error:
        raise Unpatchable(Issue("structure", f"{where}: the resource becomes nested too deeply")) from error


def _check_size(resource: Any, largest: int, where: str) -> None:
    try:
        size = len(fhir_json.dump(resource))
    except (TypeError, RecursionError) as error:  # orjson's error for nesting is a TypeError
        raise Unpatchable(Issue("structure", f"{where}: the resource becomes nested too deeply")) from error
    if size > largest:
        raise Unpatchable(Issue("too-long", f"{where}: the resource becomes larger than {largest} bytes"))
