"""The signed heads and anchors, checked against the rows of the log and against each other."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app import clock
from app.store.seals import Head, is_signed

GRACE = timedelta(minutes=2)  # a head is in the database a moment before it is in the anchor file


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys by their names, and the name of the one that signs now."""

    current: str
    public: Mapping[str, Ed25519PublicKey]


class Book:
    """The heads of the database. What does not hold is written to ``problems``."""

    def __init__(self, heads: Iterable[Head], keys: Keys | None, problems: list[str]) -> None:
        self._heads: dict[int, dict[int, Head]] = defaultdict(dict)
        self._keys = keys
        self._problems = problems
        for head in heads:
            self._heads[head.lane][head.seq] = head
            self._check_signature(head, "head")
        if self.count and keys is None:
            problems.append("signatures cannot be checked: the signing key is not there")

    @property
    def count(self) -> int:
        return sum(map(len, self._heads.values()))

    def lanes(self) -> set[int]:
        """The lanes that have heads."""
        return {lane for lane, heads in self._heads.items() if heads}

    def at(self, lane: int, seq: int) -> Head | None:
        """The head at this place, if one was made there."""
        return self._heads[lane].get(seq)

    def last(self, lane: int) -> int:
        """The place of the last head, 0 where there is none."""
        return max(self._heads[lane], default=0)

    def beyond(self, lane: int, seq: int) -> int | None:
        """The place of the last head after ``seq``."""
        last = self.last(lane)
        return last if last > seq else None

    def meet(self, lane: int, seq: int, digest: bytes) -> None:
        """A row of the log: a head at its place must have its hash."""
        head = self.at(lane, seq)
        if head is not None and head.hash != digest:
            self._problems.append(f"lane {lane} row {seq}: is not the one that was sealed")

    def check_anchors(self, anchored: Iterable[Head]) -> None:
        """Every anchor is a head, every head is anchored."""
        seen: set[tuple[int, int]] = set()
        for anchor in anchored:
            self._check_signature(anchor, "anchor")
            seen.add((anchor.lane, anchor.seq))
            if self.at(anchor.lane, anchor.seq) != anchor:
                self._problems.append(
                    f"lane {anchor.lane} head {anchor.seq}: differs from its anchor or is gone"
                )
        fresh = clock.now() - GRACE
        for lane, heads in sorted(self._heads.items()):
            missing = [seq for seq, head in heads.items() if (lane, seq) not in seen and head.at < fresh]
            if missing:
                self._problems.append(
                    f"lane {lane}: {len(missing)} heads from {min(missing)} on are not in the anchor file"
                )

    def check_keys(self) -> None:
        """A key that was put away signs nothing more: heads of it that are younger than the current one's first."""
        if self._keys is None:
            return
        heads = [head for lane in self._heads.values() for head in lane.values()]
        since = min((head.at for head in heads if head.key == self._keys.current), default=None)
        for head in heads:
            if since is not None and head.key != self._keys.current and head.at > since + GRACE:
                self._problems.append(
                    f"lane {head.lane} head {head.seq}: signed with a key that had been put away"
                )

    def _check_signature(self, head: Head, what: str) -> None:
        if self._keys is None:
            return
        public = self._keys.public.get(head.key)
        if public is None or not is_signed(head, public):
            self._problems.append(f"lane {head.lane} {what} {head.seq}: its signature does not hold")
