"""FHIR create, update and delete of one resource, also conditional: https://hl7.org/fhir/R4/http.html#create"""

from collections.abc import Sequence
from typing import Any

from app import clock
from app.access.rules import masks
from app.fhir import json as fhir_json
from app.fhir import newborn, plausibility
from app.fhir.fhirpath_patch import fhirpath_patch
from app.fhir.json_patch import Patch, json_patch
from app.fhir.outcome import BadRequest, Issue, operation_outcome
from app.fhir.validation import check
from app.interactions.applied import Applied
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.criteria import Criteria, Pairs, criteria
from app.interactions.guard import id_of, kept_type, scoped
from app.interactions.reading import headers
from app.interactions.redaction import view, view_without
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
    """201 or 200 with Location, ETag and what ``Prefer: return=`` asks for; 204 for what is deleted."""
    write = applied.write
    if applied.draft.method == "delete":
        version = write.version if write else applied.version
        return Answer(204, None, {"ETag": f'W/"{version}"'} if version else {})
    if applied.met is not None:
        return _written(context, applied.met, *view(applied.met), applied.status, prefer)
    if write is None:
        raise AssertionError("only a deletion writes nothing")
    stored = Stored(
        write.type, write.id, write.version, context.entry.at, False, write.patient, write.labels, write.body, None,
    )  # fmt: skip
    body, etag = view_without(stored, masks(context.caller.role, write.type))
    status = 201 if write.version == 1 else 200
    return _written(context, stored, body, etag, status, prefer, write.warned)


def _written(
    context: Context,
    stored: Stored,
    body: bytes,
    etag: str,
    status: int,
    prefer: Preference,
    warned: Sequence[Issue] = (),
) -> Answer:
    name = f"{stored.type}/{stored.id}"
    location = f"{context.house.fhir_base}/{name}/_history/{stored.version}"
    sent = {**headers(stored, etag), "Location": location}
    if prefer.returns == "minimal":
        return Answer(status, None, sent)
    if prefer.returns == "OperationOutcome":
        text = f"{name} is stored as version {stored.version}"
        told = Issue("informational", text, severity="information")
        hardly = plausibility.warnings(fhir_json.read(body))
        body = fhir_json.dump(operation_outcome([told, *hardly, *warned]))
    return Answer(status, body, sent)


async def create(
    context: Context, type_name: str, body: bytes, prefer: Preference, *, none_exist: str | None = None
) -> Answer:
    """Store a new resource under an id of ours, unless ``none_exist`` finds one. Raises FhirError."""
    kept_type(type_name, "create")
    scoped(context.caller, "create", type_name)
    resource = parsed(body, type_name)
    draft = Draft("create", type_name, newborn.named(resource, clock.new_id()), resource, body)
    if none_exist is not None:
        draft.criteria = criteria(context, type_name, none_exist, "http.If-None-Exist")
        context.entry.facts["query"] = draft.criteria.shown
    return answer(context, (await apply(context, [draft]))[0], prefer)


async def patch(
    context: Context,
    type_name: str,
    id_or_criteria: str | Pairs,
    body: bytes,
    prefer: Preference,
    *,
    as_json_patch: bool,
    if_match: int | None = None,
) -> Answer:
    """Store what the patch in ``body`` makes of the current version. Raises FhirError."""
    kept_type(type_name, "patch")
    scoped(context.caller, "update", type_name)
    change = read_patch(body, as_json_patch=as_json_patch, largest=context.house.settings.max_body)
    draft = Draft("patch", type_name, "", if_match=if_match, patch=change)
    if isinstance(id_or_criteria, str):
        draft.id = id_or_criteria
    else:
        draft.criteria = in_url(context, type_name, id_or_criteria)
    return answer(context, (await apply(context, [draft]))[0], prefer)


def read_patch(body: bytes, *, as_json_patch: bool, largest: int) -> Patch:
    """The patch in ``body``: a JSON Patch, or Parameters that are a FHIRPath Patch. Raises BadRequest."""
    if as_json_patch:
        return json_patch(fhir_json.parse(body), largest=largest)
    return fhirpath_patch(parsed(body, "Parameters"))


def in_url(context: Context, type_name: str, pairs: Pairs) -> Criteria:
    """The criteria of a conditional URL, where no person number may stand. Raises FhirError."""
    return criteria(context, type_name, pairs, "http.query", in_url=True)


async def update(
    context: Context,
    type_name: str,
    id_or_criteria: str | Pairs,
    body: bytes,
    prefer: Preference,
    *,
    if_match: int | None = None,
) -> Answer:
    """Store the next version; with ``if_match`` only on that version. Raises FhirError."""
    kept_type(type_name, "update")
    scoped(context.caller, "update", type_name)
    resource = parsed(body, type_name)
    draft = Draft("update", type_name, "", resource, body, if_match=if_match)
    if isinstance(id_or_criteria, str):
        id_of(resource, id_or_criteria)
        draft.id = id_or_criteria
    else:
        draft.criteria = in_url(context, type_name, id_or_criteria)
    return answer(context, (await apply(context, [draft]))[0], prefer)


async def delete(
    context: Context, type_name: str, id_or_criteria: str | Pairs, if_match: int | None = None
) -> Answer:
    """Mark as deleted; earlier versions stay. Deleting twice is no error. Raises FhirError."""
    kept_type(type_name, "delete")
    scoped(context.caller, "delete", type_name)
    draft = Draft("delete", type_name, "", if_match=if_match)
    if isinstance(id_or_criteria, str):
        draft.id = id_or_criteria
    else:
        draft.criteria = in_url(context, type_name, id_or_criteria)
    return answer(context, (await apply(context, [draft]))[0], Preference())
