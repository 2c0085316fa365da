"""From what the store decided to what the caller is told: 404 before 403 where existence is a secret."""

from app.access.caller import Caller
from app.access.rules import told
from app.fhir.outcome import BadRequest, Forbidden, Gone, MethodNotAllowed, NotFound
from app.fhir.registry import BY_NAME, ResourceType
from app.store.resources import Stored


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


def scoped(caller: Caller, do: str) -> None:
    """Scopes narrow: a token whose scopes name actions allows only those. Raises Forbidden."""
    named = {scope for scope in caller.scopes if scope.endswith((".read", ".write"))}
    needed = "read" if do == "read" else "write"
    if named and not any(scope.endswith(f".{needed}") for scope in named):
        raise Forbidden(f"The token's scopes do not allow to {needed}")


def id_of(resource: dict[str, object], id_: str) -> None:
    """The body's id is the URL's. Raises BadRequest."""
    if resource.get("id") != id_:
        raise BadRequest("The id in the body must be the id in the URL", f"{resource.get('resourceType')}.id")
