"""HL7 Norway's profile of the trust framework, restated as definitions that the official validator can hold an event to.

https://github.com/HL7Norway/AuditEvent (no-domain-Trustframework-Auditevent 0.9.8, a draft) is published as source alone; what
it demands was read there on 2026-12-01: who acts is a PractitionerRole with person, organization and point of care, three
extensions, and the value set of why. What the contained resources are profiles of is no-basis, where its package is at hand
(StructureDefinitions with snapshots), and base R4 where not.
"""

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]
HL7_NO = "http://hl7.no/fhir/StructureDefinition"
CORE = "http://hl7.org/fhir/StructureDefinition"
PURPOSES = "http://hl7.no/fhir/ValueSet/no-basis-auditevent-purpose-of-event"
PARTS = "no-doc-Trustframework"  # the beginning of the names of what an event contains
# Type and name of what is contained → element → what it may refer to
CONTAINED: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("PractitionerRole", "PractitioneRole"): {
        "practitioner": ("Practitioner",),
        "organization": ("Organization-PractitionerDepartment", "Organization-PractitionerLegalentity"),
        "location": ("Location-PractitionerPointofcare",),
    },
    ("Practitioner", "Practitioner"): {},
    ("Organization", "Organization-PractitionerLegalentity"): {},
    ("Organization", "Organization-PractitionerDepartment"): {
        "partOf": ("Organization-PractitionerLegalentity",)
    },
    ("Organization", "Organization-PractitionerPointofcare"): {},
    ("Location", "Location-PractitionerPointofcare"): {
        "managingOrganization": ("Organization-PractitionerPointofcare",)
    },
}
EXTENSIONS = {
    "_patient": "patient",
    "_encounter": "encounter",
    "_careRelationMetaData": "carerelation-metadata",
}
ATTESTED = (  # name, type, least
    ("decision-ref-id", "string", 0),
    ("decision-ref-description", "string", 0),
    ("decision-ref-user-selected", "boolean", 0),
    ("toa", "unsignedInt", 1),
)
_KINDS = (".structuredefinition", ".valueset", ".codesystem")
_BY_URL = {"discriminator": [{"type": "value", "path": "url"}], "rules": "open"}


def definitions(no_basis: bool) -> Iterator[Json]:
    """All of them, each before what refers to it."""
    yield {
        "resourceType": "ValueSet", "url": PURPOSES, "status": "draft",
        "compose": {"include": [{"valueSet": ["http://terminology.hl7.org/ValueSet/v3-PurposeOfUse"]}]},
    }  # fmt: skip
    for (type_name, name), references in CONTAINED.items():
        base = f"{HL7_NO}/no-basis-{type_name}" if no_basis else f"{CORE}/{type_name}"
        rows = [_reference(f"{type_name}.{element}", to) for element, to in references.items()]
        yield _definition(f"{PARTS}-{name}", type_name, base, rows or [{"id": type_name, "path": type_name}])
    yield _extension("patient", [_value("Reference", f"{CORE}/Patient")])
    yield _extension("encounter", [_value("Reference", f"{CORE}/Encounter")])
    yield _extension("carerelation-metadata", [*_attested()])
    yield _definition("no-domain-Trustframework-Auditevent", "AuditEvent", f"{CORE}/AuditEvent", [*_event()])


def _definition(name: str, type_name: str, base: str, rows: list[Json]) -> Json:
    return {
        "resourceType": "StructureDefinition", "id": name, "url": f"{HL7_NO}/{name}", "name": name.replace("-", "_"),
        "status": "draft", "fhirVersion": "4.0.1", "abstract": False, "type": type_name, "baseDefinition": base,
        "kind": "complex-type" if type_name == "Extension" else "resource", "derivation": "constraint",
        "differential": {"element": rows},
    }  # fmt: skip


def _reference(path: str, names: tuple[str, ...]) -> Json:
    targets = [f"{HL7_NO}/{PARTS}-{name}" for name in names]
    return {"id": path, "path": path, "type": [{"code": "Reference", "targetProfile": targets}]}


def _extension(name: str, rows: list[Json]) -> Json:
    url = f"{HL7_NO}/auditevent-{name}-extension"
    fixed = {"id": "Extension.url", "path": "Extension.url", "fixedUri": url}
    inside = [row for row in rows if row["path"].startswith("Extension.extension")]
    rest = [row for row in rows if row not in inside]
    made = _definition(
        f"auditevent-{name}-extension", "Extension", f"{CORE}/Extension", [*inside, fixed, *rest]
    )
    return made | {"context": [{"type": "element", "expression": "AuditEvent"}]}


def _value(code: str, target: str) -> Json:
    path = "Extension.value[x]"
    return {"id": path, "path": path, "type": [{"code": code, "targetProfile": [target]}]}


def _attested() -> Iterator[Json]:
    path = "Extension.extension"
    yield {"id": path, "path": path, "slicing": _BY_URL, "min": 1}
    for name, kind, least in ATTESTED:
        id_ = f"{path}:{name}"
        yield {"id": id_, "path": path, "sliceName": name, "min": least, "max": "1"}
        yield {"id": f"{id_}.url", "path": f"{path}.url", "fixedUri": name}
        yield {"id": f"{id_}.value[x]", "path": f"{path}.value[x]", "type": [{"code": kind}]}


def _event() -> Iterator[Json]:
    path = "AuditEvent.extension"
    yield {"id": path, "path": path, "slicing": _BY_URL}
    for name, extension in EXTENSIONS.items():
        profile = [f"{HL7_NO}/auditevent-{extension}-extension"]
        row: Json = {"id": f"{path}:{name}", "path": path, "sliceName": name, "min": 0, "max": "1"}
        yield row | {"type": [{"code": "Extension", "profile": profile}]}
    bound = {"strength": "extensible", "valueSet": PURPOSES}
    yield {"id": "AuditEvent.purposeOfEvent", "path": "AuditEvent.purposeOfEvent", "binding": bound}
    yield _reference("AuditEvent.agent.who", ("PractitioneRole",))


def unpacked(package: Path, folder: Path) -> bool:
    """Put what a package of no-basis defines into ``folder``; whether there was any."""
    if not package.is_file():
        return False
    with tarfile.open(package) as archive:
        for member in archive.getmembers():
            name = member.name.removeprefix("package/")
            if any(kind in name.lower() for kind in _KINDS) and "/" not in name and member.isfile():
                content = archive.extractfile(member)
                (folder / name).write_bytes(content.read() if content else b"")
    return any(folder.glob("no-basis-PractitionerRole.*"))
