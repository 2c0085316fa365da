"""What the tokens of an app rest on: who logged in at HelseID or ID-porten, for how long, and the session there.

A clinician's access token of HelseID lies here sealed, and ends with the app's session: what is exchanged for kjernejournal
is exchanged for it (https://www.rfc-editor.org/rfc/rfc8693). ID-porten tells of a logout, and not of a session that times
out: it lasts 30 minutes, 120 at most (https://docs.digdir.no/docs/idporten/oidc/oidc_func_sso), and an app's as long.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.access.logins import KIND, SESSION
from app.gateways.failures import TokenSpent
from app.interactions.context import House
from app.settings import Settings
from app.store.grants import Grant, Grants, new

SESSION_TOKEN = "helseid"  # noqa: S105 (the kind of what is kept)


@dataclass(frozen=True, slots=True)
class Login:
    """What a code and its tokens rest on; ``claims`` as ``access/logins.py`` keeps them."""

    client: str
    subject: str
    claims: dict[str, Any]
    scopes: tuple[str, ...]
    session: str = field(default_factory=new)
    at: int = 0  # when she logged in, in seconds
    patient: str | None = None
    fhir_user: str = ""
    nonce: str = ""
    redirect_uri: str = ""
    challenge: str = ""
    thumbprint: str = ""  # of the key that the code is bound to, where the request named one
    renewal: str = ""  # the refresh token of the login at HelseID; it never leaves this server

    @staticmethod
    def of(grant: Grant) -> "Login":
        """The login that was kept."""
        content = grant.content
        return Login(**{**content, "scopes": tuple(content["scopes"])})


def login_ends(settings: Settings, login: Login) -> datetime:
    """When somebody must log in again."""
    lives = timedelta(hours=settings.app_session_hours)
    if login.claims.get(KIND) == "citizens":
        lives = min(lives, timedelta(minutes=settings.citizen_session_minutes))
    return clock.at(login.at) + lives


def refresh_ends(settings: Settings, login: Login, at: datetime) -> datetime:
    """Until when a refresh token that is given at ``at`` can be used."""
    ends = login_ends(settings, login)
    if login.claims.get(KIND) == "citizens":
        ends = min(ends, at + timedelta(minutes=settings.citizen_idle_minutes))
    return ends


async def held(grants: Grants, login: Login, at: datetime) -> Login:
    """``login`` with a name for HelseID's access token in place of the token, which is kept until it ends."""
    kept = login.claims.get(SESSION)
    if not isinstance(kept, Mapping) or "token" not in kept:
        return login
    lives = clock.at(kept["ends"]) - at
    value = await grants.keep(
        SESSION_TOKEN, login.client, {"token": kept["token"]}, at, lives, session=login.session
    )
    return replace(login, claims={**login.claims, SESSION: {"name": value, "ends": kept["ends"]}})


async def helseid_token(house: House, token: str) -> str:
    """What HelseID exchanges: ``token``, or where it is the name of one that is kept, that. Raises TokenSpent."""
    if "." in token:  # a JWT
        return token
    found = await Grants(house.database, house.seal).look(SESSION_TOKEN, token, clock.now())
    if found is None:
        raise TokenSpent("The app's session, or the clinician's at HelseID, is over")
    return str(found.content["token"])
