"""A miscarriage: what she reports is an alarm at once, what is found is told by a person, and then the card is quiet.

NGF and Helsedirektoratet: heavy bleeding and fever are looked at after a loss as after a birth. Nothing of an earlier
loss, and nothing at all of an induced abortion, is on a later card.
"""

from datetime import date, datetime, time

from helsekort_sandbox.records import concept

from app.clock import OSLO
from app.fhir import codes
from tests.fixtures.resources import an_observation
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

LOST = day(10, 1)
CHEERFUL = (
    "Gratulerer",
    "ammehjelpen",
    "fødselsforberedende",
    "helsenorge.no/gravid",
    "Mamma Mia",
    "Termin 1",
)


def _she_says(story: Story, symptom: str, on: date) -> None:
    at = datetime.combine(on, time(7, 40), OSLO).isoformat()
    said = an_observation(story.woman.reference, symptom, effectiveDateTime=at, valueBoolean=True)
    story.post("her", said | {"code": concept(codes.CS_CARD, symptom)})


def test_miscarriage(server: Server) -> None:
    story = begin(server, "Hanne Myrstad", date(1992, 4, 17))
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(114, 70, 64.0)
        visit.last_period(date(2025, 10, 1))
    early = story.read("midwife", day(8, 2))
    assert (early.age, early.findings) == ("uke 8+2", {})
    assert early.visits("gjennomført") == {"Første konsultasjon"}

    _she_says(story, "symptom-bleeding", day(10, 0))
    bleeding = story.read("midwife", day(10, 0))
    assert bleeding.findings == {"bleeding": "alarm"}
    assert "Ring fødeavdelingen eller legevakten nå" in story.page("her", day(10, 0))

    with story.visit("hospital", "ultrasound", day(10, 0), time(14)) as scan:
        scan.observe("imaging", concept(codes.CS_CARD, "fetal-heart-activity"), valueBoolean=False)
    found = story.read("hospital", day(10, 0))
    assert found.rules("alarm") == {"bleeding", "no-fetal-heart"}
    assert set(story.read("her", day(10, 0)).findings) == {"bleeding"}  # she hears the other from a person

    with story.visit("hospital", "emergency", LOST, time(3, 20)) as ward:
        ward.outcome("miscarriage")
    for by in ("midwife", "gp", "hospital", "her"):
        quiet = story.read(by, day(10, 3))
        assert (quiet.age, quiet.findings, quiet.programme) == ("", {}, {})
    page = story.page("her", day(10, 3))
    assert "Svangerskapet er avsluttet" in page
    assert [word for word in CHEERFUL if word in page] == []
    assert story.read("her", day(40, 0)).programme == {}  # nor at what would have been her term

    _she_says(story, "symptom-fever", day(10, 5))
    ill = story.read("gp", day(10, 5))
    assert ill.findings == {"postpartum-infection": "alarm"}
    told = story.page("her", day(10, 5))
    assert "skal vurderes i dag. Ring fødeavdelingen eller legevakten" in told
    assert "etter fødselen" not in told
    story.close("gp", "postpartum-infection")
    assert story.read("gp", day(17, 0)).findings == {}

    again = story.again()
    with again.visit("midwife", "first-visit", day(30)) as visit:
        visit.last_period(date(2026, 3, 1))
        visit.amount("previous-miscarriages", 1, "{#}")
    fresh = again.read("gp", day(30, 1))
    assert fresh.age == "uke 8+4"  # 60 days from 1 March to 30 April
    assert fresh.sections["outcome"] == ["Ingenting registrert."]
    assert "miscarriage" not in fresh.text.replace("previous-miscarriages", "")


def test_an_induced_abortion_stands_on_no_card(server: Server) -> None:
    story = begin(server, "Siri Lund", date(1997, 8, 9))
    with story.visit("gp", "first-visit", day(8)) as visit:
        visit.last_period(date(2025, 10, 1))
        visit.blood_pressure(112, 70)
    with story.visit("hospital", "day surgery", day(9, 2)) as ward:
        ward.outcome("termination")
    for by in ("midwife", "gp", "hospital", "her"):
        seen = story.read(by, day(9, 3))
        assert (seen.age, seen.findings, seen.programme) == ("", {}, {})
        assert seen.sections["outcome"] == ["Ingenting registrert."]
        texts = seen.text + story.page(by, day(9, 3))
        texts += story.paper(by, day(9, 3)) if by in {"midwife", "her"} else ""
        assert "termination" not in texts
        assert "bortin" not in texts.lower()
        assert "vbrutt svangerskap" not in texts
    assert "Svangerskapet er avsluttet" in story.page("gp", day(9, 3))

    again = story.again()
    with again.visit("midwife", "first-visit", day(30)) as visit:
        visit.last_period(date(2026, 3, 1))
    text = again.read("midwife", day(30)).text + again.page("midwife", day(30))
    assert "termination" not in text
    assert "birth-outcome" not in text
