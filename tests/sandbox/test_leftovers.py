"""What a killed launcher left is ended, and nobody else is touched."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helsekort_sandbox import leftovers

STUBBORN = "import signal; signal.signal(signal.SIGQUIT, signal.SIG_IGN); print(flush=True); signal.pause()"
DOCILE = "import signal; print(flush=True); signal.pause()"
Start = Callable[[str, Path], "subprocess.Popen[str]"]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(script: str, folder: Path) -> "subprocess.Popen[str]":
        folder.mkdir(exist_ok=True)
        process = subprocess.Popen(
            [sys.executable, "-c", script], cwd=folder, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


@pytest.mark.parametrize(("script", "signal_"), [(DOCILE, 3), (STUBBORN, 9)])
def test_processes_of_the_cluster_are_ended(start: Start, tmp_path: Path, script: str, signal_: int) -> None:
    left, other = start(script, tmp_path / "cluster"), start(DOCILE, tmp_path / "other")
    assert leftovers.of(tmp_path / "cluster") == [left.pid]
    (tmp_path / "cluster" / "postmaster.pid").touch()
    leftovers.end(tmp_path / "cluster", patience=0.3)
    assert left.wait(1) == -signal_
    assert other.poll() is None
    assert not (tmp_path / "cluster" / "postmaster.pid").exists()


def test_lock_ends_with_its_holder(tmp_path: Path) -> None:
    script = (
        "from pathlib import Path; from helsekort_sandbox.leftovers import Lock; import signal\n"
        f"lock = Lock(Path({str(tmp_path / 'lock')!r})); lock.take(); print(flush=True); signal.pause()"
    )
    holder = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    holder.stdout.readline()
    lock = leftovers.Lock(tmp_path / "lock")
    with pytest.raises(leftovers.InUse, match=str(holder.pid)):
        lock.take()
    holder.kill()
    holder.communicate()
    lock.take()
    lock.take()  # its own
    lock.release()


def test_only_clusters_of_vanished_temporary_folders_are_swept(start: Start, tmp_path: Path) -> None:
    def cluster(name: str, data: Path) -> Path:
        folder = tmp_path / f"cluster-{name}"
        (folder / "postgresql").mkdir(parents=True)
        (folder / leftovers.OWNER).write_text(f"{data}\n")
        return folder

    gone = cluster("gone", tmp_path / "nowhere")
    there = cluster("there", tmp_path)
    elsewhere = cluster("elsewhere", Path("/srv/nowhere"))
    running = cluster("running", tmp_path / "nowhere")
    start(DOCILE, running / "postgresql")
    leftovers.sweep(tmp_path)
    assert not gone.exists()
    assert there.exists()
    assert elsewhere.exists()
    assert running.exists()
