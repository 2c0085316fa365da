"""Where a running sandbox keeps its things, and how another command finds it again by its port.

A small file for each port lies in the user's own runtime folder: https://specifications.freedesktop.org/basedir-spec/.
"""

import contextlib
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

HALF_LOADED = "loading"  # a file of the state that stands while the pilot is being loaded


class NotRunning(Exception):
    """No sandbox answers to this port."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox: its addresses, and ``data``, the folder of its state."""

    port: int
    pid: int
    data: str
    base_url: str
    helseid: str
    citizen_issuer: str
    idporten: str
    kjernejournal: str
    helsenorge: str
    persontjenesten: str
    maternity_record: str

    @property
    def fhir(self) -> str:
        return f"{self.base_url}/fhir"

    @property
    def state(self) -> Path:
        """Keys, registrations, the mocks' logs: private."""
        return Path(self.data) / "sandbox"

    @property
    def proof_keys(self) -> Path:
        return self.state / "dpop"

    @property
    def roster(self) -> Path:
        """Who cares for whom, by patient id: written by the seeding, read by ``helsekort token --patient``."""
        return self.state / "roster.json"


def _folders() -> Iterator[Path]:
    """Folders that may hold the files: not every shell of a user has the same variables, so there are several."""
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        yield Path(runtime) / "helsekort"
    for parent in dict.fromkeys((tempfile.gettempdir(), "/tmp")):  # noqa: S108 (see _is_private)
        yield Path(parent) / f"helsekort-{os.geteuid()}"


def _is_private(folder: Path) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o077


def announce(sandbox: Sandbox) -> list[Path]:
    """Let other commands of this user find ``sandbox``; the files to remove at the end. Raises OSError."""
    written = []
    for folder in _folders():
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o700, exist_ok=True)
            if _is_private(folder):
                path = folder / f"{sandbox.port}.json"
                path.write_text(json.dumps(asdict(sandbox)))
                written.append(path)
    if not written:
        raise OSError("There is no private folder to write to: set XDG_RUNTIME_DIR")
    return written


def running() -> list[Sandbox]:
    """The sandboxes of this user whose process lives."""
    found: dict[int, Sandbox] = {}
    for folder in filter(_is_private, _folders()):
        for path in sorted(folder.glob("*.json")):
            try:
                sandbox = Sandbox(**json.loads(path.read_text()))
            except (OSError, ValueError, TypeError):  # just removed, or of another version
                continue
            if _lives(sandbox.pid):
                found.setdefault(sandbox.port, sandbox)
    return list(found.values())


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def find(port: int) -> Sandbox:
    """The sandbox that serves at ``port``. Raises NotRunning, naming those that do run."""
    there = running()
    for sandbox in there:
        if sandbox.port == port:
            return sandbox
    ports = ", ".join(str(sandbox.port) for sandbox in there)
    hint = f"; running: {ports}" if ports else "; start one with: helsekort demo"
    raise NotRunning(f"No sandbox of this user runs at port {port}{hint}")
