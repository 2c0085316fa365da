"""Births and losses as the card lists them: each child by its name, and what is recorded of her.

Sections follow the paper card IS-2253: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.pregnancy.background import Child
from app.pregnancy.facts import BirthOutcome, Facts
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Kept

OF_BIRTH = tuple(row.id for row in ITEMS.values() if row.section == "birth")


@dataclass(frozen=True, slots=True)
class Birth:
    """What is recorded of a birth or loss: of a child by its name; without one, of the only child and of her."""

    fetus: str | None
    outcome: BirthOutcome | None
    details: tuple[Kept, ...]
    child: Child | None = None

    @property
    def called(self) -> str:
        """The name of the fetus, of the child, or both; empty for the only child without a name, and for her."""
        name = self.child.name if self.child else ""
        return f"{self.fetus} ({name})" if self.fetus and name else self.fetus or name

    @property
    def sources(self) -> tuple[str, ...]:
        return tuple(row.source for row in (self.outcome, *self.details, self.child) if row)


def births(facts: Facts) -> Iterator[Birth]:
    """The children by their names, she last; of each item the latest word."""
    outcomes = {row.fetus: row for row in facts.of(BirthOutcome)}
    details: dict[str | None, dict[str, Kept]] = {name: {} for name in outcomes}
    for item in OF_BIRTH:
        for row in (*facts.amounts(item), *facts.answers(item)):
            details.setdefault(row.fetus, {})[item] = row
    children = {row.fetus: row for row in facts.of(Child)}
    named = (details.keys() | children.keys()) - {None}
    if None in outcomes and len(named) == 1 == len(children):  # the only child: its outcome names no fetus
        for name in named:
            details[None] |= details.pop(name, {})
        children = dict.fromkeys([None], *children.values())
    for name in sorted(details.keys() | children.keys(), key=lambda name: (name is None, name or "")):
        yield Birth(name, outcomes.get(name), tuple(details.get(name, {}).values()), children.get(name))
