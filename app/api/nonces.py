"""The nonces that this server asks for in DPoP proofs: https://www.rfc-editor.org/rfc/rfc9449#section-9

A nonce is a keyed digest of the five-minute step, so that every worker knows it and none keeps it. The step before is
taken too: a nonce is good for five to ten minutes.
"""

import base64
import hmac

from app import clock

STEP = 300  # seconds
_LENGTH = 18


class Nonces:
    """The nonces under one key."""

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, b"DPoP nonce", "sha256")

    def current(self) -> str:
        """The nonce of now."""
        return self._of(self._step())

    def holds(self, nonce: object) -> bool:
        """Whether ``nonce`` is the one of now or of the step before."""
        step = self._step()
        return isinstance(nonce, str) and nonce in {self._of(step), self._of(step - 1)}

    def _step(self) -> int:
        return int(clock.now().timestamp()) // STEP

    def _of(self, step: int) -> str:
        digest = hmac.digest(self._key, str(step).encode(), "sha256")
        return base64.urlsafe_b64encode(digest[:_LENGTH]).decode()
