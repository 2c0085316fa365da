"""Facts for tests, placed by gestational week on one pregnancy that is due on 1 March 2027."""

from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from app.pregnancy import background as b
from app.pregnancy import facts as f
from app.pregnancy.card import EVERYTHING, Card, View, fold, view_for
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.rule_table import BY_ID

DUE = date(2027, 3, 1)
_numbers = count(1)


def day(week: str) -> date:
    """The day on which this pregnancy is at ``week``: the due date is 40+3, day 283."""
    weeks, days = week.split("+")
    return DUE + timedelta(days=int(weeks) * 7 + int(days) - 283)


def at(week: str, clock: str = "09:00") -> datetime:
    return datetime.combine(day(week), time.fromisoformat(clock), tzinfo=f.OSLO)


def make(kind: type[f.F], week: str, /, *, clock: str = "09:00", **values: Any) -> f.F:
    values.setdefault("source", f"Observation/{kind.__name__.lower()}-{next(_numbers)}")
    return kind(when=at(week, clock), **values)


def a_blood_pressure(
    systolic: float | None, diastolic: float | None, week: str, **values: Any
) -> f.BloodPressure:
    return make(f.BloodPressure, week, systolic=systolic, diastolic=diastolic, **values)


def a_strip(grade: float, week: str, **values: Any) -> f.UrineProtein:
    return make(f.UrineProtein, week, grade=grade, **values)


def a_haemoglobin(value: float, week: str, **values: Any) -> f.Haemoglobin:
    return make(f.Haemoglobin, week, value=value, **values)


def a_heart_rate(value: float, week: str, **values: Any) -> f.FetalHeartRate:
    return make(f.FetalHeartRate, week, value=value, **values)


def a_visit(kind: str, week: str, **values: Any) -> f.Visit:
    return make(
        f.Visit, week, kind=kind, source=values.pop("source", f"Encounter/{next(_numbers)}"), **values
    )


def a_due_date(
    due: date = DUE, week: str = "12+0", method: str = "first-scan", **values: Any
) -> f.DueDateStatement:
    return make(f.DueDateStatement, week, due=due, method=method, **values)


def an_outcome(outcome: str, week: str, **values: Any) -> f.BirthOutcome:
    return make(f.BirthOutcome, week, outcome=outcome, **values)


def a_fetus(name: str) -> b.Fetus:
    return b.Fetus(source=f"RelatedPerson/{name}", name=name)


DATED = a_due_date(week="5+0", source="Observation/due")


def card(*facts: f.Fact, today: str = "42+6", dated: bool = True, precedence: str = "first-scan") -> Card:
    """The card of ``facts`` at the end of the day ``today``."""
    known = (DATED, *facts) if dated else facts
    return fold(f.Facts.collect(known), today=day(today), now=at(today, "23:00"), precedence=precedence)


def view(*facts: f.Fact, audience: str = "clinician", **how: Any) -> View:
    return view_for(card(*facts, **how), visible=EVERYTHING, audience=audience)  # type: ignore[arg-type]


def an_amount(item: str, value: float, week: str, **values: Any) -> Amount:
    return make(Amount, week, item=item, value=value, **values)


def an_answer(item: str, value: str, week: str, **values: Any) -> Answer:
    return make(Answer, week, item=item, value=value, **values)


def rules(found: Card | View, *, due: bool = False) -> list[str]:
    """The rules that hold; without what time alone makes due, unless it is an alarm or ``due`` asks for it."""
    return [row.rule for row in found.findings if due or row.kind == "alarm" or not BY_ID[row.rule].timed]
