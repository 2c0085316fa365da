"""Drafts: from what a client sent to what the store keeps.

References to this server must lead somewhere, the woman and her card are derived, and identifiers and the pilot's rules
are checked. https://hl7.org/fhir/R4/references.html
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from app import clock
from app.access.caller import LAY, Role
from app.access.labels import labels_of
from app.access.rules import masks
from app.fhir import codes, documents, newborn
from app.fhir import json as fhir_json
from app.fhir.card_index import index_with_card
from app.fhir.outcome import Issue
from app.fhir.registry import BY_NAME
from app.interactions import (
    business,
    choices,
    concealing,
    course_checks,
    mirrored,
    newborns,
    nipt_consents,
    projections,
    releasing,
    shipped_reading,
    standing,
    subscribing,
)
from app.interactions.belonging import (
    Draft,
    Preparation,
    concerns_child,
    inherited,
    literal_key,
    patient_of,
)
from app.interactions.birth_place import kept_of
from app.interactions.context import Context
from app.interactions.dangling import nowhere
from app.interactions.grounds import bodies
from app.interactions.her_card import episode_of
from app.interactions.redaction import holds
from app.interactions.release import ONLY_OURS
from app.mapping import private_items
from app.store.targets import Key, Target, Targets, find, whose
from app.store.writes import Write

Json = dict[str, Any]
_UNCOVERING = frozenset({"$meta-delete", "$register"})  # that her address is no longer confidential


async def prepare(context: Context, drafts: Sequence[Draft]) -> tuple[list[Write], list[Issue]]:
    """The writes of ``drafts``, and what is wrong with them, which only those who may write are told."""
    base = context.house.fhir_base
    by_key = {draft.key: draft for draft in drafts}
    wanted: set[Key] = {draft.key for draft in drafts if draft.method != "create"}
    women: set[str] = set()
    for draft in drafts:
        for key in _keys(draft, base):
            women |= {key[1]} if key[0] == "Patient" else set()
            if key not in by_key:
                wanted.add(key)
    targets = await find(
        context.session, wanted, patients=women, bodies=bodies(context, drafts, base),
        dated=course_checks.dated(context, drafts), nipt=any(map(nipt_consents.rests, drafts)), mirrored=mirrored.asked(context),
    )  # fmt: skip
    if _names_its_own(context):
        drafts = [_named(draft, targets) for draft in drafts]
        by_key = {draft.key: draft for draft in drafts}
    persons = await _persons(context, drafts)
    preparation = Preparation(context, drafts, targets, by_key, persons, kept=await kept_of(context, drafts))
    await newborns.look_up(preparation, women)
    preparation.release = await releasing.look_up(preparation)
    preparation.concealed = concealing.look_up(preparation)
    admitted = await subscribing.admit(context, drafts, targets)
    found = [[*_problems(preparation, draft)] for draft in drafts]
    issues = [*(one for some in found for one in some if one.severity == "error"), *admitted.issues]
    writes = [_write(preparation, draft) for draft in drafts]
    for write, some in zip(writes, found, strict=True):
        write.warned = tuple(one for one in some if one.severity != "error")
        write.subscription = admitted.rows.get((write.type, write.id))
        write.flaw = write.flaw or ("invalid" if issues else None)
        write.unsettled = preparation.release.unsettled
    return writes, issues


async def _persons(context: Context, drafts: Sequence[Draft]) -> dict[tuple[str, str], str]:
    """The women whose numbers stand in documents."""
    found = (documents.numbers(draft.resource or {}) for draft in drafts if draft.type == "Bundle")
    wanted = {number for numbers in found for number in numbers}
    return await whose(context.session, wanted) if wanted else {}


def _names_its_own(context: Context) -> bool:
    """Whether an update of what is not there creates it, under the id that the client gave."""
    return context.caller.role is Role.HARNESS or context.house.settings.update_as_create == "all"


def _named(draft: Draft, targets: Targets) -> Draft:
    """A draft that creates is decided as such, however it was asked for."""
    fresh = draft.method == "update" and draft.key not in targets.found
    return replace(draft, method="create") if fresh else draft


def _keys(draft: Draft, base: str) -> Iterator[Key]:
    for _, reference in draft.outward:
        key = literal_key(reference["reference"], base)
        if key is not None:
            yield key


def _problems(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    yield from mirrored.problems(preparation, draft)
    if draft.resource is None:
        return
    context = preparation.context
    fixed = shipped_reading.read_only(draft.type, draft.id, draft.place)
    if fixed:
        yield fixed
    for where, reference in draft.outward:
        reason = nowhere(preparation, draft, reference["reference"])
        if reason:
            yield Issue("not-found", f"{draft.place}{reason}", (f"{where}.reference",))
    yield from business.problems(
        draft.resource, context.house.settings, context.caller, draft.method, draft.place
    )
    yield from course_checks.problems(preparation, draft)
    yield from newborns.problems(preparation, draft)
    target = preparation.targets.found.get(draft.key)
    if draft.type == "Patient" and draft.method == "update" and target and target.body and target.governed:
        yield from business.changed_numbers(draft.resource, fhir_json.parse(target.body), draft.place)
    if draft.type == "Consent" and context.caller.role in choices.DECIDING:
        yield from choices.problems(draft.resource, context.caller, preparation.targets, draft.place)
        yield from _of_her_age(preparation, draft)


def _of_her_age(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    """What she does not agree to alone, and who is nobody's guardian."""
    context, woman = (
        preparation.context,
        preparation.targets.found.get(("Patient", patient_of(preparation, draft) or "")),
    )
    if woman and woman.body and draft.resource:
        patient, role = fhir_json.read(woman.body), context.caller.role
        yield from business.of_her_age(draft.resource, patient, context.entry.at, role, draft.place)


def _write(preparation: Preparation, draft: Draft) -> Write:
    context = preparation.context
    target = preparation.targets.found.get(draft.key)
    version = (target.version if target else 0) + 1
    patient = patient_of(preparation, draft)
    if draft.resource is None:
        gone = Write(draft.method, draft.type, draft.id, version, b"", patient)
        gone.labels = target.labels if target else frozenset()
        gone.flaw = _flaw(context, draft, target)
        projections.withdrawn(gone, None, context, preparation.targets)
        return gone
    governed = target.governed if target else context.caller.role is not Role.HARNESS
    if (
        draft.type == "Patient"
        and target
        and target.body
        and context.entry.facts.get("operation") not in _UNCOVERING
    ):
        standing.kept_label(draft.resource, fhir_json.read(target.body))
    episode = episode_of(preparation, draft, patient)
    meta = preparation.release.meta(draft.key, _meta(draft.resource, version, context, governed))
    whole = {"id": draft.id, "meta": meta}
    if draft.rewritten:
        head = {"resourceType": draft.type, **whole}
        body = fhir_json.dump(head | {name: v for name, v in draft.resource.items() if name not in head})
    else:
        body = fhir_json.splice(draft.body, **whole)
    draft.resource.update(whole)
    write = Write(
        draft.method, draft.type, draft.id, version, body, patient, episode,
        status=_status(draft), labels=_labels(preparation, draft, patient), categories=_categories(draft), governed=governed,
        rows=index_with_card(draft.resource, episode, context.house.fhir_base),
        flaw=_flaw(context, draft, target),
    )  # fmt: skip
    projections.project(write, draft.resource, context, preparation.targets, preparation.kept)
    return write


def _labels(preparation: Preparation, draft: Draft, patient: str | None) -> frozenset[str]:
    """Its own labels, those of what it is about, and what only the server says: that it is a child's, waits, or tells too much."""
    own = labels_of(draft.resource or {})
    child = {newborn.LABEL} if concerns_child(preparation, draft) else set[str]()
    given = (own | inherited(preparation, draft, patient)) - {newborn.LABEL, *ONLY_OURS}
    ended = {codes.TOP} if draft.key in preparation.concealed else set[str]()
    return given | child | ended | preparation.release.labels(draft.key)


def _flaw(context: Context, draft: Draft, target: Target | None) -> str | None:
    """Who sees a masked copy cannot erase what is hidden (design §4)."""
    if draft.wrong is not None:
        return "invalid"
    hidden = masks(context.caller.role, draft.type) if draft.patch is None else ()
    return "masked" if hidden and target and target.body and holds(target.body, hidden) else None


def _meta(resource: Json, version: int, context: Context, governed: bool) -> Json:
    meta = {**resource.get("meta", {})}
    if not governed:
        system, code = codes.TAG_HARNESS
        tags = [
            tag for tag in meta.get("tag", []) if (tag.get("system"), tag.get("code")) != codes.TAG_HARNESS
        ]
        meta["tag"] = [*tags, {"system": system, "code": code}]
    if context.caller.role is Role.CITIZEN:
        hers = {
            "system": codes.CS_CARD,
            "code": "self-reported",
        }  # as she writes it now, nobody has confirmed it
        meta["tag"] = [*(tag for tag in meta.get("tag", []) if tag.get("code") not in codes.OF_HERS), hers]
    if context.caller.role not in LAY:  # her own word is hers to read until a clinician has taken it in
        meta = private_items.labelled(meta, resource)
    return {"versionId": str(version), "lastUpdated": clock.instant(context.entry.at), **{
        name: value for name, value in meta.items() if name not in {"versionId", "lastUpdated"}
    }}  # fmt: skip


def _codes(value: Any) -> Iterator[str]:
    concepts = value if isinstance(value, list) else [value]
    for concept in concepts:
        if isinstance(concept, dict):
            for coding in concept.get("coding", ()):
                yield f"{coding.get('system', '')}|{coding.get('code', '')}"


def _status(draft: Draft) -> str | None:
    name = BY_NAME[draft.type].status
    value = draft.resource.get(name) if name and draft.resource else None
    if isinstance(value, str):
        return value
    return next((code.partition("|")[2] for code in _codes(value)), None)


def _categories(draft: Draft) -> tuple[str, ...]:
    name = BY_NAME[draft.type].category
    return tuple(_codes(draft.resource.get(name))) if name and draft.resource else ()
