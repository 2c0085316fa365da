"""When an endpoint does not answer: tried again, later each time, in order, marked, and given up in words."""

import time
from dataclasses import replace

import pytest

from app.worker.deliveries import wait_before
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer
from tests.subscriptions.subscribers import Telling
from tests.subscriptions.test_events import post


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def weigh(midwife: Person, woman: Woman, count: int = 1) -> list[str]:
    return [post(midwife, a_weight(woman.reference, 60.0 + n))["id"] for n in range(count)]


def told(telling: Telling, path: str) -> list[str]:
    """The Observations of the events that were taken, in the order in which they came."""
    return [event["context"][0].rpartition("/")[2] for event in telling.receiver.taken(path)]


@pytest.mark.parametrize(
    "answer",
    [Answer(500), Answer(404), Answer(302, {"location": "http://127.0.0.1:1/"}), Answer(hang_up=True)],
)
def test_what_is_not_taken_comes_again_under_the_same_numbers_and_says_so(
    telling: Telling, midwife: Person, woman: Woman, answer: Answer
):
    path = telling.path()
    made = telling.active(midwife, path)
    weights = weigh(midwife, woman, 2)
    telling.receiver.answers = [answer, answer]
    telling.work()
    later = weigh(midwife, woman)
    telling.hurry(made)
    assert telling.status(midwife, made)["status"] == "active"
    telling.hurry(made)
    attempts = telling.receiver.of(path)
    assert [row.headers["helsekort-attempt"] for row in attempts] == ["1", "2", "3"]
    assert [[event["number"] for event in row.events] for row in attempts] == [[1, 2], [1, 2, 3], [1, 2, 3]]
    assert len({row.bundle["id"] for row in attempts}) == 3
    assert told(telling, path) == [*weights, *later]
    assert telling.state(made, "failures, attempts, coalesce(error, '')") == ["0", "0", ""]


def test_it_waits_longer_each_time_and_as_long_as_it_is_asked_to(
    telling: Telling, midwife: Person, woman: Woman
):
    path = telling.path()
    made = telling.active(midwife, path)
    weigh(midwife, woman)
    telling.receiver.answers = [Answer(503, {"retry-after": "120"})]
    telling.work()
    (wait,) = telling.state(made, "extract(epoch FROM next_attempt - now())::int")
    assert 110 <= int(wait) <= 121
    telling.work()
    assert len(telling.receiver.of(path)) == 1
    waits = [wait_before(n, None) for n in range(12)]
    assert all(2 ** min(n, 20) / 2 <= wait <= 900 for n, wait in enumerate(waits[:9]))
    assert max(waits) <= 900


def test_an_endpoint_that_was_down_gets_all_in_order(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path, most=3)
    telling.receiver.stop()
    weights = weigh(midwife, woman, 5)
    telling.work()
    telling.hurry(made)
    assert telling.state(made, "failures, numbered, delivered") == ["2", "0", "0"]
    assert "cannot be connected to" in telling.status(midwife, made)["error"]["text"]
    telling.receiver.start()
    telling.hurry(made)
    assert told(telling, path) == weights
    assert {row.headers["helsekort-attempt"] for row in telling.receiver.of(path)} == {"1"}


def test_a_slow_endpoint_is_not_waited_for(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path, timeout=1)
    weigh(midwife, woman)
    telling.receiver.answers = [Answer(200, delay=3)]
    began = time.monotonic()
    telling.work(looks=1)
    assert time.monotonic() - began < 2.5
    assert telling.state(made, "failures, error") == ["1", "The endpoint did not answer (TimeoutError)"]
    telling.hurry(made)
    assert [row.headers["helsekort-attempt"] for row in telling.receiver.of(path)] == ["1", "2"]


def test_an_endless_answer_is_not_read(telling: Telling, midwife: Person, woman: Woman):
    path = telling.path()
    made = telling.active(midwife, path)
    weigh(midwife, woman)
    telling.receiver.answers = [Answer(200, body=b"x" * 20_000_000)]
    telling.work()
    assert telling.state(made, "failures, delivered") == ["0", "1"]


def test_when_the_attempts_are_spent_it_is_in_error_and_misses_nothing(
    telling: Telling, midwife: Person, woman: Woman
):
    path = telling.path()
    made = telling.active(midwife, path)
    telling.server.settings, usual = (
        replace(telling.server.settings, notification_attempts=2), telling.server.settings,
    )  # fmt: skip
    try:
        weights = weigh(midwife, woman)
        telling.receiver.always = Answer(500)
        telling.work()
        telling.hurry(made)
        now = telling.now(midwife, made)
        assert (now["status"], now["error"]) == ("error", "The endpoint answered 500")
        weights += weigh(midwife, woman, 2)
        telling.receiver.always = Answer()
        telling.hurry(made)
        assert len(telling.receiver.of(path)) == 2
        asked = midwife.put(f"/Subscription/{made['id']}", {**now, "status": "active"})
        assert asked.json()["status"] == "requested"
        telling.work(looks=3)
        assert told(telling, path) == weights
        assert telling.now(midwife, made)["status"] == "active"
    finally:
        telling.server.settings = usual


def test_nobody_there_any_more_is_an_error_at_once(telling: Telling, midwife: Person, woman: Woman):
    made = telling.active(midwife, telling.path())
    weigh(midwife, woman)
    telling.receiver.answers = [Answer(410)]
    telling.work()
    now = telling.now(midwife, made)
    assert now["status"] == "error"
    assert "410" in now["error"]


def test_a_listed_address_that_is_taken_off_the_list_is_sent_nothing(
    telling: Telling, midwife: Person, woman: Woman
):
    path = telling.path()
    made = telling.active(midwife, path)
    weigh(midwife, woman)
    usual = telling.server.settings
    telling.server.settings = replace(usual, pilot=replace(usual.pilot, endpoints=()))
    try:
        telling.work()
    finally:
        telling.server.settings = usual
    assert telling.receiver.of(path) == []
    assert "no longer listed" in telling.now(midwife, made)["error"]


def test_an_operator_sees_what_fails_and_nobodys_data(
    telling: Telling, server: Server, midwife: Person, woman: Woman
):
    made = telling.active(midwife, telling.path())
    weights = weigh(midwife, woman)
    telling.receiver.answers = [Answer(500)]
    telling.work()
    answer = server.person("operator").get("/Subscription/$failures")
    found = {
        row["part"][0]["valueId"]: {part["name"]: next(v for k, v in part.items() if k != "name") for part in row["part"]}
        for row in answer.json()["parameter"]
    }  # fmt: skip
    row = found[made["id"]]
    assert (row["status"], row["failures"], row["waiting"], row["error"]) == (
        "active", 1, 1, "The endpoint answered 500",
    )  # fmt: skip
    assert {"organization", "client", "since", "next-attempt"} <= set(row)
    for name in (woman.id, woman.episode, *weights):
        assert name not in answer.text
    for role in ("midwife", "auditor", "citizen"):
        assert server.person(role).get("/Subscription/$failures").status_code == 403
