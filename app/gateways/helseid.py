"""This server's own client at HelseID: machine tokens, exchanged tokens, and calls that are bound to its key.

Security profile: https://utviklerportal.nhn.no (HelseID, sikkerhetsprofil): ``private_key_jwt`` with the issuer as
audience, DPoP (RFC 9449) with nonces, one audience a token; token exchange is RFC 8693.
"""

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc7523 import private_key_jwt_sign
from joserfc import jwt
from joserfc.jwk import ECKey, Key, import_key

from app.gateways.failures import Failure, TokenSpent, Unreachable, is_down, retry_after

SYSTEM = "HelseID"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 (the name of a type)
TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"  # noqa: S105 (the name of a grant)
_ASSERTION_SECONDS = 30
_EARLY = 30.0  # a cached token is not used in its last seconds
_METADATA_SECONDS = 24 * 3600.0


def read_client_key(path: str) -> Key:
    """The private JWK of this server's client, from its file."""
    return import_key(json.loads(Path(path).read_text()))


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, when it ends (epoch), and the key that it is bound to."""

    value: str
    expires: float
    key: ECKey

    def headers(self, method: str, url: str, nonce: str | None = None) -> dict[str, str]:
        """The headers of one call with this token."""
        proof = _proof(self.key, method, url, token=self.value, nonce=nonce)
        return {"Authorization": f"DPoP {self.value}", "DPoP": proof}


async def call(
    http: httpx.AsyncClient,
    token: Token,
    system: str,
    url: str,
    content: bytes,
    headers: dict[str, str],
    method: str = "POST",
) -> httpx.Response:
    """POST, or another method, with a fresh proof; once more where ``system`` asks for a nonce. Raises Unreachable."""
    nonce = None
    try:
        for _ in range(2):
            bound = token.headers(method, url, nonce)
            response = await http.request(method, url, content=content, headers=headers | bound)
            nonce = response.headers.get("dpop-nonce")
            if response.status_code != httpx.codes.UNAUTHORIZED or nonce is None:
                break
    except httpx.HTTPError as error:
        raise Unreachable(f"{system} does not answer ({type(error).__name__})") from error
    return response


class HelseId:
    """The client ``client_id`` at ``issuer``. Tokens are bound to a key that lives as long as this object."""

    def __init__(self, issuer: str, client_id: str, client_key: Key, http: httpx.AsyncClient) -> None:
        self._issuer = issuer
        self._client_id = client_id
        self._client_key = client_key
        self._http = http
        self._proof_key = ECKey.generate_key("P-256")
        self._metadata: dict[str, Any] = {}
        self._metadata_until = 0.0
        self._nonce: str | None = None
        self._machine: dict[str, Token] = {}
        self._exchanged: dict[bytes, Token] = {}  # by a digest of what it was exchanged for
        self._locks: dict[str, asyncio.Lock] = {}

    async def machine_token(self, audience: str, right: str = "api") -> Token:
        """A token of this server itself (client credentials), kept until it expires. Raises Unreachable.

        ``right`` is the last part of the scope.
        """
        async with self._locks.setdefault(audience, asyncio.Lock()):
            known = self._machine.get(audience)
            if known is None or known.expires - _EARLY < time.time():
                form = {"grant_type": "client_credentials", "scope": f"{audience}/{right}"}
                known = self._machine[audience] = await self._grant(form)
            return known

    def forget(self, audience: str) -> None:
        """Ask anew next time: the audience did not take the token."""
        self._machine.pop(audience, None)
        self._exchanged.clear()

    @contextmanager
    def tried(self, audience: str) -> Iterator[None]:
        """What is done with the token for ``audience``; where it fails, the token is forgotten."""
        try:
            yield
        except Failure:
            self.forget(audience)
            raise

    async def exchange(self, subject_token: str, audience: str, right: str = "api") -> Token:
        """A token for ``audience`` in the name of the person of ``subject_token``. Raises TokenSpent, Unreachable.

        ``right`` is the last part of the scope.
        """
        key = hashlib.sha256(f"{audience}/{right} {subject_token}".encode()).digest()
        known = self._exchanged.get(key)
        if known is not None and known.expires - _EARLY > time.time():
            return known
        form = {
            "grant_type": TOKEN_EXCHANGE,
            "subject_token": subject_token,
            "subject_token_type": ACCESS_TOKEN,
            "scope": f"{audience}/{right}",
        }
        token = await self._grant(form)
        now = time.time()
        self._exchanged = {one: kept for one, kept in self._exchanged.items() if kept.expires > now}
        self._exchanged[key] = token
        return token

    async def _grant(self, form: dict[str, str]) -> Token:
        asked = time.time()
        response = await self.asked("token_endpoint", form)
        answer = _answer(response)
        if response.is_success:
            return self._token(answer, asked)
        if form["grant_type"] == TOKEN_EXCHANGE and answer.get("error") == "invalid_grant":
            raise TokenSpent(f"{SYSTEM} no longer accepts the clinician's token")
        status = response.status_code
        raise Unreachable(
            f"{SYSTEM} gave no token ({status})", retry_after(response), is_down=is_down(status)
        )

    async def asked(self, endpoint: str, form: dict[str, str], *, bound: bool = True) -> httpx.Response:
        """What the endpoint of this name answers to this client, with a nonce where it wants one; ``bound``: with a proof.

        Raises Unreachable.
        """
        url = await self.endpoint(endpoint)
        for last in (False, True):
            response = await self._post(url, form, bound=bound)
            self._nonce = response.headers.get("dpop-nonce") or self._nonce
            if last or response.is_success or _answer(response).get("error") != "use_dpop_nonce":
                break
        return response

    async def _post(self, endpoint: str, form: dict[str, str], *, bound: bool) -> httpx.Response:
        authenticated = {
            **form,
            "client_id": self._client_id,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(),
        }
        proof = {"DPoP": _proof(self._proof_key, "POST", endpoint, nonce=self._nonce)} if bound else {}
        try:
            return await self._http.post(endpoint, data=authenticated, headers=proof)
        except httpx.HTTPError as error:
            raise Unreachable(f"{SYSTEM} does not answer ({type(error).__name__})") from error

    def _token(self, answer: dict[str, Any], asked: float) -> Token:
        value, lifetime = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not isinstance(lifetime, int | float):
            raise Unreachable(f"{SYSTEM} answered without a token")
        if str(answer.get("token_type", "")).lower() != "dpop":
            raise Unreachable(f"{SYSTEM} gave a token that is not bound")
        return Token(value, asked + lifetime, self._proof_key)

    def _assertion(self) -> str:
        """A new ``private_key_jwt``; its audience is the issuer, not the token endpoint (HelseID's profile)."""
        assertion: str = private_key_jwt_sign(
            self._client_key,
            self._client_id,
            self._issuer,
            alg=_algorithm(self._client_key),
            header={"typ": "client-authentication+jwt", "kid": self._client_key.kid},
            claims={"nbf": int(time.time())},
            expires_in=_ASSERTION_SECONDS,
        )
        return assertion

    async def endpoint(self, name: str) -> str:
        """The address that the issuer's metadata gives ``name``. Raises Unreachable."""
        if time.monotonic() > self._metadata_until:
            try:
                response = await self._http.get(f"{self._issuer}/.well-known/openid-configuration")
            except httpx.HTTPError as error:
                raise Unreachable(f"{SYSTEM} does not answer ({type(error).__name__})") from error
            found = _answer(response)
            if not response.is_success or found.get("issuer") != self._issuer:
                raise Unreachable(f"{SYSTEM} has no metadata for this issuer ({response.status_code})")
            self._metadata = found
            self._metadata_until = time.monotonic() + _METADATA_SECONDS
        if not isinstance(self._metadata.get(name), str):
            raise Unreachable(f"{SYSTEM} has no metadata for this issuer ({name})")
        return str(self._metadata[name])


def _answer(response: httpx.Response) -> dict[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _algorithm(key: Key) -> str:
    return key.alg or ("ES256" if isinstance(key, ECKey) else "PS256")


def _proof(key: ECKey, method: str, url: str, *, token: str = "", nonce: str | None = None) -> str:
    """A DPoP proof for one request (RFC 9449 § 4.2)."""
    parts = urlsplit(url)
    claims: dict[str, Any] = {
        "jti": secrets.token_urlsafe(16),
        "htm": method,
        "htu": f"{parts.scheme}://{parts.netloc}{parts.path}",
        "iat": int(time.time()),
    }
    if token:
        digest = hashlib.sha256(token.encode()).digest()
        claims["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    if nonce is not None:
        claims["nonce"] = nonce
    public = {name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": public}, claims, key)
