"""Her access log (*innsynslogg*) on Helsenorge: the events of the log, as she may read them here.

Helsenorge publishes no interface that takes them (https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE); the contract is
ours until one is agreed. An event is an AuditEvent whose id is its key: what is sent again changes nothing.
"""

import json
from typing import Any

import httpx

from app.gateways.failures import check
from app.gateways.helseid import Token, call

SYSTEM = "Helsenorge (access log)"


class AccessLogFeed:
    """The service at ``url``."""

    def __init__(self, url: str, http: httpx.AsyncClient) -> None:
        self._url, self._http = url, http

    async def tell(self, token: Token, recipient: str, events: list[dict[str, Any]]) -> None:
        """More of the log of ``recipient``, each event once. Raises Refused, Unreachable."""
        body = json.dumps({"mottaker": recipient, "hendelser": events}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        check(await call(self._http, token, SYSTEM, self._url, body, headers), SYSTEM)
