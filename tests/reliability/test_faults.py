"""Nothing lost, nothing twice: events while three calls in ten fail, answers are lost, late, doubled and overtake each
other, both services are away for ten minutes, and worker and database are killed (issue "Nothing lost, nothing twice").

At the end both sides are equal by the services' raw effect logs. ``FAULT_EVENTS`` is how many events (CI 300, .ci/long 10,000).
"""

import http.client
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import launcher
from helsekort_sandbox.client import Actor
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.tokens import Wish

from tests.fixtures.resources import VERIFICATION, a_weight, an_allergy, concept
from tests.reliability.test_kill9 import House, _register

pytestmark = pytest.mark.slow
EVENTS = int(os.environ.get("FAULT_EVENTS", "300"))
WRITERS = 4
FAULTS = [
    {"errorRate": 0.13, "status": 503, "reads": True},
    {"errorRate": 0.08, "status": 500},
    {"errorRate": 0.01, "status": 429, "retryAfter": 1},
    {"errorRate": 0.07, "dropAfterEffect": True},
    {"errorRate": 0.02, "hangMs": 1800},  # longer than is waited for
    {"duplicateRate": 0.1, "jitterMs": 40},
]
OUTAGE, RATE = 600, 120  # ten minutes, of which the services' clock makes five seconds


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data", "ANSWER_SECONDS=1")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    launcher.Cluster(made.data).remove()


@dataclass
class Writers:
    """Midwives who register and correct allergies and weigh, until the events are written."""

    sandbox: Sandbox
    women: list[str]
    written: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    made: list[list[dict[str, Any]]] = field(default_factory=lambda: [[] for _ in range(WRITERS)])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, until: int) -> list[threading.Thread]:
        threads = [threading.Thread(target=self._write, args=(n, until), daemon=True) for n in range(WRITERS)]
        for thread in threads:
            thread.start()
        return threads

    @property
    def total(self) -> int:
        return self.written.total()

    def _write(self, n: int, until: int) -> None:
        chance, actor = random.Random(f"{n} {until}"), Actor(self.sandbox, Wish("midwife"))  # noqa: S311 (a repeatable mix)
        mine = self.made[n]
        while self.total < until:
            try:
                kind, status = self._step(chance, actor, mine)
            except (OSError, http.client.HTTPException):
                kind, status = "", 0
                time.sleep(0.1)
            with self.lock:
                if status in {200, 201}:
                    self.written[kind] += 1
                else:
                    self.failed += 1
        actor.close()

    def _step(self, chance: random.Random, actor: Actor, mine: list[dict[str, Any]]) -> tuple[str, int]:
        kind = chance.choice(["registered", "registered", "corrected", "refuted", "weighed"])
        woman = f"Patient/{chance.choice(self.women)}"
        if kind == "weighed" or (kind != "registered" and not mine):
            return "weighed", actor.send("POST", "/fhir/Observation", a_weight(woman)).status
        if kind == "registered":
            allergy = an_allergy(woman, code={"text": f"Stoff {chance.randrange(10**6)}"}, criticality="low")
            answer = actor.send("POST", "/fhir/AllergyIntolerance", allergy)
        else:
            allergy = mine[chance.randrange(len(mine))]
            turned = "low" if allergy["criticality"] == "high" else "high"
            changed = {"criticality": turned} if kind == "corrected" else {}
            verified = "confirmed" if kind == "corrected" else "refuted"
            body = {**allergy, **changed, "verificationStatus": concept(VERIFICATION, verified)}
            answer = actor.send("PUT", f"/fhir/AllergyIntolerance/{allergy['id']}", body)
            if answer.status == 200:
                mine.remove(allergy)
        if answer.status in {200, 201} and kind != "refuted":
            mine.append(answer.json)
        return kind, answer.status


def told(sandbox: Sandbox, path: str, body: Any) -> None:
    for base in (sandbox.kjernejournal, sandbox.helsenorge):
        httpx.post(f"{base}{path}", json=body).raise_for_status()


def wait_for(house: House, sql: str, otherwise: str) -> None:
    deadline = time.monotonic() + 60 + EVENTS / 5
    while not house.rows(sql):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.2)


def attempted(house: House, number: int) -> None:
    """So many attempts were made while things went wrong: what is only sent afterwards proves nothing."""
    wait_for(
        house, f"SELECT 1 FROM delivery HAVING sum(attempts) >= {number}", "the worker did next to nothing"
    )


def finish(threads: list[threading.Thread]) -> None:
    for thread in threads:
        thread.join(300 + EVENTS / 5)
        assert not thread.is_alive()


def test_both_sides_are_equal_at_the_end(house: House) -> None:
    began = time.monotonic()
    sandbox = house.start()
    actor = Actor(sandbox, Wish("midwife"))
    writers = Writers(sandbox, [_register(actor) for _ in range(max(6, EVENTS // 10))])
    told(sandbox, "/_faults", FAULTS)
    finish(writers.start(EVENTS // 2))
    attempted(house, EVENTS // 5)
    threads = writers.start(EVENTS * 3 // 4)
    house.kill_worker()
    told(sandbox, "/_clock", {"rate": RATE})
    told(sandbox, "/_faults", [{"outageSeconds": OUTAGE}, *FAULTS])
    finish(threads)
    wait_for(
        house, "SELECT 1 FROM breaker WHERE openings > 0 AND error LIKE '%503'", "the breakers stayed closed"
    )
    house.kill()
    actor.close()
    sandbox = writers.sandbox = house.start()
    told(sandbox, "/_faults", FAULTS)
    finish(writers.start(EVENTS))
    wrote = time.monotonic() - began
    settle(house, sandbox)
    compare(house, sandbox)
    took = time.monotonic() - began
    print(
        f"{dict(writers.written)} events, {writers.failed} writes failed; written in {wrote:.0f} s, all of it {took:.0f} s"
    )
    assert writers.total >= EVENTS


def settle(house: House, sandbox: Sandbox) -> None:
    """All is sent although calls go on failing. No attempt waits for its time; what waits for a clinician gets one."""
    unsettled = (
        "SELECT 1 FROM delivery WHERE state IN ('pending', 'waiting') UNION ALL SELECT 1 FROM changed LIMIT 1"
    )
    deadline, actor = time.monotonic() + 60 + EVENTS / 5, Actor(sandbox, Wish("midwife"))
    while house.rows(unsettled):
        assert time.monotonic() < deadline, house.rows("SELECT kind, state, error FROM delivery WHERE state IN ('pending', 'waiting') LIMIT 9")  # fmt: skip
        house.rows("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE scheduled_at > now() AND task_name = 'deliver'")  # fmt: skip
        house.rows("UPDATE breaker SET until = now() WHERE state = 'open'")
        for woman in house.rows("SELECT DISTINCT patient FROM delivery WHERE state = 'waiting'"):
            assert actor.send("POST", "/fhir/Observation", a_weight(f"Patient/{woman}")).status == 201
        time.sleep(0.5)
    actor.close()


def compare(house: House, sandbox: Sandbox) -> None:
    states = house.rows("SELECT kind || ':' || state || ':' || count(*) FROM delivery GROUP BY kind, state")
    assert not [row for row in states if ":dead:" in row], states
    logs = {
        name: httpx.get(f"{base}/_log").json()["entries"]
        for name, base in (("kjernejournal", sandbox.kjernejournal), ("helsenorge", sandbox.helsenorge))
    }
    registrations = effects(logs["kjernejournal"], "event")
    gone = {row["retracts"] for row in registrations if "retracts" in row}
    theirs = Counter(
        (row["answer"]["identifier"][0]["value"].partition("/fhir/")[2], row["answer"]["criticality"])
        for row in registrations
        if "answer" in row and row["event"] not in gone
    )
    assert theirs == Counter(ours(house)), "kjernejournal has what we have, each once"
    keys = [row["key"] for row in effects(logs["helsenorge"], "key")]
    assert sorted(keys) == sorted(
        house.rows("SELECT id FROM delivery WHERE kind = 'notice' AND state = 'sent'")
    )
    print(
        f"deliveries: {states}; kjernejournal holds {theirs.total()}, {len(gone)} recalled; {len(keys)} notices"
    )
    for name, rows in logs.items():
        faulty = Counter(row["status"] for row in rows if "on demand" in row.get("refused", ""))
        replayed = sum(bool(row.get("replayed")) for row in rows)
        print(f"{name}: {len(rows)} requests, refused on demand {dict(faulty)}, {replayed} came twice")
        assert faulty.total() > len(rows) * 0.1, "the faults did not happen"


def effects(rows: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The requests that changed something, no key twice."""
    found = [row for row in rows if row["effect"]]
    twice = [key for key, times in Counter(row[name] for row in found).items() if times > 1]
    assert not twice, f"{len(twice)} effects happened twice"
    return found


def ours(house: House) -> Iterator[tuple[str, str]]:
    """What stands here as critical information: address with its version, and what is said."""
    rows = house.rows(
        """SELECT replace(jsonb_build_array(r.type || '/' || r.id || '/_history/' || r.version, b.body ->> 'criticality')::text, ' ', '')
           FROM resource r, LATERAL (SELECT convert_from(r.body, 'UTF8')::jsonb AS body) b
           WHERE r.type = 'AllergyIntolerance' AND NOT r.deleted
               AND b.body #>> '{verificationStatus,coding,0,code}' = 'confirmed'"""
    )
    for row in rows:
        source, criticality = json.loads(row)
        yield source, criticality
