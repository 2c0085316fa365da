"""The whole sandbox as a user meets it: started, stopped, killed, started again, checked."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from helsekort_sandbox import leftovers, mocks
from helsekort_sandbox.launcher import Cluster

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "app.cli", "demo"]
UP = "Everything is up"


class Demo:
    """One ``helsekort demo --empty`` on a free port."""

    def __init__(self, data: Path) -> None:
        with mocks.listen() as listener:
            self.port = listener.getsockname()[1]
        self.data = data
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> str:
        """Start and wait until it is up; what it said until then."""
        words = [*COMMAND, "--empty", "--port", str(self.port), "--data-dir", str(self.data)]
        self.process = subprocess.Popen(
            words, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert self.process.stderr is not None
        said = ""
        for line in self.process.stderr:
            said += line
            if UP in line:
                return said
        self.process.communicate()
        raise AssertionError(said)

    def children(self) -> list[int]:
        """The processes that it started."""
        assert self.process is not None
        return _children(self.process.pid)

    def end(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        self.process.communicate(timeout=30)
        return self.process.returncode


def _children(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "stat").read_text().rpartition(")")[2].split()[1] == str(parent):
                found.append(int(entry.name))
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    running = Demo(tmp_path / "data")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.process.kill()
        running.process.communicate()
    Cluster(running.data).remove()


def _alive(processes: list[int], patience: float = 15.0) -> list[int]:
    deadline = time.monotonic() + patience
    while (
        left := [pid for pid in processes if Path(f"/proc/{pid}").exists()]
    ) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def test_ctrl_c_stops_everything_and_a_second_start_works(demo: Demo) -> None:
    demo.start()
    children = demo.children()
    assert len(children) == len(mocks.NAMES) + 3  # PostgreSQL, API, worker
    assert demo.end(signal.SIGINT) == 0
    assert _alive(children) == []
    demo.start()
    assert demo.end(signal.SIGTERM) == 0


def test_children_die_with_a_killed_parent(demo: Demo) -> None:
    demo.start()
    children = demo.children()
    demo.end(signal.SIGKILL)
    assert _alive(children) == []
    demo.start()
    assert demo.end(signal.SIGINT) == 0


def test_crash_of_a_part_is_reported(demo: Demo) -> None:
    demo.start()
    assert demo.process is not None
    commands = {pid: Path(f"/proc/{pid}/cmdline").read_text() for pid in demo.children()}
    worker = next(pid for pid, command in commands.items() if command.endswith("worker\0"))
    os.kill(worker, signal.SIGKILL)
    _, err = demo.process.communicate(timeout=30)
    assert demo.process.returncode == 1
    assert "worker ended with -9" in err


def test_two_demos_side_by_side_and_one_data_directory_each(demo: Demo, tmp_path: Path) -> None:
    demo.start()
    other = Demo(tmp_path / "other")
    try:
        other.start()
        for one in (demo, other):
            with urllib.request.urlopen(f"http://127.0.0.1:{one.port}/health/ready", timeout=5) as answer:
                assert answer.status == 200
        words = [*COMMAND, "--empty", "--port", "1", "--data-dir", str(demo.data)]
        third = subprocess.run(words, capture_output=True, text=True, check=False)
        assert third.returncode == 1
        assert "in use" in third.stderr or "Port 1" in third.stderr
    finally:
        assert other.end(signal.SIGINT) == 0
        Cluster(other.data).remove()


def test_taken_port_is_named(tmp_path: Path) -> None:
    with mocks.listen() as listener:
        port = str(listener.getsockname()[1])
        words = [*COMMAND, "--empty", "--port", port, "--data-dir", str(tmp_path / "data")]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"Port {port}" in done.stderr
    assert done.stdout == ""


def test_check_holds_and_leaves_nothing() -> None:
    done = subprocess.run([*COMMAND, "--check"], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    result = json.loads(done.stdout)
    broken = {
        name: step["broken"] for name, step in result.items() if isinstance(step, dict) and "broken" in step
    }
    assert broken == {}
    assert result["held"] is True
    assert done.returncode == 0
    assert result["kjernejournal"]["effects"] == 1
    assert result["helsenorge"]["effects"] == 1
    assert result["audit"]["rows"] == 8


def test_loading_that_was_cut_short_begins_anew(tmp_path: Path) -> None:
    with mocks.listen() as listener:
        port = listener.getsockname()[1]
    data = tmp_path / "data"
    words = [*COMMAND, "--port", str(port), "--data-dir", str(data)]
    try:
        said = []
        for stop_at in (" 4/12", UP, UP):
            process = subprocess.Popen(words, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
            assert process.stderr is not None
            said.append("")
            for line in process.stderr:
                said[-1] += line
                if stop_at in line:
                    process.send_signal(signal.SIGINT)
                    break
            process.communicate(timeout=60)
            assert process.returncode == 0
        assert "12/12" in said[1]
        assert "did not hold" not in said[1]
        assert "Found the data again: 12 women" in said[2]
        assert "did not hold" not in said[2]
    finally:
        Cluster(data).remove()


def test_lines_to_try_work_as_printed(tmp_path: Path) -> None:
    """The three lines, twice, in a shell of their own."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed here")
    with mocks.listen() as listener:
        port = listener.getsockname()[1]
    data = tmp_path / "data"
    process = subprocess.Popen(
        [*COMMAND, "--port", str(port), "--data-dir", str(data)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(3)]
        for line in lines * 2:
            answer = subprocess.run(
                ["sh", "-c", line],
                capture_output=True,
                text=True,
                check=True,
                env={"PATH": os.environ["PATH"]},
            )
            assert "OperationOutcome" not in answer.stdout[:40]
            assert re.search("uke 30\\+4|leste|hentet", answer.stdout)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert leftovers.of(Cluster(data).folder) == []
        Cluster(data).remove()
    assert process.returncode == 0
