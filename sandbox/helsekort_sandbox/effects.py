"""What a mock service did, as an append-only log on disk.

One line for each request that reached the service, before any deduplication: tests count effects here. The state of a
service is the fold of this log, so that a restart finds it again.
"""

import json
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

from starlette.requests import Request

from helsekort_sandbox.virtual_time import Clock

Entry = dict[str, Any]
INDEXED = ("event", "key", "patient")  # what effects are looked up by


class Wrong(Exception):
    """A request that is refused with ``status``; the reason never repeats what was sent."""

    def __init__(self, status: int, code: str, why: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.code, self.why = status, code, why
        self.headers = headers or {}


class EffectLog:
    """NDJSON, one object a line; ``effect`` says whether the request changed anything."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        self.clock = Clock()
        path.touch(0o600)
        whole = path.read_bytes().rpartition(b"\n")[0]  # a line cut short by a crash was never answered
        self.entries: list[Entry] = []
        self.lost: set[int] = set()
        self._times: dict[int, float] = {}  # of what this process took: number → when, on the service's clock
        self._by: dict[str, dict[Any, list[Entry]]] = {name: defaultdict(list) for name in INDEXED}
        for line in whole.splitlines():
            self._know(json.loads(line))
        path.write_bytes(whole + b"\n" if whole else b"")

    def _know(self, entry: Entry) -> None:
        self.entries.append(entry)
        for number in entry.get("lost", ()):
            lost = self.entries[number - 1]
            self.lost.add(number)
            for name in INDEXED:
                if lost in self._by[name].get(lost.get(name), ()):
                    self._by[name][lost[name]].remove(lost)
        if entry["effect"]:
            for name in INDEXED:
                if name in entry:
                    self._by[name][entry[name]].append(entry)

    def append(self, request: Request, status: int, details: Entry, *, effect: bool) -> Entry:
        """Write one line and have the kernel hold it before the answer leaves."""
        now = self.clock.now()
        entry = {
            "number": len(self.entries) + 1,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "method": request.method,
            "path": request.url.path,
            "status": status,
            "effect": effect,
            **details,
        }
        with self.path.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self._times[entry["number"]] = now
        self._know(entry)
        return entry

    def lose(self, last: int) -> list[int]:
        """Forget the last effects, as a service does that is restored from a backup; the lines stay, and one says so."""
        gone = [entry["number"] for entry in self.effects()[-last:]] if last else []
        line = {
            "number": len(self.entries) + 1,
            "effect": False,
            "lost": gone,
            "at": "",
            "method": "",
            "path": "/_lose",
            "status": 200,
        }
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        self._know(line)
        return gone

    def effects(self) -> list[Entry]:
        """The entries that changed something, oldest first."""
        return [entry for entry in self.entries if entry["effect"] and entry["number"] not in self.lost]

    def of(self, name: str, value: str) -> Entry | None:
        """The first effect with this ``event`` or ``key``."""
        return next(iter(self._by[name].get(value, ())), None)

    def all_of(self, name: str, value: str, stale: float = 0.0) -> list[Entry]:
        """All effects of a ``patient`` (or another indexed name), as they were ``stale`` seconds ago."""
        found = self._by[name].get(value, [])
        if not stale:
            return list(found)
        before = self.clock.now() - stale
        return [entry for entry in found if self._times.get(entry["number"], 0.0) <= before]
