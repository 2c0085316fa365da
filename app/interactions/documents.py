"""``Composition/$document``: the composition and what it refers to as one Bundle.

https://hl7.org/fhir/R4/composition-operation-document.html. What the caller may not see is not in it, and the Bundle says
then that it is a subset. It carries the labels of all that is in it: a whole is as secret as its most secret part.
"""

from typing import Any

from app import clock
from app.access.rules import LABELS
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry
from app.fhir.codes import ACT_CODE
from app.fhir.outcome import Unavailable, Unprocessable
from app.fhir.parameters import Given
from app.fhir.references import references
from app.fhir.registry import BY_NAME
from app.fhir.summary import SUBSETTED
from app.fhir.validation import check
from app.interactions.belonging import Draft, literal_key
from app.interactions.change import apply
from app.interactions.context import Answer, Context
from app.interactions.guard import kept_type, scoped, visible
from app.interactions.redaction import sheltering, view
from app.store.resources import Stored
from app.store.together import glance, together

Key = tuple[str, str]
_NAMED_BY = "urn:ietf:rfc:3986"


async def document(context: Context, given: Given, id_: str | None) -> Answer:
    """The document, kept as a Bundle where ``persist`` asks for it. Raises FhirError."""
    persist = given.flag("persist")
    scoped(context.caller, "create" if persist else "read")
    kept_type("Composition", "read")
    composition = visible(await glance(context.session, "Composition", id_ or ""), "Composition", id_ or "")
    keys = _referred(context, composition)
    found = await together(context.session, [("Composition", composition.id), *keys])
    if not found or (found[0].type, found[0].version) != ("Composition", composition.version):
        raise Unavailable("The Composition is being changed; ask again")
    body = _bundle(context, found, whole=len(found) == len(keys) + 1)
    return await _persisted(context, body) if persist else Answer(200, body)


def _referred(context: Context, composition: Stored) -> list[Key]:
    """The resources of this server that the composition names itself. Raises Unprocessable where they are too many."""
    found: dict[Key, None] = {}
    for _, reference in references(fhir_json.read(composition.body)):
        key = literal_key(reference["reference"], context.house.fhir_base)
        if key is not None and key[0] in BY_NAME and key != (composition.type, composition.id):
            found[key] = None
    most = context.house.settings.max_entries
    if len(found) >= most:
        text = f"A document may have {most} entries; this one would have {len(found) + 1}"
        raise Unprocessable(text, "Composition.section", code="too-costly")
    return list(found)


def _bundle(context: Context, found: list[Stored], *, whole: bool) -> bytes:
    base, moment = context.house.fhir_base, clock.instant(context.entry.at)
    labels = sorted(frozenset[str]().union(*(row.labels for row in found)) & LABELS)
    meta: dict[str, Any] = {"lastUpdated": moment}
    if labels:
        meta["security"] = [{"system": ACT_CODE, "code": label} for label in labels]
    if not whole:
        meta["tag"] = [SUBSETTED]
    head = {
        "resourceType": "Bundle",
        "id": context.entry.id,
        "meta": meta,
        "identifier": {"system": _NAMED_BY, "value": f"urn:uuid:{context.entry.id}"},
        "type": "document",
        "timestamp": moment,
    }
    shelter = sheltering(found)
    entries = (
        Entry(shelter(row.type, view(row)[0]), f"{base}/{row.type}/{row.id}").encode() for row in found
    )
    return fhir_json.dump(head)[:-1] + b',"entry":[' + b",".join(entries) + b"]}"


async def _persisted(context: Context, body: bytes) -> Answer:
    """The document as a Bundle of its own, registered like any other. Raises FhirError."""
    kept_type("Bundle", "create")
    resource = fhir_json.parse(body)
    check(resource)
    draft = Draft("create", "Bundle", resource["id"], resource, body)
    part = context.part(interaction="create", type="Bundle", target=draft.id)
    write = (await apply(part, [draft]))[0].write
    if write is None:
        raise AssertionError("what is created is written")
    location = f"{context.house.fhir_base}/Bundle/{write.id}/_history/{write.version}"
    return Answer(200, write.body, {"Location": location, "ETag": f'W/"{write.version}"'})
