"""Requests as bytes, each with its own DPoP proof, signed just before the round that sends them.

https://www.rfc-editor.org/rfc/rfc9449#section-4.2. Signing costs the client as much as verifying costs the server, so
it stays outside of what is measured.
"""

import hashlib
import json
import secrets
import time
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from helsekort_sandbox import keys, tokens
from helsekort_sandbox.state import Sandbox
from helsekort_sandbox.tokens import Wish


def _compact(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


class Signer:
    """Signs proofs with one ES256 key that is read once."""

    def __init__(self, jwk: keys.Jwk) -> None:
        x, y, d = (int.from_bytes(keys.decode(jwk[name])) for name in ("x", "y", "d"))
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1())
        self._key = ec.EllipticCurvePrivateNumbers(d, public).private_key()
        bare = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
        self._header = keys.encode(_compact({"typ": "dpop+jwt", "alg": "ES256", "jwk": bare}))

    def proof(self, method: str, url: str, token_hash: str) -> str:
        """A proof that was never used."""
        claims = {
            "jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time()), "ath": token_hash,
        }  # fmt: skip
        signed = f"{self._header}.{keys.encode(_compact(claims))}"
        r, s = decode_dss_signature(self._key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{signed}.{keys.encode(r.to_bytes(32) + s.to_bytes(32))}"


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: ``path`` begins after the server's base."""

    method: str
    path: str
    body: bytes = b""
    media: str = "application/fhir+json"


class Client:
    """A midwife's system; ``bearer`` leaves the proofs out, as only a sandbox allows."""

    def __init__(self, sandbox: Sandbox, *, bearer: bool) -> None:
        wish = Wish("midwife", bearer=bearer)
        self._base = sandbox.base_url
        self._token = tokens.mint(sandbox, wish)
        self._signer = None if bearer else Signer(tokens.proof_key(sandbox, "midwife"))
        self._ath = keys.encode(hashlib.sha256(self._token.encode()).digest())

    def ready(self, request: Request) -> bytes:
        """``request`` as it goes over the wire."""
        host = self._base.removeprefix("http://")
        lines = [
            f"{request.method} {request.path} HTTP/1.1",
            f"Host: {host}",
            f"Accept: {request.media}",
        ]
        if self._signer is None:
            lines.append(f"Authorization: Bearer {self._token}")
        else:
            url = f"{self._base}{request.path.partition('?')[0]}"
            proof = self._signer.proof(request.method, url, self._ath)
            lines += [f"Authorization: DPoP {self._token}", f"DPoP: {proof}"]
        if request.body:
            lines += [f"Content-Type: {request.media}", f"Content-Length: {len(request.body)}"]
        return "\r\n".join([*lines, "", ""]).encode() + request.body


def hello(port: int) -> bytes:
    """The request to the yardstick."""
    return f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n\r\n".encode()
