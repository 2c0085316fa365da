"""What a mock service did, as an append-only log on disk, and the faults it is told to show.

One line for each request that reached the service, before any deduplication: tests count effects here. The state of a
service is the fold of this log, so that a restart finds it again.
"""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


class Wrong(Exception):
    """A request that is refused with ``status``; the reason never repeats what was sent."""

    def __init__(self, status: int, code: str, why: str) -> None:
        super().__init__(why)
        self.status, self.code, self.why = status, code, why


class EffectLog:
    """NDJSON, one object a line; ``effect`` says whether the request changed anything."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = path
        path.touch(0o600)
        whole = path.read_bytes().rpartition(b"\n")[0]  # a line cut short by a crash was never answered
        self.entries: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]
        path.write_bytes(whole + b"\n" if whole else b"")

    def append(
        self, request: Request, status: int, details: dict[str, Any], *, effect: bool
    ) -> dict[str, Any]:
        """Write one line and have the kernel hold it before the answer leaves."""
        entry = {
            "number": len(self.entries) + 1,
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "method": request.method,
            "path": request.url.path,
            "status": status,
            "effect": effect,
            **details,
        }
        with self.path.open("a") as file:
            file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.entries.append(entry)
        return entry

    def effects(self) -> list[dict[str, Any]]:
        """The entries that changed something, oldest first."""
        return [entry for entry in self.entries if entry["effect"]]


@dataclass(slots=True)
class Faults:
    """``{"errorRate", "status", "count", "latencyMs", "dropAfterEffect"}``: how the next requests go wrong.

    ``count`` is how many requests are hit (without it: all, until told otherwise); without ``errorRate`` each is.
    """

    rate: float = 0.0
    status: int = 503
    left: int | None = None
    latency: float = 0.0
    drop: bool = False
    dice: random.Random = field(default_factory=random.Random)

    def set(self, wanted: dict[str, Any]) -> None:
        """Replace the present faults; ``{}`` ends them. Raises ValueError for what is not known."""
        unknown = set(wanted) - {"errorRate", "status", "count", "latencyMs", "dropAfterEffect"}
        if unknown:
            raise ValueError(f"Unknown: {', '.join(sorted(unknown))}")
        self.left = None if wanted.get("count") is None else int(wanted["count"])
        self.status = int(wanted.get("status", 503))
        self.latency = float(wanted.get("latencyMs", 0)) / 1000
        self.drop = bool(wanted.get("dropAfterEffect", False))
        only_slow = set(wanted) <= {"latencyMs"}
        self.rate = 0.0 if only_slow else float(wanted.get("errorRate", 1.0))

    def strikes(self) -> bool:
        """Whether this request is hit; uses up one of ``count``."""
        if self.left == 0 or self.dice.random() >= self.rate:
            return False
        if self.left is not None:
            self.left -= 1
        return True

    async def meet(self) -> bool:
        """What the next request meets: delay, a refusal (Wrong), or True: do it, and let the answer be lost."""
        await asyncio.sleep(self.latency)
        struck = self.strikes()
        if struck and not self.drop:
            raise Wrong(self.status, "transient", "Fault on demand")
        return struck

    def as_json(self) -> dict[str, Any]:
        return {
            "errorRate": self.rate,
            "status": self.status,
            "count": self.left,
            "latencyMs": self.latency * 1000,
            "dropAfterEffect": self.drop,
        }


class Dropped(Response):
    """An answer that never arrives: the connection closes in the middle of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        headers = [(b"content-length", b"1")]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})


def control_routes(log: EffectLog, faults: Faults) -> list[Route]:
    """``GET /_log``, ``POST /_faults`` and a sign of life."""

    async def show_log(_: Request) -> Response:
        return JSONResponse({"count": len(log.effects()), "entries": log.entries})

    async def set_faults(request: Request) -> Response:
        try:
            faults.set(await request.json())
        except (ValueError, TypeError, AttributeError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(faults.as_json())

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    return [
        Route("/_log", show_log),
        Route("/_faults", set_faults, methods=["POST"]),
        Route("/health/live", live),
    ]
