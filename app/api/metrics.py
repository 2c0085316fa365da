"""``GET /metrics``, for the operator's monitoring: Prometheus' text format, and numbers about nobody.

https://prometheus.io/docs/instrumenting/exposition_formats/. It is answered to the networks of a setting alone, and never
where a proxy passed the request on: there the network is the proxy's.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network
from itertools import accumulate
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import clock
from app.api.counters import BOUNDS, Counter
from app.api.health import set_up
from app.api.metadata import software_version
from app.api.shared_counters import SharedCounters
from app.fhir.outcome import FhirError
from app.interactions.context import House
from app.store import delivery_health, measures
from app.store.landscape_tables import CLOSED, HALF_OPEN, OPEN

TEXT = "text/plain; version=0.0.4; charset=utf-8"
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")
Sample = tuple[str, Mapping[str, str], float]


async def metrics(request: Request) -> Response:
    """The numbers of this server's processes, and those of the database where it answers."""
    house: House = request.app.state.house
    address = request.client.host if request.client else ""
    if not _is_near(address, house.settings.metrics_networks) or any(h in request.headers for h in _PROXIED):
        return PlainTextResponse("Not found\n", 404)
    lines = [*_described("info", "gauge", "What runs", [("", {"version": software_version()}, 1)])]
    shared: SharedCounters | None = request.app.state.shared
    counters, (open_, idle) = (
        shared.together() if shared else (request.app.state.counters, house.database.held())
    )
    lines += _requests(counters)
    rows: list[Sample] = [("", {"state": "open"}, open_), ("", {"state": "idle"}, idle)]
    lines += _described("connections", "gauge", "Connections to the database", rows)
    try:
        lines += await _stored(house)
        up = 1
    except (FhirError, asyncpg.PostgresError, OSError):
        up = 0
    lines += _described("database_up", "gauge", "Whether the database answers", [("", {}, up)])
    return Response("\n".join(lines) + "\n", headers={"Cache-Control": "no-store"}, media_type=TEXT)


def _is_near(address: str, networks: str) -> bool:
    try:
        return any(ip_address(address) in ip_network(one) for one in networks.split())
    except ValueError:
        return False


def _described(name: str, kind: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    full = f"helsekort_{name}"
    yield f"# HELP {full} {text}."
    yield f"# TYPE {full} {kind}"
    for suffix, labels, value in samples:
        named = ",".join(f'{key}="{word}"' for key, word in labels.items())
        yield f"{full}{suffix}{{{named}}} {value}" if named else f"{full}{suffix} {value}"


def _requests(counters: Iterable[Counter]) -> Iterator[str]:
    seen = [row for row in counters if row.statuses]
    yield from _described(
        "requests_total", "counter", "Answers by address and status",
        (("", row.labels | {"status": str(status)}, n) for row in seen for status, n in row.statuses.items()),
    )  # fmt: skip
    yield from _described(
        "request_seconds",
        "histogram",
        "Time until an answer is ready",
        (sample for row in seen for sample in _histogram(row)),
    )


def _histogram(row: Counter) -> Iterator[Sample]:
    bounds = (*map(str, BOUNDS), "+Inf")
    for bound, number in zip(bounds, accumulate(row.within), strict=True):
        yield "_bucket", row.labels | {"le": bound}, number
    yield "_sum", row.labels, round(row.seconds, 6)
    yield "_count", row.labels, sum(row.within)


async def _stored(house: House) -> Iterator[str]:
    """What stands in the database."""
    at = clock.now()
    adapters = await delivery_health.adapters(house.database, set_up(house.settings))
    jobs: list[Sample] = [
        ("", {"state": state}, n) for state, n in (await measures.jobs(house.database)).items()
    ]
    rows, lanes, sealed = await measures.unsealed(house.database)
    age: list[Sample] = [("", {}, round((at - sealed).total_seconds(), 1))] if sealed else []
    described: tuple[tuple[str, str, list[Sample]], ...] = (
        *_adapters([row.as_json(at) for row in adapters]),
        ("jobs", "Jobs of the worker", jobs),
        ("audit_unsealed_rows", "Rows of the log that no signed head covers", [("", {}, rows)]),
        ("audit_unsealed_lanes", "Lanes of the log with such rows", [("", {}, lanes)]),
        ("audit_sealed_age_seconds", "Time since a head was signed", age),
    )
    return (line for name, text, samples in described for line in _described(name, "gauge", text, samples))


def _adapters(found: list[dict[str, Any]]) -> Iterator[tuple[str, str, list[Sample]]]:
    """The ways to the other systems."""
    breakers: list[Sample] = [
        ("", {"system": row["name"], "state": state}, int(row["breaker"] == state))
        for row in found
        for state in (CLOSED, OPEN, HALF_OPEN)
    ]
    waiting: list[Sample] = [
        ("", {"system": row["name"], "state": state}, row[state])
        for row in found
        for state in ("pending", "waiting", "dead")
    ]
    oldest: list[Sample] = [("", {"system": row["name"]}, row["oldestSeconds"] or 0) for row in found]
    yield "breaker", "The breaker of each other system: 1 at its state", breakers
    yield "deliveries", "Messages to other systems", waiting
    yield "delivery_oldest_seconds", "Age of the oldest message that waits", oldest
