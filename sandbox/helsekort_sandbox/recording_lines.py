"""The lines of a recording, as types: the header, an actor, an event, a card that is read.

Described in docs/recordings.md. https://jcristharif.com/msgspec/structs.html
"""

from datetime import date, datetime
from typing import Literal

from msgspec import Raw, Struct, field

NO_BODY = Raw(b"null")
Role = Literal["midwife", "gp", "hospital", "nurse", "citizen", "representative", "operator", "harness"]


class Organization(Struct, forbid_unknown_fields=True, rename="camel"):
    """Where an actor works: the point of care and the legal entity that it belongs to."""

    orgnr: str
    name: str
    parent: str = ""
    parent_name: str = ""


class Header(Struct, tag="recording", tag_field="line", forbid_unknown_fields=True):
    """The first line: which version of the format this is, and what the recording is called."""

    version: int
    name: str
    about: str = ""


class Actor(Struct, tag="actor", tag_field="line", forbid_unknown_fields=True):
    """A person or system that acts: ``number`` is a synthetic identity number, ``hpr`` a clinician's."""

    id: str
    role: Role
    name: str = ""
    number: str = ""
    hpr: str = ""
    profession: str = ""
    service: str = ""
    client: str = ""
    organization: Organization | None = None


class Awaited(Struct, forbid_unknown_fields=True):
    """What the server should answer; without a status, that it was done."""

    status: int = 0
    reason: str = ""


class National(Struct, forbid_unknown_fields=True):
    """A call of the national record API; ``nin`` goes in its header, ``made`` names what the call creates."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    nin: str
    body: Raw = field(default_factory=lambda: NO_BODY)
    made: str = ""


class Event(Struct, tag="event", tag_field="line", forbid_unknown_fields=True):
    """One thing that somebody did: a FHIR transaction or a call of the national record API."""

    id: str
    time: datetime
    actor: str
    woman: str = ""
    does: str = ""
    fhir: Raw = field(default_factory=lambda: NO_BODY)
    national: National | None = None
    expect: Awaited = field(default_factory=Awaited)


class CardSeen(Struct, omit_defaults=True, forbid_unknown_fields=True):
    """What stands on a card; only what is named is compared. ``findings``: rule → class; ``visits``: title → state."""

    age: str | None = None
    due: str | None = None
    findings: dict[str, str] | None = None
    visits: dict[str, str] | None = None
    pressures: list[str] | None = None
    resources: int | None = None


class CardRead(Struct, tag="card", tag_field="line", forbid_unknown_fields=True, rename={"as_of": "asOf"}):
    """Somebody reads the card ``card`` on the clinical day ``asOf``."""

    id: str
    time: datetime
    actor: str
    woman: str
    card: str
    as_of: date
    expect: CardSeen | None = None
