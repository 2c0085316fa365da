"""FHIR read and vread, also conditional: https://hl7.org/fhir/R4/http.html#read, #cread"""

from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from app.interactions import shipped_reading
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped, visible
from app.interactions.redaction import view
from app.store import resources
from app.store.resources import Stored


@dataclass(frozen=True, slots=True)
class Known:
    """What the client says it has already: ETags, or the time of its copy, which counts only without them."""

    tags: frozenset[str] = frozenset()
    since: datetime | None = None

    def holds(self, etag: str, updated: datetime) -> bool:
        """Whether the client's copy is the current one (RFC 9110 § 13.1)."""
        if self.tags:
            return "*" in self.tags or etag.removeprefix("W/") in self.tags
        return self.since is not None and updated.replace(microsecond=0) <= self.since


NOTHING = Known()


def headers(stored: Stored, etag: str) -> dict[str, str]:
    """ETag and Last-Modified of a version."""
    moment = stored.updated.replace(microsecond=0)
    return {"ETag": etag, "Last-Modified": format_datetime(moment, usegmt=True)}


def _answer(stored: Stored, known: Known) -> Answer:
    body, etag = view(stored)
    if known.holds(etag, stored.updated):
        return Answer(304, None, headers(stored, etag))
    return Answer(200, body, headers(stored, etag))


async def read(context: Context, type_name: str, id_: str, known: Known = NOTHING) -> Answer:
    """The current version, or 304 where the client has it. Raises FhirError."""
    kept_type(type_name, "read")
    scoped(context.caller, "read", type_name)
    shipped = await shipped_reading.read(context, type_name, id_, known.tags)
    if shipped is not None:
        return shipped
    return _answer(visible(await resources.read(context.session, type_name, id_), type_name, id_), known)


async def vread(context: Context, type_name: str, id_: str, version: int, known: Known = NOTHING) -> Answer:
    """One version. Raises FhirError."""
    kept_type(type_name, "vread")
    scoped(context.caller, "read", type_name)
    return _answer(
        visible(await resources.vread(context.session, type_name, id_, version), type_name, id_), known
    )
