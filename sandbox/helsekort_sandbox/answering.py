"""What the mock services have in common: how a request with an effect is met, authenticated, taken and answered."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from helsekort_sandbox.effects import EffectLog, Wrong
from helsekort_sandbox.faults import Dropped, Faults
from helsekort_sandbox.proofs import Refused
from helsekort_sandbox.resource_server import HPR, ResourceServer, unauthorized

Claims = dict[str, Any]
Effect = dict[str, Any]  # an entry of the effect log
Choices = Callable[[str], dict[str, Any]]  # of the woman with this number


class Service:
    """A service for ``audience`` whose state is the fold of the effect log at ``path``."""

    def __init__(self, issuer: str, audience: str, path: Path) -> None:
        self.server = ResourceServer(issuer, audience)
        self.log = EffectLog(path)
        self.faults = Faults(self.log.clock)

    def refusal(self, wrong: Wrong) -> Response:
        """How the service words a refusal."""
        return JSONResponse({"error": wrong.why}, wrong.status)

    async def answered(
        self,
        request: Request,
        take: Callable[[Request, Claims, bytes], Effect],
        told: Callable[[Effect], Response],
    ) -> Response:
        """``told`` of what ``take`` wrote into the log; every refusal stands there too, without an effect."""
        try:
            fate = await self.faults.meet()
            claims, raw = self.server.authenticate(request), await request.body()
            entry = take(request, claims, raw)
            if fate.is_doubled:
                entry = take(request, claims, raw)
        except Refused as refusal:
            self.log.append(request, 401, {"refused": refusal.why}, effect=False)
            return unauthorized(refusal)
        except Wrong as wrong:
            self.log.append(request, wrong.status, {"refused": wrong.why}, effect=False)
            return self.refused(wrong)
        await asyncio.sleep(fate.hang)
        return Dropped(status_code=entry["status"]) if fate.is_lost else told(entry)

    async def shown(self, request: Request, tell: Callable[[Request, Claims, bytes], Response]) -> Response:
        """What ``tell`` reads: nothing is written down of it."""
        try:
            await self.faults.meet_reading()
            return tell(request, self.server.authenticate(request), await request.body())
        except Refused as refusal:
            return unauthorized(refusal)
        except Wrong as wrong:
            return self.refused(wrong)

    def refused(self, wrong: Wrong) -> Response:
        """The refusal with its headers."""
        response = self.refusal(wrong)
        response.headers.update(wrong.headers)
        return response


def bare(entry: Effect) -> Response:
    """The status alone."""
    return Response(status_code=entry["status"])


def content(raw: bytes, names: set[str]) -> dict[str, Any]:
    """The JSON object in ``raw``, which has exactly these members. Raises Wrong."""
    try:
        said: dict[str, Any] = json.loads(raw)
        is_whole = set(said) == names
    except (ValueError, TypeError) as error:
        raise Wrong(400, "structure", "The body is not JSON") from error
    if not is_whole:
        raise Wrong(400, "structure", f"The body is {', '.join(sorted(names))}")
    return said


def privacy(choices: Choices, claims: Claims, raw: bytes) -> Response:
    """What a woman has chosen at kjernejournal, and whether she shuts out who asks: the body is ``{nin}``. Raises Wrong."""
    try:
        chosen = choices(str(json.loads(raw)["nin"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Wrong(400, "structure", "The body is {nin}") from error
    setting = {
        "hasReservationKjernejournal": bool(chosen.get("reservation")),
        "isRestricted": bool(chosen.get("restricted")),
    }
    blocked = {"isBlockedForUser": claims[HPR] in chosen.get("blocked", ())} if claims.get(HPR) else {}
    return JSONResponse({"privacySetting": setting, **blocked})
