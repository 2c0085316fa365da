"""Plays a recording through the public API: several actors at a time, each woman's events in their order.

The server's clock never moves: facts carry their own time, and a card is read with ``asOf``.
"""

import heapq
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby

from app.clock import OSLO
from helsekort_sandbox.journal import Journal
from helsekort_sandbox.recording import Item, Recording
from helsekort_sandbox.sending import Outcome, Sender

PATIENCE = 0.5  # seconds between looks at what runs


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast: ``speed`` is how many seconds of the recording pass in one of ours, None as fast as it goes."""

    speed: float | None = None
    actors: int = 8
    until: date | None = None
    stop: bool = True


@dataclass(slots=True)
class Played:
    """What came of it: one outcome for each item, and how it ended: ``done``, ``until``, ``stopped``, ``interrupted``."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    before: int = 0
    ended: str = "done"
    seconds: float = 0.0

    @property
    def surprises(self) -> list[Outcome]:
        return [row for row in self.outcomes.values() if row.surprise]


Tell = Callable[[int, int, datetime], None]  # done, of how many, at what time of the recording


class Player:
    """One playing of ``recording``."""

    def __init__(
        self, recording: Recording, sender: Sender, journal: Journal, pace: Pace, tell: Tell
    ) -> None:
        self.recording, self.sender, self.journal = recording, sender, journal
        self.pace, self.tell = pace, tell
        self.played = Played(before=len(journal.done))
        self.halt = threading.Event()

    def play(self) -> Played:
        """Play what is not done yet. Ctrl-C lets what is under way end and is kept."""
        began = time.monotonic()
        items = [item for item in self.recording.items if item.id not in self.journal.done]
        chosen = [item for item in items if self._in_time(item)]
        clock = _Clock(chosen[0].time, self.pace.speed) if chosen else None
        with ThreadPoolExecutor(self.pace.actors) as pool:
            for part in _parts(chosen):
                if clock is not None and not self.halt.is_set():
                    _Part(self, part, pool, clock).run()
        self.played.seconds = time.monotonic() - began
        if self.played.ended == "done" and len(chosen) < len(items):
            self.played.ended = "until"
        if self.played.ended == "done":
            self.journal.finish()
        return self.played

    def _in_time(self, item: Item) -> bool:
        return self.pace.until is None or item.time.astimezone(OSLO).date() <= self.pace.until

    def settle(self, item: Item, outcome: Outcome) -> None:
        """Keep what came of an item; a surprise may end the playing, and is tried again by the next one."""
        self.played.outcomes[item.id] = outcome
        if outcome.surprise and self.pace.stop:
            self.played.ended = "stopped"
            self.halt.set()
        else:
            seen = {"status": outcome.status} | ({"surprise": outcome.surprise} if outcome.surprise else {})
            self.journal.note(item.id, outcome.made, **seen)
        done = self.played.before + len(self.played.outcomes)
        self.tell(done, len(self.recording.items), item.time)

    def interrupt(self) -> None:
        self.played.ended = "interrupted"
        self.halt.set()


def _parts(items: list[Item]) -> Iterator[list[Item]]:
    """An item of no woman waits for all before it, and all after it wait for it."""
    for of_women, group in groupby(items, key=lambda item: bool(item.woman)):
        if of_women:
            yield list(group)
        else:
            yield from ([item] for item in group)


class _Clock:
    """When an item is due, as seconds of the monotonic clock."""

    def __init__(self, first: datetime, speed: float | None) -> None:
        self.first, self.speed, self.began = first, speed, time.monotonic()

    def wait(self, at: datetime) -> float:
        """Seconds until then; nothing where it plays as fast as it goes."""
        if self.speed is None:
            return 0.0
        passed = (at - self.first).total_seconds() / self.speed
        return max(0.0, self.began + passed - time.monotonic())


class _Part:
    """Items that may be played beside each other, each woman's one after the other."""

    def __init__(self, player: Player, items: list[Item], pool: ThreadPoolExecutor, clock: _Clock) -> None:
        self.player, self.pool, self.clock = player, pool, clock
        self.queues: dict[str, deque[Item]] = {}
        for item in items:
            self.queues.setdefault(item.woman, deque()).append(item)
        order = {item.id: number for number, item in enumerate(items)}
        self.order = order
        self.heads = [(order[queue[0].id], woman) for woman, queue in self.queues.items()]
        heapq.heapify(self.heads)
        self.running: dict[Future[Outcome], Item] = {}

    def run(self) -> None:
        while self.running or (self.heads and not self.player.halt.is_set()):
            try:
                self._start()
                self._collect()
            except KeyboardInterrupt:
                self.player.interrupt()

    def _start(self) -> None:
        while self.heads and len(self.running) < self.player.pace.actors and not self.player.halt.is_set():
            item = self.queues[self.heads[0][1]][0]
            if self.clock.wait(item.time) > 0:
                return
            heapq.heappop(self.heads)
            self.queues[item.woman].popleft()
            actor = self.player.recording.actors[item.actor]
            self.running[self.pool.submit(self.player.sender.send, item, actor)] = item

    def _collect(self) -> None:
        if not self.running:
            due = self.clock.wait(self.queues[self.heads[0][1]][0].time) if self.heads else 0.0
            self.player.halt.wait(min(due, PATIENCE))
            return
        ended, _ = wait(self.running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in ended:
            item = self.running.pop(future)
            self.player.settle(item, future.result())
            if queue := self.queues[item.woman]:
                heapq.heappush(self.heads, (self.order[queue[0].id], item.woman))
