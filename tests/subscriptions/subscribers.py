"""Subscriptions as systems write them, and a worker in this process that tells them."""

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx

from app.access.sealing import Seal, read_key
from app.access.signing import read
from app.fhir.subscription import CONTENT, FILTER, HEARTBEAT, MAX_COUNT, PROFILE, TIMEOUT
from app.fhir.topics import BY_NAME
from app.interactions.context import House
from app.store.database import Database
from app.worker.notifications import Notifier
from tests.fixtures.server import Person, Server
from tests.subscriptions.receiver import Receiver

Json = dict[str, Any]
_paths = itertools.count(1)


def a_subscription(
    endpoint: str, topic: str = "card-changed", content: str = "id-only", *filters: str, **more: Any
) -> Json:
    """A topic-based subscription in its R4 form."""
    numbers = ((HEARTBEAT, "valueUnsignedInt", "heartbeat"), (TIMEOUT, "valueUnsignedInt", "timeout"))
    numbers += ((MAX_COUNT, "valuePositiveInt", "most"),)
    channel: Json = {
        "type": "rest-hook",
        "endpoint": endpoint,
        "payload": "application/fhir+json",
        "_payload": {"extension": [{"url": CONTENT, "valueCode": content}]},
    }
    steers = [{"url": url, name: more.pop(key)} for url, name, key in numbers if key in more]
    if steers:
        channel["extension"] = steers
    if "header" in more:
        channel["header"] = more.pop("header")
    body: Json = {
        "resourceType": "Subscription",
        "meta": {"profile": [PROFILE]},
        "status": "requested",
        "reason": "Journalsystemet skal vite det",
        "criteria": BY_NAME[topic].canonical,
        "channel": channel,
        **more,
    }
    if filters:
        body["_criteria"] = {"extension": [{"url": FILTER, "valueString": text} for text in filters]}
    return body


@dataclass
class Telling:
    """The subscriptions of one test, their endpoint, and the worker."""

    server: Server
    receiver: Receiver

    def path(self, below: str = "hooks") -> str:
        """A new path at the receiver."""
        return f"/{below}/{next(_paths)}"

    def subscribe(self, person: Person, path: str, *args: Any, **more: Any) -> Json:
        """A subscription that is stored."""
        answer = person.post("/Subscription", a_subscription(f"{self.receiver.base}{path}", *args, **more))
        assert answer.status_code == 201, answer.text
        made: Json = answer.json()
        return made

    def active(self, person: Person, path: str, *args: Any, **more: Any) -> Json:
        """A subscription whose handshake is done."""
        made = self.subscribe(person, path, *args, **more)
        self.work()
        found = self.now(person, made)
        assert found["status"] == "active", found
        return found

    def now(self, person: Person, subscription: Json) -> Json:
        """The Subscription as it is now."""
        answer = person.get(f"/Subscription/{subscription['id']}")
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def status(self, person: Person, subscription: Json) -> Json:
        """What $status says of it."""
        answer = person.get(f"/Subscription/{subscription['id']}/$status")
        assert answer.status_code == 200, answer.text
        rows = answer.json()["entry"][0]["resource"]["parameter"]
        return {row["name"]: next(v for k, v in row.items() if k != "name") for row in rows}

    def events(self, person: Person, subscription: Json, query: str = "") -> httpx.Response:
        return person.get(f"/Subscription/{subscription['id']}/$events{query}")

    def state(self, subscription: Json, columns: str) -> list[str]:
        """Columns of the row beside it."""
        row = (
            f"SELECT {columns} FROM subscription s JOIN resource r USING (rid)"
            f" WHERE r.type = 'Subscription' AND r.id = '{subscription['id']}'"
        )
        return self.server.database.rows(row)[0].split("|")

    def change(self, subscription: Json, assignment: str) -> None:
        """Set columns of the row beside it, as time would."""
        self.server.database.rows(
            f"UPDATE subscription s SET {assignment} FROM resource r WHERE r.rid = s.rid"
            f" AND r.id = '{subscription['id']}'"
        )

    def duty(self, story: Callable[[House], Awaitable[Any]]) -> Any:
        """What ``story`` gives with an open database."""
        settings = self.server.settings

        async def told() -> Any:
            database = Database(settings.database_url, connections=4)
            await database.start()
            try:
                seal = Seal(read_key(settings.server_key_file))
                return await story(House(settings, database, seal, read(settings.notification_key_file)))
            finally:
                await database.stop()

        return asyncio.run(told())

    def work(self, looks: int = 2) -> None:
        """Tell whoever is to be told now."""

        async def run(house: House) -> None:
            notifier = Notifier(house)
            for _ in range(looks):
                await notifier.look()
                await notifier.idle()

        self.duty(run)

    def hurry(self, subscription: Json) -> None:
        """What waits for its next attempt is tried now."""
        self.change(subscription, "next_attempt = NULL")
        self.work()

    def jwks(self) -> Json:
        found: Json = self.server.client.get(f"{self.server.base}/.well-known/jwks.json").json()
        return found
