"""HTTP Message Signatures: a receiver can prove that this server sent this body to this address at this time.

https://www.rfc-editor.org/rfc/rfc9421 (ecdsa-p256-sha256) and https://www.rfc-editor.org/rfc/rfc9530 (Content-Digest).
"""

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc.jwk import ECKey

from app.access.signing import key_name

_COVERED = ("content-type", "content-digest", "helsekort-attempt")
_COORDINATE = 32


def digest(body: bytes) -> str:
    """The value of Content-Digest."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def signed(url: str, headers: Mapping[str, str], key: ECKey, created: datetime, nonce: str) -> dict[str, str]:
    """The headers that sign a POST of ``headers`` to ``url``; ``nonce`` is another one for each notification."""
    names = ["@method", "@target-uri", *_COVERED]
    values = ["POST", _target(url), *(headers[name] for name in _COVERED)]
    covered = " ".join(f'"{name}"' for name in names)
    parameters = (
        f'({covered});created={int(created.timestamp())};keyid="{key_name(key)}"'
        f';alg="ecdsa-p256-sha256";nonce="{nonce}";tag="helsekort"'
    )
    lines = [f'"{name}": {value}' for name, value in zip(names, values, strict=True)]
    base = "\n".join([*lines, f'"@signature-params": {parameters}'])
    signature = base64.b64encode(_sign(key, base.encode())).decode()
    return {"signature-input": f"helsekort={parameters}", "signature": f"helsekort=:{signature}:"}


def _target(url: str) -> str:
    """The target URI: a URL without a path is asked for ``/``."""
    return url if urlsplit(url).path else urlunsplit(urlsplit(url)._replace(path="/"))


def _sign(key: ECKey, message: bytes) -> bytes:
    """r and s side by side (RFC 9421 § 3.3.4)."""
    r, s = decode_dss_signature(key.private_key.sign(message, ECDSA(hashes.SHA256())))  # type: ignore[union-attr]
    return r.to_bytes(_COORDINATE) + s.to_bytes(_COORDINATE)
