"""One caller for all of a module's tests: the sandbox's harness, who may keep any resource under any id."""

import pytest

from tests.fixtures.server import Server
from tests.search.asking import Asker


@pytest.fixture(scope="module")
def asker(server: Server) -> Asker:
    return Asker(server.person("harness", bearer=True))
