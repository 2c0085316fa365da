"""Health: live (the process answers), ready (the database answers, durably configured), adapters (other systems do)."""

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app import clock
from app.fhir.outcome import FhirError
from app.gateways.elsewhere import Elsewhere
from app.pregnancy.elsewhere import MEDICINES as BESIDE
from app.settings import Settings
from app.store import delivery_health
from app.store.breakers import Breaker
from app.store.deliveries import DOCUMENTS, HELSENORGE, KJERNEJOURNAL, RECORD
from app.store.landscape_tables import CLOSED, OPEN
from app.store.registers import HPR, PERSONTJENESTEN

MEDICINES = "medicines"


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


def set_up(settings: Settings) -> dict[str, bool]:
    """The other systems, and whether each is set up."""
    return {
        KJERNEJOURNAL: bool(settings.kjernejournal_url),
        HELSENORGE: bool(settings.helsenorge_url),
        PERSONTJENESTEN: bool(settings.persontjenesten_url),
        HPR: bool(settings.hpr_url),
        DOCUMENTS: bool(settings.documents_url),
        RECORD: bool(settings.national_record_url),
        MEDICINES: bool(settings.medicines_url),
    }


def _waited_for(elsewhere: Elsewhere) -> Breaker:
    """Her medicines are asked for while somebody waits: how this process found the service."""
    recent = elsewhere.recent
    state = OPEN if recent.is_down(BESIDE) else CLOSED
    return Breaker(
        MEDICINES, state, int(state == OPEN), 0, None, recent.succeeded.get(BESIDE), recent.failed.get(BESIDE)
    )


async def adapters(request: Request) -> Response:
    """What waits for each other system, and whether it answers; ``degraded`` where one does not, or refused something."""
    house = request.app.state.house
    at = clock.now()
    try:
        found = await delivery_health.adapters(house.database, set_up(house.settings))
    except (FhirError, asyncpg.PostgresError, OSError):
        return JSONResponse({"status": "down", "database": "does not answer"}, 503)
    for row in found:
        if row.name == MEDICINES and house.elsewhere is not None:
            row.breaker = _waited_for(house.elsewhere)
    rows = [row.as_json(at) for row in found]
    is_well = all(row["breaker"] == CLOSED and not row["dead"] for row in rows)
    return JSONResponse({"status": "up" if is_well else "degraded", "adapters": rows})
