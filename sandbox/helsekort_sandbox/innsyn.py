"""Mock of Helsenorge's access log (*innsynslogg*): takes the events of a citizen's log, each once.

Helsenorge publishes no such interface: the contract is ours. It answers in the process of Helsenorge, with its log and faults.
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from helsekort_sandbox.answering import Service, bare
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import PID, actor

PATH = "/innsynslogg/v1"
Json = dict[str, Any]


class AccessLog:
    """Which events are there: a fold of the log of ``service``."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.there: dict[tuple[str, str], Json] = {}
        for entry in service.log.entries:
            self._know(entry)

    def _know(self, entry: Json) -> None:
        for event in entry.get("events", ()):
            self.there[entry["mottaker"], event["id"]] = event

    async def take(self, request: Request) -> Response:
        """More of a citizen's log."""
        return await self.service.answered(request, self._take, bare)

    def _take(self, request: Request, claims: Json, raw: bytes) -> Json:
        if claims.get(PID):
            raise Wrong(403, "forbidden", "Logs are told by systems, not by persons")
        try:
            said = json.loads(raw)
            who, events = str(said["mottaker"]), list(said["hendelser"])
            ids = [str(event["id"]) for event in events if event["resourceType"] == "AuditEvent"]
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {mottaker, hendelser}") from error
        if len(ids) != len(events):
            raise Wrong(422, "business-rule", "An event is an AuditEvent with an id")
        new = [event for event in events if (who, str(event["id"])) not in self.there]
        details = {"mottaker": who, "events": new, "actor": actor(claims)}
        entry = self.service.log.append(request, 204, details, effect=bool(new))
        self._know(entry)
        return entry


def routes(service: Service) -> list[Route]:
    """The routes of the access log."""
    return [Route(PATH, AccessLog(service).take, methods=["POST"])]
