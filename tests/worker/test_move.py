"""A consultation on the wrong woman is moved whole, once, and nothing of it is left for anybody to read on the wrong one."""

from typing import Any

import httpx
import pytest
from helsekort_sandbox.people import ORGANIZATIONS

from app.fhir import codes
from app.fhir.validation import check
from tests.access.world import Json, an_encounter
from tests.fixtures.resources import (
    Woman,
    a_blood_pressure,
    a_transaction,
    a_weight,
    an_allergy,
    choose,
    entry,
    labelled,
    register,
    urn,
)
from tests.fixtures.server import Person
from tests.worker.crew import Crew

REASON = "Registrert på feil kvinne"


@pytest.fixture
def wrong(crew: Crew) -> Woman:
    woman = register(crew.person("midwife"), name=[{"text": "Feil Kvinne"}])
    her = crew.person("citizen", person=woman.number)
    choose(woman, her, crew.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    return woman


@pytest.fixture
def right(crew: Crew) -> Woman:
    return register(crew.person("midwife"), name=[{"text": "Rett Kvinne"}])


def held(person: Person, woman: Woman, *more: Json) -> dict[str, str]:
    """A consultation with a very high blood pressure, an allergy and ``more``: the id of each by its type."""
    first = urn()
    subject = {"reference": woman.reference, "display": "Feil Kvinne"}
    rows = [
        an_encounter(
            woman.reference, subject=subject, episodeOfCare=[{"reference": f"EpisodeOfCare/{woman.episode}"}]
        ),
        a_blood_pressure(woman.reference, 172, 112, subject=subject, encounter={"reference": first}),
        an_allergy(woman.reference, encounter={"reference": first}),
        *({**row, "encounter": {"reference": first}} for row in more),
    ]
    bundle = a_transaction(entry(rows[0], first), *(entry(row) for row in rows[1:]))
    answer = person.post("", bundle)
    assert answer.status_code == 200, answer.text
    made = [part["resource"] for part in answer.json()["entry"]]
    return {row["resourceType"]: row["id"] for row in made}


def move(person: Person, encounter: str, to: Woman, **headers: str) -> httpx.Response:
    rows: list[dict[str, Any]] = [
        {"name": "episode", "valueReference": {"reference": f"EpisodeOfCare/{to.episode}"}},
        {"name": "reason", "valueString": REASON},
    ]
    return person.post(
        f"/Encounter/{encounter}/$move", {"resourceType": "Parameters", "parameter": rows}, **headers
    )


def moved(answer: httpx.Response) -> dict[str, str]:
    """What was made, by its type."""
    assert answer.status_code == 200, answer.text
    check(answer.json())
    names = [
        row["valueReference"]["reference"].split("/")
        for row in answer.json()["parameter"]
        if row["name"] == "moved"
    ]
    return {name[0]: name[1] for name in names}


def found(person: Person, type_name: str, woman: Woman) -> list[Json]:
    answer = person.get(f"/{type_name}?patient={woman.id}")
    assert answer.status_code == 200, answer.text
    return [row["resource"] for row in answer.json().get("entry", [])]


def test_all_of_it_is_on_the_right_woman_and_its_alarms_follow(
    crew: Crew, wrong: Woman, right: Woman
) -> None:
    midwife = crew.person("midwife")
    held_there = held(midwife, wrong)
    crew.work()
    assert [row["status"] for row in crew.flags(wrong)] == ["active"]
    made = moved(move(midwife, held_there["Encounter"], right))
    assert made.keys() == held_there.keys()
    pressure = midwife.get(f"/Observation/{made['Observation']}").json()
    assert pressure["subject"] == {"reference": right.reference}
    assert pressure["encounter"]["reference"] == f"Encounter/{made['Encounter']}"
    assert pressure["status"] == "final"
    encounter = midwife.get(f"/Encounter/{made['Encounter']}").json()
    assert encounter["episodeOfCare"] == [{"reference": f"EpisodeOfCare/{right.episode}"}]
    crew.work()
    assert [row["status"] for row in crew.flags(wrong)] == ["inactive"]
    assert [row["status"] for row in crew.flags(right)] == ["active"]
    assert "172/112" in midwife.get(f"/EpisodeOfCare/{right.episode}/$card", Accept="text/html").text


def test_kjernejournal_hears_that_it_was_not_hers(crew: Crew, wrong: Woman, right: Woman) -> None:
    """What had been registered of the wrong woman is recalled, after an outage too; it stands on the right one."""
    midwife = crew.person("midwife")
    held_there = held(midwife, wrong)
    crew.work()
    (registered,) = crew.told("kjernejournal", wrong)
    moved(move(midwife, held_there["Encounter"], right))
    crew.services.fail("kjernejournal", status=503, count=1)
    crew.work()
    crew.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    crew.work()
    (_, recalled) = crew.told("kjernejournal", wrong)
    assert (recalled["retracts"], recalled["type"]) == (registered["event"], "AllergyIntolerance")
    assert recalled["actor"] == {"client": "helsekort", "pid": None, "hpr": None}
    (row,) = crew.deliveries(wrong, "registration-recall")
    assert row.startswith("sent|")
    (anew,) = crew.told("kjernejournal", right)
    assert anew["answer"]["code"] == {"text": "Penicillin"}
    told = crew.rows(
        f"SELECT count(*) FROM audit WHERE '{wrong.id}' = ANY (patients) AND request LIKE '%Tilbakekalling%'"
    )
    assert int(told[0]) >= 2  # her number was read for it, and it was sent


def test_nothing_of_it_is_left_to_read_on_the_wrong_woman(crew: Crew, wrong: Woman, right: Woman) -> None:
    midwife, gp = crew.person("midwife"), crew.person("gp")
    her = crew.person("citizen", person=wrong.number)
    held_there = held(midwife, wrong)
    before = gp.get(f"/Observation/{held_there['Observation']}")
    assert before.status_code == 200
    moved(move(midwife, held_there["Encounter"], right))
    for person in (midwife, gp, her, crew.person("nurse")):
        for type_name, id_ in held_there.items():
            assert person.get(f"/{type_name}/{id_}").status_code == 404
            assert person.get(f"/{type_name}/{id_}/_history").status_code == 404
            for version in range(1, 4):
                assert person.get(f"/{type_name}/{id_}/_history/{version}").status_code == 404
    for person in (midwife, gp, her):
        assert found(person, "Observation", wrong) == found(person, "AllergyIntolerance", wrong) == []
        for kind in ("application/fhir+json", "text/html"):
            card = person.get(f"/EpisodeOfCare/{wrong.episode}/$card", Accept=kind)
            assert card.status_code == 200
            for word in (*held_there.values(), "172/112", "Penicillin", right.id, "Rett Kvinne"):
                assert word not in card.text
    (told,) = [row for row in found(her, "Provenance", wrong) if "activity" in row]
    assert told["activity"]["coding"][0]["code"] == "NULLIFY"
    assert right.id not in str(told)
    harness = crew.person("harness", bearer=True)
    kept = harness.get(f"/Observation/{held_there['Observation']}").json()
    assert (kept["status"], kept["meta"]["versionId"]) == ("entered-in-error", "3")


def test_it_is_logged_on_both_women_and_done_once(crew: Crew, wrong: Woman, right: Woman) -> None:
    midwife = crew.person("midwife")
    held_there = held(midwife, wrong)
    key = urn()
    first = move(midwife, held_there["Encounter"], right, Idempotency_Key=key)
    again = move(midwife, held_there["Encounter"], right, Idempotency_Key=key)
    assert moved(first) == moved(again)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(found(midwife, "Observation", right)) == 1
    row = crew.server.audit(first.headers["x-request-id"])
    assert set(row["result"]["patients"]) == {wrong.id, right.id}
    shown = {tuple(line[:2]) for line in row["result"]["shown"]}
    assert set(held_there.items()) <= shown
    assert set(moved(first).items()) <= shown
    assert crew.server.audit(again.headers["x-request-id"])["result"]["verdict"].startswith("allow.")
    assert move(midwife, held_there["Encounter"], right, Idempotency_Key=urn()).status_code == 404


def test_rights_on_both_women_are_needed(crew: Crew, wrong: Woman, right: Woman) -> None:
    """Neither who has to do with one of them only, nor whoever did not write it, and nothing is done by halves."""
    midwife, gp = crew.person("midwife"), crew.person("gp")
    held_there = held(midwife, wrong)
    assert move(gp, held_there["Encounter"], right).status_code == 404
    assert move(crew.person("midwife", key="midwife-b"), held_there["Encounter"], right).status_code == 404
    choose(
        right,
        crew.person("citizen", person=right.number),
        crew.person("operator"),
        ORGANIZATIONS["gp-a"].orgnr,
    )
    assert move(gp, held_there["Encounter"], right).status_code == 403
    for person in (crew.person("citizen", person=wrong.number), crew.person("operator")):
        assert move(person, held_there["Encounter"], right).status_code in {403, 404}
    assert len(found(midwife, "Observation", wrong)) == 1
    assert found(midwife, "Observation", right) == []
    by_gp = {**a_weight(wrong.reference), "encounter": {"reference": f"Encounter/{held_there['Encounter']}"}}
    assert gp.post("/Observation", by_gp).status_code == 201
    assert move(midwife, held_there["Encounter"], right).status_code == 403
    assert len(found(midwife, "Observation", wrong)) == 2


def test_what_cannot_be_moved_is_told(crew: Crew, wrong: Woman, right: Woman) -> None:
    midwife = crew.person("midwife")
    held_there = held(midwife, wrong)
    assert move(midwife, held_there["Encounter"], wrong).status_code == 422
    assert move(midwife, "nothing", right).status_code == 404
    no_reason = {
        "resourceType": "Parameters",
        "parameter": [{"name": "episode", "valueReference": {"reference": f"EpisodeOfCare/{right.episode}"}}],
    }
    assert midwife.post(f"/Encounter/{held_there['Encounter']}/$move", no_reason).status_code == 400
    assert midwife.post(f"/Encounter/{held_there['Encounter']}/$move", "").status_code == 400
    fetus = {
        "resourceType": "RelatedPerson", "patient": {"reference": wrong.reference}, "name": [{"text": "A"}],
    }  # fmt: skip
    made = midwife.post("/RelatedPerson", fetus).json()["id"]
    other = held(midwife, wrong, a_weight(wrong.reference, focus=[{"reference": f"RelatedPerson/{made}"}]))
    answer = move(midwife, other["Encounter"], right)
    assert answer.status_code == 422
    assert "Observation.focus" in answer.text
    assert found(midwife, "Observation", right) == []


def test_nobody_hides_anything_by_the_label(crew: Crew, wrong: Woman) -> None:
    midwife = crew.person("midwife")
    assert midwife.post("/Observation", labelled(a_weight(wrong.reference), "MOVED")).status_code == 403
    made = midwife.post("/Observation", a_weight(wrong.reference)).json()
    made["meta"]["security"] = [{"system": codes.CS_CARD, "code": "MOVED"}]
    assert midwife.put(f"/Observation/{made['id']}", made).status_code == 403
