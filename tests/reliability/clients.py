"""Clients that write and read until they are told to stop, and remember every answer that they received."""

import http.client
import json
import random
import threading
from dataclasses import dataclass, field
from typing import Any

from helsekort_sandbox.client import Actor

from tests.fixtures.resources import a_transaction, a_weight, an_allergy, entry


@dataclass(frozen=True)
class Received:
    """An answer that reached a client: what was asked, the status, the audit row's id and what it says is stored."""

    action: str
    status: int
    request_id: str
    stored: tuple[tuple[str, str, int, float | None], ...] = ()


@dataclass
class Clients:
    """Sixteen clients on the card of one woman each."""

    actors: list[Actor]
    women: list[str]
    received: list[Received] = field(default_factory=list)
    errors: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> list[threading.Thread]:
        self.stopping.clear()
        threads = [
            threading.Thread(target=self._run, args=(n,), daemon=True) for n in range(len(self.actors))
        ]
        for thread in threads:
            thread.start()
        return threads

    def become(self, actors: list[Actor]) -> None:
        """Go on with other connections."""
        for actor in self.actors:
            actor.close()
        self.actors = actors

    def _run(self, n: int) -> None:
        chance, actor, woman = random.Random(n), self.actors[n], self.women[n]  # noqa: S311 (a repeatable mix)
        last = ""
        while not self.stopping.is_set():
            try:
                last = self._step(chance, actor, f"Patient/{woman}", last) or last
            except (OSError, http.client.HTTPException):
                self.errors += 1
                self.stopping.wait(0.05)

    def _step(self, chance: random.Random, actor: Actor, woman: str, last: str) -> str:
        kind = chance.choice(["create", "create", "transaction", "read", "search", "update"])
        weight = round(chance.uniform(50, 90), 1)
        if kind == "create":
            answer = actor.send("POST", "/fhir/Observation", a_weight(woman, weight))
        elif kind == "transaction":
            body = a_transaction(entry(a_weight(woman, weight)), entry(an_allergy(woman)))
            answer = actor.send("POST", "/fhir", body)
        elif kind == "update" and last:
            answer = actor.send("PUT", f"/fhir/Observation/{last}", {**a_weight(woman, weight), "id": last})
        elif kind == "read" and last:
            answer = actor.send("GET", f"/fhir/Observation/{last}")
        else:
            answer = actor.send("GET", f"/fhir/Observation?patient={woman}&_count=3")
        stored = tuple(_stored(answer.json)) if kind not in {"read", "search"} and answer.status < 300 else ()
        request_id = answer.headers.get("x-request-id") or answer.headers.get("X-Request-Id") or ""
        self.received.append(Received(kind, answer.status, request_id, stored))
        return stored[0][1] if stored else ""


def _stored(body: dict[str, Any]) -> list[tuple[str, str, int, float | None]]:
    resources = [part["resource"] for part in body.get("entry", []) if "resource" in part] or [body]
    kept = [row for row in resources if row.get("resourceType") in {"Observation", "AllergyIntolerance"}]
    return [
        (
            row["resourceType"],
            row["id"],
            int(row["meta"]["versionId"]),
            row.get("valueQuantity", {}).get("value"),
        )
        for row in kept
    ]


def as_rows(received: list[Received]) -> str:
    """The answers as JSON for one statement of the reconciliation."""
    return json.dumps([[part[0], part[1], part[2], part[3]] for row in received for part in row.stored])
