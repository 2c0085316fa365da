"""The worker under test, and what its tests look at."""

import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from helsekort_sandbox import processes

from app.access.sealing import Seal, read_key
from app.access.signing import read
from app.interactions.context import House
from app.settings import Settings
from app.store.database import Database
from app.worker import schedule
from app.worker.channels import open_channels
from app.worker.jobs import build
from app.worker.schedule import Duties, prepare
from tests.fixtures.resources import Woman
from tests.fixtures.server import Person, Server
from tests.fixtures.services import Services

T = TypeVar("T")
DUE = "SELECT 1 FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, now()) <= now() LIMIT 1"
ROOT = Path(__file__).parents[2]


@dataclass
class Crew:
    """Works for ``server``, with ``services`` as the other systems."""

    server: Server
    services: Services
    settings: Settings
    children: list[processes.Child] = field(default_factory=list)

    def person(self, role: str, **wish: Any) -> Person:
        return self.server.person(role, **wish)

    def rows(self, sql: str) -> list[str]:
        return self.server.database.rows(sql)

    def deliveries(self, woman: Woman, kind: str = "critical-information") -> list[str]:
        """State, attempts, whether a token is kept, and the error of each message, oldest first."""
        return self.rows(
            "SELECT state, attempts, token IS NOT NULL, coalesce(error, '') FROM delivery"
            f" WHERE patient = '{woman.id}' AND kind = '{kind}' ORDER BY created, id"
        )

    def flags(self, woman: Woman, person: Person | None = None) -> list[dict[str, Any]]:
        """Her Flags as ``person`` (a midwife) finds them."""
        answer = (person or self.person("midwife")).get(f"/Flag?patient={woman.id}")
        assert answer.status_code == 200, answer.text
        return [
            row["resource"]
            for row in answer.json().get("entry", [])
            if row["resource"]["resourceType"] == "Flag"
        ]

    def told(self, service: str, woman: Woman) -> list[dict[str, Any]]:
        """What ``service`` did about her."""
        who = "patient" if service == "kjernejournal" else "recipient"
        effects = self.services.effects(service)
        return [row for row in effects if row.get("notice", row)[who] == woman.number]

    # A worker in this process

    def duty(self, story: Callable[[Duties], Awaitable[T]]) -> T:
        """What ``story`` gives with an open queue and database."""

        async def told() -> T:
            async with self._opened() as duties:
                return await story(duties)

        return asyncio.run(told())

    def work(self) -> None:
        """Run the jobs that are due, and those that they lead to at once."""

        async def run(duties: Duties) -> None:
            duties.app.periodic_registry.periodic_tasks.clear()
            await schedule.follow(duties)
            while self.rows(DUE):
                await duties.app.run_worker_async(
                    wait=False,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    concurrency=4,
                    listen_notify=False,
                )
                await schedule.follow(duties)

        self.duty(run)

    @asynccontextmanager
    async def _opened(self) -> Any:
        consent = self.settings.participation == "consent"
        database = Database(self.settings.database_url, connections=3, consent_required=consent)
        await database.start()
        try:
            seal = Seal(read_key(self.settings.server_key_file))
            house = House(self.settings, database, seal, read(self.settings.notification_key_file))
            async with open_channels(self.settings) as channels:
                app = build(house, channels)
                async with app.open_async():
                    yield prepare(house, app, channels)
        finally:
            await database.stop()

    # A worker of its own

    def start(self) -> processes.Child:
        """The command ``helsekort worker``, configured by its environment alone."""
        environment = {
            f"HELSEKORT_{row.name.upper()}": as_text(self.settings, row.name) for row in fields(Settings)
        }
        environment = {name: value for name, value in environment.items() if value}
        environment |= {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "sandbox"))),
        }
        log = self.services.folder / "logs" / f"worker-{len(self.children)}.log"
        command = [sys.executable, "-m", "app.cli", "worker"]
        child = processes.start("worker", command, log, environment=environment)
        self.children.append(child)
        return child

    def stop(self) -> None:
        for child in self.children:
            child.stop()


def as_text(settings: Settings, name: str) -> str:
    value = getattr(settings, name)
    return "" if name == "pilot" else str(value).lower() if isinstance(value, bool) else str(value)


def wait_for(what: Callable[[], T], patience: float = 10.0) -> T:
    """What ``what`` gives as soon as it is true."""
    deadline = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found


__all__ = ["Crew", "wait_for"]
