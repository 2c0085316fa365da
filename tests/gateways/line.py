"""The gateways on one HTTP client, for the time of a test."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import httpx

from app.gateways.documents import Documents
from app.gateways.helseid import HelseId, read_client_key
from app.gateways.helsenorge import Helsenorge
from app.gateways.hpr import Hpr
from app.gateways.kjernejournal import Kjernejournal
from app.gateways.medicines import Medicines
from app.gateways.persontjenesten import Persontjenesten
from app.gateways.portal import Portal
from tests.fixtures.services import Services

T = TypeVar("T")


@dataclass(frozen=True)
class Line:
    """This product's own client, and the services that it speaks to."""

    helseid: HelseId
    kjernejournal: Kjernejournal
    helsenorge: Helsenorge
    persontjenesten: Persontjenesten
    hpr: Hpr
    documents: Documents
    medicines: Medicines
    portal: Portal
    http: httpx.AsyncClient


def speak(services: Services, story: Callable[[Line], Awaitable[T]], **changed: Any) -> T:
    """What ``story`` gives with a fresh client; ``changed`` replaces the issuer or the client id."""

    async def told() -> T:
        async with httpx.AsyncClient() as http:
            given = {"issuer": services.running.helseid, "client_id": "helsekort"} | changed
            key = read_client_key(services.key_file)
            helseid = HelseId(client_key=key, http=http, **given)
            others = (
                services.kjernejournal(http),
                services.helsenorge(http),
                services.persontjenesten(http),
                services.hpr(http),
                services.documents(http),
                Medicines(services.medicines_url, http),
                Portal(services.running.portal, services.running.portal, http),
            )
            line = Line(helseid, *others, http)
            return await story(line)

    return asyncio.run(told())


def answering(
    answer: Callable[[httpx.Request], httpx.Response], story: Callable[[httpx.AsyncClient], Awaitable[T]]
) -> T:
    """What ``story`` gives where a service answers as ``answer`` says, for answers that the mocks do not give."""

    async def told() -> T:
        async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
            return await story(http)

    return asyncio.run(told())
