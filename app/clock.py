"""Time and new identifiers: the only place that reads the machine's clock.

Tokens, audit and ``lastUpdated`` use this clock and never move; *clinical today* is an argument elsewhere.
"""

import os
import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

OSLO = ZoneInfo("Europe/Oslo")


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def instant(moment: datetime) -> str:
    """``moment`` as a FHIR ``instant`` in UTC with milliseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def new_id() -> str:
    """A new logical id: UUID version 7 (RFC 9562), so that neighbours in time are neighbours in the index."""
    milliseconds = time.time_ns() // 1_000_000
    rest = int.from_bytes(os.urandom(10))
    value = (milliseconds << 80) | rest
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def at(epoch: float) -> datetime:
    """The instant of a Unix time."""
    return datetime.fromtimestamp(epoch, UTC)
