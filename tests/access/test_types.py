"""Every type is written and read through HTTP by whom the law lets: the positive side of the leak matrix."""

import pytest

from app.access.rules import CATALOGUE, CLINICAL_WRITES, HER_WRITES, NURSE_WRITES, OWN
from app.fhir.codes import CS_CARD
from app.fhir.registry import CONCERNING
from tests.access.leak_items import WRITERS, marked
from tests.access.world import Json, World, stored
from tests.fixtures.resources import Woman, register

FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def woman(world: World) -> Woman:
    return register(world.midwife)


def _proposed(task: Json) -> Json:
    """What a Task of hers says: that something is wrong."""
    correction = {"coding": [{"system": CS_CARD, "code": "correction"}]}
    said = {"code": correction, "status": "requested", "intent": "proposal", "description": "Ikke min vekt"}
    rest = {name: value for name, value in task.items() if name not in {"owner", "businessStatus"}}
    return rest | said | {"focus": {"reference": task["for"]["reference"]}}


def _kept(world: World, role: str, type_name: str, woman: Woman | None) -> str:
    """Stored by ``role``, read by the same; the id."""
    body, mark = marked(type_name, woman)
    if type_name == "Task" and role == "citizen":
        body = _proposed(body)
    person = world.person(role, person=woman.number if woman and role == "citizen" else "")
    id_ = stored(person, body)
    answer = person.get(f"/{type_name}/{id_}", Accept=FHIR)
    assert answer.status_code == 200
    assert mark in answer.text
    return id_


@pytest.mark.parametrize("name", sorted(CLINICAL_WRITES))
def test_who_cares_for_her_keeps_what_is_about_her(world: World, woman: Woman, name: str) -> None:
    id_ = _kept(world, "midwife", name, woman)
    path = f"/{name}/{id_}"
    stands = (
        f"SELECT patient || ' ' || coalesce(episode, '') FROM resource WHERE type = '{name}' AND id = '{id_}'"
    )
    [row] = world.server.database.rows(stands)
    assert row.split(" ")[0] == woman.id
    her = world.person("citizen", person=woman.number)
    assert her.get(path, Accept=FHIR).status_code == 200
    body = world.midwife.get(path, Accept=FHIR).json()
    assert world.midwife.put(path, body).status_code == 200
    assert world.midwife.delete(path).status_code == 204


@pytest.mark.parametrize("name", sorted(NURSE_WRITES))
def test_a_nurse_keeps_what_she_does(world: World, woman: Woman, name: str) -> None:
    _kept(world, "nurse", name, woman)


@pytest.mark.parametrize("name", sorted(HER_WRITES - {"Consent"}))  # hers with an effect: test_attacks.py
def test_she_keeps_what_she_reports(world: World, woman: Woman, name: str) -> None:
    _kept(world, "citizen", name, woman)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_operator_keeps_what_is_known_to_all(world: World, woman: Woman, name: str) -> None:
    id_ = _kept(world, "operator", name, None)
    for role in ("gp", "nurse", "auditor"):
        assert world.person(role).get(f"/{name}/{id_}").status_code == 200
    assert world.person("citizen", person=woman.number).get(f"/{name}/{id_}").status_code == 200


@pytest.mark.parametrize("name", ["Schedule", "Slot"])
def test_each_keeps_its_own_calendar(world: World, name: str) -> None:
    id_ = _kept(world, "midwife", name, None)
    body = world.midwife.get(f"/{name}/{id_}").json()
    assert world.stranger.put(f"/{name}/{id_}", body).status_code == 403
    assert world.midwife.put(f"/{name}/{id_}", body).status_code == 200
    assert world.midwife.delete(f"/{name}/{id_}").status_code == 204


@pytest.mark.parametrize("name", sorted(OWN))
def test_what_is_its_authors_is_seen_by_no_other(world: World, woman: Woman, name: str) -> None:
    id_ = _kept(world, WRITERS[name], name, woman)
    for person in (world.stranger, world.gp, world.her, world.person("auditor")):
        assert person.get(f"/{name}/{id_}").status_code == 404


def test_the_tasks_and_appointments_of_another_office_are_kept_in_order(world: World) -> None:
    """The midwife asks, the GP does: whoever cares for her moves a task on, and only its author takes it away."""
    for name, change in (("Task", {"status": "completed"}), ("Appointment", {"status": "cancelled"})):
        body, _ = marked(name, world.woman)
        id_ = stored(world.midwife, body)
        whole = world.gp.get(f"/{name}/{id_}").json()
        assert world.gp.put(f"/{name}/{id_}", whole | change).status_code == 200
        assert world.gp.delete(f"/{name}/{id_}").status_code == 403


def test_no_type_is_left_out() -> None:
    assert {"Patient", "EpisodeOfCare", "Flag", "Consent", "Provenance"} == CONCERNING - CLINICAL_WRITES
