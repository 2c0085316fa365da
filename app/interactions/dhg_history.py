"""The national record API: whether she has a record, her records, and what became of one.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide
"""

from app import clock
from app.fhir import json as fhir_json
from app.fhir.codes import FNR
from app.interactions.context import Answer, Context
from app.interactions.dhg_records import Record, answer, card_of, record_of
from app.interactions.dhg_relating import Her, her, known, related
from app.interactions.existence import GUESS
from app.interactions.guard import scoped
from app.interactions.standing import is_dead
from app.mapping import dhg_envelope
from app.mapping.dhg_chart import Json
from app.mapping.elements import child, codings, text
from app.store.existence import has_card
from app.store.history import Asked
from app.store.history import history as history_of
from app.store.records import cards
from app.store.resources import Stored
from app.store.together import glance, together

_MOST_VERSIONS = 1000


async def status(context: Context, nin: str) -> Answer:
    """GET status: whether she takes part and has an active record. Raises FhirError.

    It is logged as ``Patient/$status`` is, and tells an attested clinician who does not care for her no more than that.
    """
    scoped(context.caller, "read")
    asked = context.part(interaction="operation", type="Patient", operation="$status")
    woman = await her(context, nin)
    stored = await glance(context.session, "Patient", woman.patient if woman else "")
    if not (stored and stored.visible) and context.caller.attested:
        told = await _existence(context, asked, nin, woman)
    else:
        told = await _told(asked, known(context, stored))
    await context.session.note("told")
    return answer(told)


async def _existence(context: Context, asked: Context, nin: str, woman: Her | None) -> Json:
    """The one thing that is no secret (design §4); a number without a card counts as a guess."""
    there = await has_card(asked.session, woman.system if woman else FNR, nin)
    context.misses = 0 if there else GUESS
    return {"hasGivenConsent": there, "hasActiveMaternityRecord": there, "deceased": False}


async def _told(asked: Context, stored: Stored) -> Json:
    resource = fhir_json.read(stored.body)
    rows = await cards(asked.session, stored.id)
    newest = await glance(asked.session, "EpisodeOfCare", rows[0][0]) if rows else None
    refused = newest is not None and newest.rule == "block.her-consent"
    told: Json = {"hasGivenConsent": not refused}
    shown = [("Patient", stored.id)]
    if not refused:
        told["hasActiveMaternityRecord"] = any(is_open for _, _, is_open in rows)
        if newest is not None and newest.visible:
            told |= {"lastChangedDateTime": clock.instant(newest.updated), "latestRecordId": newest.id}
            shown.append(("EpisodeOfCare", newest.id))
    await together(asked.session, shown)
    return told | {"deceased": is_dead(resource)}


async def history(context: Context, nin: str) -> Answer:
    """GET history: her records, newest first. Raises FhirError."""
    scoped(context.caller, "read")
    stored = await related(context, await her(context, nin))
    listed: list[Json] = []
    for id_, changes, _ in await cards(context.session, stored.id):
        part = context.part(interaction="read", type="EpisodeOfCare", target=id_)
        card = await card_of(part, stored.id, id_)
        updated = clock.instant(max(row.updated for row in card.stored.values() if row.visible))
        listed.append(
            {"recordId": id_, "recordStatus": card.status, "version": changes, "lastUpdated": updated}
            | _last(card)
        )
    await context.session.note("told")
    return answer({"history": listed})


async def changes(context: Context, nin: str, record: str) -> Answer:
    """GET history/{recordId}: each change of its sub-resources through the national record, in order of time. Raises FhirError."""
    scoped(context.caller, "read")
    found = await record_of(context, nin, record)
    told: list[Json] = []
    for row in found.stored.values():
        if row.visible and row.type == "List" and is_envelope(fhir_json.read(row.body)):
            part = context.part(interaction="history-instance", type="List", target=row.id)
            page = await history_of(part.session, Asked("List", row.id), count=_MOST_VERSIONS, place=None)
            told.extend(_change(one) for one in page.versions)
    await context.session.note("told")
    told.sort(key=lambda one: (one["lastUpdated"], one["version"]))
    return answer({"recordId": record, "recordStatus": found.status, "history": told})


def _change(row: Stored) -> Json:
    body = fhir_json.read(row.body)
    envelope = dhg_envelope.read(row.id, body, row.version)
    name = next(code for system, code in codings(child(body, "code")) if system == dhg_envelope.NATIONAL)
    ids = {
        "antenatalAppointments": [text(child(body, "encounter"), "reference")],
        "symphysisFundalHeights": [*envelope.pins],
    }.get(name, [row.id])
    return {
        "resourceType": name, "id": ids[0].rpartition("/")[2] if ids else row.id, "version": envelope.count,
        "lastUpdated": envelope.at, "enteredInError": envelope.wrong,
    } | ({"lastUpdatedBy": envelope.writer.as_json()} if envelope.writer else {})  # fmt: skip


def _last(record: Record) -> Json:
    """Who wrote last through the national record, where anybody did."""
    envelopes = [
        dhg_envelope.read(row.id, fhir_json.read(row.body), row.version)
        for name, row in record.stored.items()
        if name.startswith("List/") and is_envelope(fhir_json.read(row.body))
    ]
    newest = max(envelopes, key=lambda one: one.at, default=None)
    return {"lastUpdatedBy": newest.writer.as_json()} if newest and newest.writer else {}


def is_envelope(resource: Json) -> bool:
    """Whether a List is the envelope of a sub-resource."""
    return any(system == dhg_envelope.NATIONAL for system, _ in codings(child(resource, "code")))
