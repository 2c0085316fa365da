"""A session: one request's database, caller and log entry, handed to every statement."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from app.access.caller import Caller
from app.fhir.outcome import FhirError
from app.store.database import Connection, Database
from app.store.log import Entry, refuse
from app.store.standing_sql import parameters
from app.store.statement import Statement


class Replayed(Exception):
    """The DPoP proof had been used before; the refusal is logged."""


@dataclass(slots=True)
class Session:
    """What a statement needs besides its own values.

    ``connection``  held while a transaction is open.
    ``careful``     a race was lost: what is to be changed is locked before it is looked at.
    """

    database: Database
    caller: Caller
    entry: Entry
    connection: Connection | None = None
    careful: bool = False

    @property
    def place(self) -> Connection | Database:
        """Where statements run: in the open transaction, or on any connection."""
        return self.connection or self.database

    async def fetch(self, statement: Statement, **values: Any) -> list[Any]:
        """Run a statement that does not log."""
        known = {"at": self.entry.at, **self.database.known}
        return await self.place.fetch(statement, {**known, **parameters(self.caller), **values})

    async def fetch_logged(self, statement: Statement, **values: Any) -> list[Any]:
        """Run a statement that writes the audit row. Raises Replayed where the proof had been used."""
        rows = await self.fetch(statement, **self.entry.parameters(), **values)
        self.entry.written = True
        if not rows[0]["fresh"]:
            self.replayed()
        self.entry.jti = None  # consumed
        return rows

    async def note(self, verdict: str) -> None:
        """Write the audit row of a request that needs no statement of its own. Raises Replayed."""
        if not await refuse(self.place, self.entry, verdict):
            self.replayed()
        self.entry.jti = None

    def replayed(self) -> None:
        """The proof had been used before. Raises Replayed."""
        raise Replayed

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """One transaction around several statements; a savepoint where one is open already.

        A refusal that is logged is committed, for then nothing else has been stored. Whatever else is raised undoes
        all of it: the audit row and the use of the proof too.
        """
        if self.connection is not None:
            async with self._begun(self.connection):
                yield
            return
        async with self.database.connection() as connection:
            self.connection = connection
            try:
                async with self._begun(connection):
                    yield
            finally:
                self.connection = None

    @asynccontextmanager
    async def _begun(self, connection: Connection) -> AsyncIterator[None]:
        jti, written = self.entry.jti, self.entry.written
        transaction = connection.raw.transaction()
        await transaction.start()
        try:
            yield
        except BaseException as error:
            if isinstance(error, FhirError | Replayed) and self.entry.written and not written:
                await transaction.commit()
            else:
                self.entry.jti, self.entry.written = jti, written
                if not connection.raw.is_closed():
                    await transaction.rollback()
            raise
        try:
            await transaction.commit()
        except BaseException:
            self.entry.jti, self.entry.written = jti, written
            raise
