"""Starts a whole sandbox in a process of its own, so that a test can kill it: ``python host.py DATA PORT``."""

import sys
import time
from pathlib import Path

from helsekort_sandbox import services


def main() -> None:
    """Start, say READY with the sandbox's addresses, and wait to be killed."""
    started, _ = services.start(Path(sys.argv[1]), int(sys.argv[2]), lambda line: print(line, flush=True))
    print(f"READY {started.cluster.socket}", flush=True)
    while started.crashed() is None:
        time.sleep(0.1)
    print("CRASHED", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
