"""``Patient/$everything`` and ``EpisodeOfCare/$everything``: all that the caller may see of one woman or one card.

https://hl7.org/fhir/R4/patient-operation-everything.html. A page link holds what was asked and its place, sealed for this
caller.
"""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app import clock
from app.fhir.bundle import Entry, bundle
from app.fhir.dates import EARLIEST, LATEST, interval
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given, echo
from app.fhir.registry import BY_NAME
from app.interactions import page_links
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped, visible
from app.interactions.redaction import view
from app.store.everything import Everything, Wanted
from app.store.everything import everything as find
from app.store.resources import Stored

Pairs = list[tuple[str, str]]
_NAMES = ("start", "end", "_since", "_type", "_count")
_MATCH, _INCLUDE = {"search": {"mode": "match"}}, {"search": {"mode": "include"}}


async def of_patient(context: Context, given: Given, id_: str | None) -> Answer:
    """``Patient/{id}/$everything``. Raises FhirError."""
    return await _everything(context, ("Patient", id_ or ""), given)


async def of_card(context: Context, given: Given, id_: str | None) -> Answer:
    """``EpisodeOfCare/{id}/$everything``. Raises FhirError."""
    return await _everything(context, ("EpisodeOfCare", id_ or ""), given)


async def _everything(context: Context, key: tuple[str, str], given: Given) -> Answer:
    context.look()
    scoped(context.caller, "read")
    pairs, after = _asked(context, key, given)
    wanted, count = _wanted(context, pairs, after)
    found = await find(context.session, key, wanted, count=count)
    visible(found.asked, *key)
    return Answer(200, _bundle(context, key, pairs, found))


def _asked(context: Context, key: tuple[str, str], given: Given) -> tuple[Pairs, int]:
    """What is asked for, by the parameters or by a page link. Raises BadRequest."""
    cursor = given.text("_cursor")
    if not cursor:
        return [(name, str(value)) for name in _NAMES for value in given.all(name)], 0
    pairs, after = page_links.opened(context, _question(key), cursor)
    return [(name, value) for name, value in pairs], after


def _question(key: tuple[str, str]) -> str:
    return f"{key[0]}/{key[1]}/$everything"


def _wanted(context: Context, pairs: Pairs, after: int) -> tuple[Wanted, int]:
    said = dict(pairs)
    names = [name.strip() for key, value in pairs if key == "_type" for name in value.split(",")]
    for name in names:
        if name not in BY_NAME:
            raise BadRequest(
                f"{echo(name)} is not a resource type of this server", "_type", code="not-supported"
            )
    since = interval(said["_since"]) if "_since" in said else None
    most = context.house.settings.max_page
    count = int(said.get("_count", most))
    if count < 1:
        raise BadRequest("_count must be 1 or more", "_count", code="value")
    return Wanted(names or None, since[0] if since else None, _span(said), after), min(count, most)


def _span(said: dict[str, str]) -> tuple[datetime, datetime] | None:
    if not {"start", "end"} & set(said):
        return None
    least = interval(said["start"])[0] if "start" in said else EARLIEST
    most = interval(said["end"])[1] if "end" in said else LATEST
    if least >= most:
        raise BadRequest("start must not lie behind end", "start", code="value")
    return least, most


def _bundle(context: Context, key: tuple[str, str], pairs: Pairs, found: Everything) -> bytes:
    base = context.house.fhir_base
    url = f"{base}/{_question(key)}"
    links = [("self", f"{url}?{urlencode(pairs)}" if pairs else url)]
    if found.next is not None:
        cursor = page_links.close(context, _question(key), [pairs, found.next])
        links.append(("next", f"{url}?_cursor={cursor}"))

    def entry(stored: Stored, mode: dict[str, Any]) -> Entry:
        return Entry(view(stored)[0], f"{base}/{stored.type}/{stored.id}", mode)

    entries = [entry(row, _MATCH) for row in found.hers] + [entry(row, _INCLUDE) for row in found.referred]
    return bundle(
        "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at), links=links
    )
