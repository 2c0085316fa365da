"""FHIR patch: https://hl7.org/fhir/R4/http.html#patch. What a patch makes of the stored resource is an update of it.

A patch sees what its caller sees: elements that are hidden from her stay as they are, and to touch one is refused whether
it is there or not. What is wrong with a patch is told to those only who may change the resource. A patch that changes
nothing makes a version all the same, as an update does.
"""

from collections.abc import Sequence
from dataclasses import replace

from app.access.rules import masks
from app.fhir import json as fhir_json
from app.fhir.json_patch import Unpatchable
from app.fhir.outcome import FhirError, Gone, Issue, Unprocessable
from app.fhir.validation import validate
from app.interactions import redaction
from app.interactions.attempts import Raced
from app.interactions.belonging import Draft, Json
from app.interactions.context import Context
from app.store.targets import Target, find


async def patched(context: Context, drafts: Sequence[Draft]) -> list[Draft]:
    """``drafts``, where each patch has become the update that it makes. Raises Raced."""
    asked = [draft.key for draft in drafts if draft.method == "patch"]
    if not asked:
        return list(drafts)
    targets = await find(context.session, asked, bodies=["/".join(key) for key in asked])
    return [
        _update(context, draft, targets.found.get(draft.key)) if draft.method == "patch" else draft
        for draft in drafts
    ]


def _update(context: Context, draft: Draft, target: Target | None) -> Draft:
    update = replace(draft, method="update")
    if target is None:
        return update  # decided like an update of what is not there
    if draft.expected is not None and draft.expected != target.version:
        raise Raced
    update.expected = target.version
    if target.deleted or not target.body:
        return replace(update, wrong=Gone(f"{draft.place}{draft.type}/{draft.id} is deleted", draft.type))
    before = fhir_json.read(target.body)
    stale = draft.if_match is not None and draft.if_match != target.version
    try:
        after = before if stale else _after(draft, before, masks(context.caller.role, draft.type))
    except FhirError as error:
        after, update.wrong = before, error
    body = fhir_json.dump(after)
    return replace(update, resource=fhir_json.read(body), body=body)


def _after(draft: Draft, before: Json, hidden: tuple[str, ...]) -> Json:
    """The resource after the patch. Raises Unprocessable."""
    if draft.patch is None:
        raise AssertionError("a draft that patches has a patch")
    concealed = redaction.concealed(before, hidden) if hidden else frozenset[str]()
    try:
        seen = draft.patch({name: value for name, value in before.items() if name not in concealed})
    except Unpatchable as error:
        raise Unprocessable([_placed(draft, issue) for issue in error.issues]) from error
    touched = [name for name in seen if name.removeprefix("_") in hidden or name in concealed]
    if touched:
        text = f"{draft.place}{touched[0]} is hidden from you and cannot be changed by you"
        raise Unprocessable(text, f"{draft.type}.{touched[0]}")
    whole = {
        name: before[name] if name in concealed else seen.get(name)
        for name in before
        if name in concealed or name in seen
    }
    whole.update({name: value for name, value in seen.items() if name not in whole})
    if whole.get("resourceType") != draft.type or whole.get("id") != draft.id:
        raise Unprocessable(f"{draft.place}A patch changes neither type nor id", f"{draft.type}.id")
    issues = _invalid(whole)
    if issues:
        raise Unprocessable([_placed(draft, issue) for issue in issues])
    return whole


def _invalid(resource: Json) -> list[Issue]:
    try:
        return validate(resource)
    except RecursionError:
        return [Issue("structure", "The resource becomes nested too deeply")]


def _placed(draft: Draft, issue: Issue) -> Issue:
    return replace(issue, diagnostics=draft.place + issue.diagnostics)
