"""Preeclampsia: what she registers herself is hers until a clinician confirms it, and no alarm waits for that.

NGF, Veileder i fødselshjelp, «Hypertensive svangerskapskomplikasjoner og eklampsi»; Helsedirektoratet, svangerskapsdiabetes
(previous preeclampsia is a reason for HbA1c before week 16 and for a tolerance test in weeks 24-28).
"""

from datetime import date, datetime, time

from helsekort_sandbox.records import Resource, to

from app.clock import OSLO
from app.fhir import codes
from tests.fixtures.resources import a_blood_pressure, an_observation
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(34, 2)
QUIET = "Ingen følger med"


def _intake(story: Story) -> None:
    """What she fills in at home before her first visit."""
    groups = {"history": {"previous-preeclampsia": True}, "family": {"family-preeclampsia": False}}
    form: Resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{codes.CANONICAL}/Questionnaire/intake",
        "status": "completed",
        "subject": to(story.woman.reference),
        "author": to(story.woman.reference),
        "source": to(story.woman.reference),
        "authored": datetime.combine(day(7, 2), time(20), OSLO).isoformat(),
        "item": [
            {
                "linkId": group,
                "item": [
                    {"linkId": item, "answer": [{"valueBoolean": told}]} for item, told in asked.items()
                ],
            }
            for group, asked in groups.items()
        ],
    }
    story.post("her", form)
    when = {"effectiveDateTime": datetime.combine(day(7, 2), time(20, 5), OSLO).isoformat()}
    period = an_observation(story.woman.reference, codes.LMP, valueDateTime="2025-10-01", **when)
    story.post("her", period)


def _until_week_28(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8, 1)) as visit:
        visit.basics(118, 74, 71.0)
        visit.measure("height", 170)
        visit.measure("pre-pregnancy-weight", 70.0)
        visit.answer("previous-preeclampsia", "yes")
        visit.measure("hba1c", 34)
        visit.amount("parity", 1, "{#}")
    with story.visit("hospital", "ultrasound", day(12, 3)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18, 2)) as scan:
        scan.amount("efw", 240, "g", category="imaging")
    with story.visit("midwife", "antenatal-visit", day(24)) as visit:
        visit.basics(124, 78, 75.4)
        visit.growth(23, 146)
    with story.visit("gp", "antenatal-visit", day(25, 3)) as visit:
        visit.measure("glucose-fasting", 4.6)
        visit.measure("glucose-2h", 6.5)
    with story.visit("gp", "antenatal-visit", day(28)) as visit:
        visit.basics(128, 82, 77.2)
        visit.growth(27, 142)


def _she_measures(story: Story) -> None:
    at = datetime.combine(day(33, 4), time(21, 10), OSLO).isoformat()
    story.post("her", a_blood_pressure(story.woman.reference, 148, 94, effectiveDateTime=at))


def _admitted_and_born(story: Story) -> None:
    with story.visit("midwife", "antenatal-visit", day(33, 5)) as visit:
        visit.basics(152, 98, 82.0, "2+")
        visit.growth(31, 138)
        visit.answer("symptom-headache", "yes")
    with story.visit("hospital", "birth", BORN, time(11, 5)) as birth:
        birth.diagnosis(codes.PRE_ECLAMPSIA, "Preeklampsi")
        birth.outcome("live-birth")
        birth.answer("birth-mode", "caesarean-acute")
        birth.amount("birth-weight", 2140, "g")
        birth.amount("apgar-5", 9, "{score}")
    with story.visit("hospital", "inpatient", day(34, 3)) as ward:
        ward.blood_pressure(148, 95)


def test_preeclampsia(server: Server) -> None:
    story = begin(server, "Kristin Aamodt", date(1993, 5, 20))
    _intake(story)

    own = story.read("midwife", day(7, 3))
    assert (own.age, own.term) == ("uke 7+3", "2026-07-11")
    assert own.findings == {"hba1c-indicated": "task"}  # on her own word, and it says so
    assert "Oppgitt av henne selv, ikke bekreftet" in story.page("midwife", day(7, 3))

    _until_week_28(story)
    assert story.read("midwife", day(8, 1)).findings == {}  # confirmed, and the test is taken
    assert "ikke bekreftet" not in " ".join(story.read("gp", day(12, 4)).sections["findings"])
    assert story.read("gp", day(25, 0)).findings == {"ogtt-indicated": "task"}
    assert story.read("gp", day(28, 0)).findings == {}

    _she_measures(story)
    evening = story.read("midwife", day(33, 4))
    assert evening.age == "uke 33+4"
    assert evening.findings == {"hypertension-repeat": "task"}
    assert "148/94" in story.page("midwife", day(33, 4))
    assert "Blodtrykket ditt var litt høyt sist" in story.page("her", day(33, 4))

    _admitted_and_born(story)
    acute = story.read("hospital", day(33, 5))
    assert acute.rules("alarm") == {"preeclampsia-suspected", "preeclampsia-symptoms"}
    assert acute.rules("task") == {"hypertension"}  # repeating it is outranked
    told = story.page("her", day(33, 5))
    assert "Ring fødeavdelingen" in told
    assert QUIET in told

    for rule in ("preeclampsia-suspected", "preeclampsia-symptoms"):
        story.close("hospital", rule)
    lying_in = story.read("midwife", day(34, 4))
    assert lying_in.age == ""
    assert lying_in.findings == {"postpartum-hypertension": "task"}
    assert "Preeklampsi" in lying_in.sections["conditions"]
    assert lying_in.visits("nå") == {"Hjemmebesøk av jordmor"}

    with story.visit("midwife", "home-visit", day(34, 5)) as home:
        home.blood_pressure(138, 86)
    with story.visit("nurse", "home-visit", day(35, 4)) as home:
        home.answer("breastfeeding", "partial")
    with story.visit("gp", "postpartum-visit", day(40, 2)) as control:
        control.blood_pressure(118, 76)
    last = story.read("gp", day(40, 3))
    assert last.findings == {}
    assert last.visits("forfalt") == set()
    assert "Preeklampsi" in last.sections["conditions"]
