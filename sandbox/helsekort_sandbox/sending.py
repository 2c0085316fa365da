"""Sends one item of a recording as its actor would, and says whether the answer was the awaited one.

A broken line, 429 and 503 are tried again with the same Idempotency-Key; ``Retry-After`` is respected:
https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3.
"""

import http.client
import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import msgspec

from helsekort_sandbox import cards_seen
from helsekort_sandbox.bearers import Bearers
from helsekort_sandbox.client import JSON, Answer
from helsekort_sandbox.journal import Journal
from helsekort_sandbox.recording import URN, Item, own_urls, unmet, with_references
from helsekort_sandbox.recording_lines import NO_BODY, Actor, CardRead, CardSeen, Event, National

NATIONAL = "/api/maternity-record/v1"
PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
SOURCE = "Helsekort replay 1"
TRIES, LONGEST = 6, 30.0
BUSY = frozenset({429, 503})
LINE_FAILURES = (OSError, http.client.HTTPException)


class Unreachable(Exception):
    """The server did not answer, however often it was asked."""


@dataclass(slots=True)
class Outcome:
    """What came of one item: ``surprise`` says in one line what was not as awaited."""

    status: int
    seconds: float
    made: dict[str, str] = field(default_factory=dict)
    surprise: str = ""
    refused: str = ""
    replayed: bool = False
    seen: CardSeen | None = None
    difference: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; ``path`` begins after the server's base."""

    method: str
    path: str
    body: bytes | None
    headers: dict[str, str]


class Sender:
    """Sends items to the server at ``base``, which several threads may ask for."""

    def __init__(self, base: str, bearers: Bearers, journal: Journal) -> None:
        self.base = base.rstrip("/")
        self._bearers, self._journal = bearers, journal
        self._here = threading.local()
        self._open: set[http.client.HTTPConnection] = set()

    def send(self, item: Item, actor: Actor) -> Outcome:
        """Send ``item`` by ``actor``. Raises Unreachable, NoToken."""
        began = time.monotonic()
        if isinstance(item, Event) and (missing := unmet(item, self._journal.made)):
            why = f"not sent: nothing has made {', '.join(missing)}"
            return Outcome(0, 0.0, surprise=why)
        if isinstance(item, CardRead) and item.card not in self._journal.made:
            return Outcome(0, 0.0, surprise=f"not read: nothing has made {item.card}")
        answer = self._answer(self.request(item, actor), actor)
        outcome = Outcome(answer.status, time.monotonic() - began)
        outcome.replayed = "idempotency-replayed" in answer.headers
        if isinstance(item, Event):
            _judge_event(item, answer, outcome)
        else:
            _judge_card(item, answer, outcome)
        return outcome

    def request(self, item: Item, actor: Actor) -> Request:
        """The request that ``item`` is."""
        known, headers = self._journal.made, {"Accept": JSON}
        if isinstance(item, CardRead):
            path = f"/fhir/{known[item.card]}/$card?asOf={item.as_of}"
            return Request("GET", path, None, headers)
        headers["Idempotency-Key"] = self._journal.key(item.id)
        if item.national is not None:
            return _national(item.national, actor, known, headers)
        body = with_references(bytes(item.fhir), known)
        return Request("POST", "/fhir", body, headers | {"Content-Type": JSON})

    def _answer(self, request: Request, actor: Actor) -> Answer:
        """The answer, asked for until there is one."""
        answer, why = None, ""
        for attempt in range(TRIES):
            try:
                answer = self._once(request, actor)
            except LINE_FAILURES as error:
                self._drop()
                answer, why = None, f"{type(error).__name__}: {error}"
            if answer is not None and answer.status not in BUSY:
                return answer
            time.sleep(_pause(answer, attempt))
        if answer is None:
            raise Unreachable(f"{self.base} does not answer ({why})")
        return answer

    def _once(self, request: Request, actor: Actor) -> Answer:
        headers = request.headers | self._bearers.headers(actor, request.method, f"{self.base}{request.path}")
        connection = self._connection()
        connection.request(request.method, f"{self._root}{request.path}", request.body, headers)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())

    @property
    def _root(self) -> str:
        return urlsplit(self.base).path

    def _connection(self) -> http.client.HTTPConnection:
        found: http.client.HTTPConnection | None = getattr(self._here, "connection", None)
        if found is None:
            parts = urlsplit(self.base)
            kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
            found = self._here.connection = kind(parts.hostname or "", parts.port, timeout=60)
            self._open.add(found)
        return found

    def _drop(self) -> None:
        self._connection().close()
        self._open.discard(self._connection())
        self._here.connection = None

    def close(self) -> None:
        """Close every thread's connection."""
        for connection in self._open:
            connection.close()


def _pause(answer: Answer | None, attempt: int) -> float:
    """Seconds until the next try: what the server asks for, or longer each time."""
    asked = answer.headers.get("retry-after", "") if answer is not None else ""
    return min(float(asked) if asked.isdecimal() else 0.2 * 2**attempt, LONGEST)


def _national(call: National, actor: Actor, known: dict[str, str], headers: dict[str, str]) -> Request:
    """A call of the national record API, with its headers."""
    role = json.dumps({"system": PROFESSIONS, "code": actor.profession})
    headers = headers | {
        "Accept": "application/json",
        "nhn-user-role": quote(role),
        "nhn-source-system": SOURCE,
        "nhn-patient-nin": call.nin,
    }
    path = with_references(call.path.encode(), known).decode()
    if call.body == NO_BODY:
        return Request(call.method, f"{NATIONAL}{path}", None, headers)
    body = with_references(bytes(call.body), known)
    return Request(call.method, f"{NATIONAL}{path}", body, headers | {"Content-Type": "application/json"})


def _judge_event(event: Event, answer: Answer, outcome: Outcome) -> None:
    """Whether it was done, or refused as awaited; what was made."""
    wanted = event.expect
    done = answer.status < 300
    if not done:
        outcome.refused = _reason(answer)
    as_awaited = answer.status == wanted.status if wanted.status else done
    if not as_awaited:
        awaited = wanted.status or "done"
        outcome.surprise = f"awaited {awaited}, was {answer.status}: {outcome.refused or 'done'}"
    elif wanted.reason and wanted.reason not in outcome.refused:
        outcome.surprise = f"refused with {answer.status} for another reason: {outcome.refused}"
    if done:
        outcome.made = _made(event, answer)


def _made(event: Event, answer: Answer) -> dict[str, str]:
    """Where what the event creates now stands."""
    if event.national is not None:
        told = answer.json.get("metadata", {}) if event.national.made else {}
        made = told.get("recordId" if event.national.path == "/record" else "id")
        return {event.national.made: str(made)} if made else {}
    urls = own_urls(event)
    places = [row["response"].get("location", "") for row in answer.json.get("entry", [])]
    found = zip(urls, places, strict=False)
    return {
        url: "/".join(place.split("/_history")[0].split("/")[-2:])
        for url, place in found
        if place and URN.fullmatch(url.encode())
    }


def _reason(answer: Answer) -> str:
    """Why it was refused, in the server's words."""
    try:
        if "detail" in answer.json:  # problem details, of the national record API
            parts = [f"{row['path']}: {row['message']}" for row in answer.json.get("errors", ())]
            return "; ".join(parts or [str(answer.json["detail"])])[:400]
        return answer.outcome()[:400]
    except (ValueError, AttributeError, KeyError, TypeError):
        return answer.body[:200].decode(errors="replace")


def _judge_card(item: CardRead, answer: Answer, outcome: Outcome) -> None:
    """Whether the card is there and says what it should."""
    if answer.status != 200:
        outcome.refused = _reason(answer)
        outcome.surprise = f"the card was not given: {answer.status} {outcome.refused}"
        return
    outcome.seen = cards_seen.seen(answer.json)
    if item.expect is not None:
        outcome.difference = tuple(cards_seen.differences(item.expect, outcome.seen))
    if outcome.difference:
        outcome.surprise = "the card differs: " + "; ".join(outcome.difference)


def golden(item: Item, raw: bytes, outcome: Outcome | None) -> bytes:
    """The line of ``item`` with what was answered as what is awaited."""
    if outcome is None:
        return raw
    line = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    if isinstance(item, CardRead):
        if outcome.seen is not None:
            line["expect"] = msgspec.Raw(msgspec.json.encode(outcome.seen))
    elif outcome.status >= 300:
        line["expect"] = msgspec.Raw(
            msgspec.json.encode({"status": outcome.status, "reason": outcome.refused})
        )
    else:
        line.pop("expect", None)
    return msgspec.json.encode(line)
