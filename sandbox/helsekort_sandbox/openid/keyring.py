"""The keys of a mock issuer, on disk: one signs, the next may be announced, former ones are still published.

Keys change as https://openid.net/specs/openid-connect-core-1_0.html#RotateSigKeys has it: published before the first
use, taken away after the last.
"""

import json
from pathlib import Path
from typing import Any

from helsekort_sandbox import keys
from helsekort_sandbox.keys import Jwk

STEPS = ("announce", "rotate", "retire")


class KeyRing:
    """The signing key in the file ``path``; beside it the others that are published."""

    def __init__(self, path: Path, algorithm: str) -> None:
        self._path, self.algorithm = path, algorithm
        self._others = path.with_name(f"{path.stem}-others.json")
        self.signing = keys.keep(path, algorithm)

    def _read(self) -> dict[str, list[Jwk]]:
        found: dict[str, list[Jwk]] = {"next": [], "former": []}
        return found | (json.loads(self._others.read_text()) if self._others.exists() else {})

    def published(self) -> list[Jwk]:
        """The public keys that tokens may be verified with."""
        others = self._read()
        return [keys.public(key) for key in (self.signing, *others["next"], *others["former"])]

    def do(self, step: str) -> dict[str, Any]:
        """``announce`` a next key, ``rotate`` to it, or ``retire`` the former ones; the ``kid`` of each. Raises ValueError."""
        if step not in STEPS:
            raise ValueError(f"do is one of {', '.join(STEPS)}")
        others = self._read()
        if step in STEPS[:2] and not others["next"]:
            others["next"] = [keys.generate(self.algorithm)]
        if step == "rotate":
            others["former"].append(keys.public(self.signing))
            self.signing = others["next"].pop()
            keys.write_private(self._path, json.dumps(self.signing).encode())
        elif step == "retire":
            others["former"] = []
        keys.write_private(self._others, json.dumps(others).encode())
        return self.told()

    def told(self) -> dict[str, Any]:
        """The ``kid`` of each key, by what it is."""
        others = self._read()
        return {"signing": self.signing["kid"]} | {
            name: [key["kid"] for key in row] for name, row in others.items()
        }
