"""TABLE: what the programme holds more for some women, why, and by which source; a reader who may not see why sees no more.

Each row stands on a rule of ``rule_table`` with the same source, so that the list of a visit and what falls due say the
same. What a guideline gives no number for, such as how often a twin pregnancy is seen, has no row.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.pregnancy.course import fetuses
from app.pregnancy.facts import Fact, FetusCount
from app.pregnancy.risks import gdm_early, over_bmi
from app.pregnancy.rows.glucose import GESTATIONAL, KNOWN, tolerance_reasons
from app.pregnancy.rows.rhesus import BLOOD, negative
from app.pregnancy.rules import Case

Why = Callable[[Case], tuple[str, ...]]  # the records that make her one of these women; none: she is not
GLUCOSE = "Helsedirektoratet, svangerskapsdiabetes, kapittel 1"


@dataclass(frozen=True, slots=True)
class Variant:
    """``adds``: the id of a visit with the lines that it holds more."""

    id: str
    title: str
    why: Why
    adds: tuple[tuple[str, tuple[str, ...]], ...]
    source: str

    def of(self, visit: str) -> tuple[str, ...]:
        """What ``visit`` holds more."""
        return dict(self.adds).get(visit, ())


@dataclass(frozen=True, slots=True)
class Added:
    """Lines of one visit for this woman, and the records that they rest on."""

    visit: str
    lines: tuple[str, ...]
    inputs: tuple[str, ...]


def _sources(facts: tuple[Fact, ...]) -> tuple[str, ...]:
    return tuple(row.source for row in facts)


def _negative(case: Case) -> tuple[str, ...]:
    found = negative(case)
    return (found.source,) if found else ()


def _several(case: Case) -> tuple[str, ...]:
    counted = case.facts.last(FetusCount)
    return (counted.source,) if counted and fetuses(case.facts) > 1 else ()


def _one_placenta(case: Case) -> tuple[str, ...]:
    row = case.facts.answer("chorionicity")
    return (row.source,) if row and row.value == "monochorionic" else ()


def _diabetes(case: Case) -> tuple[str, ...]:
    return tuple(source for found in (*GESTATIONAL(case), *KNOWN(case)) for source in found.inputs)


VARIANTS: tuple[Variant, ...] = (
    Variant("rhd-negative", "RhD-negativ", _negative,
            (("week-24", ("Fosterets RhD-type", "Antistoff")),
             ("week-28", ("Anti-D når fosteret er RhD-positivt eller uavklart",))),
            BLOOD),
    Variant("glucose-early", "Risiko for svangerskapsdiabetes", lambda case: _sources(gdm_early(case)),
            (("first", ("HbA1c før uke 16",)),), GLUCOSE),
    Variant("glucose-late", "Risiko for svangerskapsdiabetes", lambda case: _sources(tolerance_reasons(case)),
            (("week-24", ("Glukosebelastning bestilt til uke 24–28",)),), GLUCOSE),
    Variant("diabetes", "Diabetes i svangerskapet", _diabetes,
            (("postpartum", ("HbA1c hos fastlegen fire måneder etter fødselen",)),),
            "Helsedirektoratet, svangerskapsdiabetes, 3.1 (HbA1c fire måneder etter fødsel, siden årlig)"),
    Variant("bmi", "KMI over 35", lambda case: _sources(over_bmi(case, 35)),
            (("first", ("Henvisning til spesialisthelsetjenesten",)),),
            "Helsedirektoratet, svangerskapsomsorgen (KMI 30–35 i kommunen, over 35 i spesialisthelsetjenesten)"),
    Variant("several", "Flere fostre", _several, (("early-scan", ("Korionisitet",)),),
            "ISUOG 2016 (korionisitet før uke 13+6)"),
    Variant("monochorionic", "Monokoriale tvillinger", _one_placenta,
            tuple((visit, ("Ultralyd på sykehus hver 14. dag",))
                  for visit in ("routine-scan", "week-24", "week-28", "week-32", "week-36")),
            "ISUOG 2016 (hver 14. dag fra uke 16); NGF, Tvillinger (tilpasset korionisitet)"),
)  # fmt: skip


def added(case: Case) -> Iterator[Added]:
    """What the visits hold more for this woman."""
    for row in VARIANTS:
        inputs = row.why(case)
        if inputs:
            yield from (Added(visit, lines, inputs) for visit, lines in row.adds)
