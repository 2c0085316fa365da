"""The counters of several workers of one server, added up: whichever of them is asked, ``/metrics`` tells of all.

Each worker writes its own to a file of a folder that ``helsekort serve`` makes, every few seconds and when it is asked; no
request waits for that. Who ended stays counted, or the sums would fall; its connections do not.
https://prometheus.io/docs/concepts/metric_types/#counter
"""

import asyncio
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import time
from typing import Any

from app.api.counters import Counter
from app.store.database import Database

FOLDER = "SERVE_COUNTERS"  # from ``serve`` to its workers, and no setting
_EACH = 5.0  # seconds between two writes
_LIVING = 4 * _EACH  # who wrote nothing for so long has ended


class SharedCounters:
    """This worker's ``counters``, and those of the others in ``folder``."""

    def __init__(self, folder: str, counters: Iterable[Counter], database: Database) -> None:
        self._folder, self._counters, self._database = Path(folder), list(counters), database
        self._name = f"{os.getpid()}-{time():.6f}.json"  # a number of a process may come again

    async def keep(self) -> None:
        """Write until cancelled."""
        while True:
            self.write()
            await asyncio.sleep(_EACH)

    def write(self) -> None:
        """This worker's numbers, as they are now; where the folder is gone, nothing."""
        seen = [row for row in self._counters if row.statuses]
        rows = [[row.method, row.route, list(row.statuses.items()), row.within, row.seconds] for row in seen]
        text = json.dumps({"at": time(), "held": self._database.held(), "rows": rows})
        new = self._folder / f"{self._name}.new"
        try:
            new.write_text(text)
            new.replace(self._folder / self._name)
        except FileNotFoundError:
            return

    def together(self) -> tuple[list[Counter], tuple[int, int]]:
        """The counters of all, and how many connections the living hold: open and idle."""
        self.write()
        found = [*self._read()]
        held = [one["held"] for one in found if one["at"] > time() - _LIVING]
        added: dict[tuple[str, str], Counter] = {}
        for method, route, statuses, within, seconds in (row for one in found for row in one["rows"]):
            added.setdefault((method, route), Counter(method, route)).add(dict(statuses), within, seconds)
        return list(added.values()), (sum(row[0] for row in held), sum(row[1] for row in held))

    def _read(self) -> Iterator[dict[str, Any]]:
        for file in sorted(self._folder.glob("*.json")):
            yield json.loads(file.read_text())
