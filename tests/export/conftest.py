"""One world a module: two women, their carers and strangers."""

import pytest

from tests.access.world import World, made
from tests.fixtures.server import Server


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


@pytest.fixture(autouse=True)
def nothing_runs(server: Server) -> None:
    """Every test begins with all places free."""
    server.database.rows("UPDATE export SET state = 'failed' WHERE state = 'running'")
