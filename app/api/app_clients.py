"""Which app asks, and with which key: client authentication and proofs at the token endpoint and its neighbours.

``private_key_jwt`` https://www.rfc-editor.org/rfc/rfc7523#section-3, SMART's asymmetric authentication
https://hl7.org/fhir/smart-app-launch/STU2.2/client-confidential-asymmetric.html; a public client names itself.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request

from app import clock
from app.access.apps import find
from app.api.proof import verify
from app.fhir.outcome import Unauthenticated
from app.interactions.app_tokens import AppError
from app.registrations import App
from app.settings import Settings
from app.store.grants import Grants

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = ("ES256", "ES384", "PS256", "RS256", "RS384")
_LONGEST_LIFE = 300
_LARGEST = 32_768


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, each once (RFC 6749 § 3.2). Raises AppError."""
    if (
        request.headers.get("content-type", "").partition(";")[0].strip()
        != "application/x-www-form-urlencoded"
    ):
        raise AppError("invalid_request", "The body is a form, application/x-www-form-urlencoded")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > _LARGEST:
            raise AppError("invalid_request", "The body is too large", 413)
    return fields_of(body.decode("utf-8", "replace"))


def fields_of(text: str) -> dict[str, str]:
    """The fields of a form or a query, each once. Raises AppError."""
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(dict(pairs)) < len(pairs):
        raise AppError("invalid_request", "A parameter came more than once")
    return dict(pairs)


class Clients:
    """The registered apps, at the endpoints that they call themselves."""

    def __init__(self, settings: Settings, grants: Grants) -> None:
        self._settings, self._grants = settings, grants

    async def authenticated(self, form: Mapping[str, str], path: str) -> App:
        """The app that asks. Raises AppError."""
        assertion = form.get("client_assertion")
        if assertion is None:
            app = find(self._settings, form.get("client_id", ""))
            if app is None or app.confidential:
                raise AppError("invalid_client", "The client is unknown, or must prove who it is", 401)
            return app
        if form.get("client_assertion_type") != ASSERTION:
            raise AppError("invalid_client", f"client_assertion_type is {ASSERTION}", 401)
        return await self._proven(assertion, form.get("client_id"), path)

    async def _proven(self, assertion: str, named: str | None, path: str) -> App:
        claimed = _unverified(assertion).get("iss")
        app = find(self._settings, str(claimed))
        if app is None or not app.confidential or named not in {None, app.client_id}:
            raise AppError("invalid_client", "The client is unknown, or has no keys", 401)
        try:
            keys = KeySet.import_key_set({"keys": [dict(key) for key in app.keys]})
            claims = jwt.decode(assertion, keys, algorithms=list(ALGORITHMS)).claims
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise AppError("invalid_client", "The assertion does not hold", 401) from error
        self._check(app, claims, path)
        digest = hashlib.sha256(f"assertion {app.client_id} {claims['jti']}".encode()).digest()
        if not await self._grants.spend(digest, clock.at(claims["exp"] + 60)):
            raise AppError("invalid_client", "The assertion has been used before (jti)", 401)
        return app

    def _check(self, app: App, claims: dict[str, Any], path: str) -> None:
        base, now = self._settings.base_url, clock.now().timestamp()
        audience = claims.get("aud")
        ours = {base, f"{base}/auth/token", f"{base}{path}"}
        if (
            claims.get("sub") != app.client_id
            or not ({audience} if isinstance(audience, str) else set(audience or ())) & ours
        ):
            raise AppError(
                "invalid_client", "sub is the client, aud is the issuer or the token endpoint", 401
            )
        expires, jti = claims.get("exp"), claims.get("jti")
        if not isinstance(expires, int | float) or not now - 5 < expires < now + _LONGEST_LIFE + 5:
            raise AppError("invalid_client", "exp is at most five minutes away", 401)
        if not isinstance(jti, str) or not jti:
            raise AppError("invalid_client", "jti is required", 401)

    async def bound(self, request: Request, app: App) -> str | None:
        """The thumbprint of the key that the tokens are bound to; None for an app that needs none. Raises AppError."""
        proofs = request.headers.getlist("dpop")
        if not proofs and app.bearer:
            return None
        if len(proofs) != 1:
            raise AppError("invalid_dpop_proof", "Exactly one DPoP header is required")
        url = self._settings.base_url + request.url.path
        try:
            proof = verify(proofs[0], method=request.method, url=url, window=self._settings.dpop_window)
        except Unauthenticated as error:
            raise AppError("invalid_dpop_proof", str(error)) from error
        if not await self._grants.spend(proof.jti, clock.at(proof.expires)):
            raise AppError("invalid_dpop_proof", "The DPoP proof has been used before (jti)")
        return proof.thumbprint


def _unverified(assertion: str) -> dict[str, Any]:
    """What the assertion claims, before anything of it is believed. Raises AppError."""
    try:
        part = assertion.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (ValueError, IndexError, RecursionError) as error:
        raise AppError("invalid_client", "The assertion cannot be read", 401) from error
    return claims if isinstance(claims, dict) else {}
