"""Her access log on Helsenorge: the same events that she reads here, redacted alike, each once, none left out.

Pasientjournalloven § 18. She is read for as herself, by the rows that decide what she may see of the log, so that nothing
stands there that does not stand here. Who has chosen to get no notices gets nothing there either: somebody else may hold
her phone. A row of the log can be written a little after its time: the last minutes are read again, under the same keys.
"""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

from app import clock
from app.gateways.access_log_feed import AccessLogFeed
from app.gateways.failures import Failure, Refused
from app.gateways.helseid import Token
from app.interactions.audit_reading import FIRST, stored
from app.interactions.context import House
from app.store import audit_events, breakers, deliveries, log_feed
from app.store.deliveries import HELSENORGE
from app.store.log_feed import CLIENT, Grown
from app.worker.attempts import masked, note_attempt
from app.worker.channels import Channels
from app.worker.hers import as_her

NAME = "Innsynslogg til Helsenorge"
SETTLED = timedelta(seconds=30)  # younger rows wait for the next time
OVERLAP = timedelta(minutes=10)  # longer than a request can take between its time and its row
_PAGE = 200
_log = logging.getLogger("helsekort.worker")
Json = dict[str, Any]


async def tell(house: House, channels: Channels, settled: timedelta = SETTLED) -> None:
    """Tell Helsenorge what is new in the log of each woman."""
    feed, helseid = channels.access_log, channels.helseid
    if feed is None or helseid is None or not await breakers.admit(house.database, HELSENORGE, clock.now()):
        return
    audience, until = house.settings.helsenorge_audience, clock.now() - settled
    known = await log_feed.since(house.database)
    span = (known - OVERLAP if known else FIRST, until)
    try:
        for row in await log_feed.grown(house.database, span):
            token = await helseid.machine_token(audience)
            with helseid.tried(audience):
                await _one(house, feed, token, row, until)
    except Failure as failure:
        await note_attempt(house, HELSENORGE, failure)
        return
    await log_feed.reached(house.database, until)
    await note_attempt(house, HELSENORGE, None)


async def _one(house: House, feed: AccessLogFeed, token: Token, row: Grown, until: datetime) -> None:
    """All of hers since Helsenorge was told, oldest first. Raises Unreachable."""
    if await deliveries.is_mute(house.database, row.patient, clock.now()):
        return
    span = (row.until - OVERLAP if row.until else FIRST, until)
    events = await _events(house, row, span)
    try:
        for n in range(0, len(events), _PAGE):
            await feed.tell(token, row.number, events[n : n + _PAGE])
    except Refused as refused:  # hers alone: the others' go on, and hers comes with what is next
        _log.error("an access log was not taken: %s", masked(str(refused)))
        return
    await log_feed.told(house.database, row.patient, until)


async def _events(house: House, row: Grown, span: tuple[datetime, datetime]) -> list[Json]:
    """As AuditEvents, as she reads them; that they are read stands in the log before any leaves."""
    found: list[Json] = []
    before: tuple[datetime, str] | None = None
    while True:
        facts = {
            "interaction": "operation", "operation": "$access-log", "type": "Patient", "target": row.patient
        }  # fmt: skip
        context = as_her(house, row.number, CLIENT, NAME, **facts)
        page = await audit_events.rows(
            context.session, patient=row.patient, span=span, before=before, count=_PAGE
        )
        found += [json.loads(stored(context, one, row.patient).body) for one in page]
        if len(page) < _PAGE:
            return found[::-1]
        before = (page[-1].at, page[-1].id)
