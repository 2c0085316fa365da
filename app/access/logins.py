"""What a token of our own says of who logged in: the claims of HelseID or ID-porten, those that name anybody sealed.

A token lies with apps and in their logs: of a person it shows the HPR number and the organisation, no national number.
"""

import json
from collections.abc import Mapping
from typing import Any

from app.access.authorisations import DETAILS
from app.access.denied_names import of_session
from app.access.roles import ATTEST, CHILD, HPR_NUMBER, PARENT, PID, SECURITY_LEVEL, SUPERVISOR
from app.access.sealing import Broken, Seal

SEALED, KIND = "nhn:helsekort:login", "nhn:helsekort:gives"
UPSTREAM = "nhn:helsekort:session"  # the name under which the session at HelseID or ID-porten is denied
SESSION = (
    "nhn:helsekort:token"  # HelseID's access token, and in tokens the name under which this server keeps it
)
_HIDDEN = (PID, ATTEST, DETAILS, UPSTREAM, SESSION, "name", "sub")
_SHOWN = (SECURITY_LEVEL, HPR_NUMBER, PARENT, CHILD, SUPERVISOR)
_PURPOSE = "login of an app's token"


def kept(claims: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Of the claims of a login what tokens say of it; ``kind`` is one of ``issuers.GIVES``."""
    told: dict[str, Any] = {name: claims[name] for name in (*_HIDDEN, *_SHOWN) if claims.get(name)}
    if isinstance(claims.get("sid"), str):
        told[UPSTREAM] = of_session(str(claims.get("iss")), claims["sid"])
    return told | {KIND: kind}


def with_token(login: Mapping[str, Any], token: str, ends: int) -> dict[str, Any]:
    """``login`` with HelseID's own access token, for whom it is to be kept (``app_login.held``)."""
    return {**login, SESSION: {"token": token, "ends": ends}}


def token_of(login: Mapping[str, Any]) -> tuple[str, int] | None:
    """The name under which HelseID's access token is kept, and when it ends; None: none is."""
    kept = login.get(SESSION)
    return (kept["name"], kept["ends"]) if isinstance(kept, Mapping) and "name" in kept else None


def closed(seal: Seal, login: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token: what names anybody is sealed."""
    hidden = json.dumps({name: login[name] for name in _HIDDEN if name in login})
    shown: dict[str, Any] = {name: value for name, value in login.items() if name not in _HIDDEN}
    attest = login.get(ATTEST)
    if isinstance(attest, Mapping) and "care_relationship" in attest:
        relation = {"type": ATTEST, "care_relationship": attest["care_relationship"]}
        shown["authorization_details"] = [relation]
    return shown | {SEALED: seal.close_text(hidden.encode(), _PURPOSE)}


def opened(seal: Seal, claims: Mapping[str, Any]) -> dict[str, Any]:
    """The claims of a token of ours with those that were sealed. Raises ValueError."""
    try:
        hidden = json.loads(seal.open_text(str(claims.get(SEALED)), _PURPOSE))
    except Broken as error:
        raise ValueError("the login cannot be opened") from error
    return {**claims, **hidden}
