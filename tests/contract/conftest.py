"""A server that keeps a resource of every type, and what it says of itself."""

import json
from typing import Any

import pytest

from tests.contract.examples import Json, keep_all
from tests.fixtures.server import Person, Server
from tests.fixtures.services import services

__all__ = ["services"]


@pytest.fixture(scope="module")
def harness(server: Server) -> Person:
    return server.person("harness", bearer=True)


@pytest.fixture(scope="module")
def kept(harness: Person) -> dict[str, Json]:
    """A stored resource of every type."""
    found = keep_all(harness)
    event: Any = harness.get("/AuditEvent?_count=1").json()["entry"][0]["resource"]
    return found | {"AuditEvent": event}


@pytest.fixture(scope="module")
def statement(server: Server) -> Json:
    answer = server.client.get(f"{server.fhir}/metadata")
    assert answer.status_code == 200
    found: Json = json.loads(answer.content)
    return found


@pytest.fixture(scope="module")
def claims(statement: Json) -> dict[str, Json]:
    """What is claimed of each type."""
    return {row["type"]: row for row in statement["rest"][0]["resource"]}
