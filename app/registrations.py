"""What the pilot file registers: organisations, addresses to notify, and further issuers of tokens.

Values only; ``app/settings.py`` reads them, ``app/access/`` says what they mean.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

GIVEN = ("professionals", "systems", "citizens")


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """An issuer whose tokens are taken, and its own rules; ``docs/settings.md`` says what each field means."""

    url: str
    gives: tuple[str, ...]  # professionals, systems, citizens: the callers whom its tokens may name
    audience: str = ""  # empty: the server's own
    algorithms: tuple[str, ...] = ()  # empty: all that the server takes
    pid: str = ""  # the claim that holds the person's number; empty: HelseID's
    level: str = ""  # the claim that tells how strongly the person logged in; empty: HelseID's
    levels: tuple[str, ...] = ()  # its values that are level 4


@dataclass(frozen=True, slots=True)
class PilotOrganization:
    """An organisation in the pilot: ``kind`` is ``gp``, ``municipal``, ``hospital`` or ``operator``."""

    orgnr: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class PilotEndpoint:
    """Below ``url`` the system ``client`` may be sent notifications; whole resources only where ``full`` says so."""

    client: str
    url: str
    full: bool = False


def of_json(kind: type, row: Mapping[str, Any]) -> Any:
    """A registration from its JSON: lists become tuples. Raises TypeError for what it does not know."""
    lists = {field.name for field in fields(kind) if str(field.type).startswith("tuple")}
    values = {name: tuple(value) if name in lists else value for name, value in row.items()}
    return kind(**values)


def problems(issuers: Sequence[TrustedIssuer], *, sandbox: bool) -> Iterator[str]:
    """What is wrong with the registrations, in words."""
    for row in issuers:
        if not row.gives or not set(row.gives) <= set(GIVEN):
            yield f"issuer {row.url} must give some of {', '.join(GIVEN)}"
        if "citizens" in row.gives and len(row.gives) > 1:
            yield f"issuer {row.url} gives citizens and others: a token must not leave open whose it is"
        if row.level and not row.levels:
            yield f"issuer {row.url} names a claim of the level and no level that is enough"
        if not sandbox and not row.url.startswith("https://"):
            yield f"issuer {row.url} must be https in production"
