"""The deny-list from the command line: who is put on it or taken off stands in the log, with who did it and why.

The row of the log and the change of the list are one transaction: neither stands without the other.
"""

import asyncio
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from app import clock
from app.access.caller import Role
from app.fhir.identifiers import looks_like_person_number
from app.settings import Settings
from app.store import denials
from app.store.database import Connection, Database
from app.store.log import Entry, refuse

# TABLE: what a name may be, as app/store/denials.py matches it
NAMES = (
    re.compile(r"(jti|sid):https?://\S+ \S+"),
    re.compile(r"sub:(hpr|citizen|client|student):\S+"),
    re.compile(r"client:\S+"),
)
REGISTER = "HPR"  # by whom, where no person did it
DENIED, ALLOWED = "$deny-token", "$allow-token"  # as the log names them


class NoName(Exception):
    """What is given names nobody, or holds what must not stand in a log."""


def change(settings: Settings, do: str, name: str, reason: str, by: str) -> list[str]:
    """Do what the command line says (deny, allow or list) as the serving role; what it prints. Raises NoName.

    ``by`` is who does it.
    """
    if do != "list":
        _check(name, reason)
    return asyncio.run(_changed(Database(settings.database_url, connections=1), do, name, reason, by))


def _check(name: str, reason: str) -> None:
    if not any(form.fullmatch(name) for form in NAMES):
        raise NoName(
            "A name is jti:ISSUER JTI, sid:ISSUER SESSION, sub:hpr:NUMBER, sub:citizen:… or client:ID"
        )
    if any(map(looks_like_person_number, (name, reason))):
        raise NoName("No person number: name whom you deny as the log names her, and say nothing of others")


async def _changed(database: Database, do: str, name: str, reason: str, by: str) -> list[str]:
    await database.start()
    try:
        if do != "list":
            async with database.connection() as connection, connection.raw.transaction():
                is_done = await _done(connection, do, name, reason, by)
            if do == "allow":
                return [f"{name} is allowed again"] if is_done else []
        rows = await denials.listed(database, clock.now())
    finally:
        await database.stop()
    return [f"{clock.instant(row['begins'])}  {row['name']}  {row['reason']}" for row in rows]


async def by_register(database: Database, do: str, name: str, reason: str) -> None:
    """Put ``name`` on the list, or take it off, since a national register says so; unless somebody has denied it before."""
    now = clock.now()
    async with database.connection() as connection, connection.raw.transaction():
        there = [row for row in await denials.listed(database, now) if row["name"] == name]
        if bool(there) is (do == "deny") or (there and there[0]["reason"] != reason):
            return
        await _done(connection, do, name, reason, REGISTER)


async def _done(connection: Connection, do: str, name: str, reason: str, by: str) -> bool:
    now = clock.now()
    if do == "allow":
        was_there = await denials.allow(connection, name)
        await refuse(connection, _entry(ALLOWED, by, now, {"name": name}), "told" if was_there else "missing")
        return was_there
    await refuse(connection, _entry(DENIED, by, now, {"name": name, "reason": reason}), "told")
    await denials.deny(connection, name, reason, now, None)
    return True


def _entry(operation: str, by: str, at: datetime, said: dict[str, str]) -> Entry:
    facts: dict[str, Any] = {
        "interaction": "operation",
        "operation": operation,
        "role": Role.OPERATOR.value,
        "subject": f"operator:{by}",
        "name": by,
        "client": "helsekort tokens",
        **({"role": Role.SYSTEM.value, "subject": "system:worker"} if by == REGISTER else {}),
        "query": urlencode(said, safe=":/ "),
    }
    return Entry(clock.new_id(), at, facts)
