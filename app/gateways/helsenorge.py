"""Notices through Helsenorge: that something is new on her card, never what.

Helsenorge publishes no such interface (https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE); the contract is ours
until one is agreed. A notice is sent by this server, so a machine token is right here.
"""

import json

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "Helsenorge"
MESSAGE_TYPE = "helsekort.changed"
# Shown on a locked screen to whoever holds her phone: one sentence, whatever has happened.
TEXT = "Det er noe nytt i helsekortet ditt. Logg inn på Helsenorge for å lese det."


class Helsenorge:
    """The notice service at ``url``."""

    def __init__(self, url: str, http: httpx.AsyncClient, active_url: str = "") -> None:
        self._url = url
        self._active_url = active_url
        self._http = http

    async def reaches(self, token: Token, recipient: str) -> bool:
        """Whether ``recipient`` is active on Helsenorge; taken for granted where no address is set to ask at.

        Raises Refused, Unreachable. https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE/pages/2043478017
        (``helsenorgeaktivsjekken``); the names in the body are ours until they are agreed.
        """
        if not self._active_url:
            return True
        body = json.dumps({"fnr": recipient}).encode()
        headers = {"Content-Type": "application/json"}
        response = await call(self._http, token, SYSTEM, self._active_url, body, headers)
        check(response, SYSTEM)
        try:
            return bool(response.json()["erAktiv"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error

    async def notify(self, token: Token, recipient: str, key: str) -> None:
        """Tell ``recipient`` that something is new, once for each ``key``. Raises Refused, Unreachable."""
        notice = {"recipient": recipient, "messageType": MESSAGE_TYPE, "idempotencyKey": key, "text": TEXT}
        body = json.dumps(notice, ensure_ascii=False).encode()
        response = await call(
            self._http, token, SYSTEM, self._url, body, {"Content-Type": "application/json"}
        )
        check(response, SYSTEM)

    async def known(self, token: Token, keys: list[str]) -> set[str]:
        """Those of ``keys`` under which it has taken a notice. Raises Refused, Unreachable."""
        body = json.dumps({"idempotencyKeys": keys}).encode()
        headers = {"Content-Type": "application/json"}
        response = await call(self._http, token, SYSTEM, f"{self._url}/known", body, headers)
        check(response, SYSTEM)
        try:
            return {str(key) for key in response.json()["idempotencyKeys"]}
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{SYSTEM} gave a list that cannot be read") from error

    async def retract(self, token: Token, recipient: str, key: str) -> None:
        """Take away the notices that ``recipient`` was sent by this server. Raises Refused, Unreachable."""
        body = json.dumps({"recipient": recipient, "idempotencyKey": key}).encode()
        headers = {"Content-Type": "application/json"}
        check(await call(self._http, token, SYSTEM, f"{self._url}/retraction", body, headers), SYSTEM)
