"""Group/$export: the women of a Group, as far as whoever asks may see the Group and them."""

from typing import Any

import pytest
from helsekort_sandbox.people import organization_number

from tests.access.world import World, a_team, organization, orgnr, stored
from tests.export.test_request import parameters
from tests.fixtures.exports import begin, begun, carry_on, exported
from tests.fixtures.resources import Woman, a_weight, register


def a_group(*women: Woman, **member: Any) -> dict[str, Any]:
    members = [{"entity": {"reference": woman.reference}, **member} for woman in women]
    return {"resourceType": "Group", "type": "person", "actual": True, "member": members}


@pytest.fixture(scope="module")
def women(world: World) -> list[Woman]:
    return [register(world.midwife) for _ in range(3)]


def test_a_group_of_the_harness(world: World, women: list[Woman]) -> None:
    harness = world.person("harness")
    body = a_group(women[0], women[1])
    body["member"] += a_group(women[2], inactive=True)["member"]
    group = stored(harness, body)
    found = exported(harness, f"/Group/{group}/$export")
    patients = {name for name in found.ids() if name.startswith("Patient/")}
    assert patients == {women[0].reference, women[1].reference}
    assert f"EpisodeOfCare/{women[0].episode}" in found.ids()
    one = parameters(("patient", "Reference", {"reference": women[1].reference}))
    assert exported(harness, f"/Group/{group}/$export", one).ids() & patients == {women[1].reference}
    outside = parameters(("patient", "Reference", {"reference": world.woman.reference}))
    answer = begin(harness, f"/Group/{group}/$export", outside)
    assert answer.status_code == 404
    assert "Group" in answer.text


def test_women_who_join_come_whole(world: World, women: list[Woman]) -> None:
    harness = world.person("harness")
    weight = stored(harness, a_weight(women[1].reference))
    body = a_group(women[0])
    group = stored(harness, body)
    first = exported(harness, f"/Group/{group}/$export")
    moment = first.manifest["transactionTime"]
    assert exported(harness, f"/Group/{group}/$export?_since={moment}").lines == {}
    body = {**a_group(women[0], women[1]), "id": group}
    assert harness.put(f"/Group/{group}", body).status_code == 200
    second = exported(harness, f"/Group/{group}/$export?_since={moment}")
    assert {women[1].reference, f"Observation/{weight}"} <= second.ids()


def test_an_operator_gets_what_it_may_see_of_its_own_groups(world: World, women: list[Woman]) -> None:
    place = organization(world.operator, orgnr("gp-a"))
    team = stored(world.operator, a_team(women[0].reference, place))
    group = stored(world.operator, a_group(women[0]))
    assert exported(world.operator, f"/Group/{group}/$export").ids() == {f"CareTeam/{team}"}


def test_a_group_that_one_does_not_see_is_not_there(world: World, women: list[Woman]) -> None:
    elsewhere = organization_number(31009901)  # what it writes must be no other caller's own
    group = stored(world.person("harness", organization=elsewhere), a_group(*women))
    for person in (world.midwife, world.nurse, world.operator):
        hidden, nothing = begin(person, f"/Group/{group}/$export"), begin(person, "/Group/nobody/$export")
        assert hidden.status_code == nothing.status_code == 404
        assert hidden.text.replace(group, "<it>") == nothing.text.replace("nobody", "<it>")
        row = world.server.audit(hidden.headers["x-request-id"])
        assert row["result"]["shown"] == []


def test_a_group_that_goes_away_ends_the_export(world: World, women: list[Woman]) -> None:
    harness = world.person("harness")
    group = stored(harness, a_group(*women))
    status = begun(harness, f"/Group/{group}/$export")
    assert harness.delete(f"/Group/{group}").status_code == 204
    carry_on(world.server, status.rpartition("/")[2])
    answer = harness.get(status)
    assert answer.status_code == 500
    assert "Group" in answer.json()["issue"][0]["diagnostics"]
    assert answer.json()["resourceType"] == "OperationOutcome"
