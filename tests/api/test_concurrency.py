"""Many clients at once: nothing is lost, doubled or half done, and no client is told of a race that it could win."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.fixtures.resources import (
    Woman,
    a_patient,
    a_transaction,
    a_weight,
    entry,
    new_number,
    register,
    urn,
)
from tests.fixtures.server import Person, Server

SYSTEM = "https://epj.example/id"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _at_once(count: int, ask: Callable[[int], httpx.Response]) -> list[httpx.Response]:
    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(ask, range(count)))


def test_twenty_conditional_creates_make_one(caller: Person, woman: Woman) -> None:
    name = urn()
    body = a_weight(woman.reference, identifier=[{"system": SYSTEM, "value": name}])
    criteria = f"identifier={SYSTEM}|{name}"
    answers = _at_once(20, lambda _: caller.post("/Observation", body, If_None_Exist=criteria))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert caller.get(f"/Observation?{criteria}&_summary=count").json()["total"] == 1


def test_twenty_conditional_creates_of_a_woman_make_one(caller: Person) -> None:
    number = new_number()
    criteria = f"identifier={codes.FNR}|{number}"
    answers = _at_once(20, lambda _: caller.post("/Patient", a_patient(number), If_None_Exist=criteria))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]


def test_twenty_conditional_updates_make_one_and_change_it(caller: Person, woman: Woman) -> None:
    name = urn()
    body = a_weight(woman.reference, identifier=[{"system": SYSTEM, "value": name}])
    path = f"/Observation?identifier={SYSTEM}|{name}"
    answers = _at_once(20, lambda _: caller.put(path, body))
    assert sorted(answer.status_code for answer in answers) == [200] * 19 + [201]
    assert sorted(int(answer.json()["meta"]["versionId"]) for answer in answers) == list(range(1, 21))


def _increment(caller: Person, path: str) -> int:
    """Add a tenth of a kilogram, trying again until it is in; how many were refused on the way."""
    refused = 0
    while True:
        found = caller.get(path)
        body = found.json()
        body["valueQuantity"]["value"] = round(body["valueQuantity"]["value"] + 0.1, 1)
        answer = caller.put(path, body, If_Match=found.headers["etag"])
        if answer.status_code == 200:
            return refused
        assert answer.status_code == 412, answer.text
        refused += 1


def test_fifty_updates_with_if_match_lose_none(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference, 50.0)).json()
    path = f"/Observation/{made['id']}"
    with ThreadPoolExecutor(10) as threads:
        refused = list(threads.map(lambda _: _increment(caller, path), range(50)))
    found = caller.get(path).json()
    assert found["meta"]["versionId"] == "51"
    assert found["valueQuantity"]["value"] == 55.0
    assert sum(refused) > 0, "nobody was ever late; the test proves nothing"


def test_exactly_one_of_fifty_wins_a_version(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    answers = _at_once(50, lambda _: caller.put(path, made, If_Match='W/"1"'))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 49


def test_updates_without_if_match_all_go_in(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    answers = _at_once(20, lambda _: caller.put(path, made))
    assert [answer.status_code for answer in answers] == [200] * 20
    assert caller.get(path).json()["meta"]["versionId"] == "21"


def _crossing(made: list[dict[str, Any]], n: int) -> dict[str, Any]:
    """A bundle that sets the same weight on all of ``made``, in this order or the other."""
    wanted = made if n % 2 else made[::-1]
    bodies = [{**row, "valueQuantity": {**row["valueQuantity"], "value": 40 + n}} for row in wanted]
    return a_transaction(*(entry(body, method="PUT", url=f"Observation/{body['id']}") for body in bodies))


def test_crossing_transactions_neither_deadlock_nor_half_apply(caller: Person, woman: Woman) -> None:
    made = [caller.post("/Observation", a_weight(woman.reference)).json() for _ in range(6)]

    def rounds(thread: int) -> list[int]:
        return [caller.post("", _crossing(made, 2 * n + thread)).status_code for n in range(30)]

    with ThreadPoolExecutor(2) as threads:
        statuses = [status for row in threads.map(rounds, range(2)) for status in row]
    assert statuses == [200] * 60
    now = [caller.get(f"/Observation/{row['id']}").json() for row in made]
    assert len({row["valueQuantity"]["value"] for row in now}) == 1
    assert {row["meta"]["versionId"] for row in now} == {"61"}
    for version in (2, 30, 61):
        then = [caller.get(f"/Observation/{row['id']}/_history/{version}").json() for row in made]
        assert len({row["valueQuantity"]["value"] for row in then}) == 1
