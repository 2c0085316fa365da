"""What is found at each visit of a generated pregnancy: trajectories that belong together, with noise of a visit.

Medians of fetal biometry are INTERGROWTH-21st's at the weeks that are used (https://intergrowth21.com); all other
shapes are plausible estimates of this project. Items: docs/content.md.
"""

from collections.abc import Callable, Iterator
from random import Random

from app.fhir import codes as c
from app.pregnancy.gestation import TERM, weeks
from helsekort_sandbox.lives import Life
from helsekort_sandbox.rates import RATES
from helsekort_sandbox.records import NEGATIVE, concept
from helsekort_sandbox.scans import BIOMETRY
from helsekort_sandbox.slips import Visit

Row = tuple[int, str, str, Callable[[Visit, Life, int, Random], None], int]
# Whoever has NIPT or twins is scanned early; so of the others fewer are, that the rate of all is its target
SCANNED_ANYWAY = 0.19  # of all: 70 % of the quarter that is 35 or older at term, and twins
SCANNED_OF_OTHERS = (RATES["early-scan"] - SCANNED_ANYWAY) / (1 - SCANNED_ANYWAY)


def plan(life: Life, rng: Random) -> Iterator[Row]:
    """Her visits: day, kind, by whom, what is found, the hour."""
    ward = f"{life.ward}-jo"
    last = min(life.born or 999, life.lost or 999)
    usual: list[Row] = [
        (life.contact, "first-visit", life.midwife, first, 9),
        (weeks(18, 2), "ultrasound", ward, routine_scan, 10),
        (weeks(24, 1), "antenatal-visit", life.midwife, week_24, 9),
        (weeks(28, 1), "antenatal-visit", life.gp, week_28, 9),
        (weeks(32, 1), "antenatal-visit", life.midwife, control, 9),
        (weeks(36, 1), "antenatal-visit", life.gp, control, 9),
        (weeks(38, 1), "antenatal-visit", life.midwife, control, 9),
        (weeks(40, 1), "antenatal-visit", life.midwife, control, 9),
        (weeks(41, 3), "antenatal-visit", ward, control, 9),
    ]
    if rng.random() < SCANNED_OF_OTHERS or life.nipt or life.twins:
        usual.append((weeks(12, 2), "ultrasound", ward, early_scan, 10))
    if life.gdm:
        usual.append((weeks(26), "antenatal-visit", life.gp, glucose_load, 8))
    if life.preeclampsia and life.born:
        usual.append((life.born - 5, "antenatal-visit", ward, ill, 11))
    for row in usual:
        is_optional = row[1] == "antenatal-visit" and row[3] is control
        missed = is_optional and rng.random() < RATES["visit-missed"] * 2
        if row[0] < last and not missed:
            yield row
    if life.lost:
        yield (life.lost, "miscarriage", ward, loss, 14)
    if life.born:
        yield from _afterwards(life, life.born, rng)


def _afterwards(life: Life, born: int, rng: Random) -> Iterator[Row]:
    ward = f"{life.ward}-jo"
    yield (born, "birth", ward, birth, rng.randrange(0, 23))
    yield (born + 2, "discharge", ward, discharge, 12)
    if rng.random() < RATES["midwife-home"]:
        yield (born + rng.choice((2, 3, 3)), "home-visit", life.midwife, lying_in, 14)
    if rng.random() < RATES["nurse-home"]:
        yield (born + rng.randint(7, 12), "home-visit", life.nurse, lying_in, 10)
    if rng.random() < RATES["postpartum"]:
        yield (born + weeks(6) - rng.randint(0, 7), "postpartum-visit", life.gp, after, 10)


def weight_at(life: Life, day: int) -> float:
    """Her weight: before, and what she gains by the band of her BMI, most of it in the second half."""
    metres = life.height / 100
    gain = 14.5 if life.bmi < 25 else 11 if life.bmi < 30 else 8
    return life.bmi * metres * metres + gain * max(0.0, day - weeks(10)) / (TERM - weeks(10))


def basics(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """Blood pressure falls towards the middle and rises to the end; higher with weight and before preeclampsia."""
    half = abs(day - weeks(22)) / weeks(20)
    systolic = 106 + 6 * half + 0.5 * (life.bmi - 24) + rng.gauss(0, 5)
    diastolic = 66 + 5 * half + 0.3 * (life.bmi - 24) + rng.gauss(0, 4)
    if life.preeclampsia and life.born and day > life.born - 28:
        systolic, diastolic = systolic + 9, diastolic + 7
    visit.blood_pressure(min(round(systolic), 138), min(round(diastolic), 88))
    visit.measure("weight", round(weight_at(life, day) + rng.gauss(0, 0.4), 1))
    visit.urine_protein("spor" if rng.random() < 0.06 else "negativ")


def first(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """History, height, blood samples, the first day of the last period."""
    basics(visit, life, day, rng)
    visit.last_period(life.begins)
    visit.measure("height", life.height)
    visit.measure("pre-pregnancy-weight", round(life.bmi * (life.height / 100) ** 2, 1))
    visit.measure("haemoglobin", round(rng.gauss(12.7, 0.7), 1))
    visit.measure("ferritin", max(6, round(rng.lognormvariate(3.8, 0.6))))
    _blood_type(visit, life, rng)
    visit.amount("parity", life.parity, "{#}", category="survey")
    visit.answer("smoking", "daily" if life.smokes else "none")
    visit.answer("origin-asia-africa", "yes" if life.at_risk else "no")
    visit.answer("violence", "no")
    if life.age >= 35:
        visit.answer("nipt-consent", "yes" if life.nipt else "no")
    if life.at_risk or life.bmi > 30:
        visit.measure("hba1c", 42 if life.gdm else round(rng.gauss(34, 2)))


def _blood_type(visit: Visit, life: Life, rng: Random) -> None:
    code, name = rng.choice((("112144000", "A"), ("165743006", "AB")))
    visit.find("abo", c.SNOMED, code, name)
    rhd = (c.RHD_NEGATIVE, "RhD-negativ") if life.rhd_negative else (c.RHD_POSITIVE, "RhD-positiv")
    visit.find("rhd", c.SNOMED, *rhd)
    visit.find("antibodies", c.SNOMED, NEGATIVE, "Negativ")


def early_scan(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """Number, length, term."""
    visit.due_date(c.EDD_ULTRASOUND, "first-scan", life.due)
    visit.fetuses(max(1, len(visit.fetal)))
    if visit.fetal:
        visit.answer("chorionicity", "dichorionic", category="imaging")
    for fetus in visit.fetal or ("",):
        visit.amount("crl", round(54 + 1.5 * (day - weeks(12)) + rng.gauss(0, 2)), "mm", fetus, "imaging")


def screened(visit: Visit, order: str) -> None:
    """The answer to the order of NIPT: no trisomy is found."""
    for trisomy in ("nipt-t21", "nipt-t18", "nipt-t13"):
        visit.answer(trisomy, "negative", category="laboratory")
        visit.entries[-1]["resource"]["basedOn"] = [{"reference": order}]


def routine_scan(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """Biometry at 18 weeks; what it says of term differs by a few days from the first scan."""
    visit.due_date(c.EDD_ULTRASOUND, "routine-scan", life.due)
    visit.answer("placenta-site", rng.choice(("anterior", "posterior", "fundal")), category="imaging")
    for fetus in visit.fetal or ("",):
        size = rng.gauss(1, 0.03) * (1 + 0.022 * (day - weeks(18)))
        for name, median in BIOMETRY:
            visit.amount(name, round(median * size, 1), "mm", fetus, "imaging")


def control(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """Fundal height follows the week; the heart beats between 120 and 155."""
    basics(visit, life, day, rng)
    height = day / 7 - 1.2 + (3 if visit.fetal else 0) + rng.gauss(0, 0.8) - max(0, day - weeks(36)) / 14
    visit.measure("fundal-height", round(height))
    for fetus in visit.fetal or ("",):
        visit.measure("fetal-heart-rate", round(min(155, max(120, rng.gauss(139, 8)))), fetus)
        if day >= weeks(36):
            visit.presentation("seteleie" if rng.random() < 0.035 else "hodeleie", fetus)


def week_24(visit: Visit, life: Life, day: int, rng: Random) -> None:
    control(visit, life, day, rng)
    if life.rhd_negative:
        visit.find("antibodies", c.SNOMED, NEGATIVE, "Negativ")
        visit.answer("fetal-rhd-consent", "yes", category="laboratory")
        for fetus in visit.fetal or ("",):
            result = "positive" if life.fetus_positive else "negative"
            visit.answer("fetal-rhd", result, fetus, "laboratory")


def week_28(visit: Visit, life: Life, day: int, rng: Random) -> None:
    control(visit, life, day, rng)
    visit.measure("haemoglobin", round(rng.gauss(11.8, 0.6), 1))
    if life.rhd_negative and life.fetus_positive:
        visit.answer("anti-d", "given", category="procedure")


def glucose_load(visit: Visit, _life: Life, _day: int, rng: Random) -> None:
    visit.measure("glucose-fasting", round(rng.uniform(5.3, 6.2), 1))
    visit.measure("glucose-2h", round(rng.uniform(8.2, 10.8), 1))
    visit.diagnosis(c.DIABETES_GESTATIONAL, "Svangerskapsdiabetes")


def ill(visit: Visit, _life: Life, _day: int, rng: Random) -> None:
    visit.blood_pressure(rng.randint(144, 158), rng.randint(92, 102))
    visit.urine_protein("2+")
    for fetus in visit.fetal or ("",):
        visit.measure("fetal-heart-rate", rng.randint(125, 150), fetus)
    visit.diagnosis(c.PRE_ECLAMPSIA, "Preeklampsi")


def loss(visit: Visit, _life: Life, _day: int, _rng: Random) -> None:
    for fetus in visit.fetal or ("",):
        _outcome(visit, "miscarriage", fetus)


def _outcome(visit: Visit, what: str, fetus: str) -> None:
    code = concept(c.CS_CARD, "birth-outcome", "Fødsel")
    visit.observe("exam", code, fetus, valueCodeableConcept=concept(c.CS_CARD, what))


def birth(visit: Visit, life: Life, day: int, rng: Random) -> None:
    """Each child's outcome, mode, weight and Apgar; what she lost."""
    for fetus in visit.fetal or ("",):
        _outcome(visit, "live-birth", fetus)
        mode = (
            rng.choice(("caesarean-planned", "caesarean-acute"))
            if life.caesarean
            else rng.choices(("spontaneous", "vacuum"), (0.89, 0.11))[0]
        )
        visit.answer("birth-mode", mode, fetus)
        median = 3550 - 26 * (TERM - day) - (350 if visit.fetal else 0)
        visit.amount("birth-weight", round(max(900, rng.gauss(median, 380)), -1), "g", fetus)
        visit.amount("apgar-5", rng.choices((8, 9, 10), (0.1, 0.5, 0.4))[0], "{score}", fetus)
    visit.amount("blood-loss", round(rng.lognormvariate(5.9, 0.4), -1), "mL")


def discharge(visit: Visit, life: Life, _day: int, rng: Random) -> None:
    visit.answer("discharged", "yes")
    if life.rhd_negative and life.fetus_positive:
        visit.answer("anti-d", "given", category="procedure")
    visit.answer("breastfeeding", rng.choices(("full", "partial", "none"), (0.8, 0.15, 0.05))[0])
    visit.blood_pressure(round(rng.gauss(114, 5)), round(rng.gauss(72, 4)))


def lying_in(visit: Visit, _life: Life, _day: int, rng: Random) -> None:
    visit.blood_pressure(round(rng.gauss(113, 5)), round(rng.gauss(71, 4)))
    visit.answer("breastfeeding", rng.choices(("full", "partial", "none"), (0.78, 0.15, 0.07))[0])


def after(visit: Visit, life: Life, _day: int, rng: Random) -> None:
    visit.blood_pressure(round(rng.gauss(112, 5)), round(rng.gauss(70, 4)))
    visit.measure("weight", round(weight_at(life, 0) + rng.uniform(0, 6), 1))
    visit.amount(
        "epds", rng.choices((2, 4, 6, 8, 11), (0.3, 0.3, 0.2, 0.1, 0.1))[0], "{score}", category="survey"
    )
