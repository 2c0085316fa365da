"""A notification: a history Bundle whose first entry says what the subscription has come to, and what happened.

Subscriptions R5 Backport 1.1.0, profiles backport-subscription-notification-r4 and backport-subscription-status-r4:
http://hl7.org/fhir/uv/subscriptions-backport/
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.fhir import json as fhir_json
from app.fhir.bundle import Entry
from app.fhir.subscription import IG

STATUS_PROFILE = f"{IG}/backport-subscription-status-r4"
NOTIFICATION_PROFILE = f"{IG}/backport-subscription-notification-r4"
HANDSHAKE, HEARTBEAT, EVENT, QUERY_STATUS, QUERY_EVENT = (
    "handshake", "heartbeat", "event-notification", "query-status", "query-event",
)  # fmt: skip
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """One event: its number, when, what it is about and in which context (absolute URLs; empty: not told)."""

    number: int
    at: str = ""
    focus: str = ""
    context: Sequence[str] = ()

    def as_json(self) -> Json:
        """The parameter notification-event."""
        parts: list[Json] = [{"name": "event-number", "valueString": str(self.number)}]
        if self.at:
            parts.append({"name": "timestamp", "valueInstant": self.at})
        if self.focus:
            parts.append({"name": "focus", "valueReference": {"reference": self.focus}})
        parts += [
            {"name": "additional-context", "valueReference": {"reference": url}} for url in self.context
        ]
        return {"name": "notification-event", "part": parts}


@dataclass(frozen=True, slots=True)
class Status:
    """What a subscription has come to, as one notification or answer says it."""

    url: str  # of the Subscription
    topic: str  # empty: not told
    status: str
    kind: str
    total: int  # events since the subscription began
    events: Sequence[Happened] = ()
    error: str = ""

    def as_json(self, id_: str) -> Json:
        """The Parameters resource."""
        rows: list[Json] = [{"name": "subscription", "valueReference": {"reference": self.url}}]
        if self.topic:
            rows.append({"name": "topic", "valueCanonical": self.topic})
        rows += [
            {"name": "status", "valueCode": self.status},
            {"name": "type", "valueCode": self.kind},
            {"name": "events-since-subscription-start", "valueString": str(self.total)},
            *(event.as_json() for event in self.events),
        ]
        if self.error:
            rows.append({"name": "error", "valueCodeableConcept": {"text": self.error}})
        return {
            "resourceType": "Parameters",
            "id": id_,
            "meta": {"profile": [STATUS_PROFILE]},
            "parameter": rows,
        }


def notification(id_: str, timestamp: str, status: Status, entries: Sequence[Entry] = ()) -> bytes:
    """The Bundle; ``id_`` is another one for each notification."""
    head = {
        "resourceType": "Bundle",
        "id": id_,
        "meta": {"profile": [NOTIFICATION_PROFILE]},
        "type": "history",
        "timestamp": timestamp,
    }
    asked = {"request": {"method": "GET", "url": f"{status.url}/$status"}, "response": {"status": "200"}}
    first = Entry(fhir_json.dump(status.as_json(id_)), f"urn:uuid:{id_}", asked)
    encoded = b",".join(entry.encode() for entry in (first, *entries))
    return fhir_json.dump(head)[:-1] + b',"entry":[' + encoded + b"]}"
