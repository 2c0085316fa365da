"""This server as a caller of its own: what it reads and writes is decided and logged like anybody's."""

from typing import Any

from app import clock
from app.access.caller import Caller, Role
from app.interactions.context import Context, House
from app.store.log import Entry
from app.store.session import Session

CALLER = Caller(role=Role.SYSTEM, subject="system:worker", client="helsekort")


def context(house: House, interaction: str, **facts: Any) -> Context:
    """A context for one step; ``facts`` say in the log what it was and, by ``correlation``, what it follows from."""
    who = {"role": CALLER.role.value, "subject": CALLER.subject, "client": CALLER.client}
    known = {name: value for name, value in facts.items() if value}
    entry = Entry(clock.new_id(), clock.now(), {"interaction": interaction, **who, **known})
    return Context(house, Session(house.database, CALLER, entry))
