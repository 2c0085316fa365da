"""The authorization server for apps, put together: https://hl7.org/fhir/smart-app-launch/STU2.2/

It stands where ``app_key_file`` is set; else its addresses are not there. Whoever asks for tokens has none yet, so it
stands outside the door; what it reads of anybody is decided and logged as any read.
"""

from collections.abc import Awaitable, Callable
from operator import attrgetter
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.access.signing import SigningKeys
from app.api.app_endpoints import Endpoints, metadata
from app.api.app_logins import Logins
from app.api.app_pages import Endpoint
from app.api.app_renewals import Renewals
from app.api.identity import Identity
from app.api.well_known import MAX_AGE
from app.gateways.certificates import trusted
from app.gateways.helseid import HelseId, read_client_key
from app.gateways.logins import LoginService
from app.interactions.app_tokens import Tokens
from app.interactions.context import House
from app.settings import Settings
from app.store.grants import Grants

_HELSEID = (
    "openid profile offline_access helseid://scopes/identity/pid helseid://scopes/identity/security_level"
    " helseid://scopes/hpr/hpr_number nhn:tillitsrammeverk:parameters"
)
_TIMEOUT = 10.0


class AppServer:
    """The server's endpoints by name."""

    def __init__(self, house: House, identity: Identity, signing: SigningKeys) -> None:
        self.http = httpx.AsyncClient(timeout=_TIMEOUT, verify=trusted())
        grants = Grants(house.database, house.seal)
        places = services(house.settings, self.http)
        tokens = Tokens(house, signing, grants, Renewals(identity, places))
        endpoints = Endpoints(house, identity, tokens, grants)
        logins = Logins(house, identity, tokens, grants, places)
        self._found = metadata(house.settings.base_url)
        self._keys = signing.published()
        self.endpoints: dict[str, Endpoint] = {
            "metadata": self.metadata,
            "jwks": self.jwks,
            **{
                name: endpoints.met(getattr(endpoints, name))
                for name in ("par", "token", "introspect", "revoke")
            },
            **{
                name: logins.met(getattr(logins, name)) for name in ("authorize", "login", "chosen", "logout")
            },
            "ended": endpoints.met(endpoints.logout),
            **{way: logins.met(logins.returned(way)) for way in ("helseid", "idporten")},
        }

    async def metadata(self, _: Request) -> Response:
        """What anybody may know of the authorization server."""
        return JSONResponse(self._found, headers={"Cache-Control": MAX_AGE})

    async def jwks(self, _: Request) -> Response:
        """The keys that sign its tokens."""
        return JSONResponse(
            self._keys, headers={"Cache-Control": MAX_AGE}, media_type="application/jwk-set+json"
        )


def services(settings: Settings, http: httpx.AsyncClient) -> dict[str, LoginService]:
    """Where persons log in."""
    if not settings.client_key_file:
        return {}
    key, client_id = read_client_key(settings.client_key_file), settings.login_client_id
    rows: list[tuple[str, str, dict[str, str]]] = [
        (
            "helseid",
            settings.helseid_issuer,
            {"scope": f"{_HELSEID} {settings.audience}/api", "acr_values": "4"},
        ),
        (
            "idporten",
            settings.idporten_issuer,
            {"scope": "openid profile", "acr_values": "idporten-loa-high"},
        ),
    ]
    return {
        name: LoginService(
            HelseId(issuer, client_id, key, http),
            client_id,
            issuer,
            f"{settings.base_url}/login/{name}",
            more,
        )
        for name, issuer, more in rows
        if issuer
    }


def asked(name: str) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint ``name`` of the application's authorization server; 404 where there is none."""

    async def endpoint(request: Request) -> Response:
        server: Any = attrgetter("app.state.app_server")(request)
        if server is None:
            return JSONResponse({"error": "not_found", "error_description": "No apps are served here"}, 404)
        response: Response = await server.endpoints[name](request)
        return response

    return endpoint


_OPENED = {
    ("/.well-known/smart-configuration", "GET"): "metadata",
    ("/fhir/.well-known/smart-configuration", "GET"): "metadata",
    ("/.well-known/oauth-authorization-server", "GET"): "metadata",
    ("/.well-known/openid-configuration", "GET"): "metadata",
    ("/auth/jwks.json", "GET"): "jwks",
    ("/auth/authorize", "GET"): "authorize",
    ("/auth/authorize", "POST"): "authorize",
    ("/auth/par", "POST"): "par",
    ("/auth/token", "POST"): "token",
    ("/auth/introspect", "POST"): "introspect",
    ("/auth/revoke", "POST"): "revoke",
    ("/auth/login", "POST"): "login",
    ("/auth/context", "POST"): "chosen",
    ("/auth/logout", "GET"): "logout",
    ("/auth/logout", "POST"): "logout",
    ("/login/logout", "POST"): "ended",
    ("/login/helseid", "GET"): "helseid",
    ("/login/idporten", "GET"): "idporten",
}
APPS = tuple((path, method, asked(name)) for (path, method), name in _OPENED.items())
