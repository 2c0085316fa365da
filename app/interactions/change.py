"""Changing resources: answer criteria, resolve links, prepare, store set-wise, and say what became of each.

https://hl7.org/fhir/R4/http.html#create, #update, #patch, #delete, #transaction. However many drafts there are, one
statement stores them, or none of them.
"""

from collections.abc import Sequence

import asyncpg

from app import clock
from app.fhir import newborn
from app.fhir.outcome import BadRequest, Conflict, FhirError, Issue, Unprocessable
from app.interactions import conditions, links, mirrored
from app.interactions.applied import Applied
from app.interactions.attempts import LOST, Raced, begin_again, in_one
from app.interactions.belonging import Draft
from app.interactions.conditions import Answered
from app.interactions.consequences import write_set
from app.interactions.context import Context
from app.interactions.drafts import prepare
from app.interactions.guard import visible
from app.interactions.patching import patched
from app.interactions.refusals import broken, refusal, taken
from app.interactions.remembering import remember, remembered
from app.mapping.release import NIPT_CODES
from app.store import resources
from app.store.locks import hold_rows
from app.store.untold import settle
from app.store.writes import Outcome, Write, put


async def apply(context: Context, drafts: Sequence[Draft]) -> list[Applied]:
    """Store all of ``drafts`` or none; the proof is consumed and the audit row written with them.

    Raises FhirError. A lost race against another writer is tried again where the client did not say If-Match.
    """
    children = any(draft.type == "Patient" and newborn.is_child(draft.id) for draft in drafts)
    simple = context.once is None and not children and not any(draft.criteria for draft in drafts)
    if simple and context.session.connection is None:
        try:
            return await _all(context, drafts)
        except LOST:
            await begin_again(context)
            drafts = [draft.fresh() for draft in drafts]
    return await in_one(context, lambda: _once(context, [draft.fresh() for draft in drafts]))


async def _once(context: Context, drafts: Sequence[Draft]) -> list[Applied]:
    once = context.once
    if once is None:
        return await _all(context, drafts)
    before = await remembered(context, once, drafts)
    if before is None:
        context.entry.at = clock.now()  # as for criteria: it may have waited
        before = await _all(context, drafts)
        await remember(context, once, before)
    return before


async def _all(context: Context, drafts: Sequence[Draft]) -> list[Applied]:
    answered = await conditions.answer(context, drafts)
    _named_once(drafts, answered)
    todo = [draft for one in answered for draft in one.drafts]
    met = [(one.asked.type, one.met) for one in answered if one.met]
    if met or context.session.careful:
        await hold_rows(context.session, [*(draft.key for draft in todo if draft.method != "create"), *met])
    todo = await patched(context, todo)
    became = iter(todo)
    for one in answered:
        one.drafts[:] = [next(became) for _ in one.drafts]
    await links.resolve(context, answered)
    writes = iter(await _stored(context, todo))
    applied = [[Applied(draft, next(writes)) for draft in one.drafts] for one in answered]
    if not todo and (not met or len(drafts) > 1):
        await context.session.note("nothing-to-do")
    return [
        some[0] if some else await _met(context, one) for some, one in zip(applied, answered, strict=True)
    ]


async def _met(context: Context, answered: Answered) -> Applied:
    """What a conditional create found, read and logged; nothing for a conditional delete."""
    draft = answered.asked
    if not answered.met:
        return Applied(draft)
    if context.entry.written:
        context = context.part(interaction="read", type=draft.type, target=answered.met)
    try:
        stored = await resources.read(context.session, draft.type, answered.met)
        return Applied(draft, met=visible(stored, draft.type, answered.met))
    except FhirError as error:  # it was there a moment ago, and its row is locked: her choice has changed
        raise Raced from error


def _named_once(drafts: Sequence[Draft], answered: Sequence[Answered]) -> None:
    """Raises BadRequest where two drafts are about one resource, ask one question or bear one name."""
    keys = [draft.key for one in answered for draft in one.drafts]
    keys += [(one.asked.type, one.met) for one in answered if one.met]
    urls = [draft.full_url for draft in drafts if draft.full_url]
    questions = [draft.criteria.number for draft in drafts if draft.criteria]
    if any(len(set[object](names)) < len(names) for names in (keys, urls, questions)):
        raise BadRequest("One resource is named twice in the transaction", "Bundle.entry", code="duplicate")


async def _stored(context: Context, todo: Sequence[Draft]) -> list[Write | None]:
    """What was written of each; None for what had been deleted before. Raises FhirError and Raced."""
    if not todo:
        return []
    writes, issues = await prepare(context, todo)
    unsettled = {write.patient for write in writes if write.unsettled and write.patient}
    if unsettled and context.session.connection is None:
        raise Raced  # needs a transaction
    for draft, write in zip(todo, writes, strict=True):
        wanted = draft.if_match if draft.if_match is not None else draft.expected
        write.version = write.version if wanted is None else wanted + 1
    try:
        outcomes = await put(context.session, write_set(context, todo, writes))
    except asyncpg.UniqueViolationError as error:
        asked = any(draft.criteria for draft in todo)
        raced = error.constraint_name == "resource_pkey" and not _made_before(todo, error)
        if raced or (asked and not context.session.careful):
            raise Raced from error
        raise await taken(context, todo, broken(error)) from error
    if any(outcome.problem for outcome in outcomes):
        return await _not_stored(context, todo, writes, outcomes, issues)
    if unsettled:
        await settle(context.session, unsettled, NIPT_CODES)
    return list(writes)


def _made_before(todo: Sequence[Draft], error: asyncpg.UniqueViolationError) -> bool:
    """Whether something to be created under an id of its own was there: trying again would meet it again."""
    return any(
        draft.method == "create" and f"({draft.type}, {draft.id})" in (error.detail or "") for draft in todo
    )


async def _not_stored(
    context: Context,
    todo: Sequence[Draft],
    writes: Sequence[Write],
    outcomes: Sequence[Outcome],
    issues: Sequence[Issue],
) -> list[Write | None]:
    """Why nothing was stored; what had been deleted before is left out, and the rest stored. Raises FhirError, Raced."""
    problems = [row for row in zip(todo, writes, outcomes, strict=True) if row[2].problem]
    if any(_is_lost(draft, outcome) for draft, _, outcome in problems):
        raise Raced
    if all(outcome.problem == "gone" for _, _, outcome in problems):
        rest = [draft for draft, outcome in zip(todo, outcomes, strict=True) if not outcome.problem]
        if rest:
            context.entry.renew(clock.new_id(), clock.now())
        done = iter(await _stored(context, rest))
        return [None if outcome.problem else next(done) for outcome in outcomes]
    access = [row for row in problems if row[2].problem in {"refused", "missing"}]
    wrong = next((draft.wrong for draft in todo if draft.wrong), None)
    if not access and (wrong or issues):
        raise wrong or _unfit(issues)
    raise refusal(*(access or problems)[0])


def _unfit(issues: Sequence[Issue]) -> FhirError:
    """Why it cannot be stored: because another is master of it, or because of what it is."""
    elsewhere = [issue for issue in issues if issue.code == mirrored.CODE]
    return Conflict(elsewhere) if elsewhere else Unprocessable(issues)


def _is_lost(draft: Draft, outcome: Outcome) -> bool:
    """Whether a race was lost: against another writer, or against an export that began meanwhile."""
    return outcome.problem == "late" or (draft.if_match is None and outcome.problem == "stale")
