"""Reads that share a commit: each has its own answer and row, and none spoils another's."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import asyncpg
import pytest

from app.fhir.outcome import Unavailable
from app.store.flights import Flights, Values
from app.store.statement import Flight, Statement
from tests.fixtures.resources import a_patient, new_number
from tests.fixtures.server import Person, Server

ONE = Statement("one", ("audit_id",), Flight(1, 3))


class Hall:
    """A database that lets flights go only when told, and fails for who is named ``bad``."""

    def __init__(self, error: Exception | None = None) -> None:
        self.gate = asyncio.Event()
        self.flown: list[list[str]] = []
        self.error = error

    async def run(self, _statement: Statement, several: Sequence[Values]) -> list[Any]:
        names = [values["audit_id"] for values in several]
        self.flown.append(names)
        await self.gate.wait()
        if self.error and "bad" in names:
            raise self.error
        return [{"of": name, "n": n} for name in names for n in range(2)]


async def _all(hall: Hall, *names: str) -> list[Any]:
    flights = Flights(hall.run)
    asked = [asyncio.create_task(flights.fetch(ONE, {"audit_id": name})) for name in names]
    await asyncio.sleep(0)
    hall.gate.set()
    found = await asyncio.gather(*asked, return_exceptions=True)
    assert not flights._lines
    return found


def test_who_waits_flies_together_and_each_gets_all_rows_of_its_own() -> None:
    async def play() -> None:
        hall = Hall()
        found = await _all(hall, "a", "b", "c", "d", "e")
        assert hall.flown == [["a"], ["b", "c", "d"], ["e"]]
        assert [[row["of"] for row in rows] for rows in found] == [[name] * 2 for name in "abcde"]

    asyncio.run(play())


@pytest.mark.parametrize(
    ("error", "alone"),
    [
        (asyncpg.UniqueViolationError("twice"), True),
        (Unavailable("too slow", code="timeout"), True),
        (Unavailable("lost"), False),
    ],
)
def test_an_error_of_one_is_its_own_and_a_lost_database_everybodys(error: Exception, alone: bool) -> None:
    async def play() -> None:
        found = await _all(Hall(error), "a", "b", "bad", "c")
        assert found[2] is error
        assert [isinstance(rows, list) for rows in found] == [True, alone, False, alone]

    asyncio.run(play())


def test_who_leaves_keeps_nobody_waiting() -> None:
    async def play() -> None:
        hall = Hall()
        flights = Flights(hall.run)
        asked = [asyncio.create_task(flights.fetch(ONE, {"audit_id": name})) for name in "abc"]
        await asyncio.sleep(0)
        asked[0].cancel()
        asked[1].cancel()
        hall.gate.set()
        assert [row["of"] for row in await asked[2]] == ["c", "c"]

    asyncio.run(play())


def _twice(server: Server, person: Person, path: str) -> dict[str, str]:
    """Headers that may be used once: a token and its proof."""
    token = server.token(person.wish)
    proof = server.issuers.proof("GET", f"{server.fhir}{path}", token)
    return {"Authorization": f"DPoP {token}", "DPoP": proof}


def test_of_many_at_once_each_is_answered_its_own_and_logged(server: Server) -> None:
    harness = server.person("harness")
    women = [harness.post("/Patient", a_patient(new_number())).json()["id"] for _ in range(6)]
    once = _twice(server, harness, f"/Patient/{women[0]}")

    def ask(n: int) -> tuple[str, Any]:
        if n % 20 == 0:
            return women[0], harness.get(f"/Patient/{women[0]}", **once)
        return women[n % 6], harness.get(f"/Patient/{women[n % 6]}")

    with ThreadPoolExecutor(20) as crowd:
        answers = list(crowd.map(ask, range(120)))
    refused = [answer for _id, answer in answers if answer.status_code == 401]
    assert len(refused) == 5, "of six uses of one proof, one is let in"
    assert all(answer.json()["id"] == id_ for id_, answer in answers if answer.status_code == 200)
    for id_, answer in answers:
        row = server.audit(answer.headers["X-Request-Id"])
        told = [shown[1] for shown in row["result"]["shown"]]
        assert told == ([id_] if answer.status_code == 200 else [])
    ids = ", ".join(f"'{answer.headers['X-Request-Id']}'" for _id, answer in answers)
    rows, commits = server.database.rows(
        f"SELECT count(*) || ' ' || count(DISTINCT xmin::text) FROM audit WHERE id IN ({ids})"
    )[0].split()
    assert int(rows) == len(answers) > int(commits), "some shared a commit"
