"""From the handshake to the event that is taken: in order, signed, once more when it failed, and never lost."""

import pytest
from http_message_signatures import InvalidSignature

from tests.access.world import an_encounter
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer, verify
from tests.subscriptions.subscribers import Telling
from tests.subscriptions.test_events import a_birth_plan, a_flag, a_signature, post


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def weigh(midwife: Person, woman: Woman, count: int = 1) -> list[str]:
    """New Observations, by their references."""
    return [f"Observation/{post(midwife, a_weight(woman.reference, 60.0 + n))['id']}" for n in range(count)]


def test_the_handshake_comes_first_and_makes_it_active(telling: Telling, midwife: Person):
    path = telling.path()
    made = telling.subscribe(midwife, path)
    assert made["status"] == "requested"
    telling.work()
    (handshake,) = telling.receiver.received[-1:]
    assert handshake.kind == "handshake"
    assert handshake.said["status"] == "requested"
    assert handshake.said["events-since-subscription-start"] == "0"
    assert handshake.said["subscription"]["reference"] == f"{telling.server.fhir}/Subscription/{made['id']}"
    assert handshake.bundle["type"] == "history"
    now = telling.now(midwife, made)
    assert (now["status"], now["meta"]["versionId"]) == ("active", "2")


def test_a_handshake_that_is_refused_is_an_error_until_asked_again(telling: Telling, midwife: Person):
    telling.receiver.answers = [Answer(503)]
    made = telling.subscribe(midwife, telling.path())
    telling.work()
    now = telling.now(midwife, made)
    assert (now["status"], now["error"]) == ("error", "The endpoint answered 503")
    assert telling.status(midwife, made)["status"] == "error"
    again = midwife.put(f"/Subscription/{made['id']}", {**now, "status": "requested"})
    assert again.status_code == 200
    telling.work()
    now = telling.now(midwife, made)
    assert now["status"] == "active"
    assert "error" not in now


def test_an_event_names_the_card_and_what_was_changed(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    telling.active(midwife, path)
    (weight,) = weigh(midwife, woman)
    telling.work()
    (told,) = telling.receiver.of(path)
    base = telling.server.fhir
    (event,) = told.events
    assert event["focus"] == f"{base}/EpisodeOfCare/{woman.episode}"
    assert event["context"] == [f"{base}/{weight}"]
    assert event["number"] == 1
    assert told.said["events-since-subscription-start"] == "1"
    assert len(told.bundle["entry"]) == 1


def test_every_topic_is_told_what_it_is_about(telling: Telling, midwife: Person, woman: Woman):
    harness = telling.server.person("harness")
    paths = {
        topic: telling.path() for topic in ("consultation-registered", "alarm-raised", "birth-plan-signed")
    }
    for topic, path in paths.items():
        telling.active(midwife, path, topic)
    visit = post(midwife, an_encounter(woman.reference))
    flag = post(harness, a_flag(woman, "active"))
    plan = post(midwife, a_birth_plan(woman))
    signature = post(midwife, a_signature(woman, plan))
    telling.work()
    base = telling.server.fhir
    told = {topic: telling.receiver.taken(path) for topic, path in paths.items()}
    card = f"{base}/EpisodeOfCare/{woman.episode}"
    for topic, focus in (("consultation-registered", visit), ("alarm-raised", flag)):
        (event,) = told[topic]
        assert event["focus"] == f"{base}/{focus['resourceType']}/{focus['id']}"
        assert event["context"] == [card]
    (event,) = told["birth-plan-signed"]
    assert event["focus"] == f"{base}/CarePlan/{plan['id']}"
    assert sorted(event["context"]) == [card, f"{base}/Provenance/{signature['id']}"]


def test_the_numbers_have_no_gaps_and_keep_the_order(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    telling.active(midwife, path, most=4)
    weights = weigh(midwife, woman, 10)
    telling.work()
    told = telling.receiver.taken(path)
    assert [event["number"] for event in told] == list(range(1, 11))
    assert [event["context"][0].removeprefix(f"{telling.server.fhir}/") for event in told] == weights
    assert [len(row.events) for row in telling.receiver.of(path)] == [4, 4, 2]


def test_a_receiver_can_prove_who_sent_it(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    telling.active(midwife, path)
    weigh(midwife, woman)
    telling.work()
    (told,) = telling.receiver.of(path)
    jwks = telling.jwks()
    assert all("d" not in key for key in jwks["keys"])
    result = verify(told, jwks)
    assert abs(result.parameters["created"] - told.at) < 5
    assert result.parameters["nonce"] == told.bundle["id"]
    for changed in (
        {"body": told.body.replace(b"active", b"off___")},
        {"url": f"{told.url}/elsewhere"},
        {"headers": {"helsekort-attempt": "2"}},
    ):
        with pytest.raises(InvalidSignature):
            verify(told, jwks, **changed)
