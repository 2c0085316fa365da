"""``ValueSet/$expand``: the codes of a value set. https://hl7.org/fhir/R4/valueset-operation-expand.html"""

from collections.abc import Iterator
from typing import Any

from app import clock
from app.fhir.outcome import BadRequest
from app.fhir.parameters import Given
from app.fhir.terminology_expansion import Term, members
from app.fhir.terminology_words import languages, matches, word
from app.interactions.artefacts import answer, canonical, row, subject
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.vocabulary import Shelf, settled

Json = dict[str, Any]
_KEPT = ("resourceType", "id", "url", "version", "name", "title", "status", "language")
_ECHOED = {  # parameter → type, in the expansion's own list
    "filter": "string", "offset": "integer", "count": "integer", "displayLanguage": "code",
    "includeDesignations": "boolean", "includeDefinition": "boolean", "activeOnly": "boolean",
    "excludeNested": "boolean", "excludeNotForUI": "boolean",
}  # fmt: skip


async def expand(context: Context, given: Given, id_: str | None) -> Answer:
    """A page of the codes. Raises FhirError."""
    scoped(context.caller, "read")
    span = _span(given)
    shelf = Shelf()
    key = ("ValueSet", canonical(given.text("url"), given.text("valueSetVersion")))
    value_set = await subject(context, shelf, key, id_, sent=given.one("valueSet"))
    terms = await settled(context.session, shelf, lambda library: members(value_set, library))
    asked = languages(given.text("displayLanguage"))
    wanted = [term for term in terms.values() if _wanted(term, given)]
    expansion = {
        "identifier": f"urn:uuid:{context.entry.id}",
        "timestamp": clock.instant(context.entry.at),
        "total": len(wanted),
        **({"offset": span.start} if given.one("offset") is not None else {}),
        "parameter": list(_parameters(given, wanted)),
        "contains": [_contains(term, asked, given) for term in wanted[span]],
    }
    kept = [*_KEPT, *(["compose"] if given.flag("includeDefinition") else [])]
    body = {name: value_set[name] for name in kept if name in value_set}
    return await answer(
        context, shelf, {**body, "expansion": {k: v for k, v in expansion.items() if v != []}}
    )


def _span(given: Given) -> slice:
    offset, count = given.one("offset", 0), given.one("count")
    for name, value in (("offset", offset), ("count", count)):
        if value is not None and value < 0:
            raise BadRequest(f"{name} must not be below 0", name, code="value")
    return slice(offset, None if count is None else offset + count)


def _wanted(term: Term, given: Given) -> bool:
    if (given.flag("activeOnly") and term.inactive) or (given.flag("excludeNotForUI") and term.abstract):
        return False
    texts = (term.code, term.display, *(named["value"] for named in term.designations))
    return matches(given.text("filter"), texts)


def _parameters(given: Given, terms: list[Term]) -> Iterator[Json]:
    for name, kind in _ECHOED.items():
        if given.one(name) is not None:
            yield row(name, kind, given.one(name))
    for system, version in sorted({(term.system, term.version) for term in terms}):
        yield row("used-codesystem", "uri", canonical(system, version))


def _contains(term: Term, asked: tuple[str, ...], given: Given) -> Json:
    found: Json = {
        "system": term.system,
        "abstract": term.abstract,
        "inactive": term.inactive,
        "version": term.version,
        "code": term.code,
        "display": word(term.display, term.language, term.designations, asked),
    }
    if given.flag("includeDesignations"):
        found["designation"] = list(term.designations)
    return {name: value for name, value in found.items() if value}
