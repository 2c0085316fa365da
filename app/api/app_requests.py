"""Authorization requests of apps: what they must say, held before anybody logs in.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html#obtain-authorization-code, PKCE
https://www.rfc-editor.org/rfc/rfc7636, pushed requests https://www.rfc-editor.org/rfc/rfc9126, details
https://www.rfc-editor.org/rfc/rfc9396. Where the address to return to is not the app's own nobody is sent anywhere.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from app.access.apps import find, granted
from app.access.roles import ATTEST
from app.registrations import App
from app.settings import Settings
from app.store.grants import Grant

ORGANIZATION = "helseid_authorization"  # for which organisation the app acts: HelseID's own type
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_LONGEST = 2_000  # characters of a state or a nonce


class Lost(Exception):
    """A request that names no app and no address of its own: its reader is told, and sent nowhere."""


class Returned(Exception):
    """A refusal that the app is told at its own address: https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2.1"""

    def __init__(self, asked: "Asked", error: str, why: str) -> None:
        super().__init__(why)
        self.asked, self.error, self.why = asked, error, why


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. ``scopes`` are those that the app is given; ``thumbprint`` the key that the code is bound to."""

    client: str
    redirect_uri: str
    state: str = ""
    scopes: tuple[str, ...] = ()
    challenge: str = ""
    nonce: str = ""
    launch: str = ""
    details: tuple[dict[str, Any], ...] = ()
    thumbprint: str = ""
    language: str = ""

    def content(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


def asked_of(content: Mapping[str, Any]) -> Asked:
    """What was kept by ``content``."""
    lists = {name: tuple(content[name]) for name in ("scopes", "details")}
    return Asked(**{**content, **lists})


def of_grant(grant: Grant) -> Asked:
    """The request of a grant."""
    return asked_of(grant.content["asked"])


def read(fields: Mapping[str, str], settings: Settings, fhir_base: str) -> tuple[App, Asked]:
    """The app and what it asks. Raises Lost, Returned."""
    app = find(settings, fields.get("client_id", ""))
    if app is None or "systems" in app.gives:
        raise Lost("There is no app of this client_id that somebody logs in to")
    if fields.get("redirect_uri") not in app.redirect_uris:
        raise Lost("redirect_uri is not one that the app is registered with")
    asked = Asked(app.client_id, fields["redirect_uri"], fields.get("state", "")[:_LONGEST])
    for error, why in _flaws(fields, fhir_base):
        raise Returned(asked, error, why)
    scopes = granted(app, fields.get("scope", ""))
    if not scopes:
        raise Returned(asked, "invalid_scope", "None of the scopes is one that the app is registered for")
    if ("launch" in scopes) != ("launch" in fields):
        raise Returned(asked, "invalid_request", "The scope launch goes with the parameter launch")
    return app, Asked(
        app.client_id,
        asked.redirect_uri,
        asked.state,
        scopes,
        fields["code_challenge"],
        fields.get("nonce", ""),
        fields.get("launch", ""),
        _details(asked, fields),
        fields.get("dpop_jkt", ""),
        fields.get("ui_locales", ""),
    )


def _flaws(fields: Mapping[str, str], fhir_base: str) -> list[tuple[str, str]]:
    found = []
    if fields.get("response_type") != "code":
        found.append(("unsupported_response_type", "response_type is code"))
    if fields.get("response_mode", "query") != "query":
        found.append(("invalid_request", "response_mode is query"))
    if {"request", "registration"} & fields.keys():
        found.append(("request_not_supported", "Request objects are not taken; push the request instead"))
    if not fields.get("state"):
        found.append(("invalid_request", "state is required"))
    if any(len(fields.get(name, "")) > _LONGEST for name in ("state", "nonce", "launch")):
        found.append(("invalid_request", f"A value is longer than {_LONGEST} characters"))
    if fields.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(
        fields.get("code_challenge", "")
    ):
        found.append(("invalid_request", "code_challenge with code_challenge_method S256 is required"))
    if fields.get("aud") != fhir_base:
        found.append(("invalid_request", f"aud is {fhir_base}"))
    return found


def _details(asked: Asked, fields: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
    """The attest and the organisation, for HelseID to judge. Raises Returned."""
    error = "invalid_authorization_details"
    try:
        rows = json.loads(fields.get("authorization_details", "[]"))
    except (ValueError, RecursionError):
        rows = None
    rows = [rows] if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Returned(asked, error, "authorization_details is a list of objects")
    if any(row.get("type") not in {ATTEST, ORGANIZATION} for row in rows):
        raise Returned(asked, error, f"The types are {ATTEST} and {ORGANIZATION}")
    return tuple(rows)
