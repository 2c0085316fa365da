"""The national record API: whether she has a record, her records, and what became of one.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide
"""

from app import clock
from app.fhir import json as fhir_json
from app.interactions.context import Answer, Context
from app.interactions.dhg_records import Record, answer, card_of, record_of
from app.interactions.dhg_relating import her
from app.interactions.guard import scoped, visible
from app.mapping import dhg_envelope
from app.mapping.dhg_chart import Json
from app.mapping.elements import child, codings, text
from app.store.history import Asked
from app.store.history import history as history_of
from app.store.records import cards
from app.store.resources import Stored
from app.store.together import glance

_MOST_VERSIONS = 1000


async def status(context: Context, nin: str) -> Answer:
    """GET status: whether she takes part and has an active record. Raises FhirError."""
    scoped(context.caller, "read")
    stored = await _patient(context, nin)
    resource = fhir_json.read(stored.body)
    rows = await cards(context.session, stored.id)
    newest = await glance(context.session, "EpisodeOfCare", rows[0][0]) if rows else None
    refused = newest is not None and newest.rule == "block.her-consent"
    known: Json = {"hasGivenConsent": not refused}
    if not refused:
        known["hasActiveMaternityRecord"] = any(is_open for _, _, is_open in rows)
        if newest is not None and newest.visible:
            known |= {"lastChangedDateTime": clock.instant(newest.updated), "latestRecordId": newest.id}
    dead = resource.get("deceasedBoolean") is True or "deceasedDateTime" in resource
    await context.session.note("told")
    return answer(known | {"deceased": dead})


async def _patient(context: Context, nin: str) -> Stored:
    """Her Patient. Raises NotFound and Forbidden."""
    woman = await her(context, nin)
    found = await glance(context.session, "Patient", woman.patient if woman else "")
    return visible(found, "Patient", "of this number")


async def history(context: Context, nin: str) -> Answer:
    """GET history: her records, newest first. Raises FhirError."""
    scoped(context.caller, "read")
    stored = await _patient(context, nin)
    listed: list[Json] = []
    for id_, changes, _ in await cards(context.session, stored.id):
        part = context.part(interaction="read", type="EpisodeOfCare", target=id_)
        found = await card_of(part, stored.id, id_)
        updated = clock.instant(max(row.updated for row in found.stored.values()))
        listed.append(
            {"recordId": id_, "recordStatus": found.status, "version": changes, "lastUpdated": updated}
            | _last(found)
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
