"""Flights: reads that arrive while others are under way share one round trip and one commit, each with its own row.

A commit's flush costs as much as the read itself; PostgreSQL lets several statements end in one
(https://www.postgresql.org/docs/18/protocol-flow.html#PROTOCOL-FLOW-PIPELINING). Who arrives while few are under way
waits for nobody. Where a flight fails, each of its reads is tried alone: none may spoil another's answer. Only what
locks nothing but its own lane and proof flies, or flights could wait for each other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import asyncpg

from app.fhir.outcome import Unavailable
from app.store.statement import Statement

Values = Mapping[str, Any]
Run = Callable[[Statement, Sequence[Values]], Awaitable[list[Any]]]
_Seat = tuple[Values, "asyncio.Future[list[Any]]"]


@dataclass(slots=True)
class _Line:
    """Who waits for one statement, and how many flights of it are under way."""

    under_way: int = 0
    waiting: deque[_Seat] = field(default_factory=deque)


class Flights:
    """One for each database. ``run`` gives the rows of a statement for several values, in their order, by one commit."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._lines: dict[str, _Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def fetch(self, statement: Statement, values: Values) -> list[Any]:
        """The rows of ``statement`` for ``values``, alone or beside others. Raises what the statement raises."""
        line = self._lines.setdefault(statement.sql, _Line())
        if line.under_way >= statement.flight.at_once:
            seat: _Seat = values, asyncio.get_running_loop().create_future()
            line.waiting.append(seat)
            return await seat[1]
        line.under_way += 1
        try:
            return await self._run(statement, [values])
        finally:
            self._go_on(statement, line)

    def _go_on(self, statement: Statement, line: _Line) -> None:
        """Take those who wait, or leave the place to who comes."""
        if line.waiting:
            task = asyncio.create_task(self._next(statement, line))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return
        line.under_way -= 1
        if not line.under_way:
            del self._lines[statement.sql]

    async def _next(self, statement: Statement, line: _Line) -> None:
        seats = [line.waiting.popleft() for _ in range(min(statement.flight.most, len(line.waiting)))]
        try:
            await self._fly(statement, seats)
        finally:
            self._go_on(statement, line)

    async def _fly(self, statement: Statement, seats: Sequence[_Seat]) -> None:
        try:
            rows = await self._run(statement, [values for values, _answer in seats])
        except BaseException as error:
            if len(seats) > 1 and _is_of_one(error):
                for seat in seats:
                    await self._fly(statement, [seat])
                return
            for _values, answer in seats:  # whatever it is, it is theirs to tell
                if not answer.done():
                    answer.set_exception(error)
            if not isinstance(error, Exception):
                raise
        else:
            _answer(seats, rows)


def _answer(seats: Sequence[_Seat], rows: Sequence[Any]) -> None:
    """Each its own: a statement that flies tells in ``of`` whose audit row it wrote."""
    found = {of: list(own) for of, own in groupby(rows, lambda row: row["of"])}
    for values, answer in seats:
        if not answer.done():  # its caller may have left
            answer.set_result(found[values["audit_id"]])


def _is_of_one(error: BaseException) -> bool:
    """Whether it undid all and may be the fault of one: not where the database was lost, which may have committed."""
    if isinstance(error, Unavailable):
        return any(issue.code == "timeout" for issue in error.issues)
    return isinstance(error, asyncpg.PostgresError)
