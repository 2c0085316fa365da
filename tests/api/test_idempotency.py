"""Idempotency-Key: a write that is asked for again is answered again and done once."""

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import httpx
import pytest
from helsekort_sandbox import mocks

from app.main import create_app
from tests.fixtures.identity import Serving
from tests.fixtures.resources import (
    Woman,
    a_patient,
    a_transaction,
    a_weight,
    an_episode,
    entry,
    new_number,
    register,
    urn,
)
from tests.fixtures.server import Person, Server

PATCH = [{"op": "replace", "path": "/status", "value": "amended"}]
TOLD = ("location", "etag", "last-modified")


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _key() -> dict[str, str]:
    return {"Idempotency_Key": str(uuid.uuid4())}


def _same(first: httpx.Response, again: httpx.Response) -> None:
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert [again.headers.get(name) for name in TOLD] == [first.headers.get(name) for name in TOLD]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_every_write_is_done_once(server: Server, caller: Person, woman: Woman) -> None:
    key, body = _key(), a_weight(woman.reference)
    first = caller.post("/Observation", body, **key)
    assert first.status_code == 201
    path = f"/Observation/{first.json()['id']}"
    _same(first, caller.post("/Observation", body, **key))
    assert caller.get(f"{path}/_history").json()["total"] == 1
    changed, update = {**first.json(), "status": "amended"}, _key()
    _same(caller.put(path, changed, **update), caller.put(path, changed, **update))
    patch = {**_key(), "Content_Type": "application/json-patch+json"}
    patched = caller.request("PATCH", path, PATCH, **patch)
    assert patched.json()["meta"]["versionId"] == "3"
    _same(patched, caller.request("PATCH", path, PATCH, **patch))
    again = caller.post("/Observation", body, **key)
    _same(first, again)  # what was made then, whatever became of it
    shown = server.audit(again.headers["x-request-id"])
    assert shown["request"]["replayed"] == "true"
    assert shown["result"]["shown"][0][:3] == ["Observation", first.json()["id"], 1]
    gone = _key()
    deleted = caller.delete(path, **gone)
    assert deleted.status_code == 204
    _same(deleted, caller.delete(path, **gone))
    assert caller.get(f"{path}/_history").json()["total"] == 4


def test_a_transaction_is_done_once(server: Server, caller: Person) -> None:
    key, first = _key(), urn()
    body = a_transaction(entry(a_patient(new_number()), first), entry(an_episode(first)))
    made, again = (caller.post("", body, **key) for _ in range(2))
    assert made.status_code == 200, made.text
    assert again.json()["entry"] == made.json()["entry"]
    assert again.headers["idempotency-replayed"] == "true"
    parts = server.database.rows(
        f"SELECT count(*) FROM audit WHERE request::json->>'part' = '{again.headers['x-request-id']}'"
    )
    assert parts == ["1"], "the second resource is shown by a row of its own"


def test_another_request_under_the_same_key(server: Server, caller: Person, woman: Woman) -> None:
    key, body = _key(), a_weight(woman.reference)
    made = caller.post("/Observation", body, **key)
    for other in (
        caller.post("/Observation", {**body, "status": "preliminary"}, **key),
        caller.post("/Observation", body, If_None_Exist="code=none|such", **key),
        caller.delete(f"/Observation/{made.json()['id']}", **key),
    ):
        assert other.status_code == 422
        assert key["Idempotency_Key"] in other.json()["issue"][0]["diagnostics"]
    assert caller.get(f"/Observation/{made.json()['id']}").status_code == 200
    nurse = server.person("nurse")
    own = nurse.post("/Observation", body, **key)
    assert own.status_code != 422, "a key belongs to its caller"
    assert "idempotency-replayed" not in own.headers


def test_a_refusal_is_not_remembered(caller: Person, woman: Woman) -> None:
    key, made = _key(), caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    assert caller.put(path, made, If_Match='W/"2"', **key).status_code == 412
    assert caller.put(path, made).status_code == 200
    assert caller.put(path, made, If_Match='W/"2"', **key).status_code == 200


def test_twenty_at_once_are_one(caller: Person, woman: Woman) -> None:
    key, name = _key(), urn()
    body = a_weight(woman.reference, identifier=[{"system": "https://epj.example/id", "value": name}])
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: caller.post("/Observation", body, **key), range(20)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" in answer.headers for answer in answers) == 19
    found = caller.get(f"/Observation?identifier=https://epj.example/id|{name}&_summary=count")
    assert found.json()["total"] == 1


def test_another_process_remembers(server: Server, caller: Person, woman: Woman) -> None:
    key, body = _key(), a_weight(woman.reference)
    first = caller.post("/Observation", body, **key)
    listener = mocks.listen()
    with (
        Serving(create_app(replace(server.settings, base_url=mocks.address(listener))), listener),
        httpx.Client(timeout=20) as client,
    ):
        other = replace(server, base=mocks.address(listener), client=client).person("midwife")
        again = other.post("/Observation", body, **key)
    assert (again.status_code, again.content) == (201, first.content)


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 129])
def test_keys_that_are_none(caller: Person, woman: Woman, key: str) -> None:
    answer = caller.post("/Observation", a_weight(woman.reference), Idempotency_Key=key)
    assert answer.status_code == 400


def test_no_number_in_a_key_and_no_key_for_a_batch(server: Server, caller: Person, woman: Woman) -> None:
    refused = caller.post("/Observation", a_weight(woman.reference), Idempotency_Key=f"w-{woman.number}")
    assert (refused.status_code, refused.json()["issue"][0]["code"]) == (400, "security")
    assert woman.number not in refused.text + json.dumps(server.audit(refused.headers["x-request-id"]))
    batch = a_transaction(entry(a_weight(woman.reference)), kind="batch")
    assert caller.post("", batch, **_key()).status_code == 400
