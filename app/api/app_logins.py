"""The way of a browser from an app to its code: log in at HelseID or ID-porten, choose the woman, approve, return.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html, mix-up and ``iss`` https://www.rfc-editor.org/rfc/rfc9207,
https://www.rfc-editor.org/rfc/rfc9700. Each step is known by a value of its own, used once, and by a cookie of the
browser that began: nobody is logged in by another's link.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from starlette.requests import Request
from starlette.responses import Response

from app import clock
from app.access.apps import find
from app.access.logins import kept, with_token
from app.api import app_requests
from app.api.app_choices import Choices
from app.api.app_clients import fields_of, form_of
from app.api.app_endpoints import PUSHED, URN
from app.api.app_pages import LOGIN_LIVES, Endpoint, digest_of, joined, sent
from app.api.app_requests import Asked, Lost, Returned
from app.api.identity import Identity
from app.api.login_tokens import told as id_token_of
from app.fhir.outcome import Forbidden, Unauthenticated
from app.gateways.failures import Refused
from app.gateways.logins import Begun, LoginService
from app.interactions.app_tokens import Tokens
from app.interactions.context import House
from app.interactions.launching import LAUNCHED
from app.registrations import App
from app.render import login_pages
from app.store.grants import Grants, new

LOGIN = "login"
GIVES = {"professionals": "helseid", "citizens": "idporten"}  # who may log in to an app → where
KINDS = {way: kind for kind, way in GIVES.items()}


class Logins(Choices):
    """The way from an app to HelseID or ID-porten and back; ``services`` by their names."""

    def __init__(
        self,
        house: House,
        identity: Identity,
        tokens: Tokens,
        grants: Grants,
        services: Mapping[str, LoginService],
    ) -> None:
        super().__init__(house, identity, tokens, grants)
        self._services = services

    async def authorize(self, request: Request) -> Response:
        """GET and POST /auth/authorize"""
        fields = await form_of(request) if request.method == "POST" else fields_of(request.url.query)
        app, asked = await self._asked(fields)
        browser = request.cookies.get(self._cookie) or new()
        ways = [way for kind, way in GIVES.items() if kind in app.gives and way in self._services]
        if not ways:
            raise Returned(asked, "temporarily_unavailable", "There is nowhere to log in to this app")
        if len(ways) == 1 or asked.launch:
            return await self._begin(asked, ways[0], browser, request)
        content = {"asked": asked.content(), "browser": digest_of(browser)}
        ticket = await self._grants.keep(LOGIN, app.client_id, content, clock.now(), LOGIN_LIVES)
        action, hidden = f"{self._house.settings.base_url}/auth/login", {"ticket": ticket}
        return self._page(
            login_pages.ways(self._language(request, asked), app.name, action, hidden, ways), browser
        )

    async def _asked(self, fields: Mapping[str, str]) -> tuple[App, Asked]:
        settings = self._house.settings
        if "request_uri" not in fields:
            return app_requests.read(fields, settings, self._house.fhir_base)
        value = fields["request_uri"].removeprefix(URN)
        grant = await self._grants.take(PUSHED, value, clock.now())
        app = find(settings, fields.get("client_id", ""))
        if grant is None or app is None or grant.client != app.client_id:
            raise Lost("The pushed request is unknown, used or too old")
        return app, app_requests.of_grant(grant)

    async def login(self, request: Request) -> Response:
        """POST /auth/login: where to log in"""
        form = await form_of(request)
        grant = await self._mine(request, LOGIN, form.get("ticket", ""))
        if form.get("way") not in self._services:
            raise Lost("There is no such login")
        asked = app_requests.of_grant(grant)
        return await self._begin(asked, form["way"], request.cookies[self._cookie], request)

    async def _begin(self, asked: Asked, way: str, browser: str, request: Request) -> Response:
        nonce, verifier = new(), new()
        content = {
            "asked": asked.content(),
            "browser": digest_of(browser),
            "way": way,
            "nonce": nonce,
            "verifier": verifier,
        }
        state = await self._grants.keep(LOGIN, asked.client, content, clock.now(), LOGIN_LIVES)
        details = list(asked.details) or await self._attested(asked)
        language = self._language(request, asked)
        begun = Begun(
            state, nonce, create_s256_code_challenge(verifier), language, details if way == "helseid" else []
        )
        try:
            url = await self._services[way].begin(begun)
        except Refused as error:
            raise Returned(
                asked, "invalid_authorization_details" if details else "server_error", str(error)
            ) from error
        return self._with_cookie(sent(url), browser)

    async def _attested(self, asked: Asked) -> list[dict[str, Any]]:
        """What the record system that opened the app attested. Raises Returned."""
        if not asked.launch:
            return []
        launch = await self._grants.look(LAUNCHED, asked.launch, clock.now())
        if launch is None or launch.client != asked.client:
            raise Returned(
                asked, "invalid_request", "The launch is unknown, used, too old or for another app"
            )
        return list(launch.content["details"])

    def returned(self, way: str) -> Endpoint:
        """GET /login/helseid and /login/idporten: the browser comes back"""

        async def handler(request: Request) -> Response:
            fields = fields_of(request.url.query)
            grant = await self._mine(request, LOGIN, fields.get("state", ""))
            asked, service = app_requests.of_grant(grant), self._services[way]
            if grant.content.get("way") != way or fields.get("iss") != service.issuer:
                raise Lost("The answer is not of the service that was asked")  # a mix-up: RFC 9207
            if "code" not in fields:
                raise Returned(asked, "access_denied", f"Nobody logged in: {fields.get('error', '')[:64]}")
            claims, renewal = await self._logged_in(asked, service, way, fields["code"], grant.content)
            standing = await self._standing(asked, claims, grant.content["browser"])
            standing = replace(standing, renewal=renewal)
            return await self._in_context(request, standing)

        return handler

    async def _logged_in(
        self, asked: Asked, service: LoginService, way: str, code: str, content: Mapping[str, Any]
    ) -> tuple[dict[str, Any], str]:
        """The claims of who logged in, from verified tokens, and what asks for them again. Raises Returned."""
        try:
            answer = await service.finish(code, content["verifier"])
            id_token = str(answer.get("id_token"))
            told = await id_token_of(self._identity, id_token, service.issuer, content["nonce"])
            claims, token = told, str(answer.get("access_token"))
            if way == "helseid":
                claims = await self._identity.logged_in(token)
        except (Refused, Unauthenticated, Forbidden) as error:
            raise Returned(asked, "access_denied", f"The login does not hold: {error}") from error
        if claims.get("sub") != told.get("sub"):
            raise Returned(asked, "access_denied", "The tokens name different persons")
        renewal = str(answer.get("refresh_token", "")) if way == "helseid" else ""
        session = {"iss": service.issuer, "sid": told.get("sid")}
        login = kept(claims | session, KINDS[way])
        return (with_token(login, token, claims["exp"]) if way == "helseid" else login), renewal

    async def logout(self, request: Request) -> Response:
        """GET and POST /auth/logout: https://openid.net/specs/openid-connect-rpinitiated-1_0.html"""
        fields = await form_of(request) if request.method == "POST" else fields_of(request.url.query)
        claims = self._tokens.read(fields.get("id_token_hint", ""))
        if claims is None or not isinstance(claims.get("sid"), str):
            raise Lost("id_token_hint is an ID token of this server")
        await self._tokens.end(claims["sid"])
        app, target = (
            find(self._house.settings, str(claims.get("aud"))),
            fields.get("post_logout_redirect_uri"),
        )
        if target is None:
            return self._page(login_pages.farewell(self._language(request)), None)
        if app is None or target not in app.logout_uris:
            raise Lost("post_logout_redirect_uri is not one that the app is registered with")
        return sent(joined(target, {"state": fields["state"]} if "state" in fields else {}))
