"""The due date: sources and precedence of the maternity reference §1.5 (corrected in §8)."""

from datetime import date, timedelta

import pytest

from app.pregnancy.facts import Fact, Facts, LastMenstrualPeriod, OocyteRetrieval
from app.pregnancy.term import Term, choose
from tests.pregnancy.builders import DUE, a_due_date, day, make


def term(*facts: Fact, precedence: str = "first-scan") -> Term:
    chosen = choose(Facts.collect(facts), precedence)
    assert chosen is not None
    return chosen


def lmp(first: date, **values: object) -> LastMenstrualPeriod:
    return make(LastMenstrualPeriod, "9+0", first_day=first, **values)


def test_without_any_statement_there_is_no_due_date() -> None:
    assert choose(Facts()) is None


def test_last_period_plus_283_days() -> None:  # NEL, Helsenorge: not Naegele's 280
    assert term(lmp(date(2026, 5, 22))).due == date(2027, 3, 1)


def test_egg_retrieval_plus_269_days() -> None:  # §8: retrieval is day 14
    row = make(OocyteRetrieval, "9+0", retrieved=date(2026, 6, 5))
    assert term(row).due == date(2027, 3, 1)


@pytest.mark.parametrize(
    ("length", "due"), [(280, date(2027, 3, 4)), (282, date(2027, 3, 2)), (283, DUE), (None, DUE)]
)
def test_a_foreign_term_length_is_converted_and_said(length: int | None, due: date) -> None:
    found = term(a_due_date(term_length=length))
    assert found.due == due
    assert ("regnet om" in found.why) == (length not in {None, 283})


SCAN = a_due_date(DUE, "12+0", "first-scan", source="Observation/first")
ROUTINE = a_due_date(DUE + timedelta(days=4), "18+0", "routine-scan", source="Observation/routine")
PERIOD = lmp(DUE - timedelta(days=290), source="Observation/period")
RETRIEVED = make(OocyteRetrieval, "9+0", retrieved=DUE - timedelta(days=270), source="Observation/ivf")
CORRECTED = a_due_date(DUE + timedelta(days=9), "20+0", "corrected", source="Observation/corrected")
STATED = a_due_date(DUE + timedelta(days=8), "20+0", "stated", source="Observation/stated")
DECIDED = a_due_date(
    DUE + timedelta(days=7), "21+0", "decided", reason="Sikker befruktning", source="Observation/decided"
)


@pytest.mark.parametrize(
    ("facts", "precedence", "source"),
    [
        ((PERIOD, SCAN), "first-scan", "first"),
        ((SCAN, ROUTINE), "first-scan", "first"),
        ((SCAN, ROUTINE), "routine-scan", "routine"),
        ((SCAN,), "routine-scan", "first"),
        ((ROUTINE,), "first-scan", "routine"),
        ((RETRIEVED, SCAN, ROUTINE), "routine-scan", "ivf"),
        ((SCAN, CORRECTED), "first-scan", "first"),
        ((PERIOD, CORRECTED), "first-scan", "corrected"),
        ((PERIOD, STATED), "first-scan", "stated"),
        ((CORRECTED, STATED), "first-scan", "corrected"),
        ((DECIDED, RETRIEVED, SCAN, ROUTINE, PERIOD), "first-scan", "decided"),
        ((DECIDED, RETRIEVED, SCAN, ROUTINE, PERIOD), "routine-scan", "decided"),
    ],
)
def test_precedence(facts: tuple[Fact, ...], precedence: str, source: str) -> None:
    found = term(*facts, precedence=precedence)
    assert found.source == f"Observation/{source}"
    assert {row.source for row in found.alternatives} == {row.source for row in facts} - {found.source}


def test_a_decision_without_a_reason_does_not_override_the_scan() -> None:
    assert (
        term(SCAN, a_due_date(DUE + timedelta(days=7), "21+0", "decided", reason=" ")).source == SCAN.source
    )


def test_among_first_scans_the_earliest_counts_and_a_later_one_changes_nothing() -> None:
    later = a_due_date(DUE + timedelta(days=3), "13+0", "first-scan")
    assert term(later, SCAN).source == SCAN.source


@pytest.mark.parametrize(
    ("week", "method"), [("14+6", "first-scan"), ("15+0", "routine-scan"), ("15+1", "routine-scan")]
)
def test_a_scan_without_stated_kind_is_named_by_its_age(week: str, method: str) -> None:
    assert term(a_due_date(DUE, week, "scan")).method == method


def test_a_change_of_term_is_never_silent() -> None:
    found = term(PERIOD, SCAN)
    assert found.changed_from is not None
    assert (found.changed_from.method, found.changed_from.due) == ("lmp", DUE - timedelta(days=7))


def test_what_was_told_on_the_day_of_the_scan_was_never_in_force() -> None:
    assert term(make(LastMenstrualPeriod, "12+0", first_day=day("0+3")), SCAN).changed_from is None


def test_a_statement_that_agrees_is_no_change() -> None:
    same = lmp(DUE - timedelta(days=283))
    assert term(same, SCAN).changed_from is None


def test_what_she_says_dates_her_only_until_somebody_confirms() -> None:
    hers = lmp(date(2026, 5, 22), confirmed=False)
    assert "ikke bekreftet" in term(hers).why
    assert term(hers, lmp(date(2026, 5, 25), source="Observation/asked")).source == "Observation/asked"


@pytest.mark.parametrize(
    "slip",
    [
        a_due_date(date(2072, 3, 1)),
        a_due_date(date(1927, 3, 1)),
        a_due_date(DUE, term_length=28),
        lmp(day("9+1")),  # a period after the day it was told
        lmp(date(2016, 5, 22)),
    ],
)
def test_a_slip_of_the_pen_dates_nobody_but_is_shown(slip: Fact) -> None:
    assert choose(Facts.collect([slip])) is None
    found = term(slip, SCAN)
    assert found.source == SCAN.source
    assert [row.usable for row in found.alternatives] == [False]


def test_the_ground_is_told_in_norwegian_with_its_dates() -> None:
    assert (
        term(lmp(date(2026, 5, 22))).why
        == "Siste menstruasjons første dag var 22.05.2026; termin er 283 dager senere"
    )
    assert term(DECIDED).why == f"Fastsatt av behandler {day('21+0'):%d.%m.%Y}: Sikker befruktning"
