"""The descriptive sections of the card: what is listed as it was recorded, from any subset of the facts.

Sections follow the paper card IS-2253: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide. They are
built from what the reader may see; what has to be judged on all facts is in ``card``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from app.pregnancy import background as b
from app.pregnancy.bands import Recommended, recommended
from app.pregnancy.births import Birth, births
from app.pregnancy.contradictions import rhesus
from app.pregnancy.elsewhere import Register
from app.pregnancy.facts import (
    BirthOutcome,
    BloodPressure,
    Fact,
    Facts,
    FetalHeartActivity,
    FetalHeartRate,
    FetalMovement,
    FundalHeight,
    Haemoglobin,
    LabResult,
    Presentation,
    RhesusD,
    UrineProtein,
    Visit,
    Weight,
)
from app.pregnancy.items import ANALYSES, ITEMS
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.stated import Stated, stated
from app.pregnancy.wishes import Wishes

Values = tuple[float | None, ...]
_SHOWN = ("ultrasound", "nipt", "rhd")
FOUND: dict[str, str] = {"antibody-screen": "rhd"} | {  # item → the section of the card that shows it
    row.id: row.section for row in ITEMS.values() if row.section in _SHOWN
}


@dataclass(frozen=True, slots=True)
class Point:
    """One reading of a series; blood pressure has two values."""

    values: Values
    fact: Fact

    @property
    def day(self) -> date:
        return self.fact.day


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one kind, oldest first; ``complete`` is False where the reader may not see all of them."""

    kind: str
    unit: str
    points: tuple[Point, ...]
    fetus: str | None = None
    complete: bool = True

    @property
    def latest(self) -> Point:
        return self.points[-1]

    @property
    def previous(self) -> Point | None:
        return self.points[-2] if len(self.points) > 1 else None

    @property
    def change(self) -> Values | None:
        """From the previous reading to the latest; None where there is none, or some are hidden."""
        if self.previous is None or not self.complete:
            return None
        pairs = zip(self.previous.values, self.latest.values, strict=True)
        return tuple(None if old is None or new is None else round(new - old, 2) for old, new in pairs)


@dataclass(frozen=True, slots=True)
class Consultation:
    """One line of the card: a visit, or a day on which something was measured without one."""

    day: date
    visit: Visit | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class LabRow:
    """All results of one analysis, newest first; the analyses stand in the order of ANALYSES, others as recorded."""

    name: str
    results: tuple[LabResult, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """Every descriptive section."""

    who: b.Woman | None
    measurements: tuple[Series, ...]
    consultations: tuple[Consultation, ...]
    laboratory: tuple[LabRow, ...]
    fetuses: tuple[b.Fetus, ...]
    allergies: tuple[b.Allergy, ...]
    conditions: tuple[b.Condition, ...]
    care_team: tuple[b.CareTeamMember, ...]
    birth_plan: b.BirthPlan | None
    wishes: Wishes | None  # what she answered when she wrote it
    birth_places: tuple[b.BirthPlace, ...]
    outcomes: tuple[BirthOutcome, ...]
    births: tuple[Birth, ...]
    rhesus: RhesusD | None
    registered: tuple[b.Registered, ...]
    stated: tuple[Stated, ...]
    found: tuple[Amount | Answer, ...]  # of ultrasound, NIPT and the RhD pathway, oldest first
    recommended: Recommended | None = None  # what she is recommended to weigh at term
    elsewhere: tuple[Register, ...] = ()  # beside the card, where somebody asked
    portal: str = ""  # the address at which a reader's system opens kjernejournal about her


def _value(row: Weight | FundalHeight | Haemoglobin | FetalHeartRate) -> Values:
    return (row.value,)


# name, kind of fact, unit, its values: the order in which the card shows them
SERIES: tuple[tuple[str, type[Fact], str, Callable[..., Values]], ...] = (
    ("blood-pressure", BloodPressure, "mmHg", lambda row: (row.systolic, row.diastolic)),
    ("weight", Weight, "kg", _value),
    ("fundal-height", FundalHeight, "cm", _value),
    ("fetal-heart-rate", FetalHeartRate, "/min", _value),
    ("haemoglobin", Haemoglobin, "g/dL", _value),
)
IN_CONSULTATION: tuple[type[Fact], ...] = (
    Weight, BloodPressure, UrineProtein, FundalHeight, FetalHeartRate, FetalHeartActivity, FetalMovement, Presentation,
)  # fmt: skip


def describe(facts: Facts) -> Described:
    """The sections of ``facts``."""
    return Described(
        who=facts.last(b.Woman),
        measurements=tuple(_series(facts)),
        consultations=_consultations(facts),
        laboratory=_laboratory(facts),
        fetuses=tuple(sorted(facts.of(b.Fetus), key=lambda row: row.name)),
        allergies=facts.of(b.Allergy),
        conditions=facts.of(b.Condition),
        care_team=facts.of(b.CareTeamMember),
        birth_plan=facts.last(b.BirthPlan),
        wishes=facts.last(Wishes),
        birth_places=facts.of(b.BirthPlace),
        outcomes=facts.of(BirthOutcome),
        births=tuple(births(facts)),
        rhesus=rhesus(facts),
        registered=facts.of(b.Registered),
        stated=stated(facts),
        found=_found(facts),
        recommended=recommended(facts),
    )


def _found(facts: Facts) -> tuple[Amount | Answer, ...]:
    rows = (row for item in FOUND for row in facts.by_kind.get(item, ()))
    return tuple(sorted((row for row in rows if isinstance(row, Amount | Answer)), key=lambda row: row.when))


def _series(facts: Facts) -> list[Series]:
    found = []
    for name, kind, unit, values in SERIES:
        rows = facts.of(kind)
        for fetus in sorted({row.fetus for row in rows}, key=lambda name: name or ""):
            points = tuple(Point(values(row), row) for row in rows if row.fetus == fetus)
            found.append(Series(name, unit, points, fetus))
    return found


def _consultations(facts: Facts) -> tuple[Consultation, ...]:
    """Newest first. What belongs to no visit stands under the visit of its day, or under the day alone."""
    visits = {row.source: row for row in facts.of(Visit)}
    by_day = {row.day: row.source for row in visits.values()}
    rows: dict[str | date, list[Fact]] = {source: [] for source in visits}
    for kind in IN_CONSULTATION:
        for fact in facts.of(kind):
            place = fact.encounter if fact.encounter in visits else by_day.get(fact.day, fact.day)
            rows.setdefault(place, []).append(fact)
    lines = [
        _line(place, visits.get(place) if isinstance(place, str) else None, found)
        for place, found in rows.items()
    ]
    return tuple(sorted(lines, key=lambda line: line.day, reverse=True))


def _line(place: str | date, visit: Visit | None, found: list[Fact]) -> Consultation:
    day = visit.day if visit else place
    assert isinstance(day, date)  # noqa: S101 (a place without a visit is a day)
    return Consultation(day, visit, tuple(found))


def _laboratory(facts: Facts) -> tuple[LabRow, ...]:
    by_code: dict[str, list[LabResult]] = {}
    for row in facts.of(LabResult):
        by_code.setdefault(row.code or row.name, []).append(row)
    found = sorted(by_code.values(), key=lambda rows: ANALYSES.get(rows[-1].name, len(ANALYSES)))
    return tuple(LabRow(rows[-1].name, tuple(reversed(rows))) for rows in found)
