"""``Observation/$lastn``: the last values of one woman, for each code.

https://hl7.org/fhir/R4/observation-operation-lastn.html. What was entered in error is no value.
"""

from collections.abc import Iterator
from urllib.parse import urlencode

from app import clock
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import BadRequest, Issue, operation_outcome
from app.fhir.parameters import Given
from app.fhir.query_values import split, unescape
from app.interactions.belonging import literal_key
from app.interactions.context import Answer, Context
from app.interactions.guard import scoped
from app.interactions.redaction import view
from app.store.lastn import Last, Tokens, last

_NAMES = ("patient", "subject", "category", "code")
_MATCH = {"search": {"mode": "match"}}


async def last_of_each(context: Context, given: Given, _id: str | None) -> Answer:
    """The last ``max`` for each code. Raises FhirError."""
    context.look()
    scoped(context.caller, "read")
    patient = _patient(context, given)
    tokens: dict[str, Tokens] = {
        name: [token for value in given.all(name) for token in _tokens(name, value)]
        for name in ("category", "code")
    }
    each: int = given.one("max", 1)
    found = await last(context.session, patient, tokens, each=each, most=context.house.settings.max_page)
    return Answer(200, _bundle(context, given, found))


def _patient(context: Context, given: Given) -> str:
    """The id of the woman. Raises BadRequest."""
    named = [(name, value) for name in ("patient", "subject") for value in given.all(name)]
    if len(named) != 1:
        raise BadRequest("$lastn is about one woman: give patient or subject", "patient", code="required")
    name, value = named[0]
    text = value.get("reference", "") if isinstance(value, dict) else value
    key = literal_key(text if "/" in text else f"Patient/{text}", context.house.fhir_base)
    if key is None or key[0] != "Patient":
        raise BadRequest(f"{name} must be an id or Patient/id", name, code="value")
    return key[1]


def _tokens(name: str, value: str) -> Iterator[tuple[str | None, str | None]]:
    """``system|code``, ``|code``, ``system|`` or a code, several by commas. Raises BadRequest."""
    for part in split(value, ","):
        system, bar, code = part.partition("|")
        if not bar:
            system, code = "", part
        if not (system or code):
            raise BadRequest(f"{name} has no value", name, code="value")
        yield (unescape(system) if bar else None), (unescape(code) or None)


def _bundle(context: Context, given: Given, found: Last) -> bytes:
    base = context.house.fhir_base
    used = [
        (name, str(value))
        for name in (*_NAMES, "max")
        for value in given.all(name)
        if isinstance(value, str | int)
    ]
    url = f"{base}/Observation/$lastn"
    entries = [Entry(view(row)[0], f"{base}/{row.type}/{row.id}", _MATCH) for row in found.found]
    if found.more:
        text = f"There are more than {len(found.found)}: ask for a category, for codes or for a smaller max"
        outcome = operation_outcome([Issue("incomplete", text, severity="warning")])
        entries.append(Entry(fhir_json.dump(outcome), "", {"search": {"mode": "outcome"}}))
    return bundle(
        "searchset", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at),
        links=[("self", f"{url}?{urlencode(used)}" if used else url)],
    )  # fmt: skip
