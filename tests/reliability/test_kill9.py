"""``kill -9`` of every process under 16 writing and reading clients, three times: no acknowledged answer is lost.

Design §1.3, §9: every answer that a client received has its rows, the audit row included; the log still verifies;
what had to reach kjernejournal and Helsenorge reaches them.
"""

import contextlib
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from helsekort_sandbox import launcher, mocks, state
from helsekort_sandbox.client import Actor
from helsekort_sandbox.tokens import Wish

from tests.fixtures.resources import a_patient, a_transaction, a_weight, an_episode, entry, new_number, urn
from tests.reliability.clients import Clients, as_rows

CLIENTS, ROUNDS, SECONDS = 16, 3, 4.0
pytestmark = pytest.mark.slow


def _free_port() -> int:
    """One that no outgoing connection is given meanwhile: it lies below those (ip_local_port_range)."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with contextlib.suppress(OSError):
            mocks.listen(port).close()
            return port


class House:
    """A sandbox that is killed and started again on the same data."""

    def __init__(self, data: Path, *settings: str) -> None:
        self._settings = settings
        self.port = _free_port()
        self.data = data
        self.process: subprocess.Popen[str] | None = None
        self.socket = ""

    def start(self) -> state.Sandbox:
        command = [
            sys.executable,
            "-m",
            "tests.reliability.host",
            str(self.data),
            str(self.port),
            *self._settings,
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        assert self.process.stdout is not None
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("READY"):
                self.socket = line.split()[1]
                return state.find(self.port)
        raise AssertionError(f"the sandbox did not start: {''.join(said)}")

    def kill_worker(self) -> None:
        """The worker alone; it is started again."""
        assert self.process is not None
        for process in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                if "tests.reliability.hurried" in process.cmdline():
                    process.send_signal(signal.SIGKILL)

    def kill(self) -> int:
        """Kill every process at once, the last child first known; how many there were."""
        assert self.process is not None
        parent = psutil.Process(self.process.pid)
        family = [*parent.children(recursive=True), parent]
        for process in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGKILL)
        psutil.wait_procs(family, timeout=10)
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return len(family)

    def rows(self, sql: str) -> list[str]:
        psql = launcher.binaries.programs() / "psql"
        command = [
            psql,
            "-XAtq",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            self.socket,
            "-U",
            "postgres",
            "-d",
            "helsekort",
        ]
        done = subprocess.run(command, input=sql, capture_output=True, text=True, check=True)
        return done.stdout.split()

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A ``helsekort`` command as the owner of this house's database."""
        url = f"postgresql://helsekort_owner@/helsekort?host={self.socket}&port=5432"
        server = self.data / "server"
        settings = {
            "HELSEKORT_MODE": "sandbox",
            "HELSEKORT_OWNER_DATABASE_URL": url,
            "HELSEKORT_AUDIT_KEY_FILE": str(server / "audit-key.pem"),
            "HELSEKORT_AUDIT_ANCHOR_FILE": str(server / "audit-anchors.ndjson"),
        }
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *words], capture_output=True, text=True, check=False,
            env=os.environ | settings,
        )  # fmt: skip


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "data")
    yield made
    if made.process is not None and made.process.poll() is None:
        made.kill()
    launcher.Cluster(made.data).remove()


def _register(actor: Actor) -> str:
    first = urn()
    body = a_transaction(entry(a_patient(new_number()), first), entry(an_episode(first)))
    answer = actor.send("POST", "/fhir", body)
    assert answer.status == 200, answer.text
    made: str = answer.json["entry"][0]["resource"]["id"]
    return made


def test_nothing_that_was_acknowledged_is_lost(house: House) -> None:
    sandbox = house.start()
    actors = [Actor(sandbox, Wish("midwife")) for _ in range(CLIENTS)]
    clients = Clients(actors, [_register(actor) for actor in actors])
    for _ in range(ROUNDS):
        threads = clients.start()
        time.sleep(SECONDS)
        house.kill()
        time.sleep(0.3)
        clients.stopping.set()
        for thread in threads:
            thread.join(90)
            assert not thread.is_alive()
        sandbox = house.start()
        clients.become([Actor(sandbox, Wish("midwife")) for _ in range(CLIENTS)])
    _reconcile(house, clients)
    _wait_for_clinicians(house, clients)
    _delivered(house, sandbox)
    clients.become([])


def _wait_for_clinicians(house: House, clients: Clients) -> None:
    """What waits because its session ended goes out with the next clinician who writes on the woman's card."""
    deadline = time.monotonic() + 150
    unsent = "SELECT 1 FROM delivery WHERE state <> 'sent' UNION ALL SELECT 1 FROM changed LIMIT 1"
    while time.monotonic() < deadline and house.rows(unsent):
        waiting = set(house.rows("SELECT DISTINCT patient FROM delivery WHERE state = 'waiting'"))
        for actor, woman in zip(clients.actors, clients.women, strict=True):
            if woman in waiting:
                assert actor.send("POST", "/fhir/Observation", a_weight(f"Patient/{woman}")).status == 201
        time.sleep(2)


def _reconcile(house: House, clients: Clients) -> None:
    received = clients.received
    print(
        f"{len(received)} answers received, {sum(bool(row.stored) for row in received)} of them writes; {clients.errors} lost connections"
    )
    assert len(received) > 200, "the clients did next to nothing; the test would prove nothing"
    assert {row.status for row in received} <= {200, 201, 401, 503}, {row.status for row in received}
    assert sum(row.status in {200, 201} for row in received) > len(received) * 0.8
    logged = set(house.rows("SELECT id FROM audit"))
    missing = [row for row in received if row.request_id not in logged and row.status != 503]
    assert not missing, f"{len(missing)} of {len(received)} answers have no audit row: {missing[:3]}"
    wanted = as_rows(received).replace("'", "''")
    lost = house.rows(
        f"""WITH said AS (SELECT e->>0 AS type, e->>1 AS id, (e->>2)::int AS version, (e->>3)::numeric AS value
                          FROM jsonb_array_elements('{wanted}'::jsonb) e)
            SELECT said.id FROM said LEFT JOIN resource r USING (type, id)
            LEFT JOIN resource_version v ON v.rid = r.rid AND v.version = said.version
            WHERE v.body IS NULL OR said.value IS DISTINCT FROM
                (convert_from(v.body, 'UTF8')::jsonb #>> '{{valueQuantity,value}}')::numeric"""
    )
    assert not lost, f"{len(lost)} acknowledged versions are not stored as said"
    unlogged = house.rows(
        """SELECT v.rid FROM resource_version v JOIN resource r USING (rid)
           WHERE NOT EXISTS (SELECT 1 FROM audit a, jsonb_array_elements(a.result::jsonb -> 'shown') s
                             WHERE s->>0 = r.type AND s->>1 = r.id AND (s->>2)::int = v.version)"""
    )
    assert not unlogged, f"{len(unlogged)} versions are stored without an audit row"
    verified = house.command("audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr
    indexed = house.command("reindex", "--check")
    assert indexed.returncode == 0, indexed.stdout + indexed.stderr


def _delivered(house: House, sandbox: state.Sandbox) -> None:
    """Nothing is pending at the end, and the services' raw effect logs hold one effect for each delivery."""
    states = dict(
        line.split("|")
        for line in house.rows(
            "SELECT kind || ':' || state, count(*) FROM delivery WHERE kind <> 'registration-comparison' GROUP BY 1"
        )
    )
    services = {
        "notice": sandbox.helsenorge,
        "critical-information": sandbox.kjernejournal,
        "card-document": f"{sandbox.kjernejournal}/mhd",
    }
    # the national record is sent by what differs when it is sent, not by an event: test_whole_pilot.py compares it
    assert set(states) == {f"{kind}:sent" for kind in (*services, "national-record")}, states
    print(f"deliveries: {states}")
    for kind, base in services.items():
        effects = _effects(base)
        sent = set(house.rows(f"SELECT id FROM delivery WHERE kind = '{kind}' AND state = 'sent'"))
        assert len(effects) == len(set(effects)), f"{kind}: an effect happened twice"
        assert sent <= set(effects), f"{kind}: {len(sent - set(effects))} marked as sent never arrived"


def _effects(base: str) -> list[str]:
    """The delivery that each effect of a mock service was for, from its raw log."""
    entries = httpx.get(f"{base}/_log").json()["entries"]
    return [row.get("event") or row["notice"]["idempotencyKey"] for row in entries if row["effect"]]
