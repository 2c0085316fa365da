"""Events are kept as long as somebody may ask for them, and survive a move to another database cluster."""

from typing import Any, cast

import pytest

from app.interactions.context import House
from app.store.migrate import migrate
from app.worker.schedule import Duties, forget_events
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer, events_of
from tests.subscriptions.subscribers import Json, Telling
from tests.subscriptions.test_changes import Poller
from tests.subscriptions.test_events import post

OF_ITS_VERSION = "rid = (SELECT rid FROM resource WHERE type = '{type}' AND id = '{id}')"


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


def grow_old(server: Server, *kept: Json) -> None:
    """As if it had been written longer ago than events are kept."""
    days = server.settings.event_days + 1
    for one in kept:
        row = OF_ITS_VERSION.format(type=one["resourceType"], id=one["id"])
        for table in ("resource", "resource_version"):
            server.database.rows(f"UPDATE {table} SET updated = updated - interval '{days} days' WHERE {row}")


def forget(telling: Telling) -> None:
    async def run(house: House) -> None:
        await forget_events(Duties(house, cast(Any, None)))

    telling.duty(run)


def events(server: Server, one: Json) -> int:
    row = OF_ITS_VERSION.format(type=one["resourceType"], id=one["id"])
    return int(server.database.rows(f"SELECT count(*) FROM event WHERE {row}")[0])


def test_what_is_too_old_is_forgotten_and_whoever_asks_from_before_is_told(
    telling: Telling, midwife: Person, woman: Woman, server: Server
):
    poller = Poller(midwife)
    before = poller.link
    old, young = (post(midwife, a_weight(woman.reference, value)) for value in (61, 62))
    assert poller.poll() == [f"Observation/{row['id']}/1" for row in (old, young)]
    forget(telling)
    assert (events(server, old), events(server, young)) == (1, 1)
    grow_old(server, old)
    forget(telling)
    assert (events(server, old), events(server, young)) == (0, 1)
    gone = midwife.get(before)
    assert gone.status_code == 410
    assert "read anew" in gone.text
    after = post(midwife, a_weight(woman.reference, 63))
    assert poller.poll() == [f"Observation/{after['id']}/1"]


def test_what_a_subscription_waits_for_is_kept_until_it_was_told(
    telling: Telling, midwife: Person, woman: Woman, server: Server
):
    path = telling.path()
    made = telling.active(midwife, path)
    weight = post(midwife, a_weight(woman.reference))
    grow_old(server, weight)
    forget(telling)
    assert events(server, weight) == 1
    telling.work()
    assert [event["number"] for event in telling.receiver.taken(path)] == [1]
    forget(telling)
    assert events(server, weight) == 0
    assert events_of(telling.events(midwife, made).json()) == []
    another = post(midwife, a_weight(woman.reference, 62))
    telling.work()
    told = telling.receiver.taken(path)
    assert [event["number"] for event in told] == [1, 2]
    assert told[-1]["context"][0].endswith(another["id"])


def test_a_subscription_that_nobody_mends_is_given_up_and_holds_nothing_back(
    telling: Telling, midwife: Person, woman: Woman, server: Server
):
    telling.receiver.always = Answer(404)
    made = telling.subscribe(midwife, telling.path())
    telling.work()
    assert telling.now(midwife, made)["status"] == "error"
    weight = post(midwife, a_weight(woman.reference))
    grow_old(server, weight)
    forget(telling)
    assert (telling.now(midwife, made)["status"], events(server, weight)) == ("error", 1)
    grow_old(server, made)
    forget(telling)
    found = telling.now(midwife, made)
    assert found["status"] == "off"
    assert str(server.settings.event_days) in found["error"]
    assert events(server, weight) == 0


def test_a_feed_that_comes_from_another_cluster_goes_on_without_a_gap(
    telling: Telling, midwife: Person, woman: Woman, server: Server
):
    """Twice restored from a dump, in clusters that count their transactions from elsewhere."""
    path = telling.path()
    telling.active(midwife, path)
    poller, written = Poller(midwife), []
    for value in (61, 62):
        written.append(post(midwife, a_weight(woman.reference, value))["id"])
        server.database.rows("UPDATE feed SET cluster = cluster + 1")
        migrate(server.database.url("helsekort_owner"))
        written.append(post(midwife, a_weight(woman.reference, value + 0.5))["id"])
        assert [row.split("/")[1] for row in poller.poll()] == written[-2:]
        assert poller.poll() == []
    telling.work()
    told = [event["context"][0].rpartition("/")[2] for event in telling.receiver.taken(path)]
    assert told == written
    migrate(server.database.url("helsekort_owner"))
    assert poller.poll() == []
