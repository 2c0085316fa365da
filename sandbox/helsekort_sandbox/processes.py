"""Child processes that never outlive the one that started them, each with a log file of its own.

https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Crashed(Exception):
    """A child ended although nobody asked it to, or did not get ready."""


@dataclass(frozen=True, slots=True)
class Child:
    """One running program: what it is called, its process, its log and the signal that ends it in order."""

    name: str
    process: "subprocess.Popen[bytes]"
    log: Path
    ending: signal.Signals = signal.SIGTERM

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def report(self) -> str:
        """How it ended, and the end of its log."""
        code = self.process.poll()
        how = "still runs" if code is None else f"ended with {code}"
        return f"{self.name} {how}; {self.log}:\n{tail(self.log)}"

    def stop(self, patience: float = 15.0) -> None:
        """Ask it to end; kill it when it does not."""
        if self.has_ended():
            return
        self.process.send_signal(self.ending)
        try:
            self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    name: str,
    command: Sequence[str | Path],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    account: pwd.struct_passwd | None = None,
    ending: signal.Signals = signal.SIGTERM,
    pass_fds: Sequence[int] = (),
) -> Child:
    """Start ``command`` in a session of its own, so that Ctrl-C reaches only the parent, which stops in order.

    ``account`` is the user to become. The child gets ``ending`` when the thread that called this ends, however that
    happens: call it from one that lives as long as the process.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment) if environment is not None else None,
            cwd=folder,
            start_new_session=True,
            pass_fds=pass_fds,
            preexec_fn=_bound_to_parent(ending),  # noqa: PLW1509 (one libc call, prepared before the fork)
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    return Child(name, process, log, ending)


def _bound_to_parent(ending: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def bind() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, int(ending), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return bind


def wait_until(ready: Callable[[], bool], child: Child, patience: float = 30.0) -> None:
    """Wait until ``ready()``. Raises Crashed when ``child`` ends first or time runs out."""
    deadline = time.monotonic() + patience
    while not ready():
        if child.has_ended() or time.monotonic() > deadline:
            raise Crashed(child.report())
        time.sleep(0.02)


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of ``log``, indented."""
    try:
        text = log.read_text(errors="replace")
    except OSError as error:
        return f"    (no log: {error.strerror})"
    return "\n".join(f"    {line}" for line in text.splitlines()[-lines:])
