"""Every way in which the test-token service breaks a token, at the real door: refused, logged, and nothing told."""

import json
import re
from typing import Any

import httpx
import pytest
from helsekort_sandbox import broken_tokens, keys
from helsekort_sandbox.broken_tokens import INVALID, VARIANTS
from helsekort_sandbox.tokens import Wish, request_body
from helsekort_sandbox.ttt import claims_of

from app.api.routes import GUARDED
from tests.fixtures.server import Server

WISH = Wish("midwife")


def claims(server: Server, wish: Wish = WISH) -> dict[str, Any]:
    body = request_body(wish, {})
    body["clientClaimsParameters"]["cnfJkt"] = keys.thumbprint(server.issuers.proof_key())
    return claims_of(body, issuer_of(server, wish)[0])


def issuer_of(server: Server, wish: Wish) -> tuple[str, dict[str, Any]]:
    """The issuer of such tokens, and its key."""
    issuers = server.issuers
    citizen = wish.role == "citizen"
    return (issuers.citizens, issuers.citizen_key) if citizen else (issuers.helseid, issuers.key)


def ask(server: Server, token: str, method: str = "GET", path: str = "/fhir/Patient") -> httpx.Response:
    proof = server.issuers.proof(method, f"{server.base}{path}", token)
    headers = {"Authorization": f"DPoP {token}", "DPoP": proof}
    return server.client.request(method, f"{server.base}{path}", headers=headers)


def rows_of(server: Server, answers: dict[str, httpx.Response]) -> dict[str, dict[str, Any]]:
    """The audit row of each answer."""
    names = {answer.headers["x-request-id"]: name for name, answer in answers.items()}
    listed = ", ".join(f"'{id_}'" for id_ in names)
    found = server.database.rows(
        f"SELECT id || E'\\x1f' || request || E'\\x1f' || result FROM audit WHERE id IN ({listed})"
    )
    parts = (row.split("\x1f") for row in found)
    return {names[id_]: json.loads(request) | json.loads(result) for id_, request, result in parts}


def test_every_variant_is_refused_logged_and_tells_nothing(server: Server) -> None:
    whole = claims(server)
    tokens = {row.name: broken_tokens.make(row.name, whole, server.issuers.key) for row in VARIANTS}
    answers = {name: ask(server, token) for name, token in tokens.items()}
    rows = rows_of(server, answers)
    assert rows.keys() == answers.keys()
    for variant in VARIANTS:
        answer, row = answers[variant.name], rows[variant.name]
        code = "login" if variant.answer == INVALID else "forbidden"
        status = 401 if variant.answer == INVALID else 403
        assert (answer.status_code, answer.json()["issue"][0]["code"]) == (status, code), variant.name
        assert (row["verdict"], row["interaction"]) == (f"error:{status}:{code}", "search-type")
        assert not {"role", "subject", "shown"} & {key for key, value in row.items() if value}, variant.name
        if variant.answer == INVALID:
            challenge = answer.headers["www-authenticate"]
            assert re.match(r'DPoP error="invalid_token", error_description="[^"]+"', challenge), variant.name
            assert not {"hpr", "name", "client"} & row.keys(), variant.name
        seen = answer.text + str(answer.headers) + json.dumps(row)
        secrets = [whole[broken_tokens.PID], *(p for p in tokens[variant.name].split(".") if len(p) > 20)]
        assert not [secret for secret in secrets if secret in seen], variant.name
    sound = keys.sign(server.issuers.key, {"typ": "at+jwt", "kid": server.issuers.key["kid"]}, whole)
    assert ask(server, sound).status_code == 200  # the positive control: nothing but the fault refused them


@pytest.mark.parametrize("role", ["citizen", "machine"])
def test_what_is_broken_for_a_clinician_is_so_for_a_woman_and_a_machine(server: Server, role: str) -> None:
    """What makes a token no token, whoever it names and whichever issuer signs it."""
    wish = Wish(role)
    whole, (_, key) = claims(server, wish), issuer_of(server, wish)
    found = {
        row.name: ask(server, broken_tokens.make(row.name, whole, key)).status_code
        for row in VARIANTS
        if row.answer == INVALID
    }
    assert {name: status for name, status in found.items() if status != 401} == {}
    sound = keys.sign(key, {"typ": "at+jwt", "kid": key["kid"]}, whole)
    assert ask(server, sound).status_code == 200
    swapped = keys.sign(server.issuers.citizen_key, {"typ": "at+jwt", "kid": key["kid"]}, claims(server))
    assert ask(server, swapped).status_code == 401  # the one issuer's token under the other's key


def test_the_service_gives_every_variant_of_its_index(server: Server) -> None:
    """The table is the one that the mock serves, so that a client of it finds what is tested here."""
    index = server.client.get(f"{server.issuers.helseid}/v2/broken-test-tokens").json()
    assert [row["variant"] for row in index] == [variant.name for variant in VARIANTS]
    assert len({row["description"] for row in index}) == len(index) > 70
    refused = server.client.post(f"{server.issuers.helseid}/v2/broken-test-tokens", json={})
    assert refused.status_code == 401


def test_no_door_opens_to_a_token_that_does_not_hold(server: Server) -> None:
    """Every row of the table of URLs, with an expired token and with one that gives no role."""
    whole = claims(server)
    expired, roleless = (
        broken_tokens.make(name, whole, server.issuers.key) for name in ("expired", "level-3")
    )
    for row in GUARDED:
        path = re.sub(r"\{[a-z_:]+\}", "x", row.path.replace("{type}", "Patient"))
        found = [ask(server, token, row.method, path).status_code for token in (expired, roleless)]
        assert found == [401, 403], (row.method, path)
