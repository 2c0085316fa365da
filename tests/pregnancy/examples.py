"""One example for each clinical rule on which it fires, and the day on which it is looked at; written by hand.

The facts of an example are exactly the inputs of the finding, beside the dating where time makes it due, so that the
matrix of hidden inputs in ``test_card`` is complete.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from app.pregnancy import background as b
from app.pregnancy.facts import (
    Fact,
    FetalHeartActivity,
    FetalMovement,
    FundalHeight,
    Presentation,
    RhesusD,
    Weight,
)
from tests.pregnancy.builders import (
    DUE,
    a_blood_pressure,
    a_due_date,
    a_haemoglobin,
    a_heart_rate,
    a_strip,
    an_amount,
    an_answer,
    an_outcome,
    make,
)


@dataclass(frozen=True, slots=True)
class Example:
    """``facts`` seen on ``today``; ``beside`` are facts that must be there and that the finding does not rest on."""

    facts: tuple[Fact, ...]
    today: str = "31+0"
    beside: tuple[Fact, ...] = ()


def a_woman(born: date = date(1985, 1, 1), **values: object) -> b.Woman:
    return b.Woman(source="Patient/w", birth_date=born, **values)  # type: ignore[arg-type]


def rhd(week: str = "9+0") -> RhesusD:
    return make(RhesusD, week, positive=False)


def on(*facts: Fact, today: str = "31+0", beside: tuple[Fact, ...] = ()) -> Example:
    return Example(facts, today, beside)


EXAMPLES: dict[str, Example] = {
    "severe-hypertension": on(a_blood_pressure(170, 100, "30+0")),
    "preeclampsia-suspected": on(a_blood_pressure(148, 96, "30+0"), a_strip(2.0, "30+0")),
    "preeclampsia-symptoms": on(an_answer("symptom-vision", "yes", "30+0")),
    "early-hypertension-proteinuria": on(a_blood_pressure(148, 96, "15+0"), a_strip(2.0, "15+0")),
    "hypertension": on(a_blood_pressure(145, 90, "30+0"), a_blood_pressure(144, 90, "30+1")),
    "chronic-hypertension": on(a_blood_pressure(145, 90, "12+0"), a_blood_pressure(144, 90, "12+1")),
    "hypertension-repeat": on(a_blood_pressure(145, 90, "30+0")),
    "postpartum-hypertension": on(
        a_blood_pressure(145, 90, "39+3"), today="39+4", beside=(an_outcome("live-birth", "39+0"),)
    ),
    "severe-anaemia": on(a_haemoglobin(3.5, "30+0")),
    "anaemia": on(a_haemoglobin(9.9, "30+0")),
    "haemoconcentration": on(a_haemoglobin(13.9, "30+0")),
    "ferritin-empty": on(an_amount("ferritin", 9, "9+0")),
    "low-ferritin": on(an_amount("ferritin", 22, "9+0")),
    "ferritin-moderate": on(an_amount("ferritin", 45, "9+0")),
    "hba1c-indicated": on(an_answer("family-diabetes", "yes", "8+0"), today="9+0"),
    "hba1c-raised": on(an_amount("hba1c", 43, "9+0")),
    "overt-diabetes": on(an_amount("glucose-2h", 12.0, "26+0")),
    "ogtt-indicated": on(an_answer("previous-gestational-diabetes", "yes", "8+0"), today="25+0"),
    "gestational-diabetes": on(an_amount("glucose-fasting", 5.6, "26+0")),
    "glucose-follow-up": on(an_amount("glucose-2h", 9.4, "26+0"), an_outcome("live-birth", "39+0"), today="39+2"),
    "bmi-specialist": on(an_amount("bmi", 36.2, "8+0")),
    "weight-gain-outside-band": on(
        an_amount("bmi", 22.0, "8+0"), an_amount("weight-before", 60, "8+0"), make(Weight, "30+0", value=78.0)
    ),
    "sf-flattening": on(make(FundalHeight, "28+0", value=27.0), make(FundalHeight, "30+0", value=27.0)),
    "efw-below-10": on(an_amount("efw-percentile", 6, "30+0")),
    "fluid-abnormal": on(an_answer("amniotic-fluid", "reduced", "30+0")),
    "low-placenta-rescan": on(an_answer("placenta-site", "low", "18+2")),
    "monochorionic-surveillance": on(an_answer("chorionicity", "monochorionic", "12+0")),
    "malpresentation-at-36": on(make(Presentation, "36+2", value="breech"), today="36+3"),
    "no-fetal-heart": on(make(FetalHeartActivity, "30+0", present=False)),
    "fetal-heart-rate-abnormal": on(a_heart_rate(60, "30+0")),
    "fetal-heart-rate-repeat": on(a_heart_rate(170, "30+0")),
    "reduced-fetal-movements": on(make(FetalMovement, "30+0", value="reduced")),
    "no-fetal-movements": on(make(FetalMovement, "30+0", value="none")),
    "bleeding": on(an_answer("symptom-bleeding", "yes", "30+0")),
    "ruptured-membranes": on(an_answer("symptom-fluid", "yes", "30+0")),
    "preterm-labour": on(an_answer("symptom-contractions", "yes", "30+0")),
    "cholestasis-suspected": on(an_answer("symptom-itching", "yes", "30+0")),
    "fever-sepsis": on(an_amount("temperature", 38.6, "30+0")),
    "vte-risk": on(an_answer("thrombosis", "yes", "8+0")),
    "teratogenic-medicine": on(make(b.Medicine, "8+0", name="Valproat", atc=("N03AG01",))),
    "rhd-typing-due": on(rhd(), today="25+0"),
    "anti-d-due": on(rhd(), an_answer("fetal-rhd", "positive", "25+0"), today="28+2"),
    "anti-d-after-birth": on(rhd(), an_outcome("live-birth", "39+0"), today="39+1"),
    "anti-d-after-event": on(rhd(), an_answer("sensitising-event", "trauma", "30+0")),
    "antibody-control-due": on(rhd(), today="24+3"),
    "other-antibodies": on(an_answer("antibody-screen", "positive", "9+0")),
    "bacteriuria": on(an_answer("bacteriuria-culture", "positive", "20+0")),
    "gbs-positive": on(an_answer("gbs", "positive", "30+0")),
    "chlamydia": on(an_answer("chlamydia-test", "positive", "9+0")),
    "hepatitis-b-positive": on(an_answer("hbsag", "positive", "9+0")),
    "hepatitis-b-newborn": on(
        an_answer("hbsag", "positive", "9+0"), an_outcome("live-birth", "39+0"), today="39+0"
    ),
    "hiv-positive": on(an_answer("hiv", "positive", "9+0")),
    "syphilis-positive": on(an_answer("syphilis", "positive", "9+0")),
    "rubella-non-immune": on(an_answer("rubella", "non-immune", "9+0")),
    "nipt-eligible": on(a_woman(), today="11+0"),
    "nipt-positive-unconfirmed": on(an_answer("nipt-t21", "positive", "13+0")),
    "early-ultrasound-due": on(today="11+3"),
    "routine-ultrasound-due": on(today="18+0"),
    "post-term": on(a_due_date(DUE - timedelta(days=90), method="decided", reason="Ultralyd")),
    "post-term-control-due": on(today="41+4"),
    "visit-overdue": on(today="31+0"),
    "home-visit-overdue": on(an_outcome("live-birth", "39+0"), today="40+0"),
    "tobacco": on(an_answer("smoking", "daily", "8+0")),
    "alcohol": on(an_answer("alcohol-use", "occasional", "8+0")),
    "substance-use": on(an_answer("substances", "yes", "8+0")),
    "violence-disclosed": on(an_answer("violence", "yes", "8+0")),
    "fgm": on(an_answer("genital-mutilation", "yes", "8+0")),
    "previous-mental-illness": on(an_answer("severe-mental-illness", "yes", "8+0")),
    "epds-raised": on(an_amount("epds", 13, "28+0")),
    "epds-self-harm": on(an_amount("epds-item-10", 2, "28+0")),
    "interpreter-needed": on(b.Woman(source="Patient/v", interpreter=True, language="somali")),
    "escort-service": on(an_amount("travel-time", 140, "20+0")),
    "postpartum-bleeding": on(
        an_answer("symptom-bleeding", "yes", "39+5"), today="39+5", beside=(an_outcome("live-birth", "39+0"),)
    ),
    "postpartum-blood-loss": on(
        an_amount("blood-loss", 1600, "39+0"), today="39+1", beside=(an_outcome("live-birth", "39+0"),)
    ),
    "postpartum-infection": on(
        an_amount("temperature", 38.6, "39+4"), today="39+4", beside=(an_outcome("live-birth", "39+0"),)
    ),
}  # fmt: skip
