"""Tokens by meaning: value sets (:in, :not-in) and subsumption (:below, :above) become the codes that they stand for.

https://hl7.org/fhir/R4/search.html#token. What the server does not know it says, with 400; it never guesses.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.fhir.outcome import BadRequest
from app.fhir.query import Chain, Condition, Has, Query, Test, TokenValue, ValueSetValue
from app.fhir.search_params import Kind
from app.interactions import vocabulary
from app.store.session import Session

MOST_CODES = 20_000
_BY_SET = frozenset({"in", "not-in"})
_BY_MEANING = frozenset({"below", "above"})


async def with_codes(session: Session, query: Query) -> Query:
    """``query`` with every code that its value sets and subsumptions stand for. Raises BadRequest."""
    if not by_meaning(query):
        return query
    return replace(query, conditions=tuple([await _known(session, test) for test in query.conditions]))


def by_meaning(query: Query) -> bool:
    """Whether the server must know codes to answer."""
    return any(_asks(test) for test in query.conditions)


def _asks(test: Test) -> bool:
    match test:
        case Condition():
            related = test.modifier in _BY_MEANING and test.param.kind is Kind.TOKEN
            return test.modifier in _BY_SET or (related and not _mime_types(test))
        case Chain():
            return any(_asks(inner) for _, inner in test.branches)
        case Has():
            return _asks(test.inner)
    return False


def _mime_types(condition: Condition) -> bool:
    """R4 has :below for the base part of mime types too: no code system is needed to tell."""
    return condition.modifier == "below" and all(
        isinstance(value, TokenValue) and value.system is None and "/" in (value.code or "")
        for value in condition.values
    )


async def _known(session: Session, test: Test) -> Test:
    match test:
        case Condition() if _asks(test):
            return await _coded(session, test)
        case Chain():
            branches = [(name, await _known(session, inner)) for name, inner in test.branches]
            return replace(test, branches=tuple(branches))
        case Has():
            return replace(test, inner=await _known(session, test.inner))
    return test


async def _coded(session: Session, condition: Condition) -> Condition:
    found: dict[TokenValue, None] = {}
    for value in condition.values:
        if isinstance(value, ValueSetValue):
            codes: Iterable[tuple[str, str]] = await vocabulary.holds(session, value.url)
        elif isinstance(value, TokenValue) and value.system and value.code:
            codes = await _related(session, condition.modifier, value.system, value.code)
        else:
            raise BadRequest(
                f"{condition.param.code}:{condition.modifier} takes system|code", condition.param.code
            )
        found.update(dict.fromkeys(TokenValue(system, code) for system, code in codes))
    if len(found) > MOST_CODES:
        raise BadRequest(f"{condition.param.code} would be one of {len(found)} codes", code="too-costly")
    modifier = "not" if condition.modifier == "not-in" else ""
    return Condition(condition.params, modifier, tuple(found))


async def _related(session: Session, side: str, system: str, code: str) -> list[tuple[str, str]]:
    ask = vocabulary.below if side == "below" else vocabulary.above
    return [(system, one) for one in await ask(session, system, code)]
