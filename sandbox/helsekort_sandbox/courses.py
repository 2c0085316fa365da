"""TABLE: the twelve pregnancies of the pilot, each at its stage today, and what was found at each visit.

The rhythm of visits is the national programme's (https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen);
the values are made up, plausible, and the same on every run.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from app.clock import OSLO
from app.fhir import codes as c
from app.pregnancy.gestation import TERM, weeks
from helsekort_sandbox import scans
from helsekort_sandbox.records import NEGATIVE, Consultation

BLOOD_TYPES = (("112144000", "A"), ("165743006", "AB"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What a visit's findings depend on: the woman, the day of gestation, her term, her fetuses."""

    key: str
    day: int
    due: date
    fetuses: tuple[str, ...]

    def vary(self, name: str, span: int) -> int:
        """A whole number from -span to span, always the same for the same woman, day and name."""
        return zlib.crc32(f"{self.key} {self.day} {name}".encode()) % (2 * span + 1) - span


Fill = Callable[[Consultation, Facts], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """A visit on one day of gestation (or, after birth, of what would have been), by one of her carers."""

    day: int
    kind: str
    by: str
    fill: Fill


@dataclass(frozen=True, slots=True)
class Course:
    """One pregnancy: how far it is today, and what differs from the usual course."""

    today: int
    fetuses: int = 1
    born: int | None = None
    extra: tuple[Visit, ...] = ()
    instead: dict[int, Fill] = field(default_factory=dict)
    plan: tuple[str, ...] = ()

    def due(self, today: date) -> date:
        return today + timedelta(days=TERM - self.today)

    def visits(self) -> Iterator[Visit]:
        """The visits held so far, oldest first; from the day before today back, so that none lies in the future."""
        last = min(self.today, self.born or self.today)
        usual = [visit for visit in USUAL if visit.day < last]
        replaced = [Visit(v.day, v.kind, v.by, self.instead.get(v.day, v.fill)) for v in usual]
        yield from sorted([*replaced, *self.extra], key=lambda visit: visit.day)


def moment(due: date, day: int, key: str) -> datetime:
    """When a visit on a day of gestation took place: in office hours, Norwegian time."""
    minutes = zlib.crc32(f"{key} {day}".encode()) % 36 * 10
    on = due - timedelta(days=TERM - day)
    return datetime.combine(on, time(8, 30), OSLO) + timedelta(minutes=minutes)


def weight(facts: Facts) -> float:
    start = 62 + zlib.crc32(facts.key.encode()) % 18
    gained = max(0, facts.day - weeks(8)) * 12.5 / weeks(32)
    return round(start + gained + facts.vary("weight", 4) / 10, 1)


def basic(visit: Consultation, facts: Facts) -> None:
    """What is measured at every visit."""
    visit.blood_pressure(114 + facts.vary("systolic", 8), 70 + facts.vary("diastolic", 6))
    visit.measure("weight", weight(facts))
    visit.urine_protein("negativ")


def control(visit: Consultation, facts: Facts) -> None:
    """A visit in the second half: growth and heart of each fetus, and from week 36 how it lies."""
    basic(visit, facts)
    growth(visit, facts)


def growth(visit: Consultation, facts: Facts) -> None:
    height = facts.day // 7 - 1 + facts.vary("height", 1) + (3 if len(facts.fetuses) > 1 else 0)
    visit.measure("fundal-height", min(height, 40))
    for fetus in facts.fetuses or ("",):
        visit.measure("fetal-heart-rate", 140 + facts.vary(f"rate {fetus[-1:]}", 9), fetus)
        if facts.day >= weeks(36):
            visit.presentation("hodeleie", fetus)


def bloods(visit: Consultation, facts: Facts) -> None:
    visit.measure("haemoglobin", round(12.4 + facts.vary("hb", 5) / 10, 1))
    visit.measure("ferritin", 48 + facts.vary("ferritin", 15))


def first(visit: Consultation, facts: Facts) -> None:
    """The first visit: history, height, blood samples, the date that she remembers."""
    basic(visit, facts)
    visit.last_period(facts.due - timedelta(days=TERM + facts.vary("period", 3)))
    visit.measure("height", 168 + facts.vary("tall", 7))
    visit.measure("pre-pregnancy-weight", round(weight(facts) - 0.8, 1))
    bloods(visit, facts)
    blood_type(visit, facts, positive=True)


def blood_type(visit: Consultation, facts: Facts, *, positive: bool) -> None:
    code, name = BLOOD_TYPES[facts.vary("abo", 1) % 2]
    visit.find("abo", c.SNOMED, code, name)
    rhd = (c.RHD_POSITIVE, "RhD-positiv") if positive else (c.RHD_NEGATIVE, "RhD-negativ")
    visit.find("rhd", c.SNOMED, *rhd)
    visit.find("antibodies", c.SNOMED, NEGATIVE, "Negativ")


def first_rhd_negative(visit: Consultation, facts: Facts) -> None:
    basic(visit, facts)
    visit.last_period(facts.due - timedelta(days=TERM))
    bloods(visit, facts)
    blood_type(visit, facts, positive=False)


def early_scan(visit: Consultation, facts: Facts) -> None:
    visit.due_date(c.EDD_ULTRASOUND, "first-scan", facts.due)
    visit.fetuses(max(1, len(facts.fetuses)))
    scans.early(visit, facts.day, facts.fetuses, facts.vary("crl", 3))


def routine_scan(visit: Consultation, facts: Facts) -> None:
    """The second scan may measure another date; which one counts is the server's setting."""
    visit.due_date(c.EDD_ULTRASOUND, "routine-scan", facts.due + timedelta(days=facts.vary("scan", 3)))
    visit.fetuses(max(1, len(facts.fetuses)))
    scans.routine(visit, facts.day, facts.fetuses, facts.vary("size", 4))


def week_28(visit: Consultation, facts: Facts) -> None:
    control(visit, facts)
    visit.measure("haemoglobin", round(11.6 + facts.vary("hb", 3) / 10, 1))


def antibodies(visit: Consultation, facts: Facts) -> None:
    control(visit, facts)
    visit.find("antibodies", c.SNOMED, NEGATIVE, "Negativ")


def hba1c(visit: Consultation, facts: Facts) -> None:
    first(visit, facts)
    visit.measure("hba1c", 43)


def glucose_load(visit: Consultation, _: Facts) -> None:
    visit.measure("glucose-fasting", 5.5)
    visit.measure("glucose-2h", 9.6)
    visit.diagnosis(c.DIABETES_GESTATIONAL, "Svangerskapsdiabetes")


def raised_pressure(visit: Consultation, facts: Facts) -> None:
    visit.blood_pressure(142, 91)
    visit.measure("weight", weight(facts))
    visit.urine_protein("negativ")
    growth(visit, facts)


def preeclampsia(visit: Consultation, facts: Facts) -> None:
    visit.blood_pressure(152, 98)
    visit.urine_protein("2+")
    growth(visit, facts)
    visit.diagnosis(c.PRE_ECLAMPSIA, "Preeklampsi")


def told_of_violence(visit: Consultation, facts: Facts) -> None:
    control(visit, facts)
    visit.violence()


def birth(visit: Consultation, facts: Facts) -> None:
    visit.birth("live-birth")
    visit.blood_pressure(122 + facts.vary("birth", 5), 76)


def lying_in(visit: Consultation, facts: Facts) -> None:
    visit.blood_pressure(118 + facts.vary("home", 5), 74)
    visit.measure("weight", round(weight(facts) - 8, 1))


MIDWIFE, GP, HOSPITAL, NURSE = "midwife", "gp", "hospital", "nurse"
USUAL: tuple[Visit, ...] = (
    Visit(weeks(8, 1), "first-visit", MIDWIFE, first),
    Visit(weeks(12, 2), "ultrasound", HOSPITAL, early_scan),
    Visit(weeks(18, 3), "ultrasound", HOSPITAL, routine_scan),
    Visit(weeks(24, 1), "antenatal-visit", MIDWIFE, control),
    Visit(weeks(28), "antenatal-visit", GP, week_28),
    Visit(weeks(32, 1), "antenatal-visit", MIDWIFE, control),
    Visit(weeks(36), "antenatal-visit", GP, control),
    Visit(weeks(38), "antenatal-visit", MIDWIFE, control),
    Visit(weeks(40, 1), "antenatal-visit", MIDWIFE, control),
    Visit(weeks(41, 3), "antenatal-visit", HOSPITAL, control),
)
BORN = weeks(39, 5)
WISHES = (
    "Jeg vil gjerne ha partneren min med hele tiden.",
    "Badekar eller dusj som smertelindring først; epidural hvis jeg ber om det.",
    "Hud mot hud med en gang, og hjelp til å komme i gang med ammingen.",
)
COURSES: dict[str, Course] = {
    "main": Course(weeks(30, 4), plan=WISHES),
    "first-visit": Course(weeks(8, 2)),
    "early-scan": Course(weeks(12, 5)),
    "routine-scan": Course(weeks(19, 1)),
    "blocked-gp": Course(weeks(21, 3)),
    "rhd-negative": Course(weeks(25), instead={weeks(8, 1): first_rhd_negative, weeks(24, 1): antibodies}),
    "not-for-patient": Course(weeks(26, 2), instead={weeks(24, 1): told_of_violence}),
    "twins": Course(
        weeks(27, 5),
        fetuses=2,
        extra=(
            Visit(weeks(22), "ultrasound", HOSPITAL, growth),
            Visit(weeks(26), "ultrasound", HOSPITAL, growth),
        ),
        plan=WISHES[:1],
    ),
    "diabetes": Course(
        weeks(29),
        instead={weeks(8, 1): hba1c},
        extra=(Visit(weeks(26), "antenatal-visit", GP, glucose_load),),
    ),
    "preeclampsia": Course(
        weeks(34, 1),
        instead={weeks(32, 1): raised_pressure},
        extra=(Visit(weeks(33, 5), "antenatal-visit", HOSPITAL, preeclampsia),),
        plan=WISHES[2:],
    ),
    "post-term": Course(weeks(42)),
    "postpartum": Course(
        BORN + 12,
        born=BORN,
        extra=(
            Visit(BORN, "antenatal-visit", HOSPITAL, birth),
            Visit(BORN + 3, "home-visit", MIDWIFE, lying_in),
            Visit(BORN + 9, "home-visit", NURSE, lying_in),
        ),
    ),
}
