"""Conditional interactions: what each draft becomes once its criteria are answered.

https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #cdelete, #patch. None, one or many: created, changed, refused.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from app import clock
from app.fhir import newborn
from app.fhir.outcome import BadRequest, NotFound
from app.interactions.belonging import Draft
from app.interactions.context import Context
from app.interactions.criteria import Criteria, found
from app.store.locks import hold_questions

Matches = list[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Answered:
    """What is to be done for the draft that was ``asked``; ``met`` is the id of what a conditional create found."""

    asked: Draft
    drafts: list[Draft] = field(default_factory=list)
    met: str = ""


async def answer(context: Context, drafts: Sequence[Draft]) -> list[Answered]:
    """Each draft with what it comes to. Raises PreconditionFailed, NotFound, BadRequest."""
    questions = sorted({draft.criteria.number for draft in drafts if draft.criteria})
    if questions:
        await hold_questions(context.session, questions)
        context.entry.at = clock.now()  # what others did while this request waited is in force for it
    women = {draft.full_url for draft in drafts if draft.type == "Patient" and draft.full_url}
    return [
        await _answer(context, draft, draft.criteria, women) if draft.criteria else Answered(draft, [draft])
        for draft in drafts
    ]


async def _answer(context: Context, draft: Draft, criteria: Criteria, women: set[str]) -> Answered:
    settings = context.house.settings
    several = draft.method == "delete" and settings.conditional_delete == "multiple"
    rows = await found(context, criteria, most=settings.max_entries if several else 1)
    found_ = _BECOMES[draft.method](draft, rows)
    for one in found_.drafts:
        if draft.method == "update" and one.method == "create":
            one.id = newborn.named(draft.resource or {}, clock.new_id(), women)
    return found_


def _create(draft: Draft, rows: Matches) -> Answered:
    return Answered(draft, met=rows[0][0]) if rows else Answered(draft, [draft])


def _update(draft: Draft, rows: Matches) -> Answered:
    own = draft.resource.get("id") if draft.resource else None
    if rows:
        id_, version = rows[0]
        if own not in {None, id_}:
            raise BadRequest(
                f"{draft.place}The id in the body is not that of the resource that the criteria match",
                f"{draft.type}.id",
            )
        return Answered(draft, [replace(draft, id=id_, expected=version)])
    if own is None:
        return Answered(draft, [replace(draft, method="create")])
    return Answered(draft, [replace(draft, id=own)])


def _patch(draft: Draft, rows: Matches) -> Answered:
    if not rows:
        raise NotFound(f"{draft.place}No {draft.type} matches the criteria", draft.type)
    return Answered(draft, [replace(draft, id=rows[0][0], expected=rows[0][1])])


def _delete(draft: Draft, rows: Matches) -> Answered:
    return Answered(draft, [replace(draft, id=id_, expected=version) for id_, version in rows])


_BECOMES = {"create": _create, "update": _update, "patch": _patch, "delete": _delete}
