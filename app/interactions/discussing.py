"""``$discussed``: a clinician has told her of a result that waited for it, and from now on she sees it.

The next version bears the tag ``discussed`` in place of the label, and a Provenance says who told her and when. Of a
report it means each of its results that waits: one transaction. https://hl7.org/fhir/R4/provenance.html
"""

from typing import Any

from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.outcome import Conflict
from app.fhir.parameters import Given
from app.interactions.attempts import in_one
from app.interactions.belonging import Draft, literal_key
from app.interactions.change import apply
from app.interactions.confirming import provenance
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import scoped, visible
from app.interactions.releasing import ACT, waits_until
from app.interactions.writing import answer
from app.mapping.elements import children, text
from app.store.targets import Key, find
from app.store.together import glance

Json = dict[str, Any]
DISCUSSED = {"system": codes.CS_CARD, "code": "discussed"}


async def discussed(
    context: Context, type_name: str, id_: str, _given: Given, if_match: int | None
) -> Answer:
    """She knows. Raises FhirError."""
    scoped(context.caller, "update")

    async def tell() -> Answer:
        inner = Context(context.house, context.session, act=ACT)
        keys = await _waiting(context, (type_name, id_))
        drafts = [
            Draft("patch", *key, if_match=if_match if key[1] == id_ else None, patch=_told) for key in keys
        ]
        applied = await apply(inner, [*drafts, provenance(context, drafts, DISCUSSED)])
        return answer(context, applied[0], Preference())

    return await in_one(context, tell)


async def _waiting(context: Context, key: Key) -> list[Key]:
    """The result itself where it waits, else the results of the report that do."""
    if key[0] != "DiagnosticReport":
        return [key]
    report = visible(await glance(context.session, *key), *key)
    if codes.UNTOLD in report.labels:
        return [key]
    base, body = context.house.fhir_base, fhir_json.read(report.body)
    named = (literal_key(text(row, "reference"), base) for row in children(body, "result"))
    found = (await find(context.session, filter(None, named))).found
    return [one for one, target in found.items() if codes.UNTOLD in target.labels] or [key]


def _told(resource: Json) -> Json:
    """The label goes and the tag comes as it is stored. Raises Conflict."""
    if not waits_until(resource):
        raise Conflict(f"Nothing of this {resource['resourceType']} waits to be discussed with her")
    return resource
