"""A vendor is told what is wrong with its token, and what to do about it."""

import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from helsekort_sandbox import conformance
from helsekort_sandbox.tokens import Wish

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
