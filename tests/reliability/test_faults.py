"""Nothing lost, nothing twice: events while three calls in ten fail, answers are lost, late, doubled and overtake each
other, all services are away for ten minutes, and worker and database are killed (issue "Nothing lost, nothing twice").

All that is sent (critical information, the card as a document, notices, her reservation) and all that is followed (the
national registers' feed, Helsenorge's) is in it. At the end both sides are equal by the services' raw effect logs.
``FAULT_EVENTS`` is how many events (CI 1,000, .ci/long 10,000).
"""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import launcher
from helsekort_sandbox.client import Actor
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.tokens import Wish

from tests.fixtures.resources import a_weight
from tests.reliability import both_sides
from tests.reliability.test_kill9 import House
from tests.reliability.writers import WRITERS, Writers

pytestmark = pytest.mark.slow
EVENTS = int(os.environ.get("FAULT_EVENTS", "1000"))
WOMEN = WRITERS * (EVENTS // 100 + 1)
FAULTS = [
    {"errorRate": 0.13, "status": 503, "reads": True},
    {"errorRate": 0.08, "status": 500},
    {"errorRate": 0.01, "status": 429, "retryAfter": 1},
    {"errorRate": 0.07, "dropAfterEffect": True},
    {"errorRate": 0.02, "hangMs": 1800},  # longer than is waited for
    {"duplicateRate": 0.1, "jitterMs": 40},
]
OUTAGE, RATE = 600, 75  # ten minutes, of which the services' clock makes eight seconds
SYSTEMS = ("kjernejournal", "documents", "helsenorge", "persontjenesten")
PATIENCE = 60 + EVENTS / 5


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data", "ANSWER_SECONDS=1", "DOCUMENT_SECONDS=2")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    launcher.Cluster(made.data).remove()


def told(sandbox: Sandbox, path: str, body: Any) -> None:
    for base in both_sides.bases(sandbox).values():
        httpx.post(f"{base}{path}", json=body).raise_for_status()


def wait_for(house: House, sql: str, otherwise: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not house.rows(sql):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


def opened(house: House) -> None:
    """Each breaker opened, since each service is away."""
    seen: set[str] = set()
    deadline = time.monotonic() + OUTAGE / RATE + 10
    while len(seen) < len(SYSTEMS):
        seen |= set(house.rows("SELECT system FROM breaker WHERE openings > 0 AND error LIKE '%503'"))
        assert time.monotonic() < deadline, f"only these breakers opened: {seen}"
        time.sleep(0.1)


def written(writers: Writers, share: float) -> None:
    """So much of all has been written."""
    deadline, writers.gate = time.monotonic() + PATIENCE, int(EVENTS * share)
    while writers.total < writers.gate:
        assert not writers.wrong, writers.wrong
        assert time.monotonic() < deadline, "the writers did not get on"
        time.sleep(0.02)


def finish(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()


def test_both_sides_are_equal_at_the_end(house: House) -> None:
    began = time.monotonic()
    sandbox = house.start()
    writers = Writers(sandbox, WOMEN, until=EVENTS)
    told(sandbox, "/_faults", FAULTS)
    threads = writers.start()
    written(writers, 0.4)
    attempts = f"SELECT 1 FROM delivery HAVING sum(attempts) >= {EVENTS // 10}"
    wait_for(house, attempts, "the worker did next to nothing, and what is sent afterwards proves nothing")
    told(sandbox, "/_clock", {"rate": RATE})
    told(sandbox, "/_faults", [{"outageSeconds": OUTAGE}, *FAULTS])
    writers.gate = int(EVENTS * 0.6)
    opened(house)
    house.kill_worker()
    writers.gate = EVENTS
    while writers.total < EVENTS * 0.7:
        time.sleep(0.01)
    house.kill()  # in the midst of writing
    sandbox = writers.sandbox = house.start()
    told(sandbox, "/_faults", FAULTS)
    finish(threads)
    wrote = time.monotonic() - began
    settle(house, sandbox, writers)
    compare(house, sandbox, writers)
    print(f"{dict(writers.written)}: {writers.total} events, {writers.again} requests sent again")
    print(f"written in {wrote:.0f} s, all of it {time.monotonic() - began:.0f} s")
    assert writers.total >= EVENTS


def settle(house: House, sandbox: Sandbox, writers: Writers) -> None:
    """All is sent although calls go on failing. No attempt waits for its time; what waits for a clinician gets one."""
    unsettled = (
        "SELECT 1 FROM delivery WHERE state IN ('pending', 'waiting') UNION ALL SELECT 1 FROM changed UNION ALL"
        " SELECT 1 FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND task_name <> 'deliver' LIMIT 1"
    )
    deadline, actor = time.monotonic() + PATIENCE, Actor(sandbox, Wish("midwife"))
    while house.rows(unsettled) or both_sides.inbound(house, sandbox, writers):
        assert time.monotonic() < deadline, (
            house.rows("SELECT kind, state, error FROM delivery WHERE state IN ('pending', 'waiting') LIMIT 9"),
            both_sides.inbound(house, sandbox, writers),
        )  # fmt: skip
        house.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now() AND task_name = 'deliver'")  # fmt: skip
        house.rows("UPDATE breaker SET until = now() WHERE state = 'open'")
        house.rows("UPDATE register_entry SET expires = now() WHERE expires > now() AND expires < now() + interval '5 minutes'")  # fmt: skip
        for woman in house.rows("SELECT DISTINCT patient FROM delivery WHERE state = 'waiting'"):
            assert actor.send("POST", "/fhir/Observation", a_weight(f"Patient/{woman}")).status == 201
        time.sleep(0.5)
    actor.close()


def compare(house: House, sandbox: Sandbox, writers: Writers) -> None:
    states = house.rows("SELECT kind || ':' || state || ':' || count(*) FROM delivery GROUP BY kind, state")
    assert not [row for row in states if ":dead:" in row], states
    logs = both_sides.logs(sandbox)
    registered, recalled = both_sides.registrations(house, logs["kjernejournal"])
    shared, gone = both_sides.documents(house, logs["documents"])
    noticed = both_sides.notices(house, logs["helsenorge"])
    changed, versions = both_sides.changes_taken(house, logs["persontjenesten"], writers)
    print(f"deliveries: {states}")
    print(
        f"kjernejournal holds {registered}, {recalled} recalled; {shared} documents stand, {gone} replaced or taken back"
    )
    print(f"{noticed} notices; {changed} changes in the registers, {versions} versions of them here; {len(writers.there) + len(writers.here)} reservations equal")  # fmt: skip
    for name, rows in logs.items():
        faulty = Counter(row["status"] for row in rows if "on demand" in row.get("refused", ""))
        replayed = sum(bool(row.get("replayed")) for row in rows)
        print(f"{name}: {len(rows)} requests logged, refused on demand {dict(faulty)}, {replayed} came twice")
        assert name == "persontjenesten" or faulty.total() > len(rows) * 0.1, "the faults did not happen"
