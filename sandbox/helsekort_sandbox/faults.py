"""How a mock service is told to go wrong: errors, slowness, lost and late answers, requests taken twice, stale reads, outages."""

import asyncio
import math
import random
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.virtual_time import Clock

_GENTLE = {
    "latencyMs",
    "jitterMs",
    "duplicateRate",
    "staleMs",
    "outageSeconds",
}  # strike without an errorRate
_KNOWN = _GENTLE | {"reads", "errorRate", "status", "count", "retryAfter", "dropAfterEffect", "hangMs"}


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a request that is taken: its answer is lost or late, or it is taken twice."""

    is_lost: bool = False
    hang: float = 0.0
    is_doubled: bool = False


@dataclass(slots=True)
class Fault:
    """One kind of fault; ``left`` is how many requests it still hits (None: all, until told otherwise)."""

    wanted: dict[str, Any]
    rate: float
    left: int | None
    until: float = 0.0  # the end of an outage, on the service's clock

    def strikes(self, dice: random.Random) -> bool:
        """Whether this request is hit; uses up one of ``count``."""
        if self.left == 0 or dice.random() >= self.rate:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    def seconds(self, name: str) -> float:
        """A length of time that is told in milliseconds."""
        return float(self.wanted.get(name, 0)) / 1000


@dataclass(slots=True)
class Faults:
    """The present faults, each of ``{"errorRate", "status", "retryAfter", "count", "latencyMs", "jitterMs",
    "dropAfterEffect", "hangMs", "duplicateRate", "staleMs", "outageSeconds", "reads"}``.

    Without ``errorRate`` every request is hit. ``dropAfterEffect``: it is done and the answer never comes. ``hangMs``: the
    answer comes so much later. ``jitterMs``: up to so much slower, so that answers overtake each other. ``duplicateRate``:
    so often a request arrives twice, and a feed is given with events twice and in another order. ``staleMs``: reads tell what was so long ago. ``outageSeconds``: so long, on the
    service's clock, it answers 503 with Retry-After. Errors hit what changes something, and with ``reads`` what is only read too.
    """

    clock: Clock
    rows: list[Fault] = field(default_factory=list)
    dice: random.Random = field(default_factory=random.Random)

    def set(self, wanted: Any) -> None:
        """Replace the present faults by one, or by a list of them; ``{}`` ends them. Raises ValueError, TypeError."""
        rows = wanted if isinstance(wanted, list) else [wanted]
        made = [self._fault(row) for row in rows if row]
        self.rows = made

    def _fault(self, wanted: dict[str, Any]) -> Fault:
        unknown = set(wanted) - _KNOWN
        if unknown:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}")
        rate = 0.0 if set(wanted) <= _GENTLE else float(wanted.get("errorRate", 1.0))
        count = None if wanted.get("count") is None else int(wanted["count"])
        for name in _KNOWN - {"dropAfterEffect", "count", "reads"}:
            float(wanted.get(name, 0))  # what is no number is refused now, not when a request meets it
        outage = float(wanted.get("outageSeconds", 0))
        return Fault(wanted, rate, count, self.clock.now() + outage if outage else 0.0)

    async def meet(self) -> Fate:
        """What the next request meets. Raises Wrong."""
        fate = Fate()
        for row in self.rows:
            await asyncio.sleep(row.seconds("latencyMs") + self.dice.uniform(0, row.seconds("jitterMs")))
            self._check_outage(row)
            doubled = self.dice.random() < float(row.wanted.get("duplicateRate", 0))
            fate = Fate(fate.is_lost, fate.hang, fate.is_doubled or doubled)
            if row.strikes(self.dice):
                fate = self._struck(row, fate)
        return fate

    async def meet_reading(self) -> None:
        """What the next reading meets. Raises Wrong."""
        for row in self.rows:
            await asyncio.sleep(row.seconds("latencyMs"))
            self._check_outage(row)
            if row.wanted.get("reads") and row.strikes(self.dice):
                raise Wrong(int(row.wanted.get("status", 503)), "transient", "Fault on demand")

    def _check_outage(self, row: Fault) -> None:
        if (left := row.until - self.clock.now()) > 0:
            wait = max(1, math.ceil(self.clock.in_real_seconds(left)))
            raise Wrong(503, "transient", "Outage on demand", {"Retry-After": str(wait)})

    def _struck(self, row: Fault, fate: Fate) -> Fate:
        is_lost, hang = bool(row.wanted.get("dropAfterEffect")), row.seconds("hangMs")
        if is_lost or hang:
            return Fate(fate.is_lost or is_lost, max(fate.hang, hang), fate.is_doubled)
        headers = {"Retry-After": str(row.wanted["retryAfter"])} if "retryAfter" in row.wanted else {}
        raise Wrong(int(row.wanted.get("status", 503)), "transient", "Fault on demand", headers)

    @property
    def stale(self) -> float:
        """How many seconds ago reads tell of."""
        return max((row.seconds("staleMs") for row in self.rows), default=0.0)

    def mixed(self, events: list[Any]) -> list[Any]:
        """A page of a feed as it is given: now and then with events twice, in another order."""
        rates = [float(row.wanted.get("duplicateRate", 0)) for row in self.rows]
        if self.dice.random() >= max(rates, default=0.0):
            return events
        return self.dice.sample([*events, *events], 2 * len(events))

    def as_json(self) -> list[dict[str, Any]]:
        return [{**row.wanted, "left": row.left} for row in self.rows]


class Dropped(Response):
    """An answer that never arrives: the connection closes in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        headers = [(b"content-length", b"1")]  # never 204, which has no body to be cut short
        await send({"type": "http.response.start", "status": 200, "headers": headers})
