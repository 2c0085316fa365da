"""The anchor file: signed heads outside the database, one JSON object a line, appended and never rewritten.

https://github.com/ndjson/ndjson-spec. Whoever owns the database cannot change it; it should lie on another machine's
disk, or on one that only appends.
"""

import fcntl
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from app.store.seals import Head


class BadAnchor(Exception):
    """A line that no server of ours has written."""


def line_of(head: Head) -> bytes:
    """``head`` as a line."""
    anchor = {
        "lane": head.lane,
        "seq": head.seq,
        "hash": head.hash.hex(),
        "at": head.at.isoformat(),
        "key": head.key,
        "signature": head.signature.hex(),
    }
    return json.dumps(anchor, separators=(",", ":")).encode() + b"\n"


def parse(line: bytes) -> Head:
    """The head of a line. Raises BadAnchor."""
    try:
        row: dict[str, Any] = json.loads(line)
        return Head(
            lane=int(row["lane"]),
            seq=int(row["seq"]),
            hash=bytes.fromhex(row["hash"]),
            at=datetime.fromisoformat(row["at"]),
            key=str(row["key"]),
            signature=bytes.fromhex(row["signature"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise BadAnchor("a line of the anchor file cannot be read") from error


class Anchors:
    """One anchor file, and how far each lane is anchored in it. Several processes may append to the same file."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._read_to = 0
        self.known: dict[int, int] = {}

    def append(self, heads: Iterable[Head]) -> int:
        """Add those heads that the file does not hold, and have them on disk; how many they were."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            self._read(file)
            fresh = [head for head in heads if head.seq > self.known.get(head.lane, 0)]
            for head in fresh:
                file.write(line_of(head))
            file.flush()
            os.fsync(file.fileno())
            self._learn(fresh)
            self._read_to = file.tell()
        return len(fresh)

    def _read(self, file: Any) -> None:
        """What others have appended. A last line without its end was cut short by a crash: it is written again."""
        file.seek(self._read_to)
        end = self._read_to
        while (line := file.readline()).endswith(b"\n"):
            end += len(line)
            with suppress(BadAnchor):  # for ``audit verify`` to tell; anchoring goes on
                self._learn([parse(line)])
        if line:
            file.truncate(end)
        file.seek(end)

    def _learn(self, heads: Iterable[Head]) -> None:
        for head in heads:
            self.known[head.lane] = max(head.seq, self.known.get(head.lane, 0))


def read(path: str) -> tuple[list[Head], int]:
    """Every head of the file, and how many lines cannot be read; nothing where there is no file."""
    heads, bad = [], 0
    try:
        with Path(path).open("rb") as file:
            for line in file:
                try:
                    heads.append(parse(line))
                except BadAnchor:
                    bad += 1
    except FileNotFoundError:
        pass
    return heads, bad
