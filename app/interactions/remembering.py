"""Writes that are done once, however often a client asks: the Idempotency-Key.

https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/. What a request did is kept in the transaction
that did it, as status, id and version of each resource, never as a copy: a repetition reads those versions with the
rights of now, and the look is logged. A refusal is not kept; it is decided anew.
"""

from collections.abc import Sequence
from datetime import timedelta

from app.fhir.outcome import Unprocessable
from app.interactions.applied import Applied
from app.interactions.belonging import Draft
from app.interactions.context import Context, Once
from app.interactions.guard import visible
from app.store import idempotency, resources
from app.store.idempotency import Done
from app.store.locks import hold_questions


async def kept_before(context: Context, once: Once) -> list[Done] | None:
    """What was done under the key by this very request, or None. Who bears the same key waits. Raises FhirError."""
    await hold_questions(context.session, [int.from_bytes(once.key[:8], signed=True)])
    before = await idempotency.find(context.session, once.key)
    if before is None:
        return None
    if before.request != once.request:
        text = f"The Idempotency-Key {once.shown} was used for another request"
        raise Unprocessable(text, "http.Idempotency-Key")
    once.replayed = True
    context.entry.facts["replayed"] = "true"
    return before.done


async def remembered(context: Context, once: Once, drafts: Sequence[Draft]) -> list[Applied] | None:
    """What this very request did before, or None. Raises FhirError."""
    before = await kept_before(context, once)
    if before is None:
        return None
    applied = [await _again(context, draft, row) for draft, row in zip(drafts, before, strict=True)]
    if not context.entry.written:
        await context.session.note("replayed")
    return applied


async def _again(context: Context, draft: Draft, row: Done) -> Applied:
    status, id_, version = row
    if draft.method == "delete" or version is None:
        return Applied(draft, version=version)
    if context.entry.written:
        context = context.part(interaction="read", type=draft.type, target=id_)
    stored = await resources.vread(context.session, draft.type, id_, version)
    return Applied(draft, met=visible(stored, draft.type, id_), status=status)


async def remember(context: Context, once: Once, applied: Sequence[Applied]) -> None:
    """Keep what was done, in the transaction that does it."""
    await keep_done(context, once, [_done(one) for one in applied])


async def keep_done(context: Context, once: Once, done: Sequence[Done]) -> None:
    """The same, of what was done otherwise than by one write for each draft."""
    hours = timedelta(hours=context.house.settings.idempotency_hours)
    await idempotency.keep(context.session, once.key, once.request, done, context.entry.at + hours)


def _done(one: Applied) -> Done:
    write = one.write
    if one.draft.method == "delete":
        return 204, one.draft.id, write.version if write else None
    if one.met is not None:
        return one.status, one.met.id, one.met.version
    if write is None:
        raise AssertionError("only a deletion writes nothing")
    return 201 if write.version == 1 else 200, write.id, write.version
