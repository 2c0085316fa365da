"""Who an export belongs to, kept for the hours that it runs: what the token said, never the token, never a number.

The steps run with these facts, and the access rows decide by the relations of the day. A citizen's number is looked up
from her Patient while a step needs it.
"""

from typing import Any

from app.access.caller import Caller, Role
from app.interactions.context import Context

_KEPT = (
    "role", "subject", "client", "name", "hpr", "profession", "service", "organizations", "organizationName", "purpose",
    "decision", "system",
)  # fmt: skip
_OF_SCOPES = ("scopes", "launch", "smart")


def kept(context: Context) -> dict[str, Any]:
    """What is kept of the caller: as the log has it."""
    known = {name: context.entry.facts[name] for name in _KEPT if name in context.entry.facts}
    caller = context.caller
    return known | {"scopes": sorted(caller.scopes), "launch": caller.launch, "smart": caller.smart}


def restored(facts: dict[str, Any], number: str | None) -> Caller:
    """The caller of ``kept``."""
    return Caller(
        role=Role(facts["role"]),
        subject=facts["subject"],
        client=facts.get("client", ""),
        name=facts.get("name", ""),
        number=number,
        hpr=facts.get("hpr"),
        profession=facts.get("profession"),
        service=facts.get("service"),
        organizations=tuple(facts.get("organizations", ())),
        organization_name=facts.get("organizationName", ""),
        purpose=facts.get("purpose"),
        decision=facts.get("decision"),
        scopes=frozenset(facts["scopes"]),
        launch=facts.get("launch"),
        smart=facts.get("smart", False),
        searching=True,
    )


def told(facts: dict[str, Any]) -> dict[str, Any]:
    """What the log says of the caller in each step."""
    return {name: value for name, value in facts.items() if name not in _OF_SCOPES}
