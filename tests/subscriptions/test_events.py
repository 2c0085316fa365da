"""What a write causes stands beside it: one row of the feed, with the topics that it triggers."""

from typing import Any

import pytest

from app.fhir import codes
from app.fhir.topics import COMPLETION
from tests.access.world import an_encounter
from tests.fixtures.resources import (
    Woman,
    a_transaction,
    a_weight,
    an_allergy,
    concept,
    entry,
    register,
)
from tests.fixtures.server import Person, Server

Json = dict[str, Any]


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def events(server: Server, resource: Json) -> list[str]:
    """Version and topics of the events of a resource, in the feed's order."""
    return server.database.rows(
        "SELECT e.version || ' ' || array_to_string(e.topics, ',') FROM event e JOIN resource r USING (rid)"
        f" WHERE r.type = '{resource['resourceType']}' AND r.id = '{resource['id']}'"
        " ORDER BY e.transaction, e.seq"
    )


def post(person: Person, resource: Json) -> Json:
    answer = person.post(f"/{resource['resourceType']}", resource)
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def put(person: Person, resource: Json) -> None:
    answer = person.put(f"/{resource['resourceType']}/{resource['id']}", resource)
    assert answer.status_code == 200, answer.text


def a_flag(woman: Woman, status: str, category: str = "alarm") -> Json:
    return {
        "resourceType": "Flag",
        "status": status,
        "category": [concept(codes.CS_CARD, category)],
        "code": {"text": "Alvorlig høyt blodtrykk"},
        "subject": {"reference": woman.reference},
    }


def a_birth_plan(woman: Woman, category: str = codes.BIRTH_PLAN) -> Json:
    return {
        "resourceType": "CarePlan",
        "status": "active",
        "intent": "plan",
        "category": [concept(codes.SNOMED, category)],
        "subject": {"reference": woman.reference},
        "author": {"reference": woman.reference},
        "contributor": [{"type": "Practitioner", "display": "Anne Jordmor"}],
    }


def a_signature(woman: Woman, target: Json, code: str = "LA") -> Json:
    """A Provenance by which ``target`` is authenticated."""
    reference = f"{target['resourceType']}/{target['id']}"
    return {
        "resourceType": "Provenance",
        "target": [{"reference": reference}, {"reference": woman.reference}],
        "recorded": "2026-07-14T09:26:00+02:00",
        "activity": concept(COMPLETION, code),
        "agent": [{"who": {"display": "Anne Jordmor"}}],
    }


def test_every_change_of_the_card_is_one(server: Server, midwife: Person, woman: Woman):
    made = post(midwife, a_weight(woman.reference))
    put(midwife, {**made, "status": "amended"})
    assert midwife.delete(f"/Observation/{made['id']}").status_code == 204
    assert events(server, made) == ["1 card-changed", "2 card-changed", "3 card-changed"]


def test_what_is_hers_in_any_pregnancy_is_on_the_card(server: Server, midwife: Person, woman: Woman):
    assert events(server, post(midwife, an_allergy(woman.reference))) == ["1 card-changed"]
    patient = {"resourceType": "Patient", "id": woman.id}
    assert events(server, patient) == ["1 card-changed"]
    assert events(server, {"resourceType": "EpisodeOfCare", "id": woman.episode}) == ["1 card-changed"]


def test_what_is_about_no_woman_is_none(server: Server):
    made = post(server.person("operator"), {"resourceType": "Organization", "name": "Virksomhet"})
    assert events(server, made) == []


def test_a_consultation_is_told_when_it_begins_and_once(server: Server, midwife: Person, woman: Woman):
    planned = post(midwife, an_encounter(woman.reference, status="planned"))
    for status in ("in-progress", "finished", "finished"):
        put(midwife, {**planned, "status": status})
    assert events(server, planned) == [
        "1 card-changed",
        "2 card-changed,consultation-registered",
        "3 card-changed",
        "4 card-changed",
    ]


def test_an_alarm_is_told_each_time_it_is_raised(server: Server, woman: Woman):
    harness = server.person("harness")
    flag = post(harness, a_flag(woman, "active"))
    for status in ("active", "inactive", "active"):
        put(harness, {**flag, "status": status})
    assert events(server, flag) == [
        "1 card-changed,alarm-raised",
        "2 card-changed",
        "3 card-changed",
        "4 card-changed,alarm-raised",
    ]
    assert events(server, post(harness, a_flag(woman, "active", "other"))) == ["1 card-changed"]


def test_the_signature_of_a_plan_is_told(server: Server, midwife: Person, woman: Woman):
    plan = post(midwife, a_birth_plan(woman))
    assert events(server, post(midwife, a_signature(woman, plan))) == ["1 birth-plan-signed"]
    assert events(server, post(midwife, a_signature(woman, plan, "IP"))) == []


def test_a_transaction_has_its_events_in_its_order(server: Server, midwife: Person, woman: Woman):
    weights = [a_weight(woman.reference, 60.0 + n) for n in range(5)]
    answer = midwife.post("", a_transaction(*(entry(weight) for weight in weights)))
    made = [part["resource"]["id"] for part in answer.json()["entry"]]
    told = server.database.rows(
        "SELECT r.id FROM event e JOIN resource r USING (rid) WHERE e.transaction = (SELECT max(transaction) FROM event)"
        " ORDER BY e.seq"
    )
    assert told == made


def test_what_is_refused_is_none(server: Server, woman: Woman):
    before = server.database.rows("SELECT count(*) FROM event")
    stranger = server.person("midwife", key="midwife-b")
    assert stranger.post("/Observation", a_weight(woman.reference)).status_code == 403
    assert server.database.rows("SELECT count(*) FROM event") == before
