"""``$validate``: whether a resource is valid and would be stored, deleted or kept, with nothing stored.

https://hl7.org/fhir/R4/resource-operation-validate.html. With a mode, the same rules speak as would to the same write of
this caller, and tell no more than it would.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir import newborn, plausibility, profiles
from app.fhir.operation import EVERY_TYPE
from app.fhir.operations import BY_NAME
from app.fhir.outcome import BadRequest, FhirError, Issue, Unavailable, operation_outcome
from app.fhir.parameters import Given, echo, from_body
from app.fhir.terminology_shipped import R4
from app.fhir.validation import check, validate
from app.interactions import audit_reading, business
from app.interactions.belonging import Draft
from app.interactions.consequences import write_set
from app.interactions.context import Answer, Context
from app.interactions.drafts import prepare
from app.interactions.guard import id_of, kept_type, scoped, visible
from app.interactions.redaction import view
from app.interactions.refusals import refusal
from app.store import resources
from app.store.weighing import weigh

Json = dict[str, Any]
_MODES = ("", "create", "update", "delete", "profile")
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_ALL_WELL = Issue("informational", "No problem was found", severity="information")


def given(body: bytes) -> tuple[Given, Any]:
    """Mode and profile, and the resource, which need not be valid (None: there is none). Raises BadRequest."""
    row = BY_NAME[EVERY_TYPE, "validate"]
    whole = fhir_json.parse(body)
    if not isinstance(whole, dict):
        raise BadRequest("The body must be one resource, a JSON object", code="structure")
    if whole.get("resourceType") != "Parameters":
        return Given({}), whole
    listed = whole.get("parameter", [])
    if not isinstance(listed, list):
        check(whole)
    named = [one for one in listed if isinstance(one, dict) and one.get("name") == "resource"]
    if len(named) > 1 or any("resource" not in one for one in named):
        raise BadRequest("The parameter resource holds one resource", "Parameters.parameter")
    rest = {**whole, "parameter": [one for one in listed if one not in named]}
    rest = rest if rest["parameter"] else {"resourceType": "Parameters"}
    check(rest)
    return from_body(row, rest), named[0]["resource"] if named else None


async def validated(context: Context, type_name: str, id_: str | None, asked: Given, resource: Any) -> Answer:
    """200 with what is wrong. Raises FhirError for a question that makes no sense."""
    kept_type(type_name, "search-type")
    scoped(context.caller, "read")
    mode, profile = asked.text("mode"), asked.text("profile")
    if mode not in _MODES:
        raise BadRequest(f"mode is one of {', '.join(_MODES[1:])}, not {echo(mode)}", "mode", code="value")
    if mode in {"update", "delete"} and id_ is None:
        raise BadRequest(f"The mode {mode} needs the id in the URL: {type_name}/id/$validate", "mode")
    if resource is None and mode != "delete" and (id_ is None or mode in {"create", "update"}):
        raise BadRequest("$validate needs the parameter resource", "resource", code="required")
    issues = list(_of_profile(type_name, profile, resource))
    try:
        issues += await _found(context, type_name, id_, mode, resource)
        if isinstance(resource, dict) and not any(issue.severity == "error" for issue in issues):
            issues += plausibility.warnings(resource)
    except FhirError as error:
        stored = id_ is not None and resource is None and mode != "delete"
        if stored or isinstance(error, Unavailable):
            raise
        issues += error.issues
    if not context.entry.written:
        await context.session.note("validated")
    return Answer(200, fhir_json.dump(operation_outcome(issues or [_ALL_WELL])))


def _of_profile(type_name: str, profile: str, resource: Any) -> Iterator[Issue]:
    """What of ``profile`` is broken; profiles that are not held are named, not passed over."""
    base = f"{_BASE}{type_name}"
    if profile and profile not in {base, f"{base}|{R4}"}:
        yield from _of_named(type_name, profile, resource)
    meta = resource.get("meta") if isinstance(resource, dict) else None
    claimed = meta.get("profile") if isinstance(meta, dict) else None
    for n, claim in enumerate(claimed if isinstance(claimed, list) else ()):
        if isinstance(claim, str) and claim not in {base, f"{base}|{R4}"} and not profiles.held(claim):
            text = f"Not checked against {echo(claim)}, which this server does not hold"
            yield Issue("not-supported", text, (f"{type_name}.meta.profile[{n}]",), "warning")


def _of_named(type_name: str, profile: str, resource: Any) -> Iterator[Issue]:
    named = profiles.held(profile)
    if named is None or named.type != type_name:
        text = f"This server does not hold the profile {echo(profile)}"
        yield Issue("not-supported", f"{text} of {type_name}" if named else text, ("profile",))
    elif isinstance(resource, dict) and resource.get("resourceType") == type_name and not validate(resource):
        yield from (one for one in named.check(resource) if named not in profiles.chosen(resource))


async def _found(
    context: Context, type_name: str, id_: str | None, mode: str, resource: Any
) -> Sequence[Issue]:
    """What is wrong. Raises FhirError, which says it too."""
    if mode == "delete":
        scoped(context.caller, "delete")
        kept_type(type_name, "delete")
        return await _as_written(context, Draft("delete", type_name, id_ or ""))
    if resource is None:
        return validate(fhir_json.parse(await _kept(context, type_name, id_ or "")))
    if not isinstance(resource, dict) or resource.get("resourceType") != type_name:
        return [Issue("invalid", f"The resource must be a {type_name}", ("resourceType",))]
    issues = validate(resource)
    if issues or mode == "profile":
        return issues or list(profiles.problems(resource))
    if mode in {"create", "update"}:
        return await _written(context, type_name, id_, mode, resource)
    return list(business.problems(resource, context.house.settings, context.caller, "create"))


async def _kept(context: Context, type_name: str, id_: str) -> bytes:
    """The body as this caller sees it."""
    if type_name == "AuditEvent":
        return (await audit_reading.read(context, id_)).body or b""
    return view(visible(await resources.read(context.session, type_name, id_), type_name, id_))[0]


async def _written(
    context: Context, type_name: str, id_: str | None, mode: str, resource: Json
) -> Sequence[Issue]:
    kept_type(type_name, mode)
    scoped(context.caller, mode, type_name)
    if mode == "update":
        id_of(resource, id_ or "")
    name = id_ if mode == "update" else None
    name = name or newborn.named(resource, clock.new_id())
    return await _as_written(context, Draft(mode, type_name, name, resource, fhir_json.dump(resource)))


async def _as_written(context: Context, draft: Draft) -> Sequence[Issue]:
    """Why this write would not be taken."""
    writes, issues = await prepare(context, [draft])
    outcome = await weigh(context.session, write_set(context, [draft], writes))
    if outcome.problem == "gone":
        return [Issue("informational", "It is deleted already", severity="information")]
    if issues and outcome.problem not in {"refused", "missing"}:
        return issues
    return refusal(draft, writes[0], outcome).issues if outcome.problem else writes[0].warned
