"""Fixtures for all: a real database, real issuers, a real server."""

from tests.fixtures.database import cluster, database
from tests.fixtures.identity import issuers
from tests.fixtures.server import caller, server

__all__ = ["caller", "cluster", "database", "issuers", "server"]
