"""Mock of kjernejournal's portal, below ``/portal``: sessions that a record system makes, and the page that a code opens.

The flow of https://github.com/NorskHelsenett/kjernejournal-innlogging-klient: the code is good once, for a minute, with the
verifier of its challenge (RFC 7636, S256); sessions end by themselves. Every opening stands in the log, as it does there.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route

from helsekort_sandbox.answering import Service, bare
from helsekort_sandbox.controls import control_routes
from helsekort_sandbox.effects import Wrong
from helsekort_sandbox.resource_server import ATTEST, HPR, PID, actor

AUDIENCE = "nhn:kjernejournal"
RIGHT = f"{AUDIENCE}/innlogging"
BASES = ("SAMTYKKE", "AKUTT", "UNNTAK")
PROFESSIONS = "urn:oid:2.16.578.1.12.4.1.1.9060"
CODE_LIVES, SESSION_LIVES = 60.0, 3600.0
Json = dict[str, Any]
Choices = Callable[[str], Json]


class Portal(Service):
    """Sessions by id: a fold of the effect log. ``choices`` tells what a woman has chosen in kjernejournal."""

    def __init__(self, issuer: str, state: Path, choices: Choices) -> None:
        super().__init__(issuer, AUDIENCE, state / "portal.ndjson")
        self.choices = choices

    async def create(self, request: Request) -> Response:
        """A session about a woman: ``{ehr_code_challenge, claims}`` → ``{code, sessionId}``."""
        return await self.answered(
            request,
            self._create,
            lambda entry: JSONResponse({"code": entry["code"], "sessionId": entry["event"]}),
        )

    def _create(self, request: Request, claims: Json, raw: bytes) -> Json:
        self._check_clinician(request, claims)
        try:
            body = json.loads(raw)
            asked, challenge = body["claims"], str(body["ehr_code_challenge"])
            nin, basis = str(asked["patient_identifier"]["id"]), asked["access_basis"]
            practitioner = asked["practitioner_authorization"]
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {ehr_code_challenge, claims}") from error
        attested = claims.get(ATTEST, {}).get("practitioner", {}).get("authorization", {}).get("code")
        if (practitioner.get("system"), practitioner.get("code")) != (PROFESSIONS, attested):
            raise Wrong(403, "forbidden", "practitioner_authorization is not what the token attests")
        if basis.get("code") not in BASES or basis.get("system") != "SYSTEM_GRUNNLAG" or len(challenge) != 43:
            raise Wrong(400, "value", "access_basis, or the challenge, is none")
        choices = self.choices(nin)
        if choices.get("reservation") or claims[HPR] in choices.get("blocked", ()):
            raise Wrong(403, "suppressed", "She has chosen that this is not shown")
        details: Json = {"event": secrets.token_hex(16), "patient": nin, "actor": actor(claims)}
        details |= {"basis": basis["code"], "challenge": challenge, "code": secrets.token_urlsafe(24)}
        return self.log.append(request, 200, details | {"made": self.log.clock.now()}, effect=True)

    def _check_clinician(self, request: Request, claims: Json) -> None:
        if not request.headers.get("x-source-system"):
            raise Wrong(400, "required", "X-SOURCE-SYSTEM is required")
        if RIGHT not in str(claims.get("scope", "")).split():
            raise Wrong(403, "forbidden", f"The scope {RIGHT} is required")
        if not claims.get(PID) or not claims.get(HPR):
            raise Wrong(403, "forbidden", "Only a clinician in person opens kjernejournal")

    async def refresh(self, request: Request) -> Response:
        """The session goes on."""
        return await self.answered(request, lambda *given: self._goes_on("refreshes", *given), bare)

    async def end(self, request: Request) -> Response:
        """The session ends, for who made it."""
        return await self.answered(request, lambda *given: self._goes_on("ends", *given), bare)

    def _goes_on(self, what: str, request: Request, claims: Json, raw: bytes) -> Json:
        self._check_clinician(request, claims)
        try:
            session = str(json.loads(raw)["sessionId"])
        except (ValueError, KeyError, TypeError) as error:
            raise Wrong(400, "structure", "The body is {sessionId}") from error
        made = self.log.of("event", session)
        if made is None or made["actor"]["hpr"] != claims.get(HPR) or not self._lives(session):
            raise Wrong(404, "not-found", "No such session")
        return self.log.append(request, 204, {what: session, "at_second": self.log.clock.now()}, effect=True)

    def _lives(self, session: str) -> bool:
        rows = self.log.effects()
        seen = [
            float(row.get("made") or row.get("at_second") or 0.0)
            for row in rows
            if session in (row.get("event"), row.get("refreshes"))
        ]
        ended = any(row.get("ends") == session for row in rows)
        return bool(seen) and not ended and self.log.clock.now() - max(seen) < SESSION_LIVES

    async def page(self, request: Request) -> Response:
        """What the clinician's browser opens: with the code and its verifier, once."""
        code, verifier = (
            request.query_params.get("code", ""),
            request.query_params.get("ehr_code_verifier", ""),
        )
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        rows = self.log.effects()
        made = next((row for row in rows if code and row.get("code") == code), None)
        used = any(row.get("opens") == code for row in rows)
        good = made and made["challenge"] == challenge and not used and self._lives(made["event"])
        if not made or not good or self.log.clock.now() - made["made"] > CODE_LIVES:
            self.log.append(
                request,
                403,
                {"refused": "the code is none, or used, or its verifier is another"},
                effect=False,
            )
            return HTMLResponse("<h1>Kjernejournal: ingen tilgang</h1>", 403)
        self.log.append(
            request, 200, {"opens": code, "shows": made["patient"], "actor": made["actor"]}, effect=True
        )
        return HTMLResponse(
            "<!doctype html><html lang=nb><title>Kjernejournal</title><h1>Kjernejournal (sandkasse)</h1>"
        )


def mount(issuer: str, state: Path, choices: Choices) -> Mount:
    """The portal below ``/portal``."""
    service = Portal(issuer, state, choices)
    routes = [
        Route("/api/session/create", service.create, methods=["POST"]),
        Route("/api/session/refresh", service.refresh, methods=["POST"]),
        Route("/api/session/end", service.end, methods=["POST"]),
        Route("/hentpasient.html", service.page, methods=["GET"]),
    ]
    return Mount("/portal", routes=[*routes, *control_routes(service.log, service.faults)])
