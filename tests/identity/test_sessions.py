"""People who logged in at HelseID come here: combined positions one organisation at a time, while keys change."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import helseid, keys, mocks, people
from helsekort_sandbox.openid import registered

from app.gateways import keysets
from tests.fixtures.identity import Serving
from tests.fixtures.login import API, Client, client
from tests.fixtures.server import Server
from tests.identity.conftest import why
from tests.sandbox.test_logins import acting_for, attest

MIDWIFE = people.CLINICIANS["midwife-b"]  # municipality and hospital


@dataclass
class House:
    """A mock HelseID with its registered clients, and a server of ours that trusts it."""

    state: Path
    url: str
    server: Server

    def client(self, name: str) -> Client:
        return client(self.state, self.url, name)

    def ask(self, at: Client, token: str, method: str, path: str, body: Any = None) -> httpx.Response:
        url = f"{self.server.fhir}{path}"
        headers = {"Authorization": f"DPoP {token}", "DPoP": keys.proof(at.bound, method, url, token)}
        headers["Content-Type"] = "application/fhir+json"
        return self.server.client.request(method, url, json=body, headers=headers)


@pytest.fixture(scope="module")
def house(starting: Callable[..., Server], tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    state, listener = tmp_path_factory.mktemp("helseid-of-its-own"), mocks.listen()
    url = mocks.address(listener)
    registered.write(state, keys.generate())
    with Serving(helseid.create_app(url, state), listener):
        yield House(state, url, starting(helseid_issuer=url))


def _attest(place: str, service: str) -> dict[str, Any]:
    return attest("JO", place, healthcare_service={"code": service})


def test_a_combined_position_is_one_organisation_in_each_session(house: House) -> None:
    """The same midwife: what the municipality's session opens, the hospital's does not, and neither speaks for both."""
    home, ward = house.client("epj-midwives-b"), house.client("epj-hospital-b")
    tokens = {
        at.client_id: at.logged_in("midwife-b", authorization_details=[_attest(place, service)])[
            "access_token"
        ]
        for at, place, service in ((home, "midwives-b", "KF0104"), (ward, "hospital-b", "S0403"))
    }
    number = people.person_number(people.WOMEN["main"].birth, 640)
    woman = {"resourceType": "Patient", "name": [{"family": "Toplass"}]}
    woman["identifier"] = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number}]
    made = house.ask(home, tokens[home.client_id], "POST", "/Patient", woman)
    assert made.status_code == 201, made.text
    path = f"/Patient/{made.json()['id']}"
    seen = {at.client_id: house.ask(at, tokens[at.client_id], "GET", path) for at in (home, ward)}
    assert {name: answer.status_code for name, answer in seen.items()} == {
        "epj-midwives-b": 200,
        "epj-hospital-b": 404,
    }
    rows = [house.server.audit(answer.headers["x-request-id"])["request"] for answer in seen.values()]
    assert [row["role"] for row in rows] == ["midwife", "hospital"]
    assert {row["hpr"] for row in rows} == {MIDWIFE.hpr}
    assert [row["organizations"][0] for row in rows] == [
        people.ORGANIZATIONS[place].orgnr for place in ("midwives-b", "hospital-b")
    ]


@pytest.mark.parametrize(
    ("place", "service", "reason"),
    [("hospital-b", "S0403", "legal_entity"), ("midwives-b", "S0403", "has no role")],
)
def test_one_position_does_not_lend_the_other_its_service_or_place(
    house: House, place: str, service: str, reason: str
) -> None:
    at = house.client("epj-midwives-b")
    token = at.logged_in("midwife-b", authorization_details=[_attest(place, service)])["access_token"]
    answer = house.ask(at, token, "GET", "/Patient")
    assert (answer.status_code, reason in answer.text) == (403, True), answer.text


@pytest.mark.parametrize(
    ("login", "level", "details", "reason"),
    [
        ("midwife-b", "3", [_attest("midwives-b", "KF0104")], "security level 4"),
        ("midwife-b", "4", [], "nhn:tillitsrammeverk:parameters"),
        ("auditor", "4", [], "hpr_number"),
    ],
)
def test_who_logs_in_too_weakly_or_as_nobody_has_no_role(
    house: House, login: str, level: str, details: list[Any], reason: str
) -> None:
    at = house.client("epj-midwives-b")
    sent = {"authorization_details": details} if details else {}
    token = at.logged_in(login, level=level, **sent)["access_token"]
    answer = house.ask(at, token, "GET", "/Patient")
    assert (answer.status_code, reason in answer.text) == (403, True), answer.text


def test_a_machine_of_the_real_issuer_is_the_organisations_system(house: House) -> None:
    at, place = house.client("epj-gp-b"), people.ORGANIZATIONS["gp-b"]
    form = {"grant_type": "client_credentials", "scope": API}
    child = [acting_for(place.orgnr, "urn:oid:2.16.578.1.12.4.1.4.101")]
    token = at.post("token", form, assertion_details=child).json()["access_token"]
    answer = house.ask(at, token, "GET", "/Organization")
    assert answer.status_code == 200, answer.text
    assert house.server.audit(answer.headers["x-request-id"])["request"]["role"] == "machine"


def test_keys_change_in_the_middle_of_the_traffic(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old and new tokens at once, from many sides: nobody is refused, and a key that was never published is nobody's."""
    monkeypatch.setattr(keysets, "_RETRY", 0.0)
    at = house.client("epj-midwives-b")
    details = [_attest("midwives-b", "KF0104")]
    before = at.logged_in("midwife-b", authorization_details=details)["access_token"]
    key = {"X-Auth-Key": (house.state / "test-token-key").read_text().strip()}
    assert house.ask(at, before, "GET", "/Patient").status_code == 200
    assert httpx.post(f"{house.url}/_keys", json={"do": "rotate"}, headers=key).status_code == 200
    after = at.logged_in("midwife-b", authorization_details=details)["access_token"]
    heads = [token.split(".")[0] for token in (before, after)]
    assert heads[0] != heads[1]
    with ThreadPoolExecutor(8) as crowd:
        asked = crowd.map(
            lambda n: house.ask(at, (before, after)[n % 2], "GET", "/Patient").status_code, range(32)
        )
    assert set(asked) == {200}
    mixed = f"{heads[1]}.{before.split('.', 1)[1]}"  # the new key's name over the old key's signature
    refused = house.ask(at, mixed, "GET", "/Patient")
    assert (refused.status_code, why(refused)) == (401, "The token does not hold")
