"""A mock issuer as an application: the handlers of its operations."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from helsekort_sandbox import broken_tokens, keys, ttt
from helsekort_sandbox.controls import control_routes
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.faults import Dropped, Fate
from helsekort_sandbox.openid import pages
from helsekort_sandbox.openid.authorization import Authorization, NoLogin
from helsekort_sandbox.openid.document import document
from helsekort_sandbox.openid.endings import Endings
from helsekort_sandbox.openid.operations import OPERATIONS, Operation
from helsekort_sandbox.openid.profile import Profile
from helsekort_sandbox.openid.provider import Provider, form_of
from helsekort_sandbox.openid.tokens import TokenEndpoint
from helsekort_sandbox.proofs import Refused, verified

Handler = Callable[[Request], Awaitable[Response]]
_QUIET = {"Cache-Control": "no-store"}


class Application:
    """The operations of one issuer; ``more`` stands in its metadata."""

    def __init__(self, provider: Provider, more: dict[str, Any]) -> None:
        self.provider, self._more = provider, more
        self._authorization, self._tokens = Authorization(provider), TokenEndpoint(provider)
        self._endings = Endings(provider)
        has = provider.profile.paths
        self.operations = tuple(row for row in OPERATIONS if row.path in has or row.path.startswith("/"))

    def routes(self) -> list[Route]:
        """A route for each operation, and those of control."""
        made = [
            Route(
                self.provider.profile.paths.get(row.path, row.path),
                self._met(row, getattr(self, row.handler)),
                methods=[row.method],
            )
            for row in self.operations
        ]
        return [
            *made,
            *control_routes(self.provider.log, self.provider.faults),
            Route("/openapi.json", self.document),
        ]

    def _met(self, row: Operation, handler: Handler) -> Handler:
        """``handler``, as faults on demand let it be met; what it refuses stands in the log."""

        async def met(request: Request) -> Response:
            try:
                fate = await self.provider.faults.meet() if row.faulty else Fate()
            except Wrong as wrong:
                self.provider.log.append(request, wrong.status, {"refused": wrong.why}, effect=False)
                return JSONResponse({"error": "temporarily_unavailable"}, wrong.status, wrong.headers)
            if row.key and not self.provider.is_operator(request):
                return JSONResponse(ttt.failure("X-Auth-Key is missing or wrong"), 401)
            try:
                answer = await handler(request)
            except Refused as refusal:
                answer = self._refused(request, refusal)
            except NoLogin as problem:
                self.provider.log.append(request, 400, {"refused": str(problem)}, effect=False)
                answer = pages.refusal(self.provider.profile.title, str(problem))
            await asyncio.sleep(fate.hang)
            return Dropped(status_code=answer.status_code) if fate.is_lost else answer

        return met

    def _refused(self, request: Request, refusal: Refused) -> Response:
        status = 401 if refusal.error in {"invalid_client", "invalid_token"} else 400
        said = {"error": refusal.error, "error_description": refusal.why}
        self.provider.log.append(
            request, status, {"refused": refusal.error, "why": refusal.why}, effect=False
        )
        return JSONResponse(said, status, refusal.headers | _QUIET)

    async def document(self, _: Request) -> Response:
        return JSONResponse(document(self.provider.profile, self.provider.url, self.operations))

    async def metadata(self, _: Request) -> Response:
        provider, profile = self.provider, self.provider.profile
        endpoints = {
            f"{name}_endpoint": provider.address(path)
            for name, path in ENDPOINTS.items()
            if path in profile.paths
        }
        own = {"issuer": provider.url, "jwks_uri": provider.address("jwks"), **endpoints}
        return JSONResponse(own | (FAPI if "par" in profile.paths else {}) | self._more)

    async def jwks(self, _: Request) -> Response:
        return JSONResponse({"keys": self.provider.ring.published()})

    async def par(self, request: Request) -> Response:
        answer = self._authorization.push(request, await form_of(request))
        return JSONResponse(answer, 201, _QUIET)

    async def authorize(self, request: Request) -> Response:
        fields = dict(request.query_params)
        client, grant, _ = self._authorization.pending(fields)
        if grant["prompt"] == "none":
            why = "Nobody is logged in"
            return _to(self._authorization.refuse(request, fields, "login_required", why))
        hidden = {name: fields[name] for name in ("client_id", "request_uri")}
        return pages.picker(
            self.provider.profile.title,
            self.provider.profile.paths["authorize"],
            hidden,
            client.name,
            self._authorization.levels(grant),
            self._authorization.offered(client, grant),
        )

    async def choose(self, request: Request) -> Response:
        return _to(self._authorization.choose(request, await form_of(request)))

    async def token(self, request: Request) -> Response:
        return JSONResponse(self._tokens.answer(request, await form_of(request)), headers=_QUIET)

    async def userinfo(self, request: Request) -> Response:
        return JSONResponse(self._tokens.userinfo(request), headers=_QUIET)

    async def revoke(self, request: Request) -> Response:
        self._tokens.revoke(request, await form_of(request))
        return Response(status_code=200)

    async def end_session(self, request: Request) -> Response:
        fields = request.query_params
        if not fields.get("id_token_hint"):
            return pages.farewell(self.provider.profile.title)
        claims = verified(fields["id_token_hint"], self.provider.ring.published(), "invalid_request", "jwt")
        await self._endings.session(request, claims["sid"], 303)
        client, target = self.provider.client(claims["aud"]), fields.get("post_logout_redirect_uri", "")
        if not target:
            return pages.farewell(self.provider.profile.title)
        if client is None or target not in client.post_logout_redirect_uris:
            raise NoLogin("post_logout_redirect_uri is not registered")
        return _to(target + (f"?state={fields['state']}" if "state" in fields else ""))

    async def test_token(self, request: Request) -> Response:
        try:
            return JSONResponse(
                ttt.answer(await request.json(), self.provider.url, self.provider.ring.signing)
            )
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse(ttt.failure(str(error)), 400)

    async def broken_index(self, _: Request) -> Response:
        return JSONResponse(broken_tokens.index())

    async def broken_token(self, request: Request) -> Response:
        try:
            body = await request.json()
            claims = ttt.claims_of(body["request"], self.provider.url)
            token = broken_tokens.make(body["variant"], claims, self.provider.ring.signing)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return JSONResponse(ttt.failure(str(error)), 400)
        return JSONResponse({"isError": False, "successResponse": {"accessTokenJwt": token}})

    async def log_out(self, request: Request) -> Response:
        try:
            login = str((await request.json())["login"])
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"told": await self._endings.person(request, login)})

    async def authorise(self, request: Request) -> Response:
        try:
            body = await request.json()
            login, withdrawn = str(body["login"]), bool(body["withdrawn"])
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        (self.provider.unauthorised.add if withdrawn else self.provider.unauthorised.discard)(login)
        return JSONResponse({"withdrawn": sorted(self.provider.unauthorised)})

    async def rotate(self, request: Request) -> Response:
        try:
            told = self.provider.ring.do(str((await request.json()).get("do")))
        except (ValueError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.provider.log.append(request, 200, {"keys": told}, effect=True)
        return JSONResponse(told)

    async def switches(self, request: Request) -> Response:
        try:
            wanted = (await request.json())["requireNonce"]
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        self.provider.proofs.nonce_required = bool(wanted)
        return JSONResponse({"requireNonce": self.provider.proofs.nonce_required})


ENDPOINTS = {  # as metadata names them: https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderMetadata
    "authorization": "authorize",
    "pushed_authorization_request": "par",
    "token": "token",
    "userinfo": "userinfo",
    "revocation": "revocation",
    "end_session": "endsession",
}
FAPI: dict[str, Any] = {
    "response_types_supported": ["code"],
    "response_modes_supported": ["query"],
    "subject_types_supported": ["pairwise"],
    "require_pushed_authorization_requests": True,
    "authorization_response_iss_parameter_supported": True,
    "backchannel_logout_supported": True,
    "backchannel_logout_session_supported": True,
    "code_challenge_methods_supported": ["S256"],
    "token_endpoint_auth_methods_supported": ["private_key_jwt"],
    "token_endpoint_auth_signing_alg_values_supported": list(keys.ALGORITHMS),
    "dpop_signing_alg_values_supported": list(keys.ALGORITHMS),
    "request_parameter_supported": True,
    "request_uri_parameter_supported": False,
    "request_object_signing_alg_values_supported": list(keys.ALGORITHMS),
}


def _to(url: str) -> Response:
    return RedirectResponse(url, 303, {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})


def create(profile: Profile, url: str, state: Path, algorithm: str, more: dict[str, Any]) -> Starlette:
    """The application of the issuer ``url``, with its state in the folder ``state``."""
    own = {
        "grant_types_supported": list(profile.grants),
        "scopes_supported": [*profile.scopes, "offline_access"],
        "id_token_signing_alg_values_supported": [algorithm],
    }
    return Starlette(routes=Application(Provider(profile, url, state, algorithm), own | more).routes())
