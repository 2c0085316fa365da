"""Clients that have a role by themselves, and machine tokens: a system in its own name, for its organisation.

HelseID gives machine tokens (client credentials) with the organisation numbers and without anything of a person
(https://utviklerportal.nhn.no/informasjonstjenester/helseid). The same client's tokens of people who logged in are not
machine tokens: one claim of a person is enough.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.access.caller import Role
from app.registrations import Pilot
from app.settings import Settings

_OF_A_PERSON = ("helseid://claims/identity/", "helseid://claims/hpr/", "nhn:")
_OF_A_LOGIN = frozenset({"sid", "auth_time", "amr", "act", "name"})


def role_of_client(client: str, settings: Settings) -> Role | None:
    """The role that the pilot file gives this client, whoever uses it; None for the systems of those who treat."""
    pilot = settings.pilot
    if client in pilot.auditor_clients:
        return Role.AUDITOR
    if client in pilot.operator_clients:
        return Role.OPERATOR
    if client in pilot.registry_clients:
        return Role.REGISTRY
    if client in pilot.harness_clients and settings.allow_harness:
        return Role.HARNESS
    return None


def in_its_own_name(claims: Mapping[str, Any]) -> bool:
    """Whether nothing in the token is of a person or of a login."""
    named = any(name.startswith(_OF_A_PERSON) or name in _OF_A_LOGIN for name in claims)
    return not named and claims.get("sub", claims.get("client_id")) == claims.get("client_id")


def machine(
    claims: Mapping[str, Any], client: str, organizations: Sequence[str], pilot: Pilot
) -> Role | None:
    """The role of a machine token; None for a token of a person, and of a system that is not registered."""
    own = in_its_own_name(claims) and is_registered(client, organizations, pilot)
    return Role.MACHINE if own else None


def is_registered(client: str, organizations: Sequence[str], pilot: Pilot) -> bool:
    """Whether the pilot file has this system for one of these organisations, which takes part."""
    return any(
        row.client == client and row.orgnr in organizations and pilot.kind(row.orgnr) is not None
        for row in pilot.systems
    )
