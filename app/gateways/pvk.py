"""Helsenorge's privacy settings (*Personverninnstillinger*, PVK): who takes part by her word on Helsenorge, and hers from here.

https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE (pages 2328952849 and 2328854548): each setting is a definition of a
part; the calls and the fields of *Sett* are as published, the names in the other bodies and answers are ours until agreed.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "Helsenorge (PVK)"
_BASE = "personvern/Personverninnstillinger"
_JSON = {"Content-Type": "application/json"}
T = TypeVar("T")
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One definition: its GUID and name, the code of the part that owns it, and what it is (``samtykke``, ``reservasjon``)."""

    definition: str
    name: str
    part: str
    kind: str = "samtykke"


@dataclass(frozen=True, slots=True)
class Change:
    """That a setting was changed, of whom, and its place in the feed; not what it is now, which is asked for."""

    sequence: int
    number: str = field(repr=False)


class Pvk:
    """The service at ``base``, for one setting; ``feed`` is where its changes are told, where that is agreed."""

    def __init__(self, base: str, http: httpx.AsyncClient, setting: Setting, feed: str = "") -> None:
        self._base, self._http, self.setting = f"{base.rstrip('/')}/{_BASE}", http, setting
        self.feed = feed

    async def is_active(self, token: Token, number: str) -> bool:
        """Whether hers is active. Raises Refused, Unreachable."""
        asked = {"innbyggerFnr": number, **self._named()}
        return _read(
            await self._post(token, "SjekkInnbyggersPiStatus/v2", asked), lambda said: _flag(said["aktiv"])
        )

    async def of_her(self, token: Token, number: str) -> list[str]:
        """The definitions of the part that are active for her. Raises Refused, Unreachable."""
        asked = {"innbyggerFnr": number, "partKode": self.setting.part}
        response = await self._post(token, "HentInnbyggersPiForPart/v2", asked)
        return _read(
            response, lambda said: [str(row["definisjonGuid"]) for row in said["personverninnstillinger"]]
        )

    async def active(self, token: Token) -> set[str]:
        """The numbers of all for whom it is active. Raises Refused, Unreachable."""
        url = f"{self._base}/HentInnbyggereAktivePiForDefinisjon/v2?{urlencode(self._named())}"
        response = await call(self._http, token, SYSTEM, url, b"", {}, "GET")
        check(response, SYSTEM)
        return _read(response, lambda said: {str(number) for number in said["innbyggere"]})

    async def changes(self, token: Token, after: int) -> list[Change]:
        """What was changed after ``after``, oldest first, a page at most. Raises Refused, Unreachable.

        No such feed is published: path and names are ours until agreed.
        """
        url = f"{self.feed}?{urlencode({**self._named(), 'etter': after})}"
        response = await call(self._http, token, SYSTEM, url, b"", {}, "GET")
        check(response, SYSTEM)
        return _read(
            response,
            lambda said: [Change(int(row["nummer"]), str(row["innbyggerFnr"])) for row in said["endringer"]],
        )

    async def set(self, token: Token, number: str, at: str, *, active: bool) -> None:
        """What she has decided here, at the instant ``at``; the same again changes nothing. Raises Refused, Unreachable."""
        said = {
            "innbyggerFnr": number,
            **self._named(),
            "definisjonNavn": self.setting.name,
            "typePi": self.setting.kind,
            "aktiv": active,
            "tidspunkt": at,
        }
        await self._post(token, "SettInnbyggersPersonvernInnstilling/v2", said)

    def _named(self) -> Json:
        return {"definisjonGuid": self.setting.definition, "partKode": self.setting.part}

    async def _post(self, token: Token, name: str, body: Json) -> httpx.Response:
        response = await call(
            self._http, token, SYSTEM, f"{self._base}/{name}", json.dumps(body).encode(), _JSON
        )
        check(response, SYSTEM)
        return response


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(response.json())
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error
