"""Mock of Persontjenesten: what the national registers know of a person, a feed of changes, and her GP of record.

The Person API as Norsk Helsenett publishes it (https://utviklerportal.nhn.no/informasjonstjenester/persontjenesten; a look-up
is a POST, so that no number stands in a URL; an event names a person by an id of the register's own). GPs of record stand
in a register of their own (*fastlegeregisteret*); its call here is ours. Everybody in it is made up.
"""

import hashlib
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox import hpr
from helsekort_sandbox.answering import Service
from helsekort_sandbox.contracts import document
from helsekort_sandbox.controls import control_routes, described
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, WOMEN, Woman
from helsekort_sandbox.register_contracts import HPR, PERSONTJENESTEN
from helsekort_sandbox.resource_server import PID

BASE = "/api"
GP_OF_RECORD = "/flr/v1/gp-of-record"
AUDIENCE = "nhn:hgd-persontjenesten-api"
RIGHT = f"{AUDIENCE}/read-with-legal-basis"
PAGE = 1000  # events in one answer
Json = dict[str, Any]


def remote_id(number: str) -> str:
    """The register's own id of a person: stable, and no number."""
    return hashlib.sha256(f"persontjenesten {number}".encode()).hexdigest()


def _born(woman: Woman) -> Json:
    """What the register knows of a woman of the pilot before anything happens."""
    place = {"isValid": True, "unknownResidence": {"municipalityNumber": woman.municipality}}
    return {
        "name": [{"isValid": True, "givenName": woman.given, "familyName": woman.family}],
        "birth": [{"isValid": True, "birthDate": f"{woman.birth.isoformat()}T00:00:00Z"}],
        "addressProtection": [{"isValid": True, "protectionLevel": "Unclassified"}],
        "residentialAddress": [place],
    }


def _contract(woman: Woman) -> Json:
    """Her GP of record, since the pilot began."""
    doctor = CLINICIANS[woman.gp]
    place = ORGANIZATIONS[doctor.organization]
    return {
        "organizationNumber": place.orgnr,
        "organizationName": place.name,
        "hprNumber": doctor.hpr,
        "name": doctor.name,
        "from": "2024-01-01",
    }


class Persontjenesten(Service):
    """The register and its feed: what it began with, and a fold of the changes in its log."""

    def __init__(self, issuer: str, state: Path) -> None:
        super().__init__(issuer, AUDIENCE, state / "persontjenesten.ndjson")
        self.persons: dict[str, list[tuple[int, Json]]] = {}
        self.contracts: dict[str, list[Json]] = {}
        self.events: list[Json] = []
        for woman in WOMEN.values():
            self.persons[woman.number] = [(0, _born(woman))]
            self.contracts[woman.number] = [_contract(woman)]
        for entry in self.log.entries:
            if "change" in entry:
                self._know(entry["change"])

    def _know(self, change: Json) -> Json:
        """Take a change in; the event that tells of it."""
        number, sequence = change["nin"], len(self.events) + 1
        before = self.persons[number][-1][1] if number in self.persons else {}
        self.persons.setdefault(number, []).append((sequence, before | change.get("person", {})))
        if "contracts" in change:
            self.contracts[number] = change["contracts"]
        event = {
            "sequenceNumber": str(sequence),
            "personId": remote_id(number),
            "eventType": change["eventType"],
            "at": self.log.clock.now(),
        }
        self.events.append(event)
        return event

    async def change(self, request: Request) -> Response:
        """Something happened: ``{"nin", "eventType", "person": parts that are replaced, "contracts": all of hers}``."""
        try:
            wanted = await request.json()
            known = {"nin", "eventType", "person", "contracts"}
            is_whole = isinstance(wanted["nin"], str) and not set(wanted) - known
        except (ValueError, KeyError, TypeError):
            is_whole = False
        if not is_whole:
            return self.refusal(Wrong(400, "structure", "The body is {nin, eventType, person, contracts}"))
        wanted.setdefault("eventType", "ChangeInPerson")
        self.log.append(request, 200, {"change": wanted}, effect=True)
        return JSONResponse(_told(self._know(wanted)))

    async def by_number(self, request: Request) -> Response:
        """One person, by a number in the body."""
        return await self.shown(request, self._by_number)

    def _by_number(self, _: Request, claims: Json, raw: bytes) -> Response:
        _check_right(claims)
        try:
            (number,) = parse_qs(raw.decode())["nin"]
        except (ValueError, KeyError) as error:
            raise Wrong(400, "structure", "The body is a form with nin") from error
        versions = self.persons.get(number)
        if not versions:
            raise Wrong(404, "not-found", "No such person")
        sequence, person = self._as_shown(versions)
        return JSONResponse({"id": remote_id(number), "sequenceNumber": sequence, **person})

    def _as_shown(self, versions: list[tuple[int, Json]]) -> tuple[int, Json]:
        """The newest version that a reading tells of: with ``staleMs`` one of a while ago."""
        before = self.log.clock.now() - self.faults.stale
        shown = [row for row in versions if not row[0] or self.events[row[0] - 1]["at"] <= before]
        return (shown or versions[:1])[-1]

    async def feed(self, request: Request) -> Response:
        """The events from a number on, at most a thousand."""
        return await self.shown(request, self._feed)

    def _feed(self, request: Request, claims: Json, _: bytes) -> Response:
        _check_right(claims)
        try:
            first = int(request.query_params.get("sequenceNumber", "0"))
        except ValueError as error:
            raise Wrong(400, "value", "sequenceNumber is a number") from error
        found = self.events[max(first - 1, 0) :][:PAGE]
        return JSONResponse({"results": [_told(event) for event in self.faults.mixed(found)]})

    async def latest(self, request: Request) -> Response:
        """The newest event."""
        return await self.shown(request, self._latest)

    def _latest(self, _: Request, claims: Json, __: bytes) -> Response:
        _check_right(claims)
        if not self.events:
            raise Wrong(404, "not-found", "There is no event yet")
        return JSONResponse(_told(self.events[-1]))

    async def gp_of_record(self, request: Request) -> Response:
        """The contracts of a woman with GPs, with their periods."""
        return await self.shown(request, self._gp_of_record)

    def _gp_of_record(self, _: Request, claims: Json, raw: bytes) -> Response:
        _check_right(claims)
        try:
            number = str(json.loads(raw)["nin"])
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {nin}") from error
        return JSONResponse({"contracts": self.contracts.get(number, [])})


def _told(event: Json) -> Json:
    return {name: event[name] for name in ("sequenceNumber", "personId", "eventType")}


def _check_right(claims: Json) -> None:
    if claims.get(PID):
        raise Wrong(403, "forbidden", "Systems look people up here, not persons")
    if RIGHT not in str(claims.get("scope", "")).split():
        raise Wrong(403, "forbidden", "The scope read-with-legal-basis is required")


def create_app(issuer: str, state: Path) -> Starlette:
    """The service, trusting ``issuer`` and keeping its log in the folder ``state``."""
    service = Persontjenesten(issuer, state)
    routes = [
        Route("/_changes", service.change, methods=["POST"]),
        Route(f"{BASE}/legal-basis/person/get-by-nin", service.by_number, methods=["POST"]),
        Route(f"{BASE}/legal-basis/event", service.feed),
        Route(f"{BASE}/legal-basis/event/latest", service.latest),
        Route(GP_OF_RECORD, service.gp_of_record, methods=["POST"]),
        *hpr.routes(issuer, service),
        *control_routes(service.log, service.faults),
        described(document("Mock national registers", (*PERSONTJENESTEN, *HPR))),
    ]
    return Starlette(routes=routes)
