"""The issuers' public keys: read by discovery, kept, and read again when a key is unknown.

https://openid.net/specs/openid-connect-discovery-1_0.html, https://www.rfc-editor.org/rfc/rfc7517
"""

import asyncio
import math
import time
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from app.fhir.outcome import Unavailable
from app.gateways.certificates import trusted

FRESH = 60 * 60.0  # HelseID's functional requirements: metadata for at most 24 h
_RETRY = 10.0  # the issuer is asked at most this often, whatever comes
_LAST = 24 * 3600.0  # keys that the issuer has not confirmed for so long are not believed any more


class Issuer:
    """One trusted issuer; its keys are read again after ``fresh`` seconds, so that a withdrawn one goes."""

    def __init__(self, url: str, timeout: float = 5.0, fresh: float = FRESH) -> None:
        self.url = url
        self._timeout, self._fresh = timeout, fresh
        self._keys: KeySet | None = None
        self._read_at = self._asked_at = -math.inf
        self._failed = False
        self._lock = asyncio.Lock()

    async def keys(self, kid: str | None) -> KeySet:
        """The key set, newer where it lacks ``kid`` or is old. Raises Unavailable where the issuer does not answer.

        An unknown ``kid`` makes one request, however many ask and whatever they make up. An issuer that did not answer
        is asked again by one request at a time; the others go on with the keys that are known.
        """
        failing = self._failed and self._lock.locked()
        if self._keys is not None and self._knows(kid) and (failing or self._age() < self._fresh):
            return self._believed()
        async with self._lock:
            lacks = self._keys is None or not self._knows(kid) or self._age() >= self._fresh
            if lacks and time.monotonic() - self._asked_at > _RETRY:
                await self._read()
        return self._believed()

    def _believed(self) -> KeySet:
        if self._keys is None or self._age() >= _LAST:
            raise Unavailable("The issuer's keys cannot be read")
        return self._keys

    def _age(self) -> float:
        return time.monotonic() - self._read_at

    def _knows(self, kid: str | None) -> bool:
        return self._keys is not None and (kid is None or any(key.kid == kid for key in self._keys.keys))

    async def _read(self) -> None:
        self._asked_at = time.monotonic()
        try:
            async with httpx.AsyncClient(timeout=self._timeout, verify=trusted()) as client:
                found: dict[str, Any] = (
                    await client.get(f"{self.url}/.well-known/openid-configuration")
                ).json()
                if found.get("issuer") != self.url:
                    raise ValueError("the discovery document names another issuer")  # noqa: TRY301 (treated as no answer)
                self._keys = KeySet.import_key_set((await client.get(found["jwks_uri"])).json())
            self._read_at, self._failed = self._asked_at, False
        except (httpx.HTTPError, JoseError, ValueError, KeyError, TypeError) as error:
            self._failed = True
            if self._keys is None:
                self._asked_at = -math.inf  # nothing is known yet: the next request asks again
                raise Unavailable("The issuer's keys cannot be read") from error


class OwnKeys:
    """The keys of this server's own tokens, which nobody needs to be asked for."""

    def __init__(self, known: KeySet) -> None:
        self._known = known

    async def keys(self, _kid: str | None) -> KeySet:
        """The key set."""
        return self._known
