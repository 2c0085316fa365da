"""FHIR resources for tests, as the store hands them over: parsed, with numbers that keep their lexeme."""

import json
from typing import Any

from app.fhir import codes as c
from app.fhir.json import parse

Json = dict[str, Any]
MOTHER = {"reference": "Patient/mother"}


def concept(*codings: tuple[str, str], text: str | None = None) -> Json:
    found: Json = {"coding": [{"system": system, "code": code} for system, code in codings]}
    return found | ({"text": text} if text else {})


def quantity(value: float, unit: str, **more: str) -> Json:
    return {"valueQuantity": {"value": value, "unit": unit, "system": c.UCUM, "code": unit, **more}}


def observation(system: str, code: str, /, **members: Any) -> Json:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": concept((system, code)),
        "subject": MOTHER,
        "effectiveDateTime": "2026-12-22T09:10:00+01:00",
        **members,
    }


def pressure(systolic: float, diastolic: float, **members: Any) -> Json:
    return observation(
        c.LOINC,
        c.BP_PANEL,
        component=[
            {"code": concept((c.LOINC, c.BP_SYSTOLIC)), **quantity(systolic, "mm[Hg]")},
            {"code": concept((c.LOINC, c.BP_DIASTOLIC)), **quantity(diastolic, "mm[Hg]")},
        ],
        **members,
    )


def encounter(**members: Any) -> Json:
    return {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"system": c.ACT_CODE, "code": "AMB"},
        "type": [concept((c.CS_CARD, "antenatal-visit"))],
        "subject": MOTHER,
        "period": {"start": "2026-12-22T09:00:00+01:00"},
        **members,
    }


PATIENT: Json = {
    "resourceType": "Patient",
    "id": "mother",
    "identifier": [{"system": c.FNR, "value": "15889412345"}],
    "name": [{"family": "Fjellheim", "given": ["Amina"]}],
    "birthDate": "1994-08-15",
}
EPISODE: Json = {
    "resourceType": "EpisodeOfCare",
    "id": "card",
    "status": "active",
    "type": [concept((c.CS_CARD, "pregnancy"))],
    "patient": MOTHER,
}
DUE: Json = observation(
    c.LOINC,
    c.EDD_ULTRASOUND,
    id="due",
    effectiveDateTime="2026-08-17",
    valueDateTime="2027-03-01",
    method=concept((c.CS_CARD, "first-scan")),
)


def stored(resource: Json) -> Json:
    """``resource`` after the way through the store."""
    found: Json = parse(json.dumps(resource).encode())
    return found
