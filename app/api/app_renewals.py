"""At each refresh of a clinician's app HelseID is asked anew who that is: an authorisation that HPR took away, or a login
that was ended, ends the session there and then.

https://openid.net/specs/openid-connect-core-1_0.html#RefreshTokens; HelseID gives refresh tokens for ``offline_access``.
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from app.access.logins import KIND, UPSTREAM, kept, with_token
from app.access.roles import NoRole
from app.api.identity import Identity
from app.fhir.outcome import Forbidden, Unauthenticated, Unavailable
from app.gateways.failures import Failure, Refused
from app.gateways.logins import LoginService
from app.interactions.app_login import Login
from app.interactions.app_tokens import AppError

_log = logging.getLogger("helsekort")


class Renewals:
    """Asks the ``services`` at which somebody logged in."""

    def __init__(self, identity: Identity, services: Mapping[str, LoginService]) -> None:
        self._identity, self._services = identity, services

    async def __call__(self, login: Login) -> Login:
        """``login`` as it is now; as it was where nothing could be asked. Raises AppError where it is over."""
        service = self._services.get("helseid")
        if service is None or not login.renewal:
            return login
        try:
            answer = await service.renew(login.renewal)
        except Refused as error:
            raise AppError("invalid_grant", "The login at HelseID has ended") from error
        except Failure as error:
            _log.warning("HelseID was not asked at a refresh: %s", error)
            return login
        return await self._as_told(login, answer)

    async def _as_told(self, login: Login, answer: Mapping[str, Any]) -> Login:
        try:
            token = str(answer.get("access_token"))
            claims = await self._identity.logged_in(token)
            renewed = kept(claims, login.claims[KIND]) | {UPSTREAM: login.claims.get(UPSTREAM)}
            renewed = with_token(renewed, token, claims["exp"])
            caller = self._identity.caller_of(renewed, client_id=login.client)
        except Unavailable:
            return replace(login, renewal=str(answer.get("refresh_token", "")))
        except (Unauthenticated, Forbidden, NoRole) as error:
            raise AppError("invalid_grant", "Who logged in has no role here any more") from error
        if caller.subject != login.subject:
            raise AppError("invalid_grant", "HelseID names another person")
        return replace(login, claims=renewed, renewal=str(answer.get("refresh_token", "")))
