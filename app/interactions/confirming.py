"""``$confirm`` and ``$decline``: what she registered herself is taken into the card by a clinician, or is not, and why.

The next version says what was decided, by whom and when (a tag and the extension ``confirmation``), and a Provenance
says it to systems that know neither: one transaction. What she changes afterwards waits anew.
https://hl7.org/fhir/R4/provenance.html, https://hl7.org/fhir/R4/observation.html (status)
"""

from collections.abc import Callable, Sequence
from typing import Any

from app import clock
from app.access.caller import Caller
from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.json_patch import Patch
from app.fhir.outcome import BadRequest, Conflict, FhirError, Unprocessable
from app.fhir.parameters import Given
from app.fhir.registry import BY_NAME
from app.interactions.attempts import in_one
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import scoped
from app.interactions.writing import answer
from app.mapping.elements import literal, tags, text
from app.mapping.facts_from_fhir import NOT_DONE
from app.store.together import glance

Json = dict[str, Any]
CONFIRMED, DECLINED = "confirmed", "declined"
COMPLETION = "http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion"
VERIFIER = {
    "coding": [
        {"system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": "verifier"}
    ]
}
# TABLE: what becomes of the status of each, where it is confirmed (from → to) and where it is declined
STATUSES: dict[str, tuple[dict[str, str], str]] = {
    "Observation": ({"preliminary": "final", "registered": "final"}, "entered-in-error"),
    "QuestionnaireResponse": ({}, "entered-in-error"),
    "MedicationStatement": ({}, "entered-in-error"),
    "CarePlan": ({"draft": "active"}, "revoked"),
    "Task": ({"requested": "completed"}, "rejected"),
}


async def confirm(context: Context, type_name: str, id_: str, _given: Given, if_match: int | None) -> Answer:
    """Take it into the card. Raises FhirError."""
    scoped(context.caller, "update")
    return await _settled(context, Draft("patch", type_name, id_, if_match=if_match), CONFIRMED, "")


async def decline(context: Context, type_name: str, id_: str, given: Given, if_match: int | None) -> Answer:
    """Leave it out of the card, with the reason that she reads. Raises FhirError."""
    scoped(context.caller, "update")
    reason = given.text("reason").strip()
    if not reason:
        raise BadRequest("reason must say why, for her to read", "reason", code="required")
    return await _settled(context, Draft("patch", type_name, id_, if_match=if_match), DECLINED, reason)


async def _settled(context: Context, draft: Draft, verdict: str, reason: str) -> Answer:
    async def settle() -> Answer:
        inner = Context(context.house, context.session, act="confirm")
        if draft.type == "Task" and verdict == CONFIRMED:
            draft.wrong = await _uncorrected(context, draft.id)
        draft.patch = _patch(context, verdict, reason)
        applied = await apply(inner, [draft, _provenance(context, draft, verdict, reason)])
        return answer(context, applied[0], Preference())

    return await in_one(context, settle)


async def _uncorrected(context: Context, task: str) -> FhirError | None:
    """Why a proposed correction cannot be said to be made: what she says is wrong stands as it did."""
    asked = await glance(context.session, "Task", task)
    if asked is None or not asked.visible or asked.deleted:
        return None  # told by the write
    type_name, _, id_ = literal(text(fhir_json.read(asked.body).get("focus", {}), "reference")).partition("/")
    wrong = await glance(context.session, type_name, id_) if type_name in BY_NAME else None
    if wrong is not None and wrong.visible and (wrong.deleted or wrong.updated > asked.updated):
        return None
    return Unprocessable(
        "Correct what she says is wrong, then confirm; or decline, and say why", "Task.focus"
    )


def _patch(context: Context, verdict: str, reason: str) -> Patch:
    def settled(resource: Json) -> Json:
        name, status, before = resource["resourceType"], resource.get("status"), tags(resource)
        if "self-reported" not in before:
            raise Unprocessable(f"{name}.meta.tag: this was not registered by herself", f"{name}.meta.tag")
        if verdict in before:
            raise Conflict(f"This {name} is {verdict} already")
        if status in NOT_DONE | {STATUSES[name][1]}:
            raise Conflict(f"This {name} is {status}: there is nothing to be {verdict}")
        becomes, declined = STATUSES[name]
        changed = {**resource, "meta": _meta(resource["meta"], verdict)}
        changed["status"] = becomes.get(str(status), status) if verdict == CONFIRMED else declined
        kept = [one for one in resource.get("extension", ()) if one["url"] != codes.EXT_CONFIRMATION]
        changed["extension"] = [*kept, _extension(context, reason)]
        return _OF_TYPE.get(name, _as_it_is)(changed, context.caller, reason)

    return settled


def _meta(meta: Json, verdict: str) -> Json:
    others = [one for one in meta["tag"] if one.get("code") not in {CONFIRMED, DECLINED}]
    return {**meta, "tag": [*others, {"system": codes.CS_CARD, "code": verdict}]}


def _as_it_is(resource: Json, _caller: Caller, _reason: str) -> Json:
    return resource


def _plan(resource: Json, caller: Caller, _reason: str) -> Json:
    """Who confirms a plan has discussed it with her and signs it."""
    if resource["status"] == "active":
        resource["contributor"] = [*resource.get("contributor", ()), _person(caller)]
        resource["intent"] = "plan"
    return resource


def _correction(resource: Json, _caller: Caller, reason: str) -> Json:
    return {**resource, "statusReason": {"text": reason}} if reason else resource


_OF_TYPE: dict[str, Callable[[Json, Caller, str], Json]] = {"CarePlan": _plan, "Task": _correction}


def _person(caller: Caller) -> Json:
    number = {"identifier": {"system": codes.HPR, "value": caller.hpr}} if caller.hpr else {}
    return {"type": "Practitioner", **number, "display": caller.name or caller.role.value}


def _place(caller: Caller) -> Json:
    number = {"identifier": {"system": codes.ORGNR, "value": caller.organizations[0]}}
    name = {"display": caller.organization_name} if caller.organization_name else {}
    return {"type": "Organization", **number, **name}


def _extension(context: Context, reason: str) -> Json:
    parts: list[Json] = [
        {"url": "by", "valueReference": _person(context.caller)},
        {"url": "at", "valueInstant": clock.instant(context.entry.at)},
    ]
    if context.caller.organizations:
        parts.insert(1, {"url": "organization", "valueReference": _place(context.caller)})
    if reason:
        parts.append({"url": "reason", "valueString": reason})
    return {"url": codes.EXT_CONFIRMATION, "extension": parts}


def _provenance(context: Context, draft: Draft, verdict: str, reason: str) -> Draft:
    vouched = {"system": COMPLETION, "code": "AU"}
    activity = vouched if verdict == CONFIRMED else {"system": codes.CS_CARD, "code": verdict}
    return provenance(context, [draft], activity, reason)


def provenance(context: Context, drafts: Sequence[Draft], activity: Json, reason: str = "") -> Draft:
    """That the caller did this to each of ``drafts``, for systems that know no tag of ours."""
    caller, id_ = context.caller, clock.new_id()
    behalf = {"onBehalfOf": _place(caller)} if caller.organizations else {}
    resource: Json = {
        "resourceType": "Provenance",
        "id": id_,
        "target": [{"reference": f"{draft.type}/{draft.id}"} for draft in drafts],
        "recorded": clock.instant(context.entry.at),
        **({"reason": [{"text": reason}]} if reason else {}),
        "activity": {"coding": [activity]},
        "agent": [{"type": VERIFIER, "who": _person(caller), **behalf}],
    }
    return Draft("create", "Provenance", id_, resource, fhir_json.dump(resource))
