"""What the pilot file registers: organisations, addresses to notify, and further issuers of tokens.

Values only; ``app/settings.py`` reads them, ``app/access/`` says what they mean.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Any

_ORIGIN = re.compile(r"https?://[a-z0-9.\-]+(?::\d{1,5})?")
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
class PilotSystem:
    """The system ``client`` may ask in its own name for the organisation ``orgnr``."""

    client: str
    orgnr: str


@dataclass(frozen=True, slots=True)
class PilotEndpoint:
    """Below ``url`` the system ``client`` may be sent notifications; whole resources only where ``full`` says so."""

    client: str
    url: str
    full: bool = False


@dataclass(frozen=True, slots=True)
class App:
    """A client of this server's own authorization server; ``docs/settings.md`` says what each field means."""

    client_id: str
    name: str
    gives: tuple[str, ...]  # professionals, citizens (who may log in to it), systems (it logs in itself)
    scopes: tuple[str, ...]  # the most that it may ask for
    redirect_uris: tuple[str, ...] = ()
    launch_url: str = ""  # where a record system opens it
    logout_uris: tuple[str, ...] = ()
    keys: tuple[Mapping[str, Any], ...] = ()  # public JWKs; none: a public client
    bearer: bool = False  # its tokens need not be bound; a public client only
    organization: tuple[str, ...] = ()  # parent and child, of a system

    @property
    def confidential(self) -> bool:
        """Whether it proves who it is by a key."""
        return bool(self.keys)


def of_json(kind: type, row: Mapping[str, Any]) -> Any:
    """A registration from its JSON: lists become tuples. Raises TypeError for what it does not know."""
    lists = {field.name for field in fields(kind) if str(field.type).startswith("tuple")}
    values = {name: tuple(value) if name in lists else value for name, value in row.items()}
    return kind(**values)


def problems_of_apps(apps: Sequence[App], *, sandbox: bool) -> Iterator[str]:
    """What is wrong with the registered apps, in words."""
    for row in apps:
        urls = (*row.redirect_uris, *row.logout_uris, *filter(None, (row.launch_url,)))
        if not row.gives or not set(row.gives) <= set(GIVEN):
            yield f"app {row.client_id} must give some of {', '.join(GIVEN)}"
        if "systems" in row.gives and (len(row.gives) > 1 or not row.confidential):
            yield f"app {row.client_id} gives systems: it needs keys, and gives nothing else"
        if "systems" not in row.gives and not row.redirect_uris:
            yield f"app {row.client_id} needs redirect_uris"
        if row.bearer and row.confidential:
            yield f"app {row.client_id} has keys, so its tokens are bound"
        if any("#" in url or (not sandbox and not url.startswith("https://")) for url in urls):
            yield f"app {row.client_id}: addresses have no fragment, and are https in production"


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


@dataclass(frozen=True, slots=True)
class Pilot:
    """The geographically limited pilot: who takes part, and from where women come."""

    organizations: tuple[PilotOrganization, ...] = ()
    municipalities: tuple[str, ...] = ()
    auditor_clients: tuple[str, ...] = ()
    operator_clients: tuple[str, ...] = ()
    harness_clients: tuple[str, ...] = ()
    registry_clients: tuple[str, ...] = ()
    endpoints: tuple[PilotEndpoint, ...] = ()
    issuers: tuple[TrustedIssuer, ...] = ()
    apps: tuple[App, ...] = ()
    systems: tuple[PilotSystem, ...] = ()

    def kind(self, orgnr: str) -> str | None:
        """What kind of organisation ``orgnr`` is in the pilot, or None where it takes no part."""
        return next((row.kind for row in self.organizations if row.orgnr == orgnr), None)


_REGISTERED = {"endpoints": PilotEndpoint, "issuers": TrustedIssuer, "apps": App, "systems": PilotSystem}


def read_pilot(path: str) -> Pilot:
    """The pilot of the JSON file ``path``; an empty pilot where no path is given."""
    if not path:
        return Pilot()
    raw = json.loads(Path(path).read_text())
    organizations = tuple(PilotOrganization(**row) for row in raw.pop("organizations", []))
    registered = {
        name: tuple(of_json(kind, row) for row in raw.pop(name, [])) for name, kind in _REGISTERED.items()
    }
    return Pilot(organizations, **registered, **{name: tuple(values) for name, values in raw.items()})


def problems_of_addresses(origins: str, networks: str) -> Iterator[str]:
    """What is wrong with the origins and networks of the settings."""
    for origin in origins.split():
        if not _ORIGIN.fullmatch(origin):
            yield f"HELSEKORT_CORS_ORIGINS: {origin!r} is no origin, scheme://host[:port]"
    for network in networks.split():
        try:
            ip_network(network)
        except ValueError:
            yield f"HELSEKORT_METRICS_NETWORKS: {network!r} is no network"
