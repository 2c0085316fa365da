"""What two records say, apart from who wrote them where and under which name: equal, or of the same thing and differing.

https://hl7.org/fhir/R4/resource.html. Texts for who compares: bokmål, short, and only of what both may be read.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.mapping.elements import Element, child, children, codings, label, text

Json = dict[str, Any]
_UNSAID = frozenset({  # who, where, when it was written, what it refers to: not what it says
    "id", "meta", "text", "implicitRules", "language", "identifier", "encounter", "context", "performer", "recorder", "asserter", "author",
    "participant", "serviceProvider", "issued", "recordedDate", "authoredOn", "dateAsserted", "subject", "patient", "episodeOfCare", "device",
    "requester", "informationSource", "source", "contained",
})  # fmt: skip
_BY_DAY = frozenset({"vital-signs", "laboratory", "exam", "imaging", "procedure", "therapy", "activity"})
_COMPARED = frozenset(
    {
        "Observation",
        "AllergyIntolerance",
        "Condition",
        "FamilyMemberHistory",
        "MedicationStatement",
        "Procedure",
        "Immunization",
    }
)
Fetus = Callable[[str], str]  # of a reference, the name of the fetus that it leads to; empty for all else


@dataclass(frozen=True, slots=True)
class Statement:
    """``whole``: equal where two say the same. ``about``: equal where both are of the same thing; None: not comparable."""

    whole: bytes
    about: Hashable | None
    says: str


def statement(resource: Json, fetus: Fetus) -> Statement:
    """What ``resource`` says."""
    said = {"resourceType": resource["resourceType"]}
    said |= {name: _said(resource[name], fetus) for name in sorted(resource) if name not in _UNSAID}
    kept = {name: value for name, value in said.items() if value not in ({}, [])}
    return Statement(fhir_json.dump(kept), _about(resource, fetus), _says(resource))


def _said(node: Any, fetus: Fetus) -> Any:
    """Without references but those to a fetus, and without our own extension that names the card."""
    if isinstance(node, list):
        return [one for one in (_said(row, fetus) for row in node) if one not in ({}, [])]
    if not isinstance(node, dict):
        return node
    if node.get("url") == c.EXT_EPISODE:
        return {}
    reference = node.get("reference")
    if isinstance(reference, str):
        return {"fetus": name} if (name := fetus(reference)) else {}
    if node.keys() <= {"display", "identifier", "type"} and "identifier" in node:
        return {}  # a reference by identifier
    return {name: value for name in sorted(node) if (value := _said(node[name], fetus)) not in ({}, [])}


def _about(resource: Json, fetus: Fetus) -> Hashable | None:
    kind = resource["resourceType"]
    concept = (
        child(resource, "medicationCodeableConcept")
        or child(resource, "code")
        or child(resource, "relationship")
    )
    named = frozenset(codings(concept)) or label(concept).casefold()
    if kind not in _COMPARED or not named:
        return None
    of = fetus(text(next(iter(children(resource, "focus")), {}), "reference"))
    return kind, named, of, _day(resource)


def _day(resource: Json) -> str:
    """When something was measured; nothing for what is stated once."""
    kinds = {code for row in children(resource, "category") for _, code in codings(row)}
    when = text(resource, "effectiveDateTime") or text(child(resource, "effectivePeriod"), "start")
    dated = resource["resourceType"] == "Observation" and not kinds.isdisjoint(_BY_DAY)
    return (
        when[:16]
        if dated
        else text(resource, "performedDateTime")[:10] or text(resource, "occurrenceDateTime")[:10]
    )


def _says(resource: Json) -> str:
    """Name and value, as a reader would say it."""
    concept = child(resource, "medicationCodeableConcept") or child(resource, "code")
    parts = [_value(row) for row in (resource, *children(resource, "component"))]
    when = text(resource, "effectiveDateTime")[:10]
    state = (
        label(child(resource, "verificationStatus"))
        or label(child(resource, "clinicalStatus"))
        or text(resource, "status")
    )
    value = "/".join(filter(None, parts)) or state
    return ", ".join(filter(None, (label(concept) or resource["resourceType"], value, when)))


def _value(row: Element) -> str:
    quantity = child(row, "valueQuantity")
    if "value" in quantity:
        return f"{quantity['value']} {text(quantity, 'unit')}".strip()
    for name in ("valueString", "valueDateTime", "valueDate"):
        if text(row, name):
            return text(row, name)
    for name in ("valueBoolean", "valueInteger"):
        if name in row:
            return str(row[name]).lower()
    return label(child(row, "valueCodeableConcept"))
