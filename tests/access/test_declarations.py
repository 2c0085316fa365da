"""A declared care relation is labelled, told to her and reviewed; a former GP is out at once; looking is counted."""

from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.access.world import Json, World, a_team, hpr, made, organization, orgnr, outcome_text, stored
from tests.fixtures.resources import Woman, a_weight, new_number, register
from tests.fixtures.server import Person, Server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def asked(**given: Any) -> Json:
    """Parameters: texts, and an identifier of a woman by her number."""
    rows = [
        {"name": name, "valueIdentifier": {"system": codes.FNR, "value": value}}
        if name == "identifier"
        else {"name": name, "valueCode" if name == "outcome" else "valueString": value}
        for name, value in given.items()
    ]
    return {"resourceType": "Parameters", "parameter": rows}


def listed(answer: httpx.Response) -> dict[str, dict[str, Any]]:
    """What an answer lists, by id, each part by its name."""
    assert answer.status_code == 200, answer.text
    rows = [
        {part["name"]: next(value for key, value in part.items() if key != "name") for part in row["part"]}
        for row in answer.json().get("parameter", ())
    ]
    return {row["id"]: row for row in rows}


def declare(person: Person, woman: Woman) -> httpx.Response:
    return person.post("/Patient/$declare-relation", asked(identifier=woman.number))


def decide(auditor: Person, id_: str, outcome: str) -> httpx.Response:
    return auditor.post("/$declaration-review", asked(id=id_, outcome=outcome, comment="Sett mot timeboken"))


def test_a_declaration_is_reviewed_and_what_is_rejected_ends_at_once(world: World) -> None:
    woman, auditor = register(world.midwife), world.person("auditor")
    her = world.person("citizen", person=woman.number)
    doctor = world.person("gp", key="gp-b")
    weight = stored(world.midwife, a_weight(woman.reference))
    said = declare(doctor, woman)
    assert said.status_code == 200
    assert doctor.get(f"/Observation/{weight}").status_code == 200
    page = her.get(f"/Patient/{woman.id}/$access-log", Accept="text/html").text
    assert "erklærte selv" in page
    explained = her.get(f"/Patient/{woman.id}/$explain-access").text
    assert '"valueCode":"declared"' in explained
    id_ = f"{woman.id}.{orgnr('gp-b')}"
    queue = auditor.get("/$declarations")
    entry = listed(queue)[id_]
    assert entry["person"] == f"hpr:{hpr('gp-b')}"
    assert entry["patient"] == {"reference": woman.reference}
    assert entry["decision"]
    assert f"{woman.id}.{orgnr('midwives-a')}" in listed(queue), "a registration declares too"
    assert woman.id in world.server.audit(queue.headers["x-request-id"])["result"]["patients"]
    assert doctor.get("/$declarations").status_code == 403
    assert decide(auditor, id_, "perhaps").status_code == 400
    assert decide(auditor, f"{woman.id}.999999999", "rejected").status_code == 409
    assert listed(decide(auditor, id_, "rejected"))[id_]["outcome"] == "rejected"
    assert doctor.get(f"/Observation/{weight}").status_code == 404
    assert world.midwife.get(f"/Observation/{weight}").status_code == 200
    assert decide(auditor, id_, "accepted").status_code == 409, "decided once"
    assert id_ not in listed(auditor.get("/$declarations"))
    assert listed(auditor.get("/$declarations?status=all"))[id_]["outcome"] == "rejected"
    again, nobody = (
        declare(doctor, woman),
        doctor.post("/Patient/$declare-relation", asked(identifier=new_number())),
    )
    assert (again.status_code, outcome_text(again)) == (404, outcome_text(nobody))
    # a colleague may still have a reason of his own, and that waits for review anew
    colleague = world.person("gp", key="gp-c")
    assert declare(colleague, woman).status_code == 200
    assert listed(auditor.get("/$declarations"))[id_]["person"] == f"hpr:{hpr('gp-c')}"


def test_what_is_accepted_lasts_and_a_reviewer_of_a_place_meets_its_own(world: World) -> None:
    woman = register(world.midwife)
    weight = stored(world.midwife, a_weight(woman.reference))
    mine, id_ = world.person("auditor", organization=orgnr("midwives-a")), f"{woman.id}.{orgnr('midwives-a')}"
    other = world.person("auditor", organization=orgnr("gp-a"))
    assert id_ not in listed(other.get("/$declarations"))
    assert decide(other, id_, "rejected").status_code == 409
    assert listed(decide(mine, id_, "accepted"))[id_]["outcome"] == "accepted"
    assert world.midwife.get(f"/Observation/{weight}").status_code == 200


def test_another_gp_of_record_ends_the_former_ones_access_at_once(world: World) -> None:
    """The register names one GP of record: a new one ends the other, also where nobody ended the old entry."""
    woman = register(world.midwife)
    first, second = world.person("gp", key="gp-c"), world.person("gp", key="gp-a")
    weight = stored(world.midwife, a_weight(woman.reference))
    old, new = (organization(world.operator, orgnr(key)) for key in ("gp-b", "gp-a"))
    stored(world.operator, a_team(woman.reference, old))
    assert [who.get(f"/Observation/{weight}").status_code for who in (first, second)] == [200, 404]
    stored(world.operator, a_team(woman.reference, new))
    assert [who.get(f"/Observation/{weight}").status_code for who in (first, second)] == [404, 200]


def test_looking_is_counted_by_organisation_role_and_purpose(world: World) -> None:
    auditor = world.person("auditor")
    women = [register(world.midwife) for _ in range(3)]
    nurse = world.person("nurse")
    begun = [counted(auditor), counted(world.person("auditor", organization=orgnr("gp-a")))]
    for woman in women:
        assert nurse.get(f"/{woman.reference}").status_code == 200
    assert nurse.get(f"/Observation/{women[0].id}").status_code == 404
    key = (orgnr("midwives-a"), "nurse", "TREAT")
    was, now = begun[0].get(key, {}), counted(auditor)[key]
    assert now["requests"] - was.get("requests", 0) == 4
    assert now["refused"] - was.get("refused", 0) == 1
    assert now["women"] - was.get("women", 0) == 3
    assert now["people"] == 1
    assert key not in counted(world.person("auditor", organization=orgnr("gp-a")))
    assert auditor.get(f"/$access-statistics?start={date.today() + timedelta(9)}").status_code == 400  # noqa: DTZ011
    assert auditor.get("/$access-statistics?start=2020-01-01&end=2020-12-31").json().get("parameter") is None
    assert nurse.get("/$access-statistics").status_code == 403


def counted(auditor: Person) -> dict[tuple[str, str, str], dict[str, int]]:
    """The counts of organisation, role and purpose."""
    answer = auditor.get("/$access-statistics")
    assert answer.status_code == 200, answer.text
    found = {}
    for row in answer.json().get("parameter", ()):
        parts = {part["name"]: next(v for k, v in part.items() if k != "name") for part in row["part"]}
        place = parts.pop("organization", {"value": ""})["value"]
        found[place, parts.pop("role", ""), parts.pop("purpose", "")] = parts
    return found
