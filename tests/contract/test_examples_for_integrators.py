"""The examples for integrators do what they say, against the running server and HelseID's test-token service."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from helsekort_sandbox.tokens import Wish, request_body

from tests.architecture import tree
from tests.fixtures.identity import Issuers
from tests.fixtures.resources import new_number
from tests.fixtures.server import Server
from tests.fixtures.services import Services, issuers_of

EXAMPLES = tree.ROOT / "docs" / "examples"
DECISION = "careRelationshipDecisionRefId"


@pytest.fixture(scope="module")
def issuers(services: Services) -> Issuers:
    """The sandbox's own, which make tokens for whoever has their key."""
    return issuers_of(services)


def play(server: Server, services: Services, *command: str) -> None:
    """Run an example, and look at what it did."""
    names = {
        "HELSEKORT_URL": server.fhir,
        "HELSEID_URL": services.running.helseid,
        "HELSEID_TEST_KEY": (services.folder / "test-token-key").read_text().strip(),
        "HELSEID_ATTEST": str(EXAMPLES / "attest.json"),
    }
    found = subprocess.run(
        command,
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | names,
        input=f"{new_number()}\n",
    )
    assert found.returncode == 0, found.stderr
    told = json.loads(found.stdout)
    assert told["statuses"] == [201, 200]
    assert told["card"] == "document"
    assert told["episode"] in told["news"]
    card = server.person("midwife").get(f"/{told['episode']}/$card").json()
    assert told["entries"] == len(card["entry"])
    kept = [
        entry["resource"] for entry in card["entry"] if entry["resource"]["resourceType"] == "Observation"
    ]
    assert sorted(body["code"]["coding"][0]["code"] for body in kept) == ["29463-7", "85354-9"]


def test_python(server: Server, services: Services) -> None:
    play(server, services, sys.executable, str(EXAMPLES / "python" / "first_consultation.py"))


def test_javascript(server: Server, services: Services) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js is not installed")
    play(server, services, node, str(EXAMPLES / "javascript" / "first_consultation.mjs"))


def test_the_attest_is_that_of_the_pilots_midwife() -> None:
    attest = json.loads((EXAMPLES / "attest.json").read_text(encoding="utf-8"))
    expected = request_body(Wish("midwife"), {})
    del expected["tillitsrammeverkClaimsParameters"][DECISION]
    assert attest == expected


def test_the_other_languages_say_the_same() -> None:
    """What is not run here names at least the same codes, addresses and headers as what is."""
    texts = [
        path.read_text(encoding="utf-8")
        for path in sorted(EXAMPLES.glob("*/[fF]irst*"))
        if path.suffix in {".py", ".mjs", ".cs"}
    ]
    assert len(texts) == 3
    for word in (
        "create-test-token-with-key", DECISION, "cnfJkt", "dpop+jwt", "htm", "htu", "iat", "jti", "ath", "If-None-Exist",
        "$changes", "$card", "85354-9", "8480-6", "8462-4", "29463-7", "mm[Hg]", "CodeSystem/card", "pregnancy",
    ):  # fmt: skip
        assert all(word in text for text in texts), word
