"""What a draft must fit: the pregnancy that it is recorded in, and the order and consent that it rests on.

What is known comes with the look-up of everything that the drafts refer to, and from the other drafts of the same set.
Only what this caller may read decides: a refusal tells no more than a read. Ranges: ``app/fhir/course_bounds.py``.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from app.access.caller import Role
from app.access.decide import readable
from app.fhir import course_bounds, newborn
from app.fhir import json as fhir_json
from app.fhir.course_known import FETUS, KNOWN_BY, Known, kinds, known
from app.fhir.outcome import Issue
from app.fhir.plausibility import NOT_HELD
from app.interactions import nipt_consents
from app.interactions.belonging import (
    RELATED,
    Draft,
    Preparation,
    concerns_child,
    literal_key,
    patient_of,
    there,
)
from app.interactions.context import Context
from app.interactions.her_card import episode_of
from app.interactions.nipt_consents import CONSENT, ORDER, ORDERED, rests_on
from app.store.targets import Key

Json = dict[str, Any]
_TYPES = frozenset({"Observation", "Encounter"})


def dated(context: Context, drafts: Sequence[Draft]) -> set[str]:
    """The women whose pregnancies must be known before ``drafts`` can be judged."""
    if context.caller.role is Role.HARNESS:
        return set()
    today, found = context.entry.at.date(), set[str]()
    for draft in drafts:
        asks = draft.type in _TYPES and draft.resource and course_bounds.asks(draft.resource, today)
        if draft.resource and (asks or nipt_consents.rests(draft)):
            key = literal_key(draft.resource.get("subject", {}).get("reference", ""), context.house.fhir_base)
            found |= {key[1]} if key and key[0] == "Patient" and not newborn.is_child(key[1]) else set()
    return found


def grounds(drafts: Sequence[Draft], base: str) -> Iterator[str]:
    """What drafts rest on, whose content decides too (``Type/id``)."""
    for draft in drafts:
        for name, type_name in rests_on(draft):
            keys = (literal_key(text, base) for text in _references(draft, name))
            yield from (f"{key[0]}/{key[1]}" for key in keys if key and key[0] == type_name)


def problems(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    """What ``draft`` does not fit: errors, and warnings of what is stored all the same."""
    if draft.resource is None or preparation.context.caller.role is Role.HARNESS:
        return
    today = preparation.context.entry.at.date()
    for issue in course_bounds.ahead(draft.resource, today):
        yield Issue(issue.code, f"{draft.place}{issue.diagnostics}", issue.expression, issue.severity)
    hers = draft.type in _TYPES and not concerns_child(preparation, draft)
    if hers and course_bounds.asks(draft.resource, today):
        for issue in course_bounds.issues(draft.resource, _course(preparation, draft)):
            yield Issue(issue.code, f"{draft.place}{issue.diagnostics}", issue.expression, issue.severity)
    if draft.resource.get("status") in ORDERED or draft.type != "ServiceRequest":
        for name, type_name in rests_on(draft):
            missing = [*_ground(preparation, draft, name, type_name)]
            yield from missing or nipt_consents.problems(draft, name, _said(preparation, draft), today)


def _course(preparation: Preparation, draft: Draft) -> Known:
    """What is known of the pregnancy that ``draft`` belongs to, by what the caller may read and by this set."""
    patient = patient_of(preparation, draft)
    episode = episode_of(preparation, draft, patient)
    if patient is None or episode is None:
        return Known()
    every = [
        (card, one) for card, one in _of_her(preparation, draft, patient) if one.get("status") not in NOT_HELD
    ]
    elsewhere = {
        focus.get("reference") for card, one in every if card != episode for focus in one.get("focus", ())
    }
    return known(
        one
        for card, one in every
        if card == episode
        or (
            card is None
            and one["resourceType"] == "RelatedPerson"
            and f"RelatedPerson/{one['id']}" not in elsewhere
        )
    )


def _said(preparation: Preparation, draft: Draft) -> list[Json]:
    """Her consents to NIPT of this pregnancy, and what this set makes of them, as far as the caller may read them."""
    patient = patient_of(preparation, draft)
    episode = episode_of(preparation, draft, patient)
    stored = (
        [one for card, one in _of_her(preparation, draft, patient) if card in {None, episode}]
        if patient
        else []
    )
    fresh = [
        one.resource for one in preparation.drafts if one.resource and patient_of(preparation, one) == patient
    ]
    return [one for one in (*stored, *fresh) if CONSENT in kinds(one)]


def _of_her(preparation: Preparation, draft: Draft, patient: str) -> Iterator[tuple[str | None, Json]]:
    """What is stored of her pregnancies and what this set says of them, each with its card."""
    role = preparation.context.caller.role
    for target in preparation.targets.known:
        seen = role not in RELATED or readable(role, target.type, target.labels, about_her=True)
        fresh = (target.type, target.id) not in preparation.by_key
        if seen and fresh and target.body and target.patient == patient:
            yield target.episode, fhir_json.read(target.body)
    for one in preparation.drafts:
        if (
            one.resource
            and one is not draft
            and _tells(one.resource)
            and patient_of(preparation, one) == patient
        ):
            yield episode_of(preparation, one, patient), {**one.resource, "id": one.id}


def _ground(preparation: Preparation, draft: Draft, name: str, type_name: str) -> Iterator[Issue]:
    """Whether one of what ``draft`` refers to as ``name`` is what it must rest on."""
    wanted = {"ServiceRequest": "an order of NIPT", "Consent": "her consent to NIPT"}[type_name]
    where = f"{draft.type}.{name}"
    texts, rows = _references(draft, name), (draft.resource or {}).get(name, ())
    keys = [literal_key(text, preparation.context.house.fhir_base) for text in texts]
    here = [key for key in keys if key and key[0] == type_name]
    if any(_holds(_content(preparation, draft, key)) for key in here):
        return
    unknown = len(texts) < len(rows) or any("://" in text for text in texts)
    if unknown and not here:
        text = (
            f"{draft.place}{where}: {wanted} is not known here and was not looked at. It is stored as it is"
        )
        yield Issue("business-rule", text, (where,), "warning")
    elif rows or draft.type == "DiagnosticReport":  # of the others their profile asks for one
        text = f"{draft.place}{where}: must refer to {wanted} that is in force ({type_name})"
        yield Issue("business-rule", text, (where,))


def _content(preparation: Preparation, draft: Draft, key: Key) -> Json:
    """What ``key`` names, of this set or as it is stored; nothing where the caller is not told that it is there."""
    if key in preparation.by_key:
        return preparation.by_key[key].resource or {}
    target = preparation.targets.found.get(key)
    seen = target and target.body and there(preparation, key, patient_of(preparation, draft))
    found: Json = fhir_json.read(target.body) if seen and target and target.body else {}
    return found


def _holds(ground: Json) -> bool:
    """Whether an order of NIPT or her consent to it is in force."""
    if not ground or not kinds(ground) & {ORDER, CONSENT}:
        return False
    if ground["resourceType"] == "ServiceRequest":
        consents = (one.get("reference", "") for one in ground.get("supportingInfo", ()))
        return ground.get("status") in ORDERED and any("Consent/" in text for text in consents)
    return ground.get("status") == "active" and ground.get("provision", {}).get("type") != "deny"


def _references(draft: Draft, name: str) -> list[str]:
    rows = (draft.resource or {}).get(name, ())
    return [row["reference"] for row in rows if isinstance(row.get("reference"), str)]


def _tells(resource: Json) -> bool:
    return bool(kinds(resource) & {*KNOWN_BY, FETUS})
