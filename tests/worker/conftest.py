"""A server whose issuers are the running mocks, and a worker for it: in this process, or as one of its own."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fixtures.identity import Issuers
from tests.fixtures.server import Server
from tests.fixtures.services import Services, issuers_of, services
from tests.worker.crew import Crew

__all__ = ["services"]


@pytest.fixture(scope="session")
def issuers(services: Services) -> Issuers:
    return issuers_of(services)


@pytest.fixture(scope="module")
def crew(server: Server, services: Services) -> Iterator[Crew]:
    settings = replace(
        server.settings,
        client_key_file=services.key_file,
        kjernejournal_url=services.kjernejournal_url,
        helsenorge_url=services.helsenorge_url,
        helsenorge_active_url=services.helsenorge_active_url,
        persontjenesten_url=services.persontjenesten_url,
        gp_register_url=services.gp_register_url,
        hpr_url=services.hpr_url,
        address_register_url=services.address_register_url,
        pilot_file=str(Path(server.settings.server_key_file).with_name("pilot.json")),
    )
    crew = Crew(server, services, settings)
    yield crew
    crew.stop()


@pytest.fixture(autouse=True)
def well(services: Services) -> None:
    """Every test begins with services that answer."""
    services.fail("kjernejournal")
    services.fail("helsenorge")
    services.fail("persontjenesten")


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the next attempt comes when a test says so; a worker of its own keeps its real waits."""
    monkeypatch.setattr("app.worker.deliveries._FIRST_WAIT", 60.0)
