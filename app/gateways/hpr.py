"""Helsepersonellregisteret (HPR) and Adresseregisteret: whether somebody is authorised, and what an organisation is called.

https://utviklerportal.nhn.no/informasjonstjenester/helsepersonellregisteret: the public API is secured by Maskinporten,
Adresseregisteret is a SOAP service. What is called here, by HelseID's token, is a contract of our own for both.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "HPR"
_JSON = {"Content-Type": "application/json"}
T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Authorised:
    """One of the register: name, and the professions (Volven 9060) in which an authorisation holds on the day asked for."""

    name: str
    professions: tuple[str, ...]


class Hpr:
    """The register at ``url``, and Adresseregisteret at ``address_url`` (empty: it is not asked)."""

    def __init__(self, url: str, http: httpx.AsyncClient, address_url: str = "") -> None:
        self._url, self._http, self._address_url = url, http, address_url

    async def personnel(self, token: Token, number: str, today: date) -> Authorised | None:
        """Whoever has this HPR number; None where nobody has. Raises Refused, Unreachable."""
        answer = await self._post(token, f"{self._url}/person", {"hprNumber": number})
        return None if answer is None else _read(answer, lambda row: _authorised(row, today))

    async def changes(self, token: Token, after: int) -> list[tuple[int, str]]:
        """Event and HPR number of what changed after the event ``after``, in order. Raises Refused, Unreachable."""
        url = f"{self._url}/changes?after={after}"
        response = await call(self._http, token, SYSTEM, url, b"", {}, "GET")
        check(response, SYSTEM)
        rows = _read(
            response,
            lambda found: [(int(row["sequenceNumber"]), str(row["hprNumber"])) for row in found["results"]],
        )
        return sorted(row for row in rows if row[0] > after)

    async def organisation(self, token: Token, number: str) -> Json | None:
        """Name and communication parties (``herId``) of an organisation; None where it is not known or nobody is asked.

        Raises Refused, Unreachable.
        """
        if not self._address_url:
            return None
        answer = await self._post(token, self._address_url, {"organizationNumber": number})
        return None if answer is None else _read(answer, _organisation)

    async def _post(self, token: Token, url: str, asked: Json) -> httpx.Response | None:
        response = await call(self._http, token, SYSTEM, url, json.dumps(asked).encode(), _JSON)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        check(response, SYSTEM)
        return response


def _authorised(row: Json, today: date) -> Authorised:
    held = [str(one["profession"]) for one in row["authorizations"] if _holds(one, today)]
    return Authorised(str(row["name"]), tuple(sorted(set(held))))


def _holds(authorization: Json, today: date) -> bool:
    ends = authorization.get("to")
    return date.fromisoformat(authorization["from"]) <= today and (
        ends is None or date.fromisoformat(ends) >= today
    )


def _organisation(row: Json) -> Json:
    parties = [{"herId": int(one["herId"]), "name": str(one["name"])} for one in row["communicationParties"]]
    return {"name": str(row["name"]), "parties": parties}


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error
