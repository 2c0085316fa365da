"""Builders of the pilot's FHIR R4 resources, recorded as ``docs/content.md`` says.

https://hl7.org/fhir/R4/. A consultation becomes one transaction Bundle, as a midwife's system sends it.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from app.fhir import codes as c

Resource = dict[str, Any]
Reference = dict[str, str]
VITAL, LABORATORY, EXAM, IMAGING = "vital-signs", "laboratory", "exam", "imaging"
PENICILLIN = "91936005"
NEGATIVE = "260385009"
# name → category, LOINC, SNOMED CT or NLK, how a reader calls it, UCUM unit
MEASUREMENTS: dict[str, tuple[str, str, tuple[str, str] | None, str, str]] = {
    "weight": (VITAL, c.WEIGHT, (c.SNOMED, "27113001"), "Vekt", "kg"),
    "height": (VITAL, c.HEIGHT, (c.SNOMED, "50373000"), "Høyde", "cm"),
    "pre-pregnancy-weight": (VITAL, c.PRE_PREGNANCY_WEIGHT, None, "Vekt før svangerskapet", "kg"),
    "fundal-height": (EXAM, c.FUNDAL_HEIGHT, (c.SNOMED, "249016007"), "SF-mål", "cm"),
    "fetal-heart-rate": (
        EXAM,
        c.FETAL_HEART_RATE,
        (c.SNOMED, "249043002"),
        "Fosterets hjertefrekvens",
        "/min",
    ),
    "haemoglobin": (LABORATORY, c.HAEMOGLOBIN, (c.NLK, "NOR05172"), "Hb", "g/dL"),
    "ferritin": (LABORATORY, c.FERRITIN, (c.NLK, "NPU19763"), "Ferritin", "ug/L"),
    "hba1c": (LABORATORY, c.HBA1C, (c.NLK, "NPU27300"), "HbA1c", "mmol/mol"),
    "glucose-fasting": (LABORATORY, c.GLUCOSE_FASTING, None, "Glukose, fastende", "mmol/L"),
    "glucose-2h": (LABORATORY, c.GLUCOSE_2H, None, "Glukose, 2 timer etter 75 g", "mmol/L"),
}
# name → category, LOINC, SNOMED CT or NLK, how a reader calls it
FINDINGS: dict[str, tuple[str, str, tuple[str, str] | None, str]] = {
    "urine-protein": (LABORATORY, c.URINE_PROTEIN, (c.NLK, "NPU04206"), "Protein i urin, strimmel"),
    "presentation": (EXAM, c.PRESENTATION, (c.SNOMED, "364607000"), "Leie"),
    "abo": (LABORATORY, c.ABO, (c.NLK, "NPU58582"), "ABO"),
    "rhd": (LABORATORY, c.RHD, (c.NLK, "NPU21917"), "RhD"),
    "antibodies": (LABORATORY, c.ANTIBODY_SCREEN, None, "Blodtypeantistoff"),
}
GRADES = {
    "negativ": "167273002",
    "spor": "167274008",
    "1+": "167275009",
    "2+": "167276005",
    "3+": "167277001",
}
LIES = {"hodeleie": "1209182005", "seteleie": "6096002"}


def coding(system: str, code: str, display: str = "") -> dict[str, str]:
    return {"system": system, "code": code} | ({"display": display} if display else {})


def concept(system: str, code: str, text: str = "") -> Resource:
    """A CodeableConcept of one coding."""
    return {"coding": [coding(system, code)]} | ({"text": text} if text else {})


def to(reference: str, display: str = "") -> Reference:
    return {"reference": reference} | ({"display": display} if display else {})


def identifier(system: str, value: str) -> dict[str, str]:
    return {"system": system, "value": value}


def quantity(value: float, unit: str) -> Resource:
    return {"value": value, "unit": unit, "system": c.UCUM, "code": unit}


@dataclass(frozen=True, slots=True)
class Card:
    """Whom a consultation is about, and who holds it."""

    patient: str
    episode: str
    practitioner: Reference
    organization: Reference


@dataclass(slots=True)
class Consultation:
    """One consultation and what is found in it."""

    card: Card
    kind: str
    when: datetime
    entries: list[Resource] = field(default_factory=list)
    encounter: str = field(default_factory=lambda: f"urn:uuid:{uuid.uuid4()}")

    def __post_init__(self) -> None:
        start = self.when.isoformat(timespec="seconds")
        self._put(
            {
                "resourceType": "Encounter",
                "status": "finished",
                "class": coding(c.ACT_CODE, "AMB"),
                "type": [concept(c.CS_CARD, self.kind)],
                "subject": to(self.card.patient),
                "episodeOfCare": [to(self.card.episode)],
                "participant": [{"individual": self.card.practitioner}],
                "period": {"start": start, "end": start},
                "serviceProvider": self.card.organization,
            },
            self.encounter,
        )

    def _put(self, resource: Resource, full_url: str = "") -> None:
        request = {"method": "POST", "url": resource["resourceType"]}
        full_url = full_url or f"urn:uuid:{uuid.uuid4()}"
        self.entries.append({"fullUrl": full_url, "resource": resource, "request": request})

    def bundle(self) -> Resource:
        return {"resourceType": "Bundle", "type": "transaction", "entry": self.entries}

    def observe(self, category: str, code: Resource, fetus: str = "", **value: Any) -> Resource:
        """An Observation of the mother, or of the fetus whose RelatedPerson is ``fetus``."""
        observation: Resource = {
            "resourceType": "Observation",
            "status": "final",
            "category": [concept(c.OBSERVATION_CATEGORY, category)],
            "code": code,
            "subject": to(self.card.patient),
            **({"focus": [to(fetus)]} if fetus else {}),
            "encounter": to(self.encounter),
            "effectiveDateTime": self.when.isoformat(timespec="seconds"),
            "performer": [self.card.practitioner],
            **value,
        }
        self._put(observation)
        return observation

    def measure(self, name: str, value: float, fetus: str = "") -> None:
        category, loinc, other, text, unit = MEASUREMENTS[name]
        self.observe(category, _dual(loinc, other, text), fetus, valueQuantity=quantity(value, unit))

    def find(self, name: str, system: str, code: str, text: str, fetus: str = "") -> None:
        category, loinc, other, label = FINDINGS[name]
        self.observe(
            category, _dual(loinc, other, label), fetus, valueCodeableConcept=concept(system, code, text)
        )

    def blood_pressure(self, systolic: int, diastolic: int) -> None:
        sides = (
            (c.BP_SYSTOLIC, "271649006", "Systolisk", systolic),
            (c.BP_DIASTOLIC, "271650006", "Diastolisk", diastolic),
        )
        components = [
            {"code": _dual(loinc, (c.SNOMED, snomed), text), "valueQuantity": quantity(value, "mm[Hg]")}
            for loinc, snomed, text, value in sides
        ]
        self.observe(VITAL, _dual(c.BP_PANEL, (c.SNOMED, "75367002"), "Blodtrykk"), component=components)

    def urine_protein(self, grade: str) -> None:
        self.find("urine-protein", c.SNOMED, GRADES[grade], grade)

    def presentation(self, lie: str, fetus: str = "") -> None:
        self.find("presentation", c.SNOMED, LIES[lie], lie, fetus)

    def last_period(self, first_day: date) -> None:
        code = _dual(c.LMP, (c.SNOMED, "21840007"), "Siste menstruasjons første dag")
        self.observe("survey", code, valueDateTime=first_day.isoformat())

    def due_date(self, code: str, method: str, due: date) -> None:
        category = IMAGING if code == c.EDD_ULTRASOUND else "survey"
        values: Resource = {"valueDateTime": due.isoformat(), "method": concept(c.CS_CARD, method)}
        self.observe(category, _dual(code, None, "Termin"), "", **values)

    def fetuses(self, count: int) -> None:
        code = _dual(c.FETUSES_LOINC, (c.SNOMED, c.FETUSES_SNOMED), "Antall fostre")
        self.observe(IMAGING, code, valueInteger=count)

    def birth(self, outcome: str) -> None:
        code = concept(c.CS_CARD, "birth-outcome", "Fødsel")
        self.observe("exam", code, valueCodeableConcept=concept(c.CS_CARD, outcome))

    def violence(self) -> None:
        """What she told of violence at home: kept from every view that a violent partner could force her to open."""
        code = concept(c.SNOMED, c.VIOLENCE, "Vold i nære relasjoner")
        observation = self.observe(
            "survey", code, valueString="Forteller om vold hjemme. Plan lagt sammen med krisesenteret."
        )
        observation["meta"] = {"security": [coding(c.ACT_CODE, c.NOPAT), coding(c.ACT_CODE, "SDV")]}

    def penicillin_allergy(self) -> None:
        self._put(
            {
                "resourceType": "AllergyIntolerance",
                "clinicalStatus": concept(
                    "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active"
                ),
                "verificationStatus": concept(
                    "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification", "confirmed"
                ),
                "type": "allergy",
                "category": ["medication"],
                "criticality": "high",
                "code": concept(c.SNOMED, PENICILLIN, "Penicillin"),
                "patient": to(self.card.patient),
                "encounter": to(self.encounter),
                "recordedDate": self.when.isoformat(timespec="seconds"),
                "recorder": self.card.practitioner,
                "reaction": [{"manifestation": [{"text": "Anafylaksi"}], "severity": "severe"}],
            }
        )

    def diagnosis(self, code: str, text: str) -> None:
        self._put(
            {
                "resourceType": "Condition",
                "clinicalStatus": concept(
                    "http://terminology.hl7.org/CodeSystem/condition-clinical", "active"
                ),
                "verificationStatus": concept(
                    "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"
                ),
                "category": [
                    concept("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")
                ],
                "code": concept(c.SNOMED, code, text),
                "subject": to(self.card.patient),
                "encounter": to(self.encounter),
                "recordedDate": self.when.isoformat(timespec="seconds"),
                "recorder": self.card.practitioner,
            }
        )


def _dual(loinc: str, other: tuple[str, str] | None, text: str) -> Resource:
    """A concept in LOINC and in the system that Norwegian systems use."""
    codings = [coding(c.LOINC, loinc)] + ([coding(*other)] if other else [])
    return {"coding": codings, "text": text}
