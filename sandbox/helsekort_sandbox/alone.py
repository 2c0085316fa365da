"""``helsekort sandbox``: the mock national services without the product, for an integrator's own system.

HelseID, the citizens' issuer, ID-porten, kjernejournal, Helsenorge, Persontjenesten and the national maternity record, each at a port of its own, until Ctrl-C. Their
state stays in the data directory, so that they can be stopped and started again.
"""

import signal
import sys
import time
from pathlib import Path

from helsekort_sandbox import keys, mocks

SAYS = {
    "helseid": "HelseID: log in, tokens, token exchange",
    "citizen-issuer": "the citizens' issuer",
    "idporten": "ID-porten",
    "kjernejournal": "kjernejournal: critical information",
    "helsenorge": "Helsenorge: notices",
    "persontjenesten": "Persontjenesten: who somebody is, changes, GPs of record",
    "maternity-record": "the national maternity record: status, history, records",
}


def run(port: int, data: Path) -> int:
    """Start them, say where they are, and wait to be stopped."""
    state = data.resolve() / "sandbox"
    state.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        running = mocks.start(state, data.resolve() / "logs", keys.keep(state / "server-client.json"), port)
    except OSError as error:
        print(f"Ports {port} to {port + len(mocks.NAMES) - 1}: {error.strerror}. Choose others with --port", file=sys.stderr)  # fmt: skip
        return 1
    for name in mocks.NAMES:
        print(f"{getattr(running, name.replace('-', '_'))}  {SAYS[name]}")
    print(
        "Each tells of itself at /openapi.json, of every request at /_log (a browser gets a page), goes wrong on demand"
    )
    print(
        f"at /_faults and has a clock at /_clock. Keys of registered clients: {state / 'clients'}. Ctrl-C stops them.",
        flush=True,
    )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    status = 1  # unless somebody stops them, one of them has ended
    try:
        while not any(child.has_ended() for child in running.children):
            time.sleep(0.2)
    except (KeyboardInterrupt, SystemExit):
        status = 0
    finally:
        running.stop()
    return status
