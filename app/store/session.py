"""A session: one request's database, caller and log entry, handed to every statement."""

from dataclasses import dataclass
from typing import Any

from app.access.caller import Caller
from app.store.access_sql import parameters
from app.store.database import Connection, Database
from app.store.log import Entry
from app.store.statement import Statement


class Replayed(Exception):
    """The DPoP proof had been used before; the refusal is logged."""


@dataclass(slots=True)
class Session:
    """What a statement needs besides its own values. ``connection`` is held while a transaction is open."""

    database: Database
    caller: Caller
    entry: Entry
    connection: Connection | None = None

    async def fetch(self, statement: Statement, **values: Any) -> list[Any]:
        """Run a statement that does not log."""
        given = {"at": self.entry.at, **parameters(self.caller), **values}
        if self.connection is not None:
            return await self.connection.fetch(statement, given)
        return await self.database.fetch(statement, given)

    async def fetch_logged(self, statement: Statement, **values: Any) -> list[Any]:
        """Run a statement that writes the audit row. Raises Replayed where the proof had been used."""
        rows = await self.fetch(statement, **self.entry.parameters(), **values)
        self.entry.written = True
        if not rows[0]["fresh"]:
            self.replayed()
        self.entry.jti = None  # consumed
        return rows

    def replayed(self) -> None:
        """The proof had been used before. Raises Replayed."""
        raise Replayed
