"""Health: live (the process answers) and ready (the database answers, durably configured)."""

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.fhir.outcome import FhirError


async def live(_request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "up"})


async def ready(request: Request) -> Response:
    """The database answers."""
    try:
        milliseconds = await request.app.state.house.database.ping()
    except (FhirError, asyncpg.PostgresError, OSError):
        return JSONResponse({"status": "down", "database": "does not answer"}, 503)
    return JSONResponse({"status": "up", "database": {"milliseconds": round(milliseconds, 1)}})
