"""This server is master: what is registered here stands at the national service, each change once, whatever goes wrong."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from app.fhir import codes
from app.store import shared_with
from app.worker import reconciliation, schedule
from app.worker.schedule import Duties
from tests.fixtures.resources import Woman, a_weight, an_observation, labelled, register
from tests.national import both_records
from tests.national.client import Client
from tests.national.test_life_cycle import APPOINTMENT, RECORD
from tests.worker.crew import Crew
from tests.worker.test_deliveries import hurry, post

Json = dict[str, Any]
SAID = RECORD | {
    "clinicalTests": RECORD["clinicalTests"] | {"hiv": False}
}  # a positive one waits until she is told


@pytest.fixture(scope="module")
def sending(crew: Crew) -> Crew:
    """A worker that is set up for the national record."""
    return replace(crew, settings=replace(crew.settings, national_record_url=crew.services.record_url))


@pytest.fixture(autouse=True)
def undisturbed(sending: Crew) -> None:
    sending.services.fail("maternity_record")
    sending.rows("DELETE FROM delivery WHERE kind = 'national-record'")
    sending.rows("DELETE FROM register_entry WHERE register = 'record'")
    sending.rows("DELETE FROM breaker WHERE system = 'national-record'")


@pytest.fixture
def woman(sending: Crew) -> Woman:
    return register(sending.person("midwife"))


def told(crew: Crew) -> None:
    """What was gathered is sent."""
    crew.work()
    hurry(crew)


def states(crew: Crew, woman: Woman) -> list[str]:
    return [row.partition("|")[0] for row in crew.deliveries(woman, "national-record")]


def there(crew: Crew, woman: Woman) -> Json:
    """Her record at the national service, by the raw effect log."""
    return both_records.there(crew.services.effects("maternity_record"), woman.number)


def differing(crew: Crew, woman: Woman) -> list[Any]:
    """What either side says and the other does not."""
    told = Client(crew.person("midwife"), woman.number).ok("GET", f"/record/{woman.episode}")
    return both_records.differing(told, there(crew, woman))


def filled(crew: Crew, woman: Woman, *names: str) -> tuple[Client, str]:
    """A client at this server that has registered these sub-resources, or all."""
    client, path = Client(crew.person("midwife"), woman.number), f"/record/{woman.episode}"
    there_already = client.ok("GET", path)
    for name in names or SAID:
        known = there_already.get(name)
        if known:
            body = SAID[name] | {"metadata": {"version": known["metadata"]["version"]}}
            client.ok("PUT", f"{path}/{name}", body)
        else:
            client.ok("POST", f"{path}/{name}", SAID[name], 201)
    return client, path


def test_the_whole_record_is_sent_changed_cleared_and_taken_back(sending: Crew, woman: Woman) -> None:
    client, path = filled(sending, woman)
    visit = client.ok("POST", f"{path}/antenatalAppointments", APPOINTMENT, 201)
    client.ok(
        "POST", f"{path}/symphysisFundalHeights", {"measurement": 23, "measurementDate": "2026-10-16"}, 201
    )
    told(sending)
    assert states(sending, woman)[-1] == "sent"
    assert differing(sending, woman) == []
    assert there(sending, woman)["vitalMeasurementsBeforePregnancy"]["futureMember"] == {"x": [1, 2.5]}

    before = len(sending.services.effects("maternity_record"))
    post(
        sending.person("midwife"), a_weight(woman.reference, 71.0)
    )  # outside a visit: no field of the national record
    told(sending)
    assert (states(sending, woman)[-1], len(sending.services.effects("maternity_record"))) == ("sent", before)

    whole = client.ok("GET", path)
    version = whole["previousPregnancies"]["metadata"]["version"]
    cleared = {"metadata": {"version": version}, "note": None, "spontaneousMiscarriages": 2}
    client.ok("PUT", f"{path}/previousPregnancies", cleared)
    client.ok("DELETE", f"{path}/antenatalAppointments/{visit['metadata']['id']}", status=204)
    told(sending)
    assert there(sending, woman)["previousPregnancies"]["note"] is None
    assert "antenatalAppointments" not in there(sending, woman)
    assert differing(sending, woman) == []

    client.ok("POST", f"{path}/updateStatus", {"status": "TERMINATED"})
    told(sending)
    assert sending.services.effects("maternity_record")[-1]["change"]["status"]["status"] == "TERMINATED"


def test_what_is_kept_from_her_is_not_sent(sending: Crew, woman: Woman) -> None:
    hidden = an_observation(
        woman.reference,
        "2276-4",
        valueQuantity={"value": 77, "unit": "ug/L", "system": codes.UCUM, "code": "ug/L"},
    )
    midwife = sending.person("midwife")
    post(midwife, labelled(hidden, "NOPAT"))
    client = Client(midwife, woman.number)
    client.ok("POST", f"/record/{woman.episode}/clinicalTests", {"hiv": True, "hemoglobin": 12.4}, 201)
    told(sending)
    assert states(sending, woman)[-1] == "sent"
    assert there(sending, woman)["clinicalTests"] == {"hemoglobin": 12.4}


FAULTS = [
    {"errorRate": 0.2, "dropAfterEffect": True},
    {"errorRate": 0.2, "status": 503, "reads": True},
    {"errorRate": 0.1, "status": 429, "retryAfter": 0},
    {"duplicateRate": 0.3},
]


def test_whatever_goes_wrong_nothing_is_lost_or_doubled(sending: Crew, woman: Woman) -> None:
    client, path = Client(sending.person("midwife"), woman.number), f"/record/{woman.episode}"
    url = f"{sending.services.running.maternity_record}/_faults"
    httpx.post(url, json=FAULTS).raise_for_status()
    for day in ("2026-10-16", "2026-11-06"):
        body = APPOINTMENT | {"appointmentDate": day}
        client.ok("POST", f"{path}/antenatalAppointments", body, 201)
    client.ok("POST", f"{path}/medication", RECORD["medication"], 201)
    told(sending)
    for _ in range(20):
        if states(sending, woman)[-1] == "sent":
            break
        sending.rows("UPDATE breaker SET until = now()")
        sending.duty(schedule.resume_held)
        hurry(sending)
    sending.services.fail("maternity_record")
    assert states(sending, woman)[-1] == "sent"
    assert len(there(sending, woman)["antenatalAppointments"]) == 2
    assert differing(sending, woman) == []


def test_her_receipt_names_the_national_record(sending: Crew, woman: Woman) -> None:
    told(sending)

    async def recipients(duties: Duties) -> list[Any]:
        async with duties.house.database.connection() as held:
            return await shared_with.recipients(held, woman.id)

    found = sending.duty(recipients)
    assert ("Nasjonalt helsekort", "national-record") in [(row["name"], row["via"]) for row in found]


def test_who_was_faster_there_is_read_and_compared(sending: Crew, woman: Woman) -> None:
    """A vendor elsewhere wrote in a record of which this server is master: what is said here holds, the unknown stays."""
    client, path = filled(sending, woman, "medicalConditions")
    told(sending)
    record = sending.rows(
        f"SELECT remote FROM register_entry WHERE register = 'record' AND key = '{woman.id}'"
    )[0]
    body = {"note": "Fra et annet sted", "theirOwn": 1}
    sending.services.elsewhere(woman.number, method="PUT", record=record, part="medicalConditions", body=body)
    version = client.ok("GET", path)["medicalConditions"]["metadata"]["version"]
    client.ok("PUT", f"{path}/medicalConditions", {"metadata": {"version": version}, "epilepsy": True})
    told(sending)
    theirs = there(sending, woman)["medicalConditions"]
    assert (theirs["note"], theirs["epilepsy"], theirs["theirOwn"]) == ("Klaffefeil", True, 1)


def test_without_her_consent_there_nothing_is_sent(sending: Crew, woman: Woman) -> None:
    sending.services.elsewhere(woman.number, consent=False)
    told(sending)
    assert (states(sending, woman), there(sending, woman)) == (["withdrawn"], {})


def test_a_service_that_was_restored_is_brought_in_line(sending: Crew, woman: Woman) -> None:
    filled(sending, woman, "medication", "geneticDisorders", "lifestyleFactors")
    told(sending)
    url = f"{sending.services.running.maternity_record}/_lose"
    httpx.post(url, json={"last": 2}).raise_for_status()
    found = sending.duty(lambda duties: reconciliation.reconcile(duties.house, duties.channels))
    assert [(row.compared, row.repaired) for row in found if row.system == "national-record"] == [(1, 1)]
    sending.rows("UPDATE delivery SET updated = now() - interval '1 minute' WHERE kind = 'national-record'")
    sending.duty(schedule.sweep)
    hurry(sending)
    lost = {row for entry in sending.services.requests("maternity_record") for row in entry.get("lost", ())}
    standing = [row for row in sending.services.effects("maternity_record") if row["number"] not in lost]
    assert {row["change"].get("part") for row in standing if row["patient"] == woman.number} >= {
        "medication",
        "geneticDisorders",
        "lifestyleFactors",
    }
