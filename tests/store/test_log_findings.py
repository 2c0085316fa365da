"""Each rule of the log's control finds what it says, names its rows and numbers, and leaves the others alone."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from helsekort_sandbox.people import CLINICIANS

from app import clock
from app.access.control import RULES, Rule
from app.fhir import codes
from app.store.database import Database
from app.store.log_findings import find
from tests.access.world import World, a_team, hpr, made, organization, orgnr, stored
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Server

OF = {rule.code: rule for rule in RULES}
ADDRESS = [{"line": ["Nabogata 4"], "postalCode": "3300"}]


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _find(world: World, *rules: Rule, later: timedelta = timedelta(0)) -> int:
    async def run() -> int:
        database = Database(world.server.settings.database_url, connections=1)
        await database.start()
        try:
            return await find(database, clock.now() + later, rules)
        finally:
            await database.stop()

    return asyncio.run(run())


def _cases(world: World, kind: str) -> list[dict[str, Any]]:
    found = []
    for row in world.person("auditor").get("/$access-cases").json().get("parameter", ()):
        parts = {
            part["name"]: next(value for key, value in part.items() if key != "name") for part in row["part"]
        }
        if parts["kind"] == kind:
            found.append(parts)
    return found


def _looked(world: World, woman: Woman, key: str = "midwife-a") -> str:
    answer = world.person("midwife", key=key).get(f"/Patient/{woman.id}")
    return answer.headers["x-request-id"]


def related(world: World, *women: Woman) -> None:
    """Each chooses the municipality's organisation."""
    place = organization(world.operator, orgnr("midwives-a"))
    for one in women:
        stored(world.person("citizen", person=one.number), a_team(one.reference, place))


def test_who_is_refused_again_and_again(world: World) -> None:
    for _ in range(10):
        assert world.stranger.get(f"/Patient/{world.woman.id}").status_code == 404
    assert _find(world, OF["refused"]) >= 1
    (case,) = [row for row in _cases(world, "refused") if row["refused"] >= 10]
    assert case["said"] == OF["refused"].text
    assert case["event"]["reference"].startswith("AuditEvent/")
    assert _find(world, OF["refused"]) == 0, "a finding is made once a day"


def test_who_declares_relations_to_many(world: World) -> None:
    gp = world.person("gp", key="gp-b")
    for _ in range(2):
        number = {"system": codes.FNR, "value": register(world.midwife).number}
        body = {"name": "identifier", "valueIdentifier": number}
        answer = gp.post("/Patient/$declare-relation", {"resourceType": "Parameters", "parameter": [body]})
        assert answer.status_code == 200
    assert _find(world, OF["unrelated"]) == 0
    assert _find(world, replace(OF["unrelated"], limit=2)) == 1
    assert _cases(world, "unrelated")[0]["women"] == 2


def test_whom_many_look_at(world: World) -> None:
    woman = world.woman
    for person in (world.midwife, world.gp, world.nurse):
        person.get(f"/Patient/{woman.id}")
    assert _find(world, OF["famous"]) == 0
    _find(world, replace(OF["famous"], limit=3))
    assert woman.reference in {row["patient"]["reference"] for row in _cases(world, "famous")}


def test_a_neighbour_who_looks_and_registers_nothing(world: World) -> None:
    person = {"resourceType": "Practitioner", "address": ADDRESS}
    person["identifier"] = [{"system": codes.HPR, "value": hpr("nurse-a")}]
    stored(world.operator, person)
    near = register(world.midwife, address=[{"line": ["Nabogata 17 B"], "postalCode": "3300"}])
    far = register(world.midwife, address=[{"line": ["Fjerngata 4"], "postalCode": "3300"}])
    for woman in (near, far):
        assert world.nurse.get(f"/Patient/{woman.id}").status_code == 200
    _find(world, OF["neighbour"])
    assert [row["patient"]["reference"] for row in _cases(world, "neighbour")] == [near.reference]


def test_a_colleague_who_is_looked_at(world: World) -> None:
    """Registers of personnel hold no identity numbers: it is the name that she shares with somebody who works there."""
    given, _, family = CLINICIANS["midwife-a"].name.rpartition(" ")
    name = {"given": [given], "family": family}
    world.person("midwife", key="midwife-a").get(f"/Patient/{world.woman.id}")
    elsewhere = world.person("midwife", key="midwife-b")
    woman, other = register(elsewhere, name=[name]), register(elsewhere)
    related(world, woman, other)
    for one in (woman, other):
        assert world.nurse.get(f"/Patient/{one.id}").status_code == 200
    _find(world, OF["colleague"])
    found = {row["patient"]["reference"] for row in _cases(world, "colleague")}
    assert found == {woman.reference}


def test_an_emergency_that_nobody_followed_up(world: World) -> None:
    woman = register(world.midwife)
    doctor = world.person("hospital", key="hospital-b", purpose="BTG")
    parts = [
        {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}},
        {"name": "reason", "valueString": "Innlagt med blødning, kan ikke gjøre rede for seg"},
    ]
    granted = doctor.post("/Patient/$break-glass", {"resourceType": "Parameters", "parameter": parts})
    assert granted.status_code == 200
    stored(world.midwife, a_weight(woman.reference))
    assert _find(world, OF["emergency"]) == 0
    _find(world, OF["emergency"], later=timedelta(days=4))
    (case,) = [row for row in _cases(world, "emergency") if row["patient"]["reference"] == woman.reference]
    assert case["event"]["reference"] == f"AuditEvent/{granted.headers['x-request-id']}"
    assert case["days"] == 4
