"""How a login ends, and who is told: OpenID Connect Back-Channel Logout 1.0.

https://openid.net/specs/openid-connect-backchannel-1_0.html: a client with ``backchannel_logout`` is sent a logout token
at that path of the origin to which the login returned.
"""

import asyncio
import secrets
import time
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request

from helsekort_sandbox.openid.grants import Grant
from helsekort_sandbox.openid.provider import Provider

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIVES = 120  # seconds of a logout token
TIMEOUT = 5.0


class Endings:
    """Ends the logins of one issuer."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def session(self, request: Request, session: str, status: int = 200) -> int:
        """End one session and tell its client; how the client answered, 0: nobody was told."""
        grant = self._provider.grants.sessions.get(session)
        self._provider.grants.note(request, status, ends=session)
        return await self._tell(session, grant) if grant else 0

    async def person(self, request: Request, login: str) -> list[int]:
        """End every session of a person; how each client answered."""
        every = self._provider.grants.sessions.items()
        mine = [session for session, grant in every if grant["login"].partition("@")[0] == login]
        return list(await asyncio.gather(*(self.session(request, session) for session in mine)))

    async def _tell(self, session: str, grant: Grant) -> int:
        client = self._provider.client(grant["client"])
        if client is None or not client.backchannel_logout:
            return 0
        back = urlsplit(grant["redirect_uri"])
        url = f"{back.scheme}://{back.netloc}{client.backchannel_logout}"
        number = self._provider.profile.login(grant["login"]).claims
        now = int(time.time())
        claims = {
            "iss": self._provider.url,
            "aud": client.client_id,
            "sub": self._provider.subject(client, self._provider.number(number)),
            "sid": session,
            "iat": now,
            "exp": now + LIVES,
            "jti": secrets.token_hex(16),
            "events": {EVENT: {}},
        }
        token = self._provider.signed(claims, "logout+jwt")
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT) as http:
                return (await http.post(url, data={"logout_token": token})).status_code
        except httpx.HTTPError:
            return 0
