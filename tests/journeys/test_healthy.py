"""A healthy pregnancy, from the first visit to the control six weeks after the birth.

Helsedirektoratet, svangerskapsomsorgen («Basisprogram») and barselomsorgen («oppfølging etter hjemkomst»).
"""

from datetime import date, time

from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = date(2026, 7, 9)  # 40+1


def _first_visit(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8, 1)) as visit:
        visit.basics(112, 70, 64.2)
        visit.last_period(date(2025, 9, 29))
        visit.measure("height", 168)
        visit.measure("pre-pregnancy-weight", 63.5)
        visit.measure("haemoglobin", 12.6)
        visit.measure("ferritin", 75)
        visit.find("rhd", codes.SNOMED, codes.RHD_POSITIVE, "RhD-positiv")
        visit.answer("smoking", "none")
        visit.answer("violence", "no")
        visit.amount("parity", 1, "{#}")


def _until_birth(story: Story) -> None:
    with story.visit("hospital", "ultrasound", day(12, 3)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
        scan.amount("crl", 60, "mm", category="imaging")
    with story.visit("hospital", "ultrasound", day(18, 2)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "routine-scan", date(2026, 7, 13))
        scan.answer("placenta-site", "posterior", category="imaging")
    controls = (
        ("midwife", 24, 110, 68, 68.1, 23, 144, ""),
        ("gp", 28, 114, 70, 70.0, 27, 140, ""),
        ("midwife", 32, 116, 72, 71.9, 31, 138, ""),
        ("gp", 36, 118, 74, 73.6, 34, 142, "hodeleie"),
        ("midwife", 38, 120, 76, 75.2, 36, 136, "hodeleie"),
        ("midwife", 40, 118, 76, 75.6, 38, 140, "hodeleie"),
    )
    for by, week, systolic, diastolic, weight, height, rate, lie in controls:
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(systolic, diastolic, weight)
            visit.growth(height, rate, lie)
            if week == 28:
                visit.measure("haemoglobin", 11.9)


def _birth_and_after(story: Story) -> None:
    with story.visit("hospital", "birth", BORN, time(4, 12)) as birth:
        birth.outcome("live-birth")
        birth.answer("birth-mode", "spontaneous")
        birth.amount("birth-weight", 3540, "g")
        birth.amount("apgar-1", 9, "{score}")
        birth.amount("apgar-5", 10, "{score}")
        birth.amount("blood-loss", 350, "mL")
        birth.amount("perineal-tear", 1, "{score}")
    with story.visit("hospital", "discharge", date(2026, 7, 10), time(14)) as note:
        note.answer("discharged", "yes")
        note.answer("breastfeeding", "full")
        note.blood_pressure(116, 74)
    with story.visit("midwife", "home-visit", date(2026, 7, 11)) as home:
        home.blood_pressure(114, 72)
        home.answer("breastfeeding", "full")
    with story.visit("nurse", "home-visit", date(2026, 7, 17)) as home:
        home.answer("breastfeeding", "full")
    with story.visit("gp", "postpartum-visit", date(2026, 8, 20)) as control:
        control.blood_pressure(112, 70)
        control.amount("epds", 4, "{score}")
        control.amount("epds-item-10", 0, "{score}")


def test_a_healthy_pregnancy(server: Server) -> None:
    story = begin(server, "Ingrid Solbakken", date(1996, 3, 4))
    _first_visit(story)
    _until_birth(story)
    _birth_and_after(story)

    early = story.read("midwife", day(8, 1))
    assert early.age == "uke 8+3"  # by her last period, 29 September
    assert early.term == "2026-07-09"
    assert early.rules("alarm") == set()
    assert early.visits("gjennomført") == {"Første konsultasjon"}

    half = story.read("gp", day(23, 2))
    assert (half.age, half.term) == ("uke 23+2", "2026-07-11")  # the first scan counts
    assert half.visits("gjennomført") == {"Første konsultasjon", "Tidlig ultralyd", "Ultralyd i uke 17–19"}
    assert half.visits("nå") == {"Konsultasjon i uke 24"}
    assert half.findings == {}

    late = story.read("hospital", day(40, 0))
    assert late.age == "uke 40+0"
    assert late.findings == {}
    assert late.visits("forfalt") == late.visits("ikke registrert") == set()
    assert late.visits("kommer") == {"Kontroll på sykehus i uke 41"}

    home = story.read("nurse", date(2026, 7, 13))
    assert home.age == ""
    assert home.sections["outcome"] == [
        "Levendefødt 09.07.2026 kl. 04.12. Fødselsvekt: 3540 g. Apgar 1 minutt: 9. Apgar 5 minutter: 10. Blodtap ved fødsel: 350 mL. Rift, grad: 1"
    ]
    assert home.visits("gjennomført") == {"Hjemmebesøk av jordmor"}
    assert home.visits("kommer") == {
        "Hjemmebesøk av helsesykepleier",
        "Seksukerskontroll hos fastlege eller jordmor",
    }

    last = story.read("midwife", date(2026, 8, 21))
    assert last.findings == {}
    assert last.visits("gjennomført") == {
        "Hjemmebesøk av jordmor", "Hjemmebesøk av helsesykepleier", "Seksukerskontroll hos fastlege eller jordmor",
    }  # fmt: skip
    for by in ("her", "gp", "hospital", "midwife"):
        page = story.page(by, date(2026, 8, 21))
        assert "Fødselsmåte: spontan. Fødselsvekt: 3540 g. Apgar 1 min: 9. Apgar 5 min: 10" in page
        assert "Utskrevet fra fødestedet: ja. Amming: fullammer" in page
    assert "43 dager etter fødselen" in story.page("her", date(2026, 8, 21))
