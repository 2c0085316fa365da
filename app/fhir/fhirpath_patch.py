"""FHIRPath Patch: add, insert, delete, replace and move elements by Parameters: https://hl7.org/fhir/R4/fhirpatch.html

Which paths there are says ``element_paths``, what an operation does ``element_edits``.
"""

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from app.fhir import element_edits
from app.fhir.element_paths import NoPath
from app.fhir.json_patch import Patch, Unpatchable
from app.fhir.outcome import BadRequest, Issue

Json = dict[str, Any]
_NEEDED: Final[dict[str, frozenset[str]]] = {
    "add": frozenset({"path", "name", "value"}),
    "insert": frozenset({"path", "value", "index"}),
    "delete": frozenset({"path"}),
    "replace": frozenset({"path", "value"}),
    "move": frozenset({"path", "source", "destination"}),
}
_TEXTS: Final = {"type": "valueCode", "path": "valueString", "name": "valueString"}
_NUMBERS: Final = frozenset({"index", "source", "destination"})
_MOST: Final = 1_000


@dataclass(slots=True)
class _Operation:
    """One operation; ``value`` is the Parameters' part that holds it, ``where`` its place in the Parameters."""

    where: str
    kind: str = ""
    path: str = ""
    name: str = ""
    value: Json = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)


def fhirpath_patch(parameters: Json) -> Patch:
    """The patch of ``parameters``, a valid resource. Raises BadRequest."""
    rows = parameters.get("parameter", [])
    if not rows or len(rows) > _MOST:
        raise BadRequest(
            f"A FHIRPath Patch has 1 to {_MOST} operations", "Parameters.parameter", code="required"
        )
    operations = [_operation(row, f"Parameters.parameter[{n}]") for n, row in enumerate(rows)]

    def apply(resource: Json) -> Json:
        patched = copy.deepcopy(resource)
        for operation in operations:
            try:
                _DO[operation.kind](patched, operation)
            except NoPath as error:
                text = f"{operation.where}: {error}"
                raise Unpatchable(Issue("processing", text, (operation.where,))) from error
        return patched

    return apply


def _operation(row: Json, where: str) -> _Operation:
    if row.get("name") != "operation":
        raise BadRequest("Every parameter is named operation", f"{where}.name", code="value")
    made, seen = _Operation(where), set()
    for n, part in enumerate(row.get("part", [])):
        name, place = part.get("name"), f"{where}.part[{n}]"
        if name in seen:
            raise BadRequest(f"{name} stands twice", place)
        seen.add(name)
        _take(made, part, place)
    needed = _NEEDED.get(made.kind)
    if needed is None:
        raise BadRequest(f"type is one of {', '.join(_NEEDED)}", where, code="value")
    if missing := needed - seen:
        raise BadRequest(f"{made.kind} needs {', '.join(sorted(missing))}", where, code="required")
    return made


def _take(made: _Operation, part: Json, place: str) -> None:
    name = part.get("name")
    if name in _TEXTS:
        text = part.get(_TEXTS[name], part.get("valueString"))
        if not isinstance(text, str):
            raise BadRequest(f"{name} is a {_TEXTS[name]}", place, code="value")
        setattr(made, "kind" if name == "type" else name, text)
    elif name in _NUMBERS:
        number = next((part[key] for key in ("valueInteger", "valueUnsignedInt") if key in part), None)
        if not isinstance(number, int) or number < 0:
            raise BadRequest(f"{name} is a valueInteger from 0", place, code="value")
        made.numbers[name] = number
    elif name == "value":
        made.value = part
    else:
        raise BadRequest(
            "A part is type, path, name, value, index, source or destination", place, code="value"
        )


_DO: Final[dict[str, Callable[[Json, _Operation], None]]] = {
    "add": lambda resource, asked: element_edits.add(resource, asked.path, asked.name, asked.value),
    "insert": lambda resource, asked: element_edits.insert(
        resource, asked.path, asked.numbers["index"], asked.value
    ),
    "delete": lambda resource, asked: element_edits.delete(resource, asked.path),
    "replace": lambda resource, asked: element_edits.replace(resource, asked.path, asked.value),
    "move": lambda resource, asked: element_edits.move(
        resource, asked.path, asked.numbers["source"], asked.numbers["destination"]
    ),
}
