"""TABLE: what a mock issuer answers at its addresses, from which its routes and its OpenAPI document are made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a field means, wherever it is sent
FIELDS: dict[str, str] = {
    "client_id": "the registered client",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    "client_assertion": "JWT signed by the client, aud is the issuer; may carry assertion_details",
    "request": "request object: the parameters as a JWT signed by the client",
    "response_type": "code",
    "redirect_uri": "where the browser returns to, registered",
    "scope": "openid, claims of the person, APIs (<audience>/api), offline_access",
    "state": "returned as it is",
    "nonce": "stands in the ID token",
    "code_challenge": "base64url of the SHA-256 of code_verifier",
    "code_challenge_method": "S256",
    "dpop_jkt": "thumbprint of the key to which the code is bound",
    "acr_values": "levels of login that are enough",
    "prompt": "none: answer at once, which nobody logged in can",
    "authorization_details": "HelseID: for whom the client acts, and the attest",
    "request_uri": "what the endpoint of pushed requests gave",
    "login": "who is chosen on the page",
    "level": "how strongly",
    "cancel": "nobody logs in",
    "grant_type": "which grant",
    "code": "from the authorization response",
    "code_verifier": "of PKCE",
    "refresh_token": "used once; the answer brings the next",
    "resource": "the one API of several that the token is for",
    "audience": "the API, where the scope does not tell",
    "subject_token": "the token that is exchanged",
    "subject_token_type": "urn:ietf:params:oauth:token-type:access_token",
    "token": "a refresh token",
    "id_token_hint": "an ID token of the session that ends",
    "post_logout_redirect_uri": "where the browser goes, registered",
}
CLIENT = ("client_assertion_type", "client_assertion")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. ``needs`` and ``takes`` are fields of the query (GET) or of the form; ``body`` is JSON."""

    handler: str
    method: str
    path: str  # a name of the profile's paths, or an address of the sandbox's own
    summary: str
    answers: Mapping[int, str]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    body: Mapping[str, Any] | None = None  # an example
    key: bool = False  # X-Auth-Key
    faulty: bool = True  # whether faults on demand strike it


OPERATIONS: tuple[Operation, ...] = (
    Operation("metadata", "GET", "discovery", "The issuer's metadata", {200: "metadata"}),
    Operation("jwks", "GET", "jwks", "The public keys", {200: "JWK set"}),
    Operation(
        "par",
        "POST",
        "par",
        "Push an authorization request (required)",
        {201: "request_uri, expires_in", 400: "refused", 401: "the client is not authenticated"},
        needs=CLIENT,
        takes=(
            "client_id",
            "response_type",
            "redirect_uri",
            "scope",
            "code_challenge",
            "code_challenge_method",
            "state",
            "nonce",
            "dpop_jkt",
            "acr_values",
            "prompt",
            "authorization_details",
            "request",
        ),
    ),
    Operation(
        "authorize",
        "GET",
        "authorize",
        "The page where a person is chosen",
        {200: "the page", 303: "back with an error", 400: "the request cannot be used"},
        needs=("client_id", "request_uri"),
    ),
    Operation(
        "choose",
        "POST",
        "authorize",
        "What the page sends",
        {303: "back with code, state and iss, or with an error", 400: "the request cannot be used"},
        needs=("client_id", "request_uri"),
        takes=("login", "level", "cancel"),
    ),
    Operation(
        "token",
        "POST",
        "token",
        "Tokens; DPoP, with the nonce that an error use_dpop_nonce brings",
        {200: "tokens", 400: "refused", 401: "the client is not authenticated"},
        needs=("grant_type", *CLIENT),
        takes=(
            "client_id",
            "code",
            "code_verifier",
            "redirect_uri",
            "refresh_token",
            "scope",
            "resource",
            "audience",
            "subject_token",
            "subject_token_type",
            "authorization_details",
        ),
    ),
    Operation("userinfo", "GET", "userinfo", "Who the token is about", {200: "claims", 401: "refused"}),
    Operation(
        "revoke",
        "POST",
        "revocation",
        "End the session of a refresh token",
        {200: "done, or unknown", 401: "the client is not authenticated"},
        needs=("token", *CLIENT),
    ),
    Operation(
        "end_session",
        "GET",
        "endsession",
        "Log out",
        {200: "a page", 303: "to where the client wants", 400: "the hint or the address is not ours"},
        takes=("id_token_hint", "post_logout_redirect_uri", "client_id", "state"),
    ),
    Operation(
        "test_token",
        "POST",
        "/v2/create-test-token-with-key",
        "Test-token service: any token, also a wrong one",
        {200: "accessTokenJwt, dPoPProof", 400: "what is not known", 401: "X-Auth-Key"},
        body={"audience": "nhn:helsekort", "userClaimsParameters": {"securityLevel": "4"}},
        key=True,
        faulty=False,
    ),
    Operation(
        "broken_index",
        "GET",
        "/v2/broken-test-tokens",
        "The ways in which a test token can be broken, and how a server must refuse each",
        {200: "variant, description, refusedAs"},
        faulty=False,
    ),
    Operation(
        "broken_token",
        "POST",
        "/v2/broken-test-tokens",
        "A token that is broken in one way; the request is that of the test-token service",
        {200: "accessTokenJwt", 400: "what is not known", 401: "X-Auth-Key"},
        body={"variant": "expired", "request": {"audience": "nhn:helsekort"}},
        key=True,
        faulty=False,
    ),
    Operation(
        "rotate",
        "POST",
        "/_keys",
        "Change keys: announce the next, rotate to it, retire the former",
        {200: "the kid of each", 400: "what is not known", 401: "X-Auth-Key"},
        body={"do": "rotate"},
        key=True,
        faulty=False,
    ),
    Operation(
        "log_out",
        "POST",
        "/_logout",
        "End every login of a person, who is named as on the page; clients are told by back-channel logout",
        {200: "how each client answered", 400: "what is not known", 401: "X-Auth-Key"},
        body={"login": "midwife-a"},
        key=True,
        faulty=False,
    ),
    Operation(
        "authorise",
        "POST",
        "/_authorisations",
        "Whether the health personnel register has withdrawn a person's authorisation",
        {200: "whose is withdrawn", 400: "what is not known", 401: "X-Auth-Key"},
        body={"login": "midwife-a", "withdrawn": True},
        key=True,
        faulty=False,
    ),
    Operation(
        "switches",
        "POST",
        "/_switches",
        "Whether the token endpoint demands a nonce",
        {200: "as it is now", 400: "what is not known", 401: "X-Auth-Key"},
        body={"requireNonce": True},
        key=True,
        faulty=False,
    ),
)
CONTROLS: tuple[Operation, ...] = (
    Operation("", "GET", "/_log", "Every request that reached the issuer", {200: "count, entries"}),
    Operation(
        "",
        "POST",
        "/_faults",
        "How the next requests go wrong; {} ends it",
        {200: "the faults", 400: "what is not known"},
        body={"status": 503, "count": 1},
    ),
    Operation("", "GET", "/_faults", "How the next requests go wrong now", {200: "the faults"}),
    Operation("", "GET", "/_clock", "The clock by which the log is dated", {200: "the clock"}),
    Operation(
        "",
        "POST",
        "/_clock",
        "Move the clock by which the log is dated; tokens keep to the true one",
        {200: "the clock", 400: "what is not known"},
        body={"advanceSeconds": 60},
    ),
    Operation(
        "",
        "POST",
        "/_lose",
        "Forget the last effects, as by a restore, at the next start",
        {200: "which", 400: "what is not known"},
        body={"last": 1},
    ),
    Operation("", "GET", "/health/live", "A sign of life", {200: "live"}),
    Operation("", "GET", "/openapi.json", "This document", {200: "OpenAPI 3.1"}),
)
