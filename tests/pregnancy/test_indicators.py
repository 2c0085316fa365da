"""What each quality indicator counts of one pregnancy, and what is withheld of sums. Days are written by hand."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.mapping.measures_to_fhir import Sum, told
from app.pregnancy.facts import OSLO, BirthOutcome, Fact, Facts, Visit, VisitSkipped
from app.pregnancy.indicators import BY_ID, COUNTED, OPENED, AlarmCourse, Care, numbers, share
from app.pregnancy.kept import Answer

DUE = date(2026, 9, 20)  # day 283, so that 0+0 is 11 December 2025
BORN = date(2026, 9, 18)


def at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, datetime.min.time(), OSLO).replace(hour=hour)


def visit(day: date, kind: str, source: str = "") -> Visit:
    return Visit(source=source or f"Encounter/{kind}-{day}", when=at(day), kind=kind)


def birth(outcome: str = "live-birth") -> BirthOutcome:
    return BirthOutcome(source="Observation/birth", when=at(BORN), outcome=outcome)


def answer(item: str, day: date, value: str = "yes") -> Answer:
    return Answer(source=f"Observation/{item}", when=at(day), item=item, value=value)


def counted(id_: str, *facts: Fact, **more: Any) -> list[tuple[date, int, int]]:
    care = Care(Facts.collect(facts), DUE, **more)
    return [(row.day, row.met, row.cases) for row in BY_ID[id_].count(care)]


@pytest.mark.parametrize(("days", "met"), [(3, 1), (4, 0), (0, 1)])
def test_the_midwife_comes_within_three_days_of_coming_home(days: int, met: int) -> None:
    home = BORN + timedelta(days=2)
    facts = (birth(), answer("discharged", home), visit(home + timedelta(days=days), "home-visit"))
    assert counted("midwife-home-visit", *facts) == [(date(2026, 9, 23), met, 1)]


def test_without_discharge_the_birth_counts_and_a_nurse_is_no_midwife() -> None:
    early = visit(date(2026, 9, 20), "home-visit", "Encounter/h")
    assert counted("midwife-home-visit", birth(), early) == [(date(2026, 9, 21), 1, 1)]
    by = {"Encounter/h": frozenset({"SP"})}
    assert counted("midwife-home-visit", birth(), early, professions=by) == [(date(2026, 9, 21), 0, 1)]
    assert counted("nurse-home-visit", birth(), early, professions=by) == [(date(2026, 10, 2), 1, 1)]
    assert counted("midwife-home-visit", birth("stillbirth"), early) == []


@pytest.mark.parametrize(("day", "met"), [(6, 0), (7, 1), (14, 1), (15, 0)])
def test_a_nurse_whom_nobody_names_comes_from_day_seven_to_fourteen(day: int, met: int) -> None:
    held = visit(BORN + timedelta(days=day), "home-visit")
    assert counted("nurse-home-visit", birth(), held) == [(date(2026, 10, 2), met, 1)]


def test_scans_count_in_their_windows_only() -> None:
    """11+0 is 26 February, 13+6 is 18 March; 17+0 is 9 April, 19+6 is 29 April 2026."""
    first = visit(date(2026, 2, 5), "first-visit")
    early, late = visit(date(2026, 3, 18), "ultrasound"), visit(date(2026, 4, 30), "ultrasound")
    found = counted("ultrasound-in-window", first, early, late)
    assert found == [(date(2026, 3, 18), 1, 1), (date(2026, 4, 29), 0, 1)]
    assert counted("ultrasound-in-window") == [], "nothing is known of her yet"


def test_visits_before_she_came_and_after_birth_are_no_cases() -> None:
    """She moved here in week 30; her child came at 40+1, before the windows of weeks 40 and 41 had run out."""
    here = visit(date(2026, 7, 13), "antenatal-visit")
    found = counted("visits-on-time", here, birth())
    assert [day for day, _, _ in found] == [
        date(2026, 8, 5), date(2026, 8, 26), date(2026, 9, 9),  # 33+6, 36+6, 38+6
        date(2026, 9, 24), date(2026, 9, 28), date(2026, 11, 13),  # 6 and 10 days, 8 weeks after birth
    ]  # fmt: skip


def test_what_a_clinician_has_called_off_is_no_case() -> None:
    """37+0 to 38+6 is 27 August to 9 September 2026."""
    here = visit(date(2026, 8, 20), "antenatal-visit")
    off = VisitSkipped(
        source="Task/1",
        when=at(date(2026, 8, 25)),
        kind="antenatal-visit",
        planned=date(2026, 9, 8),
        reason="x",
    )
    days = [day for day, _, _ in counted("visits-on-time", here, off, birth())]
    assert date(2026, 9, 9) not in days
    assert date(2026, 9, 9) in [day for day, _, _ in counted("visits-on-time", here, birth())]


def test_an_answer_by_fourteen_weeks_tells_that_she_was_informed_whatever_it_is() -> None:
    """14+0 is 19 March 2026."""
    for value in ("yes", "no"):
        said = answer("nipt-consent", date(2026, 3, 19), value)
        assert counted("prenatal-information", said) == [(date(2026, 3, 19), 1, 1)]
    late = answer("nipt-consent", date(2026, 3, 20))
    assert counted("prenatal-information", late) == [(date(2026, 3, 19), 0, 1)]


def test_an_alarm_is_closed_in_time_or_not() -> None:
    deadline = at(date(2026, 8, 1), 12)
    for closed, met in ((deadline, 1), (deadline + timedelta(minutes=1), 0), (None, 0)):
        assert counted("alarms-in-time", alarms=(AlarmCourse(deadline, closed),)) == [
            (date(2026, 8, 1), met, 1)
        ]


def test_the_known_midwife_is_whom_the_team_names_else_the_first() -> None:
    days = [date(2026, 2, 5), date(2026, 5, 28), date(2026, 6, 25)]
    held = [visit(day, "antenatal-visit", f"Encounter/{n}") for n, day in enumerate(days)]
    who = {f"Encounter/{n}": frozenset({name}) for n, name in enumerate("aba")}
    midwives = dict.fromkeys(who, frozenset({"JO"}))
    more: dict[str, Any] = {"people": who, "professions": midwives}
    assert counted("known-midwife", *held, **more) == [(days[1], 0, 1), (days[2], 1, 1)]
    assert counted("known-midwife", *held, midwife="b", **more) == [
        (days[0], 0, 1), (days[1], 1, 1), (days[2], 0, 1)
    ]  # fmt: skip
    assert counted("known-midwife", *held, people=who) == [], "whose profession nobody tells"


def test_four_of_five_is_satisfied() -> None:
    day = date(2026, 11, 1)
    assert counted("user-experience", experience=((day, 4), (day, 3))) == [(day, 1, 1), (day, 0, 1)]


@pytest.mark.parametrize(
    ("met", "cases", "women", "told_"),
    [
        (5, 10, 5, 0.5), (5, 10, 4, None), (4, 10, 10, None), (6, 10, 10, None), (0, 10, 10, 0.0), (10, 10, 10, 1.0),
        (0, 0, 0, None), (0, 4, 4, None),
    ],
)  # fmt: skip
def test_what_is_small_is_withheld(met: int, cases: int, women: int, told_: float | None) -> None:
    assert share(met, cases, women) == told_


def test_one_that_is_withheld_takes_the_next_smallest_with_it() -> None:
    small, middle, large = Sum(3, 1, 3, "a"), Sum(10, 5, 10, "b"), Sum(50, 25, 50, "c")
    whole, parts = told(Sum(63, 31, 63), [small, middle, large])
    assert whole is not None
    assert parts == [None, None, large]
    assert told(Sum(60, 30, 60), [middle, large])[1] == [middle, large]


def test_first_consultations_are_early_before_thirteen_weeks() -> None:
    """13+0 is 12 March 2026."""
    for day, met in ((date(2026, 3, 11), 1), (date(2026, 3, 12), 0)):
        rows = OPENED.count(Care(Facts.collect([visit(day, "first-visit")]), DUE))
        assert [(row.day, row.met, row.cases) for row in rows] == [(day, met, 1)]


@pytest.mark.parametrize(
    ("counts", "told_"),
    [
        ((3, 10, 20), [None, None, 20]), ((3, 2, 20), [None, None, 20]), ((0, 5, 9), [0, 5, 9]),
        ((4,), [None]), ((4, 0), [None, 0]), ((), []),
    ],
)  # fmt: skip
def test_small_counts_side_by_side_are_withheld(counts: tuple[int, ...], told_: list[int | None]) -> None:
    assert numbers(counts) == told_


def test_every_indicator_counts_nothing_of_a_card_without_facts() -> None:
    assert [list(row.count(Care(Facts.collect(())))) for row in COUNTED] == [[] for _ in COUNTED]
