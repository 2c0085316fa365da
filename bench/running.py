"""What is measured, running: a sandbox with the synthetic pilot, without its worker, and the yardstick beside it."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from helsekort_sandbox import loopback, mocks, pilot, processes, services
from helsekort_sandbox.services import Services
from helsekort_sandbox.state import Sandbox

WINDOW = (
    "60"  # seconds that a proof holds, the most that production allows: a round is signed before it is sent
)


@dataclass(frozen=True, slots=True)
class Running:
    """The parts, and the processes whose CPU time counts."""

    started: Services
    sandbox: Sandbox
    api_pid: int
    database_pid: int
    hello_port: int
    hello_pid: int

    def logged(self) -> int:
        """Rows in the log of who looked."""
        return int(self.started.cluster.execute("SELECT count(*) FROM audit"))

    def flushed(self) -> int:
        """How often the write-ahead log was flushed to disk."""
        return int(self.started.cluster.execute("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'"))


def tell(line: str) -> None:
    """Progress, for whoever waits."""
    print(f"    {line}", file=sys.stderr, flush=True)


@contextmanager
def running() -> Iterator[Running]:
    """Start all of it in a temporary folder; nothing is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="helsekort-bench-") as folder:
        started, sandbox = services.start(Path(folder), _free_port(), tell, {"BESIDE_MS": "0"})
        try:
            with pilot.actors(sandbox) as cast:
                pilot.enrol(cast)
            api = _serve_alone(started)
            with _yardstick(Path(folder)) as (port, hello):
                yield Running(started, sandbox, api, started.cluster.child.process.pid, port, hello)
        finally:
            started.stop()
            started.cluster.remove()


def _serve_alone(started: Services) -> int:
    """Stop the worker, so that what a write enqueues costs its time later; start the API again with ``WINDOW``."""
    for child in [child for child in started.children if child.name in {"API", "worker"}]:
        started.children.remove(child)
        child.stop()
    command = [sys.executable, "-m", "app.cli", "serve", "--host", loopback.HOST, "--port", str(started.port)]
    environment = started.environment | {"HELSEKORT_DPOP_WINDOW": WINDOW}
    api = processes.start("API", command, started.logs / "api.log", environment=environment)
    started.children.append(api)
    processes.wait_until(lambda: loopback.answers(f"http://{loopback.HOST}:{started.port}/health/ready"), api)
    return api.process.pid


@contextmanager
def _yardstick(folder: Path) -> Iterator[tuple[int, int]]:
    """Hello under the server's own uvicorn settings: its port and process."""
    port = _free_port()
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "bench.hello:app",
        "--host",
        loopback.HOST,
        "--port",
        str(port),
    ]
    command += ["--log-level", "warning", "--no-access-log", "--no-server-header"]
    child = processes.start("hello", command, folder / "hello.log", environment=os.environ)
    try:
        processes.wait_until(lambda: loopback.answers(f"http://{loopback.HOST}:{port}/"), child)
        yield port, child.process.pid
    finally:
        child.stop()


def _free_port() -> int:
    with mocks.listen() as listener:
        port: int = listener.getsockname()[1]
    return port
