"""Critical information (*kritisk informasjon*) to kjernejournal, in the session of the clinician who confirmed it.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal (hit-critical-information): her own choices are
asked for first, and a reservation or a block is not overruled.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import httpx

from app.fhir.codes import VOLVEN_PROFESSION
from app.gateways.failures import Refused, Unreachable, check
from app.gateways.helseid import Token, call

SYSTEM = "Kjernejournal"
SOURCE_SYSTEM = "Helsekort 0.1"
_FHIR = "application/fhir+json"
_SOURCE = "urn:ietf:rfc:3986"


@dataclass(frozen=True, slots=True)
class Held:
    """What kjernejournal has: its id there, its address here where it is ours, and what it says."""

    remote: str
    source: str
    resource: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Registration:
    """One allergy or condition. ``event`` makes repeated sending harmless; ``number`` is hers."""

    event: str
    type: str
    body: bytes = field(repr=False)
    number: str = field(repr=False)
    profession: str


def asking(profession: str, number: str, event: str) -> dict[str, str]:
    """The headers of a call in a clinician's session, about the woman with this ``number``."""
    role = {"system": VOLVEN_PROFESSION, "code": profession}
    return {
        "Accept": _FHIR,
        "nhn-user-role": quote(json.dumps(role, separators=(",", ":"))),
        "nhn-source-system": SOURCE_SYSTEM,
        "nhn-patient-nin": number,
        "nhn-event-id": event,
    }


class Kjernejournal:
    """The service at ``base``."""

    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self._base = base.rstrip("/")
        self._http = http

    async def register(self, token: Token, registration: Registration) -> None:
        """Ask for her choices, then register. Raises Refused, Unreachable."""
        await check_choices(self._http, token, self._base, registration.number)
        response = await self._call(token, registration, "POST")
        if not _is_known(response):
            check(response, SYSTEM)

    async def found(self, token: Token, asked: Registration, *, restricts: bool = False) -> list[Held]:
        """What is registered of hers of the type that ``asked`` has, by whomever. Raises Refused, Unreachable.

        ``restricts``: it is for somebody to read, so that her restriction counts."""
        await check_choices(self._http, token, self._base, asked.number, restricts=restricts)
        response = await self._call(token, asked, "GET")
        check(response, SYSTEM)
        try:
            return [_held(row["resource"]) for row in response.json().get("entry", [])]
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            raise Unreachable(f"{SYSTEM} gave a list that cannot be read") from error

    async def _call(self, token: Token, registration: Registration, method: str) -> httpx.Response:
        headers = asking(registration.profession, registration.number, registration.event)
        has_body = method == "POST"
        url = f"{self._base}/{registration.type}"
        body = registration.body if has_body else b""
        headers |= {"Content-Type": _FHIR} if has_body else {}
        return await call(self._http, token, SYSTEM, url, body, headers, method)

    async def retract(self, token: Token, kind: str, event: str, number: str, key: str) -> None:
        """Say that what was registered under ``event`` no longer holds. Raises Refused, Unreachable.

        Kjernejournal publishes no such call: the contract is ours until one is agreed, and what it does with it its own.
        """
        body = json.dumps({"nin": number, "registeredBy": event}).encode()
        headers = {
            "Content-Type": "application/json",
            "nhn-source-system": SOURCE_SYSTEM,
            "nhn-event-id": key,
        }
        response = await call(self._http, token, SYSTEM, f"{self._base}/{kind}/retraction", body, headers)
        if response.status_code != httpx.codes.NOT_FOUND:  # it may never have come
            check(response, SYSTEM)


async def check_choices(
    http: httpx.AsyncClient, token: Token, base: str, number: str, *, restricts: bool = False
) -> None:
    """Ask a service of kjernejournal at ``base`` for her own choices. Raises Unreachable; Refused where she reserved
    herself or blocked this clinician; with ``restricts`` also where she lets nothing out without her consent."""
    body = json.dumps({"nin": number}).encode()
    response = await call(http, token, SYSTEM, f"{base}/status", body, {"Content-Type": "application/json"})
    check(response, SYSTEM)
    try:
        status = response.json()
    except ValueError as error:
        raise Unreachable(f"{SYSTEM} gave a status that cannot be read") from error
    if not isinstance(status, dict):
        raise Unreachable(f"{SYSTEM} gave a status that cannot be read")
    if _says(status.get("privacySetting"), "hasReservationKjernejournal"):
        raise Refused("She has reserved herself against kjernejournal")
    if _says(status, "isBlockedForUser"):
        raise Refused("She has blocked this clinician in kjernejournal")
    if restricts and _says(status.get("privacySetting"), "isRestricted"):
        raise Refused("She has restricted kjernejournal: it is opened there, with her consent")


def _says(value: Any, name: str) -> bool:
    return isinstance(value, dict) and value.get(name) is True


def _held(resource: dict[str, Any]) -> Held:
    ours = (row.get("value", "") for row in resource.get("identifier", []) if row.get("system") == _SOURCE)
    return Held(resource["id"], next(ours, ""), resource)


def _is_known(response: httpx.Response) -> bool:
    """Whether this event has been registered before, in a session that ended before its answer came."""
    if response.status_code != httpx.codes.CONFLICT:
        return False
    try:
        issues = response.json().get("issue", [])
    except (ValueError, AttributeError):
        return False
    return any(isinstance(issue, dict) and issue.get("code") == "duplicate" for issue in issues)
