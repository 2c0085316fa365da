"""What an operation was given, checked against its row: https://hl7.org/fhir/R4/operations.html#request

In the URL stand primitive values; in a body Parameters, or the resource alone where the operation takes exactly one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.fhir.identifiers import looks_like_person_number
from app.fhir.operation import Operation, Parameter
from app.fhir.outcome import BadRequest
from app.fhir.primitives import PRIMITIVES

Json = dict[str, Any]
_ALWAYS = frozenset({"_format", "_pretty"})  # said of the answer, to every interaction
_ALIKE = (  # what clients write for one another; the value must still be of the row's type
    frozenset({"string", "code", "id", "markdown"}),
    frozenset({"uri", "url", "canonical", "oid", "uuid"}),
    frozenset({"integer", "unsignedInt", "positiveInt"}),
)
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Given:
    """The values by the names of the parameters, in their order."""

    values: dict[str, list[Any]]

    def one(self, name: str, default: Any = None) -> Any:
        """The value of ``name``, or ``default``."""
        return self.values[name][0] if name in self.values else default

    def text(self, name: str) -> str:
        """The text of ``name``; empty where it is not given."""
        return str(self.one(name, ""))

    def flag(self, name: str) -> bool:
        """Whether ``name`` is given as true."""
        return self.one(name) is True

    def all(self, name: str) -> list[Any]:
        """Every value of ``name``."""
        return self.values.get(name, [])


def parameters(rows: Iterable[Json]) -> Json:
    """A Parameters resource: https://hl7.org/fhir/R4/parameters.html; where there are no rows it has no element for them."""
    listed = list(rows)
    return {"resourceType": "Parameters"} | ({"parameter": listed} if listed else {})


def echo(text: str) -> str:
    """``text`` as an error may repeat it: short, and never a person number."""
    return "***" if looks_like_person_number(text) else text[:80]


def from_pairs(operation: Operation, pairs: Iterable[tuple[str, str]]) -> Given:
    """What the pairs of a URL give. Raises BadRequest that names the parameter."""
    values: dict[str, list[Any]] = {}
    rows = {row.name: row for row in operation.parameters}
    for name, text in pairs:
        if name in _ALWAYS and name not in rows:
            continue
        row = _row(operation, rows, name, name)
        if row.types[0] not in PRIMITIVES:
            raise BadRequest(f"{name} does not fit in a URL; send Parameters by POST", name)
        _add(values, row, _typed(row, text), name)
    return _whole(operation, values)


def from_body(operation: Operation, resource: Json) -> Given:
    """What a body that is a valid resource gives. Raises BadRequest that names the parameter."""
    kind = resource["resourceType"]
    if kind != "Parameters":
        row = next((row for row in operation.parameters if _takes(row, kind)), None)
        if row is None:
            raise BadRequest(f"${operation.name} takes Parameters, not {kind}", "resourceType")
        return _whole(operation, {row.name: [resource]})
    values: dict[str, list[Any]] = {}
    rows = {row.name: row for row in operation.parameters}
    for n, parameter in enumerate(resource.get("parameter", ())):
        place = f"Parameters.parameter[{n}]"
        row = _row(operation, rows, parameter["name"], place)
        _add(values, row, _value(row, parameter, place), place)
    return _whole(operation, values)


def _row(operation: Operation, rows: dict[str, Parameter], name: str, place: str) -> Parameter:
    if name not in rows:
        known = ", ".join(rows) or "none"
        text = f"${operation.name} has no parameter {echo(name)}; it takes: {known}"
        raise BadRequest(text, echo(place), code="not-supported")
    return rows[name]


def _add(values: dict[str, list[Any]], row: Parameter, value: Any, place: str) -> None:
    if row.name in values and not row.many:
        raise BadRequest(f"{row.name} may be given once", place)
    values.setdefault(row.name, []).append(value)


def _whole(operation: Operation, values: dict[str, list[Any]]) -> Given:
    for row in operation.parameters:
        if row.required and row.name not in values:
            raise BadRequest(f"${operation.name} needs the parameter {row.name}", row.name, code="required")
    return Given(values)


def _typed(row: Parameter, text: str) -> Any:
    """The value that ``text`` of a URL stands for."""
    value: Any = text
    if row.types[0] == "boolean":
        value = {"true": True, "false": False}.get(text, text)
    elif row.types[0] in _ALIKE[2] and text.lstrip("-").isdecimal() and len(text) <= _MOST_DIGITS:
        value = int(text)
    return _checked(row, value, row.types[0], row.name)


def _checked(row: Parameter, value: Any, type_name: str, place: str) -> Any:
    problem = PRIMITIVES[type_name](value, 0)
    if problem:
        raise BadRequest(f"{row.name} {problem[0].reason}", place, code="value")
    return value


def _takes(row: Parameter, kind: str) -> bool:
    return kind in row.types or "Resource" in row.types


def _value(row: Parameter, parameter: Json, place: str) -> Any:
    if "resource" in parameter:
        resource = parameter["resource"]
        if not _takes(row, resource["resourceType"]):
            raise BadRequest(
                f"{row.name} is {_named(row)}, not {resource['resourceType']}", place, code="value"
            )
        return resource
    if "part" in parameter and "part" in row.types:
        return parameter["part"]
    name = next((key for key in parameter if key.startswith("value")), "")
    for type_name in row.types:
        if any(name == f"value{one[0].upper()}{one[1:]}" for one in _like(type_name)):
            value = parameter[name]
            return _checked(row, value, type_name, place) if type_name in PRIMITIVES else value
    raise BadRequest(f"{row.name} is {_named(row)}", place, code="value")


def _like(type_name: str) -> frozenset[str]:
    return next((alike for alike in _ALIKE if type_name in alike), frozenset({type_name}))


def _named(row: Parameter) -> str:
    return " or ".join(row.types)
