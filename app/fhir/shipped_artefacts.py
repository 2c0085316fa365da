"""What this server ships in fhir_profiles/ as resources to read and search: profiles, terminology, forms,
the programme and the quality indicators.

https://hl7.org/fhir/R4/structuredefinition.html. They are read only; the id is the last part of the canonical, so that
``{base}/StructureDefinition/blood-pressure`` is where the canonical would lead.
"""

from collections.abc import Callable, Sequence
from functools import cache
from importlib import resources
from typing import Any, Final

from app.fhir import json as fhir_json

Json = dict[str, Any]
KINDS: Final = frozenset(
    {
        "StructureDefinition",
        "ValueSet",
        "CodeSystem",
        "ConceptMap",
        "Questionnaire",
        "PlanDefinition",
        "Measure",
    }
)
_FOLDERS: Final = ("definitions", "questionnaires", "programme", "measures")
_BESIDE: Final = frozenset(
    {"_format", "_pretty", "_count", "_total", "_summary", "_elements", "_sort", "_cursor"}
)


def _same(element: str) -> Callable[[Json, str], bool]:
    return lambda resource, value: bool(str(resource.get(element, "")) == value)


def _begins(element: str) -> Callable[[Json, str], bool]:
    return lambda resource, value: str(resource.get(element, "")).casefold().startswith(value.casefold())


def _canonical(resource: Json, value: str) -> bool:
    url, _, version = value.partition("|")
    return bool(resource["url"] == url and version in {"", resource.get("version", "")})


PARAMETERS: Final[dict[str, Callable[[Json, str], bool]]] = {  # how what is shipped is searched
    "_id": _same("id"),
    "url": _canonical,
    "version": _same("version"),
    "status": _same("status"),
    "name": _begins("name"),
    "title": _begins("title"),
    "type": _same("type"),
    "kind": _same("kind"),
    "base": _same("baseDefinition"),
}


@cache
def _all() -> dict[str, dict[str, Json]]:
    found: dict[str, dict[str, Json]] = {kind: {} for kind in KINDS}
    for folder in _FOLDERS:
        for file in sorted(
            resources.files("fhir_profiles").joinpath(folder).iterdir(), key=lambda one: one.name
        ):
            kind = file.name.partition("-")[0]
            if kind in KINDS:
                resource: Json = fhir_json.read(file.read_bytes())
                found[kind][resource["id"]] = resource
    return found


def artefact(kind: str, id_: str) -> Json | None:
    """The shipped resource of a type under an id, or None."""
    return _all().get(kind, {}).get(id_)


def matching(kind: str, pairs: Sequence[tuple[str, str]]) -> list[Json]:
    """The shipped resources that a search for ``pairs`` finds, in order of id; none where it asks for what is not looked at."""
    asked = [(name, value) for name, value in pairs if name not in _BESIDE]
    if kind not in KINDS or any(name not in PARAMETERS for name, _ in asked):
        return []
    return [
        one
        for _, one in sorted(_all()[kind].items())
        if all(any(PARAMETERS[name](one, part) for part in value.split(",")) for name, value in asked)
    ]
