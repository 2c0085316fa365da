"""The national service is master: what stands there is mirrored here, once for each version, and not changed here."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from helsekort_sandbox import mocks

from app.main import create_app
from app.mapping.dhg_compare import bare, says
from app.worker import reconciliation, schedule
from app.worker.dead_letters import Told, Wish, operate
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, a_weight, an_observation, register
from tests.national.client import Client
from tests.national.test_life_cycle import APPOINTMENT, RECORD
from tests.worker.crew import Crew
from tests.worker.test_deliveries import hurry, post

Json = dict[str, Any]
HEIGHT = {"measurement": 23, "measurementDate": "2026-10-16", "pregnancyWeek": 24}


@pytest.fixture(scope="module")
def mirroring(crew: Crew) -> Iterator[Crew]:
    """A server and a worker where the national service is master of every new card."""
    listener = mocks.listen()
    base = mocks.address(listener)
    changed = {"national_record_url": crew.services.record_url, "national_record_master": "national"}
    settings = replace(crew.settings, base_url=base, **changed)
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        server = replace(crew.server, base=base, settings=settings, client=client)
        yield replace(crew, server=server, settings=settings)


@pytest.fixture(autouse=True)
def undisturbed(mirroring: Crew) -> None:
    mirroring.services.fail("maternity_record")
    mirroring.rows("DELETE FROM register_entry WHERE register = 'record'")
    mirroring.rows("DELETE FROM breaker WHERE system = 'national-record'")


@pytest.fixture
def woman(mirroring: Crew) -> Woman:
    """She has a card here."""
    made = register(mirroring.person("midwife"))
    mirroring.work()
    return made


def begun(crew: Crew, woman: Woman) -> str:
    """Her record there, begun by a vendor elsewhere."""
    record: str = crew.services.elsewhere(woman.number)["metadata"]["recordId"]
    return record


def write(
    crew: Crew, woman: Woman, record: str, part: str, body: Json, id_: str = "", method: str = "POST"
) -> Json:
    """A vendor elsewhere writes there; what stands there then."""
    named = {"id": id_} if id_ else {}
    told: Json = crew.services.elsewhere(
        woman.number, record=record, part=part, body=body, method=method, **named
    )
    return told


def mirror(crew: Crew) -> None:
    """The worker looks, whenever it looked last."""
    crew.rows("UPDATE register_entry SET expires = now() WHERE register = 'record'")
    crew.rows("UPDATE register_entry SET facts = (facts::jsonb - 'changed')::text WHERE register = 'record'")
    crew.duty(schedule.mirror)
    crew.work()


def here(crew: Crew, woman: Woman) -> Json:
    whole: Json = Client(crew.person("midwife"), woman.number).ok("GET", f"/record/{woman.episode}")
    return whole


def versions(crew: Crew, woman: Woman) -> int:
    """How many versions there are of all that is hers."""
    return int(
        crew.rows(
            "SELECT count(*) FROM resource_version v JOIN resource r ON r.rid = v.rid WHERE r.type <> 'Flag'"
            f" AND r.patient = '{woman.id}'"
        )[0]
    )


def test_a_whole_record_is_mirrored_once_for_each_version(mirroring: Crew, woman: Woman) -> None:
    record = begun(mirroring, woman)
    for name, sent in RECORD.items():
        write(mirroring, woman, record, name, sent)
    visit = write(mirroring, woman, record, "antenatalAppointments", APPOINTMENT)["metadata"]["id"]
    height = write(mirroring, woman, record, "symphysisFundalHeights", HEIGHT)["metadata"]["id"]
    mirror(mirroring)
    whole = here(mirroring, woman)
    for name, sent in RECORD.items():
        if name != "clinicalTests":
            assert says(sent, bare(whole[name])), name
        assert whole[name]["metadata"]["version"] == 1, name
        assert whole[name]["metadata"]["lastUpdatedBy"]["orgName"] == "Legekontoret et annet sted"
    assert whole["vitalMeasurementsBeforePregnancy"]["futureMember"] == {"x": [1, 2.5]}
    assert [row["reason"] for row in whole["lifestyleFactors"]["metadata"]["flags"]] == [
        "The code system is not known here"
    ]
    (appointment,), (fundal,) = whole["antenatalAppointments"], whole["symphysisFundalHeights"]
    assert says(APPOINTMENT, bare(appointment))
    assert says(HEIGHT, bare(fundal))
    assert (appointment["metadata"]["id"], fundal["metadata"]["id"]) == (visit, height)
    before = versions(mirroring, woman)
    mirror(mirroring)
    assert versions(mirroring, woman) == before, "nothing is doubled"

    write(
        mirroring,
        woman,
        record,
        "medication",
        {"drugAllergy": None, "medicationFrequency": "Daglig"},
        method="PUT",
    )
    write(mirroring, woman, record, "antenatalAppointments", {"edema": 2}, visit, "PUT")
    write(mirroring, woman, record, "symphysisFundalHeights", {}, height, "DELETE")
    mirror(mirroring)
    whole = here(mirroring, woman)
    assert (whole["medication"]["metadata"]["version"], whole["medication"]["medicationFrequency"]) == (
        2,
        "Daglig",
    )
    assert whole["medication"].get("drugAllergy") is None
    assert (whole["antenatalAppointments"][0]["edema"], whole["symphysisFundalHeights"]) == (2, [])


def test_a_mirrored_finding_says_where_it_is_from_and_the_rules_run_on_it(
    mirroring: Crew, woman: Woman
) -> None:
    record = begun(mirroring, woman)
    write(mirroring, woman, record, "antenatalAppointments", APPOINTMENT | {"bloodPressure": "182/121"})
    mirror(mirroring)
    found = (
        mirroring.person("midwife")
        .get(f"/Observation?patient={woman.id}&code=http://loinc.org|85354-9")
        .json()
    )
    (pressure,) = [row["resource"] for row in found["entry"]]
    source = f"{mirroring.services.record_url}/record/{record}/antenatalAppointments/"
    assert pressure["meta"]["source"].startswith(source)
    assert pressure["performer"][0]["identifier"]["value"] == "310009999"
    told = mirroring.person("midwife").get(f"/Provenance?target=Observation/{pressure['id']}").json()
    (provenance,) = [row["resource"] for row in told["entry"]]
    assert provenance["entity"][0]["what"]["identifier"]["value"] == pressure["meta"]["source"]
    assert mirroring.flags(woman), "a severe pressure raises its alarm, whoever measured it"


def test_what_is_mirrored_is_not_changed_here_and_the_rest_stays_free(mirroring: Crew, woman: Woman) -> None:
    record, midwife = begun(mirroring, woman), mirroring.person("midwife")
    write(mirroring, woman, record, "medication", RECORD["medication"])
    write(mirroring, woman, record, "antenatalAppointments", APPOINTMENT)
    home = post(midwife, a_weight(woman.reference, 71.0))  # at home: no field of the national record
    mirror(mirroring)
    client, path = Client(midwife, woman.number), f"/record/{woman.episode}"
    refused = client.call("PUT", f"{path}/medication", {"metadata": {"version": 1}, "drugAllergy": True})
    assert refused.status_code == 409
    assert "is master of her record" in refused.json()["detail"]
    due = an_observation(woman.reference, "8665-2", valueDateTime="2026-05-01")
    outcome = midwife.post("/Observation", due)
    assert outcome.status_code == 409
    assert outcome.json()["issue"][0]["diagnostics"].startswith(
        "currentPregnancy.dateLastPeriod is not changed here"
    )
    patient = midwife.get(f"/Patient/{woman.id}").json()
    assert midwife.put(f"/Patient/{woman.id}", patient | {"name": [{"text": "En Annen"}]}).status_code == 409
    assert (
        midwife.put(
            f"/Patient/{woman.id}", patient | {"telecom": [{"system": "phone", "value": "22225555"}]}
        ).status_code
        == 200
    )
    post(midwife, a_weight(woman.reference, 71.5))
    write(mirroring, woman, record, "medication", {"drugAllergy": True}, method="PUT")
    mirror(mirroring)
    assert here(mirroring, woman)["medication"]["drugAllergy"] is True
    assert midwife.get(f"/Observation/{home['id']}").json()["meta"]["versionId"] == "1", (
        "what only FHIR has is kept"
    )


def test_garbage_errors_and_earlier_states_are_survived(mirroring: Crew, woman: Woman) -> None:
    record = begun(mirroring, woman)
    write(mirroring, woman, record, "medication", RECORD["medication"])
    write(
        mirroring,
        woman,
        record,
        "antenatalAppointments",
        APPOINTMENT | {"bloodPressure": "høyt", "motherWeight": 5000},
    )
    mirroring.services.fail("maternity_record", status=503, reads=True, count=1)
    mirror(mirroring)
    mirroring.rows("UPDATE breaker SET until = now()")
    mirror(mirroring)
    whole = here(mirroring, woman)
    assert says(RECORD["medication"], bare(whole["medication"]))
    (visit,) = whole["antenatalAppointments"]
    assert (visit["bloodPressure"], visit["motherWeight"], visit["edema"]) == ("høyt", 5000, 0), (
        "what cannot be is kept as it came"
    )
    before = versions(mirroring, woman)
    mirroring.services.fail("maternity_record", staleMs=3600_000)
    mirror(mirroring)
    mirroring.services.fail("maternity_record")
    assert versions(mirroring, woman) == before


def test_what_was_changed_behind_its_back_is_repaired(mirroring: Crew, crew: Crew, woman: Woman) -> None:
    record = begun(mirroring, woman)
    write(mirroring, woman, record, "medication", RECORD["medication"])
    mirror(mirroring)
    elsewhere = Client(
        crew.person("midwife"), woman.number
    )  # a server that is not set up for the national record
    changed = {"metadata": {"version": 1}, "drugAllergy": True}
    elsewhere.ok("PUT", f"/record/{woman.episode}/medication", changed)
    mirroring.duty(lambda duties: reconciliation.reconcile(duties.house, duties.channels))
    mirroring.duty(schedule.mirror)
    repaired = here(mirroring, woman)["medication"]
    assert (repaired["drugAllergy"], repaired["metadata"]["version"]) == (False, 1)


def test_it_ends_here_where_it_ended_there(mirroring: Crew, woman: Woman) -> None:
    record = begun(mirroring, woman)
    mirror(mirroring)
    mirroring.services.elsewhere(
        woman.number, record=record, part="updateStatus", body={"status": "TERMINATED"}
    )
    mirror(mirroring)
    assert here(mirroring, woman)["metadata"]["recordStatus"]["status"] == "TERMINATED"


def test_an_operator_hands_her_record_over_and_back(mirroring: Crew, woman: Woman) -> None:
    record = begun(mirroring, woman)
    write(mirroring, woman, record, "antenatalAppointments", APPOINTMENT)
    mirror(mirroring)
    client, path = Client(mirroring.person("midwife"), woman.number), f"/record/{woman.episode}"

    def master(name: str) -> Told:
        wish = Wish("master", patient=woman.id, master=name, reason="avtale om journalsystem")
        return operate(mirroring.settings, wish)

    assert master("here").is_done
    (visit,) = here(mirroring, woman)["antenatalAppointments"]
    id_, version = visit["metadata"]["id"], visit["metadata"]["version"]
    client.ok("PUT", f"{path}/antenatalAppointments/{id_}", {"metadata": {"version": version}, "edema": 3})
    mirroring.work()
    hurry(mirroring)
    changes = [
        row["change"]
        for row in mirroring.services.effects("maternity_record")
        if row["patient"] == woman.number
    ]
    assert [
        (row["id"], row["body"]["edema"]) for row in changes if row.get("part") == "antenatalAppointments"
    ] == [(id_, 0), (id_, 3)]
    assert master("national").is_done
    write(mirroring, woman, record, "antenatalAppointments", {"edema": 1}, id_, "PUT")
    mirror(mirroring)
    (visit,) = here(mirroring, woman)["antenatalAppointments"]
    assert (visit["metadata"]["id"], visit["metadata"]["version"], visit["edema"]) == (id_, 3, 1)
    assert not operate(
        mirroring.settings, Wish("master", patient="nobody", master="here", reason="x")
    ).is_done
