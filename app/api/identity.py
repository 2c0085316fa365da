"""Who asks: HelseID's and Helsenorge's access tokens, bound by DPoP.

HelseID security profile (FAPI 2.0, https://utviklerportal.nhn.no), RFC 9068 (``at+jwt``), RFC 9449. A verified
token is remembered for at most 60 s; its proof is verified at every request.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from starlette.requests import Request

from app.access.caller import CLINICIANS, Caller
from app.access.issuers import GIVES, audience_holds, idporten, in_our_words, roles_of, trusted
from app.access.logins import KIND, opened, token_of
from app.access.roles import PID, NoRole, citizen, professional
from app.access.sealing import Seal, pseudonym
from app.api.nonces import Nonces
from app.api.proof import ALGORITHMS, Proof, refusal, token_hash, verify
from app.api.token_claims import Roleless, is_time, names_of, payload
from app.fhir.outcome import Forbidden
from app.gateways.keysets import Issuer, OwnKeys
from app.registrations import TrustedIssuer
from app.settings import Settings

_REMEMBERED = 60.0
_MOST_TOKENS = 5_000
_SKEW = 5
_LONGEST = 16_384
NATIONAL_RECORD = "/api/maternity-record/"


@dataclass(frozen=True, slots=True)
class Verified:
    """A token that holds: who it is, the key that it is bound to, and until when (epoch)."""

    caller: Caller
    thumbprint: str | None
    expires: float
    names: tuple[str, ...]  # under which it can be denied: see app/store/denials.py
    loose: bool = False  # given unbound on purpose, to an app that is registered so


@dataclass(frozen=True, slots=True)
class Identified:
    """The caller of a request, and its proof where the token is bound."""

    caller: Caller
    proof: Proof | None
    names: tuple[str, ...] = ()


class Identity:
    """Verifies the tokens of this server's requests."""

    def __init__(self, settings: Settings, key: bytes, own_keys: KeySet | None = None) -> None:
        self._settings = settings
        self._key = key
        self._seal = Seal(key)
        fresh = settings.issuer_key_minutes * 60.0
        self._issuers = {
            url: (
                row,
                OwnKeys(own_keys) if own_keys and url == settings.base_url else Issuer(url, fresh=fresh),
            )
            for url, row in trusted(settings).items()
        }
        known = {url: self._issuers[url] for url in (settings.helseid_issuer,) if url}
        self._logins = known | {
            settings.idporten_issuer: (idporten(settings), Issuer(settings.idporten_issuer, fresh=fresh))
        }
        self._nonces = Nonces(key) if settings.dpop_nonce else None
        self._known: OrderedDict[str, tuple[Verified, float]] = OrderedDict()
        self._registry = jws.JWSRegistry(algorithms=list(ALGORITHMS))
        self._registry.max_header_length = 2048

    async def identify(self, request: Request) -> Identified:
        """The caller of ``request``. Raises Unauthenticated, or Forbidden for a token without a role here."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not token:
            raise refusal("An access token is required", error="invalid_token")
        verified = await self._verified(token.strip(), self._audiences(request))
        if scheme.lower() == "dpop":
            return Identified(verified.caller, self._proof(request, token.strip(), verified), verified.names)
        if scheme.lower() != "bearer":
            raise refusal("The authorization scheme must be DPoP", error="invalid_token")
        if verified.thumbprint is not None:
            raise refusal("A token that is bound by DPoP cannot be used as Bearer", error="invalid_token")
        if not self._settings.allow_bearer and not verified.loose:
            raise refusal("Bearer tokens are not accepted", error="invalid_token")
        return Identified(verified.caller, None, verified.names)

    async def read_keys(self) -> None:
        """Read the keys of all issuers, so that no caller waits for them; who does not answer is asked again by callers."""
        await asyncio.gather(*(keys.keys(None) for _, keys in self._issuers.values()), return_exceptions=True)

    def _proof(self, request: Request, token: str, verified: Verified) -> Proof:
        proofs = request.headers.getlist("dpop")
        if len(proofs) != 1:
            raise refusal("Exactly one DPoP header is required")
        if verified.thumbprint is None:
            raise refusal("The token is not bound by DPoP", error="invalid_token")
        return verify(
            proofs[0],
            method=request.method,
            url=self._settings.base_url + request.scope["raw_path"].decode("ascii", "replace"),
            token=token,
            thumbprint=verified.thumbprint,
            window=self._settings.dpop_window,
            nonces=self._nonces,
        )

    def _audiences(self, request: Request) -> tuple[str, ...]:
        """The audiences of which a token may name one: at the national record API also that service's own."""
        settings = self._settings
        if request.scope["path"].startswith(NATIONAL_RECORD):
            return settings.audience, settings.national_record_audience
        return (settings.audience,)

    async def _verified(self, token: str, audiences: tuple[str, ...]) -> Verified:
        digest, now = f"{len(audiences)} {token_hash(token)}", time.time()
        known = self._known.get(digest)
        if known is not None and now < min(known[1], known[0].expires + _SKEW):
            return known[0]
        verified = await self._verify(token, audiences)
        if len(self._known) >= _MOST_TOKENS:
            self._known.popitem(last=False)
        self._known[digest] = (verified, now + _REMEMBERED)
        return verified

    async def _verify(self, token: str, audiences: tuple[str, ...]) -> Verified:
        claims, header, issuer = await self._claims(token)
        self._check(claims, header, issuer, audiences)
        own = self._is_own(issuer)
        claims = self._opened(claims) if own else in_our_words(issuer, claims)
        confirmation = claims.get("cnf")
        thumbprint = confirmation.get("jkt") if isinstance(confirmation, dict) else None
        try:
            caller = self.caller_of(claims) if own else self._caller(claims, token, issuer)
        except NoRole as error:
            raise Roleless(str(error), claims) from error
        return Verified(caller, thumbprint, float(claims["exp"]), names_of(caller, claims), loose=own)

    def _is_own(self, issuer: TrustedIssuer) -> bool:
        return bool(self._settings.app_key_file) and issuer.url == self._settings.base_url

    async def logged_in(self, token: str) -> dict[str, Any]:
        """The claims of an access token of HelseID that this server itself was given. Raises Unauthenticated, Forbidden."""
        claims, header, issuer = await self._claims(token)
        self._check(claims, header, issuer, (self._settings.audience,))
        return in_our_words(issuer, claims)

    async def of_login(self, token: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Claims and header of what HelseID or ID-porten signed for this server as their client; when it holds is for
        the caller to say. Raises Unauthenticated."""
        claims, header, issuer = await self._claims(token, self._logins)
        client, now = self._settings.login_client_id, time.time()
        if claims.get("aud") not in (client, [client]) or not is_time(claims.get("exp")):
            raise refusal("The token is not for this server", error="invalid_token")
        if claims["exp"] + _SKEW <= now or not is_time(claims.get("iat")) or claims["iat"] - _SKEW > now:
            raise refusal("The token is not valid now", error="invalid_token")
        return in_our_words(issuer, claims), header

    def caller_of(self, login: Mapping[str, Any], **more: Any) -> Caller:
        """Who logged in, as ``logins.kept`` tells it; ``more`` are further claims. Raises NoRole."""
        kind = str(login.get(KIND))
        as_if = TrustedIssuer(self._settings.base_url, (kind,) if kind in GIVES else ())
        caller = self._caller({"exp": time.time(), **login, **more}, "", as_if)
        kept = token_of(login) if caller.role in CLINICIANS else None
        if kept:
            caller = replace(caller, token=kept[0], expires=datetime.fromtimestamp(kept[1], UTC))
        return replace(caller, smart=True)

    def _opened(self, claims: dict[str, Any]) -> dict[str, Any]:
        try:
            return opened(self._seal, claims)
        except ValueError as error:
            raise refusal("The token does not hold", error="invalid_token") from error

    def _caller(self, claims: dict[str, Any], token: str, issuer: TrustedIssuer) -> Caller:
        """Who the claims name, among those whom this issuer may name. Raises NoRole."""
        if "citizens" in issuer.gives:
            caller = citizen(claims, token, self._pseudonym(str(claims.get(PID))))
        else:
            caller = professional(claims, token, self._settings)
        if caller.role not in roles_of(issuer):
            raise NoRole(f"A token of this issuer makes nobody {caller.role.value}")
        return caller

    async def _claims(
        self, token: str, issuers: Mapping[str, tuple[TrustedIssuer, Issuer | OwnKeys]] | None = None
    ) -> tuple[dict[str, Any], dict[str, Any], TrustedIssuer]:
        """The claims under a signature of the issuer that they name; ``issuers``: others than those of access tokens."""
        if len(token) > _LONGEST:
            raise refusal(f"The token is longer than {_LONGEST} characters", error="invalid_token")
        try:
            seen = jws.extract_compact(token.encode(), registry=self._registry)
            header = seen.headers()
            claimed = payload(seen.payload)
            issuer, keys = (issuers or self._issuers).get(str(claimed.get("iss"))) or (None, None)
            if issuer is None or keys is None:
                raise refusal("The token's issuer is not trusted", error="invalid_token")
            if not isinstance(header.get("kid"), str):
                raise refusal("The token does not name its key (kid)", error="invalid_token")
            if header.get("alg") not in (issuer.algorithms or ALGORITHMS):
                raise refusal("The token's algorithm is not this issuer's", error="invalid_token")
            known = await keys.keys(header["kid"])
            claims = jwt.decode(token, known, registry=self._registry).claims
        except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
            raise refusal("The token does not hold", error="invalid_token") from error
        return claims, header, issuer

    def _check(
        self,
        claims: dict[str, Any],
        header: dict[str, Any],
        issuer: TrustedIssuer,
        audiences: tuple[str, ...],
    ) -> None:
        """Type, audience, time and scope. Raises Unauthenticated or Forbidden."""
        now = time.time()
        if str(header.get("typ", "")).lower().removeprefix("application/") != "at+jwt":
            raise refusal("The token's typ is not at+jwt", error="invalid_token")
        audience = next((one for one in audiences if audience_holds(issuer, claims, one)), None)
        if audience is None:
            raise refusal("The token is for another audience", error="invalid_token")
        if not is_time(claims.get("exp")) or claims["exp"] + _SKEW <= now:
            raise refusal("The token has expired", error="invalid_token")
        begins = [claims[name] for name in ("nbf", "iat") if name in claims]
        if not all(is_time(begin) and begin - _SKEW <= now for begin in begins):
            raise refusal("The token is not valid yet", error="invalid_token")
        if not isinstance(claims.get("jti"), str):
            raise refusal("The token has no jti, by which it could be denied", error="invalid_token")
        if self._is_own(issuer):  # its scopes are SMART's, and narrow
            return
        scope, needed = claims.get("scope", ""), f"{issuer.audience or audience}/api"
        if needed not in (scope if isinstance(scope, list) else str(scope).split()):
            raise Forbidden(f"The token lacks the scope {needed}")

    def _pseudonym(self, number: str) -> str:
        return pseudonym(self._key, number)
