"""Mock of HelseID, and with another key of the citizens' issuer: metadata, keys, tokens, test tokens.

https://utviklerportal.nhn.no/informasjonstjenester/helseid (security profile: ``private_key_jwt``, DPoP, one audience a
token), token exchange https://www.rfc-editor.org/rfc/rfc8693. Only registered clients get anything.
"""

import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox import clients, keys, ttt
from helsekort_sandbox.clients import CLIENT_CREDENTIALS, TOKEN_EXCHANGE, Client
from helsekort_sandbox.proofs import Once, ProofChecker, Refused, verified

LIFETIME = 600  # seconds
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 (the name of a type)
PERSON = (  # what an exchange keeps of the clinician: who, with which authorisation, where and why
    "sub",
    "name",
    "helseid://claims/identity/pid",
    "helseid://claims/identity/security_level",
    "helseid://claims/identity/assurance_level",
    "helseid://claims/hpr/hpr_number",
    "helseid://claims/client/claims/orgnr_parent",
    "helseid://claims/client/claims/orgnr_child",
    "nhn:tillitsrammeverk:parameters",
)


class Issuer:
    """One issuer: ``url`` is its name, ``state`` holds its key, its clients and the key of the test-token service."""

    def __init__(self, url: str, state: Path, algorithm: str = "RS256") -> None:
        self.url = url
        self.key = keys.keep(state / f"issuer-{algorithm}.json", algorithm)
        self.registrations = state / "clients.json"
        self.auth_key_file = state / "test-token-key"
        self.proofs = ProofChecker()
        self._assertions = Once(120)

    def issue(self, client: Client, audience: str, claims: Mapping[str, Any], jkt: str, expires: int) -> str:
        """An access token of ``client`` for ``audience``, bound to the key ``jkt``."""
        now = int(time.time())
        organization = {
            "helseid://claims/client/claims/orgnr_parent": client.orgnr_parent,
            "helseid://claims/client/claims/orgnr_child": client.orgnr_child,
        }
        payload = {
            "iss": self.url,
            "aud": audience,
            "iat": now,
            "nbf": now,
            "exp": expires,
            "jti": secrets.token_hex(16),
            "client_id": client.client_id,
            "helseid://claims/client/client_name": client.name,
            "helseid://claims/client/amr": "private_key_jwt",
            "scope": f"{audience}/api",
            "cnf": {"jkt": jkt},
            **{name: value for name, value in organization.items() if value},
            **claims,
        }
        return keys.sign(self.key, {"typ": "at+jwt", "kid": self.key["kid"]}, payload)

    def authenticated(self, form: Mapping[str, str]) -> Client:
        """The client that signed the assertion. Raises Refused."""
        assertion = form.get("client_assertion", "")
        if form.get("client_assertion_type") != ASSERTION_TYPE or assertion.count(".") != 2:
            raise Refused("invalid_client", "A client assertion (private_key_jwt) is required")
        try:
            client = clients.find(self.registrations, keys.claims_of(assertion).get("iss"))
        except (ValueError, AttributeError) as error:
            raise Refused("invalid_client", "The assertion cannot be read") from error
        if client is None:
            raise Refused("invalid_client", "The client is not registered")
        claims = verified(assertion, list(client.keys), "invalid_client")
        if claims.get("sub") != client.client_id or claims.get("aud") != self.url:
            raise Refused("invalid_client", "sub is the client, aud is the issuer")
        if claims["exp"] > time.time() + 120 or not self._assertions.use(str(claims.get("jti"))):
            raise Refused("invalid_client", "exp is too late, or jti was used before")
        return client

    def grant(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        """The token response for one request. Raises Refused."""
        jkt = self.proofs.check(request.headers.get("dpop"), "POST", f"{self.url}/connect/token")
        client = self.authenticated(form)
        kind = form.get("grant_type", "")
        if kind not in {CLIENT_CREDENTIALS, TOKEN_EXCHANGE}:
            raise Refused("unsupported_grant_type", f"{CLIENT_CREDENTIALS} or {TOKEN_EXCHANGE}")
        if kind not in client.grants:
            raise Refused("unauthorized_client", "The client is not registered for this grant")
        audience = client.audience(form.get("scope", ""), form.get("audience", ""))
        if audience is None:
            raise Refused("invalid_scope", "One audience that the client is registered for")
        expires = int(time.time()) + LIFETIME
        claims: dict[str, Any] = {"sub": client.client_id}
        if kind == TOKEN_EXCHANGE:
            subject = self._subject(form, client)
            claims = {name: subject[name] for name in PERSON if name in subject}
            claims["act"] = {"sub": client.client_id}
            expires = min(expires, int(subject["exp"]))
        token = self.issue(client, audience, claims, jkt, expires)
        answer = {"access_token": token, "token_type": "DPoP", "expires_in": expires - int(time.time())}
        answer["scope"] = f"{audience}/api"
        return answer | ({"issued_token_type": ACCESS_TOKEN_TYPE} if kind == TOKEN_EXCHANGE else {})

    def _subject(self, form: Mapping[str, str], client: Client) -> dict[str, Any]:
        """The token to be exchanged: ours, alive, and given to the API that now asks on the person's behalf."""
        if form.get("subject_token_type") != ACCESS_TOKEN_TYPE:
            raise Refused("invalid_request", f"subject_token_type is {ACCESS_TOKEN_TYPE}")
        subject = verified(form.get("subject_token", ""), [keys.public(self.key)], "invalid_grant", "at+jwt")
        if subject.get("iss") != self.url or not client.api or subject.get("aud") != client.api:
            raise Refused("invalid_grant", "The subject token was issued to another API")
        return subject

    def may_make_test_tokens(self, presented: str | None) -> bool:
        """Whether ``presented`` is the key of the test-token service."""
        expected = self.auth_key_file.read_text().strip() if self.auth_key_file.exists() else ""
        return bool(expected and presented) and secrets.compare_digest(str(presented), expected)


class Pages:
    """What the issuer answers at its addresses."""

    def __init__(self, issuer: Issuer) -> None:
        self.issuer = issuer

    async def metadata(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.issuer.url,
                "token_endpoint": f"{self.issuer.url}/connect/token",
                "jwks_uri": f"{self.issuer.url}/.well-known/openid-configuration/jwks",
                "grant_types_supported": [CLIENT_CREDENTIALS, TOKEN_EXCHANGE],
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "dpop_signing_alg_values_supported": list(keys.ALGORITHMS),
            }
        )

    async def jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": [keys.public(self.issuer.key)]})

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        try:
            return JSONResponse(self.issuer.grant(request, form), headers={"Cache-Control": "no-store"})
        except Refused as refusal:
            status = 401 if refusal.error == "invalid_client" else 400
            body = {"error": refusal.error, "error_description": refusal.why}
            return JSONResponse(body, status, refusal.headers)

    async def test_token(self, request: Request) -> Response:
        if not self.issuer.may_make_test_tokens(request.headers.get("x-auth-key")):
            return JSONResponse(ttt.failure("X-Auth-Key is missing or wrong"), 401)
        try:
            return JSONResponse(ttt.answer(await request.json(), self.issuer.url, self.issuer.key))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse(ttt.failure(str(error)), 400)

    async def switches(self, request: Request) -> Response:
        if not self.issuer.may_make_test_tokens(request.headers.get("x-auth-key")):
            return JSONResponse({"error": "X-Auth-Key is missing or wrong"}, 401)
        self.issuer.proofs.nonce_required = bool((await request.json()).get("requireNonce"))
        return JSONResponse({"requireNonce": self.issuer.proofs.nonce_required})

    async def live(self, _: Request) -> Response:
        return JSONResponse({"status": "live"})


def create_app(url: str, state: Path, algorithm: str = "RS256") -> Starlette:
    """The issuer ``url``, with its state in the folder ``state``."""
    pages = Pages(Issuer(url, state, algorithm))
    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", pages.metadata),
            Route("/.well-known/openid-configuration/jwks", pages.jwks),
            Route("/connect/token", pages.token, methods=["POST"]),
            Route("/v2/create-test-token-with-key", pages.test_token, methods=["POST"]),
            Route("/_switches", pages.switches, methods=["POST"]),
            Route("/health/live", pages.live),
        ]
    )
