"""Twins: each measured by name, each born as itself, one of them lying across.

Helsedirektoratet, svangerskapsomsorgen («Basisprogram»); the lie is looked at from week 36.
"""

from datetime import date, time

from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(37, 1)


def _scans(story: Story, fetuses: dict[str, str]) -> None:
    with story.visit("hospital", "ultrasound", day(12, 1)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(2)
        scan.answer("chorionicity", "dichorionic", category="imaging")
        for length, fetus in zip((57, 58), fetuses.values(), strict=True):
            scan.amount("crl", length, "mm", fetus, category="imaging")
    with story.visit("hospital", "ultrasound", day(18, 1)) as scan:
        for weight, fetus in zip((230, 226), fetuses.values(), strict=True):
            scan.amount("efw", weight, "g", fetus, category="imaging")


def _controls(story: Story, fetuses: dict[str, str]) -> None:
    rates = {24: (144, 150), 28: (140, 146), 32: (138, 144), 36: (142, 148)}
    for week, rate in rates.items():
        by = "midwife" if week in {24, 32} else "gp"
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(118, 74, 66 + week / 3)
            visit.measure("fundal-height", week + 2)
            for each, fetus in zip(rate, fetuses.values(), strict=True):
                visit.measure("fetal-heart-rate", each, fetus)
            if week == 36:
                visit.presentation("hodeleie", fetuses["A"])
                visit.presentation("seteleie", fetuses["B"])


def _births(story: Story, fetuses: dict[str, str]) -> None:
    """Each child's time, mode, weight and Apgar are its own; what she lost is hers."""
    told = {"A": (time(9, 12), "spontaneous", 2610, 9), "B": (time(9, 41), "breech", 2480, 8)}
    for name, (at, mode, weight, apgar) in told.items():
        with story.visit("hospital", "birth", BORN, at) as birth:
            birth.outcome("live-birth", fetuses[name])
            birth.answer("birth-mode", mode, fetuses[name])
            birth.amount("birth-weight", weight, "g", fetuses[name])
            birth.amount("apgar-5", apgar, "{score}", fetuses[name])
    with story.visit("hospital", "inpatient", BORN, time(11)) as ward:
        ward.amount("blood-loss", 700, "mL")
        ward.blood_pressure(118, 72)


def test_twins(server: Server) -> None:
    story = begin(server, "Oda Kvamsdal", date(1994, 10, 30))
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(114, 70, 67.0)
        visit.last_period(date(2025, 10, 1))
    fetuses = {name: story.fetus("hospital", name) for name in ("A", "B")}
    _scans(story, fetuses)

    early = story.read("midwife", day(19, 0))
    assert (early.age, early.findings) == ("uke 19+0", {})
    assert early.sections["fetuses"] == ["Foster A", "Foster B"]
    assert "Flere fostre: A, B" in early.sections["needs"]

    _controls(story, fetuses)
    third = story.read("gp", day(32, 1))
    assert third.findings == {}
    rates = [line for line in third.sections["measurements"] if line.startswith("Fosterets hjertefrekvens")]
    assert rates[0].startswith("Fosterets hjertefrekvens (A): 138 /min")
    assert rates[1].startswith("Fosterets hjertefrekvens (B): 144 /min")

    across = story.read("midwife", day(36, 1))
    assert across.findings == {"malpresentation-at-36": "task"}
    assert any("(B)" in line for line in across.sections["findings"])
    assert not any("(A)" in line for line in across.sections["findings"])
    assert "A: hodeleie, B: seteleie" in story.page("her", day(36, 1))

    _births(story, fetuses)
    born = story.read("midwife", BORN)
    assert born.findings == {}
    page = story.page("gp", BORN)
    assert "Barn A: Levendefødt" in page  # the fetus has become the child
    assert "Barn B: Levendefødt" in page
    assert "kl. 09.41. Fødselsmåte: seteforløsning. Fødselsvekt: 2480 g. Apgar 5 min: 8" in page
    assert born.sections["outcome"] == [
        "A: Levendefødt 18.06.2026 kl. 09.12. Fødselsvekt: 2610 g. Apgar 5 minutter: 9",
        "B: Levendefødt 18.06.2026 kl. 09.41. Fødselsvekt: 2480 g. Apgar 5 minutter: 8",
        "Blodtap ved fødsel: 700 mL",
    ]
    with story.visit("midwife", "home-visit", day(37, 4)) as home:
        home.answer("breastfeeding", "partial")
    with story.visit("nurse", "home-visit", day(38, 2)) as home:
        home.answer("breastfeeding", "full")
    with story.visit("gp", "postpartum-visit", day(43, 1)) as control:
        control.blood_pressure(116, 72)
    last = story.read("nurse", day(43, 2))
    assert last.findings == {}
    assert last.visits("forfalt") == last.visits("nå") == set()
    weights = story.people["midwife"].get(
        f"/Observation?patient={story.woman.id}&code={codes.LOINC}|{codes.BIRTH_WEIGHT},"
        f"{codes.CS_CARD}|birth-weight"
    ).json()["entry"]  # fmt: skip
    of = {
        row["resource"]["focus"][0]["reference"]: row["resource"]["valueQuantity"]["value"] for row in weights
    }
    assert of == {fetuses["A"]: 2610, fetuses["B"]: 2480}

    corrected = story.people["midwife"].get(f"/{fetuses['B']}").json()
    again = story.again()
    with again.visit("midwife", "first-visit", day(50)) as visit:
        visit.last_period(date(2026, 7, 22))
    answer = story.people["midwife"].put(f"/{fetuses['B']}", corrected | {"active": False}, If_Match='W/"1"')
    assert answer.status_code == 200, answer.text
    fresh = again.read("midwife", day(50))
    assert (fresh.sections["fetuses"], fresh.sections["needs"]) == (
        ["Ingenting registrert."],
        ["Ingenting registrert."],
    )
    assert story.read("midwife", day(37, 0)).sections["fetuses"] == ["Foster A", "Foster B"]
