"""A vendor is told what is wrong with its token, and what to do about it."""

import base64
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import conformance, mocks
from helsekort_sandbox.tokens import Wish

from tests.fixtures.resources import a_patient, new_number
from tests.fixtures.server import Server


def forged(**changed: Any) -> str:
    """A token that says this; it is read, never trusted, before the server sees it."""
    claims = {"aud": "nhn:helsekort", "exp": time.time() + 60, "cnf": {"jkt": "x"}, "jti": "x"} | changed
    parts = ({"typ": "at+jwt"}, claims)
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, "x"])


def wrong(token: str) -> dict[str, str]:
    return {row.name: row.remedy for row in conformance.of_token(token, time.time()) if not row.holds}


def test_each_fault_of_a_token_is_told_with_its_remedy() -> None:
    assert wrong(forged()) == {}
    assert list(wrong("no token")) == ["the token is a JWT"]
    assert "it is for nhn:other" in wrong(forged(aud="nhn:other"))["aud is nhn:helsekort"]
    assert "ago: renew it" in wrong(forged(exp=time.time() - 90))["it has not expired"]
    assert "Bearer is refused" in wrong(forged(cnf={}))["it is bound to a key (cnf.jkt)"]
    clinician = {"helseid://claims/hpr/hpr_number": "1", "nhn:tillitsrammeverk:parameters": {}}
    missing = wrong(forged(**clinician))
    assert {"orgnr_parent", "orgnr_child", "security level 4"} <= missing.keys()
    assert "attest: care_relationship.purpose_of_use.code" in missing
    parent = {"helseid://claims/client/claims/orgnr_parent": "310008001"}
    foreign = {"nhn:tillitsrammeverk:parameters": {"practitioner": {"legal_entity": {"id": "310008002"}}}}
    told = wrong(forged(**clinician | parent | foreign))["attest and client name one legal entity"]
    assert told == "310008002 in the attest, 310008001 in orgnr_parent"


def test_a_good_token_holds_in_all_and_a_bad_proof_is_the_servers_word(
    server: Server, tmp_path: Path
) -> None:
    token = server.issuers.token(Wish("midwife"))
    assert wrong(token) == {}
    key = tmp_path / "key.json"
    key.write_text(json.dumps(server.issuers.proof_key()))
    command = [sys.executable, "-m", "app.cli", "conformance", "--base", server.base, "--token", "-"]
    good = subprocess.run(
        [*command, "--key", str(key)], input=token, capture_output=True, text=True, check=False
    )
    assert (good.returncode, "WRONG" in good.stdout) == (0, False), good.stdout + good.stderr
    unbound = subprocess.run(command, input=token, capture_output=True, text=True, check=False)
    assert unbound.returncode == 1
    assert "WRONG the server takes it: 401" in unbound.stdout


@pytest.fixture
def watched(server: Server, tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The command between a client and the server, where it listens, and its process."""
    key, listener = tmp_path / "key.json", mocks.listen()
    key.write_text(json.dumps(server.issuers.proof_key()))
    port = listener.getsockname()[1]
    listener.close()
    command = [sys.executable, "-m", "app.cli", "conformance", "--base", server.base, "--listen", str(port)]
    child = subprocess.Popen([*command, "--key", str(key)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert f"127.0.0.1:{port}" in child.stdout.readline()
    yield f"http://127.0.0.1:{port}", child
    child.kill()
    child.wait()
    child.stdout.close()


def test_a_client_is_told_what_it_does_wrong(
    server: Server, watched: tuple[str, subprocess.Popen[str]]
) -> None:
    base, child = watched
    token, client = server.issuers.token(Wish("midwife")), server.client
    number = new_number()

    def ask(method: str, path: str, body: Any = None, proof: str = "", **headers: str) -> httpx.Response:
        url = f"{base}{path}"
        made = proof or server.issuers.proof(method, url.partition("?")[0], token)
        sent = {"Authorization": f"DPoP {token}", "DPoP": made, "Content-Type": "application/fhir+json"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        for _ in range(50):
            try:
                return client.request(method, url, content=content, headers=sent)
            except httpx.ConnectError:
                time.sleep(0.1)
        raise AssertionError("it does not listen")

    def result() -> dict[str, str]:
        told = client.get(f"{base}/_conformance").json()
        return {row["rule"]: row["first"] for row in told["wrong"]}

    made = ask("POST", "/fhir/Patient", a_patient(number), Idempotency_Key="a")
    assert made.status_code == 201
    assert made.headers["location"].startswith(base)
    stored = ask("GET", f"/fhir/Patient/{made.json()['id']}")
    body, tag = stored.json(), stored.headers["etag"]
    path = f"/fhir/Patient/{body['id']}"
    assert ask("PUT", path, body, If_Match=tag, Idempotency_Key="b").status_code == 200
    assert result() == {}, "a good client"

    ask("GET", f"/fhir/Patient?identifier={number}")
    ask("PUT", path, body, Idempotency_Key="b2")
    ask("POST", "/fhir/Observation", {"resourceType": "Observation"}, Idempotency_Key="a")
    for _ in range(3):
        ask("POST", "/fhir/Observation", {"resourceType": "Observation"})
    elsewhere = server.issuers.proof("GET", f"{server.base}{path}", token)
    assert ask("GET", path, proof=elsewhere).status_code == 401
    ask("GET", "/api/maternity-record/v1/status")
    found = result()
    assert found.keys() == {
        "each request has a good proof", "no person number stands in a URL", "a change says which version it changes",
        "a write can be sent again safely", "an Idempotency-Key is of one request",
        "what was refused is not sent again as it was", "calls of the national record have their headers", "a token is let in",
    }  # fmt: skip
    assert found["each request has a good proof"] == f"GET {path}: htm or htu is not this request"
    child.send_signal(signal.SIGINT)
    told, _ = child.communicate(timeout=20)
    assert child.returncode == 1
    assert "WRONG a change says which version it changes, 1 times, first PUT " in told
    assert "refused 4 times: POST /fhir/Observation: 400 Observation Observation must have code" in told
    assert number not in told
