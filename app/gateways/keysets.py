"""The issuers' public keys: read by discovery, kept, and read again when a key is unknown.

https://openid.net/specs/openid-connect-discovery-1_0.html, https://www.rfc-editor.org/rfc/rfc7517
"""

import asyncio
import time
from typing import Any

import httpx
from joserfc.jwk import KeySet

from app.fhir.outcome import Unavailable

_FRESH = 24 * 3600.0  # HelseID's functional requirements: metadata for 24 h
_RETRY = 10.0  # an unknown key id asks the issuer at most this often


class Issuer:
    """One trusted issuer."""

    def __init__(self, url: str, timeout: float = 5.0) -> None:
        self.url = url
        self._timeout = timeout
        self._keys: KeySet | None = None
        self._read_at = 0.0
        self._lock = asyncio.Lock()

    async def keys(self, kid: str | None) -> KeySet:
        """The key set, newer where it lacks ``kid``. Raises Unavailable where the issuer does not answer."""
        if self._keys is not None and self._knows(kid) and time.monotonic() - self._read_at < _FRESH:
            return self._keys
        async with self._lock:
            stale = time.monotonic() - self._read_at > _RETRY
            if self._keys is None or (stale and not self._knows(kid)):
                await self._read()
        if self._keys is None:
            raise Unavailable("The issuer's keys cannot be read")
        return self._keys

    def _knows(self, kid: str | None) -> bool:
        return self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys.keys))

    async def _read(self) -> None:
        self._read_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=self._timeout) as client:
                found: dict[str, Any] = (
                    await client.get(f"{self.url}/.well-known/openid-configuration")
                ).json()
                if found.get("issuer") != self.url:
                    raise Unavailable("The issuer's discovery document names another issuer")
                self._keys = KeySet.import_key_set((await client.get(found["jwks_uri"])).json())
        except (httpx.HTTPError, ValueError, KeyError) as error:
            if self._keys is None:
                self._read_at = 0.0
                raise Unavailable("The issuer's keys cannot be read") from error
