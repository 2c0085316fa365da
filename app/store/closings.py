"""Closings: which rows of a lane went with a month that was dropped, signed before they went.

A closing has the hash of the last of them, so that the chain goes on behind it; it is signed with the key that signs
heads, which lies outside the database. Rows that are gone without one were removed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.store.seals import Signer, key_name


@dataclass(frozen=True, slots=True)
class Closing:
    """Rows ``first`` to ``last`` of a lane, gone with ``month`` (YYYY_MM); ``hash`` is that of the last."""

    lane: int
    first: int
    last: int
    hash: bytes
    month: str
    at: datetime
    key: str = ""
    signature: bytes = b""

    def message(self) -> bytes:
        """What is signed."""
        place, at = f"{self.lane}/{self.first}-{self.last}", self.at.astimezone(UTC).isoformat()
        return f"helsekort audit closing\n{place}\n{self.hash.hex()}\n{self.month}\n{at}".encode()

    def signed(self, signer: Signer) -> "Closing":
        """The same with its signature."""
        return replace(self, key=signer.name, signature=signer.signature(self.message()))

    def holds(self, public: Ed25519PublicKey) -> bool:
        """Whether it was signed with ``public``'s key, after its month had ended."""
        try:
            public.verify(self.signature, self.message())
        except InvalidSignature:
            return False
        return self.key == key_name(public) and self.at.astimezone(UTC).strftime("%Y_%m") > self.month


class Closed:
    """What of the log is gone by closings that hold."""

    def __init__(
        self, closings: Iterable[Closing], keys: Mapping[str, Ed25519PublicKey], problems: list[str]
    ) -> None:
        self._by_first: dict[int, dict[int, Closing]] = defaultdict(dict)
        for closing in closings:
            public = keys.get(closing.key)
            if public is not None and closing.holds(public):
                self._by_first[closing.lane][closing.first] = closing
            else:
                problems.append(f"lane {closing.lane} closing {closing.first}-{closing.last}: does not hold")

    def hash_of(self, lane: int, first: int, last: int) -> bytes | None:
        """The hash of row ``last``, where all rows from ``first`` to it are closed; None where one is not."""
        at: Closing | None = None
        while at is None or at.last < last:
            at = self._by_first[lane].get(first)
            if at is None:
                return None
            first = at.last + 1
        return at.hash if at.last == last else None
