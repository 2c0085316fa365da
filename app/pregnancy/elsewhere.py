"""What stands in another register and is shown beside the card: lines with their source, and from when they are.

No facts of the card: nothing is computed from them, no rule fires. A medicine of which a rule of the card says that it harms
the fetus is marked as such (``rows/signs.py``); registered here, it is an alarm.
"""

from dataclasses import dataclass
from datetime import datetime

MEDICINES, CRITICAL = "elsewhere-medicines", "elsewhere-critical"


@dataclass(frozen=True, slots=True)
class Told:
    """One line: what it is called, what is said of it, its address there."""

    name: str
    detail: str
    url: str
    harmful: bool = False


@dataclass(frozen=True, slots=True)
class Register:
    """What one register told: ``asked`` when, ``dated`` from when its list is, ``problem`` why there is none or why it is old
    (a key of the words ``elsewhere-…``)."""

    code: str
    rows: tuple[Told, ...] = ()
    asked: datetime | None = None
    dated: datetime | None = None
    problem: str = ""
