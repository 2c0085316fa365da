"""Tokens and proofs: what does not hold is refused with 401 and a challenge, consumed and logged."""

import time

import httpx
import pytest
from helsekort_sandbox import keys

from tests.fixtures.identity import Issuers
from tests.fixtures.server import Server


def _ask(
    server: Server, token: str, proof: str | None, path: str = "/Patient", scheme: str = "DPoP"
) -> httpx.Response:
    headers = {"Authorization": f"{scheme} {token}"} | ({"DPoP": proof} if proof else {})
    return server.client.get(f"{server.fhir}{path}", headers=headers)


def _refused(answer: httpx.Response) -> str:
    assert answer.status_code == 401, answer.text
    assert answer.headers["www-authenticate"].startswith("DPoP ")
    assert answer.json()["issue"][0]["code"] == "login"
    text: str = answer.json()["issue"][0]["diagnostics"]
    return text


@pytest.fixture(scope="module")
def token(server: Server) -> str:
    return server.person("midwife").token()


@pytest.fixture(scope="module")
def url(server: Server) -> str:
    return f"{server.fhir}/Patient"


@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "PS256"])
def test_each_algorithm_works(server: Server, algorithm: str) -> None:
    assert server.person("midwife", algorithm=algorithm).get("/Patient").status_code == 200


def test_no_token(server: Server) -> None:
    assert "required" in _refused(server.client.get(f"{server.fhir}/Patient"))


def test_metadata_is_open(server: Server) -> None:
    answer = server.client.get(f"{server.fhir}/metadata")
    assert answer.status_code == 200
    assert answer.json()["fhirVersion"] == "4.0.1"


def test_a_bound_token_as_bearer_is_refused(server: Server, token: str) -> None:
    assert "Bearer" in _refused(_ask(server, token, None, scheme="Bearer"))


def test_a_proof_is_used_once(server: Server, issuers: Issuers, token: str, url: str) -> None:
    proof = issuers.proof("GET", url, token)
    assert _ask(server, token, proof).status_code == 200
    again = _ask(server, token, proof)
    assert "used before" in _refused(again)
    assert server.audit(again.headers["x-request-id"])["result"]["verdict"] == "replay"


def test_a_refusal_consumes_the_proof_too(server: Server, issuers: Issuers, token: str) -> None:
    proof = issuers.proof("GET", f"{server.fhir}/Spaceship/1", token)
    assert _ask(server, token, proof, "/Spaceship/1").status_code == 404
    assert "used before" in _refused(_ask(server, token, proof, "/Spaceship/1"))


def test_a_replayed_write_stores_nothing(server: Server, issuers: Issuers, token: str) -> None:
    url = f"{server.fhir}/Patient"
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": issuers.proof("POST", url, token),
        "Content-Type": "application/fhir+json",
    }
    body = '{"resourceType":"Patient","name":[{"family":"Gjentatt"}]}'
    assert server.client.post(url, content=body, headers=headers).status_code == 201
    assert server.client.post(url, content=body, headers=headers).status_code == 401
    stored = server.database.rows("SELECT count(*) FROM index_string WHERE exact = 'Gjentatt'")
    single = server.database.rows(
        "SELECT count(*) FROM resource WHERE convert_from(body, 'UTF8') LIKE '%Gjentatt%'"
    )
    assert single == ["1"], stored


WRONG = {
    "another method": {"htm": "POST"},
    "another address": {"htu": "https://elsewhere.example/fhir/Patient"},
    "another token": {"ath": "x"},
    "too old": {"iat": -120},
    "of the future": {"iat": 120},
    "no jti": {"jti": ""},
    "another key": {"key": keys.generate()},
    "a private key": {"header": {"jwk": keys.generate()}},
    "another type": {"header": {"typ": "JWT"}},
    "no algorithm": {"header": {"alg": "none"}},
    "a symmetric algorithm": {"header": {"alg": "HS256"}},
}


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_proof_that_does_not_hold(
    server: Server, issuers: Issuers, token: str, url: str, wrong: dict
) -> None:
    if "iat" in wrong:  # seconds from the moment of asking
        wrong = {"iat": int(time.time()) + wrong["iat"]}
    _refused(_ask(server, token, issuers.proof("GET", url, token, **wrong)))


@pytest.mark.parametrize("proof", ["x", "a.b.c", "", "e30.e30.e30", "x" * 10_000])
def test_a_proof_that_is_none(server: Server, token: str, proof: str) -> None:
    _refused(_ask(server, token, proof or None))


def test_two_proofs_are_refused(server: Server, issuers: Issuers, token: str, url: str) -> None:
    proofs = [("DPoP", issuers.proof("GET", url, token)) for _ in range(2)]
    _refused(server.client.get(url, headers=[("Authorization", f"DPoP {token}"), *proofs]))


def test_a_changed_signature_is_refused(server: Server, issuers: Issuers, token: str, url: str) -> None:
    head, claims, _ = issuers.proof("GET", url, token).split(".")
    other = issuers.proof("GET", url, token).split(".")[2]
    _refused(_ask(server, token, f"{head}.{claims}.{other}"))


BROKEN = {
    "another signer": {"signJwtWithInvalidSigningKey": True},
    "another issuer": {"setInvalidIssuer": True},
    "another audience": {"setInvalidAudience": True},
    "expired": {"expirationParameters": {"setExpirationTimeAsExpired": True}},
    "another type": {"headerParameters": {"typ": "JWT"}},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_token_that_does_not_hold(server: Server, issuers: Issuers, url: str, broken: dict) -> None:
    token = issuers.token(server.person("midwife").wish, **broken)
    _refused(_ask(server, token, issuers.proof("GET", url, token)))


@pytest.mark.parametrize("token", ["x", "a.b.c", "e30.e30.e30", "x" * 20_000])
def test_a_token_that_is_none(server: Server, issuers: Issuers, url: str, token: str) -> None:
    _refused(_ask(server, token, issuers.proof("GET", url, token)))


def test_a_clinician_without_level_4_has_no_role(server: Server, issuers: Issuers, url: str) -> None:
    wish = server.person("midwife").wish
    token = issuers.token(
        wish,
        userClaimsParameters={"pid": "1", "name": "x", "hprNumber": "222210004", "securityLevel": "3"},
    )
    assert _ask(server, token, issuers.proof("GET", url, token)).status_code == 403


@pytest.mark.parametrize("role", ["representative", "doula"])
def test_who_is_not_let_in_reaches_nothing(server: Server, role: str) -> None:
    answer = server.person(role).get("/Observation?_count=5")
    assert answer.status_code in {200, 403}
    assert "entry" not in answer.json()


def test_an_unbound_token_works_in_the_sandbox_only_as_bearer(server: Server) -> None:
    assert server.person("harness", bearer=True).get("/Patient").status_code == 200
