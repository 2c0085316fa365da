"""What she decided or sent in on Helsenorge is written as she herself would have written it here."""

from app import clock
from app.access.caller import Caller, Role
from app.access.sealing import pseudonym, read_key
from app.interactions.context import Context, House
from app.store.log import Entry
from app.store.session import Session


def as_her(house: House, number: str, client: str, name: str, **facts: str) -> Context:
    """A context of hers by the system ``client``; the log calls her by ``name``, and has ``facts``."""
    subject = f"citizen:{pseudonym(read_key(house.settings.server_key_file), number)}"
    caller = Caller(Role.CITIZEN, subject, client, number=number, purpose="PATRQT")
    who = {"role": caller.role.value, "subject": subject, "client": client, "name": name}
    entry = Entry(clock.new_id(), clock.now(), {**facts, **who})
    return Context(house, Session(house.database, caller, entry))
