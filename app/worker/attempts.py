"""What an attempt to speak to another system came to: for all workers, and without anything of anybody."""

import logging
import re

from app import clock
from app.gateways.failures import Failure, Unreachable
from app.interactions.context import House
from app.store import breakers

_DIGITS = re.compile(r"\d{6,}")
_log = logging.getLogger("helsekort.worker")


def masked(reason: str) -> str:
    """``reason`` without anything that could be an identity number."""
    return _DIGITS.sub("…", reason)[:500]


async def note_attempt(house: House, system: str, failure: Failure | None) -> None:
    """What an attempt said of a register, for all workers."""
    if isinstance(failure, Unreachable) and failure.is_down:
        reason = masked(str(failure))
        await breakers.went_wrong(house.database, system, clock.now(), reason, failure.retry_after)
        return
    if failure is not None:
        _log.error("%s: %s", system, masked(str(failure)))
    await breakers.went_well(house.database, system, clock.now())
