"""``helsekort pilot evaluate``: the sums of a period, small ones withheld, as one page; that it was made stands in the log."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app import clock
from app.interactions.evaluating import summed
from app.mapping.measures_to_fhir import UNNAMED, Sum, told
from app.pregnancy.indicators import COUNTED
from app.render.pilot_report import Report, Share, page
from app.settings import Settings
from app.store.database import Database
from app.store.log import refuse
from app.store.pilot_numbers import Numbers, numbers
from app.worker.operator_log import entry

ALL = "Alle"
STATEMENT_MILLISECONDS = 600_000  # the log of a year is read once


def evaluate(
    settings: Settings, period: tuple[date, date], by: str, replay: Mapping[str, Any] | None = None
) -> str:
    """The page; ``replay`` is what ``helsekort replay --report`` wrote. Raises ValueError for a period that is none."""
    if period[0] > period[1]:
        raise ValueError(f"{period[1]} lies before {period[0]}")
    return asyncio.run(_evaluated(settings, period, by, replay))


async def _evaluated(
    settings: Settings, period: tuple[date, date], by: str, replay: Mapping[str, Any] | None
) -> str:
    database = Database(settings.database_url, connections=1, statement_timeout=STATEMENT_MILLISECONDS)
    await database.start()
    try:
        yesterday = clock.now().astimezone(clock.OSLO).date() - timedelta(days=1)
        until = (period[0], min(period[1], yesterday))
        asked = {"from": str(period[0]), "to": str(period[1])}
        await refuse(database, entry("$pilot-evaluation", by, asked), "told")
        found = await numbers(database, [row.id for row in COUNTED], until)
    finally:
        await database.stop()
    return page(_report(found, period, replay))


def _report(found: Numbers, period: tuple[date, date], replay: Mapping[str, Any] | None) -> Report:
    return Report(
        period=period,
        made=f"{clock.now().astimezone(clock.OSLO):%d.%m.%Y kl. %H.%M}",
        shares={id_: _shares(rows) for id_, rows in _by_indicator(found.sums).items()},
        months=found.months,
        alarms=found.alarms,
        requests=found.requests,
        messages=found.messages,
        milliseconds=found.milliseconds,
        replay=_played(replay) if replay else None,
    )


def _by_indicator(rows: Sequence[Any]) -> dict[str, list[Sum]]:
    found: dict[str, list[Sum]] = defaultdict(list)
    for row in rows:
        found[row["indicator"]].append(summed(row))
    return found


def _shares(rows: Sequence[Sum]) -> list[Share]:
    """All first, then each organisation; what of them is withheld, ``told`` says."""
    whole, parts = rows[0], rows[1:]
    everybody, kept = told(whole, parts)
    pairs = [
        (ALL, whole, everybody),
        *((part.name or UNNAMED, part, one) for part, one in zip(parts, kept, strict=True)),
    ]
    return [Share(name, one.share if one else None, row.met, row.cases) for name, row, one in pairs]


def _played(replay: Mapping[str, Any]) -> dict[str, Any]:
    times = replay.get("latency_ms", {})
    named = {"event": "Hendelse", "card": "Kort"}
    rows = {
        f"{named.get(kind, kind)}, {name} (ms)": value
        for kind, row in times.items()
        for name, value in row.items()
    }
    return {"Hendelser": replay.get("events", 0), "Hendelser i sekundet": replay.get("rate", 0)} | rows
