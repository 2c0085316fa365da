"""Where the pregnancy stands: going on, born, lost or closed; birth is an outcome per fetus, not a status.

https://www.helsedirektoratet.no/retningslinjer/barselomsorgen. Loss cancels everything that time alone would
make due; after birth the visits of the postpartum period (barseltid) take over.
"""

from dataclasses import dataclass
from datetime import datetime

from app.pregnancy.background import Episode, Fetus
from app.pregnancy.facts import BirthOutcome, Facts, FetusCount

PREGNANT, POSTPARTUM, LOSS, CLOSED = "pregnant", "postpartum", "loss", "closed"
LIVE = "live-birth"
CLOSED_STATUSES = frozenset({"finished", "cancelled", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Course:
    """``ended`` is when the last fetus was born or lost; ``gone`` the named fetuses with an outcome."""

    stage: str
    ended: datetime | None = None
    gone: frozenset[str] = frozenset()
    inputs: tuple[str, ...] = ()


def course(facts: Facts) -> Course:
    """The course by the outcomes in ``facts``. The loss of one of several fetuses ends nothing for the others."""
    outcomes = facts.of(BirthOutcome)
    gone = frozenset(row.fetus for row in outcomes if row.fetus)
    inputs = tuple(row.source for row in outcomes)
    episode = facts.last(Episode)
    if episode and episode.status in CLOSED_STATUSES:
        return Course(CLOSED, outcomes[-1].when if outcomes else None, gone, inputs)
    born = [row for row in outcomes if row.outcome == LIVE]
    whole = any(row.fetus is None for row in outcomes)
    if born:
        return Course(POSTPARTUM, born[-1].when, gone, inputs)
    if outcomes and (whole or len(gone) >= fetuses(facts)):
        return Course(LOSS, outcomes[-1].when, gone, inputs)
    return Course(PREGNANT, None, gone, inputs)


def fetuses(facts: Facts) -> int:
    """How many fetuses there are: the last count, never fewer than are named."""
    counted = facts.last(FetusCount)
    return max(counted.count if counted else 1, len({row.name for row in facts.of(Fetus)}), 1)
