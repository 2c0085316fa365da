"""Gestational age: Helsedirektoratet, «Svangerskap passert termin» (dag 294 = 42+0, elleve dager over termin)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pregnancy.gestation import Age, age_at, day_of, days_at, weeks

DUE = date(2027, 3, 1)
DATES = st.dates(date(1990, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("days_from_term", "days", "text"),
    [
        (-283, 0, "uke 0+0"),
        (-69, 214, "uke 30+4"),
        (-1, 282, "uke 40+2"),
        (0, 283, "uke 40+3"),  # the due date is day 283, not 280
        (1, 284, "uke 40+4"),
        (10, 293, "uke 41+6"),
        (11, 294, "uke 42+0"),
        (24, 307, "uke 43+6"),
    ],
)
def test_the_age_is_counted_from_a_term_of_283_days(days_from_term: int, days: int, text: str) -> None:
    age = age_at(DUE, DUE + timedelta(days=days_from_term))
    assert age is not None
    assert (age.days, age.text) == (days, text)


@pytest.mark.parametrize("days_from_term", [-284, 25])
def test_no_age_is_shown_outside_0_and_43_plus_6(days_from_term: int) -> None:
    assert age_at(DUE, DUE + timedelta(days=days_from_term)) is None


@pytest.mark.parametrize(
    ("age", "trimester"),
    # WHO ANC.DT.25: to 12, from 13 to 27, from 28 completed weeks
    [("12+6", 1), ("13+0", 2), ("13+1", 2), ("27+6", 2), ("28+0", 3), ("28+1", 3)],
)
def test_trimesters_turn_at_13_and_28_weeks(age: str, trimester: int) -> None:
    week, day = age.split("+")
    assert Age(weeks(int(week), int(day))).trimester == trimester


@pytest.mark.parametrize(("days", "is_post_term"), [(293, False), (294, True), (295, True)])
def test_post_term_begins_on_day_294(days: int, is_post_term: bool) -> None:
    assert Age(days).is_post_term is is_post_term


@given(due=DATES, on=DATES)
def test_the_day_of_an_age_is_the_day_it_was_computed_on(due: date, on: date) -> None:
    assert day_of(due, days_at(due, on)) == on


@given(due=DATES, days=st.integers(0, 307))
def test_weeks_and_days_name_the_same_age_as_its_days(due: date, days: int) -> None:
    age = age_at(due, day_of(due, days))
    assert age is not None
    assert (age.week * 7 + age.day, 0 <= age.day <= 6) == (days, True)


@given(due=DATES, days=st.integers(0, 306))
def test_tomorrow_is_one_day_further(due: date, days: int) -> None:
    today = day_of(due, days)
    first, second = age_at(due, today), age_at(due, today + timedelta(days=1))
    assert first is not None
    assert second is not None
    assert second.days - first.days == 1
