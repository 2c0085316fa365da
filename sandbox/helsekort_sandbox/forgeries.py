"""What forgers do to a token that would hold: the means of the table in ``broken_tokens.py``."""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from helsekort_sandbox import keys
from helsekort_sandbox.keys import Jwk

Claims = dict[str, Any]
HPR = "helseid://claims/hpr/hpr_number"
ATTEST = "nhn:tillitsrammeverk:parameters"


@cache
def _own(algorithm: str) -> Jwk:
    """The forger's own key."""
    return keys.generate(algorithm)


@dataclass(frozen=True, slots=True)
class Making:
    """A token that would hold: its claims, its header, the issuer's key."""

    claims: Claims
    header: dict[str, Any]
    key: Jwk

    def signed(self, claims: Claims | None = None, key: Jwk | None = None, **header: Any) -> str:
        """The token with changes; None takes a claim or a member of the header away."""
        head, body = self.header | header, self.claims | (claims or {})
        return keys.sign(key or self.key, _present(head), _present(body))

    def by_hand(self, algorithm: str, secret: bytes | None, claims: Claims | None = None) -> str:
        """The token with an algorithm that the issuer's key has not: none, or a MAC under ``secret``."""
        parts = (self.header | {"alg": algorithm}, self.claims | (claims or {}))
        text = ".".join(keys.encode(json.dumps(part).encode()) for part in parts)
        mac = b"" if secret is None else hmac.digest(secret, text.encode(), hashlib.sha256)
        return f"{text}.{keys.encode(mac)}"

    def public(self, encoding: Encoding) -> bytes:
        """The issuer's public key as bytes, as it might be taken for a secret."""
        if self.key["kty"] == "EC":
            x, y = (int.from_bytes(keys.decode(self.key[name])) for name in ("x", "y"))
            key: Any = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        else:
            e, n = (int.from_bytes(keys.decode(self.key[name])) for name in ("e", "n"))
            key = rsa.RSAPublicNumbers(e, n).public_key()
        return bytes(key.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo))

    def forger(self) -> Jwk:
        """Another key of the same kind, under the issuer's ``kid``."""
        return _own(self.key["alg"]) | {"kid": self.key["kid"]}


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def attest(change: Callable[[dict[str, Any]], Any]) -> Callable[[Making], str]:
    def make(making: Making) -> str:
        attest = json.loads(json.dumps(making.claims[ATTEST]))
        change(attest)
        return making.signed({ATTEST: attest})

    return make


def rebound(making: Making) -> str:
    return making.signed({"cnf": {"jkt": _own("ES256")["kid"]}})


def tampered(making: Making) -> str:
    """The signature of one payload under another."""
    head, _, signature = making.signed().split(".")
    body = keys.encode(json.dumps(making.claims | {HPR: "222210001"}).encode())
    return f"{head}.{body}.{signature}"


def another_algorithm(making: Making) -> str:
    """The issuer's own key under an algorithm that it does not publish; of an EC key a foreign RSA key."""
    if making.key["kty"] == "RSA":
        other = {"RS256": "PS256", "PS256": "RS256"}[making.key["alg"]]
        return making.signed(key=making.key | {"alg": other})
    return making.signed(key=_own("RS256") | {"kid": making.key["kid"]})


def family(making: Making) -> str:
    other = "ES256" if making.key["kty"] == "RSA" else "PS256"
    return making.signed(key=_own(other) | {"kid": making.key["kid"]})


def brings(**header: Any) -> Callable[[Making], str]:
    def make(making: Making) -> str:
        own = _own(making.key["alg"])
        brought = {name: keys.public(own) if name == "jwk" else value for name, value in header.items()}
        return making.signed(key=own | {"kid": making.key["kid"]}, **brought)

    return make


def identity(making: Making) -> str:
    """An ID token: for the client, not for an API."""
    return making.signed({"aud": making.claims["client_id"], "scope": None}, typ="JWT")
