"""What waits for an organisation: right at once after a write, the same when the worker has looked, and each reader's own."""

from datetime import timedelta
from typing import Any

import pytest
from helsekort_sandbox.people import ORGANIZATIONS

from app import clock
from app.fhir import codes
from app.fhir.validation import check
from tests.access.world import a_block, organization, orgnr
from tests.fixtures.resources import (
    Woman,
    a_blood_pressure,
    a_weight,
    an_observation,
    choose,
    concept,
    labelled,
    quantity,
    register,
)
from tests.fixtures.server import Person
from tests.worker.crew import Crew

Json = dict[str, Any]
WORKLIST = "/EpisodeOfCare/$worklist"


@pytest.fixture
def woman(crew: Crew) -> Woman:
    woman = register(crew.person("midwife"))
    her = crew.person("citizen", person=woman.number)
    choose(
        woman, her, crew.person("operator"), ORGANIZATIONS["gp-a"].orgnr, ORGANIZATIONS["hospital-a"].orgnr
    )
    return woman


def listed(person: Person, woman: Woman, query: str = "") -> list[Json]:
    """Her items on ``person``'s list, in their order."""
    answer = person.get(f"{WORKLIST}?_count=500{query}")
    assert answer.status_code == 200, answer.text
    found = [row["resource"] for row in answer.json().get("entry", [])]
    tasks = [row for row in found if row["resourceType"] == "Task"]
    assert answer.json()["total"] == len(tasks)
    for row in tasks:
        check(row)
    return [row for row in tasks if row["for"]["reference"] == woman.reference]


def kinds(person: Person, woman: Woman, query: str = "") -> list[str]:
    return [row["code"]["coding"][0]["code"] for row in listed(person, woman, query)]


def put(person: Person, resource: Json) -> Json:
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def a_result(woman: Woman, value: float = 11.4, **more: Any) -> Json:
    return an_observation(
        woman.reference, codes.HAEMOGLOBIN, valueQuantity=quantity(value, "g/dL"),
        category=[concept(codes.OBSERVATION_CATEGORY, "laboratory")], **more,
    )  # fmt: skip


def a_term(woman: Woman, days: int) -> Json:
    """A dating by which she is due in ``days``."""
    due = clock.now().astimezone(clock.OSLO).date() + timedelta(days=days)
    return an_observation(woman.reference, codes.EDD_ULTRASOUND, valueDateTime=due.isoformat())


def test_an_alarm_waits_at_once_and_stands_the_same_when_the_worker_has_looked(
    crew: Crew, woman: Woman
) -> None:
    midwife = crew.person("midwife")
    crew.work()
    assert listed(midwife, woman) == []
    made = put(midwife, a_blood_pressure(woman.reference, 172, 112))
    at_once = listed(midwife, woman)
    assert [row["code"]["text"] for row in at_once] == ["Svært høyt blodtrykk"]
    assert at_once[0]["focus"]["reference"] == f"Observation/{made['id']}"
    crew.work()
    (flag,) = crew.flags(woman)
    (later,) = listed(midwife, woman)
    assert later["focus"]["reference"] == f"Flag/{flag['id']}"
    assert later | {"focus": None} == at_once[0] | {"focus": None}
    assert later["priority"] == "urgent"
    assert later["basedOn"] == [{"reference": f"EpisodeOfCare/{woman.episode}"}]
    flag["status"] = "inactive"
    assert midwife.put(f"/Flag/{flag['id']}", flag).status_code == 200
    assert listed(midwife, woman) == []
    crew.work()
    assert listed(midwife, woman) == []


def test_an_alarm_behind_its_deadline_comes_before_all(crew: Crew, woman: Woman) -> None:
    midwife = crew.person("midwife")
    other = register(midwife)
    put(midwife, a_blood_pressure(other.reference, 172, 112))
    then = (clock.now() - timedelta(days=2)).isoformat()
    put(midwife, a_blood_pressure(woman.reference, 172, 112, effectiveDateTime=then))
    crew.work()
    (late,) = listed(midwife, woman, "&kind=alarm")
    assert late["priority"] == "stat"
    (first, second) = (midwife.get(f"{WORKLIST}?kind=alarm&_count=1").json() for _ in range(2))
    assert first["entry"][0]["resource"]["for"]["reference"] == woman.reference
    assert [row["resource"]["resourceType"] for row in first["entry"]] == ["Task", "Patient", "EpisodeOfCare"]
    assert second["entry"][0]["fullUrl"] == first["entry"][0]["fullUrl"]
    link = next(row["url"] for row in first["link"] if row["relation"] == "next")
    page = midwife.get(link).json()
    assert page["entry"][0]["resource"]["for"]["reference"] != woman.reference
    assert page["total"] == first["total"]
    assert crew.person("gp").get(link).status_code == 400


def test_visits_are_due_and_overdue_by_the_day(crew: Crew, woman: Woman) -> None:
    midwife, ward = crew.person("midwife"), crew.person("hospital")
    dated = put(midwife, a_term(woman, 283 - 31 * 7 - 3))
    for _ in range(2):
        found = {row["code"]["coding"][1]["code"]: row for row in listed(midwife, woman)}
        assert found["week-32"]["code"]["coding"][0]["code"] == "visit-due"
        assert found["week-28"]["code"]["coding"][0]["code"] == "visit-overdue"
        assert "week-36" not in found
        assert {"start", "end"} <= found["week-32"]["restriction"]["period"].keys()
        scans = {row["code"]["coding"][1]["code"] for row in listed(ward, woman)}
        assert "routine-scan" in scans
        assert "week-32" not in scans
        crew.work()
    assert "visit-due" in kinds(crew.person("nurse"), woman)
    hidden = labelled(dated, "PSY")
    assert midwife.put(f"/Observation/{dated['id']}", hidden).status_code == 200
    assert kinds(crew.person("nurse"), woman) == []


def test_a_result_of_others_is_new_until_the_organisation_reads_the_card(crew: Crew, woman: Woman) -> None:
    midwife, gp = crew.person("midwife"), crew.person("gp")
    made = put(gp, a_result(woman))
    crew.work()
    assert kinds(gp, woman, "&kind=new-result") == []
    (new,) = listed(midwife, woman, "&kind=new-result")
    assert new["focus"]["reference"] == f"Observation/{made['id']}"
    assert midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200
    assert kinds(midwife, woman, "&kind=new-result") == []
    assert kinds(midwife, woman, "&kind=new-result&since=2026-01-01") == ["new-result"]
    put(gp, a_result(woman, 12.1))
    assert kinds(midwife, woman, "&kind=new-result") == ["new-result"]
    tomorrow = (clock.now() + timedelta(days=1)).date().isoformat()
    assert kinds(midwife, woman, f"&kind=new-result&since={tomorrow}") == []


def test_what_she_wrote_waits_for_a_clinician(crew: Crew, woman: Woman) -> None:
    her = crew.person("citizen", person=woman.number)
    mine = {
        **a_weight(woman.reference),
        "meta": {"tag": [{"system": codes.CS_CARD, "code": "self-reported"}]},
    }
    made = put(her, mine)
    for _ in range(2):
        (waits,) = listed(crew.person("midwife"), woman, "&kind=to-confirm")
        assert waits["focus"]["reference"] == f"Observation/{made['id']}"
        crew.work()


def test_each_reader_has_her_own_list_and_every_woman_on_it_is_logged(crew: Crew, woman: Woman) -> None:
    midwife, gp, nurse = (crew.person(role) for role in ("midwife", "gp", "nurse"))
    put(midwife, labelled(a_blood_pressure(woman.reference, 172, 112), "PSY"))
    for _ in range(2):
        assert kinds(midwife, woman) == kinds(gp, woman) == ["alarm"]
        assert kinds(nurse, woman) == []
        assert kinds(crew.person("midwife", key="midwife-b"), woman) == []
        crew.work()
    answer = midwife.get(f"{WORKLIST}?_count=500")
    row = crew.server.audit(answer.headers["x-request-id"])
    shown = [tuple(line[:2]) for line in row["result"]["shown"]]
    sent = {
        (part["resource"]["resourceType"], part["resource"]["id"])
        for part in answer.json()["entry"]
        if part["search"]["mode"] == "include"
    }
    assert sent <= set(shown)
    assert ("EpisodeOfCare", woman.episode) in shown
    assert woman.id in row["result"]["patients"]
    operator = crew.person("operator")
    place = organization(operator, orgnr("gp-a"))
    put(
        crew.person("citizen", person=woman.number),
        a_block(woman.reference, {"reference": f"Organization/{place}"}),
    )
    assert kinds(gp, woman) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("kind=nothing", 400), ("_count=0", 400), ("since=x", 400), ("_cursor=x", 400), ("day=1", 400)],
)
def test_what_cannot_be_asked_is_told(crew: Crew, query: str, status: int) -> None:
    assert crew.person("midwife").get(f"{WORKLIST}?{query}").status_code == status


@pytest.mark.parametrize("role", ["citizen", "operator", "auditor"])
def test_a_worklist_is_for_organisations_that_care(crew: Crew, role: str) -> None:
    assert crew.person(role).get(WORKLIST).status_code == 403
