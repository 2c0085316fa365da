"""A server whose pilot lists a receiver's addresses, and a worker for it in this process."""

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from helsekort_sandbox import mocks, people

from app.main import create_app
from app.registrations import read_pilot
from tests.fixtures.database import TestDatabase
from tests.fixtures.identity import Issuers, Serving
from tests.fixtures.server import Server, settings_of
from tests.subscriptions.receiver import Receiver
from tests.subscriptions.subscribers import Telling

SYSTEMS = [f"epj-{key}" for key in people.ORGANIZATIONS]


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.stop()


@pytest.fixture(scope="module")
def server(
    database: TestDatabase, issuers: Issuers, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    listener = mocks.listen()
    base, folder = mocks.address(listener), tmp_path_factory.mktemp("server")
    settings = settings_of(database, issuers, folder, base)
    pilot = people.pilot()
    for client in SYSTEMS:
        pilot["endpoints"] += [
            {"client": client, "url": f"{receiver.base}/hooks"},
            {"client": client, "url": f"{receiver.base}/whole", "full": True},
        ]
    (folder / "pilot.json").write_text(json.dumps(pilot))
    settings = replace(
        settings, pilot=read_pilot(str(folder / "pilot.json")), pilot_file=str(folder / "pilot.json")
    )
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        yield Server(base, settings, database, issuers, client, {})


@pytest.fixture
def telling(server: Server, receiver: Receiver) -> Iterator[Telling]:
    """Every test begins with an endpoint that answers, and without other subscriptions."""
    receiver.answers.clear()
    receiver.always = type(receiver.always)()
    yield Telling(server, receiver)
    server.database.rows("UPDATE resource SET deleted = true WHERE type = 'Subscription'")
