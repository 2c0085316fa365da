"""``ConceptMap/$translate``: what a code is in another system.

https://hl7.org/fhir/R4/conceptmap-operation-translate.html. Where no map is named, every active map that leads from
the code's system is asked.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from app.fhir import terminology_maps
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given, parameters
from app.fhir.terminology import Library
from app.fhir.terminology_maps import NO_MATCH, Match
from app.fhir.terminology_shipped import maps
from app.interactions.artefacts import answer, canonical, codings, row, subject
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.vocabulary import Shelf, artefacts, settled
from app.store import terminology as store

Json = dict[str, Any]
_MOST_MAPS = 4  # one behind the other


async def translate(context: Context, given: Given, id_: str | None) -> Answer:
    """The matches of all codes that are asked about. Raises FhirError."""
    scoped(context.caller, "read")
    asked, shelf = codings(given, systems=True), Shelf()
    found: list[tuple[Match, Json]] = []
    for coding in asked:
        for resource in await _maps(context, shelf, given, id_, coding["system"]):
            found += await _matches(context, shelf, resource, coding, given)
    result = any(match.equivalence not in NO_MATCH for match, _ in found)
    rows = [row("result", "boolean", result)]
    if not result:
        rows.append(row("message", "string", "No map that is held here has a match"))
    rows += [{"name": "match", "part": list(_parts(match, resource))} for match, resource in found]
    return await answer(context, shelf, parameters(rows))


async def _maps(context: Context, shelf: Shelf, given: Given, id_: str | None, system: str) -> Sequence[Json]:
    """The one that is named, or all that lead from the system and between the value sets that are named."""
    reverse, url, sent = given.flag("reverse"), given.text("url"), given.one("conceptMap")
    if url or id_ is not None or sent is not None:
        key = ("ConceptMap", canonical(url, given.text("conceptMapVersion")))
        return [await subject(context, shelf, key, id_, sent=sent)]
    if not any(given.text(name) for name in ("target", "targetsystem", "source")):
        raise BadRequest("Name the map by url, or where to by target or targetsystem", "url", code="required")
    editions = await store.maps_of(context.session, system, reverse=reverse)
    stored = await artefacts(context.session, editions)
    own = {resource.get("url") for resource in stored.values()}
    kept = [resource for resource in maps() if resource.get("url") not in own]
    wanted = [resource for resource in (*stored.values(), *kept) if _between(resource, given)]
    shelf.editions |= {
        ("ConceptMap", f"/{edition.id}"): edition
        for edition, resource in stored.items()
        if resource in wanted
    }
    return wanted


def _between(resource: Json, given: Given) -> bool:
    """Whether a map leads between the value sets that are named."""
    sides = {"source": ("sourceUri", "sourceCanonical"), "target": ("targetUri", "targetCanonical")}
    for name, members in sides.items():
        asked = given.text(name)
        if asked and asked not in {resource.get(member) for member in members}:
            return False
    return True


async def _matches(
    context: Context, shelf: Shelf, resource: Json, coding: Json, given: Given
) -> list[tuple[Match, Json]]:
    """The matches by one map, and by those to which it sends on."""
    found: list[tuple[Match, Json]] = []
    waiting, seen = [resource], 0
    while waiting and seen < _MOST_MAPS:
        one, seen = waiting.pop(), seen + 1
        for match in terminology_maps.translate(
            one,
            coding["system"],
            coding["code"],
            target=given.text("targetsystem"),
            reverse=given.flag("reverse"),
        ):
            if not match.other_map:
                found.append((match, one))
                continue
            key = ("ConceptMap", match.other_map)
            other = await settled(context.session, shelf, partial(Library.get, key=key))
            waiting += [other] if other is not None else []
    return found


def _parts(match: Match, resource: Json) -> Iterator[Json]:
    yield row("equivalence", "code", match.equivalence)
    if match.coding.get("code"):
        yield row("concept", "Coding", match.coding)
    for product in match.products:
        concept = {
            "system": product.get("system"),
            "code": product["value"],
            "display": product.get("display"),
        }
        parts = [
            row("element", "uri", product["property"]),
            row("concept", "Coding", {name: value for name, value in concept.items() if value}),
        ]
        yield {"name": "product", "part": parts}
    if resource.get("url"):
        yield row("source", "uri", resource["url"])
