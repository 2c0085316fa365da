"""Work in one transaction, tried again where another writer was faster: no client is told of a race that it can win.

https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

import asyncpg

from app import clock
from app.fhir.outcome import Unavailable
from app.interactions.context import Context

TRIES = 5
_LONGEST_PAUSE = 0.05  # seconds; two that collided do not collide again at once
T = TypeVar("T")


class Raced(Exception):
    """What was looked at is no longer so; what was done since is undone."""


LOST = (Raced, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)


async def begin_again(context: Context) -> None:
    """Get ready for another attempt: it locks what it will change before it looks."""
    session = context.session
    session.careful = True
    await asyncio.sleep(random.uniform(0, _LONGEST_PAUSE))  # noqa: S311 (no secret)
    session.entry.renew(clock.new_id(), clock.now())  # the attempt may have left its row, or come late


async def in_one(context: Context, work: Callable[[], Awaitable[T]]) -> T:
    """What ``work`` gives, in one transaction of this request, or in the one that is open. Raises Unavailable."""
    session = context.session
    if session.connection is not None:  # whoever opened it tries again
        async with session.transaction():
            return await work()
    for _ in range(TRIES):
        try:
            async with session.transaction():
                return await work()
        except LOST:
            await begin_again(context)
    raise Unavailable("Too many clients change the same resources; try again", headers={"Retry-After": "1"})
