"""Gestational age (svangerskapslengde) by the Norwegian count: the due date is day 283, week 40+3.

https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen (eSnurra: post-term is day 294, eleven days
past the due date). An engine that counts 280 days is three days wrong in Norway.
"""

from dataclasses import dataclass
from datetime import date, timedelta

WEEK = 7
TERM = 283  # days from the first day of the last period to the due date
POST_TERM = 294  # 42+0: Helsedirektoratet, «Svangerskap passert termin»
LAST_DAY = 43 * WEEK + 6  # an age past 43+6 is not shown: the outcome is missing or the dating is wrong
SECOND_TRIMESTER, THIRD_TRIMESTER = 13 * WEEK, 28 * WEEK  # WHO ANC DT25: ≤ 12, 13-27 and ≥ 28 completed weeks


def weeks(week: int, day: int = 0) -> int:
    """``weeks(30, 4)``: the days of 30+4."""
    return week * WEEK + day


@dataclass(frozen=True, slots=True, order=True)
class Age:
    """A gestational age in days; week 30, day 4 is written ``uke 30+4``."""

    days: int

    @property
    def week(self) -> int:
        return self.days // WEEK

    @property
    def day(self) -> int:
        return self.days % WEEK

    @property
    def short(self) -> str:
        return f"{self.week}+{self.day}"

    @property
    def text(self) -> str:
        return f"uke {self.short}"

    @property
    def trimester(self) -> int:
        return 1 if self.days < SECOND_TRIMESTER else 2 if self.days < THIRD_TRIMESTER else 3

    @property
    def is_post_term(self) -> bool:
        return self.days >= POST_TERM


def days_at(due: date, on: date) -> int:
    """Days of gestation on ``on``, unbounded: negative before conception, past 307 when an outcome is missing."""
    return TERM - (due - on).days


def age_at(due: date, on: date) -> Age | None:
    """The age on ``on``, or None outside 0+0 to 43+6, where a number would mislead."""
    days = days_at(due, on)
    return Age(days) if 0 <= days <= LAST_DAY else None


def day_of(due: date, days: int) -> date:
    """The day on which the pregnancy that is due on ``due`` is ``days`` old."""
    return due - timedelta(days=TERM - days)
