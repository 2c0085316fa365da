"""An alarm is raised once, is ended by the rules or closed by a clinician, and is never lost in between."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from app import clock
from app.fhir import codes
from app.fhir.outcome import Conflict
from app.fhir.validation import check
from app.worker.alarms import ENDED, FLAG_DETAIL, refresh
from app.worker.jobs import look_at_every_card
from app.worker.schedule import Duties
from tests.fixtures.resources import (
    Woman,
    a_blood_pressure,
    a_weight,
    an_observation,
    concept,
    labelled,
    quantity,
    register,
)
from tests.worker.crew import Crew


@pytest.fixture
def woman(crew: Crew) -> Woman:
    return register(crew.person("midwife"))


def write(crew: Crew, resource: dict[str, Any]) -> dict[str, Any]:
    """The resource as stored by a midwife, and what the worker made of it."""
    midwife, name = crew.person("midwife"), resource["resourceType"]
    if "id" in resource:
        answer = midwife.put(f"/{name}/{resource['id']}", resource)
    else:
        answer = midwife.post(f"/{name}", resource)
    assert answer.status_code in {200, 201}, answer.text
    crew.work()
    stored: dict[str, Any] = answer.json()
    return stored


def haemoglobin(woman: Woman, value: float, **more: Any) -> dict[str, Any]:
    return an_observation(
        woman.reference, codes.HAEMOGLOBIN, valueQuantity=quantity(value, "g/dL"),
        category=[concept(codes.OBSERVATION_CATEGORY, "laboratory")], **more,
    )  # fmt: skip


def test_an_alarm_is_a_flag_that_says_what_it_rests_on(crew: Crew, woman: Woman) -> None:
    pressure = write(crew, a_blood_pressure(woman.reference, 172, 112))
    (flag,) = crew.flags(woman)
    check(flag)
    assert flag["status"] == "active"
    assert flag["code"]["coding"] == [{"system": codes.CS_CARD, "code": "severe-hypertension"}]
    assert flag["code"]["text"] == "Svært høyt blodtrykk"
    assert flag["subject"]["reference"] == woman.reference
    details = [row["valueReference"]["reference"] for row in flag["extension"] if row["url"] == FLAG_DETAIL]
    assert details == [f"Observation/{pressure['id']}"]
    assert "172" not in json.dumps(flag["code"])
    assert "meta" in flag
    assert "security" not in flag["meta"]


def test_a_normal_reading_raises_nothing(crew: Crew, woman: Woman) -> None:
    write(crew, a_blood_pressure(woman.reference, 118, 76))
    assert crew.flags(woman) == []


def test_it_is_raised_once(crew: Crew, woman: Woman) -> None:
    write(crew, a_blood_pressure(woman.reference, 172, 112))
    write(crew, a_weight(woman.reference))
    crew.work()
    (flag,) = crew.flags(woman)
    assert flag["meta"]["versionId"] == "1"


def test_each_severe_reading_is_an_alarm_of_its_own(crew: Crew, woman: Woman) -> None:
    for systolic in (165, 171):
        write(crew, a_blood_pressure(woman.reference, systolic, 100))
    assert len(crew.flags(woman)) == 2


def test_two_workers_that_meet_the_same_finding_raise_it_once(crew: Crew, woman: Woman) -> None:
    """A worker that was paused, and the one that took up its job."""
    answer = crew.person("midwife").post("/Observation", a_blood_pressure(woman.reference, 172, 112))
    assert answer.status_code == 201

    async def both(duties: Duties) -> None:
        again = [refresh(duties.house, woman.id, woman.episode, f"e{n}") for n in range(3)]
        results = await asyncio.gather(*again, return_exceptions=True)
        assert not [
            error for error in results if isinstance(error, Exception) and not isinstance(error, Conflict)
        ]

    crew.duty(both)
    crew.work()
    assert len(crew.flags(woman)) == 1


def test_it_is_part_of_the_card(crew: Crew, woman: Woman) -> None:
    write(crew, a_blood_pressure(woman.reference, 172, 112))
    assert crew.rows(f"SELECT episode FROM resource WHERE type = 'Flag' AND patient = '{woman.id}'") == [
        woman.episode
    ]


def test_an_input_that_is_corrected_ends_it(crew: Crew, woman: Woman) -> None:
    pressure = write(crew, a_blood_pressure(woman.reference, 172, 112))
    write(crew, pressure | {"status": "entered-in-error"})
    (flag,) = crew.flags(woman)
    assert flag["status"] == "inactive"
    assert ENDED in flag["meta"]["tag"]
    assert flag["period"]["end"]


def test_what_the_rules_have_ended_the_rules_raise_again(crew: Crew, woman: Woman) -> None:
    """A wrong normal value must not silence an alarm for good: it is no clinician's closing."""
    write(crew, haemoglobin(woman, 6.1, effectiveDateTime="2026-11-01T10:00:00+01:00"))
    wrong = write(crew, haemoglobin(woman, 12.0, effectiveDateTime="2026-11-02T10:00:00+01:00"))
    assert [flag["status"] for flag in crew.flags(woman)] == ["inactive"]
    write(crew, wrong | {"status": "entered-in-error"})
    (flag,) = crew.flags(woman)
    assert flag["status"] == "active"
    assert ENDED not in flag["meta"].get("tag", [])
    assert "end" not in flag["period"]


def test_an_input_that_is_deleted_ends_it(crew: Crew, woman: Woman) -> None:
    pressure = write(crew, a_blood_pressure(woman.reference, 172, 112))
    assert crew.person("midwife").delete(f"/Observation/{pressure['id']}").status_code == 204
    crew.work()
    (flag,) = crew.flags(woman)
    assert flag["status"] == "inactive"
    assert not any(row["url"] == FLAG_DETAIL for row in flag["extension"])


def test_what_a_clinician_has_closed_stays_closed(crew: Crew, woman: Woman) -> None:
    write(crew, a_blood_pressure(woman.reference, 172, 112))
    (flag,) = crew.flags(woman)
    write(crew, flag | {"status": "inactive"})
    write(crew, a_weight(woman.reference))
    (closed,) = crew.flags(woman)
    assert (closed["status"], closed["meta"]["versionId"]) == ("inactive", "2")
    write(crew, a_blood_pressure(woman.reference, 180, 112))
    assert sorted(flag["status"] for flag in crew.flags(woman)) == ["active", "inactive"]


def test_it_carries_the_labels_of_what_it_rests_on(crew: Crew, woman: Woman) -> None:
    write(crew, labelled(a_blood_pressure(woman.reference, 172, 112), "PSY"))
    (flag,) = crew.flags(woman)
    assert flag["meta"]["security"] == [{"system": codes.ACT_CODE, "code": "PSY"}]


def test_what_the_rule_does_not_tell_her_is_labelled_so(crew: Crew, woman: Woman) -> None:
    """No fetal heart is said by a person, not by a screen; and Flags are for clinicians at all."""
    write(crew, an_observation(woman.reference, "x") | {
        "code": concept(codes.CS_CARD, "fetal-heart-activity"), "valueBoolean": False,
    })  # fmt: skip
    (flag,) = crew.flags(woman)
    assert flag["code"]["coding"][0]["code"] == "no-fetal-heart"
    assert flag["meta"]["security"] == [{"system": codes.ACT_CODE, "code": codes.NOPAT}]
    assert crew.flags(woman, crew.person("citizen", person=woman.number)) == []


def test_loss_silences_what_time_brings_and_what_waits_to_be_told(crew: Crew, woman: Woman) -> None:
    heart = an_observation(woman.reference, "x") | {"code": concept(codes.CS_CARD, "fetal-heart-activity")}
    write(crew, heart | {"valueBoolean": False})
    crew.services.fail("helsenorge", status=503)
    write(crew, a_blood_pressure(woman.reference, 172, 112))
    loss = an_observation(woman.reference, "x") | {
        "code": concept(codes.CS_CARD, "birth-outcome"),
        "valueCodeableConcept": concept(codes.CS_CARD, "miscarriage"),
        "effectiveDateTime": (clock.now() + timedelta(seconds=1)).isoformat(timespec="seconds"),
    }
    write(crew, loss)
    flags = {flag["code"]["coding"][0]["code"]: flag for flag in crew.flags(woman)}
    assert flags["no-fetal-heart"]["status"] == "inactive"
    # Her blood pressure is as dangerous as before; that the pregnancy is over she is not reminded of.
    assert flags["severe-hypertension"]["status"] == "active"
    assert {"system": codes.ACT_CODE, "code": codes.NOPAT} in flags["severe-hypertension"]["meta"]["security"]
    states = {row.split("|")[0] for row in crew.deliveries(woman, "notice")}
    assert "pending" not in states
    assert "withdrawn" in states


def test_42_weeks_need_nobody_to_write(crew: Crew) -> None:
    """The daily look finds what time has brought since the last change."""
    woman = register(crew.person("midwife"))
    due = (clock.now() - timedelta(days=20)).date().isoformat()
    edd = an_observation(
        woman.reference, codes.EDD_ULTRASOUND, valueDateTime=due, effectiveDateTime="2026-05-01"
    )
    assert crew.person("midwife").post("/Observation", edd).status_code == 201
    crew.rows(f"DELETE FROM changed WHERE patient = '{woman.id}'")
    crew.work()
    assert crew.flags(woman) == []
    crew.duty(lambda duties: look_at_every_card(duties.app, duties.house))
    crew.work()
    assert [flag["code"]["coding"][0]["code"] for flag in crew.flags(woman)] == ["post-term"]


def test_what_fails_is_told_and_tried_again(
    crew: Crew, woman: Woman, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    crew.work()
    with monkeypatch.context() as broken:
        broken.setattr("app.worker.alarms.fold", lambda *_, **__: 1 / 0)
        write(crew, a_blood_pressure(woman.reference, 172, 112))
    assert "is tried again: ZeroDivisionError" in caplog.text
    assert crew.flags(woman) == []
    crew.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE task_name = 'changed'")
    crew.work()
    assert len(crew.flags(woman)) == 1


def test_her_access_log_tells_that_the_rules_have_looked(crew: Crew, woman: Woman) -> None:
    write(crew, a_weight(woman.reference))
    citizen = crew.person("citizen", person=woman.number)
    answer = citizen.get(f"/Patient/{woman.id}/$access-log")
    assert answer.status_code == 200, answer.text
    assert "Helsekortets egne regler" in answer.text
    assert woman.number not in answer.text
