"""TABLE: what is measured, with the least ratio that the design asks for, and the requests of each row."""

import json
import random
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from app.fhir.codes import BP_PANEL
from bench.signed import Request
from bench.volume import observation

SAMPLE = 400  # women who are asked about


@dataclass(frozen=True, slots=True)
class Woman:
    """Ids of a woman's Patient, card and one Observation."""

    patient: str
    episode: str
    observation: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """One row of the result: ``count`` requests a round, each made by ``asked`` for a woman and answered with ``status``."""

    name: str
    asked: Callable[[Woman], Request]
    count: int
    status: int
    least: float | None
    bearer: bool = False


def read(woman: Woman) -> Request:
    """One Observation by its id."""
    return Request("GET", f"/fhir/Observation/{woman.observation}")


def search(woman: Woman) -> Request:
    """Her blood pressures."""
    return Request("GET", f"/fhir/Observation?patient={woman.patient}&code={BP_PANEL}&_count=20")


def search_by_date(woman: Woman) -> Request:
    """Her latest blood pressures since a day."""
    asked = f"patient={woman.patient}&code={BP_PANEL}&date=ge2026-04-01&_sort=-date&_count=20"
    return Request("GET", f"/fhir/Observation?{asked}")


def card(woman: Woman) -> Request:
    """Her card as a document."""
    return Request("GET", f"/fhir/EpisodeOfCare/{woman.episode}/$card")


def everything(woman: Woman) -> Request:
    """All sixty resources about her."""
    return Request("GET", f"/fhir/Patient/{woman.patient}/$everything?_count=100")


def patient_view(woman: Woman) -> Request:
    """Decision support when her record is opened: CDS Hooks, whose cards are asked for in less than 100 ms."""
    context = {"userId": "PractitionerRole/bench", "patientId": woman.patient}
    call = {"hook": "patient-view", "hookInstance": str(uuid.uuid4()), "context": context}
    return Request("POST", "/cds-services/patient-view", json.dumps(call).encode(), "application/json")


def create(woman: Woman) -> Request:
    """One blood pressure."""
    return Request(
        "POST", "/fhir/Observation", json.dumps(observation(f"Patient/{woman.patient}", 0)).encode()
    )


def transaction(woman: Woman) -> Request:
    """A consultation: an Encounter and nine measurements."""
    patient, visit = f"Patient/{woman.patient}", f"urn:uuid:{uuid.uuid4()}"
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "subject": {"reference": patient},
        "episodeOfCare": [{"reference": f"EpisodeOfCare/{woman.episode}"}],
    }
    rows = [observation(patient, n) | {"encounter": {"reference": visit}} for n in range(9)]
    entries = [
        {
            "fullUrl": visit if row is encounter else f"urn:uuid:{uuid.uuid4()}",
            "resource": row,
            "request": {"method": "POST", "url": row["resourceType"]},
        }
        for row in [encounter, *rows]
    ]
    return Request(
        "POST",
        "/fhir",
        json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode(),
    )


_READING = (
    ("read", read, 2_000, 0.10, 0.15),
    ("search patient+code", search, 1_000, None, None),
    ("search patient+code+date, sorted", search_by_date, 1_000, 0.07, None),
    ("card", card, 300, 0.03, None),
    ("$everything, 60 entries", everything, 500, 0.02, None),
    ("CDS patient-view", patient_view, 300, None, None),
)
_WRITING = (  # last: the cards grow by what is written
    ("create blood pressure", create, 1_000, 201, 0.06),
    ("transaction of 10", transaction, 200, 200, 0.010),
)
SCENARIOS = (
    *(Scenario(f"{name}; DPoP", asked, count, 200, least) for name, asked, count, least, _ in _READING),
    *(
        Scenario(f"{name}; unbound", asked, count, 200, least, bearer=True)
        for name, asked, count, _, least in _READING
    ),
    *(
        Scenario(f"{name}; DPoP", asked, count, status, least)
        for name, asked, count, status, least in _WRITING
    ),
    *(
        Scenario(f"{name}; unbound", asked, count, status, None, bearer=True)
        for name, asked, count, status, _ in _WRITING
    ),
)


def sample(rows: list[str]) -> list[Woman]:
    """The women of ``rows`` (patient|episode|observation) who are asked about, the same in every run of the same data."""
    women = [Woman(*row.split("|")) for row in rows]
    return random.Random(7).sample(women, min(SAMPLE, len(women)))  # noqa: S311 (who is asked about is no secret)
