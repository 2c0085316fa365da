"""Whose rights decide, and when: hers who keeps the subscription, at the moment of telling. Nothing counts what is hidden."""

from typing import Any

import pytest
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS

from app.fhir import codes
from tests.access.world import a_block, an_encounter, practitioner
from tests.fixtures.resources import Woman, a_blood_pressure, a_weight, choose, labelled, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer, events_of
from tests.subscriptions.subscribers import Telling
from tests.subscriptions.test_events import post

Json = dict[str, Any]


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


@pytest.fixture
def gp(server: Server, woman: Woman) -> Person:
    """Her GP, whom she chose."""
    choose(woman, her(server, woman), server.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    return server.person("gp")


def her(server: Server, woman: Woman) -> Person:
    return server.person("citizen", person=woman.number)


def block(server: Server, woman: Woman, key: str = "gp-a") -> str:
    """She blocks the person ``key``; the Consent's id."""
    doctor = practitioner(server.person("operator"), CLINICIANS[key].hpr)
    consent = a_block(woman.reference, {"reference": f"Practitioner/{doctor}"})
    return str(post(her(server, woman), consent)["id"])


def context_of(event: Json, server: Server) -> str:
    return str(event["context"][0]).removeprefix(f"{server.fhir}/")


def test_who_has_no_relation_is_told_nothing_and_counts_nothing(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    stranger, path = server.person("midwife", key="midwife-b"), telling.path()
    made = telling.active(stranger, path)
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert telling.receiver.of(path) == []
    assert telling.status(stranger, made)["events-since-subscription-start"] == "0"
    own = register(stranger)
    mine = post(stranger, a_weight(own.reference))
    telling.work()
    told = telling.receiver.taken(path)
    assert [event["number"] for event in told] == list(range(1, len(told) + 1))
    assert context_of(told[-1], server) == f"Observation/{mine['id']}"
    assert woman.id not in "".join(row.body.decode() for row in telling.receiver.of(path))


def test_a_block_between_the_event_and_its_telling_is_honoured(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    path = telling.path()
    made = telling.active(gp, path)
    hidden = post(midwife, a_weight(woman.reference))
    consent = block(server, woman)
    telling.work()
    assert telling.receiver.of(path) == []
    assert telling.status(gp, made)["events-since-subscription-start"] == "0"
    assert her(server, woman).delete(f"/Consent/{consent}").status_code == 204
    shown = post(midwife, a_weight(woman.reference))
    telling.work()
    (event,) = telling.receiver.taken(path)
    assert (event["number"], context_of(event, server)) == (1, f"Observation/{shown['id']}")
    assert hidden["id"] not in telling.events(gp, made).text


def test_what_failed_to_arrive_comes_without_her_once_she_has_blocked(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    path = telling.path()
    made = telling.active(gp, path)
    telling.receiver.answers = [Answer(500)]
    weight = post(midwife, a_weight(woman.reference))
    telling.work(looks=1)
    (first,) = telling.receiver.of(path)
    assert weight["id"] in first.body.decode()
    block(server, woman)
    telling.hurry(made)
    (_, second) = telling.receiver.of(path)
    assert second.events == [{"number": 1, "context": []}]
    (replayed,) = events_of(telling.events(gp, made).json())
    assert replayed == {"number": 1, "context": []}


def test_an_endpoint_that_is_down_is_told_only_what_may_be_told_when_it_is_back(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    """Nothing is numbered, logged or sent before there is a line to send it over."""
    path = telling.path()
    made = telling.active(gp, path)
    telling.receiver.stop()
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert telling.state(made, "failures, numbered") == ["1", "0"]
    block(server, woman)
    telling.receiver.start()
    telling.hurry(made)
    assert telling.receiver.of(path) == []
    assert telling.status(gp, made)["events-since-subscription-start"] == "0"


def test_a_relation_that_has_ended_ends_the_telling(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    path = telling.path()
    telling.active(gp, path)
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert len(telling.receiver.taken(path)) == 1
    server.database.rows(
        f"UPDATE relation SET ends = now() WHERE patient = '{woman.id}'"
        f" AND organization = '{ORGANIZATIONS['gp-a'].orgnr}'"
    )
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert len(telling.receiver.taken(path)) == 1


def test_a_label_that_hides_from_the_role_hides_the_event(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    nurse, path, to_midwife = server.person("nurse"), telling.path(), telling.path()
    telling.active(nurse, path)
    telling.active(midwife, to_midwife)
    post(midwife, labelled(a_weight(woman.reference), "SDV"))
    telling.work()
    assert telling.receiver.of(path) == []
    assert len(telling.receiver.taken(to_midwife)) == 1
    later = post(midwife, a_weight(woman.reference))
    put = midwife.put(f"/Observation/{later['id']}", {**labelled(later, "SDV"), "id": later["id"]})
    assert put.status_code == 200
    telling.work()
    assert telling.receiver.of(path) == []  # by the label of now, also what had none then


def test_a_type_that_the_role_does_not_read_is_no_event(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    nurse, path = server.person("nurse"), telling.path()
    telling.active(nurse, path)
    procedure = {
        "resourceType": "Procedure", "status": "completed", "subject": {"reference": woman.reference},
        "code": {"text": "Amniocentese"},
    }  # fmt: skip
    post(midwife, procedure)
    telling.work()
    assert telling.receiver.of(path) == []
    refused = nurse.post("/Subscription", {**telling.now(nurse, telling.active(nurse, telling.path())),
                                           "criteria": f"{codes.CANONICAL}/SubscriptionTopic/birth-plan-signed"})  # fmt: skip
    assert refused.status_code == 403


def test_each_that_was_told_is_logged_as_shown_to_the_organisation(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    telling.active(gp, telling.path())
    weight = post(midwife, a_weight(woman.reference))
    telling.work()
    told = telling.receiver.received[-1].bundle["id"]
    row = server.audit(told)
    assert {tuple(line[:2]) for line in row["result"]["shown"]} == {
        ("Observation", weight["id"]),
        ("EpisodeOfCare", woman.episode),
    }
    assert row["request"]["organizations"][0] == ORGANIZATIONS["gp-a"].orgnr
    assert row["request"]["operation"] == "$notify"
    log = her(server, woman).get(f"/Patient/{woman.id}/$access-log").json()
    events = [part["resource"] for part in log["entry"] if part["search"]["mode"] == "match"]
    (event,) = [event for event in events if event["id"] == told]
    assert ORGANIZATIONS["gp-a"].name in event["text"]["div"]
    assert "automatisk" in event["text"]["div"]
    assert any(
        entity.get("what", {}).get("reference", "").startswith("Observation/") for entity in event["entity"]
    )


def test_an_empty_notification_shows_nothing(telling: Telling, server: Server, midwife: Person, woman: Woman):
    path = telling.path()
    telling.active(midwife, path, "card-changed", "empty")
    weight = post(midwife, a_weight(woman.reference))
    telling.work()
    (told,) = telling.receiver.of(path)
    assert "topic" not in told.said
    assert [sorted(event) for event in told.events] == [["at", "context", "number"]]
    for name in (weight["id"], woman.id, woman.episode):
        assert name not in told.body.decode()
    assert server.audit(told.bundle["id"])["result"]["shown"] == []


def test_whole_resources_go_only_where_they_may_and_without_what_is_hidden(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    nurse, path = server.person("nurse"), telling.path("whole")
    telling.active(nurse, path, "consultation-registered", "full-resource")
    visit = post(midwife, an_encounter(woman.reference, reasonCode=[{"text": "hemmelig"}]))
    telling.work()
    (told,) = telling.receiver.of(path)
    resources = {part["resource"]["id"]: part for part in told.bundle["entry"][1:]}
    assert set(resources) == {visit["id"], woman.episode}
    assert "hemmelig" not in told.body.decode()
    assert resources[visit["id"]]["resource"]["status"] == "finished"
    assert resources[visit["id"]]["request"] == {"method": "PUT", "url": f"Encounter/{visit['id']}"}
    assert {"code": "SUBSETTED"}.items() <= resources[visit["id"]]["resource"]["meta"]["tag"][-1].items()


def test_what_is_deleted_by_then_comes_without_content(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path("whole")
    telling.active(midwife, path, "card-changed", "full-resource")
    weight = post(midwife, a_weight(woman.reference))
    assert midwife.delete(f"/Observation/{weight['id']}").status_code == 204
    telling.work()
    (told,) = telling.receiver.of(path)
    (gone,) = [part for part in told.bundle["entry"] if part.get("request", {}).get("method") == "DELETE"]
    assert gone["fullUrl"].endswith(f"Observation/{weight['id']}")
    assert "resource" not in gone
    assert [event["number"] for event in told.events] == [1, 2]


def test_filters_narrow_by_woman_card_and_organisation(
    telling: Telling, server: Server, midwife: Person, woman: Woman, gp: Person
):
    other = register(midwife)
    by_woman, by_card, by_place = (telling.path() for _ in range(3))
    telling.active(midwife, by_woman, "card-changed", "id-only", f"EpisodeOfCare?patient={other.reference}")
    telling.active(midwife, by_card, "card-changed", "id-only", f"episode=EpisodeOfCare/{woman.episode}")
    telling.active(
        midwife, by_place, "card-changed", "id-only", f"organization={ORGANIZATIONS['gp-a'].orgnr}"
    )
    mine, theirs = post(midwife, a_weight(woman.reference)), post(midwife, a_weight(other.reference))
    by_gp = post(gp, a_blood_pressure(woman.reference))
    telling.work()
    found = {
        path: [context_of(event, server).rpartition("/")[2] for event in telling.receiver.taken(path)]
        for path in (by_woman, by_card, by_place)
    }
    assert found == {by_woman: [theirs["id"]], by_card: [mine["id"], by_gp["id"]], by_place: [by_gp["id"]]}


def test_only_the_organisation_that_made_it_sees_and_changes_it(
    telling: Telling, server: Server, midwife: Person
):
    made = telling.active(midwife, telling.path())
    colleague = server.person("midwife", purpose="COC")
    assert telling.now(colleague, made)["id"] == made["id"]
    for other in (server.person("midwife", key="midwife-b"), server.person("gp"), server.person("operator")):
        path = f"/Subscription/{made['id']}"
        answers = [other.get(path), other.get(f"{path}/$status"), other.get(f"{path}/$events")]
        answers += [other.put(path, {**made, "status": "off"}), other.delete(path)]
        assert [answer.status_code for answer in answers] == [404] * 5
        assert made["id"] not in other.get("/Subscription/$status").text
        assert made["id"] not in other.get("/Subscription").text
    nurse = server.person("nurse")  # of the same organisation, with other rights
    assert nurse.get(f"/Subscription/{made['id']}/$events").status_code == 403
    changed = nurse.put(f"/Subscription/{made['id']}", {**telling.now(midwife, made), "status": "off"})
    assert changed.status_code == 422
