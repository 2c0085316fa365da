"""The national record API, reading: whose record, status, history, and a whole record as its sub-resources.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide. A record is a card (EpisodeOfCare) and is
decided and logged as the card is; the woman is named in a header, never in a URL.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir.outcome import NotFound
from app.interactions.card import folded, read
from app.interactions.context import Answer, Context
from app.interactions.dhg_relating import her, known, related
from app.interactions.guard import scoped, visible
from app.mapping import dhg_envelope
from app.mapping.dhg_chart import Chart, Json
from app.mapping.dhg_envelope import Envelope
from app.mapping.dhg_fields import PARTS, ROWS, Part
from app.mapping.dhg_read import Cells, body_of, cells_of, heights, visits
from app.mapping.elements import child, text
from app.pregnancy.facts import BirthOutcome, FetusCount
from app.store.records import cards
from app.store.resources import Stored
from app.store.together import glance

JSON = "application/json"
ACTIVE, TERMINATED, DELIVERED = "ACTIVE", "TERMINATED", "DELIVERED"
_BORN = {"live-birth": True, "stillbirth": False}


@dataclass(frozen=True)
class Record:
    """One card as the national record: what the caller sees of it, and the lists that are envelopes."""

    id: str
    patient: str
    chart: Chart
    stored: dict[str, Stored]
    changes: int = 0  # how often it was changed, where that was counted

    def envelope(self, part: Part, id_: str = "") -> Envelope:
        """The envelope of a sub-resource."""
        key = dhg_envelope.id_of(self.id, part.name, id_)
        row = self.stored.get(f"List/{key}")
        return dhg_envelope.read(key, fhir_json.read(row.body) if row else None, row.version if row else 0)

    def part(self, part: Part, id_: str = "") -> "Shown | None":
        """A sub-resource; None where there is nothing of it."""
        cells, envelope = cells_of(part, self.chart, id_), self.envelope(part, id_)
        if not cells and not envelope.stored:
            return None
        return Shown(part, id_ or envelope.id, cells, envelope, self)

    def ids(self, part: Part) -> list[str]:
        """The ids of the several of ``part``."""
        return visits(self.chart) if part.name == "antenatalAppointments" else heights(self.chart)

    @property
    def status(self) -> Json:
        """``recordStatus``."""
        episode = fhir_json.read(self.stored[f"EpisodeOfCare/{self.id}"].body)
        born = [row for row in self.chart.facts.of(BirthOutcome) if row.outcome in _BORN]
        if born:
            alive = any(_BORN[row.outcome] for row in born)
            return {"status": DELIVERED, "deliveryDate": born[0].when.isoformat(), "liveBirth": alive}
        if text(episode, "status") in {"finished", "cancelled", "entered-in-error"}:
            ended = text(child(episode, "period"), "end")
            return {"status": TERMINATED} | ({"terminationDate": ended} if ended else {})
        return {"status": ACTIVE}


@dataclass(frozen=True)
class Shown:
    """A sub-resource as it stands."""

    part: Part
    id: str
    cells: Cells
    envelope: Envelope
    record: Record

    @property
    def version(self) -> int:
        """Its version."""
        return self.envelope.version(self.cells.values(), self.record.chart.versions)

    def as_json(self) -> Json:
        """The sub-resource with its metadata."""
        updated = [
            self.record.stored[name].updated
            for cell in self.cells.values()
            for name in cell.sources
            if name in self.record.stored
        ]
        last = max(updated, default=None)
        metadata: Json = {"id": self.id, "version": self.version}
        if last:
            metadata["lastUpdated"] = clock.instant(last)
        elif self.envelope.at:
            metadata["lastUpdated"] = self.envelope.at
        if self.envelope.writer:
            metadata["lastUpdatedBy"] = self.envelope.writer.as_json()
        metadata["enteredInError"] = self.envelope.wrong
        flags = [
            {"path": ".".join(key), "reason": cell.flag} for key, cell in self.cells.items() if cell.flag
        ]
        body = body_of(self.cells, self.envelope.kept)
        flags += self._surplus(body)
        if flags:
            metadata["flags"] = flags
        return {"metadata": metadata} | body

    def _surplus(self, body: Json) -> list[Json]:
        """The rows of more fetuses than the card counts: a number that is mistyped, or a count that is out of date."""
        counted = self.record.chart.facts.last(FetusCount)
        if not counted:
            return []
        lists = [name for name, row in ROWS.items() if row == "fosterId"]
        return [
            {"path": f"{name}.{row['fosterId']}", "reason": f"numberOfFetuses is {counted.count}"}
            for name in lists
            for row in body.get(name, ())
            if row["fosterId"] > counted.count
        ]


def answer(value: Any, status: int = 200) -> Answer:
    """JSON of the national record."""
    return Answer(status, fhir_json.dump(value), media_type=JSON)


async def record_of(context: Context, nin: str, record: str) -> Record:
    """The record ``record`` of the woman, decided and logged. Raises NotFound and Forbidden."""
    woman = await her(context, nin)
    counted = {id_: n for id_, n, _ in await cards(context.session, woman.patient)} if woman else {}
    if woman is not None and record not in counted:
        known(context, await glance(context.session, "Patient", woman.patient))
        raise NotFound("She has no record with this id", "recordId")
    stored = await related(context, woman)
    part = context.part(interaction="read", type="EpisodeOfCare", target=record)
    return replace(await card_of(part, stored.id, record), changes=counted[record])


async def card_of(context: Context, patient: str, record: str) -> Record:
    found = await read(context, record)
    mine = next((row for row in found if row.type == "EpisodeOfCare" and row.id == record), None)
    visible(mine, "EpisodeOfCare", record)
    return shown(context, patient, record, found)


def shown(context: Context, patient: str, record: str, found: Sequence[Stored]) -> Record:
    """The record of what was read."""
    whole = folded(list(found), context, "")
    resources = {f"{row.type}/{row.id}": fhir_json.read(row.body) for row in found if row.visible}
    standing = {name: row for name, row in resources.items() if _stands(name, row)}
    versions = {f"{row.type}/{row.id}": row.version for row in found}
    chart = Chart(standing, whole.term.due if whole.term else None, versions)
    return Record(record, patient, chart, {f"{row.type}/{row.id}": row for row in found})


def _stands(name: str, row: Json) -> bool:
    return not name.startswith("List/") and text(row, "status") != "entered-in-error"


def whole(record: Record) -> Json:
    """The record as JSON."""
    body: Json = {}
    for part in PARTS:
        if part.many:
            every = [one for id_ in record.ids(part) if (one := record.part(part, id_))]
            body[part.name] = [one.as_json() for one in every]
        elif (one := record.part(part)) and (one.cells or not one.envelope.wrong):
            body[part.name] = one.as_json()
    updated = max(row.updated for row in record.stored.values() if row.visible)
    metadata = {
        "recordId": record.id, "recordStatus": record.status, "version": record.changes,
        "recordLastUpdated": clock.instant(updated), "lastUpdated": clock.instant(updated),
    }  # fmt: skip
    return {"metadata": metadata} | body


async def get(context: Context, nin: str, record: str) -> Answer:
    """GET record/{recordId}. Raises FhirError."""
    scoped(context.caller, "read")
    found = await record_of(context, nin, record)
    answered = answer(whole(found))
    await context.session.note("told")
    return answered
