"""From requested to off: heartbeats, ends, rests, new beginnings, and secrets that stay secret."""

from typing import Any

import pytest

from tests.fixtures.resources import Woman, a_transaction, a_weight, entry, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.subscribers import Telling, a_subscription
from tests.subscriptions.test_events import post

SECRET = "Bearer hemmelig-nok-til-at-ingen-skal-se-det"


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def change(midwife: Person, body: dict[str, Any], **members: Any) -> dict[str, Any]:
    answer = midwife.put(f"/Subscription/{body['id']}", {**body, **members})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_heartbeat_comes_when_nothing_else_does(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path, heartbeat=60)
    telling.work()
    assert telling.receiver.of(path, "heartbeat") == []
    telling.change(made, "last_sent = now() - interval '61 seconds'")
    telling.work()
    (beat,) = telling.receiver.of(path, "heartbeat")
    assert beat.events == []
    assert (beat.said["status"], beat.said["events-since-subscription-start"]) == ("active", "0")
    telling.change(made, "last_sent = now() - interval '61 seconds'")
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert len(telling.receiver.of(path, "heartbeat")) == 1
    assert telling.receiver.of(path)[-1].said["events-since-subscription-start"] == "1"


def test_its_end_is_honoured(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path, end="2099-01-01T00:00:00Z")
    telling.change(made, "ends = now() - interval '1 second'")
    telling.work()
    assert (
        telling.now(midwife, made)["status"] == "active"
    )  # the resource has the word, not what stands beside it
    telling.server.database.rows(
        f"UPDATE resource SET body = convert_to(replace(convert_from(body, 'UTF8'), '2099', '2026'), 'UTF8')"
        f" WHERE id = '{made['id']}'"
    )
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert telling.now(midwife, made)["status"] == "off"
    assert telling.receiver.of(path) == []


def test_what_is_off_or_deleted_is_told_nothing(telling: Telling, midwife: Person, woman: Woman):
    resting, gone = telling.path(), telling.path()
    made = [telling.active(midwife, path) for path in (resting, gone)]
    change(midwife, telling.now(midwife, made[0]), status="off")
    assert midwife.delete(f"/Subscription/{made[1]['id']}").status_code == 204
    post(midwife, a_weight(woman.reference))
    telling.work()
    assert telling.receiver.of(resting) == telling.receiver.of(gone) == []
    assert midwife.get(f"/Subscription/{made[1]['id']}/$status").status_code == 404
    assert midwife.get(f"/Subscription/{made[1]['id']}/$events").status_code == 410


def test_after_a_rest_it_begins_with_what_is_new(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path)
    off = change(midwife, telling.now(midwife, made), status="off")
    post(midwife, a_weight(woman.reference))
    change(midwife, off, status="requested")
    telling.work()
    later = post(midwife, a_weight(woman.reference))
    telling.work()
    (event,) = telling.receiver.taken(path)
    assert (event["number"], event["context"][0].rpartition("/")[2]) == (1, later["id"])


def test_a_change_that_a_handshake_would_prove_asks_for_one(telling: Telling, midwife: Person):
    made = telling.active(midwife, telling.path())
    now = telling.now(midwife, made)
    assert change(midwife, now, reason="En annen grunn")["status"] == "active"
    elsewhere = {**now["channel"], "endpoint": f"{telling.receiver.base}{telling.path()}"}
    assert change(midwife, now, channel=elsewhere)["status"] == "requested"
    telling.work()
    now = telling.now(midwife, made)
    assert now["status"] == "active"
    assert change(midwife, now, status="requested")["status"] == "requested"
    telling.work()
    assert (
        len(
            telling.receiver.of(
                telling.receiver.received[-1].url.removeprefix(telling.receiver.base), "handshake"
            )
        )
        == 2
    )


@pytest.mark.parametrize("asked", ["active", "error"])
def test_a_new_one_begins_as_requested(telling: Telling, midwife: Person, asked: str):
    made = telling.subscribe(midwife, telling.path(), status=asked, error="ikke mitt")
    assert made["status"] == "requested"
    assert "error" not in made


def test_events_of_its_own_transaction_are_its_own(telling: Telling, midwife: Person, woman: Woman):
    """What is committed with it or after it is told, nothing in between is lost."""
    path = telling.path()
    subscription = a_subscription(f"{telling.receiver.base}{path}")
    answer = midwife.post("", a_transaction(entry(a_weight(woman.reference)), entry(subscription)))
    assert answer.status_code == 200, answer.text
    telling.work(looks=3)
    assert len(telling.receiver.taken(path)) == 1


def test_headers_are_sent_and_shown_to_nobody(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    path = telling.path()
    made = telling.active(midwife, path, header=[f"Authorization: {SECRET}", "X-System: epj"])
    masked = ["Authorization: ********", "X-System: ********"]
    assert made["channel"]["header"] == masked
    post(midwife, a_weight(woman.reference))
    telling.work()
    for row in telling.receiver.received[-2:]:
        assert (row.headers["authorization"], row.headers["x-system"]) == (SECRET, "epj")
    answers = [
        midwife.get(f"/Subscription/{made['id']}"),
        midwife.get(f"/Subscription/{made['id']}/_history"),
        midwife.get(f"/Subscription?_id={made['id']}"),
        midwife.get(f"/Subscription/{made['id']}/$status"),
        midwife.get(f"/Subscription/{made['id']}/$events"),
        server.person("harness").get(f"/Subscription/{made['id']}"),
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert all("hemmelig" not in answer.text for answer in answers)
    stored = server.database.cluster.execute(
        "SELECT count(*) FROM (SELECT convert_from(body, 'UTF8') AS t FROM resource_version"
        " UNION ALL SELECT convert_from(body, 'UTF8') FROM resource UNION ALL SELECT request || result FROM audit"
        " UNION ALL SELECT encode(headers, 'escape') FROM subscription WHERE headers IS NOT NULL"
        " UNION ALL SELECT exact FROM index_string) all_text WHERE t LIKE '%hemmelig%'",
        server.database.name,
    )
    assert stored.strip() == "0"


def test_a_masked_header_keeps_its_value_and_a_new_one_replaces_it(telling: Telling, midwife: Person):
    path = telling.path()
    made = telling.active(midwife, path, header=[f"Authorization: {SECRET}"])
    now = telling.now(midwife, made)
    kept = change(midwife, now, reason="En annen grunn")
    assert kept["status"] == "active"
    assert change(midwife, kept, status="requested")["channel"]["header"] == ["Authorization: ********"]
    telling.work()
    assert telling.receiver.of(path, "handshake")[-1].headers["authorization"] == SECRET
    now = telling.now(midwife, made)
    new = change(midwife, now, channel={**now["channel"], "header": ["Authorization: Bearer annet"]})
    assert new["status"] == "requested"
    telling.work()
    assert telling.receiver.of(path, "handshake")[-1].headers["authorization"] == "Bearer annet"
    now = telling.now(midwife, made)
    unknown = {**now["channel"], "header": ["X-Ny: ********"]}
    assert midwife.put(f"/Subscription/{made['id']}", {**now, "channel": unknown}).status_code == 422
