"""What a bulk export is asked for: parameters of the URL or of Parameters, each told what is wrong with it.

https://hl7.org/fhir/uv/bulkdata/STU2/export.html#query-parameters. Values are kept as they were written and read again
by the worker; so no national identity number may stand in them, whether they came in a URL or in a body.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from app.fhir.dates import interval
from app.fhir.identifiers import looks_like_person_number
from app.fhir.outcome import BadRequest
from app.fhir.primitives import PRIMITIVES
from app.fhir.query import Query, parse, refuse_person_numbers
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.summary import Form, form_of
from app.interactions.search_terminology import by_meaning

Pairs = list[tuple[str, str]]
SYSTEM, PATIENT, GROUP = "system", "Patient", "Group"
EXPORTED = tuple(row.name for row in RESOURCE_TYPES if row.name != "AuditEvent")
ABOUT_A_WOMAN = tuple(row.name for row in RESOURCE_TYPES if row.patient)
FORMATS = frozenset({"application/fhir+ndjson", "application/fhir ndjson", "application/ndjson", "ndjson"})
_REFUSED = {  # parameters of the specification that this server does not have, with the reason
    "includeAssociatedData": "no associated data are kept apart; ask for Provenance by _type",
    "organizeOutputBy": "files hold one type of resource each",
    "allowPartialManifests": "the manifest comes when all files are there",
}
_SILENT = frozenset({"_format", "_pretty"})
_NEXT_FILTER = re.compile(r",(?=[A-Z][A-Za-z]*\?)")
_REFERENCE = re.compile(r"(?:.*/)?Patient/([A-Za-z0-9\-.]{1,64})")


@dataclass(slots=True)
class Asked:
    """What is asked for; ``ignored`` names what the client let this server ignore."""

    level: str
    group: str | None = None
    types: list[str] = field(default_factory=list)
    filters: list[tuple[str, str]] = field(default_factory=list)
    since: str | None = None
    patients: list[str] | None = None
    elements: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def exported(self) -> tuple[str, ...]:
        """The types: those that were asked for, or all that the level is about."""
        every = EXPORTED if self.level == SYSTEM else ABOUT_A_WOMAN
        return tuple(sorted(self.types or every))

    def as_json(self) -> dict[str, Any]:
        """What the worker needs."""
        return {
            "level": self.level, "group": self.group, "types": self.exported(), "filters": self.filters,
            "since": self.since, "patients": self.patients, "elements": self.elements,
        }  # fmt: skip


class _Unsupported(Exception):
    """Refused, or ignored where the client asked for leniency."""


def pairs_of(parameters: dict[str, Any]) -> Pairs:
    """The parameters of a body as pairs. Raises BadRequest."""
    if parameters.get("resourceType") != "Parameters":
        raise BadRequest("The body must be Parameters", "resourceType")
    pairs: Pairs = []
    for n, row in enumerate(parameters.get("parameter", ())):
        values = [value for name, value in row.items() if name.startswith("value")]
        value = (
            values[0].get("reference") if values and isinstance(values[0], dict) else (values or [None])[0]
        )
        if isinstance(value, bool):
            value = "true" if value else "false"
        if not isinstance(value, str):
            place = f"Parameters.parameter[{n}]"
            raise BadRequest(
                f"{place} must have a string, a code, an instant or a reference", place, code="value"
            )
        pairs.append((row.get("name", ""), value))
    return pairs


def read(level: str, group: str | None, pairs: Pairs, *, in_body: bool, lenient: bool) -> Asked:
    """What ``pairs`` ask for. Raises BadRequest, naming the parameter."""
    refuse_person_numbers(pairs)
    asked = Asked(level, group)
    for name, value in pairs:
        try:
            _take(asked, name, value, in_body=in_body)
        except _Unsupported as error:
            plain = "***" if looks_like_person_number(name) else name[:64]
            if not lenient:
                raise BadRequest(f"{plain}: {error}", plain, code="not-supported") from error
            asked.ignored.append(plain)
    _whole(asked, lenient=lenient)
    return asked


def _take(asked: Asked, name: str, value: str, *, in_body: bool) -> None:
    if name in _SILENT:
        return
    if name in _REFUSED:
        raise _Unsupported(_REFUSED[name])
    if name not in TABLE:
        raise _Unsupported("this server does not know the parameter")
    if name == "patient" and not in_body:
        raise BadRequest("patient is given by POST, in Parameters", "patient")
    TABLE[name](asked, value)


def _format(_asked: Asked, value: str) -> None:
    if value not in FORMATS:
        raise BadRequest("Files are application/fhir+ndjson", "_outputFormat", code="not-supported")


def _since(asked: Asked, value: str) -> None:
    if asked.since is not None:
        raise BadRequest("_since may be given once", "_since")
    if PRIMITIVES["instant"](value, 0):
        text = "_since must be an instant, such as 2026-11-01T12:00:00.000Z (in a URL, + is written %2B)"
        raise BadRequest(text, "_since", code="value")
    asked.since = interval(value)[0].isoformat()


def _types(asked: Asked, value: str) -> None:
    for name in value.split(","):
        if name not in EXPORTED:
            known = (
                "is read by search and $access-log"
                if name == "AuditEvent"
                else "is none of this server's types"
            )
            raise _Unsupported(f"{name[:64]} {known}")
        if name not in asked.types:
            asked.types.append(name)


def _filters(asked: Asked, value: str) -> None:
    for text in _NEXT_FILTER.split(value):
        type_name, _, query = text.partition("?")
        if type_name not in EXPORTED or not query:
            raise BadRequest("A filter is a search, such as Observation?code=85354-9", "_typeFilter")
        filter_query(type_name, query)
        asked.filters.append((type_name, query))


def _patients(asked: Asked, value: str) -> None:
    if asked.level == SYSTEM:
        raise BadRequest("patient belongs to Patient/$export and Group/$export", "patient")
    match = _REFERENCE.fullmatch(value)
    if match is None:
        raise BadRequest("patient is a reference, such as Patient/1", "patient", code="value")
    asked.patients = sorted({*(asked.patients or ()), match[1]})


def _elements(asked: Asked, value: str) -> None:
    asked.elements += value.split(",")


TABLE: dict[str, Callable[[Asked, str], None]] = {
    "_outputFormat": _format,
    "_since": _since,
    "_type": _types,
    "_typeFilter": _filters,
    "_elements": _elements,
    "patient": _patients,
}


def filter_query(type_name: str, text: str) -> Query:
    """A filter as a query on its type. Raises BadRequest."""
    query = parse(type_name, parse_qsl(text, keep_blank_values=True), in_url=True)
    if (
        query.includes
        or query.sort
        or query.count is not None
        or query.cursor
        or query.elements
        or query.summary
    ):
        raise BadRequest("A filter selects; it neither sorts, includes nor pages", "_typeFilter")
    if by_meaning(query):
        raise BadRequest("A filter names its codes one by one", "_typeFilter", code="not-supported")
    return query


def _whole(asked: Asked, *, lenient: bool) -> None:
    """What only all of it together tells."""
    if asked.level != SYSTEM and asked.types and not set(asked.types) & set(ABOUT_A_WOMAN) and not lenient:
        text = f"{', '.join(asked.types)} are about no woman; ask the system for them, or name others too"
        raise BadRequest(text, "_type", code="not-supported")
    for type_name, _ in asked.filters:
        if type_name not in asked.exported():
            raise BadRequest(f"_typeFilter names {type_name}, which is not exported", "_typeFilter")
    for text in asked.elements:
        type_name, dot, name = text.rpartition(".")
        types = (type_name,) if dot else asked.exported()
        try:
            chosen = set(types) <= set(asked.exported()) and form_of(types, "", name)
        except ValueError:
            chosen = False
        if not chosen:
            raise BadRequest(
                "_elements names top-level elements, such as Patient.name or status", "_elements"
            )


def form(elements: list[str], type_name: str) -> Form:
    """What of a type is wanted, where ``_elements`` says it: whole where it speaks of other types only."""
    split = (text.rpartition(".") for text in elements)
    return Form(elements=tuple(name for kind, _, name in split if kind in {"", type_name}))
