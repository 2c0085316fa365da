"""The keys that sign what this server sends of its own accord: P-256, in a file, published as a JWK set.

https://www.rfc-editor.org/rfc/rfc7517; names by thumbprint, https://www.rfc-editor.org/rfc/rfc7638. The first key of
the file signs, the others are still published: a key is changed by putting a new one in front.
"""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

ALGORITHM = "ES256"


class NoSigningKey(Exception):
    """The file holds no P-256 private key."""


@dataclass(frozen=True, slots=True)
class SigningKeys:
    """The keys of one file, the signing one first."""

    keys: tuple[ECKey, ...]

    @property
    def current(self) -> ECKey:
        """The key that signs."""
        return self.keys[0]

    def verifying(self) -> KeySet:
        """The public parts, to verify with."""
        return KeySet([ECKey.import_key(_public(key)) for key in self.keys])

    def published(self) -> dict[str, Any]:
        """The JWK set of the public parts."""
        return {"keys": [_public(key) for key in self.keys]}


def key_name(key: ECKey) -> str:
    """The name of a key: its thumbprint."""
    return key.thumbprint()


def _public(key: ECKey) -> dict[str, Any]:
    return {**key.as_dict(private=False), "kid": key_name(key), "alg": ALGORITHM, "use": "sig"}


def make(path: str) -> None:
    """Make a key in the file ``path`` unless it is there; only its owner can read it."""
    content = {"keys": [ECKey.generate_key("P-256").as_dict(private=True)]}
    draft = Path(f"{path}.{os.getpid()}.new")
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        file.write(json.dumps(content))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # of two that start at once, one makes the key
        Path(path).hardlink_to(draft)
    draft.unlink()


def read(path: str) -> SigningKeys | None:
    """The keys of ``path``, made where there are none; None where no path is set. Raises NoSigningKey, OSError."""
    if not path:
        return None
    if not Path(path).exists():
        make(path)
    try:
        rows = json.loads(Path(path).read_text())["keys"]
        keys = tuple(ECKey.import_key(row) for row in rows)
    except (ValueError, KeyError, TypeError, JoseError) as error:
        raise NoSigningKey(f"{path} holds no JWK set") from error
    if not keys or any(not key.is_private or key.curve_name != "P-256" for key in keys):
        raise NoSigningKey(f"{path} must hold private keys on P-256")
    return SigningKeys(keys)
