"""Reading and searching what the server ships: any valid token, in the log like every other request, nothing to change.

https://hl7.org/fhir/R4/http.html#read. What is stored under the same canonical is found beside it, and comes first.
"""

from dataclasses import replace
from typing import Any

from app.fhir import json as fhir_json
from app.fhir.outcome import Issue
from app.fhir.shipped_artefacts import KINDS, artefact, matching
from app.interactions.context import Answer, Context
from app.store.search import Found, Page

ETAG = 'W/"1"'
_PLACE = "\x00shipped"  # no value by which stored resources are sorted begins so


async def read(context: Context, type_name: str, id_: str, tags: frozenset[str]) -> Answer | None:
    """What is shipped under an id, logged; None where nothing is."""
    found = artefact(type_name, id_) if type_name in KINDS else None
    if found is None:
        return None
    await context.session.note("shipped")
    if tags & {"*", ETAG, ETAG.removeprefix("W/")}:
        return Answer(304, None, {"ETag": ETAG})
    return Answer(200, fhir_json.dump(found), {"ETag": ETAG})


def read_only(type_name: str, id_: str, place: str = "") -> Issue | None:
    """Why nothing is stored under an id of what is shipped."""
    if type_name not in KINDS or artefact(type_name, id_) is None:
        return None
    text = f"{place}{type_name}/{id_} comes with the server and is read only; what is stored needs another id"
    return Issue("business-rule", text, (f"{type_name}.id",))


def begun(place: list[Any] | None) -> int | None:
    """How many of what is shipped earlier pages held; None while stored resources are paged."""
    return int(place[1]) if place and place[0] == _PLACE else None


def joined(
    page: Page, types: tuple[str, ...], pairs: list[tuple[str, str]], *, count: int, start: int
) -> Page:
    """``page`` with what is shipped after its last stored match, as far as there is room."""
    found = matching(types[0], pairs) if len(types) == 1 else []
    if not found:
        return page
    total = None if page.total is None else page.total + len(found)
    if page.next is not None:
        return replace(page, total=total)
    end = start + max(count - len(page.matches), 0)
    rows = [Found(types[0], one["id"], fhir_json.dump(one), None) for one in found[start:end]]
    more = [_PLACE, end] if count and end < len(found) else None
    return replace(page, matches=[*page.matches, *rows], next=more, total=total)
