"""Which artefact a terminology operation is about: by its id, by its canonical, or sent along.

https://hl7.org/fhir/R4/terminology-service.html
"""

from typing import Any

from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Gone, NotFound
from app.fhir.parameters import Given, echo
from app.fhir.shipped_artefacts import artefact
from app.fhir.terminology import CodeSystem, Key, code_system
from app.interactions.context import Answer, Context
from app.interactions.vocabulary import Shelf, artefacts, settled
from app.store import terminology as store

Json = dict[str, Any]


async def subject(
    context: Context, shelf: Shelf, key: Key, id_: str | None, *, sent: Json | None = None
) -> Any:
    """The artefact of ``key`` (its canonical may be empty), of ``id_`` or of ``sent``; exactly one is named.

    Raises BadRequest, NotFound and Gone.
    """
    kind, canonical = key
    name = kind[0].lower() + kind[1:]
    if sum((bool(canonical), id_ is not None, sent is not None)) != 1:
        raise BadRequest(
            f"Name one {kind}: by url, by {name}, or by its id in the URL", "url", code="required"
        )
    if sent is not None:
        return code_system(sent) if kind == "CodeSystem" else sent
    if id_ is not None:
        return await _by_id(context, shelf, kind, id_)
    found = await settled(context.session, shelf, lambda library: library.get(key))
    if found is None:
        raise NotFound(f"There is no {kind} {echo(canonical)} here", "url")
    return found


async def _by_id(context: Context, shelf: Shelf, kind: str, id_: str) -> Any:
    found = await store.edition(context.session, kind, id_)
    with_server = artefact(kind, id_) if found is None else None
    if with_server is not None:
        return code_system(with_server) if kind == "CodeSystem" else with_server
    if found is None:
        raise NotFound(f"There is no {kind}/{id_}", kind)
    edition, deleted = found
    if deleted:
        raise Gone(f"{kind}/{id_} is deleted", kind)
    shelf.editions[kind, f"/{id_}"] = edition
    return (await artefacts(context.session, [edition]))[edition]


async def system_of(context: Context, shelf: Shelf, url: str, version: str) -> CodeSystem:
    """The code system ``url``. Raises NotFound."""
    found: CodeSystem = await subject(context, shelf, ("CodeSystem", canonical(url, version)), None)
    return found


def canonical(url: str, version: str) -> str:
    """``url|version``, or the url alone."""
    return f"{url}|{version}" if version and url else url


def codings(given: Given, *, systems: bool) -> list[Json]:
    """The codes that are asked about: one code, one Coding, or the codings of one CodeableConcept. Raises BadRequest."""
    ways = [name for name in ("code", "coding", "codeableConcept") if given.one(name) is not None]
    if len(ways) != 1:
        raise BadRequest("Give one of code, coding and codeableConcept", "code", code="required")
    if ways[0] == "code":
        if systems and not given.text("system"):
            raise BadRequest("A code needs the system that it is of", "system", code="required")
        asked = {"code": given.text("code"), "system": given.text("system"), "display": given.text("display")}
        return [{name: value for name, value in asked.items() if value}]
    value = given.one(ways[0])
    found = [value] if ways[0] == "coding" else value.get("coding", [])
    if not found or any("code" not in row or (systems and "system" not in row) for row in found):
        needed = "a code and its system" if systems else "a code"
        raise BadRequest(f"{ways[0]} must hold {needed}", ways[0], code="required")
    return list(found)


async def answer(context: Context, shelf: Shelf, resource: Json) -> Answer:
    """200 with ``resource``, once the log says what it was made of. Raises NotFound."""
    if not await store.tell(context.session, shelf.used):
        raise NotFound("What this rests on is no longer here", code="not-found")
    return Answer(200, fhir_json.dump(resource))


def row(name: str, kind: str, value: Any) -> Json:
    """One parameter of a data type."""
    return {"name": name, f"value{kind[0].upper()}{kind[1:]}": value}
