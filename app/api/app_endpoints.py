"""The endpoints that apps call themselves: pushed requests, tokens, introspection, revocation; and what anybody may know.

https://www.rfc-editor.org/rfc/rfc6749#section-3.2, https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from app import clock
from app.access.apps import CONTEXT
from app.access.logins import KIND
from app.access.roles import ATTEST, CHILD, PARENT, NoRole
from app.api import app_requests
from app.api.app_clients import ALGORITHMS, Clients, form_of
from app.api.app_requests import Lost, Returned
from app.api.brakes import Brake
from app.api.identity import Identity
from app.api.login_tokens import ended
from app.api.proof import ALGORITHMS as PROOFS
from app.fhir.outcome import FhirError, Unauthenticated
from app.interactions.app_tokens import AppError, Tokens
from app.interactions.context import House
from app.registrations import App
from app.store.grants import Grants

_log = logging.getLogger("helsekort")
PUSHED, PUSHED_LIVES = "pushed", timedelta(seconds=90)
URN = "urn:ietf:params:oauth:request_uri:"
QUIET = {"Cache-Control": "no-store", "Pragma": "no-cache"}
Endpoint = Callable[[Request], Awaitable[Response]]
CAPABILITIES = (  # https://hl7.org/fhir/smart-app-launch/STU2.2/conformance.html#capability-sets
    "launch-ehr", "launch-standalone", "authorize-post", "client-public", "client-confidential-asymmetric",
    "sso-openid-connect", "context-banner", "context-ehr-patient", "context-standalone-patient",
    "permission-offline", "permission-online", "permission-patient", "permission-user", "permission-v1",
    "permission-v2",
)  # fmt: skip


def metadata(base: str) -> dict[str, Any]:
    """``smart-configuration``, which is this issuer's OAuth metadata too."""
    return {
        "issuer": base,
        "jwks_uri": f"{base}/auth/jwks.json",
        "authorization_endpoint": f"{base}/auth/authorize",
        "pushed_authorization_request_endpoint": f"{base}/auth/par",
        "token_endpoint": f"{base}/auth/token",
        "introspection_endpoint": f"{base}/auth/introspect",
        "revocation_endpoint": f"{base}/auth/revoke",
        "end_session_endpoint": f"{base}/auth/logout",
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", "private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "dpop_signing_alg_values_supported": list(PROOFS),
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": [ATTEST, app_requests.ORGANIZATION],
        "scopes_supported": [*CONTEXT, "patient/*.cruds", "user/*.cruds", "system/*.cruds"],
        "ui_locales_supported": ["nb", "nn", "en"],
        "capabilities": list(CAPABILITIES),
    }


class Endpoints:
    """What apps themselves are answered."""

    def __init__(self, house: House, identity: Identity, tokens: Tokens, grants: Grants) -> None:
        self._house, self._identity, self._tokens, self._grants = house, identity, tokens, grants
        self._clients = Clients(house.settings, grants)
        self._brake = Brake(house.settings.failed_tokens)

    def met(self, handler: Endpoint) -> Endpoint:
        """The endpoint with its refusals; who fails to prove who it is too often waits."""

        async def answer(request: Request) -> Response:
            address = request.client.host if request.client else ""
            try:
                self._brake.check(address)
                return await handler(request)
            except AppError as error:
                if error.status == 401:  # noqa: PLR2004
                    self._brake.missed(address)
                return refused(error)
            except FhirError as error:  # too many attempts, or a database that does not answer
                return JSONResponse(
                    {"error": "temporarily_unavailable"}, error.status, {**QUIET, **error.headers}
                )
            except ClientDisconnect:
                return JSONResponse({"error": "invalid_request"}, 400)
            except Exception:  # noqa: BLE001 (whatever it was, it is logged and answered)
                _log.exception("a request of an app failed")
                return JSONResponse({"error": "server_error"}, 500, QUIET)

        return answer

    async def par(self, request: Request) -> Response:
        """POST /auth/par"""
        form = await form_of(request)
        app = await self._clients.authenticated(form, request.url.path)
        fields = {**form, "client_id": app.client_id}
        if "request_uri" in fields:
            raise AppError("invalid_request", "A pushed request has no request_uri")
        if request.headers.get("dpop"):
            fields["dpop_jkt"] = await self._clients.bound(request, app) or ""
        try:
            _, asked = app_requests.read(fields, self._house.settings, self._house.fhir_base)
        except Lost as error:
            raise AppError("invalid_request", str(error)) from error
        except Returned as error:
            raise AppError(error.error, error.why) from error
        content = {"asked": asked.content()}
        value = await self._grants.keep(PUSHED, app.client_id, content, clock.now(), PUSHED_LIVES)
        told = {"request_uri": f"{URN}{value}", "expires_in": int(PUSHED_LIVES.total_seconds())}
        return JSONResponse(told, 201, QUIET)

    async def token(self, request: Request) -> Response:
        """POST /auth/token"""
        form = await form_of(request)
        app = await self._clients.authenticated(form, request.url.path)
        kind = form.get("grant_type", "")
        wanted = {"client_credentials"} if "systems" in app.gives else {"authorization_code", "refresh_token"}
        if kind not in {"client_credentials", "authorization_code", "refresh_token"}:
            raise AppError(
                "unsupported_grant_type", "authorization_code, refresh_token or client_credentials"
            )
        if kind not in wanted:
            raise AppError("unauthorized_client", "The client is not registered for this grant")
        thumbprint = await self._clients.bound(request, app)
        if kind == "authorization_code":
            answer = await self._tokens.by_code(app, form, thumbprint)
        elif kind == "refresh_token":
            answer = await self._tokens.by_refresh(app, form, thumbprint)
        else:
            answer = await self._machine(app, form.get("scope", ""), thumbprint)
        return JSONResponse(answer, headers=QUIET)

    async def _machine(self, app: App, scope: str, thumbprint: str | None) -> dict[str, Any]:
        places = dict(zip((PARENT, CHILD), app.organization, strict=False))
        claims: dict[str, Any] = {KIND: "systems", **places}
        try:
            self._identity.caller_of(claims, client_id=app.client_id)
        except NoRole as error:
            raise AppError("unauthorized_client", str(error)) from error
        return await self._tokens.machine(app, scope, claims, thumbprint)

    async def introspect(self, request: Request) -> Response:
        """POST /auth/introspect, for confidential apps: of another's token nothing is told"""
        form = await form_of(request)
        app = await self._clients.authenticated(form, request.url.path)
        if not app.confidential:
            raise AppError("invalid_client", "Only a client that proves who it is may ask", 401)
        worth = await self._tokens.worth(form.get("token", ""))
        if worth.get("client_id") != app.client_id:
            worth = {"active": False}
        return JSONResponse(worth, headers=QUIET)

    async def logout(self, request: Request) -> Response:
        """POST /login/logout: HelseID or ID-porten tells that a login has ended (OpenID Connect Back-Channel Logout)"""
        form = await form_of(request)
        try:
            name = await ended(self._identity, form.get("logout_token", ""))
        except Unauthenticated as error:
            self._brake.missed(request.client.host if request.client else "")
            raise AppError("invalid_request", str(error)) from error
        await self._tokens.end_login(name)
        return Response(status_code=200, headers=QUIET)

    async def revoke(self, request: Request) -> Response:
        """POST /auth/revoke"""
        form = await form_of(request)
        app = await self._clients.authenticated(form, request.url.path)
        if not form.get("token"):
            raise AppError("invalid_request", "token is required")
        await self._tokens.revoke(app, form["token"])
        return Response(status_code=200, headers=QUIET)


def refused(error: AppError) -> Response:
    """A refusal as RFC 6749 § 5.2 has it."""
    told = {"error": error.error, "error_description": error.why}
    return JSONResponse(told, error.status, {**QUIET, **error.headers})
