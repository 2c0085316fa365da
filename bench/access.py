"""What access and log cost: ``python -m bench.access``. CPU of server and PostgreSQL for a read by id, in one run.

Four things are compared, the token's verification left out of all: the least, a Starlette route that reads the same row
over the same connections; this server's own read, decided by nobody and logged nowhere; the whole door (may she, log);
and the door with 200 rights and 30 organisations in each woman's care team. Rounds alternate; what counts is the median
of their ratios, since other work on the machine disturbs all of them alike. What is aimed at: access and log add at most
as much again as the undecided read takes, and nothing as rows and teams grow.
"""

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from email.utils import format_datetime
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from helsekort_sandbox import people
from helsekort_sandbox.launcher import Cluster, temporary_cluster
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.access import decide
from app.access.caller import Caller, Role
from app.access.rules import ALLOW, Allow, Relation
from app.api import identity
from app.api.identity import Identified
from app.main import create_app
from app.settings import Settings, read_pilot
from app.store import access_sql, resources
from app.store.database import Database
from app.store.migrate import migrate
from app.store.resources import Stored, stored
from app.store.statement import Statement
from bench import processes as cpu
from bench.volume import registration

_TEAMS = """
INSERT INTO relation (rid, patient, organization, kind, begins)
SELECT -n, patient, 'team-' || n, 'chosen', now() - interval '1 day' FROM person, generate_series(1, 29) n
"""
WOMEN, REQUESTS, AT_ONCE = 60, 1500, 16
RIGHTS, TEAM = 200, 30
ANSWER = dict[str, Any]
Ask = Callable[[str], Awaitable[int]]
_WHOLE = Statement(
    "SELECT type, id, version, updated, deleted, patient, labels, body FROM resource WHERE type = 'Observation' AND id = $1",
    ("id",),
)
_READ = Statement(
    "SELECT body, version, updated FROM resource WHERE type = 'Observation' AND id = $1", ("id",)
)


def _caller() -> Caller:
    """A midwife who attests what she does; she was let in before."""
    midwife = people.CLINICIANS["midwife-a"]
    place = people.ORGANIZATIONS[midwife.organization]
    return Caller(
        Role.MIDWIFE, f"hpr:{midwife.hpr}", "bench", name=midwife.name, hpr=midwife.hpr, profession="JO", service="KF0104",
        organizations=(place.orgnr, place.parent), organization_name=place.name, purpose="TREAT", decision="bench",
    )  # fmt: skip


async def ask(application: Any, method: str, path: str, body: bytes = b"") -> int:
    """One request straight into the application: nothing of a socket is measured."""
    status = 0

    async def receive() -> ANSWER:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: ANSWER) -> None:
        nonlocal status
        status = message.get("status", status)

    headers = [(b"content-type", b"application/fhir+json"), (b"content-length", str(len(body)).encode())]
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers if body else [],
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80),
    }  # fmt: skip
    await application(scope, receive, send)
    return status


def unguarded(database: Database) -> Starlette:
    """The least: the row of this id, with the headers of a read."""

    async def read(request: Request) -> Response:
        row = (await database.fetch(_READ, {"id": request.path_params["id"]}))[0]
        moment = row["updated"].replace(microsecond=0)
        headers = {"ETag": f'W/"{row["version"]}"', "Last-Modified": format_datetime(moment, usegmt=True)}
        return Response(row["body"], 200, headers, "application/fhir+json")

    return Starlette(routes=[Route("/fhir/Observation/{id}", read)])


async def _bare(session: Any, _type: str, id_: str) -> Stored:
    """What ``resources.read`` gives, decided by nobody and logged nowhere."""
    row = (await session.database.fetch(_WHOLE, {"id": id_}))[0]
    return stored({**row, "rule": "allow.carer.read"})


def grown() -> tuple[Allow, ...]:
    """The rights, and before them as many that do not speak as make 200: of every role, act and type that there is."""
    more = (
        replace(row, id=f"{row.id}.{n}", relation=Relation.WROTE, ground="bench")
        for n, row in enumerate(islice(cycle(ALLOW), RIGHTS - len(ALLOW)))
    )
    return (*more, *ALLOW)


def have(rights: Sequence[Allow]) -> None:
    """Compile the statements anew with these rights."""
    for module in (access_sql, decide):
        module.ALLOW = tuple(rights)  # type: ignore[misc]
    resources._read.cache_clear()  # noqa: SLF001 (a bench of what stands behind it)


@dataclass(frozen=True, slots=True)
class House:
    """The applications on one database, and what is asked for."""

    cluster: Cluster
    guarded: Any
    bare: Any
    ids: Sequence[str]
    at_once: int

    async def round(self, application: Any) -> tuple[float, float]:
        """Microseconds of CPU a request, of the server and of PostgreSQL, with ``at_once`` callers."""
        waiting = list(islice(cycle(self.ids), REQUESTS))
        before = time.process_time(), cpu.seconds(self.cluster.child.process.pid)

        async def worker() -> None:
            while waiting:
                status = await ask(application, "GET", f"/fhir/Observation/{waiting.pop()}")
                if status != 200:
                    raise SystemExit(f"a read was answered with {status}")

        await asyncio.gather(*(worker() for _ in range(self.at_once)))
        used = time.process_time() - before[0], cpu.seconds(self.cluster.child.process.pid) - before[1]
        return used[0] / REQUESTS * 1e6, used[1] / REQUESTS * 1e6


@asynccontextmanager
async def house(cluster: Cluster, folder: Path, at_once: int = AT_ONCE) -> AsyncIterator[House]:
    """A database with women in it, the door to it, and the way around."""
    cluster.create_database("bench")
    migrate(cluster.url("helsekort_owner", "bench"))
    pilot = folder / "pilot.json"
    pilot.write_text(json.dumps(people.pilot()))
    settings = replace(
        Settings(), mode="sandbox", participation="reservation", database_url=cluster.url("helsekort_serving", "bench"),
        server_key_file=str(folder / "key"), pilot=read_pilot(str(pilot)), helseid_issuer="https://bench.example",
        helsenorge_issuer="https://citizens.example", connections=AT_ONCE,
    )  # fmt: skip
    guarded = create_app(settings)
    database = guarded.state.house.database
    await database.start()
    for serial in range(WOMEN):
        if await ask(guarded, "POST", "/fhir", registration(serial)) != 200:
            raise SystemExit("a woman was not registered")
    cluster.execute("VACUUM ANALYZE", "bench")
    ids = cluster.execute(
        "SELECT id FROM resource WHERE type = 'Observation' ORDER BY id", "bench"
    ).splitlines()
    yield House(cluster, guarded, unguarded(database), ids, at_once)
    await database.stop()


async def measure(rounds: int, at_once: int) -> None:
    """Alternate, and print the ratios."""

    async def identify(_self: Any, _request: Request) -> Identified:
        return Identified(_caller(), None, ())

    identity.Identity.identify = identify  # type: ignore[method-assign]
    with tempfile.TemporaryDirectory(prefix="helsekort-bench-") as folder, temporary_cluster() as cluster:
        async with house(cluster, Path(folder), at_once) as made:
            found: list[tuple[tuple[float, float], ...]] = []
            whole = resources.read
            for n in range(rounds + 1):
                have(ALLOW)
                least = await made.round(made.bare)
                resources.read = _bare
                bare = await made.round(made.guarded)
                resources.read = whole
                door = await made.round(made.guarded)
                cluster.execute(_TEAMS, "bench")
                have(grown())
                wide = await made.round(made.guarded)
                cluster.execute("DELETE FROM relation WHERE rid < 0", "bench")
                if n:  # the first warms up
                    found.append((least, bare, door, wide))
    names = (
        "Starlette and SELECT",
        "the same door, no access, no log",
        "the door",
        f"{RIGHTS} rights, teams of {TEAM}",
    )
    for name, column in zip(names, zip(*found, strict=True), strict=True):
        server, database = (statistics.median(part) for part in zip(*column, strict=True))
        print(f"{name:<34} {server:6.0f} µs server {database:6.0f} µs PostgreSQL {server + database:6.0f} µs")
    for text, a, b in (("access and log add", 1, 2), ("over the least", 0, 2), ("growing adds", 2, 3)):
        print(f"{text}: {statistics.median(sum(row[b]) / sum(row[a]) - 1 for row in found):+.0%}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="bench.access", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--at-once", type=int, default=AT_ONCE, help="callers; one alone shares no commit")
    given = parser.parse_args()
    asyncio.run(measure(given.rounds, given.at_once))


if __name__ == "__main__":
    main()
