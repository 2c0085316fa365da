"""The national maternity record (*digitalt helsekort for gravide*) at Norsk helsenett: read, and written where it is asked to be.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide (hit-maternity-record-api). She is named in a
header, never in a URL; a version that is not the latest is 409; numbers keep the lexemes that they were sent with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from app.fhir import json as fhir_json
from app.fhir.outcome import FhirError
from app.gateways.failures import Refused, Unreachable, check
from app.gateways.helseid import Token, call
from app.gateways.kjernejournal import SOURCE_SYSTEM

SYSTEM = "The national record"
ENDED, DELIVERED = "TERMINATED", "DELIVERED"
Json = dict[str, Any]
T = TypeVar("T")


class Clash(Unreachable):
    """Somebody else was faster (409): read again and compare."""


class NoConsent(Refused):
    """She has not given her consent there, or ended it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether she takes part there, which record is the latest, when it last changed, and whether one is active."""

    consent: bool
    active: bool
    record: str = ""
    changed: str = ""


class NationalRecord:
    """The service at ``base`` (``…/api/maternity-record/v1``)."""

    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self.base, self._http = base.rstrip("/"), http

    async def standing(self, token: Token, number: str) -> Standing:
        """GET status. Raises Refused, Unreachable."""
        response = await self._call(token, number, "GET", "/status")
        return _read(
            response,
            lambda said: Standing(
                _flag(said["hasGivenConsent"]), _flag(said["hasActiveMaternityRecord"]), str(said.get("latestRecordId") or ""),
                str(said.get("lastChangedDateTime") or ""),
            ),
        )  # fmt: skip

    async def record(self, token: Token, number: str, record: str) -> Json | None:
        """GET record/{recordId}; None where there is none. Raises Refused, Unreachable."""
        response = await self._call(token, number, "GET", f"/record/{record}", also=(httpx.codes.NOT_FOUND,))
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        return _read(response, _whole)

    async def open(self, token: Token, number: str, event: str) -> str:
        """POST record; the new record's id. Raises Clash, Refused, Unreachable."""
        response = await self._call(token, number, "POST", "/record", {}, event)
        return _read(response, lambda said: str(said["metadata"]["recordId"]))

    async def write(self, token: Token, number: str, path: str, body: Json, event: str) -> tuple[str, int]:
        """POST where ``body`` names no version, else PUT, of ``{recordId}/{resourceType}[/{id}]``; id and version there.

        Raises Clash, Refused, Unreachable.
        """
        method = "PUT" if "metadata" in body else "POST"
        response = await self._call(token, number, method, f"/record/{path}", body, event)
        return _read(
            response, lambda said: (str(said["metadata"]["id"]), _version(said["metadata"]["version"]))
        )

    async def take_back(self, token: Token, number: str, path: str, event: str) -> None:
        """DELETE: one of several was entered in error; what is not there need not be. Raises Refused, Unreachable."""
        await self._call(
            token, number, "DELETE", f"/record/{path}", None, event, also=(httpx.codes.NOT_FOUND,)
        )

    async def end(self, token: Token, number: str, record: str, status: Json, event: str) -> None:
        """POST updateStatus. Raises Clash, Refused, Unreachable."""
        await self._call(token, number, "POST", f"/record/{record}/updateStatus", status, event)

    async def _call(
        self, token: Token, number: str, method: str, path: str, body: Json | None = None, event: str = "",
        also: tuple[int, ...] = (),
    ) -> httpx.Response:  # fmt: skip
        headers = {
            "nhn-source-system": SOURCE_SYSTEM,
            "nhn-patient-nin": number,
            "Accept": "application/json",
        }
        headers |= {"nhn-event-id": event} if event else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        content = fhir_json.dump(body) if body is not None else b""
        response = await call(self._http, token, SYSTEM, self.base + path, content, headers, method)
        if response.status_code == httpx.codes.CONFLICT:
            raise Clash(f"{SYSTEM} answered 409", is_down=False)
        if response.status_code == httpx.codes.FORBIDDEN and _says_consent(response):
            raise NoConsent("She has not given her consent to the national record")
        if response.status_code not in also:
            check(response, SYSTEM)
        return response


def _says_consent(response: httpx.Response) -> bool:
    try:
        return "consent" in str(response.json()["detail"]).lower()
    except (ValueError, KeyError, TypeError):
        return False


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _version(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError
    return value


def _whole(said: Any) -> Json:
    """A record, its sub-resources each with a version; a member that is no such thing makes it unreadable."""
    if not isinstance(said["metadata"]["recordStatus"]["status"], str):
        raise TypeError
    for name, value in said.items():
        for one in value if isinstance(value, list) else [value] if name != "metadata" else []:
            if isinstance(one, dict) and isinstance(one.get("metadata"), dict):
                _version(one["metadata"]["version"])
    return dict(said)


def _read(response: httpx.Response, reader: Callable[[Any], T]) -> T:
    try:
        return reader(fhir_json.parse(response.content))
    except (FhirError, KeyError, TypeError, AttributeError, ValueError) as error:
        raise Unreachable(f"{SYSTEM} gave an answer that cannot be read") from error
