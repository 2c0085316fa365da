"""Links within a transaction: names that entries give each other, and references that are a search.

https://hl7.org/fhir/R4/http.html#trules. A conditional reference means the one resource that it matches: among what this
caller may see, or among what the same transaction creates, for FHIR resolves it last.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from app.fhir.bundle_links import rename
from app.fhir.indexing import index
from app.fhir.outcome import PreconditionFailed, placed
from app.fhir.query import Condition, TokenValue
from app.fhir.references import references
from app.interactions.belonging import Draft
from app.interactions.conditions import Answered
from app.interactions.context import Context
from app.interactions.criteria import Criteria, criteria, found

_CONDITIONAL = re.compile(r"([A-Z][A-Za-z]{1,63})\?(.+)", re.DOTALL)
_MAY_HOLD = re.compile(rb'"reference"\s*:\s*"[A-Z][A-Za-z]+\?')


async def resolve(context: Context, answered: Sequence[Answered]) -> None:
    """Put in what is meant. Raises PreconditionFailed for a conditional reference that is not exactly one."""
    names = {one.asked.full_url: _name(one) for one in answered if one.asked.full_url and _name(one)}
    drafts = [draft for one in answered for draft in one.drafts if draft.resource and draft.place]
    for draft in drafts if names else ():
        if draft.resource and rename(draft.resource, names, full_url=draft.full_url, body=draft.body):
            draft.rewritten = True
    asking = [draft for draft in drafts if _MAY_HOLD.search(draft.body)]
    known: dict[str, str] = {}
    for draft in asking:
        for where, reference in references(draft.resource or {}):
            text = reference["reference"]
            if match := _CONDITIONAL.fullmatch(text):
                if text not in known:
                    question = _asked(context, draft, match, f"{where}.reference")
                    known[text] = await _one(context, question, drafts, draft.place)
                reference["reference"] = known[text]
                draft.rewritten = True


def _asked(context: Context, draft: Draft, match: re.Match[str], where: str) -> Criteria:
    """The question of a conditional reference: a URL, so no person number stands in it. Raises FhirError."""
    with placed(draft.place):
        return criteria(context, match[1], match[2], where, in_url=True)


def _name(one: Answered) -> str:
    if one.met:
        return f"{one.asked.type}/{one.met}"
    return f"{one.drafts[0].type}/{one.drafts[0].id}" if one.drafts else ""


async def _one(context: Context, asked: Criteria, drafts: Sequence[Draft], place: str) -> str:
    ids = {id_ for id_, _ in await found(context, asked)}
    ids |= set(_among(asked, drafts))
    if len(ids) != 1:
        many = "more than one" if ids else "no"
        code = "multiple-matches" if ids else "not-found"
        raise PreconditionFailed(
            f"{place}The conditional reference matches {many} {asked.query.type}", asked.where, code=code
        )
    return f"{asked.query.type}/{ids.pop()}"


def _among(asked: Criteria, drafts: Sequence[Draft]) -> Iterator[str]:
    """What the transaction itself creates that the question matches, if it asks for codes and identifiers only."""
    rows = [row for row in asked.query.conditions if isinstance(row, Condition) and not row.modifier]
    wanted = [(row.param.number, row.values) for row in rows]
    plain = len(rows) == len(asked.query.conditions) and all(
        isinstance(value, TokenValue) for _, values in wanted for value in values
    )
    for draft in drafts if plain else ():
        if draft.method == "create" and draft.type == asked.query.type and draft.resource:
            tokens = index(draft.resource).tokens
            if all(any(_matches(row, n, values) for row in tokens) for n, values in wanted):
                yield draft.id


def _matches(row: Sequence[Any], number: int, values: Sequence[Any]) -> bool:
    """Whether a row of the token index (parameter, system, code, …) has one of ``values``."""
    return row[0] == number and any(
        value.code in {None, row[2]} and (value.system is None or (value.system or None) == row[1])
        for value in values
    )
