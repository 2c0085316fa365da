"""From what a sub-resource of the national record asks to drafts: one transaction of FHIR, its envelope among it.

https://hl7.org/fhir/R4/http.html#transaction. What the caller's own organisation wrote through this API is corrected; what
anybody else stated stays, and a newer statement stands beside it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.fhir.outcome import Conflict
from app.fhir.validation import check
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.mapping import dhg_envelope
from app.mapping.dhg_chart import Chart, Json
from app.mapping.dhg_checks import concept, content
from app.mapping.dhg_codes import UNKNOWN_SYSTEM, is_known
from app.mapping.dhg_envelope import Envelope, Writer
from app.mapping.dhg_fields import Part
from app.mapping.dhg_kinds import KINDS
from app.mapping.dhg_read import OF_PATIENT, OF_TEAM, STATED
from app.mapping.dhg_rows import changed_patient, make_outcome, make_stimulus, participant
from app.mapping.dhg_write import Edit
from app.mapping.elements import children, text
from app.pregnancy.facts import FetusCount


@dataclass
class Work:
    """A sub-resource that is written: whose, where, what was there, and the resources that come of it."""

    context: Context
    chart: Chart
    about: dict[str, str]  # patient, episode, encounter
    part: Part
    envelope: Envelope
    when: str
    drafts: dict[str, Draft]
    pins: dict[str, int]
    stating: frozenset[str] = frozenset()  # the resources that state it so far
    writer: Writer | None = None  # who wrote it elsewhere, where it is mirrored here

    def put(self, resource: Json, version: int = 0, member: str = "") -> None:
        """Create, or make the version after ``version``; ``member`` states it. Raises BadRequest."""
        check(resource)
        name = f"{resource['resourceType']}/{resource['id']}"
        method = "update" if version else "create"
        self.drafts[name] = Draft(
            method,
            resource["resourceType"],
            resource["id"],
            resource,
            fhir_json.dump(resource),
            if_match=version or None,
            place=f"{self.part.name}.{member}: " if member else "",
        )
        self.pins[name] = version + 1

    @property
    def author(self) -> Writer:
        """Who states it."""
        return self.writer or writer_of(self.context)

    def own(self, name: str) -> bool:
        """Whether the caller's organisation stated it through this API, and nothing else speaks through it; what is
        mirrored is its master's."""
        if self.writer is not None:
            return name in self.envelope.pins and name.startswith("Observation/")
        row = self.chart.resources.get(name, {})
        performers = children(row, "performer")
        mine = {text(one.get("identifier", {}), "value") for one in performers}
        return (
            name in self.envelope.pins
            and name.startswith("Observation/")
            and bool(mine & set(self.context.caller.organizations))
        )


def writer_of(context: Context) -> Writer:
    """Who writes, for the envelope."""
    caller = context.caller
    orgnr = caller.organizations[0] if caller.organizations else ""
    return Writer(caller.name, caller.hpr or "", caller.profession or "", orgnr, caller.organization_name)


def carry_out(work: Work, edits: list[Edit]) -> None:
    """The drafts of ``edits``."""
    patient = [edit for edit in edits if edit.field.kind in OF_PATIENT]
    team = [edit for edit in edits if edit.field.kind in OF_TEAM]
    if patient:
        _patient(work, patient)
    if team:
        _team(work, team)
    for edit in edits:
        if edit.field.kind in OF_PATIENT | OF_TEAM or edit.field.kind == "day":
            continue
        if edit.value is None:
            for source in edit.sources:
                take_back(work, source)
        else:
            _state(work, edit)


def take_back(work: Work, source: str) -> None:
    """What was stated is entered in error. Raises Conflict for what states more than this."""
    if f"{source}" in work.drafts:
        return
    if not source.startswith(("Observation/", "Encounter/")):
        raise Conflict(f"This is stated by a {source.partition('/')[0]}: change it there", work.part.name)
    resource = dict(work.chart.resources[source])
    work.put(resource | {"status": "entered-in-error"}, work.chart.versions[source])


def _patient(work: Work, edits: list[Edit]) -> None:
    name = work.about["patient"]
    draft = work.drafts.get(name)
    patient = fhir_json.parse(fhir_json.dump(draft.resource if draft else dict(work.chart.resources[name])))
    for edit in edits:
        changed_patient(patient, edit.field, edit.value)
    work.put(patient, work.chart.versions.get(name, 0))


def _team(work: Work, edits: list[Edit]) -> None:
    """Who cares for her, in one CareTeam of the caller's organisation; what it says of other roles stays."""
    id_ = dhg_envelope.id_of(work.about["episode"], "CareTeam", work.context.caller.author)
    name = f"CareTeam/{id_}"
    before = work.chart.resources.get(name, {})
    roles = {edit.field.of for edit in edits}
    stays = [
        row
        for row in children(before, "participant")
        if not roles & {text(one, "text") for one in children(row, "role")}
    ]
    fresh = [participant(edit.field, edit.value) for edit in edits if edit.value is not None]
    team = {
        "resourceType": "CareTeam", "id": id_, "extension": [_episode(work)], "status": "active",
        "subject": {"reference": work.about["patient"]}, "participant": [*stays, *fresh],
    }  # fmt: skip
    if not team["participant"]:
        team.pop("participant")
    work.put(team, work.chart.versions.get(name, 0))


def _episode(work: Work) -> Json:
    return {"url": c.EXT_EPISODE, "valueReference": {"reference": work.about["episode"]}}


def _state(work: Work, edit: Edit) -> None:
    """An Observation that states a value: a correction of our own, else a new one."""
    kind = edit.field.kind
    if kind == "stimulus":
        made = make_stimulus(edit.field, edit.value)
    elif kind == "outcome":
        made = make_outcome(edit.value)
    elif kind in STATED:
        code = concept((c.CS_CARD, STATED[kind]))
        made = content("survey", code, valueInteger=edit.value)
    else:
        make = KINDS[kind].make
        if make is None:
            raise AssertionError(f"nothing makes {kind}")
        made = make(edit.field, edit.value)
    fetus = int(edit.key[1]) if kind != "stimulus" and len(edit.key) > 1 and edit.key[1].isdigit() else 0
    corrected = next((name for name in edit.sources if work.own(name)), None)
    observe(work, made, fetus, corrected, member=".".join(edit.key))


def observe(
    work: Work, made: Json, fetus: int = 0, corrected: str | None = None, *, member: str = ""
) -> None:
    """The Observation ``made``, of a fetus by its number, instead of ``corrected``; ``member`` states it."""
    encounter = work.about.get("encounter")
    person = work.author
    who: Json = {"display": person.organization or person.name or "ukjent"}
    who |= {"identifier": {"system": c.ORGNR, "value": person.orgnr}} if person.orgnr else {}
    focus = _focus(work, fetus)
    observation = {
        "resourceType": "Observation",
        "id": corrected.partition("/")[2] if corrected else clock.new_id(),
        **({"meta": {"tag": [UNKNOWN_SYSTEM]}} if _odd(made) else {}),
        "extension": [_episode(work)],
        "status": "final",
        "category": made["category"],
        "code": made["code"],
        "subject": {"reference": work.about["patient"]},
        **({"focus": [{"reference": focus}]} if focus else {}),
        **({"encounter": {"reference": encounter}} if encounter else {}),
        "effectiveDateTime": work.when,
        "performer": [who],
    } | {name: value for name, value in made.items() if name not in {"category", "code"}}
    work.put(observation, work.chart.versions[corrected] if corrected else 0, member)


def _odd(made: Mapping[str, Any]) -> bool:
    """Whether a coding is of a system that is not known here."""
    concepts = [made.get("valueCodeableConcept", {}), made["code"]]
    return any(not is_known(row) for one in concepts for row in one.get("coding", ()))


def _focus(work: Work, fetus: int) -> str:
    """The RelatedPerson of a fetus; none where it is the only one. One that is named for the first time is registered."""
    known = {number: name for name, number in work.chart.fetuses.items() if name.startswith("RelatedPerson/")}
    if fetus in known:
        return known[fetus]
    counted = work.chart.facts.last(FetusCount)
    if fetus <= 1 and not known and not (fetus and counted and counted.count > 1):
        return ""
    id_ = dhg_envelope.id_of(work.about["episode"], "fetus", str(fetus))
    name = f"RelatedPerson/{id_}"
    if name not in work.drafts:
        work.put(
            {
                "resourceType": "RelatedPerson", "id": id_, "active": True,
                "patient": {"reference": work.about["patient"]},
                "relationship": [concept((c.CS_CARD, "fetus"))], "name": [{"text": chr(ord("A") + fetus - 1)}],
            }
        )  # fmt: skip
    return name


def sealed(work: Work, kept: Mapping[Any, Any], version: int, *, wrong: bool = False) -> Iterator[Draft]:
    """All drafts, the envelope last, which counts this write as one."""
    stating = {*work.envelope.pins, *work.stating}
    seen = {name: work.chart.versions[name] for name in stating if name in work.chart.versions}
    envelope = replace(
        work.envelope, count=version + 1, pins={**seen, **work.pins}, kept=kept, writer=work.author,
        at=clock.instant(work.context.entry.at), wrong=wrong,
    )  # fmt: skip
    work.put(dhg_envelope.made(envelope, work.part.name, work.about), work.envelope.stored)
    yield from work.drafts.values()
