"""A card that arrives from another region as a FHIR document: what of it is to be kept here, and under which names.

https://hl7.org/fhir/R4/documents.html, https://hl7.org/fhir/R4/bundle.html#references. What a document computes (findings, age,
contradictions) is computed here anew from the records; her choices and whom she trusts do not move by another's hand.
"""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.fhir.documents import numbers, subject
from app.fhir.newborn import PREFIX, fetus_links
from app.fhir.outcome import Unprocessable
from app.fhir.references import references
from app.mapping.dhg_codes import KNOWN, UNKNOWN_SYSTEM
from app.mapping.elements import child, children, codings, text

Json = dict[str, Any]
CARD_TYPES = frozenset({(c.LOINC, "57055-6"), (c.SNOMED, "736377005"), (c.VOLVEN_DOCUMENT_TYPE, "F04-2")})
KEPT = frozenset({
    "AllergyIntolerance", "BodyStructure", "CarePlan", "ClinicalImpression", "Condition", "DetectedIssue", "DiagnosticReport",
    "Encounter", "FamilyMemberHistory", "Goal", "ImagingStudy", "Immunization", "Media", "MedicationAdministration",
    "MedicationRequest", "MedicationStatement", "Observation", "Procedure", "QuestionnaireResponse", "RelatedPerson",
    "RiskAssessment", "ServiceRequest", "Specimen",
})  # fmt: skip
COMPUTED = "computed from the records, here anew"
WHY_NOT = {
    "Flag": COMPUTED,
    "Consent": "her choices are made anew, by herself",
    "CareTeam": "whom she trusts here she says herself",
    "Patient": "about another than the woman",
}
_OURS = (
    "http://hl7.org/fhir",
    "http://terminology.hl7.org/",
    "http://hl7.no/fhir",
    c.CANONICAL,
    "urn:oid:2.16.578.1.12.4.1.",
)
_SYSTEMS = KNOWN | {
    c.UCUM,
    c.ATC,
    "urn:ietf:bcp:47",
    "urn:ietf:rfc:3986",
    "http://dicom.nema.org/resources/ontology/DCM",
}
_URI = "urn:ietf:rfc:3986"


@dataclass(frozen=True, slots=True)
class Arrival:
    """One entry: its address where it comes from, its place in the document."""

    url: str
    resource: Json
    place: str

    def key(self, patient: str) -> tuple[str, str]:
        """Type and id that it gets on the card of ``patient``: the same whenever it comes as it is."""
        kind = _kind(self)
        said = {name: value for name, value in self.resource.items() if name not in {"meta", "text"}}
        name = uuid.uuid5(uuid.NAMESPACE_URL, f"{patient} {self.url} {fhir_json.dump(said).decode()}")
        return kind, f"{PREFIX if kind == 'Patient' else ''}{name}"


@dataclass(slots=True)
class Arrived:
    """The document. ``number`` is hers; ``kept`` are the entries to compare and keep, ``left`` those that are not, with why."""

    identifier: Json
    composition: Json
    number: tuple[str, str]
    woman: Arrival
    cards: tuple[Arrival, ...]
    kept: list[Arrival] = field(default_factory=list)
    left: list[tuple[Arrival, str]] = field(default_factory=list)
    signature: Json | None = None

    @property
    def has_ended(self) -> bool:
        """Whether it says that the pregnancy is over."""
        return any(text(child(row, "period"), "end") for row in children(self.composition, "event"))

    def id(self, patient: str) -> str:
        """The id of what tells that this document came to the card of ``patient``."""
        named = f"{patient} {text(self.identifier, 'system')} {text(self.identifier, 'value')}"
        return str(uuid.uuid5(uuid.NAMESPACE_URL, named))


def arrived(bundle: Json) -> Arrived:
    """What ``bundle``, a valid Bundle, brings. Raises Unprocessable that names the element."""
    if bundle.get("type") != "document":
        raise Unprocessable("A card arrives as a Bundle of type document", "Bundle.type")
    entries = [
        Arrival(row.get("fullUrl", ""), row.get("resource", {}), f"Bundle.entry[{n}]")
        for n, row in enumerate(bundle.get("entry", ()))
    ]
    composition = entries[0].resource if entries else {}
    if text(composition, "resourceType") != "Composition" or CARD_TYPES.isdisjoint(
        codings(child(composition, "type"))
    ):
        raise Unprocessable(
            "The document is no pregnancy health card, by its type", "Bundle.entry[0].resource.type"
        )
    woman, number = _woman(bundle, entries)
    cards = tuple(row for row in entries if _kind(row) == "EpisodeOfCare")
    found = Arrived(
        bundle["identifier"], composition, number, woman, cards, signature=bundle.get("signature")
    )
    for row in entries[1:]:
        if row in cards or row is woman:
            continue
        why = _left(row, found, entries)
        if why is None:
            found.kept.append(row)
        elif why:
            found.left.append((row, why))
    return found


def _kind(row: Arrival) -> str:
    return text(row.resource, "resourceType")


def _woman(bundle: Json, entries: list[Arrival]) -> tuple[Arrival, tuple[str, str]]:
    about, told = subject(bundle), list(dict.fromkeys(numbers(bundle)))
    woman = next((row for row in entries if row.url == about and _kind(row) == "Patient"), None)
    if woman is None or len(told) != 1:
        place = f"{woman.place}.resource.identifier" if woman else "Bundle.entry[0].resource.subject"
        raise Unprocessable(
            "The document must hold the woman whom it is about, with one identity number in force", place
        )
    return woman, told[0]


def _left(row: Arrival, found: Arrived, entries: list[Arrival]) -> str | None:
    """Why an entry is not kept; empty where there is nothing to tell, None where it is kept."""
    kind = _kind(row)
    if kind == "Device":
        return ""
    if _elsewhere(row.url, found.woman.url):
        return "it stands in another register, which is asked here"
    if kind == "Patient" and fetus_links_of(row.resource):
        return None
    if kind == "DetectedIssue" and not children(row.resource, "mitigation"):
        return COMPUTED
    author = {text(one, "reference") for one in children(found.composition, "author")}
    devices = {one.url for one in entries if _kind(one) == "Device"} & author
    if (
        kind == "Observation"
        and absolute(text(child(row.resource, "device"), "reference"), row.url) in devices
    ):
        return COMPUTED
    return None if kind in KEPT else WHY_NOT.get(kind, "it is no part of the card")


def fetus_links_of(resource: Json) -> bool:
    """Whether a Patient is a born child: it says which fetus it was, by whatever address."""
    links = (child(row, "other") for row in children(resource, "link") if text(row, "type") == "seealso")
    return bool(fetus_links(resource)) or any("/RelatedPerson/" in text(one, "reference") for one in links)


def _elsewhere(url: str, woman: str) -> bool:
    """Whether an entry has an address at another server than hers."""
    base = woman.rpartition("/Patient/")[0]
    return bool(base) and url.startswith("http") and not url.startswith(f"{base}/")


def absolute(reference: str, url: str) -> str:
    """What ``reference`` means in the entry at ``url``."""
    reference = reference.partition("/_history/")[0]
    if not reference or "://" in reference or reference.startswith(("urn:", "#")):
        return reference
    base = url.rpartition("/")[0].rpartition("/")[0]
    return f"{base}/{reference}" if base else reference


def localized(row: Arrival, id_: str, local: Mapping[str, str]) -> Json:
    """The resource under its id here. ``local`` are the names that have one here; others are named by identifier."""
    resource: Json = fhir_json.parse(fhir_json.dump(row.resource))
    for _, reference in references(resource):
        _point(reference, absolute(reference["reference"], row.url), local)
    meta = {n: v for n, v in child(resource, "meta").items() if n in {"profile", "security", "tag"}}
    tags = [one for one in meta.get("tag", ()) if one.get("code") != "SUBSETTED"]
    tags += [UNKNOWN_SYSTEM] if unknown_systems(resource) and UNKNOWN_SYSTEM not in tags else []
    meta = {
        **{n: v for n, v in meta.items() if n != "tag"},
        "source": row.url,
        **({"tag": tags} if tags else {}),
    }
    rest = {n: v for n, v in resource.items() if n not in {"resourceType", "id", "meta", "text"}}
    return {"resourceType": _kind(row), "id": id_, "meta": meta, **rest}


def _point(reference: Json, target: str, local: Mapping[str, str]) -> None:
    if target.startswith("#"):
        return
    if target in local:
        reference["reference"] = local[target]
        return
    reference.pop("reference")
    reference.setdefault("identifier", {"system": _URI, "value": target})


def unknown_systems(node: Any) -> list[str]:
    """The code systems in ``node`` that this server does not know, once each."""
    return list(dict.fromkeys(_unknown(node)))


def _unknown(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _unknown(one)
    elif isinstance(node, dict):
        for name, value in node.items():
            if name == "coding" and isinstance(value, list):
                yield from (
                    one["system"]
                    for one in value
                    if isinstance(one, dict) and not _is_known(one.get("system"))
                )
            elif name != "meta":
                yield from _unknown(value)


def _is_known(system: Any) -> bool:
    return not isinstance(system, str) or system in _SYSTEMS or system.startswith(_OURS)
