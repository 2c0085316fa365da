"""What another system told a while ago, in the memory of this process alone, for whoever asked: never on disk, never for others.

Somebody who waits is not kept longer than her patience: what comes later is there when she asks again.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from app import clock
from app.gateways.failures import Unreachable

T = TypeVar("T")
_MOST = 512
_FRESH = 60.0  # seconds for which nobody is asked again
_DOWN = 15.0  # seconds for which a system that failed is left alone


@dataclass(slots=True)
class Recent(Generic[T]):
    """Told within the last ``seconds``, by key: who asked, of whom, what."""

    seconds: float
    _told: OrderedDict[Hashable, tuple[float, T]] = field(default_factory=OrderedDict)
    _running: dict[Hashable, asyncio.Task[T]] = field(default_factory=dict)
    _down: dict[Hashable, float] = field(default_factory=dict)
    succeeded: dict[Hashable, datetime] = field(default_factory=dict)
    failed: dict[Hashable, datetime] = field(default_factory=dict)

    def known(self, key: Hashable, *, within: float | None = None) -> T | None:
        """What was told last, where it is young enough."""
        at, value = self._told.get(key, (0.0, None))
        limit = self.seconds if within is None else min(within, self.seconds)
        return value if value is not None and time.monotonic() - at < limit else None

    def forget(self, key: Hashable) -> None:
        """It must not be told any more."""
        self._told.pop(key, None)

    async def ask(self, key: Hashable, what: Hashable, ask: Callable[[], Awaitable[T]], patience: float) -> T:
        """What ``ask`` gives, or gave a minute ago. Raises what it raises, and TimeoutError where it takes longer than
        ``patience`` seconds, or where ``what`` failed a moment ago."""
        fresh = self.known(key, within=_FRESH)
        if fresh is not None:
            return fresh
        if self.is_down(what):
            raise TimeoutError
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.ensure_future(self._asked(key, what, ask))
            task.add_done_callback(lambda done: self._ended(key, done))
        done, _ = await asyncio.wait({task}, timeout=patience)
        if not done:
            self._fails(what)
            raise TimeoutError
        try:
            return task.result()
        except Unreachable:
            self._fails(what)
            raise

    def is_down(self, what: Hashable) -> bool:
        """Whether it is left alone for a moment."""
        return time.monotonic() < self._down.get(what, 0.0)

    def _fails(self, what: Hashable) -> None:
        self._down[what] = time.monotonic() + _DOWN
        self.failed[what] = clock.now()

    async def _asked(self, key: Hashable, what: Hashable, ask: Callable[[], Awaitable[T]]) -> T:
        value = await ask()
        self._down.pop(what, None)
        self.succeeded[what] = clock.now()
        if self.seconds:
            self._told[key] = (time.monotonic(), value)
            self._told.move_to_end(key)
            self._forget_old()
        return value

    def _forget_old(self) -> None:
        end = time.monotonic() - self.seconds
        while self._told and (len(self._told) > _MOST or next(iter(self._told.values()))[0] < end):
            self._told.popitem(last=False)

    def _ended(self, key: Hashable, task: asyncio.Task[T]) -> None:
        self._running.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waited has been told
