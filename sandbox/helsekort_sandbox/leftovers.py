"""What a killed launcher leaves: a lock that the kernel has freed, and server processes that still hold the cluster.

https://www.postgresql.org/docs/18/kernel-resources.html: a new postmaster refuses to start while a process of the old
one lives. Such processes are found by their working folder, which for PostgreSQL is always the cluster's.
"""

import contextlib
import fcntl
import os
import shutil
import signal
import tempfile
import time
from pathlib import Path
from typing import IO

OWNER = "data-directory"  # a file beside a cluster of root, naming the data directory that it belongs to


class InUse(Exception):
    """Another launcher uses this data directory."""


class Lock:
    """An exclusive claim on a data directory that ends with the process, however it ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises InUse."""
        if self._file is not None:
            return
        file = self.path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise InUse(f"{self.path.parent} is in use by process {holder}") from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None


def of(cluster: Path) -> list[int]:
    """The processes whose working folder is ``cluster``."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == cluster:
                    found.append(int(entry.name))
    return found


def end(cluster: Path, patience: float = 5.0) -> None:
    """End what is left of an earlier server on ``cluster``: it is given time to stop by itself, then killed."""
    for sign in (None, signal.SIGQUIT, signal.SIGKILL):
        if sign is not None:
            for process in of(cluster):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, sign)
        deadline = time.monotonic() + patience
        while of(cluster) and time.monotonic() < deadline:
            time.sleep(0.02)
    forget(cluster)


def forget(cluster: Path) -> None:
    """Remove the lock file of a dead postmaster: its number may meanwhile belong to somebody else's process."""
    if not of(cluster):
        (cluster / "postmaster.pid").unlink(missing_ok=True)


def sweep(shared: Path) -> None:
    """Remove clusters that root keeps for temporary data directories which no longer exist."""
    temporary = (tempfile.gettempdir(), "/tmp", "/var/tmp")  # noqa: S108 (only compared with)
    for note in shared.glob(f"cluster-*/{OWNER}"):
        data = Path(note.read_text().strip())
        is_temporary = any(data.is_relative_to(parent) for parent in temporary)
        if is_temporary and not data.exists() and not of(note.parent / "postgresql"):
            shutil.rmtree(note.parent, ignore_errors=True)
