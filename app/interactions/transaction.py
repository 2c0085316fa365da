"""Batch and transaction: https://hl7.org/fhir/R4/http.html#transaction

A transaction is one set: stored whole or not at all, in FHIR's order DELETE, POST, PUT and PATCH, GET. A batch is one
transaction for each entry, each with its own audit row.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from urllib.parse import parse_qsl

from app import clock
from app.fhir import json as fhir_json
from app.fhir.bundle import Entry, bundle
from app.fhir.outcome import BadRequest, FhirError, operation_outcome
from app.interactions import audit_reading, history, reading, searching, writing
from app.interactions.belonging import Draft
from app.interactions.change import apply
from app.interactions.context import Answer, Context, Preference
from app.interactions.guard import scoped
from app.interactions.steps import METHODS, Step, draft_of, steps_of, women_of
from app.store.log import refuse

_ORDER = {"DELETE": 0, "POST": 1, "PUT": 2, "PATCH": 2, "GET": 3, "HEAD": 3}
_MOST_ASKED = 500  # characters of the criteria, in the log


async def process(context: Context, body: bytes, prefer: Preference) -> Answer:
    """Run the bundle in ``body``. Raises FhirError; a batch answers with an outcome for each entry."""
    kind, steps = steps_of(body, most=context.house.settings.max_entries)
    if kind == "batch" and context.once is not None:
        text = "An Idempotency-Key is for a transaction; each entry of a batch is a write of its own"
        raise BadRequest(text, "http.Idempotency-Key", code="not-supported")
    entries = await (_transaction if kind == "transaction" else _batch)(context, steps, prefer)
    told = [entry.members.get("response", {}).get("status", "") for entry in entries]
    context.misses += sum(status[:3] in {"403", "404"} for status in told)
    answer = bundle(
        f"{kind}-response", entries, id_=context.entry.id, timestamp=clock.instant(context.entry.at)
    )
    return Answer(200, answer)


async def _transaction(context: Context, steps: Sequence[Step], prefer: Preference) -> list[Entry]:
    ordered = sorted(steps, key=lambda step: _ORDER[step.method])
    changes = [step for step in ordered if step.method in METHODS]
    for step in steps:
        scoped(context.caller, METHODS.get(step.method, "read"), step.type)
    women = women_of(changes)
    drafts = [draft_of(context, step, women) for step in changes]
    _tell_asked(context, drafts)
    answers: dict[int, Entry] = {}
    if drafts:
        for step, applied in zip(changes, await apply(context, drafts), strict=True):
            answers[step.n] = _entry(writing.answer(context, applied, prefer), prefer)
    else:
        await _note(context)
    for step in ordered:
        if step.n not in answers:
            answers[step.n] = await _answered(
                context.part(interaction="read", type=step.type, target=step.id), step, _read, prefer
            )
    return [answers[step.n] for step in steps]


async def _note(context: Context) -> None:
    """The row of the bundle itself, which consumes the proof."""
    if not await refuse(context.session.database, context.entry, "batch"):
        context.session.replayed()
    context.entry.jti = None


def _tell_asked(context: Context, drafts: Sequence[Draft]) -> None:
    """The criteria, with their person numbers masked, stand in the log."""
    asked = [draft.criteria.shown for draft in drafts if draft.criteria]
    if asked:
        context.entry.facts["query"] = "; ".join(asked)[:_MOST_ASKED]


async def _batch(context: Context, steps: Sequence[Step], prefer: Preference) -> list[Entry]:
    await _note(context)
    entries: list[Entry] = []
    for step in steps:
        part = context.part(interaction=METHODS.get(step.method, "read"), type=step.type, target=step.id)
        entries.append(await _answered(part, step, _one, prefer))
        context.misses += part.misses
    return entries


Run = Callable[[Context, Step, Preference], Awaitable[Answer]]


async def _answered(part: Context, step: Step, run: Run, prefer: Preference) -> Entry:
    """The entry that ``run`` answers, or its error as an entry, logged."""
    try:
        return _entry(await run(part, step, prefer), prefer if step.method in METHODS else Preference())
    except FhirError as error:
        if not part.entry.written:
            verdict = f"error:{error.status}:{error.issues[0].code}"
            await refuse(part.session.database, part.entry, verdict)
        part.misses = error.guesses
        outcome = operation_outcome(error.issues)
        return Entry(None, "", {"response": {"status": str(error.status), "outcome": outcome}})


async def _one(context: Context, step: Step, prefer: Preference) -> Answer:
    if step.method in METHODS:
        scoped(context.caller, METHODS[step.method], step.type)
        draft = draft_of(context, step)
        _tell_asked(context, [draft])
        return writing.answer(context, (await apply(context, [draft]))[0], prefer)
    return await _read(context, step, prefer)


async def _read(context: Context, step: Step, _prefer: Preference) -> Answer:
    pairs = parse_qsl(step.query or "", keep_blank_values=True)
    if not step.id and not step.has_history:
        return await searching.search(context, step.type, pairs, in_url=True)
    if step.type == "AuditEvent":
        return await audit_reading.read(context, step.id)
    if step.version is not None:
        return await reading.vread(context, step.type, step.id, step.version)
    if step.has_history:
        return await history.history(context, step.type, step.id, pairs)
    return await reading.read(context, step.type, step.id, step.known)


def _entry(answer: Answer, prefer: Preference) -> Entry:
    response: dict[str, Any] = {"status": str(answer.status)}
    for header, member in (("Location", "location"), ("ETag", "etag")):
        if header in answer.headers:
            response[member] = answer.headers[header]
    url = answer.headers.get("Location", "").partition("/_history/")[0]
    if prefer.returns == "OperationOutcome" and answer.body is not None:
        return Entry(None, url, {"response": response | {"outcome": fhir_json.read(answer.body)}})
    return Entry(answer.body, url, {"response": response})
