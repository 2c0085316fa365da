"""She moves: the programme goes on for the midwife of her new municipality, once she has chosen her.

Design of access: a relation is organisation and woman; it arises from her own choice and from nobody's wish to look.
"""

from datetime import date, time
from typing import Any

from helsekort_sandbox.people import ORGANIZATIONS
from helsekort_sandbox.records import coding
from helsekort_sandbox.registrations import MUNICIPALITY_CODES

from app.fhir import codes
from tests.fixtures.resources import choose
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(39, 6)


def _living_in(municipality: str) -> dict[str, Any]:
    district = {"url": codes.EXT_MUNICIPALITY, "valueCoding": coding(MUNICIPALITY_CODES, municipality)}
    return {"address": [{"use": "home", "country": "NO", "_district": {"extension": [district]}}]}


def _until_week_28(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(110, 68, 61.0)
        visit.last_period(date(2025, 10, 1))
        visit.penicillin_allergy()
    with story.visit("hospital", "ultrasound", day(12)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18)) as scan:
        scan.answer("placenta-site", "low", category="imaging")
    for by, week, height in (("midwife", 24, 23), ("gp", 28, 27)):
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(112, 70, 61 + week / 3)
            visit.growth(height, 144)


def _moves(story: Story) -> None:
    """Her new midwife and hospital are of the other municipality; she chooses both, and leaves the old midwife."""
    person = story.server.person
    story.keys |= {"new midwife": "midwife-b", "new nurse": "nurse-b", "new hospital": "hospital-b"}
    story.people |= {
        "new midwife": person("midwife", key="midwife-b"),
        "new nurse": person("nurse", key="nurse-b"),
        "new hospital": person("hospital", key="hospital-b"),
    }
    for stranger in ("new midwife", "new hospital"):
        assert story.people[stranger].get(story.card_path).status_code == 404
    places = (ORGANIZATIONS["midwives-b"].orgnr, ORGANIZATIONS["hospital-b"].orgnr)
    choose(story.woman, story.people["her"], person("operator"), *places)
    path = f"/Patient/{story.woman.id}"
    registered = story.people["new midwife"].get(path).json()
    moved = story.people["new midwife"].put(path, registered | _living_in("3303"), If_Match='W/"1"')
    assert moved.status_code == 200, moved.text


def _goes_on(story: Story) -> None:
    for by, week, height in (("new midwife", 32, 31), ("new midwife", 36, 34), ("gp", 38, 36)):
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(114, 72, 61 + week / 3)
            visit.growth(height, 140, "hodeleie" if week >= 36 else "")
    with story.visit("new hospital", "ultrasound", day(34)) as scan:
        scan.answer("placenta-site", "anterior", category="imaging")
    with story.visit("new hospital", "birth", BORN, time(20, 45)) as birth:
        birth.outcome("live-birth")
        birth.amount("birth-weight", 3630, "g")


def test_she_moves(server: Server) -> None:
    story = begin(server, "Eline Bakken", date(1995, 9, 3), **_living_in("3301"))
    _until_week_28(story)
    old = story.read("midwife", day(28, 3))
    assert (old.age, old.rules("alarm")) == ("uke 28+3", set())
    assert old.visits("gjennomført") >= {"Konsultasjon i uke 24", "Konsultasjon i uke 28"}

    _moves(story)
    new = story.read("new midwife", day(31, 2))
    assert (new.age, new.term) == ("uke 31+2", "2026-07-11")
    assert new.visits("nå") == {"Konsultasjon i uke 32"}
    assert new.visits("gjennomført") == old.visits("gjennomført")  # what was done before is done
    assert "Kritisk allergi: Penicillin" in new.sections["needs"]
    assert len(new.sections["consultations"]) == 5
    late = story.read("new midwife", day(34, 0))
    assert late.visits("forfalt") == {"Konsultasjon i uke 32"}
    assert "visit-overdue" in late.findings

    _goes_on(story)
    before = story.read("new hospital", day(38, 1))
    assert (before.age, before.rules("alarm"), before.rules("task")) == ("uke 38+1", set(), set())
    assert before.visits("forfalt") == set()

    for by, kind, on in (
        ("new midwife", "home-visit", day(40, 2)), ("new nurse", "home-visit", day(41, 0)), ("gp", "postpartum-visit", day(45, 6)),
    ):  # fmt: skip
        with story.visit(by, kind, on) as visit:
            visit.blood_pressure(112, 70)
    last = story.read("new nurse", day(46, 0))
    assert last.findings == {}
    assert last.visits("gjennomført") == {
        "Hjemmebesøk av jordmor", "Hjemmebesøk av helsesykepleier", "Seksukerskontroll hos fastlege eller jordmor",
    }  # fmt: skip
    log = story.people["her"].get(f"/Patient/{story.woman.id}/$access-log")
    told = " ".join(part["resource"]["text"]["div"] for part in log.json()["entry"])
    assert ORGANIZATIONS["midwives-b"].name in told
