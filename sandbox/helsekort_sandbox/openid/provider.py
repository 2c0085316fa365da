"""One mock issuer: its keys, its clients, its log, its faults, and the tokens that it signs.

https://www.rfc-editor.org/rfc/rfc7523 (``private_key_jwt``), https://www.rfc-editor.org/rfc/rfc9068 (``at+jwt``),
https://www.rfc-editor.org/rfc/rfc9449 (DPoP).
"""

import hashlib
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from helsekort_sandbox import clients, keys
from helsekort_sandbox.clients import Client
from helsekort_sandbox.effects import EffectLog
from helsekort_sandbox.faults import Faults
from helsekort_sandbox.openid.grants import Grants
from helsekort_sandbox.openid.keyring import KeyRing
from helsekort_sandbox.openid.profile import Claims, Profile
from helsekort_sandbox.proofs import Once, ProofChecker, Refused, verified

LIFETIME = 600  # seconds
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The client of a request, and what its assertion says."""

    client: Client
    assertion: Claims


class Provider:
    """The issuer ``url``; the folder ``state`` holds its keys, its log, its clients and the test-token service's key."""

    def __init__(self, profile: Profile, url: str, state: Path, algorithm: str) -> None:
        self.profile, self.url = profile, url
        self.ring = KeyRing(state / f"{profile.keys}-{algorithm}.json", algorithm)
        self.log = EffectLog(state / f"{profile.name}.ndjson")
        self.faults = Faults(self.log.clock)
        self.grants = Grants(self.log)
        self.proofs = ProofChecker()
        self.proofs.nonce_required = profile.nonce_required
        self._registrations = state / "clients.json"
        self._auth_key = state / "test-token-key"
        self._assertions = Once(120)
        self.unauthorised: set[str] = set()  # whose authorisation the health personnel register took away

    def address(self, name: str) -> str:
        """The whole address of one of the profile's paths."""
        return self.url + self.profile.paths[name]

    def client(self, client_id: Any) -> Client | None:
        """The registered client."""
        return clients.find(self._registrations, client_id)

    def authenticated(self, form: Mapping[str, str]) -> Authenticated:
        """The client that signed the assertion. Raises Refused."""
        assertion = form.get("client_assertion", "")
        if form.get("client_assertion_type") != ASSERTION_TYPE or assertion.count(".") != 2:
            raise Refused("invalid_client", "A client assertion (private_key_jwt) is required")
        try:
            client = self.client(keys.claims_of(assertion).get("iss"))
        except (ValueError, AttributeError) as error:
            raise Refused("invalid_client", "The assertion cannot be read") from error
        if client is None:
            raise Refused("invalid_client", "The client is not registered")
        claims = verified(assertion, list(client.keys), "invalid_client", self.profile.assertion_typ)
        if claims.get("sub") != client.client_id or claims.get("aud") != self.url:
            raise Refused("invalid_client", "sub is the client, aud is the issuer")
        if form.get("client_id", client.client_id) != client.client_id:
            raise Refused("invalid_client", "client_id is not the client that signed")
        if claims["exp"] > time.time() + 120 or not self._assertions.use(str(claims.get("jti"))):
            raise Refused("invalid_client", "exp is too late, or jti was used before")
        return Authenticated(client, claims)

    def bound(self, request: Request, name: str, *, needed: bool) -> str | None:
        """The thumbprint of the key that the request proves at the address ``name``. Raises Refused."""
        proof = request.headers.get("dpop")
        if proof is None and not needed:
            return None
        return self.proofs.check(proof, "POST", self.address(name))

    def access_token(
        self, client: Client, audience: str, claims: Claims, jkt: str | None, expires: int
    ) -> str:
        """An access token for ``audience``, bound to the key ``jkt`` where there is one."""
        now = int(time.time())
        payload = {
            "iss": self.url,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": expires,
            "jti": secrets.token_hex(16),
            "client_id": client.client_id,
            **({"cnf": {"jkt": jkt}} if jkt else {}),
            **self.profile.client_claims(client),
            **claims,
        }
        return self.signed(payload, "at+jwt")

    def signed(self, payload: Claims, typ: str) -> str:
        key = self.ring.signing
        return keys.sign(key, {"typ": typ, "kid": key["kid"]}, payload)

    def subject(self, client: Client, number: str) -> str:
        """What this client knows a person by: another value for each client."""
        text = f"{self.url} {client.client_id} {number}"
        return keys.encode(hashlib.sha256(text.encode()).digest())

    @staticmethod
    def number(claims: Claims) -> str:
        """The national identity number among the claims of a person."""
        return str(claims.get("helseid://claims/identity/pid") or claims["pid"])

    def is_operator(self, request: Request) -> bool:
        """Whether the request bears the key of the test-token service, which also opens the switches."""
        presented = request.headers.get("x-auth-key")
        expected = self._auth_key.read_text().strip() if self._auth_key.exists() else ""
        return bool(expected and presented) and secrets.compare_digest(str(presented), expected)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form. Raises Refused where one comes twice (RFC 6749 §3.2)."""
    fields = parse_qsl((await request.body()).decode(errors="replace"), keep_blank_values=True)
    if len(dict(fields)) < len(fields):
        raise Refused("invalid_request", "A parameter came more than once")
    return dict(fields)
