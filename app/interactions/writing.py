"""FHIR create, update and delete of one resource: https://hl7.org/fhir/R4/http.html#create"""

from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Issue, operation_outcome
from app.fhir.validation import check
from app.interactions.belonging import Draft
from app.interactions.change import Applied, apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import id_of, kept_type, scoped
from app.interactions.reading import headers
from app.interactions.redaction import view
from app.store.resources import Stored


def parsed(body: bytes, type_name: str) -> dict[str, Any]:
    """The resource in ``body``, valid and of ``type_name``. Raises BadRequest."""
    resource = fhir_json.parse(body)
    if not isinstance(resource, dict):
        raise BadRequest("The body must be one resource, a JSON object", code="structure")
    if resource.get("resourceType") != type_name:
        raise BadRequest(f"The body must be a {type_name}", "resourceType", code="invalid")
    check(resource)
    return resource


def answer(context: Context, applied: Applied, prefer: Preference) -> Answer:
    """201 or 200 with Location, ETag and what ``Prefer: return=`` asks for."""
    draft, write = applied.draft, applied.write
    stored = Stored(
        write.type,
        write.id,
        write.version,
        context.entry.at,
        False,
        write.patient,
        write.labels,
        write.body,
        None,
    )
    body, etag = view(stored)
    created = write.version == 1
    location = f"{context.house.fhir_base}/{write.type}/{write.id}/_history/{write.version}"
    sent = {**headers(stored, etag), "Location": location}
    if prefer.returns == "minimal":
        return Answer(201 if created else 200, None, sent)
    if prefer.returns == "OperationOutcome":
        text = f"{draft.type}/{draft.id} is stored as version {write.version}"
        body = fhir_json.dump(operation_outcome([Issue("informational", text, severity="information")]))
    return Answer(201 if created else 200, body, sent)


async def create(context: Context, type_name: str, body: bytes, prefer: Preference) -> Answer:
    """Store a new resource under an id of ours. Raises FhirError."""
    kept_type(type_name, "create")
    scoped(context.caller, "create")
    draft = Draft("create", type_name, clock.new_id(), parsed(body, type_name), body)
    return answer(context, (await apply(context, [draft]))[0], prefer)


async def update(
    context: Context,
    type_name: str,
    id_: str,
    body: bytes,
    prefer: Preference,
    *,
    if_match: int | None = None,
) -> Answer:
    """Store the next version; with ``if_match`` only on that version. Raises FhirError."""
    kept_type(type_name, "update")
    scoped(context.caller, "update")
    resource = parsed(body, type_name)
    id_of(resource, id_)
    draft = Draft("update", type_name, id_, resource, body, if_match=if_match)
    return answer(context, (await apply(context, [draft]))[0], prefer)


async def delete(context: Context, type_name: str, id_: str, if_match: int | None = None) -> Answer:
    """Mark as deleted; earlier versions stay. Deleting twice is no error. Raises FhirError."""
    kept_type(type_name, "delete")
    scoped(context.caller, "delete")
    applied = (await apply(context, [Draft("delete", type_name, id_, if_match=if_match)]))[0]
    return Answer(204, None, {} if applied.gone else {"ETag": f'W/"{applied.write.version}"'})
