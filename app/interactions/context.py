"""The context of one request below HTTP, and what an interaction answers."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any

from app import clock
from app.access.caller import Caller
from app.access.sealing import Seal
from app.access.signing import SigningKeys
from app.fhir import json as fhir_json
from app.fhir.parameters import parameters
from app.gateways.elsewhere import Elsewhere
from app.gateways.fullmakt import Representation
from app.settings import Settings
from app.store.database import Database
from app.store.log import Entry
from app.store.session import Session

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class House:
    """What every request shares."""

    settings: Settings
    database: Database
    seal: Seal
    signing: SigningKeys | None = None
    elsewhere: Elsewhere | None = None
    representation: Representation | None = None

    @property
    def fhir_base(self) -> str:
        """The base of FHIR URLs, without a slash at the end."""
        return f"{self.settings.base_url}/fhir"


@dataclass(slots=True)
class Once:
    """A write to be done once only: the digests of its key and of what is asked; ``shown`` is the key as it came."""

    key: bytes
    request: bytes
    shown: str
    replayed: bool = False


@dataclass(slots=True)
class Context:
    """One request: the house, the caller and the log entry that it will leave."""

    house: House
    session: Session
    once: Once | None = None
    misses: int = 0  # entries of a batch that were refused or found nothing
    act: str = ""  # what the access rows are asked for where it is no plain create or update

    @property
    def caller(self) -> Caller:
        """Who asks."""
        return self.session.caller

    @property
    def entry(self) -> Entry:
        """What the log will say."""
        return self.session.entry

    def look(self) -> None:
        """From here on what is read is looked for, not asked for by its id: the scopes have a letter for either."""
        if self.caller.narrowing is not None:
            self.session.caller = replace(self.caller, searching=True)

    def part(self, **facts: Any) -> "Context":
        """A context for one entry of a batch: same caller, a log entry of its own, the proof already consumed."""
        entry = Entry(
            clock.new_id(),
            clock.now(),
            {**self.entry.facts, "part": self.entry.id, **facts},
            names=self.entry.names,
        )
        return Context(self.house, replace(self.session, entry=entry))


@dataclass(frozen=True, slots=True)
class Preference:
    """What ``Prefer`` asks for (RFC 7240, https://hl7.org/fhir/R4/http.html#ops): the body of a write's answer, and
    whether unknown search parameters are ignored."""

    returns: str = "representation"  # or minimal, OperationOutcome
    lenient: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What HTTP will say: status, body bytes (None: no body) and headers; ``stream`` is a body that is made as it goes."""

    status: int
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = FHIR_JSON
    stream: AsyncIterator[bytes] | None = None


def in_parameters(*rows: dict[str, Any]) -> Answer:
    """200 with a Parameters resource."""
    return Answer(200, fhir_json.dump(parameters(rows)))
