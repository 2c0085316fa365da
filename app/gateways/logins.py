"""Logins of persons at HelseID and ID-porten, for the apps of this server: pushed requests, PKCE, private_key_jwt.

FAPI 2.0 as HelseID's security profile asks (https://utviklerportal.nhn.no); ID-porten:
https://docs.digdir.no/docs/idporten/oidc/. Pushed requests are not bound to a key: another worker may take the code.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.gateways.failures import Refused, Unreachable
from app.gateways.helseid import HelseId


@dataclass(frozen=True, slots=True)
class Begun:
    """What one login is known by: ``state`` and ``nonce``, and the challenge of its verifier."""

    state: str
    nonce: str
    challenge: str
    language: str
    details: list[dict[str, Any]]


class LoginService:
    """One of the two. ``back`` is the address to which the browser returns; ``more`` what each request says besides."""

    def __init__(self, client: HelseId, client_id: str, issuer: str, back: str, more: dict[str, str]) -> None:
        self.issuer = issuer
        self._client, self._client_id, self._back, self._more = client, client_id, back, more

    async def begin(self, begun: Begun) -> str:
        """Where the browser goes. Raises Refused, Unreachable."""
        form = {
            "response_type": "code",
            "redirect_uri": self._back,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
            "code_challenge_method": "S256",
            "ui_locales": begun.language,
            **self._more,
        }
        if begun.details:
            form["authorization_details"] = json.dumps(begun.details)
        answer = await self._asked("pushed_authorization_request_endpoint", form, bound=False)
        where = {"client_id": self._client_id, "request_uri": str(answer.get("request_uri"))}
        return f"{await self._client.endpoint('authorization_endpoint')}?{urlencode(where)}"

    async def finish(self, code: str, verifier: str) -> dict[str, Any]:
        """The tokens for ``code``. Raises Refused, Unreachable."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self._back}
        return await self._asked("token_endpoint", form | {"code_verifier": verifier})

    async def renew(self, refresh_token: str) -> dict[str, Any]:
        """New tokens of the login, and the refresh token that replaces this one. Raises Refused, Unreachable."""
        return await self._asked(
            "token_endpoint", {"grant_type": "refresh_token", "refresh_token": refresh_token}
        )

    async def _asked(self, endpoint: str, form: dict[str, str], *, bound: bool = True) -> dict[str, Any]:
        response = await self._client.asked(endpoint, form, bound=bound)
        try:
            answer = response.json()
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise Unreachable(f"The login service answered {response.status_code}")
        if response.is_server_error:
            raise Unreachable(f"The login service answered {response.status_code}")
        if not response.is_success:
            raise Refused(f"The login service refused: {str(answer.get('error'))[:64]}")
        return answer
