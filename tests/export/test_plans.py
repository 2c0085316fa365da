"""No step of an export reads a large table from end to end."""

import json
from typing import Any

import pytest

from app.access.caller import Role
from app.fhir.query import parse
from app.interactions.context import House
from app.store import export_files, export_steps
from app.store.export_sql import OTHERS, WOMEN
from app.store.statement import Statement
from tests.access.world import orgnr
from tests.fixtures.crowd import a_crowd
from tests.fixtures.exports import with_house
from tests.fixtures.server import Server

LARGE = {
    "resource",
    "resource_version",
    "relation",
    "export_chunk",
    "index_token",
    "index_date",
    "person",
    "audit",
}
FILTER = parse("Observation", [("code", "http://loinc.org|29463-7"), ("date", "ge2026-01-01")], in_url=True)
ROLES = [Role.MIDWIFE, Role.NURSE, Role.OPERATOR, Role.HARNESS]


@pytest.fixture(scope="module", autouse=True)
def crowd(server: Server) -> None:
    a_crowd(server.database, "plans", orgnr("midwives-a"), women=1500, observations=10)


def nodes(plan: Any) -> Any:
    yield plan
    for child in plan.get("Plans", ()):
        yield from nodes(child)


def scanned(server: Server, statement: Statement) -> set[str]:
    """The large tables that the statement's generic plan reads from end to end."""

    async def story(house: House) -> Any:
        async with house.database.connection() as connection:
            prepared = await connection.raw.prepare(statement.sql)
            values = [None] * len(prepared.get_parameters())
            await connection.raw.execute(f"PREPARE asked AS {statement.sql}")
            given = ", ".join("NULL" for _ in values)
            rows = await connection.raw.fetch(f"EXPLAIN (FORMAT JSON) EXECUTE asked({given})")
            return json.loads(rows[0][0])

    (plan,) = with_house(server.settings, story)
    return {
        row["Relation Name"]
        for row in nodes(plan["Plan"])
        if row["Node Type"] == "Seq Scan" and row["Relation Name"] in LARGE
    }


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("stage", [WOMEN, OTHERS])
@pytest.mark.parametrize("filters", [(), (FILTER,)], ids=["all", "filtered"])
def test_a_step(server: Server, role: Role, stage: str, filters: Any) -> None:
    statement, _ = export_steps._statement(role, stage, filters)
    assert scanned(server, statement) == set()


def test_what_is_read_from_end_to_end_is_seen(server: Server) -> None:
    statement = Statement("SELECT count(*) FROM resource WHERE status = $1", ("status",))
    assert scanned(server, statement) == {"resource"}


@pytest.mark.parametrize("role", ROLES)
def test_the_next_women(server: Server, role: Role) -> None:
    assert scanned(server, export_steps._women(role)) == set()


@pytest.mark.parametrize("role", ROLES)
def test_fetching(server: Server, role: Role) -> None:
    assert scanned(server, export_files._page(role)) == set()
    assert scanned(server, export_files._open(role)) == set()
