"""The women whom the bench asks about: as many as are wanted, each with a card and sixty resources, through the server's doors.

https://hl7.org/fhir/R4/http.html#transaction. Every woman is one transaction of her midwife's system.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from helsekort_sandbox.people import person_number

from app.fhir import codes
from bench.load import replay
from bench.signed import Client, Request

WOMEN, RESOURCES = 200, 60  # at 1×; of each: Patient, EpisodeOfCare and the rest Observations
_BATCH = 100
_FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Json = dict[str, Any]


def _coded(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _quantity(value: float, unit: str) -> Json:
    return {"value": value, "unit": unit, "system": codes.UCUM, "code": unit}


def observation(patient: str, n: int) -> Json:
    """The ``n``-th measurement: blood pressure, weight and fundal height in turn, three days apart."""
    found: Json = {
        "resourceType": "Observation",
        "status": "final",
        "category": [_coded(codes.OBSERVATION_CATEGORY, "vital-signs")],
        "subject": {"reference": patient},
        "effectiveDateTime": (_FIRST + timedelta(days=3 * n)).isoformat(),
    }
    if n % 3 == 0:
        parts = ((codes.BP_SYSTOLIC, 112 + n % 17), (codes.BP_DIASTOLIC, 70 + n % 11))
        measured = [
            {"code": _coded(codes.LOINC, c), "valueQuantity": _quantity(v, "mm[Hg]")} for c, v in parts
        ]
        return found | {"code": _coded(codes.LOINC, codes.BP_PANEL), "component": measured}
    if n % 3 == 1:
        return found | {
            "code": _coded(codes.LOINC, codes.WEIGHT), "valueQuantity": _quantity(64 + n / 10, "kg")
        }  # fmt: skip
    return found | {
        "code": _coded(codes.LOINC, codes.FUNDAL_HEIGHT), "valueQuantity": _quantity(20 + n % 20, "cm")
    }  # fmt: skip


def _entry(resource: Json, url: str) -> Json:
    return {
        "fullUrl": url,
        "resource": resource,
        "request": {"method": "POST", "url": resource["resourceType"]},
    }


def registration(serial: int) -> bytes:
    """The ``serial``-th woman with all that is known of her, as one transaction."""
    born = date(1985, 1, 1) + timedelta(days=serial % 4000)
    number = person_number(born, 500 + serial // 4000)
    patient, card = (f"urn:uuid:{uuid.uuid4()}" for _ in range(2))
    name = [{"family": f"Benk{serial}", "given": ["Berit"]}]
    rows = [
        _entry({"resourceType": "Patient", "identifier": [{"system": codes.FNR, "value": number}], "name": name}, patient),
        _entry(
            {"resourceType": "EpisodeOfCare", "status": "active", "type": [_coded(codes.CS_CARD, "pregnancy")],
             "patient": {"reference": patient}},
            card,
        ),
    ]  # fmt: skip
    rows += [
        _entry(observation(patient, n), f"urn:uuid:{uuid.uuid4()}") for n in range(RESOURCES - len(rows))
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": rows}).encode()


def load(client: Client, port: int, women: int) -> Iterator[int]:
    """Register ``women`` women; yields how many are there."""
    for begin in range(0, women, _BATCH):
        batch = range(begin, min(begin + _BATCH, women))
        ready = [client.ready(Request("POST", "/fhir", registration(serial))) for serial in batch]
        replay(port, ready, 200, connections=4)
        yield batch[-1] + 1
