"""How a national service meets a caller: DPoP-bound token of the mock HelseID, the right audience, a fresh proof.

The checks of https://www.rfc-editor.org/rfc/rfc9449#section-7; Bearer tokens are refused as the real services do.
"""

import time
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from helsekort_sandbox.loopback import fetch
from helsekort_sandbox.proofs import ProofChecker, Refused, verified

PID = "helseid://claims/identity/pid"
HPR = "helseid://claims/hpr/hpr_number"
ATTEST = "nhn:tillitsrammeverk:parameters"
KEYS_LIVE = 300  # seconds


class ResourceServer:
    """Authenticates requests for one audience."""

    def __init__(self, issuer: str, audience: str) -> None:
        self.issuer, self.audience = issuer, audience
        self.proofs = ProofChecker()
        self._keys: list[dict[str, Any]] = []
        self._fetched = 0.0

    def authenticate(self, request: Request) -> dict[str, Any]:
        """The claims of the caller's token. Raises Refused."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "dpop" or not token:
            raise Refused("invalid_token", "A DPoP-bound token is required")
        claims = verified(token, self.keys(), "invalid_token", "at+jwt")
        if claims.get("iss") != self.issuer or claims.get("aud") != self.audience:
            raise Refused("invalid_token", "iss or aud is not ours")
        url = str(request.url.replace(query=None))
        bound = self.proofs.check(request.headers.get("dpop"), request.method, url, token)
        if claims.get("cnf", {}).get("jkt") != bound:
            raise Refused("invalid_token", "The token is bound to another key")
        return claims

    def keys(self) -> list[dict[str, Any]]:
        """The issuer's public keys, from its metadata, kept for a while."""
        if time.monotonic() - self._fetched > KEYS_LIVE or not self._keys:
            metadata = fetch(f"{self.issuer}/.well-known/openid-configuration")
            self._keys = fetch(metadata["jwks_uri"])["keys"]
            self._fetched = time.monotonic()
        return self._keys


def unauthorized(refusal: Refused) -> JSONResponse:
    """401 with the challenge of RFC 9449 §7.1."""
    challenge = f'DPoP error="{refusal.error}", error_description="{refusal.why}", algs="ES256 RS256 PS256"'
    headers = {"WWW-Authenticate": challenge, **refusal.headers}
    return JSONResponse({"error": refusal.error, "error_description": refusal.why}, 401, headers)


def actor(claims: dict[str, Any]) -> dict[str, Any]:
    """Who acted, for the effect log."""
    return {"client": claims.get("client_id"), "pid": claims.get(PID), "hpr": claims.get(HPR)}
