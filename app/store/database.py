"""Held connections: each leases a lane of the log by an advisory lock and keeps its prepared statements.

Serving refuses to start where the database could lose what was acknowledged (design §6).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from app.fhir.outcome import Unavailable
from app.store.flights import Flights
from app.store.statement import ALONE, Statement

LANES = 0x68656C73  # the class of our advisory locks
_MOST_LANES = 512
_CAREFUL = ("fsync", "full_page_writes", "synchronous_commit")
_MOST_PREPARED = 400


class CarelessDatabase(Exception):
    """The database may forget what it acknowledged; nothing is served from it."""


class Connection:
    """One connection with its lane."""

    def __init__(self, raw: asyncpg.Connection, lane: int) -> None:
        self.raw = raw
        self.lane = lane
        self._named = 0
        self._prepared: dict[str, PreparedStatement[Any]] = {}

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Run ``statement`` and return its rows."""
        prepared = await self._prepare(statement)
        return await prepared.fetch(*statement.values({**values, "lane": self.lane}))

    async def _prepare(self, statement: Statement) -> "PreparedStatement[Any]":
        prepared = self._prepared.get(statement.sql)
        if prepared is None:
            if len(self._prepared) >= _MOST_PREPARED:
                self._prepared.pop(next(iter(self._prepared)))
            self._named += 1  # unnamed statements would be planned at every use
            prepared = await self.raw.prepare(statement.sql, name=f"helsekort_{self._named}")
            self._prepared[statement.sql] = prepared
        return prepared

    async def fetch_each(self, statement: Statement, several: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The rows of ``statement`` for each of ``several`` in one round trip and one commit."""
        if len(several) == 1:
            return await self.fetch(statement, several[0])
        prepared = await self._prepare(statement)
        return await prepared.fetchmany(
            [statement.values({**values, "lane": self.lane}) for values in several]
        )


class Database:
    """The pool: connections are opened at start and again when one is lost."""

    def __init__(
        self,
        url: str,
        *,
        connections: int,
        statement_timeout: int = 10_000,
        consent_required: bool = False,
        proof_required: bool = False,
        area: Sequence[str] | None = None,
    ) -> None:
        # What each decision of its statements must know of the pilot: whether consent is required, and its area
        self.known = {
            "consent_required": consent_required,
            "proof_required": proof_required,
            "pilot_area": None if area is None else list(area),
        }
        self._url = url
        self._size = connections
        self._timeout = statement_timeout
        self._idle: asyncio.LifoQueue[Connection | None] = asyncio.LifoQueue()
        self._open: set[Connection] = set()
        self._flights = Flights(self._together)

    async def start(self) -> None:
        """Open every connection. Raises CarelessDatabase, or asyncpg's errors where there is no server."""
        for _ in range(self._size):
            self._idle.put_nowait(await self._connect())

    async def stop(self) -> None:
        """Close every connection."""
        await asyncio.gather(*(connection.raw.close() for connection in self._open), return_exceptions=True)
        self._open.clear()

    async def _connect(self) -> Connection:
        settings = {
            "statement_timeout": str(self._timeout),
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
            "enable_seqscan": "off",  # every statement has its index: a plan made while tables were small stays good
            "application_name": "helsekort",
        }
        raw = await asyncpg.connect(self._url, server_settings=settings, statement_cache_size=0, timeout=10)
        for name in _CAREFUL:
            if await raw.fetchval(f"SHOW {name}") == "off":
                await raw.close()
                raise CarelessDatabase(f"PostgreSQL runs with {name} off")
        connection = Connection(raw, await _lease(raw))
        self._open.add(connection)
        return connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own. Raises Unavailable where the database does not answer."""
        held = await self._idle.get()
        try:
            if held is None or held.raw.is_closed():
                if held is not None:
                    self._open.discard(held)
                held = None
                held = await self._connect()
            yield held
        except (OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
            raise Unavailable("The database does not answer") from error
        except asyncpg.InternalClientError as error:
            if held is not None:  # it was told of a shutdown while nobody used it, and goes on with nothing
                held.raw.terminate()
            raise Unavailable("The database does not answer") from error
        except (asyncpg.QueryCanceledError, TimeoutError) as error:
            raise Unavailable("The statement took too long", code="timeout") from error
        except (
            asyncpg.CannotConnectNowError,
            asyncpg.TooManyConnectionsError,
            asyncpg.AdminShutdownError,
        ) as error:
            raise Unavailable("The database is restarting") from error
        finally:
            self._idle.put_nowait(held)

    async def fetch(self, statement: Statement, values: Mapping[str, Any]) -> list[Any]:
        """Run one statement on any connection; with others of its kind where it may and they are many."""
        if statement.flight is not ALONE:
            return await self._flights.fetch(statement, values)
        async with self.connection() as connection:
            return await connection.fetch(statement, values)

    async def _together(self, statement: Statement, several: Sequence[Mapping[str, Any]]) -> list[Any]:
        async with self.connection() as connection:
            return await connection.fetch_each(statement, several)

    def held(self) -> tuple[int, int]:
        """How many connections are open, and how many of them nobody uses."""
        idle = self._idle.qsize()
        return len(self._open), min(idle, len(self._open))

    async def ping(self) -> float:
        """Milliseconds of a round trip."""
        began = time.perf_counter()
        async with self.connection() as connection:
            await connection.raw.fetchval("SELECT 1")
        return (time.perf_counter() - began) * 1000


async def _lease(raw: asyncpg.Connection) -> int:
    """The first lane that nobody holds; it is ours while the connection lives."""
    held: Sequence[Any] = await raw.fetch(
        "SELECT objid::int AS lane FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE locktype = 'advisory' AND classid = $1 AND datname = current_database()",
        LANES,
    )
    taken = {row["lane"] for row in held}
    for lane in range(1, _MOST_LANES + 1):
        if lane not in taken and await raw.fetchval("SELECT pg_try_advisory_lock($1, $2)", LANES, lane):
            await raw.execute(
                "INSERT INTO audit_lane (lane, seq, hash) VALUES ($1::int, 0, sha256(convert_to('lane ' || $1::int, 'UTF8')))"
                " ON CONFLICT DO NOTHING",
                lane,
            )
            return lane
    raise Unavailable("Every lane of the log is held; there are too many connections")
