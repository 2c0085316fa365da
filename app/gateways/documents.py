"""Document sharing in kjernejournal (*Pasientens journaldokumenter*): the card is provided, replaced and taken back there.

https://utviklerportal.nhn.no/informasjonstjenester/kjernejournal (dokumentdeling): a facade of IHE MHD over XDS. Status (her
choices) and search (ITI-67) are as published; that documents are provided there (ITI-65, IHE MHD 4.2,
https://profiles.ihe.net/ITI/MHD/ITI-65.html) and marked as errors by their identifier is a contract of our own.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from app.gateways.failures import Unreachable, check
from app.gateways.helseid import Token, call
from app.gateways.kjernejournal import SOURCE_SYSTEM

SYSTEM = "Document sharing"
RIGHT = "provide-document"  # the scope's last part
URI = "urn:ietf:rfc:3986"
_FHIR = "application/fhir+json"


@dataclass(frozen=True, slots=True)
class Choices:
    """What she has chosen there: no sharing at all, or only by a consent that is asked for at each reading."""

    is_reserved: bool
    is_restricted: bool


@dataclass(frozen=True, slots=True)
class Provided:
    """A Provide Document Bundle; ``event`` makes repeated sending harmless, ``number`` is hers."""

    event: str
    body: bytes = field(repr=False)
    number: str = field(repr=False)


class Documents:
    """The service at ``base``."""

    def __init__(self, base: str, http: httpx.AsyncClient) -> None:
        self._base, self._http = base.rstrip("/"), http

    async def choices(self, token: Token, number: str) -> Choices:
        """Her own choices. Raises Refused, Unreachable."""
        body = json.dumps({"nin": number}).encode()
        headers = {"Content-Type": "application/json"}
        response = await call(self._http, token, SYSTEM, f"{self._base}/status", body, headers)
        check(response, SYSTEM)
        try:
            said = response.json()["privacySetting"]
            return Choices(said["hasReservationKjernejournal"] is True, said["isRestricted"] is True)
        except (ValueError, KeyError, TypeError) as error:
            raise Unreachable(f"{SYSTEM} gave a status that cannot be read") from error

    async def provide(self, token: Token, provided: Provided) -> bool:
        """Provide the document; false where another state of it came before under this event. Raises Refused, Unreachable."""
        headers = self._headers(provided.number, provided.event) | {"Content-Type": _FHIR}
        response = await call(self._http, token, SYSTEM, f"{self._base}/R4/fhir", provided.body, headers)
        if response.status_code == httpx.codes.CONFLICT and _is_duplicate(response):
            return False
        check(response, SYSTEM)
        return True

    async def retract(self, token: Token, document: str, number: str, event: str) -> None:
        """Say that ``document`` was shared in error; one that never came is no error. Raises Refused, Unreachable."""
        query = f"identifier={quote(f'{URI}|urn:uuid:{document}', safe='')}"
        url = f"{self._base}/R4/fhir/DocumentReference?{query}"
        body = {
            "resourceType": "DocumentReference",
            "identifier": [{"system": URI, "value": f"urn:uuid:{document}"}],
            "status": "entered-in-error",
            "content": [{"attachment": {"title": "Helsekort"}}],
        }
        headers = self._headers(number, event) | {"Content-Type": _FHIR}
        response = await call(self._http, token, SYSTEM, url, json.dumps(body).encode(), headers, "PUT")
        if response.status_code != httpx.codes.NOT_FOUND:
            check(response, SYSTEM)

    async def found(self, token: Token, number: str, event: str) -> set[str]:
        """Which documents of hers stand there as current. Raises Refused, Unreachable."""
        body = urlencode({"patient.identifier": number, "status": "current"}).encode()
        headers = self._headers(number, event) | {"Content-Type": "application/x-www-form-urlencoded"}
        url = f"{self._base}/R4/fhir/DocumentReference/_search"
        response = await call(self._http, token, SYSTEM, url, body, headers)
        check(response, SYSTEM)
        try:
            rows = [entry["resource"] for entry in response.json().get("entry", [])]
            return {one["value"].removeprefix("urn:uuid:") for row in rows for one in row["identifier"]}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Unreachable(f"{SYSTEM} gave a list that cannot be read") from error

    def _headers(self, number: str, event: str) -> dict[str, str]:
        return {
            "Accept": f"{_FHIR}; fhirVersion=4.0",
            "nhn-source-system": SOURCE_SYSTEM,
            "nhn-patient-nin": number,
            "nhn-event-id": event,
        }


def _is_duplicate(response: httpx.Response) -> bool:
    try:
        issues: Any = response.json().get("issue", [])
    except (ValueError, AttributeError):
        return False
    return any(isinstance(issue, dict) and issue.get("code") == "duplicate" for issue in issues)
