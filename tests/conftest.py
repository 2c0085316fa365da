"""Fixtures for all: a real database, real issuers, a real server.

Property tests are not timed, since a busy machine must not fail them, and draw the same examples at every run, so that
what fails was changed; ``check-long`` draws new ones.
"""

from hypothesis import settings

from tests.fixtures.database import cluster, database
from tests.fixtures.identity import issuers
from tests.fixtures.server import caller, server

__all__ = ["caller", "cluster", "database", "issuers", "server"]

settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("new", deadline=None, max_examples=500)
settings.load_profile("same")
