"""References: where they stand in a resource and what they point to.

https://hl7.org/fhir/R4/references.html.
"""

from typing import Any

from app.fhir import codes, definitions, folding

Json = dict[str, Any]


def target_type(reference: dict[str, Any]) -> str | None:
    """The type a Reference points to, as far as it says: its literal, its type, or that it is a person's number."""
    literal = reference.get("reference")
    if isinstance(literal, str):
        parts = literal.partition("/_history/")[0].split("/")
        if len(parts) > 1 and parts[-2] in definitions.RESOURCE_NAMES:
            return parts[-2]
    if isinstance(stated := reference.get("type"), str):
        return stated
    identifier = reference.get("identifier")
    if isinstance(identifier, dict) and identifier.get("system") in codes.PERSON_NUMBERS:
        return "Patient"
    return None


def reference_row(
    value: Json, home: str = ""
) -> tuple[str | None, str | None, str | None, str | None, str | None] | None:
    """Target type, target id, url, identifier system and value of a Reference; None if it points inside.

    ``home`` is the base of this server's own addresses: what is absolute below it is local.
    """
    literal = value.get("reference")
    identifier = value.get("identifier") or {}
    system, code = identifier.get("system"), identifier.get("value")
    if literal is None:
        return (target_type(value), None, None, system, code) if code is not None else None
    if literal.startswith("#"):
        return None
    if home and literal.startswith(home):
        literal = literal[len(home) :].lstrip("/")
    parts = literal.partition("/_history/")[0].split("/")
    if len(parts) == 2 and parts[0] in definitions.RESOURCE_NAMES:  # noqa: PLR2004 (Type/id)
        return parts[0], parts[1], None, system, code
    return None, None, folding.cap(literal), system, code


def references(resource: Json) -> list[tuple[str, Json]]:
    """Every Reference with a literal ``reference`` anywhere in ``resource``, contained ones included, with where."""
    found: list[tuple[str, Json]] = []
    pending: list[tuple[Any, Any]] = [((None, resource.get("resourceType", "")), resource)]
    while pending:
        trail, node = pending.pop()
        if type(node) is list:
            pending.extend([((trail, i), item) for i, item in enumerate(node) if type(item) is dict])
            continue
        for key, item in node.items():
            kind = type(item)
            if kind is dict or kind is list:
                pending.append(((trail, key), item))
            elif key == "reference" and kind is str and "language" not in node:  # Expression has a language
                found.append((_location(trail), node))
    found.reverse()
    return found


def _location(trail: Any) -> str:
    """The FHIRPath location of a linked list of keys and positions."""
    parts: list[str] = []
    while trail is not None:
        trail, step = trail
        parts.append(f"[{step}]" if isinstance(step, int) else f".{step}")
    return "".join(reversed(parts)).removeprefix(".")
