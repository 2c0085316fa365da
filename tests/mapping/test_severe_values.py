"""Every value that fires an alarm can be stored: structure, profiles and ranges let it through, however implausible."""

import pytest

from app.fhir import codes as c
from app.fhir import plausibility, profiles
from app.fhir.validation import validate
from app.mapping.facts_from_fhir import facts
from app.pregnancy.rule_table import RULES
from tests.mapping.resources import (
    EPISODE,
    MOTHER,
    PATIENT,
    Json,
    concept,
    observation,
    pressure,
    quantity,
    stored,
)

L, OURS = c.LOINC, c.CS_CARD
YES = {"valueBoolean": True}
MEDICINE: Json = {
    "resourceType": "MedicationStatement", "id": "m", "status": "active", "subject": MOTHER,
    "medicationCodeableConcept": concept((c.ATC, "D10BA01"), text="Isotretinoin"),
}  # fmt: skip
STRIP = observation(L, c.URINE_PROTEIN, valueCodeableConcept=concept((c.SNOMED, "167278006")))
BORN = observation(OURS, "birth-outcome", valueCodeableConcept=concept((OURS, "live-birth")))
SEVERE: dict[str, list[Json]] = {
    "severe-hypertension": [pressure(310, 170), pressure(160, 110), pressure(171, 170)],
    "preeclampsia-suspected": [pressure(140, 90), STRIP],
    "early-hypertension-proteinuria": [pressure(140, 90), STRIP],
    "preeclampsia-symptoms": [observation(OURS, "symptom-headache", **YES)],
    "severe-anaemia": [observation(L, c.HAEMOGLOBIN, **quantity(value, "g/dL")) for value in (1.2, 3.5, 6.9)],
    "overt-diabetes": [
        observation(L, c.HBA1C, **quantity(190, "mmol/mol")),
        observation(L, c.GLUCOSE_2H, **quantity(38, "mmol/L")),
    ],
    "no-fetal-heart": [
        observation(OURS, "fetal-heart-activity", valueBoolean=False),
        observation(L, c.FETAL_HEART_RATE, **quantity(0, "/min")),
    ],
    "fetal-heart-rate-abnormal": [
        observation(L, c.FETAL_HEART_RATE, **quantity(value, "/min")) for value in (40, 60, 240)
    ],
    "reduced-fetal-movements": [
        observation(L, c.FETAL_MOVEMENT, valueCodeableConcept=concept((c.SNOMED, "276369006")))
    ],
    "no-fetal-movements": [observation(L, c.FETAL_MOVEMENT, valueBoolean=False)],
    "bleeding": [observation(OURS, "symptom-bleeding", **YES)],
    "ruptured-membranes": [observation(OURS, "symptom-fluid", **YES)],
    "preterm-labour": [observation(OURS, "symptom-contractions", **YES)],
    "fever-sepsis": [observation(L, "8310-5", **quantity(value, "Cel")) for value in (38.0, 43.1)],
    "teratogenic-medicine": [MEDICINE],
    "anti-d-after-birth": [BORN],
    "anti-d-after-event": [
        observation(OURS, "sensitising-event", valueCodeableConcept=concept((OURS, "trauma")))
    ],
    "hepatitis-b-newborn": [
        observation(L, "5195-3", valueCodeableConcept=concept((L, "LA6576-8"))),
        BORN,
    ],
    "post-term": [observation(L, c.EDD, valueDateTime="2026-12-01")],
    "epds-self-harm": [observation(OURS, "epds-item-10", valueInteger=3)],
    "postpartum-bleeding": [observation(OURS, "symptom-bleeding", **YES)],
    "postpartum-infection": [observation(L, "8310-5", **quantity(41.9, "Cel"))],
}


def test_every_alarm_is_tried() -> None:
    assert set(SEVERE) == {row.id for row in RULES if row.kind == "alarm" and not row.off}


@pytest.mark.parametrize("rule", SEVERE)
def test_what_fires_an_alarm_is_stored_and_read(rule: str) -> None:
    for resource in SEVERE[rule]:
        parsed = stored(resource)
        refused = [*validate(parsed), *profiles.problems(parsed), *plausibility.errors(parsed)]
        assert [issue.as_json() for issue in refused if issue.severity in {"error", "fatal"}] == []
        known = list(facts([PATIENT, EPISODE, parsed]).every())
        assert any(fact.source == f"{resource['resourceType']}/{resource['id']}" for fact in known)
