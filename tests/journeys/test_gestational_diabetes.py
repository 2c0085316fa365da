"""Gestational diabetes: at risk from the first visit, tested in week 26, followed up after the birth.

Helsedirektoratet, svangerskapsdiabetes, kapittel 1 (HbA1c 41-46: raised risk; fasting 5.3-6.9 or 2 hours 9.0-11.0) and
3.1 (HbA1c four months after the birth).
"""

from datetime import date, time

from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(39, 0)
SIX_WEEKS = day(45, 0)


def _until_week_24(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8, 1)) as visit:
        visit.basics(116, 72, 70.6)
        visit.last_period(date(2025, 10, 1))
        visit.measure("height", 160)
        visit.measure("pre-pregnancy-weight", 70.0)  # BMI 27.3
        visit.answer("origin-asia-africa", "yes")
        visit.answer("family-diabetes", "yes")
        visit.amount("parity", 0, "{#}")
        visit.measure("hba1c", 42)
    with story.visit("hospital", "ultrasound", day(12, 0)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18, 0)) as scan:
        scan.answer("placenta-site", "anterior", category="imaging")
    with story.visit("midwife", "antenatal-visit", day(24)) as visit:
        visit.basics(118, 74, 74.0)
        visit.growth(24, 144)


def _tested(story: Story) -> None:
    with story.visit("gp", "antenatal-visit", day(26, 1)) as visit:
        visit.measure("glucose-fasting", 5.5)
        visit.measure("glucose-2h", 9.4)
        visit.diagnosis(codes.DIABETES_GESTATIONAL, "Svangerskapsdiabetes")


def _until_birth(story: Story) -> None:
    controls = (
        ("midwife", 28, 118, 74, 74.6, 28, 144, ""),
        ("hospital", 32, 120, 76, 75.6, 32, 140, ""),
        ("midwife", 36, 122, 78, 77.2, 36, 138, "hodeleie"),
        ("hospital", 38, 124, 78, 78.4, 38, 142, "hodeleie"),
    )
    for by, week, systolic, diastolic, weight, height, rate, lie in controls:
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(systolic, diastolic, weight)
            visit.growth(height, rate, lie)
    with story.visit("hospital", "birth", BORN, time(16, 40)) as birth:
        birth.outcome("live-birth")
        birth.answer("birth-mode", "vacuum")
        birth.amount("birth-weight", 4080, "g")
        birth.amount("blood-loss", 1200, "mL")


def test_gestational_diabetes(server: Server) -> None:
    story = begin(server, "Parveen Akhtar", date(1995, 11, 2))
    _until_week_24(story)

    first = story.read("midwife", day(8, 2))
    assert first.age == "uke 8+2"
    assert first.findings == {"hba1c-raised": "task"}

    half = story.read("gp", day(24, 2))
    assert half.age == "uke 24+2"
    assert half.findings == {"ogtt-indicated": "task"}  # which the raised HbA1c is a reason of
    assert "sukkerbelastning i uke 24–28" in story.page("her", day(24, 2))

    _tested(story)
    told = story.read("midwife", day(26, 2))
    assert told.findings == {"gestational-diabetes": "task"}  # the test has answered the HbA1c
    assert "Svangerskapsdiabetes" in told.sections["conditions"]
    assert any("Glukose, fastende: 5.5 mmol/L" in line for line in told.sections["laboratory"])
    hers = story.page("her", day(26, 2))
    assert "Prøven viser svangerskapsdiabetes" in hers

    _until_birth(story)
    term = story.read("hospital", day(38, 1))
    assert term.age == "uke 38+1"
    assert term.rules("alarm") == set()
    assert term.visits("forfalt") == set()

    after = story.read("midwife", day(39, 1))
    assert after.findings == {"glucose-follow-up": "task", "postpartum-blood-loss": "task"}

    with story.visit("midwife", "home-visit", day(39, 3)) as home:
        home.measure("haemoglobin", 10.1)
        home.answer("breastfeeding", "full")
    with story.visit("nurse", "home-visit", day(40, 1)) as home:
        home.answer("breastfeeding", "full")
    with story.visit("gp", "postpartum-visit", SIX_WEEKS) as control:
        control.blood_pressure(120, 76)
        control.measure("haemoglobin", 12.0)
    last = story.read("gp", day(45, 1))
    assert "glucose-follow-up" in last.findings
    assert any("Frist 31.10.2026" in line for line in last.sections["findings"])  # 122 days after 1 July
    assert "HbA1c hos fastlegen fire måneder etter fødselen" in story.page("her", day(45, 1))
    assert last.visits("gjennomført") == {
        "Hjemmebesøk av jordmor", "Hjemmebesøk av helsesykepleier", "Seksukerskontroll hos fastlege eller jordmor",
    }  # fmt: skip
