"""Starts a whole sandbox in a process of its own, so that a test can kill it: ``python host.py DATA PORT [SETTING=VALUE…]``.

A worker that is killed alone is started again, as whoever runs it would. It is in a hurry (``hurried``).
"""

import sys
import time
from pathlib import Path

from helsekort_sandbox import services

_of_product = services._command


def _command(*words: str) -> list[str | Path]:
    hurried: list[str | Path] = [sys.executable, "-m", "tests.reliability.hurried"]
    return hurried if words == ("worker",) else _of_product(*words)


def main() -> None:
    """Start, say READY with the sandbox's addresses, and wait to be killed."""
    services._command = _command
    more = dict(setting.split("=", 1) for setting in sys.argv[3:])
    started, _ = services.start(
        Path(sys.argv[1]), int(sys.argv[2]), lambda line: print(line, flush=True), more
    )
    print(f"READY {started.cluster.socket}", flush=True)
    while (child := started.crashed()) is None or child.name == "worker":
        if child is not None:
            services.start_worker(started)
        time.sleep(0.1)
    print("CRASHED", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
