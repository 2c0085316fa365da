"""A stillbirth: every alarm until the heart is known to have stopped, and then dignity.

NGF, «Lite liv» (no movements: examined within two hours). Afterwards no cheerful notice, no visit that time alone makes
due, no congratulation; her own health is looked after as after any birth.
"""

from datetime import date, datetime, time

from helsekort_sandbox.records import concept

from app.clock import OSLO
from app.fhir import codes
from tests.fixtures.resources import an_observation
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

LOST = day(37, 2)
CHEERFUL = (
    "Gratulerer",
    "ammehjelpen",
    "fodselsforberedende",
    "helsenorge.no",
    "mamma-mia",
    "dager etter fødselen",
)


def _until_week_36(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(112, 70, 66.0)
        visit.last_period(date(2025, 10, 1))
    with story.visit("hospital", "ultrasound", day(12)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18)) as scan:
        scan.answer("placenta-site", "anterior", category="imaging")
    for by, week, height in (("midwife", 24, 23), ("gp", 28, 27), ("midwife", 32, 31), ("midwife", 36, 34)):
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(116, 74, 66 + week / 3)
            visit.growth(height, 142, "hodeleie" if week == 36 else "")


def _she_feels_nothing(story: Story) -> None:
    at = datetime.combine(day(37, 0), time(6, 15), OSLO).isoformat()
    felt = an_observation(story.woman.reference, codes.FETAL_MOVEMENT, effectiveDateTime=at)
    story.post("her", felt | {"valueCodeableConcept": concept(codes.SNOMED, "249038009")})


def test_stillbirth(server: Server) -> None:
    story = begin(server, "Tone Vikse", date(1991, 1, 23))
    _until_week_36(story)
    before = story.read("midwife", day(36, 1))
    assert (before.age, before.findings) == ("uke 36+1", {})
    assert before.visits("kommer") == {
        "Konsultasjon i uke 38", "Konsultasjon i uke 40", "Kontroll på sykehus i uke 41",
    }  # fmt: skip

    _she_feels_nothing(story)
    urgent = story.read("hospital", day(37, 0))
    assert urgent.findings == {"no-fetal-movements": "alarm"}
    assert any("Frist 17.06.2026 kl. 08.15" in line for line in urgent.sections["findings"])
    assert "du skal undersøkes innen 2 timer" in story.page("her", day(37, 0))

    with story.visit("hospital", "emergency", day(37, 0), time(7, 50)) as ward:
        ward.observe("imaging", concept(codes.CS_CARD, "fetal-heart-activity"), valueBoolean=False)
    assert story.read("hospital", day(37, 0)).rules("alarm") == {"no-fetal-heart", "no-fetal-movements"}
    assert "no-fetal-heart" not in story.read("her", day(37, 0)).findings

    with story.visit("hospital", "birth", LOST, time(22, 5)) as birth:
        birth.outcome("stillbirth")
        birth.amount("birth-weight", 2870, "g")
        birth.amount("blood-loss", 400, "mL")
        birth.blood_pressure(118, 74)
    for by in ("midwife", "gp", "hospital", "her"):
        quiet = story.read(by, day(37, 4))
        assert (quiet.age, quiet.findings, quiet.programme) == ("", {}, {})
        assert quiet.sections["outcome"] == [
            "Dødfødt 19.06.2026 kl. 22.05. Fødselsvekt: 2870 g. Blodtap ved fødsel: 400 mL"
        ]
    for on in (day(37, 4), day(40, 0), day(43, 2)):  # nor on what would have been her term
        page = story.page("her", on)
        assert "Svangerskapet er avsluttet" in page
        assert [word for word in CHEERFUL if word in page] == []
        assert "Fosterets hjertefrekvens" not in page  # no curve of the child
        assert "Fosterets hjertefrekvens" in story.page("midwife", on)

    assert [word for word in CHEERFUL if word in story.paper("her", day(40, 0))] == []

    with story.visit("midwife", "home-visit", day(37, 5)) as home:
        home.amount("temperature", 38.6, "Cel", category="vital-signs")
    ill = story.read("gp", day(37, 5))
    assert ill.findings == {"postpartum-infection": "alarm"}
    assert "Mulig infeksjon" in story.page("her", day(37, 5))
    story.close("gp", "postpartum-infection")

    with story.visit("gp", "postpartum-visit", day(43, 2)) as control:
        control.blood_pressure(114, 70)
        control.amount("epds", 13, "{score}")
        control.amount("epds-item-10", 0, "{score}")
    last = story.read("gp", day(43, 3))
    assert last.findings == {"epds-raised": "task"}
    assert last.programme == {}
