"""How long the fold of a full pregnancy takes: 300 resources parsed, read as facts, folded, seen by a clinician,
and told by decision support.

CPU time, not wall time, so that other work on the machine does not count: ``python -m bench.fold``. The target of
the design is 5 ms for reading and folding; parsing JSON is measured beside it.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from app.clock import OSLO
from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.interactions.decision_cards import of_finding
from app.mapping.facts_from_fhir import facts
from app.pregnancy.card import EVERYTHING, fold, view_for
from app.render.words import Words

DUE = date(2027, 3, 1)
NOW = datetime(2027, 2, 22, 12, tzinfo=OSLO)
ROUNDS = 200
MEASURED = (
    (c.WEIGHT, "kg", 70.0), (c.FUNDAL_HEIGHT, "cm", 30.0), (c.FETAL_HEART_RATE, "/min", 142.0), (c.HAEMOGLOBIN, "g/dL", 12.1),
    (c.FERRITIN, "ug/L", 45.0), (c.GLUCOSE_FASTING, "mmol/L", 4.6), ("11820-8", "mm", 80.0), ("11984-2", "mm", 300.0),
    ("11979-2", "mm", 310.0), ("11963-6", "mm", 62.0), ("11727-5", "g", 2400.0), ("8310-5", "Cel", 36.9),
)  # fmt: skip


def _observation(number: int, code: str, when: datetime, **value: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": f"o{number}", "status": "final", "subject": {"reference": "Patient/p"},
        "code": {"coding": [{"system": c.LOINC, "code": code}]}, "effectiveDateTime": when.isoformat(),
        "encounter": {"reference": f"Encounter/e{number % 12}"}, **value,
    }  # fmt: skip


def resources(count: int = 300) -> list[bytes]:
    """A pregnancy of ``count`` resources, spread over twelve visits."""
    rows: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "p", "birthDate": "1990-05-05", "name": [{"text": "Kari"}]},
        {
            "resourceType": "EpisodeOfCare",
            "id": "c",
            "status": "active",
            "patient": {"reference": "Patient/p"},
        },
        _observation(0, c.EDD_ULTRASOUND, NOW - timedelta(days=190), valueDateTime=DUE.isoformat()),
    ]
    starts = [NOW - timedelta(days=240 - 20 * visit) for visit in range(12)]
    rows += [
        {
            "resourceType": "Encounter", "id": f"e{index}", "status": "finished", "subject": {"reference": "Patient/p"},
            "type": [{"coding": [{"system": c.CS_CARD, "code": "antenatal-visit"}]}], "period": {"start": start.isoformat()},
        }
        for index, start in enumerate(starts)
    ]  # fmt: skip
    while len(rows) < count:
        number = len(rows)
        code, unit, value = MEASURED[number % len(MEASURED)]
        quantity = {"value": value, "unit": unit, "system": c.UCUM, "code": unit}
        rows.append(_observation(number, code, starts[number % 12], valueQuantity=quantity))
    return [json.dumps(row).encode() for row in rows]


def milliseconds(work: Callable[[], Any]) -> float:
    """The median CPU time of ``work``."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time_ns()
        work()
        times.append((time.process_time_ns() - start) / 1e6)
    return statistics.median(times)


def measure() -> dict[str, float]:
    """Each step by itself, in milliseconds of CPU."""
    bodies = resources()
    parsed = [fhir_json.read(body) for body in bodies]
    known = facts(parsed)
    card = fold(known, today=NOW.date(), now=NOW)
    view, words = view_for(card, visible=EVERYTHING, audience="clinician"), Words("nb")
    return {
        "parse": milliseconds(lambda: [fhir_json.read(body) for body in bodies]),
        "facts": milliseconds(lambda: facts(parsed)),
        "fold": milliseconds(lambda: fold(known, today=NOW.date(), now=NOW)),
        "view": milliseconds(lambda: view_for(card, visible=EVERYTHING, audience="clinician")),
        "hook": milliseconds(
            lambda: fhir_json.dump({"cards": [of_finding(row, "p", words) for row in view.findings]})
        ),
    }


if __name__ == "__main__":
    for step, spent in measure().items():
        print(f"{step:6} {spent:6.2f} ms")
