"""A language of her own, an interpreter, and what she told alone: seen by those who help, by nobody over her shoulder.

Tolkeloven § 6; Helsedirektoratet, svangerskapsomsorgen, kapittel 7 («Vold i nære relasjoner og kjønnslemlestelse»); Cox,
Holden, Sagovsky 1987 (EPDS: any thought of self-harm is looked at the same day).
"""

from datetime import date, datetime, time

from helsekort_sandbox.records import Resource, coding, concept, to
from helsekort_sandbox.registrations import INTERPRETER

from app.clock import OSLO
from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, Visit, begin, day

BORN = day(39, 2)
SECRET = {"security": [coding(codes.ACT_CODE, "SDV")]}  # that it is not for her screen, the server says
TRACES = ("vold", "krisesenter", "violence", "720407008", "genital-mutilation", "lemlest", "NOPAT", "SDV")


def _told_alone(visit: Visit) -> None:
    """With an interpreter and without her husband in the room."""
    said = visit.answer("violence", "yes")
    said["meta"] = SECRET
    said["note"] = [{"text": "Plan lagt sammen med krisesenteret."}]
    cut = visit.answer("genital-mutilation", "yes")
    cut["meta"] = SECRET


def _until_birth(story: Story) -> None:
    with story.visit("hospital", "ultrasound", day(12)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
    with story.visit("hospital", "ultrasound", day(18)) as scan:
        scan.answer("placenta-site", "fundal", category="imaging")
    controls = (("midwife", 24, 23), ("gp", 28, 27), ("midwife", 32, 31), ("midwife", 36, 34), ("gp", 38, 36))
    for by, week, height in controls:
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(110, 68, 58 + week / 3)
            visit.growth(height, 146, "hodeleie" if week >= 36 else "")
            if week == 24:
                _told_alone(visit)
    with story.visit("hospital", "birth", BORN, time(2, 30)) as birth:
        birth.outcome("live-birth")
        birth.amount("birth-weight", 3120, "g")
    for by, on in (("midwife", day(39, 5)), ("nurse", day(40, 3))):
        with story.visit(by, "home-visit", on) as home:
            home.answer("breastfeeding", "full")


def _she_answers_the_epds(story: Story, *scores: int) -> None:
    items = [
        {
            "linkId": f"epds-{n}",
            "answer": [{"valueCoding": coding(f"{codes.CANONICAL}/CodeSystem/epds", str(score))}],
        }
        for n, score in enumerate(scores, 1)
    ]
    form: Resource = {
        "resourceType": "QuestionnaireResponse",
        "questionnaire": f"{codes.CANONICAL}/Questionnaire/epds",
        "status": "completed",
        "subject": to(story.woman.reference),
        "author": to(story.woman.reference),
        "source": to(story.woman.reference),
        "authored": datetime.combine(day(45, 0), time(10), OSLO).isoformat(),
        "item": items,
    }
    story.post("her", form)


def _no_trace(text: str) -> list[str]:
    return [word for word in TRACES if word.lower() in text.lower()]


def test_minority_language_with_interpreter(server: Server) -> None:
    spoken = [{"language": concept("urn:ietf:bcp:47", "so"), "preferred": True}]
    story = begin(
        server,
        "Amina Warsame",
        date(1999, 2, 3),
        extension=[{"url": INTERPRETER, "valueBoolean": True}],
        communication=spoken,
    )
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(108, 66, 58.0)
        visit.last_period(date(2025, 10, 1))
        visit.say("social-needs", "Har en tante i Drammen. Trenger hjelp til brev fra det offentlige.")
    first = story.read("midwife", day(8))
    assert (first.age, first.findings) == ("uke 8+0", {"interpreter-needed": "information"})
    assert "Trenger tolk: somali" in first.sections["needs"]
    english = story.page("her", day(8), "&_language=en")
    assert "Needs an interpreter" in english
    assert "zanzu.no" in english

    _until_birth(story)
    told = story.read("gp", day(24, 1))
    assert told.findings == {
        "violence-disclosed": "task", "fgm": "task", "interpreter-needed": "information",
    }  # fmt: skip
    for text in (
        story.read("her", day(24, 1)).text, story.page("her", day(24, 1)), story.paper("her", day(24, 1)),
        story.paper("midwife", day(24, 1)), story.paper("hospital", day(24, 1), "&view=emergency"),
        story.page("midwife", day(24, 1), "&view=citizen"),
    ):  # fmt: skip
        assert _no_trace(text) == []
    nurse = story.read("nurse", day(24, 1))
    assert set(nurse.findings) == {"interpreter-needed"}
    assert nurse.sections["findings"][0] == "Kan ikke vurderes med din tilgang."  # never "nothing found"

    late = story.read("hospital", day(38, 1))
    assert late.rules("task") == {"violence-disclosed", "fgm"}
    assert late.visits("forfalt") == set()

    home = story.read("midwife", day(41, 0))
    assert home.findings == {"violence-disclosed": "task", "interpreter-needed": "information"}

    _she_answers_the_epds(story, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1)
    alarm = story.read("midwife", day(45, 0))
    assert alarm.rules("alarm") == {"epds-self-harm"}
    assert alarm.rules("task") == {"violence-disclosed", "epds-raised"}
    assert any("EPDS 14" in line for line in alarm.sections["findings"])
    page = story.page("her", day(45, 0))
    assert "Du er ikke alene. Ring legen din eller legevakten, 116 117, nå." in page
    assert _no_trace(page) == []
    story.close("midwife", "epds-self-harm")

    with story.visit("gp", "postpartum-visit", day(45, 2)) as control:
        control.blood_pressure(110, 68)
        control.amount("epds", 6, "{score}")
        control.amount("epds-item-10", 0, "{score}")
    last = story.read("gp", day(45, 3))
    assert last.findings == {"violence-disclosed": "task", "interpreter-needed": "information"}
    assert last.visits("gjennomført") == {
        "Hjemmebesøk av jordmor", "Hjemmebesøk av helsesykepleier", "Seksukerskontroll hos fastlege eller jordmor",
    }  # fmt: skip
