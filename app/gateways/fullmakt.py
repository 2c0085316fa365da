"""Helsenorge's representation (*fullmakt*): whom a citizen may act for, and the signed proof of it (*fullmaktsbevis*).

https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE (page 2332622849): the calls are as published there; the names in
bodies, answers and claims are ours until agreed. The proof is a JWT (RFC 7519) under a key that the service publishes.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError

from app import clock
from app.gateways.certificates import trusted
from app.gateways.failures import Failure, Unreachable, check
from app.gateways.helseid import HelseId, Token, call, read_client_key
from app.gateways.keysets import Issuer
from app.settings import Settings

SYSTEM = "Helsenorge (fullmakt)"
POWER = "fullmakt"  # of the kinds of representation: not parental responsibility, not guardianship
SECTOR = "HO-DIT"  # health and care: digital services
ALGORITHMS = ("ES256", "PS256", "RS256")
_LONGEST = 16_384
_JSON = {"Content-Type": "application/json"}
T = TypeVar("T")


class Forged(Failure):
    """A proof that does not hold, or holds for somebody else; the text says why, and names nobody."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A verified power of attorney: who gave it to whom, of which ``kind``, when it begins and ends, as it was signed."""

    reference: str
    kind: str
    begins: datetime
    ends: datetime
    signed: str = field(repr=False)


class Fullmakt:
    """The service at ``base``, whose proofs ``issuer`` signs."""

    def __init__(self, base: str, http: httpx.AsyncClient, issuer: str) -> None:
        self._base, self._http, self._keys = f"{base.rstrip('/')}/personvern", http, Issuer(issuer)
        self._registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))

    async def givers(self, token: Token, holder: str) -> set[str]:
        """The numbers of those for whom ``holder`` may act. Raises Refused, Unreachable."""
        body = {"fullmaktshaverFnr": holder, "sektor": SECTOR}
        response = await self._post(token, "Fullmaktsgivere/v1", body)
        return _read(response, lambda said: {str(row["fnr"]) for row in said["fullmaktsgivere"]})

    async def proof(self, token: Token, giver: str, holder: str) -> Proof | None:
        """The proof that ``holder`` may act for ``giver``, verified; None where there is none.

        Raises Forged, Refused, Unreachable; Unavailable where the keys cannot be read.
        """
        body = {"fullmaktsgiverFnr": giver, "fullmaktshaverFnr": holder, "sektor": SECTOR}
        response = await self._post(token, "FinnFullmaktToken/v1", body)
        signed = _read(response, lambda said: said["fullmaktToken"])
        return None if signed is None else await self._verified(str(signed), giver, holder)

    async def _verified(self, signed: str, giver: str, holder: str) -> Proof:
        claims = await self._claims(signed)
        now = clock.now()
        try:
            begins, ends = (clock.at(float(claims[name])) for name in ("gyldigFra", "gyldigTil"))
            expires = clock.at(float(claims["exp"]))
            reference, kind = str(claims["fullmaktReferanseId"]), str(claims["type"])
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise Forged("The proof does not say what it must") from error
        if claims.get("iss") != self._keys.url or claims.get("sektor") != SECTOR:
            raise Forged("The proof is of another issuer or for another sector")
        if (claims.get("fullmaktsgiverFnr"), claims.get("fullmaktshaverFnr")) != (giver, holder):
            raise Forged("The proof is about other persons")
        if expires <= now or not begins <= now < ends:
            raise Forged("The proof has expired or has not begun")
        return Proof(reference, kind, begins, ends, signed)

    async def _claims(self, signed: str) -> dict[str, Any]:
        """The claims, under a key that the service publishes. Raises Forged, Unavailable."""
        try:
            if len(signed) > _LONGEST:
                raise ValueError  # noqa: TRY301 (treated as what cannot be read)
            header = jws.extract_compact(signed.encode(), registry=self._registry).headers()
            if header.get("alg") not in ALGORITHMS or not isinstance(header.get("kid"), str):
                raise ValueError  # noqa: TRY301
            keys = await self._keys.keys(header["kid"])
            claims: dict[str, Any] = jwt.decode(signed, keys, registry=self._registry).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise Forged("The proof is not signed as it must be") from error
        return claims

    async def _post(self, token: Token, name: str, body: dict[str, str]) -> httpx.Response:
        response = await call(
            self._http, token, SYSTEM, f"{self._base}/{name}", json.dumps(body).encode(), _JSON
        )
        check(response, SYSTEM)
        return response


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error


@dataclass(frozen=True, slots=True)
class Representation:
    """What serving asks while a representative waits: the service, and who has tokens for it."""

    helseid: HelseId
    service: Fullmakt
    audience: str
    http: httpx.AsyncClient

    async def proof(self, giver: str, holder: str) -> Proof | None:
        """As ``Fullmakt.proof``. Raises Failure, Unavailable."""
        token = await self.helseid.machine_token(self.audience)
        with self.helseid.tried(self.audience):
            return await self.service.proof(token, giver, holder)


def fullmakt(settings: Settings, http: httpx.AsyncClient) -> Fullmakt | None:
    """The service of ``settings``; None where it is not set up."""
    if not settings.representation_url:
        return None
    issuer = settings.representation_issuer or settings.representation_url.rstrip("/")
    return Fullmakt(settings.representation_url, http, issuer)


def representation(settings: Settings) -> Representation | None:
    """As ``settings`` say; None where the service, or this server's own key at HelseID, is not set up."""
    if not (settings.client_key_file and settings.helseid_issuer and settings.representation_url):
        return None
    http = httpx.AsyncClient(timeout=settings.answer_seconds, verify=trusted())
    helseid = HelseId(
        settings.helseid_issuer, settings.client_id, read_client_key(settings.client_key_file), http
    )
    service = fullmakt(settings, http)
    return Representation(helseid, service, settings.helsenorge_audience, http) if service else None
