"""Alarms: a Flag for each finding of class alarm, idempotent by the finding's key.

https://hl7.org/fhir/R4/flag.html. The card computes its findings live, so that nothing depends on a Flag being there;
what the Flag keeps is the life of an alarm: first seen, closed by a clinician, or ended by the rules. The outline of the
card is kept beside it, for worklists, and what quality indicators count of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app import clock
from app.fhir import codes
from app.fhir import json as fhir_json
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import House
from app.interactions.outline import finding_key, flag_id, outline
from app.mapping.elements import child, children, reference, text
from app.mapping.facts_from_fhir import facts
from app.mapping.indicator_facts import Personnel, care, holder, personnel_of, tally
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy.card import NOT_FOR_HER, Card, fold
from app.pregnancy.course import LOSS
from app.pregnancy.rules import Finding
from app.store import tallies, worklist
from app.store.card import of_card
from app.store.resources import Stored
from app.store.session import Session
from app.store.targets import find
from app.worker import forms
from app.worker.system import context

FLAG_DETAIL = "http://hl7.org/fhir/StructureDefinition/flag-detail"
# On an inactive Flag: ended by the rules. Without it a clinician has closed the alarm, and it stays closed.
ENDED = {"system": codes.CS_CARD, "code": "ended-by-rule"}
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """One resource of the card: how it is stored and what it says."""

    stored: Stored
    resource: Json


async def refresh(house: House, patient: str, episode: str | None, correlation: str) -> bool:
    """Bring the Flags of her cards in line with the rules; whether she has lost the pregnancy."""
    asked = context(house, "operation", operation="$alarms", correlation=correlation)
    opened = (await find(asked.session, (), patients=[patient])).open_episode.get(patient)
    lost = [await _refresh_card(house, id_, correlation) for id_ in sorted(filter(None, {episode, opened}))]
    return any(lost)


async def _refresh_card(house: House, episode: str, correlation: str) -> bool:
    reading = context(house, "operation", operation="$card", target=episode, correlation=correlation)
    found, _ = await of_card(reading.session, episode)
    kept = {f"{row.type}/{row.id}": Kept(row, fhir_json.parse(row.body)) for row in found}
    card = fold(
        facts(row.resource for row in kept.values()),
        today=reading.entry.at.astimezone(clock.OSLO).date(),
        now=reading.entry.at,
        precedence=house.settings.dating_precedence,
        off=house.settings.switched_off,
    )
    drafts = changes(card, kept, episode)
    if drafts:
        writing = context(house, "transaction", type="Flag", correlation=correlation)
        there = (await find(writing.session, [row.key for row in drafts if row.method == "create"])).found
        fresh = [row for row in drafts if row.method == "update" or row.key not in there]
        if fresh:
            await apply(writing, fresh)
    patient = next((row.patient for row in found if row.type == "EpisodeOfCare"), None)
    if patient:
        kept_outline = outline(card, found, episode).as_json()
        await forms.ask(house, patient, episode, card, [row.resource for row in kept.values()])
        await worklist.keep(reading.session, patient, episode, card.today, kept_outline)
        written = {f"Flag/{row.id}": row.resource for row in drafts if row.resource}
        now = {name: row.resource for name, row in kept.items()} | written
        await _count(reading.session, patient, episode, (card, list(now.values())))
    return card.course.stage == LOSS


async def _count(session: Session, patient: str, episode: str, folded: tuple[Card, list[Json]]) -> None:
    """Keep what the quality indicators count of the card."""
    card, resources = folded
    named = await tallies.personnel(session, personnel_of(resources))
    counted = tally(care(card, resources, Personnel.of(named)), holder(resources))
    await tallies.keep(session, patient, episode, counted)


def changes(card: Card, kept: Mapping[str, Kept], episode: str) -> list[Draft]:
    """What must be written so that the Flags say what the rules say."""
    alarms = {row.key: row for row in (*card.findings, *card.closed) if row.kind == "alarm"}
    flags = {key: row for row in kept.values() if (key := finding_key(row.resource))}
    patient = next((reference(row.resource, "patient") for row in _of_type(kept, "EpisodeOfCare")), "")
    drafts = [
        _created(flag_id(key, episode), _flag(finding, kept, patient, episode))
        for key, finding in sorted(alarms.items())
        if key not in flags
    ]
    for key, flag in sorted(flags.items()):
        wanted = _wanted(flag, alarms.get(key), kept)
        if wanted is not None:
            drafts.append(_updated(flag, wanted))
    return drafts


def _of_type(kept: Mapping[str, Kept], type_name: str) -> Iterable[Kept]:
    return (row for row in kept.values() if row.stored.type == type_name)


def _wanted(flag: Kept, finding: Finding | None, kept: Mapping[str, Kept]) -> Json | None:
    """The Flag as it should be; None where it is so already, or where a clinician has spoken."""
    resource = flag.resource
    status, ended = text(resource, "status"), ENDED in _tags(resource)
    if finding is None:
        return _ending(resource, kept) if status == "active" else None
    if status == "inactive" and ended:
        return _standing(resource, finding, kept)
    kept_from = _labels(finding, kept)
    if status == "active" and any(label not in _security(resource) for label in kept_from):
        return _standing(resource, finding, kept)
    return None


def _tags(resource: Json) -> list[Json]:
    return [{name: text(row, name) for name in ENDED} for row in children(child(resource, "meta"), "tag")]


def _security(resource: Json) -> list[Json]:
    rows = children(child(resource, "meta"), "security")
    return [{"system": text(row, "system"), "code": text(row, "code")} for row in rows]


def _ending(resource: Json, kept: Mapping[str, Kept]) -> Json:
    """Inactive from now; what it pointed to may be gone by now."""
    meta = child(resource, "meta")
    return resource | {
        "meta": {**meta, "tag": [*children(meta, "tag"), ENDED]},
        "status": "inactive",
        "period": {**child(resource, "period"), "end": clock.instant(clock.now())},
        "extension": [
            row
            for row in children(resource, "extension")
            if text(row, "url") != FLAG_DETAIL or reference(row, "valueReference") in kept
        ],
    }


def _standing(resource: Json, finding: Finding, kept: Mapping[str, Kept]) -> Json:
    """Active, again or still, with every label of its inputs; what others have added stays."""
    meta = {name: value for name, value in child(resource, "meta").items() if name != "tag"}
    labels = _security(resource)
    tags = [row for row in children(child(resource, "meta"), "tag") if text(row, "code") != ENDED["code"]]
    others = [row for row in children(resource, "extension") if text(row, "url") != FLAG_DETAIL]
    return resource | {
        "meta": meta
        | {"security": labels + [row for row in _labels(finding, kept) if row not in labels]}
        | ({"tag": tags} if tags else {}),
        "status": "active",
        "period": {"start": text(child(resource, "period"), "start") or clock.instant(finding.first_seen)},
        "extension": [*others, *_details(finding, kept)],
    }


def _flag(finding: Finding, kept: Mapping[str, Kept], patient: str, episode: str) -> Json:
    labels = _labels(finding, kept)
    return {
        "resourceType": "Flag",
        **({"meta": {"security": labels}} if labels else {}),
        "extension": [
            {"url": codes.EXT_EPISODE, "valueReference": {"reference": f"EpisodeOfCare/{episode}"}},
            *_details(finding, kept),
        ],
        "identifier": [{"system": FINDING_KEY, "value": finding.key}],
        "status": "active",
        "category": [{"coding": [{"system": codes.CS_CARD, "code": "alarm"}]}],
        "code": {"coding": [{"system": codes.CS_CARD, "code": finding.rule}], "text": finding.named},
        "subject": {"reference": patient},
        "period": {"start": clock.instant(finding.first_seen)},
    }


def _details(finding: Finding, kept: Mapping[str, Kept]) -> list[Json]:
    """What the finding rests on, and the fetuses that it is about."""
    rows = dict.fromkeys((*finding.inputs, *_fetuses(finding, kept)))
    return [{"url": FLAG_DETAIL, "valueReference": {"reference": row}} for row in rows if row in kept]


def _fetuses(finding: Finding, kept: Mapping[str, Kept]) -> list[str]:
    """The fetuses that the inputs are about."""
    focus = (children(kept[row].resource, "focus") for row in finding.inputs if row in kept)
    return sorted({text(row, "reference") for rows in focus for row in rows} - {""})


def _labels(finding: Finding, kept: Mapping[str, Kept]) -> list[Json]:
    """Every label of every input; and what she is not told by the rule, no list of Flags tells her."""
    found = {
        (text(row, "system"), text(row, "code"))
        for name in finding.inputs
        if name in kept
        for row in children(child(kept[name].resource, "meta"), "security")
        if text(row, "code") != codes.UNTOLD  # the server says it of what refers to it
    }
    if "citizen" not in finding.audience:
        found.add((codes.ACT_CODE, NOT_FOR_HER))
    return [{"system": system, "code": code} for system, code in sorted(found) if code]


def _created(id_: str, resource: Json) -> Draft:
    return Draft("create", "Flag", id_, resource, fhir_json.dump(resource))


def _updated(flag: Kept, resource: Json) -> Draft:
    """The next version; it holds only on the one that was read, so that a clinician's closing is never undone."""
    id_, version = flag.stored.id, flag.stored.version
    whole = {**resource, "id": id_}
    return Draft("update", "Flag", id_, whole, fhir_json.dump(whole), if_match=version)
