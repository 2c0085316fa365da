"""Mock of what Helsenorge has of forms and measurements: tasks to answer a form, and what citizens send in.

Helsenorge publishes no such interface: the contract is ours. It answers in the process of Helsenorge, with its log and its
faults. What a citizen sends in is told at ``/_submit``; the feed tells it in order, and again to whoever asks again.
"""

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox.answering import Service, bare, content
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import PID, actor

BASE = "/skjema/v1"
STATES = {"mottatt", "avvist"}
_PAGE = 100
Json = dict[str, Any]


class Forms:
    """Submissions and acknowledgements: a fold of the log of ``service``."""

    def __init__(self, service: Service) -> None:
        self.service = service

    async def ask(self, request: Request) -> Response:
        """Ask a citizen to answer a form, once for each key."""
        return await self.service.answered(request, self._ask, bare)

    def _ask(self, request: Request, claims: Json, raw: bytes) -> Json:
        return self._once(
            request, claims, _body(claims, raw, {"mottaker", "idempotencyKey", "skjema", "sprak"}), "task"
        )

    async def take_back(self, request: Request) -> Response:
        """Take away a citizen's tasks, once for each key."""
        return await self.service.answered(request, self._take_back, bare)

    def _take_back(self, request: Request, claims: Json, raw: bytes) -> Json:
        return self._once(request, claims, _body(claims, raw, {"mottaker", "idempotencyKey"}), "tasksEnded")

    def _once(self, request: Request, claims: Json, said: Json, what: str) -> Json:
        key = said["idempotencyKey"]
        before = self.service.log.of("key", key)
        if before is not None and before.get(what) != said:
            raise Wrong(409, "duplicate", "idempotencyKey was used for something else")
        details = {"key": key, what: said, "actor": actor(claims)}
        return self.service.log.append(request, 204, details, effect=before is None)

    async def known(self, request: Request) -> Response:
        """Under which of the keys a task was taken."""
        return await self.service.shown(request, self._known)

    def _known(self, _: Request, claims: Json, raw: bytes) -> Response:
        keys = _body(claims, raw, {"idempotencyKeys"})["idempotencyKeys"]
        log, stale = self.service.log, self.service.faults.stale
        return JSONResponse({"idempotencyKeys": [str(key) for key in keys if log.all_of("key", key, stale)]})

    async def submit(self, request: Request) -> Response:
        """A citizen sends something in: ``{"innbyggerFnr", "ressurs"}``, and ``id``, ``erstatter``."""
        try:
            wanted = await request.json()
            said = {
                "id": str(wanted.get("id") or uuid.uuid4()),
                "innbyggerFnr": str(wanted["innbyggerFnr"]),
                "ressurs": dict(wanted["ressurs"]),
                "erstatter": wanted.get("erstatter"),
            }
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "The body is {innbyggerFnr, ressurs, id, erstatter}"}, 400)
        self.service.log.append(request, 200, {"submission": said}, effect=False)
        return JSONResponse(said)

    async def submissions(self, request: Request) -> Response:
        """What was sent in after a place in the feed."""
        return await self.service.shown(request, self._submissions)

    def _submissions(self, request: Request, claims: Json, _: bytes) -> Response:
        _check_system(claims)
        after = request.query_params.get("etter", "")
        if not after.isdigit():
            raise Wrong(400, "structure", "etter is a number")
        rows = [
            {"nummer": entry["number"], **entry["submission"]}
            for entry in self.service.log.entries[int(after) :]
            if "submission" in entry
        ]
        return JSONResponse({"innsendinger": rows[:_PAGE]})

    async def acknowledge(self, request: Request) -> Response:
        """Whether what was sent in was taken, once for each."""
        return await self.service.answered(request, self._acknowledge, bare)

    def _acknowledge(self, request: Request, claims: Json, raw: bytes) -> Json:
        said = _body(claims, raw, {"id", "status", "grunn"})
        if said["status"] not in STATES:
            raise Wrong(422, "business-rule", f"status is one of {', '.join(sorted(STATES))}")
        key = f"submission {said['id']}"
        details = {"key": key, "acknowledged": said, "actor": actor(claims)}
        return self.service.log.append(request, 204, details, effect=self.service.log.of("key", key) is None)


def _check_system(claims: Json) -> None:
    if claims.get(PID):
        raise Wrong(403, "forbidden", "Systems ask and tell, not persons")


def _body(claims: Json, raw: bytes, names: set[str]) -> Json:
    _check_system(claims)
    return content(raw, names)


def routes(service: Service) -> list[Route]:
    """The routes of forms and measurements."""
    forms = Forms(service)
    return [
        Route(f"{BASE}/oppgaver", forms.ask, methods=["POST"]),
        Route(f"{BASE}/oppgaver/kjente", forms.known, methods=["POST"]),
        Route(f"{BASE}/oppgaver/tilbakekalling", forms.take_back, methods=["POST"]),
        Route("/_submit", forms.submit, methods=["POST"]),
        Route(f"{BASE}/innsendinger", forms.submissions),
        Route(f"{BASE}/innsendinger/kvittering", forms.acknowledge, methods=["POST"]),
    ]
