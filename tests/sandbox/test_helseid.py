"""The mock HelseID gives what it should and refuses what it must."""

import json
import time
from typing import Any

import pytest
from helsekort_sandbox import keys
from helsekort_sandbox.state import Sandbox
from joserfc import jwk, jwt

from tests.sandbox.conftest import SERVER_KEY, Server, send

ATTEST = "nhn:tillitsrammeverk:parameters"
PID = "helseid://claims/identity/pid"


def _verified(issuer: str, token: str) -> dict[str, Any]:
    metadata = send("GET", f"{issuer}/.well-known/openid-configuration").json
    assert metadata["issuer"] == issuer
    key_set = jwk.KeySet.import_key_set(send("GET", metadata["jwks_uri"]).json)
    found = jwt.decode(token, key_set, ["RS256", "ES256"])
    assert found.header["typ"] == "at+jwt"
    return dict(found.claims)


def test_machine_token_is_bound_and_names_no_person(server: Server) -> None:
    answer = server.token()
    claims = _verified(server.issuer, answer.json["access_token"])
    assert answer.json["token_type"] == "DPoP"
    assert claims["aud"] == "nhn:critical-information"
    assert claims["scope"] == "nhn:critical-information/api"
    assert claims["client_id"] == "helsekort"
    assert claims["cnf"] == {"jkt": SERVER_KEY["kid"]}
    assert PID not in claims
    assert claims["exp"] - time.time() <= 600


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "nhn:other/api"}, 400, "invalid_scope"),
        ({"scope": "nhn:critical-information/api nhn:helsenorge/api"}, 400, "invalid_scope"),
        ({"scope": ""}, 400, "invalid_scope"),
        ({"client_assertion_type": "secret"}, 401, "invalid_client"),
        ({"client_assertion": "a.b.c"}, 401, "invalid_client"),
        ({"client_assertion": ""}, 401, "invalid_client"),
        ({"proof": ""}, 400, "invalid_dpop_proof"),
        ({"proof": "x.y.z"}, 400, "invalid_dpop_proof"),
    ],
)
def test_wrong_requests_are_refused(server: Server, changes: dict[str, str], status: int, error: str) -> None:
    answer = server.token(**changes)
    assert (answer.status, answer.json["error"]) == (status, error)


def _assertion(**changes: Any) -> str:
    now = int(time.time())
    claims = {"iss": "helsekort", "sub": "helsekort", "jti": str(time.time_ns()), "iat": now, "exp": now + 30}
    header = {"typ": "client-authentication+jwt", "kid": SERVER_KEY["kid"]} | changes.pop("header", {})
    return keys.sign(SERVER_KEY, header, {**claims, **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://other.example"},
        {"aud": "{issuer}/connect/token"},
        {"aud": "{issuer}", "sub": "somebody"},
        {"aud": "{issuer}", "iss": "nobody"},
        {"aud": "{issuer}", "header": {"typ": "JWT"}},
        {"aud": "{issuer}", "exp": 1},
        {"aud": "{issuer}", "exp": 4_000_000_000},
    ],
)
def test_assertion_must_hold(server: Server, changes: dict[str, Any]) -> None:
    filled = {k: v.format(issuer=server.issuer) if isinstance(v, str) else v for k, v in changes.items()}
    assert server.token(client_assertion=_assertion(aud=server.issuer)).status == 200  # the positive control
    answer = server.token(client_assertion=_assertion(**filled))
    assert (answer.status, answer.json["error"]) == (401, "invalid_client")


def test_assertion_of_another_key_is_refused(server: Server) -> None:
    forged = keys.client_assertion(keys.generate() | {"kid": SERVER_KEY["kid"]}, "helsekort", server.issuer)
    assert server.token(client_assertion=forged).status == 401


def test_assertion_and_proof_work_once(server: Server) -> None:
    assertion = keys.client_assertion(SERVER_KEY, "helsekort", server.issuer)
    assert server.token(client_assertion=assertion).status == 200
    assert server.token(client_assertion=assertion).json["error"] == "invalid_client"
    nonce = server.asked().headers["dpop-nonce"]
    proof = keys.proof(SERVER_KEY, "POST", f"{server.issuer}/connect/token", nonce=nonce)
    assert server.token(proof=proof).status == 200
    assert server.token(proof=proof).json["error"] == "invalid_dpop_proof"


def test_nonce_is_demanded_until_it_is_switched_off(server: Server, auth_key: str) -> None:
    def switch(required: bool) -> None:
        body = json.dumps({"requireNonce": required}).encode()
        assert send("POST", f"{server.issuer}/_switches", {"X-Auth-Key": auth_key}, body).status == 200

    refusal = server.asked()
    assert (refusal.status, refusal.json["error"]) == (400, "use_dpop_nonce")
    nonce = refusal.headers["dpop-nonce"]
    assert server.token(nonce=nonce).status == 200
    assert server.token(nonce="guessed").json["error"] == "use_dpop_nonce"
    switch(False)
    try:
        assert server.asked().status == 200
    finally:
        switch(True)


def test_exchange_keeps_the_clinician(server: Server, midwife_token: str) -> None:
    subject = keys.claims_of(midwife_token)
    answer = server.exchanged(midwife_token)
    claims = _verified(server.issuer, answer.json["access_token"])
    for name in (PID, "helseid://claims/hpr/hpr_number", ATTEST, "name", "sub"):
        assert claims[name] == subject[name]
    assert claims["aud"] == "nhn:critical-information"
    assert claims["client_id"] == "helsekort"
    assert claims["act"] == {"sub": "helsekort"}
    assert claims["cnf"] == {"jkt": SERVER_KEY["kid"]}
    assert answer.json["issued_token_type"] == "urn:ietf:params:oauth:token-type:access_token"


def _test_token(issuer: str, auth_key: str, **wanted: Any) -> Any:
    body = json.dumps({"audience": "nhn:helsekort", **wanted}).encode()
    return send("POST", f"{issuer}/v2/create-test-token-with-key", {"X-Auth-Key": auth_key}, body)


def _minted(issuer: str, auth_key: str, **wanted: Any) -> str:
    token: str = _test_token(issuer, auth_key, **wanted).json["successResponse"]["accessTokenJwt"]
    return token


def test_exchanged_token_never_outlives_the_clinicians(server: Server, auth_key: str) -> None:
    short = _minted(server.issuer, auth_key, expirationParameters={"expirationTimeInSeconds": 60})
    answer = server.exchanged(short).json
    assert keys.claims_of(answer["access_token"])["exp"] == keys.claims_of(short)["exp"]
    assert answer["expires_in"] <= 60


@pytest.mark.parametrize(
    "wanted",
    [
        {"audience": "nhn:other"},
        {"setInvalidIssuer": True},
        {"setInvalidAudience": True},
        {"signJwtWithInvalidSigningKey": True},
        {"expirationParameters": {"setExpirationTimeAsExpired": True}},
        {"headerParameters": {"typ": "jwt"}},
    ],
)
def test_exchange_of_a_wrong_subject_is_refused(
    server: Server, auth_key: str, wanted: dict[str, Any]
) -> None:
    assert server.exchanged(_minted(server.issuer, auth_key)).status == 200  # the positive control
    answer = server.exchanged(_minted(server.issuer, auth_key, **wanted))
    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")


def test_citizens_token_is_not_exchanged_here(sandbox: Sandbox, server: Server, auth_key: str) -> None:
    assert server.exchanged(_minted(sandbox.citizen_issuer, auth_key)).json["error"] == "invalid_grant"


def test_only_registered_grants(sandbox: Sandbox) -> None:
    key = json.loads((sandbox.state / "operator-client.json").read_text())
    operator = Server(sandbox.helseid, key)
    assertion = keys.client_assertion(key, "helsekort-operator", sandbox.helseid)
    asked = {"client_assertion": assertion, "scope": "nhn:helsekort/api"}
    assert operator.token(**asked).status == 200
    again = keys.client_assertion(key, "helsekort-operator", sandbox.helseid)
    refusal = operator.exchanged("x.y.z", client_assertion=again, scope="nhn:helsekort/api")
    assert refusal.json["error"] == "unauthorized_client"


class TestTestTokens:
    """The test-token service."""

    def test_needs_its_key(self, server: Server) -> None:
        assert _test_token(server.issuer, "").status == 401
        assert _test_token(server.issuer, "wrong").json["isError"] is True

    def test_audience_is_required_and_unknown_switches_are_named(self, server: Server, auth_key: str) -> None:
        assert _test_token(server.issuer, auth_key, audience="").status == 400
        refusal = _test_token(server.issuer, auth_key, setInvalidIsuer=True)
        assert "setInvalidIsuer" in refusal.json["errorResponse"]["errorMessage"]

    def test_switches_make_wrong_tokens(self, server: Server, auth_key: str) -> None:
        assert keys.claims_of(_minted(server.issuer, auth_key))["iss"] == server.issuer
        assert keys.claims_of(_minted(server.issuer, auth_key, setInvalidIssuer=True))["iss"] != server.issuer
        wrong = keys.claims_of(_minted(server.issuer, auth_key, setInvalidAudience=True))
        assert wrong["aud"] != "nhn:helsekort"
        expired = _minted(server.issuer, auth_key, expirationParameters={"setExpirationTimeAsExpired": True})
        assert keys.claims_of(expired)["exp"] < time.time()
        short = _minted(server.issuer, auth_key, expirationParameters={"expirationTimeInSeconds": 7})
        assert keys.claims_of(short)["exp"] == pytest.approx(time.time() + 7, abs=3)
        forged = _minted(server.issuer, auth_key, signJwtWithInvalidSigningKey=True)
        with pytest.raises(Exception, match="bad_signature"):
            _verified(server.issuer, forged)

    def test_token_with_a_proof_of_its_own(self, server: Server, auth_key: str) -> None:
        request = {"htmClaimValue": "GET", "htuClaimValue": "http://127.0.0.1/fhir"}
        answer = _test_token(
            server.issuer, auth_key, createDPoPTokenWithDPoPProof=True, dPoPProofParameters=request
        ).json["successResponse"]
        header = json.loads(keys.decode(answer["dPoPProof"].split(".")[0]))
        bound = keys.claims_of(answer["accessTokenJwt"])["cnf"]["jkt"]
        assert keys.thumbprint(header["jwk"]) == bound
        assert keys.claims_of(answer["dPoPProof"])["htu"] == "http://127.0.0.1/fhir"
