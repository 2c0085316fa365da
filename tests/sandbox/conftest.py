"""The mock services, started once for these tests, and clients that speak to them as systems do."""

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from helsekort_sandbox import keys, mocks, tokens
from helsekort_sandbox.state import Sandbox

SERVER_KEY = keys.generate()
TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Answer:
    """What a server answered; names of headers in lower case."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def send(method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None) -> Answer:
    request = urllib.request.Request(url, data=body, method=method, headers=headers or {})  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=10) as found:  # noqa: S310 (our own loopback address)
            return Answer(found.status, _headers(found), found.read().decode())
    except urllib.error.HTTPError as refusal:
        with refusal:
            return Answer(refusal.code, _headers(refusal), refusal.read().decode())


def _headers(answer: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


@dataclass(frozen=True)
class Server:
    """This product's own system at the mock HelseID."""

    issuer: str
    key: dict[str, Any]

    def token(self, **changes: Any) -> Answer:
        """Ask for a token; ``changes`` replace form fields, ``client_assertion`` and ``proof``.

        Asks again with the nonce that is demanded, unless the request itself says what to prove.
        """
        answer = self.asked(**changes)
        challenge = answer.headers.get("dpop-nonce")
        if challenge is None or {"nonce", "proof"} & set(changes):
            return answer
        return self.asked(**changes, nonce=challenge)

    def asked(self, **changes: Any) -> Answer:
        """Ask once."""
        nonce = changes.pop("nonce", None)
        proof = changes.pop(
            "proof", keys.proof(self.key, "POST", f"{self.issuer}/connect/token", nonce=nonce)
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": keys.client_assertion(self.key, "helsekort", self.issuer),
            "scope": "nhn:critical-information/api",
            **changes,
        }
        headers = {"DPoP": proof} if proof else {}
        return send("POST", f"{self.issuer}/connect/token", headers, urllib.parse.urlencode(form).encode())

    def exchanged(self, subject: str, **changes: Any) -> Answer:
        """Exchange a clinician's token for one to kjernejournal."""
        form = {
            "grant_type": "urn:ietf:params:oauth:grant-type:token-exchange",
            "subject_token": subject,
            "subject_token_type": TOKEN_TYPE,
        }
        return self.token(**(form | changes))

    def call(self, method: str, url: str, token: str, body: Any = None, **headers: str) -> Answer:
        """Call a national service with ``token`` and a fresh proof."""
        sent = {"Authorization": f"DPoP {token}", "DPoP": keys.proof(self.key, method, url, token), **headers}
        return send(method, url, sent, None if body is None else json.dumps(body).encode())


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    data = tmp_path_factory.mktemp("sandbox")
    services = mocks.start(data / "sandbox", data / "logs", SERVER_KEY)
    yield Sandbox(
        port=1,
        pid=1,
        data=str(data),
        base_url="http://127.0.0.1:1",
        helseid=services.helseid,
        citizen_issuer=services.citizen_issuer,
        idporten=services.idporten,
        kjernejournal=services.kjernejournal,
        helsenorge=services.helsenorge,
        persontjenesten=services.persontjenesten,
        maternity_record=services.maternity_record,
    )
    services.stop()


@pytest.fixture
def server(sandbox: Sandbox) -> Server:
    return Server(sandbox.helseid, SERVER_KEY)


@pytest.fixture
def midwife_token(sandbox: Sandbox) -> str:
    return tokens.mint(sandbox, tokens.Wish("midwife"))


@pytest.fixture
def auth_key(sandbox: Sandbox) -> str:
    return Path(sandbox.state, "test-token-key").read_text()
