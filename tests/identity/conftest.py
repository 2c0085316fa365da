"""Tokens signed by hand, and a server that demands all it can: nonces, a public address behind a proxy, brakes."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from helsekort_sandbox import keys, mocks
from helsekort_sandbox.tokens import Wish, request_body
from helsekort_sandbox.ttt import claims_of
from starlette.requests import Request

from app.api.identity import Identity
from app.main import create_app
from app.settings import Settings
from tests.fixtures.identity import Issuers, Serving
from tests.fixtures.server import Server, settings_of
from tests.fixtures.services import services

__all__ = ["services"]

PUBLIC = "https://helsekort.example"


@dataclass
class Verifying:
    """The verification itself, without a server: the same object that the door asks."""

    settings: Settings
    issuers: Issuers
    key: bytes = b"k" * 32

    def __post_init__(self) -> None:
        self.identity = Identity(self.settings, self.key)

    def claims(self, role: str = "midwife", **changed: Any) -> dict[str, Any]:
        """The claims of a token that holds; None takes one away."""
        body = request_body(Wish(role), {})
        body["clientClaimsParameters"]["cnfJkt"] = keys.thumbprint(self.issuers.proof_key())
        citizen = role == "citizen"
        claims = claims_of(body, self.issuers.citizens if citizen else self.issuers.helseid) | changed
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, claims: dict[str, Any], key: dict[str, Any] | None = None, **header: Any) -> str:
        """A token of the right key unless another is given."""
        signer = key or self.issuers.key
        head = {"typ": "at+jwt", "kid": signer.get("kid"), **header}
        return keys.sign(signer, {name: value for name, value in head.items() if value is not None}, claims)

    def request(self, token: str, **proof: Any) -> Request:
        """GET /fhir/Patient with a fresh proof; ``proof`` overrides its claims."""
        made = self.issuers.proof("GET", f"{self.settings.base_url}/fhir/Patient", token, **proof)
        headers = {"authorization": f"DPoP {token}", "dpop": made}
        return Request(
            {
                "type": "http",
                "method": "GET",
                "path": "/fhir/Patient",
                "raw_path": b"/fhir/Patient",
                "query_string": b"",
                "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
                "client": ("127.0.0.1", 1),
            }
        )


@pytest.fixture
def verifying(issuers: Issuers, tmp_path: Any) -> Verifying:
    from helsekort_sandbox import people

    from app.registrations import read_pilot

    pilot = tmp_path / "pilot.json"
    pilot.write_text(json.dumps(people.pilot()))
    settings = replace(
        Settings(),
        mode="sandbox",
        base_url=PUBLIC,
        helseid_issuer=issuers.helseid,
        helsenorge_issuer=issuers.citizens,
        allow_harness=True,
        pilot=read_pilot(str(pilot)),
    )
    return Verifying(settings, issuers)


@pytest.fixture(scope="module")
def starting(
    database: Any, issuers: Issuers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Server]]:
    """Starts a server of this database; ``changed`` are its settings."""
    folder = tmp_path_factory.mktemp("strict")
    running: list[tuple[Serving, httpx.Client]] = []

    def start(**changed: Any) -> Server:
        listener = mocks.listen()
        base = mocks.address(listener)
        settings = replace(settings_of(database, issuers, folder, base), connections=2, **changed)
        serving, client = Serving(create_app(settings), listener), httpx.Client(timeout=20)
        serving.__enter__()
        running.append((serving, client))
        return Server(base, settings, database, issuers, client, {})

    yield start
    for serving, client in running:
        client.close()
        serving.__exit__()


def proof(server: Server, token: str, method: str = "GET", path: str = "/fhir/Patient", **claims: Any) -> str:
    """A proof for the public address of ``server``."""
    body = {"iat": int(time.time()), "jti": uuid.uuid4().hex} | claims
    return server.issuers.proof(method, f"{server.settings.base_url}{path}", token, **body)


def ask(server: Server, token: str, made: str | None = None, **headers: str) -> httpx.Response:
    """GET /fhir/Patient at the server's own socket."""
    sent = {"Authorization": f"DPoP {token}", "DPoP": made or proof(server, token)} | headers
    return server.client.get(f"{server.base}/fhir/Patient", headers=sent)


def why(answer: httpx.Response) -> str:
    """The reason that an OperationOutcome gives."""
    text: str = answer.json()["issue"][0]["diagnostics"]
    return text
