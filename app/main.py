"""create_app(): the one place that knows everything."""

import asyncio
import gc
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from app import clock
from app.access.sealing import Seal, read_key
from app.access.signing import read as read_signing
from app.api.app_server import AppServer
from app.api.browsers import cors
from app.api.dispatch import Application, Dispatcher
from app.api.endpoint import Door
from app.api.identity import Identity
from app.api.metadata import software_version
from app.api.routes import routes, rows
from app.api.shared_counters import FOLDER, SharedCounters
from app.gateways.elsewhere import elsewhere
from app.gateways.fullmakt import representation
from app.interactions.context import House
from app.interactions.switches import announce
from app.settings import Settings, read
from app.store.card import compile_first
from app.store.database import Database

_LEAST_COMPRESSED = 1024  # smaller bodies do not shrink by what compressing costs
_COMPRESSION = 4


def _rooms(settings: Settings) -> tuple[House, Identity, AppServer | None]:
    """The house, who verifies at its door, and the authorization server for apps where there is one."""
    key = read_key(settings.server_key_file)
    database = Database(
        settings.database_url, connections=settings.connections, statement_timeout=settings.statement_timeout,
        consent_required=settings.participation == "consent", area=settings.area,
        proof_required=bool(settings.representation_url),
    )  # fmt: skip
    notifying = read_signing(settings.notification_key_file)
    house = House(settings, database, Seal(key), notifying, elsewhere(settings), representation(settings))
    signing = read_signing(settings.app_key_file)
    identity = Identity(settings, key, signing.verifying() if signing else None)
    return house, identity, AppServer(house, identity, signing) if signing else None


def create_app(settings: Settings | None = None) -> FastAPI:
    """The application of ``settings``, or of the environment."""
    settings = settings or read()
    announce(settings)
    house, identity, apps = _rooms(settings)
    door, database = Door(house, identity), house.database

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await database.start()
        compile_first()
        reading = [asyncio.create_task(identity.read_keys())]
        if app.state.shared is not None:
            reading.append(asyncio.create_task(app.state.shared.keep()))
        gc.freeze()  # what starting made stays: to look through it all again holds up every caller for 0.1 s
        yield
        for task in reading:
            task.cancel()
        await database.stop()
        for line in (house.elsewhere, house.representation):
            if line is not None:
                await line.http.aclose()
        if apps is not None:
            await apps.http.aclose()

    app = Application(
        title="Helsekort", version=software_version(), lifespan=lifespan, openapi_url=None, routes=[*routes(door)],
        redirect_slashes=False,
    )  # fmt: skip
    dispatcher = Dispatcher(app.behind, rows(door))
    front = GZipMiddleware(dispatcher, minimum_size=_LEAST_COMPRESSED, compresslevel=_COMPRESSION)
    app.front = CORSMiddleware(front, **cors(settings.cors_origins)) if settings.cors_origins else front
    app.state.house, app.state.app_server = house, apps
    app.state.counters, app.state.shared = dispatcher.counters, None
    if os.environ.get(FOLDER):
        app.state.shared = SharedCounters(os.environ[FOLDER], dispatcher.counters, database)
    app.state.started = clock.instant(clock.now())
    return app
