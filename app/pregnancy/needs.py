"""What whoever opens the card must know or do first, before any table: language, dangers, visits that are due.

https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen
"""

from dataclasses import dataclass

from app.pregnancy.described import Described
from app.pregnancy.programme import VisitState


@dataclass(frozen=True, slots=True)
class Need:
    """``kind`` is ``interpreter``, ``allergy``, ``condition``, ``rhd-negative``, ``several-fetuses``,
    ``overdue-visit`` or ``due-visit``; ``detail`` what it is about; ``visit`` where it is one."""

    kind: str
    detail: str = ""
    inputs: tuple[str, ...] = ()
    visit: VisitState | None = None


def needs(described: Described, programme: tuple[VisitState, ...]) -> tuple[Need, ...]:
    """The needs that follow from what the reader sees, the most pressing first."""
    found = [Need("allergy", row.name, (row.source,)) for row in described.allergies if row.critical]
    found += [Need("condition", row.name, (row.source,)) for row in described.conditions if row.critical]
    who, plan = described.who, described.wishes
    if who and who.interpreter:
        found.append(Need("interpreter", who.language, (who.source,)))
    elif plan and plan.interpreter:
        found.append(Need("interpreter", plan.language or (who.language if who else ""), (plan.source,)))
    if described.rhesus and not described.rhesus.positive:
        found.append(Need("rhd-negative", inputs=(described.rhesus.source,)))
    if len(described.fetuses) > 1:
        sources = tuple(row.source for row in described.fetuses)
        found.append(Need("several-fetuses", ", ".join(row.name for row in described.fetuses), sources))
    assessable = [row for row in programme if row.assessable]
    found += [
        Need("overdue-visit", row.visit.title, visit=row) for row in assessable if row.state == "overdue"
    ]
    found += [Need("due-visit", row.visit.title, visit=row) for row in assessable if row.state == "due"]
    return tuple(found)
