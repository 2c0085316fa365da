"""``$events``: what was told, and what waits, by number; numbered once, whoever asks first."""

import pytest

from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer, events_of
from tests.subscriptions.subscribers import Telling
from tests.subscriptions.test_events import post


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def weigh(midwife: Person, woman: Woman, count: int) -> list[str]:
    return [post(midwife, a_weight(woman.reference, 60.0 + n))["id"] for n in range(count)]


def test_what_was_told_is_told_again(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path, most=2)
    weigh(midwife, woman, 5)
    telling.work()
    answer = telling.events(midwife, made)
    assert answer.status_code == 200
    bundle = answer.json()
    assert bundle["type"] == "history"
    said = bundle["entry"][0]["resource"]["parameter"]
    assert {"name": "type", "valueCode": "query-event"} in said
    assert {"name": "events-since-subscription-start", "valueString": "5"} in said
    assert events_of(bundle) == telling.receiver.taken(path)
    some = telling.events(midwife, made, "?eventsSinceNumber=2&eventsUntilNumber=4")
    assert [event["number"] for event in events_of(some.json())] == [2, 3, 4]
    assert events_of(telling.events(midwife, made, "?eventsSinceNumber=6").json()) == []


def test_what_never_arrived_is_there_and_arrives_under_the_same_numbers(
    telling: Telling, midwife: Person, woman: Woman
):
    path = telling.path()
    made = telling.active(midwife, path)
    telling.receiver.stop()
    weights = weigh(midwife, woman, 3)
    telling.work()
    missed = events_of(telling.events(midwife, made).json())
    assert [event["context"][0].rpartition("/")[2] for event in missed] == weights
    telling.receiver.start()
    weigh(midwife, woman, 1)
    telling.hurry(made)
    assert telling.receiver.taken(path)[:3] == missed
    assert [event["number"] for event in telling.receiver.taken(path)] == [1, 2, 3, 4]


def test_in_error_it_answers_and_what_is_new_is_told_once_it_is_active(
    telling: Telling, midwife: Person, woman: Woman
):
    path = telling.path()
    telling.receiver.answers = [Answer(500)]
    made = telling.subscribe(midwife, path)
    weights = weigh(midwife, woman, 2)
    telling.work()
    assert telling.status(midwife, made)["status"] == "error"
    assert len(events_of(telling.events(midwife, made).json())) == 2
    now = telling.now(midwife, made)
    assert midwife.put(f"/Subscription/{made['id']}", {**now, "status": "requested"}).status_code == 200
    telling.work(looks=3)
    assert [event["context"][0].rpartition("/")[2] for event in telling.receiver.taken(path)] == weights


def test_the_content_may_be_asked_for(telling: Telling, server: Server, midwife: Person, woman: Woman):
    made = telling.active(midwife, telling.path())
    (weight,) = weigh(midwife, woman, 1)
    whole = telling.events(midwife, made, "?content=full-resource").json()
    assert weight in {part["resource"]["id"] for part in whole["entry"][1:]}
    empty = telling.events(midwife, made, "?content=empty")
    assert weight not in empty.text
    assert [sorted(event) for event in events_of(empty.json())] == [["at", "context", "number"]]
    shown = {
        line[1] for line in server.audit(_part_of(server, empty.headers["x-request-id"]))["result"]["shown"]
    }
    assert weight not in shown
    assert telling.events(midwife, made, "?content=some").status_code == 400
    assert telling.events(midwife, made, "?eventsSinceNumber=x").status_code == 400


def _part_of(server: Server, request: str) -> str:
    (part,) = server.database.rows(f"SELECT id FROM audit WHERE request::jsonb->>'part' = '{request}'")
    return part


def test_every_answer_is_logged(telling: Telling, server: Server, midwife: Person, woman: Woman):
    made = telling.active(midwife, telling.path())
    (weight,) = weigh(midwife, woman, 1)
    answer = telling.events(midwife, made)
    row = server.audit(_part_of(server, answer.headers["x-request-id"]))
    assert ["Observation", weight] in [line[:2] for line in row["result"]["shown"]]
    log = server.person("citizen", person=woman.number).get(f"/Patient/{woman.id}/$access-log")
    assert weight in log.text


def test_status_of_some_of_all_and_by_state(telling: Telling, midwife: Person, server: Server):
    made = [telling.active(midwife, telling.path()) for _ in range(2)]
    resting = telling.subscribe(midwife, telling.path(), status="off")
    ids = {row["id"] for row in (*made, resting)}

    def told(query: str) -> set[str]:
        entries = midwife.get(f"/Subscription/$status{query}").json().get("entry", [])
        return {
            part["resource"]["parameter"][0]["valueReference"]["reference"].rpartition("/")[2]
            for part in entries
        }

    assert told("") == ids
    assert told(f"?id={made[0]['id']}&id={resting['id']}") == {made[0]["id"], resting["id"]}
    assert told("?status=off") == {resting["id"]}
    body = {"resourceType": "Parameters", "parameter": [{"name": "id", "valueId": made[1]["id"]}]}
    posted = midwife.post("/Subscription/$status", body)
    assert posted.status_code == 200
    assert posted.json()["type"] == "searchset"
    assert len(posted.json()["entry"]) == 1
