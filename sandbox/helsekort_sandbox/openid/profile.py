"""What makes one issuer differ from another: its addresses, who can log in there, and what its tokens say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from helsekort_sandbox.clients import Client

Claims = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Login:
    """One way to log in that the page offers: ``key`` is sent by the form, ``person`` heads its row."""

    key: str
    person: str
    detail: str
    button: str
    claims: Claims  # who that is: of these, scopes show some in the ID token
    organization: tuple[str, str] | None = (
        None  # parent and child, where a position is chosen with the person
    )
    professions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Level:
    """How strongly somebody logs in: ``acr`` and the further claims that say so."""

    key: str
    label: str
    claims: Claims


@dataclass(frozen=True, slots=True)
class Profile:
    """One issuer.

    ``scopes``         which claims of the person a scope shows in the ID token and at userinfo
    ``always``         claims of the person in every ID token
    ``client_claims``  what its tokens say of the client
    ``reads_details``  whether requests may carry ``authorization_details`` and ``assertion_details``
    ``bearer``         whether tokens may be unbound
    """

    name: str  # of its log
    title: str
    paths: Mapping[str, str]
    grants: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()  # strongest first
    logins: tuple[Login, ...] = ()
    scopes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    always: tuple[str, ...] = ()
    client_claims: Callable[[Client], Claims] = lambda _: {}
    keys: str = "issuer"  # of its key files
    assertion_typ: str | None = None
    nonce_required: bool = False
    reads_details: bool = False
    bearer: bool = False

    def login(self, key: str) -> Login:
        """Raises StopIteration for a login that is not offered any more."""
        return next(row for row in self.logins if row.key == key)

    def level(self, key: str) -> Level:
        """As ``login``."""
        return next(row for row in self.levels if row.key == key)
