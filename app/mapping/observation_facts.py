"""Observation → facts: a TABLE from codes to readers. Any coding of a multiply coded Observation may match.

https://hl7.org/fhir/R4/observation.html; codes and their sources: docs/content.md. Values beyond what is plausible
are read as they stand, since their rules must fire.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.fhir import codes as c
from app.mapping.elements import (
    Coding,
    Element,
    child,
    children,
    codes,
    codings,
    day,
    label,
    literal,
    number,
    quantity,
    text,
)
from app.mapping.item_facts import item_of, kept, yes_or_no
from app.mapping.national_codes import NATIONAL
from app.mapping.scales import (
    LENGTH,
    MASS,
    MASS_CONCENTRATION,
    PRESSURE,
    RATE,
    VOLVEN_GRADES,
    WRITTEN_GRADES,
)
from app.pregnancy import facts as f

MOVEMENTS = {"276369006": "reduced", "249038009": "none"}
OUTCOMES = ("live-birth", "stillbirth", "miscarriage", "termination")
METHODS = ("first-scan", "routine-scan", "lmp", "ivf", "corrected", "decided")
RHESUS = {
    c.RHD_POSITIVE: True, c.RHD_NEGATIVE: False, "LA6576-8": True, "LA6577-6": False, "T002": True, "T008": False,
}  # fmt: skip


@dataclass(slots=True)
class Record:
    """An Observation and what every fact of it shares. Not frozen: it is made by the hundred and lives a moment."""

    resource: Element
    source: str
    when: datetime
    labels: frozenset[str]
    confirmed: bool
    fetus: str | None
    encounter: str | None
    codings: tuple[Coding, ...] = ()

    def make(self, kind: type[f.F], **values: Any) -> f.F:
        return kind(
            source=self.source,
            when=self.when,
            labels=self.labels,
            confirmed=self.confirmed,
            fetus=self.fetus,
            encounter=self.encounter,
            **values,
        )


Reader = Callable[[Record, str], f.Fact | None]


def blood_pressure(record: Record, _: str) -> f.Fact | None:
    sides: dict[str, float | None] = {}
    for row in children(record.resource, "component"):
        value = quantity(child(row, "valueQuantity"), PRESSURE, default=1.0)
        for _system, code in codings(child(row, "code")):
            sides.setdefault(code, value)
    upper = sides.get(c.BP_SYSTOLIC, sides.get("271649006"))
    lower = sides.get(c.BP_DIASTOLIC, sides.get("271650006"))
    if upper is None and lower is None:
        return None
    return record.make(f.BloodPressure, systolic=upper, diastolic=lower)


def one_side(record: Record, code: str) -> f.Fact | None:
    value = quantity(child(record.resource, "valueQuantity"), PRESSURE, default=1.0)
    side = "systolic" if code in {c.BP_SYSTOLIC, "271649006"} else "diastolic"
    return record.make(f.BloodPressure, **{side: value}) if value is not None else None


def _measured(kind: type[f.F], units: dict[str, float], default: float | None = None) -> Reader:
    def measure(record: Record, _: str) -> f.Fact | None:
        value = quantity(child(record.resource, "valueQuantity"), units, default=default)
        return record.make(kind, value=value) if value is not None else None

    return measure


def urine_protein(record: Record, _: str) -> f.Fact | None:
    concept = child(record.resource, "valueCodeableConcept")
    written = text(record.resource, "valueString") or text(concept, "text")
    grades = [
        *(c.URINE_PROTEIN_GRADES.get(code) for code in codes(concept, c.SNOMED)),
        *(VOLVEN_GRADES.get(code) for code in codes(concept, c.VOLVEN_TEXT_RESULT)),
        WRITTEN_GRADES.get(written.strip().lower()),
    ]
    known = [grade for grade in grades if grade is not None]
    return record.make(f.UrineProtein, grade=max(known)) if known else None


def presentation(record: Record, _: str) -> f.Fact | None:
    concept = child(record.resource, "valueCodeableConcept")
    kinds = [c.PRESENTATIONS[code] for code in codes(concept, c.SNOMED) if code in c.PRESENTATIONS]
    words = label(concept) or text(record.resource, "valueString")
    if not kinds and not words:
        return None
    return record.make(f.Presentation, value=kinds[0] if kinds else "other", text=words)


def movement(record: Record, _: str) -> f.Fact | None:
    felt = record.resource.get("valueBoolean")
    if isinstance(felt, bool):
        return record.make(f.FetalMovement, value="normal" if felt else "none")
    known = codes(child(record.resource, "valueCodeableConcept"), c.SNOMED) & set(MOVEMENTS)
    return record.make(f.FetalMovement, value=MOVEMENTS[min(known)]) if known else None


def heart_activity(record: Record, _: str) -> f.Fact | None:
    present = yes_or_no(record.resource)
    return None if present is None else record.make(f.FetalHeartActivity, present=present)


def last_period(record: Record, _: str) -> f.Fact | None:
    first = day(text(record.resource, "valueDateTime"))
    return record.make(f.LastMenstrualPeriod, first_day=first) if first else None


def retrieval(record: Record, _: str) -> f.Fact | None:
    retrieved = day(text(record.resource, "valueDateTime"))
    return record.make(f.OocyteRetrieval, retrieved=retrieved) if retrieved else None


def due_date(record: Record, code: str) -> f.Fact | None:
    due = day(text(record.resource, "valueDateTime"))
    if due is None:
        return None
    stated = codes(child(record.resource, "method"), c.CS_CARD)
    by_code = {c.EDD_ULTRASOUND: "scan", c.EDD_LMP: "lmp"}.get(code, "stated")
    lengths = [
        row.get("valueInteger")
        for row in children(record.resource, "component")
        if "term-length" in codes(child(row, "code"), c.CS_CARD)
    ]
    return record.make(
        f.DueDateStatement,
        due=due,
        method=next((name for name in METHODS if name in stated), by_code),
        term_length=next((value for value in lengths if isinstance(value, int)), None),
        reason=" ".join(text(row, "text") for row in children(record.resource, "note")),
    )


def fetus_count(record: Record, _: str) -> f.Fact | None:
    value = number(record.resource.get("valueInteger"))
    if value is None:
        value = number(child(record.resource, "valueQuantity").get("value"))
    return record.make(f.FetusCount, count=int(value)) if value is not None and value >= 1 else None


def rhesus(record: Record, _: str) -> f.Fact | None:
    concept = child(record.resource, "valueCodeableConcept")
    known = [RHESUS[code] for _system, code in codings(concept) if code in RHESUS]
    return record.make(f.RhesusD, positive=known[0]) if known else None


def birth_outcome(record: Record, _: str) -> f.Fact | None:
    known = codes(child(record.resource, "valueCodeableConcept"), c.CS_CARD)
    outcome = next((name for name in OUTCOMES if name in known), None)
    return record.make(f.BirthOutcome, outcome=outcome) if outcome else None


rate, haemoglobin = _measured(f.FetalHeartRate, RATE, 1.0), _measured(f.Haemoglobin, MASS_CONCENTRATION)
weight, height = _measured(f.Weight, MASS), _measured(f.FundalHeight, LENGTH)

READERS: dict[tuple[str, str], Reader] = {
    (c.LOINC, c.BP_PANEL): blood_pressure,
    (c.SNOMED, "75367002"): blood_pressure,
    (c.LOINC, c.BP_SYSTOLIC): one_side,
    (c.SNOMED, "271649006"): one_side,
    (c.LOINC, c.BP_DIASTOLIC): one_side,
    (c.SNOMED, "271650006"): one_side,
    (c.LOINC, c.WEIGHT): weight,
    (c.SNOMED, "27113001"): weight,
    (c.LOINC, c.FUNDAL_HEIGHT): height,
    (c.SNOMED, "249016007"): height,
    (c.SNOMED, "364265003"): height,
    (c.LOINC, c.FETAL_HEART_RATE): rate,
    (c.LOINC, "57068-9"): rate,
    (c.LOINC, "11948-7"): rate,
    (c.SNOMED, "249043002"): rate,
    (c.CS_CARD, "fetal-heart-activity"): heart_activity,
    (c.LOINC, c.FETAL_MOVEMENT): movement,
    (c.SNOMED, "249040004"): movement,
    (c.LOINC, c.PRESENTATION): presentation,
    (c.LOINC, "11877-8"): presentation,
    (c.LOINC, "72155-5"): presentation,
    (c.SNOMED, "364607000"): presentation,
    (c.LOINC, c.URINE_PROTEIN): urine_protein,
    (c.SNOMED, "171247004"): urine_protein,
    (c.LOINC, c.HAEMOGLOBIN): haemoglobin,
    (c.LOINC, c.RHD): rhesus,
    (c.LOINC, c.LMP): last_period,
    (c.SNOMED, "21840007"): last_period,
    (c.SNOMED, "161713000"): last_period,
    (c.CS_CARD, "oocyte-retrieval"): retrieval,
    (c.LOINC, c.EDD): due_date,
    (c.LOINC, c.EDD_LMP): due_date,
    (c.LOINC, c.EDD_ULTRASOUND): due_date,
    (c.LOINC, c.EDD_CONCEPTION): due_date,
    (c.LOINC, c.FETUSES_LOINC): fetus_count,
    (c.SNOMED, c.FETUSES_SNOMED): fetus_count,
    (c.CS_CARD, "birth-outcome"): birth_outcome,
}
READERS |= {key: READERS[one] for key, targets in NATIONAL.items() for one in targets if one in READERS}


def read(record: Record) -> f.Fact | None:
    """The fact of the first coding that the table knows and that can be read, else of the item it names."""
    for key in record.codings:
        reader = READERS.get(key)
        found = reader(record, key[1]) if reader else None
        if found:
            return found
    row = item_of(record.codings)
    return kept(row, record.resource, record.make) if row else None


def focus(resource: Element) -> str | None:
    """The RelatedPerson that the Observation is about, if any."""
    held = (literal(text(row, "reference")) for row in children(resource, "focus"))
    return next((row for row in held if row.startswith("RelatedPerson/")), None)
