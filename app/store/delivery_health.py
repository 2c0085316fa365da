"""How each way to another system is: what waits, since when, whether it answers. Numbers only, about nobody."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app import clock
from app.store import breakers, delivery_upkeep
from app.store.breakers import Breaker
from app.store.database import Database
from app.store.delivery_upkeep import Queue
from app.store.landscape_tables import CLOSED

SUBSCRIBERS = "subscribers"


@dataclass(slots=True)
class Adapter:
    """The way to one system."""

    name: str
    is_set_up: bool
    queues: dict[str, Queue] = field(default_factory=dict)
    breaker: Breaker | None = None

    def as_json(self, at: datetime) -> dict[str, Any]:
        """Numbers, seconds, instants."""
        state = self.breaker.state if self.breaker else CLOSED
        pending = self.queues.get("pending")
        oldest = (at - pending.oldest).total_seconds() if pending else None
        return {
            "name": self.name,
            "setUp": self.is_set_up,
            "breaker": state,
            "failures": self.breaker.failures if self.breaker else 0,
            "error": self.breaker.error if self.breaker and state != CLOSED else None,
            "retryAt": _instant(self.breaker.until if self.breaker and state != CLOSED else None),
            "lastSuccess": _instant(self.breaker.succeeded if self.breaker else None),
            "lastFailure": _instant(self.breaker.failed if self.breaker else None),
            **{name: self._number(name) for name in ("pending", "waiting", "dead")},
            "oldestSeconds": None if oldest is None else round(oldest, 1),
        }

    def _number(self, state: str) -> int:
        return self.queues[state].number if state in self.queues else 0


def _instant(at: datetime | None) -> str | None:
    return None if at is None else clock.instant(at)


async def adapters(database: Database, set_up: dict[str, bool]) -> list[Adapter]:
    """One for each system of ``set_up`` (name: whether it is), and for what else has messages or a breaker."""
    found = {name: Adapter(name, is_set_up) for name, is_set_up in set_up.items()}
    for queue in await delivery_upkeep.queues(database):
        found.setdefault(queue.system, Adapter(queue.system, is_set_up=True)).queues[queue.state] = queue
    for row in await breakers.every(database):
        found.setdefault(row.system, Adapter(row.system, is_set_up=True)).breaker = row
    return list(found.values())
