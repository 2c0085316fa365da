"""Mock of Helsenorge's notices: tells a citizen that something is new, never what it is.

Helsenorge publishes no such interface (https://helsenorge.atlassian.net/wiki/spaces/HELSENORGE): the contract is ours.
Its point is the refusal: a text that is not one of the approved sentences could carry health information.
"""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox import forms, fullmakt, innsyn, pvk
from helsekort_sandbox.answering import Service, bare
from helsekort_sandbox.contracts import HELSENORGE, document
from helsekort_sandbox.controls import control_routes, described
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.form_contracts import FORMS
from helsekort_sandbox.pvk_contracts import FULLMAKT, PVK
from helsekort_sandbox.resource_server import PID, actor

PATH = "/notices/v1"
ACTIVE = "/digitaltaktiv/helsenorgeaktivsjekken/v1"
AUDIENCE = "nhn:helsenorge"
FIELDS = {"recipient", "messageType", "idempotencyKey", "text"}
MESSAGE_TYPES = {"helsekort.changed"}
APPROVED_TEXTS = {
    "Det er noe nytt i helsekortet ditt. Logg inn på Helsenorge for å lese det.",  # bokmål
    "Det er noko nytt i helsekortet ditt. Logg inn på Helsenorge for å lese det.",  # nynorsk
    "There is something new in your pregnancy health card. Log in to Helsenorge to read it.",
}


def _check_notice(raw: bytes) -> dict[str, str]:
    try:
        notice = json.loads(raw)
    except ValueError as error:
        raise Wrong(400, "structure", "The body is not JSON") from error
    if (
        not isinstance(notice, dict)
        or set(notice) != FIELDS
        or not all(isinstance(v, str) for v in notice.values())
    ):
        raise Wrong(400, "structure", f"A notice has exactly these texts: {', '.join(sorted(FIELDS))}")
    if len(notice["recipient"]) != 11 or not notice["recipient"].isdigit() or not notice["idempotencyKey"]:
        raise Wrong(
            422, "business-rule", "recipient is a national identity number, idempotencyKey is not empty"
        )
    if notice["messageType"] not in MESSAGE_TYPES:
        raise Wrong(422, "business-rule", "This message type is not approved")
    if notice["text"] not in APPROVED_TEXTS:
        raise Wrong(422, "business-rule", "This text is not approved: a notice carries no health information")
    return notice


class Helsenorge(Service):
    """The notices that were accepted: a fold of the effect log."""

    def __init__(self, issuer: str, state: Path) -> None:
        super().__init__(issuer, AUDIENCE, state / "helsenorge.ndjson")
        self.inactive: dict[str, bool] = {}
        for entry in self.log.entries:
            self.inactive |= entry.get("inactive", {})

    async def set_active(self, request: Request) -> Response:
        """Whether somebody uses Helsenorge: ``{"fnr", "erAktiv"}``; without it everybody does."""
        try:
            wanted = await request.json()
            change = {str(wanted["fnr"]): not wanted["erAktiv"]}
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"error": "The body is {fnr, erAktiv}"}, 400)
        self.log.append(request, 200, {"inactive": change}, effect=False)
        self.inactive |= change
        return JSONResponse(wanted)

    async def active(self, request: Request) -> Response:
        """Whether a citizen uses Helsenorge."""
        return await self.shown(request, self._active)

    def _active(self, _: Request, __: dict[str, Any], raw: bytes) -> Response:
        try:
            number = str(json.loads(raw)["fnr"])
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {fnr}") from error
        return JSONResponse({"erAktiv": not self.inactive.get(number)})

    async def notify(self, request: Request) -> Response:
        """Accept one notice, once for each idempotency key."""
        return await self.answered(request, self._take, _accepted)

    async def retract(self, request: Request) -> Response:
        """Take away all notices of the system to one recipient, once for each key."""
        return await self.answered(request, self._take_back, bare)

    def _take_back(self, request: Request, claims: dict[str, Any], raw: bytes) -> dict[str, Any]:
        if claims.get(PID):
            raise Wrong(403, "forbidden", "Notices are taken back by systems, not by persons")
        try:
            body = json.loads(raw)
            recipient, key = str(body["recipient"]), str(body["idempotencyKey"])
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {recipient, idempotencyKey}") from error
        notice = {"recipient": recipient, "idempotencyKey": key}
        known = any(entry["notice"] == notice for entry in self.log.all_of("key", key))
        details = {"key": key, "notice": notice, "actor": actor(claims), "retraction": True, "digest": ""}
        return self.log.append(request, 204, details, effect=not known)

    async def known(self, request: Request) -> Response:
        """Under which of the keys a notice was taken, whatever became of it."""
        return await self.shown(request, self._known)

    def _known(self, _: Request, claims: dict[str, Any], raw: bytes) -> Response:
        if claims.get(PID):
            raise Wrong(403, "forbidden", "Systems ask for their notices, not persons")
        try:
            keys = [str(key) for key in json.loads(raw)["idempotencyKeys"]]
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {idempotencyKeys}") from error
        stale = self.faults.stale
        there = [key for key in keys if self.log.all_of("key", key, stale)]
        return JSONResponse({"idempotencyKeys": there})

    def _take(self, request: Request, claims: dict[str, Any], raw: bytes) -> dict[str, Any]:
        if claims.get(PID):
            raise Wrong(403, "forbidden", "Notices are sent by systems, not by persons")
        notice = _check_notice(raw)
        digest = hashlib.sha256(json.dumps(notice, sort_keys=True).encode()).hexdigest()
        key = notice["idempotencyKey"]
        before = self.log.of("key", key)
        if before is not None and before["digest"] != digest:
            raise Wrong(409, "duplicate", "idempotencyKey was used for another notice")
        details: dict[str, Any] = {"key": key, "notice": notice, "actor": actor(claims), "digest": digest}
        if before is not None:
            details |= {"id": before["id"], "replayed": True}
            return self.log.append(request, before["status"], details, effect=False)
        return self.log.append(request, 202, details | {"id": secrets.token_hex(8)}, effect=True)


def _accepted(entry: dict[str, Any]) -> Response:
    return JSONResponse({"id": entry["id"], "status": "accepted"}, entry["status"])


def create_app(issuer: str, state: Path) -> Starlette:
    """The service, trusting ``issuer`` and keeping its log in the folder ``state``."""
    service = Helsenorge(issuer, state)
    routes = [
        Route(PATH, service.notify, methods=["POST"]),
        Route(ACTIVE, service.active, methods=["POST"]),
        Route("/_active", service.set_active, methods=["POST"]),
        Route(f"{PATH}/retraction", service.retract, methods=["POST"]),
        Route(f"{PATH}/known", service.known, methods=["POST"]),
        *pvk.routes(service),
        *fullmakt.routes(service, state),
        *forms.routes(service),
        *innsyn.routes(service),
        *control_routes(service.log, service.faults),
        described(document("Mock Helsenorge", (*HELSENORGE, *PVK, *FULLMAKT, *FORMS))),
    ]
    return Starlette(routes=routes)
