"""What a token claims: read before it is believed, and what it is known by in the log and in the deny-list."""

import json
from typing import Any

from app.access.caller import Caller
from app.access.denied_names import of_client, of_person, of_session, of_token
from app.access.logins import UPSTREAM
from app.access.roles import HPR_NUMBER
from app.fhir.outcome import Forbidden

_LAST_SECOND = 253_402_300_800  # of the year 9999


class Roleless(Forbidden):
    """A token that holds, of somebody who has no role here; ``who`` is for the log."""

    def __init__(self, problem: str, claims: dict[str, Any]) -> None:
        super().__init__(problem)
        hpr = claims.get(HPR_NUMBER)
        known = {"client": claims.get("client_id"), "name": claims.get("name"), "hpr": hpr}
        self.who = {name: value for name, value in known.items() if isinstance(value, str)}


def names_of(caller: Caller, claims: dict[str, Any]) -> tuple[str, ...]:
    """The names under which this token, its session, its person or its client can be denied."""
    jti, session = claims.get("jti"), claims.get("sid")
    names = [of_person(caller.subject), of_client(caller.client)]
    names += [of_token(claims["iss"], jti)] if isinstance(jti, str) else []
    names += [of_session(claims["iss"], session)] if isinstance(session, str) else []
    names += [claims[UPSTREAM]] if isinstance(claims.get(UPSTREAM), str) else []
    return tuple(names)


def is_time(value: Any) -> bool:
    """Whether ``value`` is a moment that the calendar has; NaN is none."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LAST_SECOND


def payload(payload: bytes) -> dict[str, Any]:
    """The claims of a token that is not verified yet. Raises ValueError."""
    claims = json.loads(payload)
    if not isinstance(claims, dict):
        raise ValueError("claims are not an object")  # noqa: TRY004 (the caller treats both alike)
    return claims
