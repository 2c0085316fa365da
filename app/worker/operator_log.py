"""What an operator does from the command line stands in the log of who looked, with the account that did it."""

import asyncio
from urllib.parse import urlencode

from app import clock
from app.access.caller import Role
from app.settings import Settings
from app.store.database import Database
from app.store.log import Entry, refuse


def entry(operation: str, by: str, said: dict[str, str]) -> Entry:
    """The row of ``operation``; ``said`` is what was asked for, without anything of a person."""
    facts = {
        "interaction": "operation",
        "operation": operation,
        "role": Role.OPERATOR.value,
        "subject": f"operator:{by}",
        "name": by,
        "client": "helsekort pilot",
        "query": urlencode(said, safe=":/ ,"),
    }
    return Entry(clock.new_id(), clock.now(), facts)


def note(settings: Settings, made: Entry) -> None:
    """Write the row before it is done. Raises what the database raises."""

    async def written() -> None:
        database = Database(settings.database_url, connections=1)
        await database.start()
        try:
            await refuse(database, made, "told")
        finally:
            await database.stop()

    asyncio.run(written())
