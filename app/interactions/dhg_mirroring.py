"""The national record here, where the national service is its master: a sub-resource that has a newer version there becomes
one transaction of FHIR, with whose and which version it is.

Idempotent by (resource, version): the envelope's counter is the version there, and a draft of it names the stored one, so
that what comes twice, late or at once from two workers is stored once. https://hl7.org/fhir/R4/provenance.html
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app import clock
from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Unprocessable
from app.interactions import dhg_drafts
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.interactions.dhg_drafts import Work
from app.interactions.dhg_records import Record
from app.interactions.dhg_writing import Call, applied, drafts_of, work_of
from app.mapping.dhg_chart import Json
from app.mapping.dhg_compare import bare, says
from app.mapping.dhg_envelope import Writer
from app.mapping.dhg_fields import Part
from app.mapping.dhg_rows import Key
from app.mapping.dhg_write import Asked
from app.mapping.dhg_write import asked as understood
from app.mapping.elements import child, text

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
SERVICE = "Nasjonalt helsekort for gravide"


@dataclass(frozen=True, slots=True)
class Told:
    """A sub-resource as the national service has it; ``source`` is the address of the record there."""

    part: Part
    body: Json
    source: str
    ids: Mapping[str, str] = field(
        default_factory=dict
    )  # by the id there, that here of what was sent from here

    @property
    def version(self) -> int:
        """Its version there."""
        return int(self.body["metadata"]["version"])

    @property
    def id(self) -> str:
        """The id here of one of several: the id there, where it can be one."""
        if not self.part.many:
            return ""
        told = str(self.body["metadata"]["id"])
        if told in self.ids:
            return self.ids[told]
        return told if _ID.fullmatch(told) else str(uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}/{told}"))

    @property
    def address(self) -> str:
        """The address of this version."""
        place = f"{self.source}/{self.part.name}" + (f"/{self.id}" if self.part.many else "")
        return f"{place}#version-{self.version}"

    @property
    def writer(self) -> Writer:
        """Who wrote it there."""
        by = self.body["metadata"].get("lastUpdatedBy")
        names = ("name", "hprNr", "hprRole", "orgNr", "orgName")
        return Writer(*(str(by.get(name) or "") for name in names)) if isinstance(by, dict) else Writer()


def is_due(record: Record, told: Told) -> bool:
    """Whether it is newer than what is here, or says other at the same version."""
    envelope = record.envelope(told.part, told.id)
    if not _source(record, told.part, told.id).startswith(f"{told.source}/"):
        return True  # it was written here, when this server was its master
    if not envelope.stored or told.version != envelope.count:
        return not envelope.stored or told.version > envelope.count
    shown = record.part(told.part, told.id)
    return not says(_expected(told), bare(shown.as_json()) if shown and not envelope.wrong else {})


def _expected(told: Told) -> Json:
    """What this server tells of it: all but what it does not keep."""
    never = {row.path for row in told.part.fields if row.kind == "never"}
    return {name: value for name, value in bare(told.body).items() if name not in never}


async def take(context: Context, record: Record, told: Told) -> None:
    """Store it. A member that cannot be what its field is kept as it came. Raises FhirError."""
    unfit: set[Key] = set()
    while True:
        try:
            await applied(context, _drafts(context, record, told, unfit))
        except (BadRequest, Unprocessable) as error:
            named = _named(told.part, error.issues)
            if not named - unfit:
                raise
            unfit |= named
            again = context.part()
            again.act = context.act
            context = again
        else:
            return


def _named(part: Part, issues: Sequence[Any]) -> set[Key]:
    """The members that issues name."""
    places = (one.expression[0] for one in issues if one.expression)
    return {
        tuple(place.removeprefix(f"{part.name}.").split("."))
        for place in places
        if place.startswith(f"{part.name}.")
    }


def _drafts(context: Context, record: Record, told: Told, unfit: set[Key]) -> list[Draft]:
    part = told.part
    shown = record.part(part, told.id) if not part.many or told.id in record.ids(part) else None
    work = _work(context, record, told)
    sent = _fitting(understood(part, bare(told.body)), told, unfit)
    for key, cell in shown.cells.items() if shown else ():
        pinned = any(work.own(name) for name in cell.sources)
        if pinned and key not in sent.values and key[0] not in sent.lists:
            sent.values[key] = None  # what came from there and is said there no more
    work.envelope = replace(work.envelope, kept={})
    return _signed(work, told, drafts_of(work, shown, sent, told.id, told.version - 1))


def _work(context: Context, record: Record, told: Told) -> Work:
    when = str(told.body["metadata"].get("lastUpdated") or clock.instant(context.entry.at))
    shown = (
        record.part(told.part, told.id) if not told.part.many or told.id in record.ids(told.part) else None
    )
    work = work_of(
        context, Call("", record.id, told.part.name, told.id, when), record, told.part, told.id, shown
    )
    work.writer = told.writer
    return work


def _fitting(sent: Asked, told: Told, unfit: set[Key]) -> Asked:
    """What its fields can have; the rest is kept as it came."""
    wrong = {tuple(path.split(".")) for path, _ in sent.wrong} | unfit
    for key in wrong:
        value = sent.values.pop(key, None)
        if key[0] in bare(told.body):
            sent.kept[key if value is not None else key[:1]] = (
                value if value is not None else told.body[key[0]]
            )
    sent.wrong.clear()
    return sent


def _signed(work: Work, told: Told, drafts: list[Draft]) -> list[Draft]:
    """Each resource says where it is from, and a Provenance who wrote it there, and in which version."""
    for draft in drafts:
        if draft.type != "Patient" and draft.resource is not None:
            draft.resource = {
                **draft.resource,
                "meta": {**draft.resource.get("meta", {}), "source": told.address},
            }
            draft.body = fhir_json.dump(draft.resource)
    writer, id_ = told.writer, clock.new_id()
    place: Json = {"display": writer.organization or SERVICE}
    place |= {"identifier": {"system": c.ORGNR, "value": writer.orgnr}} if writer.orgnr else {}
    resource: Json = {
        "resourceType": "Provenance", "id": id_,
        "target": [{"reference": f"{draft.type}/{draft.id}"} for draft in drafts],
        "recorded": clock.instant(work.context.entry.at),
        "activity": {"coding": [{"system": _OPERATION, "code": "UPDATE" if work.envelope.stored else "CREATE"}]},
        "agent": [{"who": place}],
        "entity": [{"role": "source", "what": {"identifier": {"system": told.source, "value": told.address}, "display": SERVICE}}],
    }  # fmt: skip
    return [*drafts, Draft("create", "Provenance", id_, resource, fhir_json.dump(resource))]


def _source(record: Record, part: Part, id_: str) -> str:
    """Where what stands here of it is from; empty where it is from nowhere else."""
    row = record.stored.get(f"List/{record.envelope(part, id_).id}")
    return text(child(fhir_json.read(row.body), "meta"), "source") if row else ""


def gone(record: Record, part: Part, source: str, there: set[str]) -> list[str]:
    """The ids here of those of several that came from ``source`` and are not among ``there`` any more."""
    mine = (id_ for id_ in record.ids(part) if _source(record, part, id_).startswith(f"{source}/"))
    return [id_ for id_ in mine if id_ not in there]


async def take_back(context: Context, record: Record, told: Told) -> None:
    """It was entered in error there. Raises FhirError."""
    work, shown = _work(context, record, told), record.part(told.part, told.id)
    for name in sorted({one for cell in shown.cells.values() for one in cell.sources} if shown else ()):
        dhg_drafts.take_back(work, name)
    drafts = [*dhg_drafts.sealed(work, work.envelope.kept, told.version - 1, wrong=True)]
    await applied(context, _signed(work, told, drafts))
