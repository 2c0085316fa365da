"""From what the store decided to what the caller is told: 404 before 403 where existence is a secret."""

from collections.abc import Mapping
from typing import Any

from app.access.caller import Caller
from app.access.decide import letter_of
from app.access.rules import told
from app.fhir.operation import POST
from app.fhir.operations import OPERATIONS
from app.fhir.outcome import BadRequest, Forbidden, Gone, MethodNotAllowed, NotFound
from app.fhir.registry import BY_NAME, ResourceType
from app.store.resources import Stored

_FHIR, _EXPORTS = "/fhir", ("/fhir/$export-status/", "/fhir/$export-file/")
_CHANGING = frozenset(f"${row.name}" for row in OPERATIONS if row.methods == POST)
# Operations that show, or change, one resource after the other, each of them decided by itself, or nothing of anybody
ROW_BY_ROW = frozenset(
    {
        "$everything", "$lastn", "$document", "$export", "$meta", "$meta-add", "$meta-delete", "$validate", "$changes",
        "Subscription/$status", "$events", "$failures", "$expand", "$validate-code", "$lookup", "$subsumes", "$translate",
    }
)  # fmt: skip


def kept_type(name: str, interaction: str) -> ResourceType:
    """The row of a type that supports ``interaction``. Raises NotFound or MethodNotAllowed."""
    row = BY_NAME.get(name)
    if row is None:
        raise NotFound(f"{name[:64]} is not a resource type of this server", code="not-supported")
    if interaction not in row.interactions:
        raise MethodNotAllowed(f"{name} does not support {interaction}")
    return row


def not_refused(rule: str | None, type_name: str) -> None:
    """Raises Forbidden where the row that refuses may be told."""
    text = told(rule)
    if text:
        raise Forbidden(text, type_name)


def visible(stored: Stored | None, type_name: str, id_: str) -> Stored:
    """``stored`` if the caller may see it and it is there. Raises NotFound, Forbidden or Gone."""
    if stored is not None:
        not_refused(stored.rule, type_name)
    if stored is None or not stored.visible:
        raise NotFound(f"There is no {type_name}/{id_[:64]}", type_name)
    if stored.deleted:
        raise Gone(f"{type_name}/{id_} is deleted", type_name)
    return stored


def scoped(caller: Caller, do: str, type_name: str = "") -> None:
    """Scopes narrow: refuses what none of the token's could cover; the rows say which it does cover. Raises Forbidden."""
    narrowing = caller.narrowing
    if narrowing is None:
        return
    letter = letter_of(caller, do)
    if not any(
        letter in grant.letters and (not type_name or grant.names(type_name)) for grant in narrowing.grants
    ):
        raise _insufficient(f"The token's scopes do not allow to {do} {type_name}".rstrip())


def reaches(caller: Caller, interaction: str, facts: Mapping[str, Any]) -> None:
    """What is folded from all that is about a woman takes scopes that cover it all: a card with gaps nobody sees may
    kill. Raises Forbidden.
    """
    narrowing = caller.narrowing
    if narrowing is None or (interaction != "operation" and facts["path"].startswith(_FHIR)):
        return
    name = facts.get("operation", "")
    typed = f"{facts.get('type')}/{name}"
    if {name, typed} & ROW_BY_ROW or facts["path"].startswith(_EXPORTS):
        return
    letters = "rs" if facts["method"] == "GET" or name not in _CHANGING else "crus"
    if not narrowing.is_whole(letters):
        raise _insufficient(
            f"This takes scopes for all that is about her: patient/*.{letters}, user/… or system/…"
        )


def _insufficient(text: str) -> Forbidden:
    """https://www.rfc-editor.org/rfc/rfc6750#section-3.1"""
    challenge = f'DPoP error="insufficient_scope", error_description="{text.replace("…", "...")}"'
    return Forbidden(text, headers={"WWW-Authenticate": challenge})


def id_of(resource: dict[str, object], id_: str) -> None:
    """The body's id is the URL's. Raises BadRequest."""
    if resource.get("id") != id_:
        raise BadRequest("The id in the body must be the id in the URL", f"{resource.get('resourceType')}.id")
