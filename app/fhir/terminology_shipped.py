"""The terminology that this server brings along: R4's own required value sets, and what stands in fhir_profiles/.

https://hl7.org/fhir/R4/terminologies-valuesets.html. What is stored under the same canonical comes first.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

from app.fhir import definitions
from app.fhir import json as fhir_json
from app.fhir.terminology import CodeSystem, Concept, Json, Key, code_system

R4: Final = "4.0.1"
KINDS: Final = ("ValueSet", "CodeSystem", "ConceptMap")
_HL7: Final = "http://hl7.org/fhir/"


def shipped(key: Key) -> CodeSystem | Json | None:
    """The artefact under ``key``, or None; a Questionnaire too, whose own codes it is asked with."""
    kind, canonical = key
    url, _, version = canonical.partition("|")
    found = _code_systems().get(url) if kind == "CodeSystem" else _resources(kind).get(url)
    if found is None or not version:
        return found
    held = found.version if isinstance(found, CodeSystem) else found.get("version", "")
    return found if held == version else None


def maps() -> tuple[Json, ...]:
    """Every ConceptMap."""
    return tuple(_resources("ConceptMap").values())


def code_systems() -> tuple[CodeSystem, ...]:
    """Every CodeSystem."""
    return tuple(_code_systems().values())


@cache
def _code_systems() -> dict[str, CodeSystem]:
    found: dict[str, CodeSystem] = {}
    for url, code, parent, abstract, display in definitions.rows("code_systems.tsv"):
        if url not in found:
            found[url] = CodeSystem(url, _version(url), url.rpartition("/")[2], language="en")
        concept = Concept(code, display, (parent,) if parent else (), bool(abstract))
        found[url].add(concept)
    own = {resource["url"]: code_system(resource) for resource in _resources("CodeSystem").values()}
    return found | own


def _version(url: str) -> str:
    return R4 if url.startswith(_HL7) else ""


@cache
def _resources(kind: str) -> dict[str, Json]:
    found = {resource["url"]: resource for resource in _required()} if kind == "ValueSet" else {}
    for file in _files(resources.files("fhir_profiles")):
        if file.name.startswith(f"{kind}-"):
            resource: Json = fhir_json.read(file.read_bytes())
            if resource.get("resourceType") == kind and "url" in resource:
                found[resource["url"]] = resource
    return found


def _files(folder: Traversable) -> Iterator[Traversable]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            yield from _files(entry)
        elif entry.name.endswith(".json"):
            yield entry


def _required() -> Iterator[Json]:
    for name, systems in definitions.value_sets().items():
        base = "http://terminology.hl7.org/" if name.startswith("v3-") else _HL7
        url = f"{base}ValueSet/{name}"
        yield {
            "resourceType": "ValueSet",
            "url": url,
            "version": _version(url),
            "name": name,
            "status": "active",
            "compose": {
                "include": [
                    {"system": system, "concept": [{"code": code} for code in sorted(codes)]}
                    for system, codes in systems.items()
                ]
            },
        }
