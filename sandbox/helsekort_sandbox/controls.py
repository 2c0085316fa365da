"""What a tester may do with a mock service: read its log, tell it to go wrong, move its clock."""

import html
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from helsekort_sandbox.effects import EffectLog, Entry
from helsekort_sandbox.faults import Faults

_COLUMNS = ("number", "at", "method", "path", "status", "effect")


def described(document: dict[str, Any]) -> Route:
    """``GET /openapi.json``."""

    async def show(_: Request) -> Response:
        return JSONResponse(document)

    return Route("/openapi.json", show)


def control_routes(log: EffectLog, faults: Faults) -> list[Route]:
    """``GET /_log`` (JSON, or a page for a browser), ``POST /_faults``, ``POST /_clock``, ``POST /_lose`` (the last
    effects, as by a restore) and a sign of life."""

    async def show_log(request: Request) -> Response:
        since = int(request.query_params.get("since", 0))
        entries = log.entries[since:]
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_page(entries))
        return JSONResponse({"count": len(log.effects()), "entries": entries})

    async def set_faults(request: Request) -> Response:
        return await _told(request, faults.set, faults.as_json)

    async def set_clock(request: Request) -> Response:
        return await _told(request, log.clock.set, log.clock.as_json)

    async def lose(request: Request) -> Response:
        gone: list[int] = []
        return await _told(
            request, lambda wanted: gone.extend(log.lose(int(wanted["last"]))), lambda: {"lost": gone}
        )

    async def show(request: Request) -> Response:
        return JSONResponse(faults.as_json() if request.url.path == "/_faults" else log.clock.as_json())

    async def live(_: Request) -> Response:
        return JSONResponse({"status": "live"})

    return [
        Route("/_log", show_log),
        Route("/_faults", show, methods=["GET"]),
        Route("/_faults", set_faults, methods=["POST"]),
        Route("/_lose", lose, methods=["POST"]),
        Route("/_clock", show, methods=["GET"]),
        Route("/_clock", set_clock, methods=["POST"]),
        Route("/health/live", live),
    ]


async def _told(request: Request, change: Callable[[Any], None], tell: Callable[[], Any]) -> Response:
    try:
        change(await request.json())
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        return JSONResponse({"error": str(error)}, 400)
    return JSONResponse(tell())


def _page(entries: list[Entry]) -> str:
    """The requests as a table, newest first; details fold out."""
    rows = []
    for entry in reversed(entries):
        cells = "".join(f"<td>{html.escape(str(entry[name]))}</td>" for name in _COLUMNS)
        rest = {name: value for name, value in entry.items() if name not in _COLUMNS}
        shown = html.escape("\n".join(f"{name}: {value}" for name, value in rest.items()))
        rows.append(f"<tr>{cells}<td><details><summary>more</summary><pre>{shown}</pre></details></td></tr>")
    head = "".join(f"<th>{name}</th>" for name in _COLUMNS)
    style = "body{font-family:sans-serif}td,th{padding:.2em .6em;text-align:left;vertical-align:top}"
    return (
        f"<!doctype html><html lang=en><title>Requests</title><style>{style}</style>"
        f"<table><tr>{head}<th></th></tr>{''.join(rows)}</table></html>"
    )
