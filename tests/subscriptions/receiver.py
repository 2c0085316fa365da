"""A subscriber's endpoint: a real HTTP server that remembers what it was sent and answers as a test wants."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicNumbers
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from joserfc.util import urlsafe_b64decode

COVERED = ("@method", "@target-uri", "content-type", "content-digest", "helsekort-attempt")


@dataclass(frozen=True)
class Received:
    """One notification as it came."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    at: float
    status: int

    @property
    def bundle(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def said(self) -> dict[str, Any]:
        """The plain parameters of the first entry."""
        rows = self.bundle["entry"][0]["resource"]["parameter"]
        return {
            row["name"]: next(v for k, v in row.items() if k != "name") for row in rows if "part" not in row
        }

    @property
    def kind(self) -> str:
        return str(self.said["type"])

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events: number, timestamp, focus and context."""
        return events_of(self.bundle)


def events_of(bundle: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a notification: number, timestamp, focus and context."""
    rows = bundle["entry"][0]["resource"]["parameter"]
    return [_event(row["part"]) for row in rows if row["name"] == "notification-event"]


def _event(parts: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {"context": []}
    for part in parts:
        match part["name"]:
            case "event-number":
                found["number"] = int(part["valueString"])
            case "timestamp":
                found["at"] = part["valueInstant"]
            case "focus":
                found["focus"] = part["valueReference"]["reference"]
            case "additional-context":
                found["context"].append(part["valueReference"]["reference"])
    return found


class _Keys(HTTPSignatureKeyResolver):
    def __init__(self, jwks: dict[str, Any]) -> None:
        self._keys = {row["kid"]: row for row in jwks["keys"]}

    def resolve_public_key(self, key_id: str) -> Any:
        row = self._keys[key_id]
        x, y = (int.from_bytes(urlsafe_b64decode(row[name].encode())) for name in ("x", "y"))
        return EllipticCurvePublicNumbers(x, y, SECP256R1()).public_key()


@dataclass
class _Message:
    method: str
    url: str
    headers: Mapping[str, str]


def verify(received: Received, jwks: dict[str, Any], **changed: Any) -> Any:
    """The signature, checked by a library that knows nothing of this server. Raises InvalidSignature."""
    verifier = HTTPMessageVerifier(signature_algorithm=algorithms.ECDSA_P256_SHA256, key_resolver=_Keys(jwks))
    message = _Message(
        "POST", changed.get("url", received.url), {**received.headers, **changed.get("headers", {})}
    )
    body = changed.get("body", received.body)
    return verifier.verify(message, expect_tag="helsekort", require_components=COVERED, body=body)[0]


@dataclass
class Answer:
    """How one request is answered."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    body: bytes = b""
    hang_up: bool = False


class Receiver:
    """Listens on a port of its own, which it keeps while it is away."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.answers: list[Answer] = []
        self.always: Answer = Answer()
        self._server: ThreadingHTTPServer | None = None
        self.port = 0
        self.start()

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.serve(self)

            def log_message(self, *_: object) -> None:
                pass

        ThreadingHTTPServer.allow_reuse_address = True
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    def serve(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"]))
        answer = self.answers.pop(0) if self.answers else self.always
        headers = {name.lower(): value for name, value in request.headers.items()}
        url = f"{self.base}{request.path}"
        status = 0 if answer.hang_up else answer.status
        self.received.append(Received(url, headers, body, time.time(), status))
        time.sleep(answer.delay)
        if answer.hang_up:
            request.connection.close()
            return
        request.send_response(answer.status)
        for name, value in answer.headers.items():
            request.send_header(name, value)
        request.send_header("content-length", str(len(answer.body)))
        request.end_headers()
        request.wfile.write(answer.body)

    def of(self, path: str, kind: str = "event-notification") -> list[Received]:
        """What came to ``path``, of one kind."""
        return [row for row in self.received if row.url == f"{self.base}{path}" and row.kind == kind]

    def taken(self, path: str) -> list[dict[str, Any]]:
        """The events that were taken at ``path``, in the order in which they came."""
        return [event for row in self.of(path) if 200 <= row.status < 300 for event in row.events]
