"""Who can see this, by which row, and why was that one refused: to her and to the auditor, by the rows themselves."""

from typing import Any

import pytest
from helsekort_sandbox.people import DOULA, REPRESENTATIVE

from app.fhir import codes
from tests.access.leak_items import granted, let_in
from tests.access.test_minors import ROLE_CODE, a_guardian, born
from tests.access.world import World, a_block, a_restriction, hpr, made, orgnr, stored
from tests.fixtures.resources import a_weight, labelled, register
from tests.fixtures.server import Person, Server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _asked(person: Person, woman: str, resource: str = "", **given: str) -> dict[str, list[dict[str, Any]]]:
    """The parts of the answer by the name of their parameter."""
    rows: list[dict[str, Any]] = [{"name": name, "valueString": value} for name, value in given.items()]
    if resource:
        rows.append({"name": "resource", "valueReference": {"reference": resource}})
    body = {"resourceType": "Parameters"} | ({"parameter": rows} if rows else {})
    answer = person.post(f"/Patient/{woman}/$explain-access", body)
    assert answer.status_code == 200, answer.text
    found: dict[str, list[dict[str, Any]]] = {}
    for row in answer.json()["parameter"]:
        parts = {p["name"]: next(v for k, v in p.items() if k != "name") for p in row.get("part", ())}
        found.setdefault(row["name"], []).append(parts)
    return found


def _by_role(found: dict[str, list[dict[str, Any]]]) -> dict[tuple[str, str], str | None]:
    return {(row["organization"]["value"], row["role"]): row.get("rule") for row in found["access"]}


def test_each_who_can_see_it_with_row_ground_and_date(world: World) -> None:
    woman, her = world.woman, world.her
    hidden = stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    weight = stored(world.midwife, a_weight(woman.reference))
    found = _asked(her, woman.id, f"Observation/{weight}")
    midwives, gp = orgnr("midwives-a"), orgnr("gp-a")
    rules = _by_role(found)
    assert rules[midwives, "midwife"] == rules[gp, "gp"] == "allow.carer.read"
    assert rules[midwives, "nurse"] == "allow.nurse.read"
    assert all(row["groundDate"] for row in found["access"] if row["allowed"])
    assert {row["relation"] for row in found["access"]} == {"declared", "chosen"}
    labelled_rules = _by_role(_asked(her, woman.id, f"Observation/{hidden}"))
    assert (labelled_rules[midwives, "midwife"], labelled_rules[midwives, "nurse"]) == (
        "allow.carer.read",
        None,
    )
    auditor = _asked(world.person("auditor"), woman.id, f"Observation/{weight}")
    assert _by_role(auditor) == rules


def test_whom_she_let_in_and_who_has_a_grant_are_named(world: World) -> None:
    woman = register(world.midwife, birthDate=born(15))
    reader = world.person("citizen", person=woman.number)
    weight = stored(world.midwife, a_weight(woman.reference))
    target = f"Observation/{weight}"
    let_in(reader, woman, codes.CS_CARD, "doula", DOULA[1])
    let_in(reader, woman, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    guardian = stored(world.midwife, a_guardian(woman.reference))
    granted(world.person("hospital", key="hospital-b", purpose="BTG"), woman)
    found = _asked(reader, woman.id, target)
    people = {(row["role"], row["relation"]): row for row in found["access"]}
    assert people["representative", "represent"]["rule"] == "allow.representative.read"
    assert people["representative", "guardian"]["rule"] == "allow.guardian.read"
    assert people["representative", "guardian"]["consent"]["reference"] == f"Consent/{guardian}"
    assert people["hospital", "emergency"]["rule"] == "allow.emergency.read"
    assert ("doula", "doula") not in people, "a doula sees no weight"
    assert REPRESENTATIVE[1] not in str(found)
    assert ("doula", "doula") in {
        (row["role"], row["relation"]) for row in _asked(reader, woman.id)["access"]
    }
    secret = a_guardian(woman.reference) | {
        "meta": {"security": [{"system": codes.ACT_CODE, "code": codes.NOPAT}]}
    }
    hidden = stored(world.midwife, secret)
    assert hidden not in str(_asked(reader, woman.id, target)), "what is kept from her"
    assert hidden in str(_asked(world.person("auditor"), woman.id, target))


def test_it_says_as_reading_does_under_her_choices_and_why_one_was_refused(world: World) -> None:
    woman, her, gp = world.woman, world.her, world.gp
    weight = stored(world.midwife, a_weight(woman.reference))
    target = f"Observation/{weight}"
    closed = stored(her, a_restriction(woman.reference, opened_for=orgnr("midwives-a")))
    refused = gp.get(f"/{target}")
    assert refused.status_code == 403
    found = _asked(her, woman.id, target)
    assert _by_role(found)[orgnr("gp-a"), "gp"] == "block.her-restriction"
    assert _by_role(found)[orgnr("midwives-a"), "midwife"] == "allow.carer.read"
    (block,) = [
        stored(
            her, a_block(woman.reference, {"identifier": {"system": codes.HPR, "value": hpr("midwife-a")}})
        )
    ]
    named = _asked(
        her, woman.id, target, role="midwife", organization=orgnr("midwives-a"), hpr=hpr("midwife-a")
    )
    assert (named["caller"][0]["rule"], world.midwife.get(f"/{target}").status_code) == (
        "block.her-choice",
        403,
    )
    stranger = _asked(her, woman.id, target, role="midwife", organization=orgnr("midwives-b"))["caller"][0]
    assert (stranger["allowed"], "no relation" in stranger["why"]) == (False, True)
    assert world.stranger.get(f"/{target}").status_code == 404
    for id_ in (closed, block):
        assert her.delete(f"/Consent/{id_}").status_code == 204
    told = _asked(world.person("auditor"), woman.id, target, entry=refused.headers["x-request-id"])
    assert told["then"][0]["verdict"] == "block.her-restriction"
    assert told["then"][0]["rule"] == "block.her-restriction"
    assert (told["now"][0]["rule"], told["now"][0]["role"]) == ("allow.carer.read", "gp")


def test_nobody_learns_by_it_what_is_hidden(world: World) -> None:
    woman = world.woman
    secret = stored(world.midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    path = f"/Patient/{woman.id}/$explain-access"
    body = {"resourceType": "Parameters", "parameter": [
        {"name": "resource", "valueReference": {"reference": f"Observation/{secret}"}},
    ]}  # fmt: skip
    assert world.her.post(path, body).status_code == 404
    assert world.other_her.get(path).status_code == 404
    for person in (world.midwife, world.operator, world.nurse):
        assert person.get(path).status_code == 403
    answer = world.her.get(path)
    row = world.server.audit(answer.headers["x-request-id"])["result"]
    assert (answer.status_code, row["shown"][0][:4]) == (200, ["Patient", woman.id, 1, "explanation"])
