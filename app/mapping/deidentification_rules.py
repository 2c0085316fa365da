"""TABLE: what of each element leaves for research: keep, shift, generalise or pseudonym. What has no row is dropped.

docs/research-export.md prints these rows. A row of a complex type names what of it is kept (``app/mapping/deidentification``).
"""

from dataclasses import dataclass
from enum import StrEnum


class Do(StrEnum):
    """What becomes of an element."""

    KEEP = "keep"  # a code of FHIR's own, a truth value, a whole or decimal number
    CODED = "keep codes"  # system and code of known systems; no display, no text
    AMOUNT = "keep amount"  # value, comparator and UCUM code
    SHIFT = "shift"  # a day, by her number of days; no time of day, nothing less exact than a day
    SPAN = "shift both ends"
    BAND = "generalise to five years"
    REGION = "generalise to municipality, county or nothing"
    NAME = "pseudonym"
    REFERENCE = "pseudonym of what it refers to"
    PARTS = "its parts, by rows of their own"


@dataclass(frozen=True, slots=True)
class Row:
    """One element of a type, by its path."""

    path: str
    do: Do


def _rows(text: str) -> tuple[Row, ...]:
    doing = {do.name.lower(): do for do in Do}
    return tuple(
        Row(path, doing[word])
        for line in text.strip().splitlines()
        for word, _, paths in [line.strip().partition(":")]
        for path in paths.split()
    )


TABLE: tuple[Row, ...] = _rows(
    """
    name: Patient.id EpisodeOfCare.id Encounter.id Observation.id Condition.id Procedure.id
    keep: Patient.gender
    band: Patient.birthDate
    region: Patient.address
    keep: EpisodeOfCare.status
    coded: EpisodeOfCare.type
    reference: EpisodeOfCare.patient
    span: EpisodeOfCare.period
    keep: Encounter.status
    coded: Encounter.type
    reference: Encounter.subject Encounter.episodeOfCare
    span: Encounter.period
    keep: Observation.status Observation.valueInteger Observation.valueBoolean
    coded: Observation.category Observation.code Observation.valueCodeableConcept Observation.interpretation
    coded: Observation.method Observation.dataAbsentReason
    amount: Observation.valueQuantity
    shift: Observation.effectiveDateTime Observation.effectiveInstant Observation.valueDateTime
    span: Observation.effectivePeriod
    reference: Observation.subject Observation.focus Observation.encounter
    parts: Observation.component
    coded: Observation.component.code Observation.component.valueCodeableConcept Observation.component.dataAbsentReason
    amount: Observation.component.valueQuantity
    keep: Observation.component.valueInteger Observation.component.valueBoolean
    coded: Condition.clinicalStatus Condition.verificationStatus Condition.category Condition.severity Condition.code
    shift: Condition.onsetDateTime Condition.abatementDateTime Condition.recordedDate
    reference: Condition.subject Condition.encounter
    keep: Procedure.status
    coded: Procedure.category Procedure.code Procedure.outcome
    shift: Procedure.performedDateTime
    span: Procedure.performedPeriod
    reference: Procedure.subject Procedure.encounter
    """
)
BY_PATH = {row.path: row.do for row in TABLE}
TYPES = tuple(dict.fromkeys(row.path.partition(".")[0] for row in TABLE))
