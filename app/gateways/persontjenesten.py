"""Persontjenesten: who a woman is by the national registers, what changed of whom, and her GP of record.

The Person API of Norsk Helsenett: https://utviklerportal.nhn.no/informasjonstjenester/persontjenesten. A look-up is a POST, so
that her number stands in no URL; an event names a person by the register's own id. GPs of record stand in
*fastlegeregisteret*, which publishes no such call over HTTP with JSON: that contract is ours.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "Persontjenesten"
RIGHT = "read-with-legal-basis"  # the scope's last part
PARTS = "Name,Birth,Death,AddressProtection,ResidentialAddress"
_FORM = {"Content-Type": "application/x-www-form-urlencoded", "api-version": "2"}
T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One person as of event ``sequence``; ``remote`` is the register's own id, ``parts`` what it says."""

    remote: str
    sequence: int
    parts: Json = field(repr=False)


@dataclass(frozen=True, slots=True)
class Change:
    """That something of ``remote`` changed."""

    sequence: int
    remote: str


class Persontjenesten:
    """The Person API at ``url``, and the register of GPs of record at ``gp_url`` (empty: it is not asked)."""

    def __init__(self, url: str, http: httpx.AsyncClient, gp_url: str = "") -> None:
        self._url, self._http, self._gp_url = url, http, gp_url

    async def person(self, token: Token, number: str) -> Person | None:
        """The person with this number; None where the register knows none. Raises Refused, Unreachable."""
        url = f"{self._url}/legal-basis/person/get-by-nin"
        body = urlencode({"nin": number, "informationParts": PARTS}).encode()
        response = await call(self._http, token, SYSTEM, url, body, _FORM)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        found = _read(response, lambda answer: (str(answer["id"]), int(answer["sequenceNumber"]), answer))
        return Person(*found)

    async def changes(self, token: Token, first: int) -> list[Change]:
        """What changed, in order, from the event numbered ``first`` on. Raises Refused, Unreachable."""
        url = f"{self._url}/legal-basis/event?sequenceNumber={first}"
        response = await call(self._http, token, SYSTEM, url, b"", {"api-version": "2"}, "GET")
        found = _read(response, lambda answer: [_change(row) for row in answer["results"]])
        return sorted((row for row in found if row.sequence >= first), key=lambda row: row.sequence)

    async def latest(self, token: Token) -> int:
        """The number of the newest event, 0 where there is none. Raises Refused, Unreachable."""
        url = f"{self._url}/legal-basis/event/latest"
        response = await call(self._http, token, SYSTEM, url, b"", {"api-version": "2"}, "GET")
        if response.status_code == httpx.codes.NOT_FOUND:
            return 0
        return _read(response, _change).sequence

    async def gps_of_record(self, token: Token, number: str) -> list[Json] | None:
        """Her contracts with GPs, with their periods; None where no register is asked. Raises Refused, Unreachable."""
        if not self._gp_url:
            return None
        body = json.dumps({"nin": number}).encode()
        headers = {"Content-Type": "application/json"}
        response = await call(self._http, token, SYSTEM, self._gp_url, body, headers)
        return _read(response, lambda answer: [dict(row) for row in answer["contracts"]])


def _change(row: Json) -> Change:
    return Change(int(row["sequenceNumber"]), str(row["personId"]))


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    check(response, SYSTEM)
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error
