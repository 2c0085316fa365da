"""The national record API, writing: each call is one transaction of FHIR, decided, logged and followed up like any other.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide. A version that is not the latest is 409, as is
a second active record; without her consent it is 403; what cannot be is 400 or 422 and names the member.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from app import clock
from app.fhir import json as fhir_json
from app.fhir import plausibility
from app.fhir.outcome import (
    BadRequest,
    Conflict,
    Issue,
    NotFound,
    PreconditionFailed,
    Unprocessable,
)
from app.interactions import dhg_drafts, dhg_visits
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context
from app.interactions.dhg_drafts import Work
from app.interactions.dhg_records import (
    JSON,
    TERMINATED,
    Record,
    Shown,
    answer,
    record_of,
)
from app.interactions.guard import scoped
from app.mapping.dhg_chart import Json
from app.mapping.dhg_fields import BY_NAME, Part
from app.mapping.dhg_write import Asked, asked, edits, kept_after


@dataclass(frozen=True, slots=True)
class Call:
    """One call: whose record, which sub-resource, and when what it tells was found (empty: now)."""

    nin: str
    record: str
    part: str = ""
    id: str = ""
    when: str = ""


def part_named(name: str) -> Part:
    """The sub-resource ``name``. Raises NotFound."""
    part = BY_NAME.get(name)
    if part is None:
        raise NotFound(f"The resource types are {', '.join(BY_NAME)}", "resourceType")
    return part


def members(body: bytes) -> Json:
    """The object that was sent. Raises BadRequest."""
    value = fhir_json.parse(body) if body.strip() else {}
    if not isinstance(value, dict):
        raise BadRequest("The body must be one JSON object", code="structure")
    return value


def understood(part: Part, body: Json) -> Asked:
    """What the body asks for. Raises BadRequest."""
    found = asked(part, body)
    if found.wrong:
        raise BadRequest(
            [
                Issue("value", f"{part.name}.{path}: {text}", (f"{part.name}.{path}",))
                for path, text in found.wrong
            ]
        )
    return found


async def post(context: Context, call: Call, body: bytes) -> Answer:
    """POST record/{recordId}/{resourceType}. Raises FhirError."""
    scoped(context.caller, "create")
    part, sent = part_named(call.part), members(body)
    record = await record_of(context, call.nin, call.record)
    _is_open(record)
    before = None if part.many else record.part(part)
    if before and before.envelope.stored and not before.envelope.wrong:
        raise Conflict(f"There is a {part.name} already; change it by PUT", part.name)
    id_ = clock.new_id() if part.many else ""
    version = before.version if before else 0
    work = work_of(context, call, record, part, id_, before)
    drafts = drafts_of(work, before, understood(part, sent), id_, version)
    return await _stored(context, call, part, id_, drafts, 201)


async def put(context: Context, call: Call, body: bytes) -> Answer:
    """PUT record/{recordId}/{resourceType}, of the several with their id. Raises FhirError."""
    scoped(context.caller, "update")
    part, sent = part_named(call.part), members(body)
    record = await record_of(context, call.nin, call.record)
    shown = _there(record, part, call.id)
    _is_latest(sent, shown)
    work = work_of(context, call, record, part, call.id, shown)
    drafts = drafts_of(work, shown, understood(part, sent), call.id, shown.version)
    return await _stored(context, call, part, call.id, drafts, 200)


async def delete(context: Context, call: Call, body: bytes) -> Answer:
    """DELETE of one of the several: entered in error. Raises FhirError."""
    scoped(context.caller, "delete")
    part = part_named(call.part)
    record = await record_of(context, call.nin, call.record)
    shown = _there(record, part, call.id)
    sent = members(body)
    if sent:
        _is_latest(sent, shown)
    work = work_of(context, call, record, part, call.id, shown)
    wrong = {source for cell in shown.cells.values() for source in cell.sources}
    for name in sorted(wrong, key=lambda one: not one.startswith("Observation/")):
        dhg_drafts.take_back(work, name)
    drafts = [*dhg_drafts.sealed(work, shown.envelope.kept, shown.version, wrong=True)]
    await applied(context, drafts)
    return Answer(204, None, media_type=JSON)


def _is_open(record: Record) -> None:
    if record.status["status"] == TERMINATED:
        raise Conflict("The record has ended", "recordStatus")


def _there(record: Record, part: Part, id_: str) -> Shown:
    """Raises NotFound."""
    if bool(id_) is not part.many:
        raise NotFound(f"{part.name} is named {'with' if part.many else 'without'} an id", part.name)
    shown = record.part(part, id_) if not part.many or id_ in record.ids(part) else None
    if shown is None:
        raise NotFound(f"There is no {part.name} {id_[:64]}".rstrip(), part.name)
    return shown


def _is_latest(sent: Json, shown: Shown) -> None:
    """Raises Unprocessable where no version is named, and Conflict where it is not the latest."""
    metadata = sent.get("metadata")
    version = metadata.get("version") if isinstance(metadata, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        raise Unprocessable("metadata.version must be the version that is changed", "metadata.version")
    if version != shown.version:
        raise Conflict(f"metadata.version is {version}; the latest is {shown.version}", "metadata.version")


def work_of(context: Context, call: Call, record: Record, part: Part, id_: str, shown: Shown | None) -> Work:
    """What is begun of a sub-resource that stands as ``shown``."""
    about = {"patient": f"Patient/{record.patient}", "episode": f"EpisodeOfCare/{record.id}"}
    if part.name == "antenatalAppointments":
        about["encounter"] = f"Encounter/{id_}"
    stating = (
        frozenset(name for cell in shown.cells.values() for name in cell.sources) if shown else frozenset()
    )
    when = call.when or clock.instant(context.entry.at)
    return Work(context, record.chart, about, part, record.envelope(part, id_), when, {}, {}, stating)


def drafts_of(work: Work, shown: Shown | None, sent: Asked, id_: str, version: int) -> list[Draft]:
    """The transaction that makes of ``shown`` what was sent."""
    part, cells = work.part, shown.cells if shown else {}
    if part.name == "symphysisFundalHeights":
        _height(work, sent, cells, id_)
    else:
        if part.name == "antenatalAppointments":
            work.when = _day(sent, cells, "appointmentDate")
            if ("appointmentDate",) in sent.values and (
                not shown or cells["appointmentDate",].value != work.when
            ):
                dhg_visits.visit(work, work.when)
        dhg_drafts.carry_out(work, [*edits(part, sent, cells)])
    return [*dhg_drafts.sealed(work, kept_after(work.envelope.kept, sent), version)]


def _day(sent: Asked, cells: Any, name: str) -> str:
    """The day that a resource is of. Raises BadRequest."""
    before = cells.get((name,))
    day = sent.values.get((name,)) or (before.value if before else None)
    if not day or ((name,) in sent.values and sent.values[name,] is None):
        raise BadRequest(f"{name} is required", name, code="required")
    return str(day)


def _height(work: Work, sent: Asked, cells: Any, id_: str) -> None:
    """A height is one Observation: what is not sent stays as it is."""
    then = {key: cell.value for key, cell in cells.items() if cell.sources} | sent.values
    if then.get(("measurement",)) is None:
        raise BadRequest("measurement is required", "measurement", code="required")
    work.when = _day(sent, cells, "measurementDate")
    dhg_visits.height(work, then["measurement",], then.get(("pregnancyWeek",)), f"Observation/{id_}")


async def applied(context: Context, drafts: Sequence[Draft]) -> list[Json]:
    """Store all or nothing; what is stored and hardly right, as flags. Raises FhirError; who was faster makes it a conflict."""
    try:
        done = await apply(context, drafts)
    except PreconditionFailed as error:
        raise Conflict(
            "Somebody else has changed this meanwhile; read it again", "metadata.version"
        ) from error
    except Unprocessable as error:
        raise Unprocessable([_of_member(issue, drafts) for issue in error.issues]) from error
    return [
        {
            "path": one.draft.place.partition(".")[2].removesuffix(": "),
            "reason": issue.diagnostics.removeprefix(one.draft.place),
        }
        for one in done
        if one.write
        for issue in (*plausibility.warnings(one.draft.resource or {}), *one.write.warned)
    ]


def _of_member(issue: Issue, drafts: Sequence[Draft]) -> Issue:
    """The issue of the member that stated it, where one did."""
    places = (draft.place for draft in drafts if draft.place and issue.diagnostics.startswith(draft.place))
    place = max(places, key=len, default="")
    return replace(issue, expression=(place.removesuffix(": "),)) if place else issue


async def _stored(
    context: Context, call: Call, part: Part, id_: str, drafts: Sequence[Draft], status: int
) -> Answer:
    flags = await applied(context, drafts)
    again = await record_of(context, call.nin, call.record)
    shown = again.part(part, id_)
    if shown is None:
        raise AssertionError("what was stored is there")
    told = shown.as_json()
    if flags:
        told["metadata"]["flags"] = [*told["metadata"].get("flags", ()), *flags]
    return answer(told, status)
