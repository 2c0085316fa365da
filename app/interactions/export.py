"""Bulk export: begin it, ask how far it is, cancel it. https://hl7.org/fhir/uv/bulkdata/STU2/export.html

The worker does the work (``worker/exports.py``); whoever began it, and nobody else, is told of it.
"""

from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from app import clock
from app.access.caller import CLINICIANS, Role
from app.fhir import json as fhir_json
from app.fhir.outcome import BadRequest, Forbidden, Issue, NotFound, TooManyRequests, operation_outcome
from app.interactions.context import Answer, Context
from app.interactions.export_caller import kept
from app.interactions.export_request import GROUP, PATIENT, SYSTEM, Asked, filter_query
from app.interactions.guard import scoped
from app.interactions.search_hidden import refuse_hidden
from app.store import export_start, exports
from app.store.export_sql import DELETED, OUTPUT
from app.store.export_steps import Part
from app.store.exports import COMPLETE, FAILED, Export

ROLES: dict[str, frozenset[Role]] = {  # who may export at which level; what they get, the access rows say
    SYSTEM: CLINICIANS | {Role.OPERATOR, Role.HARNESS, Role.REGISTRY},
    PATIENT: CLINICIANS | {Role.OPERATOR, Role.HARNESS, Role.CITIZEN, Role.REGISTRY},
    GROUP: CLINICIANS | {Role.OPERATOR, Role.HARNESS},
}
_RETRY_AFTER = "5"
_BUSY = "30"


def _moment(at: datetime) -> datetime:
    """``at`` as an instant can say it, in whole milliseconds and not before."""
    rest = at.microsecond % 1000
    return at + timedelta(microseconds=1000 - rest) if rest else at


async def begin(context: Context, asked: Asked, url: str, *, asynchronous: bool) -> Answer:
    """Begin an export: 202 with the address of its status. Raises FhirError."""
    if context.caller.role not in ROLES[asked.level]:
        raise Forbidden("Your role does not export at this level")
    scoped(context.caller, "read")
    if not asynchronous:
        raise BadRequest("An export is asked for with the header Prefer: respond-async", "http.Prefer")
    for row in asked.filters:
        refuse_hidden(context.caller.role, filter_query(*row))
    moment = _moment(context.entry.at)
    if asked.since and datetime.fromisoformat(asked.since) > moment:
        raise BadRequest("_since lies in the future", "_since")
    start = _start(context, asked, url, moment)
    _refuse(asked, await export_start.start(context.session, start))
    told = [
        Issue(
            "informational",
            "The export has begun; Content-Location tells how far it is",
            severity="information",
        )
    ]
    told += [Issue("not-supported", f"{name} is ignored", severity="warning") for name in asked.ignored]
    location = f"{context.house.fhir_base}/$export-status/{start.id}"
    return Answer(202, fhir_json.dump(operation_outcome(told)), {"Content-Location": location})


def _start(context: Context, asked: Asked, url: str, moment: datetime) -> export_start.Start:
    settings = context.house.settings
    return export_start.Start(
        id=clock.new_id(),
        moment=moment,
        expires=moment + timedelta(hours=settings.export_hours),
        caller=kept(context),
        request=asked.as_json() | {"url": url},
        most=settings.max_exports,
        group=asked.group,
        patients=tuple(asked.patients or ()),
    )


def _refuse(asked: Asked, started: export_start.Started) -> None:
    if started.begun:
        return
    if not started.group:
        raise NotFound(f"There is no Group/{str(asked.group)[:64]}", "Group")
    if started.missing:
        of = " in this Group" if asked.group else ""
        raise NotFound(f"There is no Patient/{started.missing[0]}{of}", "patient")
    text = "As many exports as one client may have are running; wait for one to end"
    raise TooManyRequests(text, headers={"Retry-After": _BUSY})


async def status(context: Context, id_: str) -> Answer:
    """202 while it runs, 200 with the manifest, or 500 where it failed. Raises NotFound."""
    scoped(context.caller, "read")
    found = await exports.find(context.session, id_)
    if found is None:
        raise NotFound("There is no such export")
    if found.state == FAILED:
        issue = Issue("exception", found.error or "The export failed; begin again")
        return Answer(500, fhir_json.dump(operation_outcome([issue])))
    if found.state == COMPLETE:
        expires = format_datetime(found.expires.replace(microsecond=0), usegmt=True)
        return Answer(
            200, fhir_json.dump(_manifest(context, found)), {"Expires": expires}, "application/json"
        )
    progress = f"{found.resources} resources" if found.resources else "begun"
    return Answer(202, None, {"X-Progress": progress, "Retry-After": _RETRY_AFTER})


def _manifest(context: Context, export: Export) -> dict[str, Any]:
    base = f"{context.house.fhir_base}/$export-file/{export.id}"
    return {
        "transactionTime": clock.instant(export.moment),
        "request": export.request["url"],
        "requiresAccessToken": True,
        "output": [
            {"type": part.type, "url": f"{base}/{name(part)}", "count": part.count}
            for part in export.files
            if part.kind == OUTPUT
        ],
        "deleted": [
            {"type": part.type, "url": f"{base}/{name(part)}"}
            for part in export.files
            if part.kind == DELETED
        ],
        "error": [],
    }


def name(part: Part) -> str:
    """The name of a file: its type, or ``deleted``, and its number."""
    return f"{DELETED if part.kind == DELETED else part.type}-{part.part}.ndjson"


async def cancel(context: Context, id_: str) -> Answer:
    """Stop it and drop its files: 202; from then on there is none. Raises NotFound."""
    scoped(context.caller, "read")
    if not await exports.cancel(context.session, id_):
        raise NotFound("There is no such export")
    told = Issue("informational", "The export is cancelled and its files are dropped", severity="information")
    return Answer(202, fhir_json.dump(operation_outcome([told])))
