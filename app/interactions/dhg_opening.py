"""The national record API: a record begins, and ends, by birth or otherwise.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide. A second active record is 409.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app import clock
from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.fhir.outcome import (
    BadRequest,
    Conflict,
    Forbidden,
)
from app.fhir.validation import check
from app.interactions import dhg_drafts
from app.interactions.belonging import Draft
from app.interactions.context import Answer, Context
from app.interactions.dhg_drafts import Work
from app.interactions.dhg_records import (
    ACTIVE,
    DELIVERED,
    TERMINATED,
    Record,
    answer,
    record_of,
)
from app.interactions.dhg_relating import her, related
from app.interactions.dhg_writing import Call, applied, drafts_of, members, understood, work_of
from app.interactions.guard import scoped
from app.interactions.standing import is_dead
from app.mapping.dhg_chart import Chart, Json
from app.mapping.dhg_fields import BY_NAME
from app.mapping.dhg_rows import make_outcome
from app.mapping.elements import moment
from app.store.records import cards
from app.store.resources import Stored


async def create(context: Context, nin: str, body: bytes, when: str) -> Answer:
    """POST record: a new record, with the sub-resources that are sent with it. Raises FhirError."""
    scoped(context.caller, "create")
    sent = members(body)
    drafts, record = await _opened(context, nin)
    parts = {name: value for name, value in sent.items() if name in BY_NAME}
    if any(BY_NAME[name].many for name in parts):
        raise BadRequest(
            "antenatalAppointments and symphysisFundalHeights are sent one by one, once there is a record"
        )
    for name, value in parts.items():
        if not isinstance(value, dict):
            raise BadRequest(f"{name} must be an object", name)
        part = BY_NAME[name]
        shown = record.part(part)
        work = work_of(context, Call(nin, record.id, name, "", when), record, part, "", shown)
        drafts = _joined(drafts, drafts_of(work, shown, understood(part, value), "", 0))
    flags = await applied(context, drafts)
    again = await record_of(context, nin, record.id)
    metadata = {"recordId": record.id, "recordStatus": again.status, "version": 1}
    return answer({"metadata": metadata | ({"flags": flags} if flags else {})}, 201)


async def _opened(context: Context, nin: str) -> tuple[list[Draft], Record]:
    """What makes a record: her Patient, where she is new, and her card. Raises FhirError."""
    woman = await her(context, nin)
    if woman is not None:
        stored = await related(context, woman)
        patient, drafts = stored.id, []
        chart = await _her_chart(context, stored)
    else:
        drafts = [_registered(context, nin)]
        patient = drafts[0].id
        chart = Chart({f"Patient/{patient}": drafts[0].resource or {}})
    card = _card(context, patient)
    return [*drafts, card], Record(card.id, patient, chart, {})


def _joined(drafts: list[Draft], more: Sequence[Draft]) -> list[Draft]:
    """One draft for each resource: what makes her Patient anew replaces what made her first."""
    by_key = {draft.key: draft for draft in drafts}
    for draft in more:
        by_key[draft.key] = draft
    return [*by_key.values()]


def _registered(context: Context, nin: str) -> Draft:
    """Her Patient, where she is new. Raises Forbidden."""
    if not context.caller.attested:
        raise Forbidden(
            "The token must attest a care relation: purpose TREAT or COC, and a decision reference"
        )
    system = c.DNR if nin[0] in "4567" else c.FNR
    return _draft(
        {"resourceType": "Patient", "id": clock.new_id(), "identifier": [{"system": system, "value": nin}]}
    )


async def _her_chart(context: Context, stored: Stored) -> Chart:
    """Her Patient as it stands, if she may have a new card. Raises Conflict."""
    resource = fhir_json.read(stored.body)
    if is_dead(resource):
        raise Conflict("She is dead; no record can be active", "recordStatus")
    if any(is_open for _, _, is_open in await cards(context.session, stored.id)):
        raise Conflict("She has an active record already", "recordStatus")
    name = f"Patient/{stored.id}"
    return Chart({name: resource}, versions={name: stored.version})


def _card(context: Context, patient: str) -> Draft:
    """A new card of hers."""
    return _draft({
        "resourceType": "EpisodeOfCare", "id": clock.new_id(), "status": "active",
        "type": [{"coding": [{"system": c.CS_CARD, "code": "pregnancy"}]}], "patient": {"reference": f"Patient/{patient}"},
        "period": {"start": clock.instant(context.entry.at)},
    })  # fmt: skip


def _draft(resource: Json) -> Draft:
    check(resource)
    return Draft("create", resource["resourceType"], resource["id"], resource, fhir_json.dump(resource))


async def update_status(context: Context, call: Call, body: bytes) -> Answer:
    """POST record/{recordId}/updateStatus: the record ends, by birth or otherwise. Raises FhirError."""
    scoped(context.caller, "update")
    sent = members(body)
    sent = sent["recordStatus"] if isinstance(sent.get("recordStatus"), dict) else sent
    record = await record_of(context, call.nin, call.record)
    was, wanted = record.status["status"], sent.get("status")
    if wanted not in {TERMINATED, DELIVERED}:
        raise BadRequest(f"status must be {TERMINATED} or {DELIVERED}", "status", code="value")
    if was != ACTIVE:
        raise Conflict(f"The record is {was}", "status")
    await end(context, record, sent, call.when)
    again = await record_of(context, call.nin, call.record)
    return answer({"recordId": record.id, "recordStatus": again.status})


async def end(context: Context, record: Record, sent: Json, when: str = "") -> None:
    """Store that it ends, as ``sent`` says. Raises FhirError."""
    birth = BY_NAME["birthStatus"]
    work = work_of(context, Call("", record.id, when=when), record, birth, "", record.part(birth))
    if sent.get("status") == DELIVERED:
        _delivered(work, sent)
    else:
        _terminated(work, record, sent)
    await applied(context, [*work.drafts.values()])


def _delivered(work: Work, sent: Json) -> None:
    """A birth: the card stays open until the control after birth (its own status is the midwife's to change)."""
    born, alive = sent.get("deliveryDate"), sent.get("liveBirth")
    if not isinstance(born, str) or not isinstance(alive, bool):
        raise BadRequest(
            "deliveryDate (date-time) and liveBirth (true or false) are required", "deliveryDate"
        )
    outcome = {"code": "live-birth" if alive else "stillbirth", "codeSystem": c.CS_CARD}
    dhg_drafts.observe(work, make_outcome({"status": outcome, "datetime": born}))


def _terminated(work: Work, record: Record, sent: Json) -> None:
    """The card is closed, and does not tell why."""
    name = work.about["episode"]
    episode = dict(record.chart.resources[name])
    period = {**episode.get("period", {}), "end": _ended(sent, work.context.entry.at)}
    begins, ends = moment(period.get("start", "")), moment(period["end"])
    if begins and ends and begins > ends:
        period["start"] = period["end"]  # it ended before it was told of
    work.put(episode | {"status": "finished", "period": period}, record.chart.versions[name])


def _ended(sent: Json, now: datetime) -> str:
    """When it ended. Raises BadRequest for what is no time, or still to come."""
    said = sent.get("terminationDate")
    if said is None:
        return clock.instant(now)
    ended = moment(said) if isinstance(said, str) else None
    if ended is None or ended > now + timedelta(days=1):
        raise BadRequest(
            "terminationDate must be a date-time that is not in the future", "terminationDate", code="value"
        )
    return str(said)
