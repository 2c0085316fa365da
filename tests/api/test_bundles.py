"""Batch and transaction in full: patches, criteria, links and order within a Bundle."""

import base64
import json
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.fixtures.resources import (
    Woman,
    a_patient,
    a_transaction,
    a_weight,
    an_observation,
    entry,
    new_number,
    register,
    urn,
)
from tests.fixtures.server import Person, Server

Json = dict[str, Any]
SYSTEM = "https://epj.example/id"
AMEND = [{"op": "replace", "path": "/status", "value": "amended"}]


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _named(woman: Woman, name: str, kilograms: float = 70.5) -> Json:
    return a_weight(woman.reference, kilograms, identifier=[{"system": SYSTEM, "value": name}])


def _binary(patch: object, kind: str = "application/json-patch+json") -> Json:
    data = base64.b64encode(json.dumps(patch).encode()).decode()
    return {"resourceType": "Binary", "contentType": kind, "data": data}


def _asks(method: str, url: str, resource: Json | None = None, **more: Any) -> Json:
    asked: Json = {"request": {"method": method, "url": url, **more}}
    return asked if resource is None else {**asked, "resource": resource}


def _fhirpath(code: str) -> Json:
    parts = [
        {"name": "type", "valueCode": "replace"},
        {"name": "path", "valueString": "Observation.status"},
        {"name": "value", "valueCode": code},
    ]
    return {"resourceType": "Parameters", "parameter": [{"name": "operation", "part": parts}]}


def _statuses(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [part["response"]["status"] for part in answer.json()["entry"]]


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_everything_that_can_be_asked_for(server: Server, caller: Person, woman: Woman, kind: str) -> None:
    names = [urn() for _ in range(4)]
    for name in names[:3]:
        caller.post("/Observation", _named(woman, name))
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    urls = [f"Observation?identifier={SYSTEM}|{name}" for name in names]
    body = a_transaction(
        _asks("GET", urls[0]),
        _asks("PATCH", f"Observation/{made['id']}", _fhirpath("corrected"), ifMatch='W/"1"'),
        _asks("PATCH", urls[0], _binary(AMEND)),
        _asks("PUT", urls[1], _named(woman, names[1], 81)),
        _asks("POST", "Observation", _named(woman, names[2]), ifNoneExist=f"identifier={SYSTEM}|{names[2]}"),
        _asks("POST", "Observation", _named(woman, names[3]), ifNoneExist=f"identifier={SYSTEM}|{names[3]}"),
        kind=kind,
    )
    answer = caller.post("", body)
    assert _statuses(answer) == ["200", "200", "200", "200", "200", "201"]
    search, patched, amended, updated, met, created = (row["resource"] for row in answer.json()["entry"])
    assert search["entry"][0]["resource"]["status"] == ("amended" if kind == "transaction" else "final")
    assert (patched["status"], amended["status"]) == ("corrected", "amended")
    assert updated["valueQuantity"]["value"] == 81
    assert [row["meta"]["versionId"] for row in (patched, updated, met, created)] == ["2", "2", "1", "1"]
    deleted = caller.post("", a_transaction(_asks("DELETE", urls[3]), kind=kind))
    assert _statuses(deleted) == ["204"]
    assert caller.get(f"/Observation/{created['id']}").status_code == 410


def test_links_lead_to_what_was_met_and_made(caller: Person, woman: Woman) -> None:
    known, new = urn(), urn()
    there = caller.post("/Observation", _named(woman, known)).json()
    urls = [urn(), urn()]
    links = "".join(f'<a href="{url}">x</a>' for url in urls)
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{links}</div>'
    focus = [
        {"reference": urls[0]},
        {"reference": urls[1]},
        {"reference": f"Observation?identifier={SYSTEM}|{known}"},
        {"reference": f"Observation?identifier={SYSTEM}|{new}"},
    ]
    pointing = an_observation(
        woman.reference, "9279-1", focus=focus, text={"status": "generated", "div": div}
    )
    answer = caller.post(
        "",
        a_transaction(
            entry(pointing),
            {
                "fullUrl": urls[0],
                **_asks(
                    "POST", "Observation", _named(woman, known), ifNoneExist=f"identifier={SYSTEM}|{known}"
                ),
            },
            entry(_named(woman, new), urls[1]),
        ),
    )
    assert _statuses(answer) == ["201", "200", "201"]
    found, met, made = (row["resource"] for row in answer.json()["entry"])
    assert met["id"] == there["id"]
    names = [f"Observation/{there['id']}", f"Observation/{made['id']}"]
    assert [row["reference"] for row in found["focus"]] == names * 2
    assert all(f'href="{name}"' in found["text"]["div"] for name in names)


def test_a_number_in_a_url_is_refused_and_in_if_none_exist_it_is_masked(
    server: Server, caller: Person, woman: Woman
) -> None:
    for number in (f"identifier={codes.FNR}|{woman.number}", f"identifier={codes.FNR}|"):
        pointing = a_weight(f"Patient?{number}")
        for bad in (
            _asks("PUT", f"Patient?{number}", a_patient(woman.number)),
            _asks("DELETE", f"Patient?{number}"),
            _asks("POST", "Observation", pointing),
        ):
            answer = caller.post("", a_transaction(bad))
            assert answer.status_code == 400, answer.text
            assert answer.json()["issue"][0]["code"] == "security"
            row = server.audit(answer.headers["x-request-id"])
            assert woman.number not in answer.text + json.dumps(row)
    number = new_number()
    new = _asks("POST", "Patient", a_patient(number), ifNoneExist=f"identifier={codes.FNR}|{number}")
    first, again = (caller.post("", a_transaction(new)) for _ in range(2))
    assert (_statuses(first), _statuses(again)) == (["201"], ["200"])
    row = server.audit(again.headers["x-request-id"])
    assert "identifier=" in row["request"]["query"]
    assert number not in json.dumps(row)


def test_one_identity_named_twice(caller: Person, woman: Woman) -> None:
    name = urn()
    made = caller.post("/Observation", _named(woman, name)).json()
    url, body = f"Observation?identifier={SYSTEM}|{name}", _named(woman, name, 80)
    own = f"Observation/{made['id']}"
    for twice in (
        (_asks("PUT", url, body), _asks("PATCH", own, _binary(AMEND))),
        (_asks("PUT", url, body), _asks("PUT", url, body)),
        (_asks("DELETE", own), _asks("PUT", url, body)),
        (
            _asks("POST", "Observation", body, ifNoneExist=url.partition("?")[2]),
            _asks("PUT", own, {**body, "id": made["id"]}),
        ),
    ):
        answer = caller.post("", a_transaction(*twice))
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (400, "duplicate"), answer.text
    assert caller.get(f"/{own}").json()["meta"]["versionId"] == "1"


@pytest.mark.parametrize(
    ("request_", "resource", "status"),
    [
        ({"method": "PATCH", "url": "Observation/{id}"}, _binary(AMEND, "text/plain"), 415),
        ({"method": "PATCH", "url": "Observation/{id}"}, {**_binary(AMEND), "data": "%"}, 400),
        ({"method": "PATCH", "url": "Observation/{id}"}, a_weight("Patient/1"), 400),
        (
            {"method": "PATCH", "url": "Observation/{id}"},
            _binary([{"op": "remove", "path": "/nothing"}]),
            422,
        ),
        ({"method": "PATCH", "url": "Observation/{id}", "ifMatch": 'W/"9"'}, _binary(AMEND), 412),
        ({"method": "PATCH", "url": "Observation?code=none|such"}, _binary(AMEND), 404),
        ({"method": "PATCH", "url": "Observation"}, _binary(AMEND), 400),
        ({"method": "DELETE", "url": "Observation?"}, None, 400),
        ({"method": "DELETE", "url": "Observation?colour=blue"}, None, 400),
        ({"method": "PUT", "url": "Observation/{id}?code=x"}, a_weight("Patient/1"), 400),
        ({"method": "POST", "url": "Observation?code=x"}, a_weight("Patient/1"), 400),
        ({"method": "POST", "url": "Observation", "ifNoneExist": 7}, a_weight("Patient/1"), 400),
        ({"method": "POST", "url": "Observation", "ifNoneExist": ""}, a_weight("Patient/1"), 400),
        ({"method": "GET", "url": "Observation/{id}", "ifModifiedSince": "yesterday"}, None, 400),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_stored(
    caller: Person, woman: Woman, request_: Json, resource: Json | None, status: int
) -> None:
    name = urn()
    made = caller.post("/Observation", _named(woman, name)).json()
    asked = {**request_, "url": request_["url"].format(id=made["id"])}
    bad: Json = {"request": asked} if resource is None else {"request": asked, "resource": resource}
    other = urn()
    answer = caller.post("", a_transaction(entry(_named(woman, other)), bad))
    assert answer.status_code == status, answer.text
    told = answer.json()["issue"][0]
    assert "Bundle.entry[1]" in told["diagnostics"] + "".join(told.get("expression", ()))
    found = caller.get(f"/Observation?identifier={SYSTEM}|{name},{SYSTEM}|{other}").json()["entry"]
    assert [row["resource"]["meta"]["versionId"] for row in found] == ["1"]


def test_what_the_client_has_and_prefers(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference))
    url = made.json()["meta"]["lastUpdated"]
    asked = _asks("GET", f"Observation/{made.json()['id']}", ifModifiedSince=url)
    assert _statuses(caller.post("", a_transaction(asked, kind="batch"))) == ["304"]
    new = a_transaction(_asks("POST", "Observation", a_weight(woman.reference)))
    least = caller.post("", new, Prefer="return=minimal").json()["entry"][0]
    assert "resource" not in least
    assert least["response"]["etag"] == 'W/"1"'
    told = caller.post("", new, Prefer="return=OperationOutcome").json()["entry"][0]
    assert told["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert "resource" not in told
