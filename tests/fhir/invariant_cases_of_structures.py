"""TABLE: each rule of StructureDefinition and ElementDefinition, both ways."""

from typing import Any

BASE = "http://hl7.org/fhir/StructureDefinition/"
OWN = "http://x.example/fhir/StructureDefinition/x"


def structure(*changed: dict, snapshot: list[dict] | None = None, **elements) -> dict:
    """A profile of Patient, with elements of its differential or its snapshot."""
    found: dict[str, Any] = {
        "resourceType": "StructureDefinition", "url": OWN, "name": "X", "status": "draft", "fhirVersion": "4.0.1",
        "kind": "resource", "abstract": False, "type": "Patient", "baseDefinition": f"{BASE}Patient",
        "derivation": "constraint", **elements,
    }  # fmt: skip
    if snapshot:
        found["snapshot"] = {"element": snapshot}
    if changed or not snapshot:
        found["differential"] = {"element": list(changed) or [element()]}
    return {key: value for key, value in found.items() if value is not None}


def element(name: str = "", **elements) -> dict:
    path = f"Patient.{name}" if name else "Patient"
    found = {"id": path, "path": path, **elements}
    return {key: value for key, value in found.items() if value is not None}


def whole(name: str = "", **elements) -> dict:
    """An element of a snapshot."""
    base = {"path": f"Patient.{name}" if name else "Patient", "min": 0, "max": "*"}
    found = {**element(name), "definition": "x", "min": 0, "max": "*", "base": base, **elements}
    return {key: value for key, value in found.items() if value is not None}


def typed(*codes: str, **elements) -> dict:
    return element("x", type=[{"code": code} for code in codes], **elements)


def constraint(key: str) -> dict:
    return {"key": key, "severity": "error", "human": "x", "expression": "true"}


def extension(**elements) -> dict:
    root = {"id": "Extension", "path": "Extension"}
    url = {"id": "Extension.url", "path": "Extension.url", "fixedUri": OWN}
    return structure(
        root, url, type="Extension", kind="complex-type", baseDefinition=f"{BASE}Extension", **elements
    )


def model(*elements: dict, **more) -> dict:
    """A logical model, with elements of its differential."""
    changed = [{"id": f"x{name}", "path": f"x{name}", **rest} for name, rest in (("", {}), *elements)]
    found = structure(*changed, kind="logical", type=OWN, derivation="specialization", **more)
    return {**found, "baseDefinition": f"{BASE}Element"}


def member(name: str, **elements) -> tuple[str, dict]:
    return f".{name}", {"min": 0, "max": "1", **elements}


ROOT = element()
STRING = {"type": [{"code": "string"}]}
CONTEXT = {"context": [{"type": "element", "expression": "Patient"}]}
BINDING = {"strength": "example"}
BOOLEAN = {"type": [{"code": "boolean"}]}
SLICED = {"rules": "open", "description": "x"}
TARGET = {"targetProfile": [f"{BASE}ValueSet"]}

CASES: list[tuple[str, dict, dict]] = [
    ("eld-1", structure(ROOT, element("name", slicing={"rules": "open", "description": "x"})), structure(ROOT, element("x", slicing={"rules": "open"}))),
    ("eld-2", structure(ROOT, element("active", min=1, max="1")), structure(ROOT, element("x", min=2, max="1"))),
    ("eld-3", structure(ROOT, element("name", max="3")), structure(ROOT, element("x", max="many"))),
    ("eld-4", structure(ROOT, element("managingOrganization", type=[{"code": "Reference", "aggregation": ["contained"]}])), structure(ROOT, element("x", type=[{"code": "string", "aggregation": ["contained"]}]))),
    ("eld-5", model(member("y", **STRING), member("x", contentReference="#x.y")), structure(ROOT, element("x", contentReference="#Patient.y", maxLength=3))),
    ("eld-6", structure(ROOT, element("active", type=[{"code": "boolean"}], fixedBoolean=True)), structure(ROOT, typed("string", "code", fixedString="a"))),
    ("eld-7", structure(ROOT, element("active", type=[{"code": "boolean"}], patternBoolean=True)), structure(ROOT, typed("string", "code", patternString="a"))),
    ("eld-8", structure(ROOT, element("active", patternBoolean=True)), structure(ROOT, typed("string", patternString="a", fixedString="a"))),
    ("eld-12", structure(ROOT, element("maritalStatus", binding={"strength": "required", "valueSet": "urn:x"})), structure(ROOT, element("maritalStatus", binding={"strength": "required", "valueSet": "mailto:x"}))),
    ("eld-13", structure(ROOT, element("deceased[x]", type=[{"code": "boolean"}, {"code": "dateTime"}])), structure(ROOT, typed("string", "string"))),
    ("eld-14", structure(ROOT, element("active", constraint=[constraint("a-1"), constraint("a-2")])), structure(ROOT, element("x", constraint=[constraint("a-1"), constraint("a-1")]))),
    (
        "eld-15",
        model(member("x", **STRING, meaningWhenMissing="x")),
        structure(ROOT, typed("string", meaningWhenMissing="x", defaultValueString="a"), derivation="specialization"),
    ),
    ("eld-16", structure(ROOT, element("name", slicing=SLICED), element("name", id="Patient.name:a-b", sliceName="a-b")), structure(ROOT, element("x", sliceName="a b"))),
    ("eld-17", model(member("x", type=[{"code": "canonical", **TARGET}])), structure(ROOT, element("x", type=[{"code": "string", **TARGET}]))),
    ("eld-18", structure(ROOT, element("active", isModifier=True, isModifierReason="x")), structure(ROOT, element("x", isModifier=True))),
    ("eld-19", structure(ROOT, element("active")), structure(ROOT, element("x y"))),
    ("eld-22", structure(ROOT, element("name", slicing=SLICED), element("name", id="Patient.name:a", sliceName="a", sliceIsConstraining=True)), structure(ROOT, element("x", sliceIsConstraining=True))),
    ("sdf-1", structure(snapshot=[whole(), whole("active", **BOOLEAN)]), structure(snapshot=[whole(), whole("x"), whole("x", id="y")], derivation="specialization")),
    ("sdf-2", structure(mapping=[{"identity": "a", "name": "x"}]), structure(mapping=[{"identity": "a"}])),
    ("sdf-3", structure(snapshot=[whole(), whole("active", **BOOLEAN)]), structure(snapshot=[whole(), whole("x", definition=None)])),
    ("sdf-4", {name: one for name, one in model(member("x", **STRING), abstract=True).items() if name != "baseDefinition"}, structure(baseDefinition=None, derivation="specialization")),
    ("sdf-5", extension(**CONTEXT), extension()),
    ("sdf-6", structure(), structure() | {"differential": None}),
    ("sdf-8", structure(snapshot=[whole(), whole("active", **BOOLEAN)]), structure(snapshot=[whole(), whole("x", path="Flag.x")])),
    ("sdf-8a", structure(ROOT, element("active")), structure(ROOT, element("x", path="Flag.x"))),
    ("sdf-8b", structure(snapshot=[whole(), whole("active", **BOOLEAN)]), structure(snapshot=[whole(), whole("x", base=None)])),
    ("sdf-9", structure(element(short="x")), structure(element(label="x"))),
    ("sdf-10", structure(snapshot=[whole(), whole("maritalStatus", type=[{"code": "CodeableConcept"}], binding={**BINDING, "description": "x"})]), structure(snapshot=[whole(), whole("x", binding=BINDING)])),
    ("sdf-11", structure(snapshot=[whole()]), structure(snapshot=[whole(path="Flag")])),
    ("sdf-14", structure(ROOT), structure(element(id=None))),
    ("sdf-15", structure(snapshot=[whole()]), structure(snapshot=[whole(type=[{"code": "Patient"}])])),
    ("sdf-15a", structure(ROOT), structure(element(type=[{"code": "Patient"}]))),
    ("sdf-16", structure(snapshot=[whole(), whole("active", **BOOLEAN)]), structure(snapshot=[whole(), whole("x", id="Patient")])),
    ("sdf-17", structure(ROOT, element("active")), structure(ROOT, element("x", id="Patient"))),
    ("context-of-extension", extension(**CONTEXT), structure(ROOT, **CONTEXT)),
    ("sdf-18", extension(**CONTEXT, contextInvariant=["true"]), structure(contextInvariant=["true"])),
    ("sdf-19", structure(ROOT, element("active", **BOOLEAN), url=f"{BASE}X"), structure(ROOT, typed("http://x.example"), url=f"{BASE}X")),
    ("sdf-20", structure(ROOT), structure(element(slicing={"rules": "open", "description": "x"}))),
    ("sdf-21", model(member("x", **STRING, defaultValueString="a")), structure(ROOT, typed("string", defaultValueString="a"))),
    (
        "sdf-22",
        model(member("x", **STRING, defaultValueString="a")),
        structure(ROOT, typed("string", defaultValueString="a"), derivation="specialization", url=f"{BASE}X"),
    ),
    ("sdf-23", structure(ROOT, element("name", slicing=SLICED), element("name", id="Patient.name:a", sliceName="a")), structure(element(sliceName="a"))),
]  # fmt: skip
CASES = [
    (key, keeps, {name: one for name, one in breaks.items() if one is not None})
    for key, keeps, breaks in CASES
]
