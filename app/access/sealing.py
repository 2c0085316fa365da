"""Sealing what leaves memory but is for this server only: page links and waiting session tokens (AES-256-GCM)."""

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Broken(Exception):
    """Not sealed by this server, or for another purpose."""


class Seal:
    """Seals and opens with one key; ``purpose`` binds what is sealed to its use."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def close(self, content: bytes, purpose: str) -> bytes:
        """``content``, sealed for ``purpose``."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, content, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The content. Raises Broken."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise Broken(purpose) from error

    def close_text(self, content: bytes, purpose: str) -> str:
        """``content`` sealed, as text for a URL."""
        return base64.urlsafe_b64encode(self.close(content, purpose)).rstrip(b"=").decode()

    def open_text(self, sealed: str, purpose: str) -> bytes:
        """The content of ``close_text``. Raises Broken."""
        try:
            raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except ValueError as error:
            raise Broken(purpose) from error
        return self.open(raw, purpose)


def pseudonym(key: bytes, number: str) -> str:
    """What stands in the log for a citizen: stable under this key, and no number."""
    return hmac.new(key, f"citizen {number}".encode(), hashlib.sha256).hexdigest()[:32]


def read_key(path: str) -> bytes:
    """The server's key: 32 bytes of the file ``path``, made at the first start; of this process where none is named."""
    if not path:
        return os.urandom(32)
    file = Path(path)
    try:
        descriptor = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return file.read_bytes()[:32]
    with os.fdopen(descriptor, "wb") as opened:
        key = os.urandom(32)
        opened.write(key)
        return key
