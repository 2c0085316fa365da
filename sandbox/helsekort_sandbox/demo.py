"""``helsekort demo``: start everything, load the pilot, play the main job before the user's eyes, stay up.

Ctrl-C stops all of it; a second start finds the data again.
"""

import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

from helsekort_sandbox import keys, leftovers, loopback, pilot, processes, readers, services
from helsekort_sandbox.binaries import NoBinaries
from helsekort_sandbox.client import Refused
from helsekort_sandbox.launcher import Unavailable
from helsekort_sandbox.services import Services
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.story import Story
from helsekort_sandbox.tokens import NoToken

FAILURES = (
    services.PortTaken,
    processes.Crashed,
    leftovers.InUse,
    Unavailable,
    NoBinaries,
    Refused,
    NoToken,
    OSError,
)


def tell(line: str) -> None:
    """A line for the user; stdout belongs to results."""
    print(f"    {line}", file=sys.stderr, flush=True)


def heading(line: str) -> None:
    print(f"\n{line}", file=sys.stderr, flush=True)


class Stopped(Exception):
    """The user or the system asked the demo to end."""


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


@contextmanager
def stopping() -> Iterator[None]:
    """Ctrl-C, a closed terminal and ``kill`` end the demo in order, once; later signals wait for that."""
    signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _stop) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def run(port: int, data: Path, *, is_empty: bool) -> int:
    """Start, load, play and stay until told to stop; the exit status."""
    with stopping():
        started: Services | None = None
        try:
            heading("Helsekort for gravide: starting")
            started, sandbox = services.start(data, port, tell)
            if not is_empty:
                play(started, sandbox)
            explain(sandbox, is_empty=is_empty)
            watch(started)
        except Stopped:
            heading("Stopping …")
        except FAILURES as error:
            heading(f"That did not work: {error}")
            return 1
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            if started is not None:
                started.stop()
    tell("Everything has stopped; the data stay for the next start")
    return 0


def play(started: Services, sandbox: Sandbox) -> None:
    """The pilot's data, loaded or found again, and the main job."""
    roster = found(started, sandbox)
    if roster is None:
        heading("Loading the pilot's synthetic women, through the server's own doors")
        roster = pilot.load(sandbox, tell)
        settle(started)
    else:
        heading(f"Found the data again: {len(roster['patients'])} women")
    is_new = not roster.get("played")
    again = "" if is_new else ": the consultation was registered at an earlier start, now it is read again"
    heading(f"The main job{again}")
    with pilot.actors(sandbox) as cast:
        broken = show(Story(sandbox, roster, cast), is_new=is_new)
    if broken:
        heading(f"These steps did not hold: {', '.join(broken)}")


def show(story: Story, *, is_new: bool) -> list[str]:
    """Play ``story`` step by step; the names of the steps that did not hold."""
    broken = []
    first = story.register() if is_new else ()
    for number, step in enumerate(chain(first, readers.read(story, is_new=is_new)), 1):
        if step.name == "consultation":
            remember(story)
        print(step.shown(number), file=sys.stderr, flush=True)
        if not step.held:
            broken.append(step.name)
    return broken


def remember(story: Story) -> None:
    """The consultation is registered once for each data directory, however the rest ends."""
    story.roster["played"] = True
    keys.write_private(story.sandbox.roster, json.dumps(story.roster, indent=1).encode())


def found(started: Services, sandbox: Sandbox) -> dict[str, Any] | None:
    """The roster of data loaded at an earlier start; None where there are no data. Raises Refused."""
    if not sandbox.roster.exists():
        if started.cluster.execute("SELECT 1 FROM resource LIMIT 1"):
            raise Refused(f"{sandbox.data} holds other data than the pilot's: start with --empty")
        return None
    roster: dict[str, Any] = json.loads(sandbox.roster.read_text())
    with pilot.actors(sandbox) as cast:
        answer = cast("midwife", "midwife-a").get(f"/fhir/Patient/{roster['main']}")
    if answer.status != 200:
        raise Refused(f"{sandbox.data} names Patient/{roster['main']}, which the database does not have")
    return roster


def settle(started: Services, patience: float = 120.0) -> None:
    """Wait until the worker has delivered what the loading gave rise to."""
    deadline = time.monotonic() + patience
    while (left := waiting(started)) and time.monotonic() < deadline:
        tell(f"the worker delivers: {left} left")
        time.sleep(1)


def waiting(started: Services) -> int:
    """Deliveries and jobs that the worker has yet to do now."""
    deliveries = "SELECT count(*) FROM delivery WHERE state = 'waiting'"
    jobs = (
        "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing') AND scheduled_at IS NULL"
    )
    changes = "SELECT count(*) FROM changed"
    return sum(int(started.cluster.execute(sql)) for sql in (deliveries, jobs, changes))


def watch(started: Services) -> None:
    """Stay until told to stop. Raises Crashed when a part ends."""
    while True:
        time.sleep(0.5)
        if (child := started.crashed()) is not None:
            raise processes.Crashed(child.report())


def command() -> str:
    """How to call this program from any folder."""
    beside = Path(sys.executable).parent / "helsekort"
    return str(beside) if beside.exists() else shutil.which("helsekort") or "helsekort"


def explain(sandbox: Sandbox, *, is_empty: bool) -> None:
    """The addresses, and three lines to try."""
    heading("Everything is up. Ctrl-C stops it.")
    rows = {
        "FHIR R4": sandbox.fhir,
        "HelseID (mock)": f"{sandbox.helseid}/.well-known/openid-configuration",
        "Citizens' issuer (mock)": f"{sandbox.citizen_issuer}/.well-known/openid-configuration",
        "Kjernejournal (its log)": f"{sandbox.kjernejournal}/_log",
        "Helsenorge (its log)": f"{sandbox.helsenorge}/_log",
        "Data and logs": sandbox.data,
    }
    for name, value in rows.items():
        tell(f"{name:<26}{value}")
    heading("Try these, as often as you like:")
    for line in curl_lines(sandbox, is_empty=is_empty):
        print(line, flush=True)


def curl_lines(sandbox: Sandbox, *, is_empty: bool) -> list[str]:
    """Three lines that work as they stand, in any shell that knows ``$()``."""
    if is_empty:
        wanted = [
            ("harness", f"{sandbox.fhir}/{kind}", "") for kind in ("Patient", "Observation", "Organization")
        ]
    else:
        roster = json.loads(sandbox.roster.read_text())
        episode = roster["patients"][roster["main"]]["episode"]
        wanted = [
            ("midwife", f"{sandbox.fhir}/{episode}/$card", ""),
            ("citizen", f"{sandbox.fhir}/{episode}/$card", " -H 'Accept: text/html'"),
            ("citizen", f"{sandbox.fhir}/Patient/{roster['main']}/$access-log", ""),
        ]
    return [_curl(sandbox.port, *row) for row in wanted]


def _curl(port: int, role: str, url: str, more: str) -> str:
    program = command()
    token = f"T=$({program} token {role} --port {port})"
    proof = f"$({program} proof GET '{url}' --token \"$T\")"
    past = " --noproxy '*'" if loopback.has_proxy() else ""
    return f'{token}; curl -sS{past}{more} -H "Authorization: DPoP $T" -H "DPoP: {proof}" \'{url}\''
