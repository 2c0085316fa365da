"""RhD-negative: typing of the fetus and antibodies in week 24, anti-D in week 28, after a fall and after the birth.

Helsedirektoratet, svangerskapsomsorgen, «ABO/RhD-typing og blodtypeantistoff»; barselomsorgen, «Rh-immunisering»
(anti-D within 72 hours of the birth of an RhD-positive child, also after prophylaxis in the pregnancy).
"""

from datetime import date, time

from helsekort_sandbox.records import NEGATIVE

from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(40, 2)


def _until_week_24(story: Story) -> None:
    with story.visit("gp", "first-visit", day(8, 0)) as visit:
        visit.basics(112, 70, 60.2)
        visit.last_period(date(2025, 10, 1))
        visit.find("abo", codes.SNOMED, "112144000", "A")
        visit.find("rhd", codes.SNOMED, codes.RHD_NEGATIVE, "RhD-negativ")
        visit.find("antibodies", codes.SNOMED, NEGATIVE, "Negativ")
    with story.visit("hospital", "ultrasound", day(12, 2)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18, 3)) as scan:
        scan.answer("placenta-site", "posterior", category="imaging")
    with story.visit("midwife", "antenatal-visit", day(24)) as visit:
        visit.basics(114, 72, 64.4)
        visit.growth(23, 148)


def _control(story: Story, by: str, week: int, height: int, *, lie: str = "") -> None:
    with story.visit(by, "antenatal-visit", day(week)) as visit:
        visit.basics(116, 72, 60.0 + week / 4)
        visit.growth(height, 142, lie)


def _typed(story: Story) -> None:
    with story.visit("gp", "antenatal-visit", day(24, 5)) as visit:
        visit.answer("fetal-rhd-consent", "yes")
        visit.answer("fetal-rhd", "positive", category="laboratory")
        visit.find("antibodies", codes.SNOMED, NEGATIVE, "Negativ")


def _anti_d(story: Story, by: str, on: date, at: time = time(13)) -> None:
    with story.visit(by, "injection", on, at) as visit:
        visit.answer("anti-d", "given", category="procedure")


def test_rhd_negative(server: Server) -> None:
    story = begin(server, "Julie Fossum", date(1998, 7, 1))
    _until_week_24(story)

    first = story.read("midwife", day(9, 0))
    assert first.findings == {}
    assert "RhD-negativ" in first.sections["needs"]

    due = story.read("midwife", day(24, 1))
    assert due.findings == {"rhd-typing-due": "task", "antibody-control-due": "task"}
    assert "en blodprøve vise fosterets blodtype" in story.page("her", day(24, 1))

    _typed(story)
    _control(story, "midwife", 28, 27)
    typed = story.read("midwife", day(25, 0))
    assert typed.findings == {}
    prophylaxis = story.read("midwife", day(28, 0))
    assert (prophylaxis.age, prophylaxis.findings) == ("uke 28+0", {"anti-d-due": "task"})
    assert "sprøyte med anti-D i uke 28" in story.page("her", day(28, 0))

    _anti_d(story, "midwife", day(28, 3))
    _control(story, "midwife", 32, 31)
    assert story.read("gp", day(32, 0)).findings == {}

    with story.visit("hospital", "emergency", day(33, 0), time(18)) as fall:
        fall.answer("sensitising-event", "trauma")
        fall.measure("fetal-heart-rate", 144)
    assert story.read("midwife", day(33, 0)).findings == {"anti-d-after-event": "alarm"}
    assert story.read("her", day(33, 0)).findings == {}  # what is to be done stands on her carers' card
    _anti_d(story, "hospital", day(33, 1))
    assert story.read("midwife", day(33, 1)).findings == {}

    for by, week, height in (("gp", 36, 35), ("midwife", 38, 37), ("midwife", 40, 38)):
        _control(story, by, week, height, lie="hodeleie")
    with story.visit("hospital", "birth", BORN, time(6, 30)) as birth:
        birth.outcome("live-birth")
        birth.amount("birth-weight", 3410, "g")
    born = story.read("hospital", BORN)
    assert born.findings == {"anti-d-after-birth": "alarm"}
    assert any("Frist 13.07.2026 kl. 06.30" in line for line in born.sections["findings"])  # 72 hours

    with story.visit("hospital", "inpatient", day(40, 3)) as ward:
        ward.answer("child-rhd", "positive", category="laboratory")
    assert story.read("midwife", day(40, 3)).findings == {"anti-d-after-birth": "alarm"}
    _anti_d(story, "hospital", day(40, 4))

    with story.visit("midwife", "home-visit", day(40, 5)) as home:
        home.blood_pressure(114, 70)
    with story.visit("nurse", "home-visit", day(41, 3)) as home:
        home.answer("breastfeeding", "full")
    with story.visit("midwife", "postpartum-visit", day(46, 2)) as control:
        control.blood_pressure(112, 70)
    last = story.read("gp", day(46, 3))
    assert last.findings == {}
    assert last.visits("forfalt") == set()
    assert "RhD-negativ" in last.sections["needs"]
