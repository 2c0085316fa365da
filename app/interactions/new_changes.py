"""``$changes``: what is new to this caller since she last asked, for systems that cannot be called back.

Without ``since`` the answer is only where to begin. Every answer's ``next`` link is the place from which to ask again: it
misses nothing that is committed behind it, tells nothing twice, and is sealed for this caller.
"""

import json
from typing import Any
from urllib.parse import urlencode

from app import clock
from app.access.sealing import Broken
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import BadRequest, Gone
from app.fhir.parameters import Given
from app.fhir.topics import BY_CANONICAL, TOPICS
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.store.changes import Change, Changes, changes
from app.store.events import Place

_METHODS = {"create": ("POST", "201"), "update": ("PUT", "200"), "delete": ("DELETE", "204")}
_NAMES = ("topic", "patient", "episode", "_count")
_KINDS = {"patient": "Patient", "episode": "EpisodeOfCare"}


async def changes_since(context: Context, given: Given, _id: str | None) -> Answer:
    """A page of changes, oldest first, without content. Raises FhirError."""
    scoped(context.caller, "read")
    settings = context.house.settings
    wanted = given.one("_count", settings.default_page)
    if not wanted >= 1:
        raise BadRequest("_count must be at least 1", "_count", code="value")
    after = _opened(context, given.text("since")) if given.text("since") else None
    filters = {f"{name}s": _ids(given, name) for name in _KINDS} | {"organizations": None}
    found = await changes(context.session, after, _topics(given), filters, min(wanted, settings.max_page))
    if found.gone:
        raise Gone("What happened since then is no longer kept; read anew and begin again", "since")
    return Answer(200, _bundle(context, given, found))


def _topics(given: Given) -> list[str]:
    asked = [str(value) for value in given.all("topic")]
    if any(url not in BY_CANONICAL for url in asked):
        raise BadRequest(f"topic must be one of {', '.join(sorted(BY_CANONICAL))}", "topic", code="value")
    return [BY_CANONICAL[url].name for url in asked] or [row.name for row in TOPICS]


def _ids(given: Given, name: str) -> list[str] | None:
    return [str(value).removeprefix(f"{_KINDS[name]}/") for value in given.all(name)] or None


def _purpose(context: Context) -> str:
    return f"changes {context.caller.subject} {context.caller.author}"


def _opened(context: Context, cursor: str) -> Place:
    try:
        place: list[Any] = json.loads(context.house.seal.open_text(cursor, _purpose(context)))
    except Broken as error:
        raise BadRequest("since must be taken from the next link of an answer to you", "since") from error
    return Place(*place)


def _bundle(context: Context, given: Given, found: Changes) -> bytes:
    base = context.house.fhir_base
    asked = [(name, str(value)) for name in _NAMES for value in given.all(name)]
    cursor = context.house.seal.close_text(json.dumps(found.next).encode(), _purpose(context))
    since = [("since", given.text("since"))] if given.text("since") else []
    links = [
        (relation, f"{base}/$changes?{urlencode(pairs)}" if pairs else f"{base}/$changes")
        for relation, pairs in (("self", [*since, *asked]), ("next", [("since", cursor), *asked]))
    ]
    entries = [_entry(base, row) for row in found.rows]
    moment = clock.instant(context.entry.at)
    return bundle("history", entries, id_=context.entry.id, timestamp=moment, links=links)


def _entry(base: str, row: Change) -> Entry:
    local = f"{row.type}/{row.id}"
    method, status = _METHODS[row.method]
    answered = {"status": status, "etag": f'W/"{row.version}"', "lastModified": clock.instant(row.at)}
    return Entry(None, f"{base}/{local}", {"request": {"method": method, "url": local}, "response": answered})
