"""Mock of Helsepersonellregisteret and Adresseregisteret: who is authorised as what, and what organisations are called.

The real ones speak through Maskinporten and SOAP: the contract is ours. It answers in the process of Persontjenesten, with
its log and its faults.
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox.answering import Service
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.people import CLINICIANS, ORGANIZATIONS, SECRETARY
from helsekort_sandbox.resource_server import PID, ResourceServer

BASE = "/hpr/v1"
ADDRESSES = "/ar/v1/organization"
AUDIENCE = "nhn:hpr"
Json = dict[str, Any]


def _everybody() -> dict[str, Json]:
    rows = [(row.hpr, row.name, row.profession) for row in CLINICIANS.values()] + [
        (SECRETARY[2], SECRETARY[0], "HE")
    ]
    return {
        hpr: {
            "hprNumber": hpr,
            "name": name,
            "authorizations": [{"profession": profession, "from": "2010-01-01"}],
        }
        for hpr, name, profession in rows
    }


def _places() -> dict[str, Json]:
    rows = {row.orgnr: row.name for row in ORGANIZATIONS.values()} | {
        row.parent: row.parent_name for row in ORGANIZATIONS.values()
    }
    return {
        number: {
            "organizationNumber": number,
            "name": name,
            "communicationParties": [{"herId": 8_000_000 + n, "name": name}],
        }
        for n, (number, name) in enumerate(sorted(rows.items()))
    }


class Hpr(Service):
    """The two registers; ``shared`` lends its log and its faults."""

    def __init__(self, issuer: str, shared: Service) -> None:
        self.server = ResourceServer(issuer, AUDIENCE)
        self.log, self.faults = shared.log, shared.faults
        self.people, self.places = _everybody(), _places()
        self.events: list[Json] = []
        for entry in self.log.entries:
            if "hprChange" in entry:
                self._know(entry["hprChange"])

    def _know(self, change: Json) -> None:
        if "organizationNumber" in change:
            self.places[change["organizationNumber"]] = change
            return
        self.people[change["hprNumber"]] = change
        self.events.append({"sequenceNumber": len(self.events) + 1, "hprNumber": change["hprNumber"]})

    async def change(self, request: Request) -> Response:
        """A person or an organisation as it is from now on, in the words of the registers' answers."""
        try:
            wanted = await request.json()
            is_whole = {"hprNumber", "name", "authorizations"} == set(wanted) or {
                "organizationNumber", "name", "communicationParties",
            } == set(wanted)  # fmt: skip
        except (ValueError, TypeError):
            is_whole = False
        if not is_whole:
            return self.refusal(
                Wrong(400, "structure", "The body is a person or an organisation as it is answered")
            )
        self.log.append(request, 200, {"hprChange": wanted}, effect=True)
        self._know(wanted)
        return JSONResponse(wanted)

    async def person(self, request: Request) -> Response:
        """Whoever has an HPR number."""
        return await self.shown(request, lambda _, claims, raw: _one(claims, raw, "hprNumber", self.people))

    async def organization(self, request: Request) -> Response:
        """An organisation and its communication parties."""
        return await self.shown(
            request, lambda _, claims, raw: _one(claims, raw, "organizationNumber", self.places)
        )

    async def changes(self, request: Request) -> Response:
        """What changed after an event."""
        return await self.shown(request, self._changes)

    def _changes(self, request: Request, _: Json, __: bytes) -> Response:
        try:
            after = int(request.query_params.get("after", "0"))
        except ValueError as error:
            raise Wrong(400, "value", "after is a number") from error
        return JSONResponse({"results": self.events[max(after, 0) :][:1000]})


def _one(claims: Json, raw: bytes, name: str, rows: dict[str, Json]) -> Response:
    if claims.get(PID):
        raise Wrong(403, "forbidden", "Systems look up here, not persons")
    try:
        number = str(json.loads(raw)[name])
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong(400, "structure", f"The body is {{{name}}}") from error
    if number not in rows:
        raise Wrong(404, "not-found", "Not known")
    return JSONResponse(rows[number])


def routes(issuer: str, shared: Service) -> list[Route]:
    """The routes of both registers."""
    service = Hpr(issuer, shared)
    return [
        Route("/_authorizations", service.change, methods=["POST"]),
        Route(f"{BASE}/person", service.person, methods=["POST"]),
        Route(f"{BASE}/changes", service.changes),
        Route(ADDRESSES, service.organization, methods=["POST"]),
    ]
