"""``$changes``: what is new to this caller, each once, and nothing lost to writers that commit late."""

import threading
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from helsekort_sandbox.people import ORGANIZATIONS

from app.fhir import codes
from tests.access.world import an_encounter
from tests.fixtures.resources import Woman, a_weight, choose, labelled, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.test_events import a_flag, post

Json = dict[str, Any]


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


class Poller:
    """A system that polls as one caller."""

    def __init__(self, person: Person, query: str = "") -> None:
        self.person = person
        self.link = f"{person.server.fhir}/$changes{query}"
        self.poll()

    def poll(self) -> list[str]:
        """What is new, as ``Type/id`` with its version."""
        answer = self.person.get(self.link)
        assert answer.status_code == 200, answer.text
        bundle = answer.json()
        self.request_id = answer.headers["x-request-id"]
        self.entries: list[Json] = bundle.get("entry", [])
        links = {row["relation"]: row["url"] for row in bundle["link"]}
        self.link = links["next"]
        return [f"{row['request']['url']}/{row['response']['etag'][3:-1]}" for row in self.entries]


def test_the_first_answer_says_where_to_begin(midwife: Person, woman: Woman):
    poller = Poller(midwife)
    assert poller.entries == []
    weight = post(midwife, a_weight(woman.reference))
    assert poller.poll() == [f"Observation/{weight['id']}/1"]
    assert poller.poll() == []
    assert midwife.put(f"/Observation/{weight['id']}", weight).status_code == 200
    assert midwife.delete(f"/Observation/{weight['id']}").status_code == 204
    assert poller.poll() == [f"Observation/{weight['id']}/{version}" for version in (2, 3)]
    assert [row["request"]["method"] for row in poller.entries] == ["PUT", "DELETE"]
    assert all("resource" not in row for row in poller.entries)


def test_pages_follow_each_other_without_a_gap_and_end(midwife: Person, woman: Woman):
    poller = Poller(midwife, f"?_count=3&patient={woman.reference}")
    other = register(midwife)
    weights = [post(midwife, a_weight(woman.reference, 60.0 + n))["id"] for n in range(7)]
    post(midwife, a_weight(other.reference))
    pages = [poller.poll() for _ in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [row.split("/")[1] for page in pages for row in page] == weights


def test_topics_narrow(midwife: Person, woman: Woman, server: Server):
    url = f"{codes.CANONICAL}/SubscriptionTopic"
    poller = Poller(midwife, f"?topic={url}/consultation-registered&topic={url}/alarm-raised")
    post(midwife, a_weight(woman.reference))
    visit = post(midwife, an_encounter(woman.reference))
    flag = post(server.person("harness"), a_flag(woman, "active"))
    assert poller.poll() == [f"Encounter/{visit['id']}/1", f"Flag/{flag['id']}/1"]
    assert midwife.get("/$changes?topic=http://example.org/x").status_code == 400


def test_each_is_told_what_is_hers_to_see(midwife: Person, woman: Woman, server: Server):
    her = server.person("citizen", person=woman.number)
    choose(woman, her, server.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    pollers = {
        "midwife": Poller(midwife),
        "gp": Poller(server.person("gp")),
        "nurse": Poller(server.person("nurse")),
        "her": Poller(her),
        "stranger": Poller(server.person("midwife", key="midwife-b")),
        "other": Poller(server.person("citizen", person=register(midwife).number)),
        "operator": Poller(server.person("operator")),
    }
    for poller in pollers.values():
        poller.poll()
    plain = post(midwife, a_weight(woman.reference))["id"]
    withheld = post(midwife, labelled(a_weight(woman.reference), codes.NOPAT))["id"]
    sensitive = post(midwife, labelled(a_weight(woman.reference), "SDV"))["id"]
    flag = post(server.person("harness"), a_flag(woman, "active"))["id"]
    seen = {name: {row.split("/")[1] for row in poller.poll()} for name, poller in pollers.items()}
    assert seen == {
        "midwife": {plain, withheld, sensitive, flag},
        "gp": {plain, withheld, sensitive, flag},
        "nurse": {plain, withheld, flag},
        "her": {plain, sensitive},
        "stranger": set(),
        "other": set(),
        "operator": set(),
    }


def test_each_answer_is_logged_with_what_it_showed(midwife: Person, woman: Woman, server: Server):
    poller = Poller(midwife)
    weight = post(midwife, a_weight(woman.reference))
    poller.poll()
    row = server.audit(poller.request_id)
    assert [line[:3] for line in row["result"]["shown"]] == [["Observation", weight["id"], 1]]
    assert row["result"]["patients"] == [woman.id]


def test_a_place_is_of_one_caller(midwife: Person, server: Server):
    poller = Poller(midwife)
    for other in (server.person("midwife", key="midwife-b"), server.person("gp")):
        assert other.get(poller.link).status_code == 400
    broken = poller.link.replace("since=", "since=x")
    assert midwife.get(broken).status_code == 400
    assert midwife.get("/$changes?_count=0").status_code == 400


def test_what_is_forgotten_is_told_as_gone(midwife: Person, server: Server):
    poller = Poller(midwife)
    server.database.rows("UPDATE feed SET pruned_transaction = 2::bigint^60, pruned_seq = 0")
    try:
        assert midwife.get(poller.link).status_code == 410
    finally:
        server.database.rows("UPDATE feed SET pruned_transaction = 0, pruned_seq = 0")


def test_a_writer_that_commits_late_is_not_passed(midwife: Person, woman: Woman, server: Server):
    """Its transaction is older than others that are committed and visible; the place waits for it."""
    poller = Poller(midwife)
    first = post(midwife, a_weight(woman.reference, 61))["id"]
    with psycopg.connect(server.database.url("helsekort_owner")) as slow:
        slow.execute("SET ROLE helsekort_owner")
        slow.execute(
            "INSERT INTO event (transaction, topics, rid, version, episode)"
            " SELECT pg_current_xact_id()::text::bigint, '{card-changed}', rid, version, episode"
            " FROM resource WHERE type = 'Observation' AND id = %s",
            [first],
        )
        second = post(midwife, a_weight(woman.reference, 62))["id"]
        assert [row.split("/")[1] for row in poller.poll()] == [first]
        assert poller.poll() == []  # the second is visible, but something may yet turn up before it
        slow.commit()
    assert [row.split("/")[1] for row in poller.poll()] == [first, second]
    assert poller.poll() == []


def test_polling_while_many_write_misses_nothing_and_repeats_nothing(
    midwife: Person, woman: Woman, server: Server
):
    poller = Poller(midwife, f"?patient={woman.reference}&_count=4")
    written: list[str] = []

    def write(n: int) -> None:
        for m in range(8):
            answer = midwife.post("/Observation", a_weight(woman.reference, 50.0 + n + m / 10))
            assert answer.status_code == 201
            written.append(answer.json()["id"])

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    seen: list[str] = []
    while any(thread.is_alive() for thread in threads):
        seen += poller.poll()
    for _ in range(20):
        seen += poller.poll()
    assert len(seen) == len(set(seen)) == 48
    assert {row.split("/")[1] for row in seen} == set(written)


def test_the_links_hold_no_more_than_was_asked(midwife: Person, woman: Woman):
    poller = Poller(midwife, f"?patient={woman.reference}&_count=2")
    assert urlsplit(poller.link).path.endswith("/fhir/$changes")
    assert midwife.get(f"/$changes?patient={woman.number}").status_code == 400
