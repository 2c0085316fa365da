"""Criteria: which resource a conditional interaction or reference means, found with the caller's own eyes.

https://hl7.org/fhir/R4/http.html#ccreate, #cond-update, #cdelete and #transaction. What the caller may not see does not
exist. Who asks the same question and acts on the answer waits for whoever asked first.
"""

import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from app.fhir.outcome import BadRequest, PreconditionFailed
from app.fhir.query import Condition, Query, Scope, Test, parse
from app.interactions.context import Context
from app.interactions.guard import kept_type, scoped
from app.interactions.search_hidden import refuse_hidden
from app.interactions.search_terminology import with_codes
from app.store.search import matches

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Criteria:
    """One question: ``where`` it was asked, for error texts; ``shown`` is what may be told and logged of it."""

    query: Query
    where: str

    @property
    def number(self) -> int:
        """The same for all who ask the same question, whoever they are."""
        conditions = sorted(map(_told_apart, self.query.conditions))
        digest = hashlib.sha256(f"{self.query.type} {conditions}".encode()).digest()
        return int.from_bytes(digest[:8], signed=True)

    @property
    def shown(self) -> str:
        """The question with its person numbers masked."""
        return f"{self.query.type}?{urlencode(self.query.used, safe=':/|,*')}"


def _told_apart(test: Test) -> str:
    """The same for values in another order."""
    if isinstance(test, Condition):
        return repr((test.param.code, test.modifier, sorted(map(repr, test.values))))
    return repr(test)


def criteria(
    context: Context, type_name: str, asked: str | Pairs, where: str, *, in_url: bool = False
) -> Criteria:
    """The question that ``asked`` puts. Raises FhirError, naming ``where`` it stood but none of its values."""
    kept_type(type_name, "search-type")
    scoped(context.caller, "search", type_name)
    pairs = parse_qsl(asked, keep_blank_values=True) if isinstance(asked, str) else asked
    if any("\x00" in part for pair in pairs for part in pair):
        raise BadRequest("A parameter holds the character NUL", where, code="structure")
    if not all(value for _, value in pairs):
        raise BadRequest("Criteria have a value each", where, code="required")
    scope = Scope((type_name,), home=context.house.fhir_base, most_chained=context.house.settings.max_chain)
    query = parse(scope, pairs, in_url=in_url)
    if query != Query(query.types, query.conditions, used=query.used):
        raise BadRequest("Criteria select by search parameters; nothing else stands among them", where)
    if not query.conditions:
        raise BadRequest("Criteria with at least one search parameter are needed", where, code="required")
    refuse_hidden(context.caller.role, query)
    return Criteria(query, where)


async def found(context: Context, asked: Criteria, *, most: int = 1) -> list[tuple[str, int]]:
    """Id and version of what the caller may see of it. Raises PreconditionFailed where there are more than ``most``."""
    query = await with_codes(context.session, asked.query)
    rows = await matches(context.session, query, limit=most + 1)
    if len(rows) > most:
        several = "more than one" if most == 1 else f"more than {most}"
        raise PreconditionFailed(
            f"The criteria match {several} {asked.query.type}", asked.where, code="multiple-matches"
        )
    return rows
