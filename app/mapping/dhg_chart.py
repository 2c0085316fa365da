"""What the national record is read from: the resources of a card that a reader sees, and the facts that they state.

A value is read from the facts (``facts_from_fhir``), so that whatever can state a fact on the card can state it here, and
as it was written where one Observation states it: number lexemes survive. https://hl7.org/fhir/R4/observation.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from app.fhir import codes as c
from app.mapping.elements import Element, child, children, codings, has_code, reference, text
from app.mapping.facts_from_fhir import facts
from app.mapping.record_facts import official_name
from app.pregnancy.facts import Fact, Facts
from app.pregnancy.gestation import Age, age_at

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Scope:
    """Of what a value is asked: of one visit, of one fetus (by number), of one resource; of all where nothing is said."""

    encounter: str = ""
    fetus: int = 0
    source: str = ""


WHOLE = Scope()


@dataclass(frozen=True, slots=True)
class Cell:
    """One value as the national record has it, and the resources that state it. ``flag`` says why it has none."""

    value: Any
    sources: tuple[str, ...] = ()
    flag: str = ""


@dataclass(frozen=True)
class Chart:
    """The resources of one card that a reader sees, by ``Type/id``; ``due`` is the due date that counts."""

    resources: Mapping[str, Element]
    due: date | None = None
    versions: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def facts(self) -> Facts:
        """What the resources state."""
        return facts(self.resources.values())

    @cached_property
    def fetuses(self) -> dict[str, int]:
        """The number of each fetus (``fosterId``), by reference and by name: A is 1, B is 2, others in their order."""
        found = [
            (official_name(row), name)
            for name, row in sorted(self.resources.items())
            if name.startswith("RelatedPerson/")
            and has_code(children(row, "relationship"), c.CS_CARD, "fetus")
        ]
        lettered = {
            name: ord(name) - ord("A") + 1 for name, _ in found if len(name) == 1 and "A" <= name <= "H"
        }
        rest = iter(n for n in range(1, len(found) + 9) if n not in lettered.values())
        numbers: dict[str, int] = {}
        for name, ref in sorted(found):
            numbers[ref] = numbers[name] = lettered.get(name) or next(rest)
        return numbers

    def number(self, fetus: str | None) -> int:
        """The number of the fetus of a fact; 1 where it is the only one."""
        return 1 if fetus is None else self.fetuses.get(fetus, 1)

    def of(self, kind: type[Fact] | str, scope: Scope) -> list[Any]:
        """The facts of a kind within ``scope``, in order of time."""
        rows = self.facts.by_kind.get(kind, ())
        return [row for row in rows if self._within(row, scope)]

    def _within(self, fact: Fact, scope: Scope) -> bool:
        return (
            (not scope.encounter or fact.encounter == scope.encounter)
            and (not scope.fetus or self.number(fact.fetus) == scope.fetus)
            and (not scope.source or fact.source == scope.source)
        )

    def observations(self, code: str, scope: Scope) -> list[tuple[str, Element]]:
        """Standing Observations with this code of the card's own, the latest last."""
        found = []
        for name, row in self.resources.items():
            if not name.startswith("Observation/") or text(row, "status") in {
                "entered-in-error",
                "cancelled",
            }:
                continue
            named = (c.CS_CARD, code) in codings(child(row, "code"))
            here = not scope.encounter or reference(row, "encounter") == scope.encounter
            if named and here and scope.source in {"", name}:
                found.append((text(row, "effectiveDateTime"), name, row))
        return [(name, row) for _, name, row in sorted(found, key=lambda one: one[:2])]

    def age_on(self, day: date) -> Age | None:
        """The gestational age on ``day``, where the pregnancy is dated."""
        return age_at(self.due, day) if self.due else None
