"""A system that speaks to the server as integrators' systems do: token, a fresh DPoP proof for each request, FHIR.

https://www.rfc-editor.org/rfc/rfc9449#section-7
"""

import http.client
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from helsekort_sandbox import keys, tokens
from helsekort_sandbox.state import Sandbox

JSON = "application/fhir+json"
REUSED = 300  # seconds that a token is used again


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON; {} where it is empty."""
        return json.loads(self.body) if self.body else {}

    @property
    def text(self) -> str:
        return self.body.decode()

    def outcome(self) -> str:
        """The reasons of an OperationOutcome, or the beginning of the body."""
        if not self.body.startswith(b"{"):
            return self.text[:200]
        return (
            "; ".join(issue.get("diagnostics", issue["code"]) for issue in self.json.get("issue", [])) or "-"
        )


class Refused(Exception):
    """The server said no where the sandbox needs a yes."""


class Actor:
    """One person or system with its own token and its own key."""

    def __init__(self, sandbox: Sandbox, wish: tokens.Wish) -> None:
        self.sandbox, self.wish = sandbox, wish
        self._key = tokens.proof_key(sandbox, wish.role)
        self._token, self._since = "", 0.0
        address = urlsplit(sandbox.base_url)
        self._connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)

    @property
    def token(self) -> str:
        """The access token, a new one now and then."""
        if time.monotonic() - self._since > REUSED or not self._token:
            self._token, self._since = tokens.mint(self.sandbox, self.wish), time.monotonic()
        return self._token

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One request; ``path`` begins after the server's base. A closed connection is opened once more."""
        payload = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        for is_last in (False, True):
            try:
                return self._send(method, path, payload, headers)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
                self._connection.close()
                if is_last:
                    raise
        raise AssertionError

    def _send(self, method: str, path: str, payload: bytes | None, headers: dict[str, str]) -> Answer:
        token = self.token
        proof = keys.proof(self._key, method, f"{self.sandbox.base_url}{path}", token)
        sent = {"Authorization": f"DPoP {token}", "DPoP": proof, "Accept": JSON}
        if payload is not None:
            sent["Content-Type"] = JSON
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, payload, sent)
        answer = self._connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def need(self, method: str, path: str, body: Any = None) -> Answer:
        """A request that must succeed. Raises Refused, naming what the server said."""
        answer = self.send(method, path, body)
        if answer.status >= 300:
            raise Refused(f"{self.wish.role} {method} {path}: {answer.status} {answer.outcome()}")
        return answer

    def create(self, resource: dict[str, Any]) -> str:
        """Create ``resource``; its reference."""
        created = self.need("POST", f"/fhir/{resource['resourceType']}", resource).json
        return f"{created['resourceType']}/{created['id']}"

    def transact(self, bundle: dict[str, Any]) -> list[str]:
        """Send a transaction; the references of its entries, in order."""
        entries = self.need("POST", "/fhir", bundle).json["entry"]
        return [
            "/".join(entry["response"]["location"].split("/_history")[0].split("/")[-2:]) for entry in entries
        ]

    def close(self) -> None:
        self._connection.close()
