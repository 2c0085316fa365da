"""The mock kjernejournal: once for each event, from a clinician in person, and its log counts every effect."""

import http.client
import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest
from helsekort_sandbox import keys, tokens
from helsekort_sandbox.people import WOMEN
from helsekort_sandbox.state import Sandbox

from tests.sandbox.conftest import Answer, Server, send

NIN = WOMEN["main"].number
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "verificationStatus": {"coding": [{"code": "confirmed"}]},
    "code": {"text": "Penicillin"},
    "patient": {"identifier": {"value": NIN}},
}


class Register:
    """Kjernejournal as a midwife's system sees it."""

    def __init__(self, sandbox: Sandbox, server: Server, token: str) -> None:
        self.url = f"{sandbox.kjernejournal}/critical-information/v1"
        self.server, self.token = server, token
        self.control = sandbox.kjernejournal

    def post(
        self, event: str, body: Any = ALLERGY, *, token: str = "", path: str = "", **headers: str
    ) -> Answer:
        method = "PUT" if path else "POST"
        url = f"{self.url}/{path or 'AllergyIntolerance'}"
        sent = self.headers(event) | {name.replace("_", "-"): value for name, value in headers.items()}
        return self.server.call(method, url, token or self.token, body, **sent)

    def get(self, kind: str = "AllergyIntolerance") -> Any:
        return self.server.call("GET", f"{self.url}/{kind}", self.token, **self.headers("read")).json

    @staticmethod
    def headers(event: str) -> dict[str, str]:
        role = {"system": "urn:oid:2.16.578.1.12.4.1.1.9060", "code": "JO"}
        return {
            "nhn-user-role": urllib.parse.quote(json.dumps(role)),
            "nhn-source-system": "Helsekort 0.1",
            "nhn-patient-nin": NIN,
            "nhn-event-id": event,
        }

    def log(self, event: str) -> list[dict[str, Any]]:
        entries = send("GET", f"{self.control}/_log").json["entries"]
        return [entry for entry in entries if entry.get("event") == event]

    def faults(self, **wanted: Any) -> None:
        assert send("POST", f"{self.control}/_faults", body=json.dumps(wanted).encode()).status == 200


@pytest.fixture
def register(sandbox: Sandbox, server: Server, midwife_token: str) -> Iterator[Register]:
    exchanged = server.exchanged(midwife_token).json["access_token"]
    register = Register(sandbox, server, exchanged)
    yield register
    register.faults(errorRate=0)


def test_registration_is_found_again(register: Register) -> None:
    answer = register.post("found-again")
    assert answer.status == 201
    assert answer.json["code"] == {"text": "Penicillin"}
    found = [entry["resource"]["id"] for entry in register.get()["entry"]]
    assert answer.json["id"] in found
    status = register.server.call("POST", f"{register.url}/status", register.token, {"nin": NIN}).json
    assert status["hasCriticalInformation"] is True


def test_same_event_has_one_effect_and_two_lines(register: Register) -> None:
    first, second = register.post("twice"), register.post("twice")
    assert (first.status, second.status) == (201, 201)
    assert first.json == second.json
    assert [entry["effect"] for entry in register.log("twice")] == [True, False]


def test_same_event_with_another_body_is_a_conflict(register: Register) -> None:
    assert register.post("reused").status == 201
    assert register.post("reused", ALLERGY | {"code": {"text": "Lateks"}}).status == 409


def test_update_makes_a_new_version(register: Register) -> None:
    made = register.post("first-version").json
    path = f"AllergyIntolerance/{made['id']}"
    changed = register.post("second-version", ALLERGY | {"code": {"text": "Amoksicillin"}}, path=path)
    assert (changed.status, changed.json["meta"]["versionId"], changed.json["id"]) == (200, "2", made["id"])
    assert register.post("no-such", path="AllergyIntolerance/unknown").status == 404


def test_machine_token_is_refused(register: Register, server: Server) -> None:
    machine = server.token().json["access_token"]
    refusal = register.post("machine", token=machine)
    assert refusal.status == 403
    assert "in person" in refusal.text
    assert register.log("machine") == []
    assert register.post("person").status == 201  # the positive control
    url = f"{register.url}/status"
    assert server.call("POST", url, machine, {"nin": NIN}).status == 200  # only asking is for machines too


def test_clinicians_own_token_has_another_audience(register: Register, sandbox: Sandbox) -> None:
    key = tokens.proof_key(sandbox, "midwife")
    own = tokens.mint(sandbox, tokens.Wish("midwife"))
    answer = Server(sandbox.helseid, key).call(
        "POST", f"{register.url}/AllergyIntolerance", own, ALLERGY, **register.headers("own-token")
    )
    assert answer.status == 401
    assert "iss or aud" in answer.headers["www-authenticate"]


def test_stolen_and_unbound_tokens_are_refused(register: Register, sandbox: Sandbox) -> None:
    thief = Server(sandbox.helseid, keys.generate())
    url = f"{register.url}/AllergyIntolerance"
    assert thief.call("POST", url, register.token, ALLERGY, **register.headers("stolen")).status == 401
    bearer = {"Authorization": f"Bearer {register.token}", **register.headers("bearer")}
    assert send("POST", url, bearer, json.dumps(ALLERGY).encode()).status == 401
    proof = keys.proof(register.server.key, "POST", url, register.token)
    sent = {"Authorization": f"DPoP {register.token}", "DPoP": proof, **register.headers("replayed")}
    assert send("POST", url, sent, json.dumps(ALLERGY).encode()).status == 201
    assert send("POST", url, sent, json.dumps(ALLERGY).encode()).status == 401


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (ALLERGY | {"resourceType": "Condition"}, 400),
        ([], 400),
        ({name: value for name, value in ALLERGY.items() if name != "code"}, 422),
        (ALLERGY | {"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}, 422),
        (ALLERGY | {"patient": {"identifier": {"value": WOMEN["twins"].number}}}, 422),
    ],
)
def test_wrong_bodies(register: Register, body: Any, status: int) -> None:
    assert register.post("wrong-body", body).status == status
    assert register.log("wrong-body") == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"nhn_event_id": ""}, 400),
        ({"nhn_source_system": "x"}, 400),
        ({"nhn_user_role": "JO"}, 400),
        (
            {
                "nhn_user_role": urllib.parse.quote(
                    '{"system":"urn:oid:2.16.578.1.12.4.1.1.9060","code":"LE"}'
                )
            },
            403,
        ),
    ],
)
def test_wrong_headers(register: Register, headers: dict[str, str], status: int) -> None:
    assert register.post("wrong-headers", **headers).status == status


def test_fault_before_the_effect(register: Register) -> None:
    register.faults(status=503, count=1)
    assert register.post("fault").status == 503
    assert register.post("fault").status == 201
    assert [entry["effect"] for entry in register.log("fault")] == [True]


def test_answer_lost_after_the_effect(register: Register) -> None:
    register.faults(dropAfterEffect=True, count=1)
    with pytest.raises((http.client.HTTPException, ConnectionError)):
        register.post("lost")
    retried = register.post("lost")
    assert retried.status == 201
    assert [entry["effect"] for entry in register.log("lost")] == [True, False]


def test_unknown_fault_is_named(sandbox: Sandbox) -> None:
    answer = send("POST", f"{sandbox.kjernejournal}/_faults", body=b'{"chaos": 1}')
    assert (answer.status, answer.json) == (400, {"error": "Unknown: chaos"})
