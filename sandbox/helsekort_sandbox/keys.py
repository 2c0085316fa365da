"""Keys and signatures: private JWKs made at run time, compact JWS, DPoP proofs.

JWK https://www.rfc-editor.org/rfc/rfc7517, JWS https://www.rfc-editor.org/rfc/rfc7515, thumbprint
https://www.rfc-editor.org/rfc/rfc7638, DPoP https://www.rfc-editor.org/rfc/rfc9449. Written on ``cryptography``
alone: the command ``proof`` stands inside other command lines and must start at once.
"""

import base64
import hashlib
import json
import os
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ALGORITHMS = ("ES256", "RS256", "PS256")
_PUBLIC = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}

Jwk = dict[str, Any]


def encode(data: bytes) -> str:
    """``data`` as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value: int, size: int | None = None) -> str:
    return encode(value.to_bytes(size or (value.bit_length() + 7) // 8))


def _integer(text: str) -> int:
    return int.from_bytes(decode(text))


def generate(algorithm: str = "ES256") -> Jwk:
    """A new private JWK for ``algorithm``; its ``kid`` is its thumbprint."""
    jwk: Jwk
    if algorithm == "ES256":
        curve = ec.generate_private_key(ec.SECP256R1()).private_numbers()
        point = curve.public_numbers
        jwk = {"kty": "EC", "crv": "P-256", "x": _number(point.x, 32), "y": _number(point.y, 32)}
        jwk["d"] = _number(curve.private_value, 32)
    else:
        modulus = rsa.generate_private_key(65537, 2048).private_numbers()
        jwk = {"kty": "RSA", "n": _number(modulus.public_numbers.n), "e": _number(modulus.public_numbers.e)}
        jwk |= {"d": _number(modulus.d), "p": _number(modulus.p), "q": _number(modulus.q)}
        jwk |= {"dp": _number(modulus.dmp1), "dq": _number(modulus.dmq1), "qi": _number(modulus.iqmp)}
    return jwk | {"alg": algorithm, "use": "sig", "kid": thumbprint(jwk)}


def public(jwk: Jwk) -> Jwk:
    """What may be shown of ``jwk``."""
    return {name: jwk[name] for name in (*_PUBLIC[jwk["kty"]], "alg", "use", "kid") if name in jwk}


def thumbprint(jwk: Jwk) -> str:
    members = {name: jwk[name] for name in _PUBLIC[jwk["kty"]]}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return encode(hashlib.sha256(text.encode()).digest())


def keep(path: Path, algorithm: str = "ES256") -> Jwk:
    """The key in the file ``path``, made now if there is none; only its owner can read it."""
    if not path.exists():
        write_private(path, json.dumps(generate(algorithm)).encode())
    jwk: Jwk = json.loads(path.read_text())
    return jwk


def write_private(path: Path, content: bytes) -> None:
    """Write ``content`` so that others can never read it and nobody sees half of it."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    draft.replace(path)


def sign(jwk: Jwk, header: dict[str, Any], claims: dict[str, Any]) -> str:
    """A JWT of ``claims``, signed by ``jwk`` with its ``alg``."""
    head = {"alg": jwk["alg"], **header}
    parts = [encode(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims)]
    return ".".join([*parts, encode(_signature(jwk, ".".join(parts).encode()))])


def _signature(jwk: Jwk, message: bytes) -> bytes:
    if jwk["kty"] == "EC":
        point = ec.EllipticCurvePublicNumbers(_integer(jwk["x"]), _integer(jwk["y"]), ec.SECP256R1())
        key = ec.EllipticCurvePrivateNumbers(_integer(jwk["d"]), point).private_key()
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32) + s.to_bytes(32)

    modulus = rsa.RSAPublicNumbers(_integer(jwk["e"]), _integer(jwk["n"]))
    p, q, d, dp, dq, qi = (_integer(jwk[name]) for name in ("p", "q", "d", "dp", "dq", "qi"))
    signer = rsa.RSAPrivateNumbers(p, q, d, dp, dq, qi, modulus).private_key(
        unsafe_skip_rsa_key_validation=True
    )
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    return signer.sign(message, pss if jwk["alg"] == "PS256" else padding.PKCS1v15(), hashes.SHA256())


def claims_of(token: str) -> dict[str, Any]:
    """The claims of ``token``, not verified."""
    claims: dict[str, Any] = json.loads(decode(token.split(".")[1]))
    return claims


def proof(jwk: Jwk, method: str, url: str, token: str | None = None, nonce: str | None = None) -> str:
    """A DPoP proof for one request; ``token`` binds it to the access token that goes with it."""
    parts = urlsplit(url)
    claims = {
        "jti": secrets.token_urlsafe(16),
        "htm": method.upper(),
        "htu": f"{parts.scheme}://{parts.netloc}{parts.path}",
        "iat": int(time.time()),
    }
    if token is not None:
        claims["ath"] = encode(hashlib.sha256(token.encode()).digest())
    if nonce is not None:
        claims["nonce"] = nonce
    bare = {name: jwk[name] for name in _PUBLIC[jwk["kty"]]}
    return sign(jwk, {"typ": "dpop+jwt", "jwk": bare}, claims)


def client_assertion(jwk: Jwk, client_id: str, issuer: str) -> str:
    """A ``private_key_jwt`` for the token endpoint of ``issuer`` (https://www.rfc-editor.org/rfc/rfc7523)."""
    now = int(time.time())
    claims = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": secrets.token_urlsafe(16)}
    header = {"typ": "client-authentication+jwt", "kid": jwk["kid"]}
    return sign(jwk, header, {**claims, "iat": now, "nbf": now, "exp": now + 30})
