"""DPoP proofs: https://www.rfc-editor.org/rfc/rfc9449#section-4.3. Every proof is verified; only its key is kept."""

import base64
import hashlib
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from app.api.nonces import Nonces
from app.fhir.outcome import Unauthenticated

ALGORITHMS = ("ES256", "PS256", "RS256")
_MOST_KEYS = 2_000
_LONGEST = 8_192
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_LEAST_RSA_BITS = 2048
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class _Header:
    algorithm: str
    key: Any
    thumbprint: str


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof that holds: the digest of its identifier under its key, and when it may be forgotten (epoch)."""

    jti: bytes
    expires: float
    thumbprint: str = ""


_headers: OrderedDict[str, _Header] = OrderedDict()


def refusal(reason: str, *, error: str = "invalid_dpop_proof") -> Unauthenticated:
    """A 401 with the challenge of RFC 9449 § 7.1."""
    challenge = f'DPoP error="{error}", error_description="{reason}", algs="{" ".join(ALGORITHMS)}"'
    return Unauthenticated(reason, headers={"WWW-Authenticate": challenge})


def _decode(segment: str) -> Any:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError, msgspec.DecodeError) as error:
        raise refusal("The DPoP proof is not a JWT") from error


def _header(segment: str) -> _Header:
    known = _headers.get(segment)
    if known is not None:
        return known
    raw = _decode(segment)
    if not isinstance(raw, dict) or raw.get("typ") != "dpop+jwt":
        raise refusal("The DPoP proof's typ is not dpop+jwt")
    algorithm, jwk = raw.get("alg"), raw.get("jwk")
    if algorithm not in ALGORITHMS:
        raise refusal("The DPoP proof's algorithm is not accepted")
    if not isinstance(jwk, dict) or _PRIVATE & jwk.keys() or "crit" in raw:
        raise refusal("The DPoP proof's header must carry a public jwk and nothing critical")
    try:
        key = import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise refusal("The DPoP proof's jwk cannot be read") from error
    fits = (
        isinstance(key, ECKey) and key.curve_name == "P-256" if algorithm == "ES256" else _is_strong_rsa(key)
    )
    if not fits:
        raise refusal("The DPoP proof's key does not fit its algorithm")
    if len(_headers) >= _MOST_KEYS:
        _headers.popitem(last=False)
    made = _headers[segment] = _Header(str(algorithm), key, key.thumbprint())
    return made


def _is_strong_rsa(key: Any) -> bool:
    return isinstance(key, RSAKey) and key.public_key.key_size >= _LEAST_RSA_BITS


def _signature_holds(header: _Header, signed: str, signature: str) -> bool:
    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        return bool(jws.JWSRegistry.algorithms[header.algorithm].verify(signed.encode(), raw, header.key))
    except (JoseError, ValueError):
        return False


def verify(
    proof: str,
    *,
    method: str,
    url: str,
    window: int,
    token: str = "",
    thumbprint: str = "",
    nonces: Nonces | None = None,
) -> Proof:
    """Check ``proof`` for this request and this token. Raises Unauthenticated with the reason.

    ``url`` is scheme, host and path without query; ``window`` the seconds that ``iat`` may lie from now; ``nonces``
    where one of this server's is demanded. Without a token it is one that asks for a token, by any key.
    """
    claims, thumbprint = _signed(proof, thumbprint)
    if claims.get("htm") != method:
        raise refusal("The DPoP proof is for another method (htm)")
    if not _same_address(str(claims.get("htu", "")), url):
        raise refusal("The DPoP proof is for another address (htu)")
    if token and claims.get("ath") != token_hash(token):
        raise refusal("The DPoP proof is for another token (ath)")
    issued, jti = claims.get("iat"), claims.get("jti")
    if isinstance(issued, bool) or not isinstance(issued, int | float) or abs(time.time() - issued) > window:
        raise refusal("The DPoP proof is not of now (iat)")
    if not isinstance(jti, str) or not jti:
        raise refusal("The DPoP proof has no jti")
    if nonces is not None and not nonces.holds(claims.get("nonce")):
        raise demanded(nonces)
    return Proof(hashlib.sha256(f"{thumbprint}.{jti}".encode()).digest(), issued + window, thumbprint)


def _signed(proof: str, thumbprint: str) -> tuple[dict[str, Any], str]:
    """The claims, under a signature of the key with this thumbprint (empty: any); and it. Raises Unauthenticated."""
    parts = proof.split(".")
    if len(proof) > _LONGEST:
        raise refusal(f"The DPoP proof is longer than {_LONGEST} characters")
    if len(parts) != 3:  # noqa: PLR2004 (header, claims, signature)
        raise refusal("The DPoP proof is not a JWT")
    header = _header(parts[0])
    if thumbprint and header.thumbprint != thumbprint:
        raise refusal("The DPoP proof is made with another key than the token's", error="invalid_token")
    if not _signature_holds(header, f"{parts[0]}.{parts[1]}", parts[2]):
        raise refusal("The DPoP proof's signature does not hold")
    claims = _decode(parts[1])
    if not isinstance(claims, dict):
        raise refusal("The DPoP proof has no claims")
    return claims, header.thumbprint


def demanded(nonces: Nonces) -> Unauthenticated:
    """The challenge of RFC 9449 § 9: the client repeats the request, with this nonce in a new proof."""
    error = refusal(
        "The DPoP proof needs the nonce of this answer's header DPoP-Nonce", error="use_dpop_nonce"
    )
    error.headers["DPoP-Nonce"] = nonces.current()
    return error


def _same_address(htu: str, url: str) -> bool:
    """Compared without query and fragment, and where they differ by RFC 3986 § 6.2: case of the host, default port."""
    bare = htu.partition("?")[0].partition("#")[0]
    return bare == url or _normal(bare) == _normal(url)


def _normal(url: str) -> tuple[str, str | None, int | None, str]:
    try:
        parts = urlsplit(url)
        return parts.scheme, parts.hostname, parts.port or _PORTS.get(parts.scheme), parts.path or "/"
    except ValueError:  # a port that is none
        return "", None, None, url


def token_hash(token: str) -> str:
    """The ``ath`` of a token: base64url of its SHA-256."""
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
