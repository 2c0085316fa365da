"""What kjernejournal told of her → lines beside the card, and resources for its document, each marked with its source.

https://hl7.org/fhir/R4/medicationstatement.html; of a MedicationStatement only what is listed here leaves, so that no number
of hers and no name of another comes along.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.fhir import codes as c
from app.mapping.critical_kinds import PATIENT
from app.mapping.elements import child, children, codes, label, text
from app.mapping.history_facts import NOT_TAKEN
from app.mapping.narrative import Section, clock
from app.pregnancy.elsewhere import CRITICAL, MEDICINES, Register, Told
from app.pregnancy.rows.signs import HARMFUL

Json = dict[str, Any]
SUBJECT = PATIENT | {"MedicationStatement": "subject"}
_KEPT = (
    "status",
    "medicationCodeableConcept",
    "effectiveDateTime",
    "effectivePeriod",
    "dateAsserted",
    "dosage",
    "reasonCode",
)
TITLES = {CRITICAL: "Kritisk informasjon fra andre (kjernejournal)", MEDICINES: "Legemidler (kjernejournal)"}
WHY = {
    "reserved": "Hun har reservert seg mot kjernejournal.",
    "blocked": "Hun har sperret kjernejournal for deg.",
    "restricted": "Hun har sperret opplysningene: kjernejournal åpnes der, med hennes samtykke.",
    "refused": "Kjernejournal viser ikke dette for deg.",
    "session": "Kjernejournal kan bare spørres i din egen pålogging med HelseID; det er ikke spurt.",
    "no-number": "Hun har ikke fødselsnummer her; kjernejournal er ikke spurt.",
    "not-connected": "Legemiddellisten i kjernejournal er ikke koblet til her.",
    "unreachable": "Kjernejournal svarer ikke nå. Hva som står der, er ikke kjent.",
    "old": "Kjernejournal svarer ikke nå. Dette ble hentet {}.",
}


def of_hers(resource: Json, source: str, patient: str) -> Json:
    """``resource`` of kjernejournal about the woman who is here, without her number."""
    kind = text(resource, "resourceType")
    if kind == "MedicationStatement":
        resource = {name: resource[name] for name in ("resourceType", "id", *_KEPT) if name in resource}
    meta = {**child(resource, "meta"), "source": source}
    return {**resource, "meta": meta, SUBJECT[kind]: {"reference": patient}}


def medicine(resource: Mapping[str, Any], url: str, *, flags: bool) -> Told | None:
    """The line of a medicine; None where she does not take it. ``flags``: the rule of what harms is in use."""
    concept = child(resource, "medicationCodeableConcept")
    if text(resource, "status") in NOT_TAKEN or not label(concept):
        return None
    dosage = ". ".join(filter(None, (text(row, "text") for row in children(resource, "dosage"))))
    harms = flags and not HARMFUL.isdisjoint(codes(concept, c.ATC))
    return Told(label(concept), dosage, url, harms)


def critical(resource: Mapping[str, Any], url: str) -> Told | None:
    """The line of an allergy or a critical condition."""
    name = label(child(resource, "code"))
    return Told(name, text(resource, "recordedDate")[:10], url) if name else None


def sections(registers: tuple[Register, ...]) -> Iterator[Section]:
    """For the narrative of the document."""
    for row in registers:
        yield Section(row.code, TITLES[row.code], tuple(_lines(row)))


def _lines(row: Register) -> Iterator[str]:
    if row.problem:
        yield WHY[row.problem].format(clock(row.asked) if row.asked else "")
    if row.dated:
        yield f"Listen er fra {clock(row.dated)}."
    if row.asked and not row.problem:
        yield f"Hentet fra kjernejournal {clock(row.asked)}."
    for told in sorted(row.rows, key=lambda told: not told.harmful):
        harm = " Kan skade fosteret." if told.harmful else ""
        yield ". ".join(filter(None, (told.name, told.detail.rstrip(".")))) + harm.replace(" ", ". ", 1)
    if row.asked and not row.rows:
        yield "Ingenting står der."
