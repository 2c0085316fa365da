"""``helsekort worker`` as a process: what happens is told, and nothing is lost when it is killed in the middle."""

import os
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest
from helsekort_sandbox import processes

from app.settings import Settings
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Answer, verify
from tests.subscriptions.subscribers import Telling
from tests.subscriptions.test_events import post
from tests.worker.crew import ROOT, as_text, wait_for

PATIENCE = 60  # of a busy machine; nothing waits as long


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife)


class Workers:
    """Workers of their own, configured by the environment alone."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server, self._folder = server, folder
        self.children: list[processes.Child] = []

    def start(self) -> processes.Child:
        settings = self._server.settings
        environment = {
            f"HELSEKORT_{row.name.upper()}": as_text(settings, row.name) for row in fields(Settings)
        }
        environment = {name: value for name, value in environment.items() if value} | {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "sandbox"))),
        }
        log = self._folder / f"worker-{len(self.children)}.log"
        command: list[str | Path] = [sys.executable, "-m", "app.cli", "worker"]
        child = processes.start("worker", command, log, environment=environment)
        self.children.append(child)
        return child

    def kill(self) -> None:
        self.children[-1].process.kill()
        self.children[-1].process.wait()

    def logs(self) -> str:
        return "".join(child.log.read_text() for child in self.children)


@pytest.fixture
def workers(server: Server, telling: Telling, tmp_path: Path) -> Iterator[Workers]:
    found = Workers(server, tmp_path)
    yield found
    for child in found.children:
        child.stop()


def active(telling: Telling, midwife: Person, path: str) -> dict[str, str]:
    made = telling.subscribe(midwife, path, most=3)
    wait_for(lambda: telling.now(midwife, made)["status"] == "active", PATIENCE)
    return made


def test_handshake_and_event_follow(telling: Telling, midwife: Person, woman: Woman, workers: Workers):
    workers.start()
    path = telling.path()
    active(telling, midwife, path)
    post(midwife, a_weight(woman.reference))
    wait_for(lambda: telling.receiver.taken(path), PATIENCE)
    verify(telling.receiver.of(path)[0], telling.jwks())


@pytest.mark.slow
def test_killed_in_the_middle_it_loses_nothing(
    telling: Telling, midwife: Person, woman: Woman, workers: Workers
):
    """Three times, each while a notification is on its way and may have been taken."""
    workers.start()
    path = telling.path()
    made = active(telling, midwife, path)
    telling.receiver.always = Answer(200, delay=1.0)
    weights: list[str] = []
    for n in range(3):
        weights += [post(midwife, a_weight(woman.reference, 60.0 + m))["id"] for m in range(4)]
        before = len(telling.receiver.of(path))
        wait_for(lambda before=before: len(telling.receiver.of(path)) > before, PATIENCE)
        workers.kill()
        if n == 1:
            weights += [post(midwife, a_weight(woman.reference, 80.0))["id"]]
        workers.start()
    telling.receiver.always = Answer()
    wait_for(lambda: telling.state(made, "delivered") == [str(len(weights))], PATIENCE)
    assert telling.state(made, "numbered, attempts, failures") == [str(len(weights)), "0", "0"]
    told = telling.receiver.taken(path)
    by_number: dict[int, set[str]] = {}
    for event in told:
        by_number.setdefault(event["number"], set()).add(event["context"][0].rpartition("/")[2])
    assert [by_number[number] for number in sorted(by_number)] == [{id_} for id_ in weights]
    firsts = [row.events[0]["number"] for row in telling.receiver.of(path)]
    assert firsts == sorted(firsts)
    seen: set[int] = set()
    for row in telling.receiver.of(path):  # what comes again says so
        numbers = {event["number"] for event in row.events}
        assert (row.headers["helsekort-attempt"] != "1") == bool(numbers & seen)
        seen |= numbers
    assert "Traceback" not in workers.logs()


def test_two_workers_tell_each_event_once(telling: Telling, midwife: Person, woman: Woman, workers: Workers):
    workers.start()
    workers.start()
    path = telling.path()
    made = active(telling, midwife, path)
    for n in range(12):
        post(midwife, a_weight(woman.reference, 60.0 + n))
    wait_for(lambda: telling.state(made, "delivered") == ["12"], PATIENCE)
    assert [event["number"] for event in telling.receiver.taken(path)] == list(range(1, 13))


def test_its_own_log_holds_no_secret(telling: Telling, midwife: Person, woman: Woman, workers: Workers):
    workers.start()
    path = telling.path()
    made = telling.subscribe(midwife, path, header=["Authorization: Bearer hemmelig"])
    wait_for(lambda: telling.now(midwife, made)["status"] == "active", PATIENCE)
    telling.receiver.answers = [Answer(500)]
    weight = post(midwife, a_weight(woman.reference))
    wait_for(lambda: telling.receiver.taken(path), PATIENCE)
    for secret in ("hemmelig", weight["id"], woman.id, woman.number):
        assert secret not in workers.logs()
