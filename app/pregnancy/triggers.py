"""When a clinical rule fires: the conditions that the rows of ``rule_table`` name.

Alarms fire for each completing reading; tasks look at the latest one, so that a later normal reading ends them.
Order in time decides which inputs a finding names, so that a new reading never gives an old finding a new key.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from itertools import islice

from app.pregnancy.facts import (
    OSLO,
    BloodPressure,
    FetalHeartActivity,
    FetalHeartRate,
    Haemoglobin,
    UrineProtein,
)
from app.pregnancy.gestation import POST_TERM, SECOND_TRIMESTER, THIRD_TRIMESTER, day_of
from app.pregnancy.rules import Case, Match, When, match

SAME_DAY = timedelta(hours=24)
PROTEIN = 1.0  # strip 1+


def pressure_text(row: BloodPressure) -> str:
    upper, lower = (f"{side:g}" if side is not None else "–" for side in (row.systolic, row.diastolic))
    return f"{upper}/{lower}"


def is_raised(row: BloodPressure, systolic: float = 140, diastolic: float = 90) -> bool:
    return (row.systolic or 0) >= systolic or (row.diastolic or 0) >= diastolic


def each_pressure(systolic: float, diastolic: float) -> When:
    """Every reading at or over either limit."""

    def when(case: Case) -> Iterator[Match]:
        for row in case.facts.of(BloodPressure):
            if is_raised(row, systolic, diastolic):
                yield match(row, bp=pressure_text(row), day=f"{row.day:%d.%m.%Y}")

    return when


def latest_pressure_raised(case: Case) -> Iterator[Match]:
    """The latest reading is raised; a normal one that she took herself does not speak for a clinician's."""
    rows = case.facts.of(BloodPressure)
    settled = max((row.when for row in rows if row.confirmed and not is_raised(row)), default=None)
    open_ = [row for row in rows if is_raised(row) and (settled is None or row.when > settled)]
    if open_:
        yield match(open_[-1], bp=pressure_text(open_[-1]), day=f"{open_[-1].day:%d.%m.%Y}")


def two_pressures(first: int | None = None, last: int | None = None) -> When:
    """Two raised readings, both with a gestational age from ``first`` to ``last``; undated ones count as late."""

    def counts(days: int | None) -> bool:
        return last is None if days is None else (first or 0) <= days <= (last or days)

    def when(case: Case) -> Iterator[Match]:
        rows = [row for row in case.facts.of(BloodPressure) if is_raised(row) and counts(case.days(row.day))]
        # The same reading sent twice, by two systems, is one reading.
        distinct = {(row.when, row.systolic, row.diastolic): row for row in reversed(rows)}
        pair = tuple(islice(sorted(distinct.values(), key=lambda row: row.when), 2))
        if len(pair) == 2:  # noqa: PLR2004 (two readings)
            yield match(*pair, bp=", ".join(map(pressure_text, pair)), day=f"{pair[1].day:%d.%m.%Y}")

    return when


def pressure_with_protein(case: Case) -> Iterator[Match]:
    """For each positive strip the first raised reading within a day of it."""
    raised = [row for row in case.facts.of(BloodPressure) if is_raised(row)]
    for strip in case.facts.of(UrineProtein):
        near = (row for row in raised if abs(row.when - strip.when) <= SAME_DAY)
        reading = next(near, None) if strip.grade >= PROTEIN else None
        if reading:
            day = max(reading.day, strip.day)
            yield match(
                reading, strip, bp=pressure_text(reading), protein=f"{strip.grade:g}+", day=f"{day:%d.%m.%Y}"
            )


def haemoglobin_below(limit: float) -> When:
    """The latest value is below ``limit`` at any age."""

    def when(case: Case) -> Iterator[Match]:
        row = case.facts.last(Haemoglobin)
        if row and row.value < limit:
            yield _haemoglobin(row, limit)

    return when


def anaemia(case: Case) -> Iterator[Match]:
    """The latest value is below the limit of the trimester in which it was taken."""
    row = case.facts.last(Haemoglobin)
    if row is None:
        return
    days = case.days(row.day)
    second = days is not None and SECOND_TRIMESTER <= days < THIRD_TRIMESTER
    limit = 10.5 if second else 11.0
    if row.value < limit:
        yield _haemoglobin(row, limit)


def _haemoglobin(row: Haemoglobin, limit: float) -> Match:
    value, bound = (f"{number:.1f}".replace(".", ",") for number in (row.value, limit))
    return match(row, hb=value, limit=bound, day=f"{row.day:%d.%m.%Y}")


def each_heart_rate(low: float, high: float) -> When:
    """Every rate below ``low`` or over ``high``; zero is no heart rate at all."""

    def when(case: Case) -> Iterator[Match]:
        for row in case.facts.of(FetalHeartRate):
            if 0 < row.value < low or row.value > high:
                yield _rate(row)

    return when


def latest_heart_rate(low: float, high: float) -> When:
    """The latest rate of a fetus is below ``low`` or over ``high``."""

    def when(case: Case) -> Iterator[Match]:
        latest = {row.fetus: row for row in case.facts.of(FetalHeartRate)}
        for row in latest.values():
            if 0 < row.value < low or row.value > high:
                yield _rate(row)

    return when


def _rate(row: FetalHeartRate) -> Match:
    return match(row, rate=f"{row.value:g}", fetus=_of_fetus(row.fetus), day=f"{row.day:%d.%m.%Y}")


def no_heart(case: Case) -> Iterator[Match]:
    """Heart activity was looked for and not found, or a rate of zero was written down."""
    absent: Iterable[FetalHeartActivity | FetalHeartRate] = (
        *(row for row in case.facts.of(FetalHeartActivity) if not row.present),
        *(row for row in case.facts.of(FetalHeartRate) if row.value <= 0),
    )
    for row in absent:
        yield match(row, fetus=_of_fetus(row.fetus), day=f"{row.day:%d.%m.%Y}")


def _of_fetus(name: str | None) -> str:
    return f" ({name})" if name else ""


def past_term(case: Case) -> Iterator[Match]:
    """42+0 is reached and no outcome is recorded; it arises at midnight in Norway, not by any reading."""
    if case.term is None:
        return
    day = day_of(case.term.due, POST_TERM)
    seen = datetime.combine(day, time(), tzinfo=OSLO)
    if seen <= case.now:
        chosen = case.term.chosen
        yield Match(
            (chosen.source,),
            chosen.labels,
            seen,
            values=(("day", f"{day:%d.%m.%Y}"),),
            confirmed=chosen.confirmed,
        )
