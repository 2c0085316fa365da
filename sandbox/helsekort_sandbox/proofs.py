"""What a server checks of a signed token and of a DPoP proof, written apart from the product's own checks.

https://www.rfc-editor.org/rfc/rfc9449#section-4.3. The mock services must refuse what the real ones refuse, and a
mistake in the product's verification must not be repeated by the other side.
"""

import hashlib
import hmac
import json
import secrets
import time
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from helsekort_sandbox.keys import ALGORITHMS, claims_of, decode, encode, thumbprint

SKEW = 10  # seconds
NONCE_STEP = 300  # seconds


class _Registry(JWSRegistry):
    """RSA keys in a DPoP header need more than the library's 512 bytes."""

    max_header_length = 4096


class Refused(Exception):
    """A token, assertion or proof that does not hold; ``error`` is OAuth's code for it."""

    def __init__(self, error: str, why: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(why)
        self.error, self.why, self.headers = error, why, headers or {}


def verified(token: str, keys: list[dict[str, Any]], error: str, typ: str | None = None) -> dict[str, Any]:
    """The claims of ``token`` if one of ``keys`` signed it and it has not expired."""
    try:
        key = jwk.KeySet.import_key_set({"keys": keys})
        found = jwt.decode(token, key, list(ALGORITHMS), registry=_Registry(algorithms=list(ALGORITHMS)))
    except (JoseError, ValueError, TypeError, KeyError) as problem:
        raise Refused(error, f"The signature does not hold ({type(problem).__name__})") from problem
    if typ and str(found.header.get("typ", "")).lower() != typ:
        raise Refused(error, f"typ is not {typ}")
    now = time.time()
    if not isinstance(found.claims.get("exp"), int | float) or found.claims["exp"] <= now:
        raise Refused(error, "exp is missing or past")
    if found.claims.get("nbf", 0) > now + SKEW:
        raise Refused(error, "nbf lies in the future")
    return dict(found.claims)


class Once:
    """Identifiers that may be used once, remembered as long as they could be used again."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._seen: dict[str, float] = {}

    def use(self, identifier: str) -> bool:
        """Whether this is the first use of ``identifier``."""
        now = time.monotonic()
        self._seen = {key: until for key, until in self._seen.items() if until > now}
        if identifier in self._seen:
            return False
        self._seen[identifier] = now + self._seconds
        return True


class ProofChecker:
    """Checks DPoP proofs for one server and remembers their ``jti``."""

    def __init__(self) -> None:
        self.nonce_required = False
        self._jtis = Once(2 * SKEW + 1)
        self._secret = secrets.token_bytes(32)

    def nonce(self, ago: int = 0) -> str:
        """The nonce of this five-minute step, or of one ``ago``."""
        step = int(time.time()) // NONCE_STEP - ago
        return encode(hmac.digest(self._secret, str(step).encode(), "sha256")[:16])

    def check(self, proof: str | None, method: str, url: str, token: str | None = None) -> str:
        """The thumbprint of the key that signed ``proof`` for this request. Raises Refused."""
        if not proof:
            raise Refused("invalid_dpop_proof", "The DPoP header is missing")
        claims, key = _signed_by_own_key(proof)
        if claims.get("htm") != method or claims.get("htu") != url:
            raise Refused("invalid_dpop_proof", "htm or htu is not this request")
        if abs(time.time() - _number(claims.get("iat"))) > SKEW:
            raise Refused("invalid_dpop_proof", "iat is too far from now")
        if token is not None and claims.get("ath") != encode(hashlib.sha256(token.encode()).digest()):
            raise Refused("invalid_dpop_proof", "ath is not this access token")
        if self.nonce_required and claims.get("nonce") not in {self.nonce(), self.nonce(1)}:
            raise Refused("use_dpop_nonce", "A nonce is required", {"DPoP-Nonce": self.nonce()})
        if not isinstance(claims.get("jti"), str) or not self._jtis.use(claims["jti"]):
            raise Refused("invalid_dpop_proof", "jti is missing or was used before")
        return thumbprint(key)


def _signed_by_own_key(proof: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        header = json.loads(decode(proof.partition(".")[0]))
        key = header["jwk"]
        algorithm = header["alg"]
        if header.get("typ") != "dpop+jwt" or algorithm not in ALGORITHMS or "d" in key or "k" in key:
            raise Refused("invalid_dpop_proof", "The proof's header is not allowed")
        jwt.decode(proof, jwk.import_key(key), [algorithm], registry=_Registry(algorithms=[algorithm]))
        return claims_of(proof), key
    except (JoseError, ValueError, TypeError, KeyError, IndexError) as problem:
        raise Refused("invalid_dpop_proof", "The proof cannot be verified") from problem


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
