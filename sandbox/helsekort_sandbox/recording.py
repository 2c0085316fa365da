"""The open event format: a pilot's events as lines of JSON, read strictly, each fault with its line and reason.

https://github.com/ndjson/ndjson-spec. The format is described in docs/recordings.md; ``schema`` gives it as JSON
Schema (https://json-schema.org/draft/2020-12/schema). What is sent is kept as the bytes that stand in the file.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from helsekort_sandbox.recording_lines import NO_BODY, Actor, CardRead, Event, Header

VERSION = 1
URN = re.compile(rb"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PLACE = re.compile(b"(" + URN.pattern + b")(/id)?")


class Malformed(Exception):
    """The recording cannot be played; the text names line and reason."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line, self.reason = line, reason


Line = Header | Actor | Event | CardRead
Item = Event | CardRead
_decoder = msgspec.json.Decoder(Line)


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that can be played. ``raw`` has each item's line as it stood."""

    header: Header
    actors: dict[str, Actor]
    items: tuple[Item, ...]
    raw: dict[str, bytes]
    head: tuple[bytes, ...]  # the lines of the header and the actors
    digest: str


def own_urls(event: Event) -> list[str]:
    """The full URLs of a transaction's entries, in their order."""
    if event.fhir == NO_BODY:
        return [event.national.made] if event.national and event.national.made else []
    return [entry.get("fullUrl", "") for entry in json.loads(bytes(event.fhir)).get("entry", [])]


def read(lines: Iterable[bytes]) -> Recording:
    """The recording of ``lines``. Raises Malformed."""
    reader = _Reader()
    for number, line in enumerate(lines, 1):
        if line.strip():
            reader.take(number, line.strip())
    return reader.recording()


class _Reader:
    def __init__(self) -> None:
        self.header: Header | None = None
        self.actors: dict[str, Actor] = {}
        self.items: list[Item] = []
        self.raw: dict[str, bytes] = {}
        self.head: list[bytes] = []
        self.made: set[str] = set()
        self.digest = hashlib.sha256()

    def take(self, number: int, raw: bytes) -> None:
        """One line. Raises Malformed."""
        self.digest.update(raw + b"\n")
        try:
            line = _decoder.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Malformed(number, str(error)) from error
        for reason in self._wrong(line):
            raise Malformed(number, reason)
        if isinstance(line, Header):
            self.header = line
        elif isinstance(line, Actor):
            self.actors[line.id] = line
        else:
            self.items.append(line)
            self.raw[line.id] = raw
            return
        self.head.append(raw)

    def _wrong(self, line: Line) -> Iterator[str]:
        """Why the line cannot stand here."""
        if isinstance(line, Header):
            if self.header or self.items or self.actors:
                yield "the line `recording` stands once, and first"
            if line.version != VERSION:
                yield f"version {line.version} of the format is not known here; this is version {VERSION}"
        elif self.header is None:
            yield "the first line must be the line `recording` with the version of the format"
        elif isinstance(line, Actor):
            yield from self._wrong_actor(line)
        else:
            yield from self._wrong_item(line)

    def _wrong_actor(self, actor: Actor) -> Iterator[str]:
        if actor.id in self.actors:
            yield f"the actor {actor.id!r} was named before"
        if actor.role in {"midwife", "gp", "hospital", "nurse"}:
            needed = {"organization": actor.organization, "hpr": actor.hpr, "profession": actor.profession}
            missing = [name for name, value in needed.items() if not value]
            if missing:
                yield f"the actor {actor.id!r} is a clinician and lacks {', '.join(missing)}"
        if actor.role in {"citizen", "representative"} and not actor.number:
            yield f"the actor {actor.id!r} is a citizen and lacks number"

    def _wrong_item(self, item: Item) -> Iterator[str]:
        if item.id in self.raw:
            yield f"the id {item.id!r} was used before"
        if item.actor not in self.actors:
            yield f"no line names the actor {item.actor!r}"
        if item.time.tzinfo is None:
            yield f"time {item.time.isoformat()} has no offset from UTC"
        elif self.items and item.time < self.items[-1].time:
            before = self.items[-1]
            yield f"out of order: {item.time.isoformat()} is before {before.time.isoformat()} of {before.id!r}"
        if isinstance(item, Event):
            yield from self._wrong_event(item)
        elif item.card not in self.made:
            yield f"card: no earlier line creates {item.card!r}"

    def _wrong_event(self, event: Event) -> Iterator[str]:
        if (event.fhir == NO_BODY) == (event.national is None):
            yield "an event has either `fhir` or `national`"
            return
        if event.national is None:
            body = json.loads(bytes(event.fhir))
            if not isinstance(body, dict) or (body.get("resourceType"), body.get("type")) != (
                "Bundle",
                "transaction",
            ):
                yield "fhir must be a Bundle of type transaction"
                return
        own = set(own_urls(event))
        text = bytes(event.fhir) if event.national is None else msgspec.json.encode(event.national)
        for urn in dict.fromkeys(found.decode() for found in URN.findall(text)):
            if urn not in own and urn not in self.made:
                yield f"refers to {urn}, which no earlier line creates"
        self.made |= own

    def recording(self) -> Recording:
        if self.header is None:
            raise Malformed(1, "the recording is empty")
        return Recording(
            self.header, self.actors, tuple(self.items), self.raw, tuple(self.head), self.digest.hexdigest()
        )


def with_references(body: bytes, known: dict[str, str]) -> bytes:
    """``body`` with the references to what was made before, ``urn:uuid:…/id`` as the bare id; numbers stay as written."""

    def place(found: re.Match[bytes]) -> bytes:
        stands = known.get(found[1].decode())
        if stands is None:
            return found[0]
        return (stands.rsplit("/", 1)[-1] if found[2] else stands).encode()

    return _PLACE.sub(place, body)


def unmet(event: Event, known: dict[str, str]) -> list[str]:
    """What the event refers to and nothing has made."""
    text = bytes(event.fhir) if event.national is None else msgspec.json.encode(event.national)
    own = set(own_urls(event))
    return [urn for urn in {found.decode() for found in URN.findall(text)} if urn not in own | known.keys()]


def schema() -> dict[str, Any]:
    """The format of one line as JSON Schema."""
    (reference,), components = msgspec.json.schema_components([Line], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line of a recording of Helsekort, version 1",
        **reference,
        "$defs": components,
    }
