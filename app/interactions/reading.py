"""FHIR read and vread: https://hl7.org/fhir/R4/http.html#read"""

from email.utils import format_datetime

from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped, visible
from app.interactions.redaction import view
from app.store import resources
from app.store.resources import Stored


def headers(stored: Stored, etag: str) -> dict[str, str]:
    """ETag and Last-Modified of a version."""
    moment = stored.updated.replace(microsecond=0)
    return {"ETag": etag, "Last-Modified": format_datetime(moment, usegmt=True)}


async def read(context: Context, type_name: str, id_: str, if_none_match: str = "") -> Answer:
    """The current version. Raises FhirError."""
    kept_type(type_name, "read")
    scoped(context.caller, "read")
    stored = visible(await resources.read(context.session, type_name, id_), type_name, id_)
    body, etag = view(stored)
    if if_none_match and etag in {tag.strip() for tag in if_none_match.split(",")}:
        return Answer(304, None, headers(stored, etag))
    return Answer(200, body, headers(stored, etag))


async def vread(context: Context, type_name: str, id_: str, version: int) -> Answer:
    """One version. Raises FhirError."""
    kept_type(type_name, "vread")
    scoped(context.caller, "read")
    stored = visible(await resources.vread(context.session, type_name, id_, version), type_name, id_)
    body, etag = view(stored)
    return Answer(200, body, headers(stored, etag))
