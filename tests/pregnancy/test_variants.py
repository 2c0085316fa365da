"""What the programme holds more for some women, read off their facts; limits are those of the guidelines, by hand."""

import pytest

from app.pregnancy.card import view_for
from app.pregnancy.facts import Fact, FetusCount, RhesusD
from app.pregnancy.programme import PROGRAMME
from app.pregnancy.rule_table import RULES
from app.pregnancy.variants import VARIANTS
from tests.pregnancy.builders import an_amount, an_answer, an_outcome, card, make

EARLY, LATE = "HbA1c før uke 16", "Glukosebelastning bestilt til uke 24–28"
REFERRED, SCANNED = "Henvisning til spesialisthelsetjenesten", "Ultralyd på sykehus hver 14. dag"


def content(visit: str, *facts: Fact, today: str = "20+0") -> tuple[str, ...]:
    return next(row.content for row in card(*facts, today=today).programme if row.visit.id == visit)


@pytest.mark.parametrize(
    ("visit", "fact", "line", "there"),
    [  # HbA1c over 30, tolerance over 25, specialist care over 35: Helsedirektoratet
        ("first", an_amount("bmi", 30.0, "8+0"), EARLY, False),
        ("first", an_amount("bmi", 30.1, "8+0"), EARLY, True),
        ("week-24", an_amount("bmi", 25.0, "8+0"), LATE, False),
        ("week-24", an_amount("bmi", 25.1, "8+0"), LATE, True),
        ("first", an_amount("bmi", 35.0, "8+0"), REFERRED, False),
        ("first", an_amount("bmi", 35.1, "8+0"), REFERRED, True),
        ("first", an_answer("previous-gestational-diabetes", "yes", "8+0"), EARLY, True),
        ("first", an_answer("previous-gestational-diabetes", "no", "8+0"), EARLY, False),
        ("week-24", an_amount("hba1c", 41.0, "8+0"), LATE, True),
        ("week-24", an_amount("hba1c", 40.0, "8+0"), LATE, False),
        ("early-scan", make(FetusCount, "8+0", count=2), "Korionisitet", True),
        ("early-scan", make(FetusCount, "8+0", count=1), "Korionisitet", False),
        ("week-28", an_answer("chorionicity", "monochorionic", "12+0"), SCANNED, True),
        ("week-28", an_answer("chorionicity", "dichorionic", "12+0"), SCANNED, False),
        ("week-24", make(RhesusD, "9+0", positive=False), "Fosterets RhD-type", True),
        ("week-24", make(RhesusD, "9+0", positive=True), "Fosterets RhD-type", False),
    ],
)
def test_what_makes_a_visit_hold_more(visit: str, fact: Fact, line: str, there: bool) -> None:
    assert (line in content(visit, fact)) is there


def test_after_diabetes_in_the_pregnancy_the_control_speaks_of_hba1c() -> None:
    born = an_outcome("live-birth", "39+0")
    line = "HbA1c hos fastlegen fire måneder etter fødselen"
    assert line in content("postpartum", born, an_amount("glucose-fasting", 5.3, "26+0"), today="40+0")
    assert line not in content("postpartum", born, an_amount("glucose-fasting", 5.2, "26+0"), today="40+0")


def test_who_may_not_see_why_sees_no_more() -> None:
    heavy = an_amount("bmi", 35.1, "8+0")
    whole = card(heavy, today="20+0")
    seen = {row.source for row in whole.facts.every()}

    def first(visible: set[str]) -> tuple[str, ...]:
        rows = view_for(whole, visible=visible, audience="clinician").programme
        return next(row.content for row in rows if row.visit.id == "first")

    assert REFERRED in first(seen)
    assert REFERRED not in first(seen - {heavy.source})


def test_every_line_lies_on_a_visit_and_every_source_is_that_of_a_rule_or_named_here() -> None:
    visits = {row.id for row in PROGRAMME}
    cited = {row.source for row in RULES}
    for row in VARIANTS:
        assert {visit for visit, _ in row.adds} <= visits
        assert (
            row.source in cited
            or any(source.startswith(row.source) for source in cited)
            or row.id == "several"
        )
