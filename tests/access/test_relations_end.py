"""A relation ends: after the card, after a declaration's time, after a change of GP; and then nothing is left of it."""

from datetime import date, timedelta

import pytest

from app.fhir import codes
from tests.access.world import World, a_team, made, organization, orgnr, resources, stored
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _days(world: World, woman: Woman, kind: str) -> list[str]:
    """For how many days from now each relation of this kind lasts; `None` for ever."""
    return world.server.database.rows(
        "SELECT coalesce(round(extract(epoch FROM ends - now()) / 86400)::int::text, 'None') FROM relation"
        f" WHERE patient = '{woman.id}' AND kind = '{kind}'"
    )


def _finish(person: Person, woman: Woman, status: str = "finished") -> None:
    path = f"/EpisodeOfCare/{woman.episode}"
    answer = person.put(path, person.get(path).json() | {"status": status})
    assert answer.status_code == 200, answer.text


def _sees(person: Person, woman: Woman, weight: str) -> set[bool]:
    """Whether each way shows her weight."""
    found = resources(person.get(f"/Observation?patient={woman.id}").json())
    return {
        person.get(f"/Observation/{weight}").status_code == 200,
        weight in {row["id"] for row in found},
        person.get(f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200,
        person.get(f"/Patient/{woman.id}/$everything").status_code == 200,
        person.post("/Observation", a_weight(woman.reference)).status_code == 201,
    }


def test_a_declared_relation_ends_some_time_after_the_card_and_can_be_declared_again(world: World) -> None:
    midwife = world.midwife
    woman = register(midwife)
    weight = stored(midwife, a_weight(woman.reference))
    assert _days(world, woman, "declared") == ["365"]
    _finish(midwife, woman, "onhold")
    assert _days(world, woman, "declared") == ["365"]  # it is still open
    _finish(midwife, woman)
    assert _days(world, woman, "declared") == ["30"]
    _finish(midwife, woman)
    assert _sees(midwife, woman, weight) == {True}
    world.server.database.rows(
        f"UPDATE relation SET ends = now() - interval '1 second' WHERE patient = '{woman.id}' RETURNING 1"
    )
    assert _sees(midwife, woman, weight) == {False}
    number = {"system": codes.FNR, "value": woman.number}
    declaration = {
        "resourceType": "Parameters",
        "parameter": [{"name": "identifier", "valueIdentifier": number}],
    }
    assert midwife.post("/Patient/$declare-relation", declaration).status_code == 200
    assert _days(world, woman, "declared") == ["365"]
    _finish(midwife, woman)  # a correction of a card that ended long ago ends nothing
    assert _days(world, woman, "declared") == ["365"]
    assert _sees(midwife, woman, weight) == {True}


def test_a_former_gp_is_out_at_once(world: World) -> None:
    woman = register(world.midwife)
    gp, place = world.person("gp", key="gp-c"), organization(world.operator, orgnr("gp-b"))
    weight = stored(world.midwife, a_weight(woman.reference))
    team = a_team(woman.reference, place)
    id_ = stored(world.operator, team)
    assert _days(world, woman, "registry") == ["None"]
    assert gp.get(f"/Observation/{weight}").status_code == 200
    for days, seen in ((-1, True), (1, False)):
        team["participant"][0]["period"] = {"start": "2026-01-01", "end": str(date.today() - timedelta(days))}  # noqa: DTZ011
        assert world.operator.put(f"/CareTeam/{id_}", team | {"id": id_}).status_code == 200
        assert (gp.get(f"/Observation/{weight}").status_code == 200) is seen
