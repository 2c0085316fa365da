"""A positive NIPT: her choice to ask, told by her carers and not by a screen, confirmed, and the pregnancy goes on.

Helsedirektoratet, fosterdiagnostikk (early scan first; a positive NIPT is to be confirmed); bioteknologiloven § 4-4
(written consent, her own choice).
"""

from datetime import date, time

from helsekort_sandbox.records import Resource, concept, to

from app.fhir import codes
from tests.fixtures.server import Server
from tests.journeys.story import Story, begin, day

BORN = day(38, 3)


def _first_and_scan(story: Story) -> None:
    with story.visit("midwife", "first-visit", day(8)) as visit:
        visit.basics(116, 72, 68.0)
        visit.last_period(date(2025, 10, 1))
    with story.visit("hospital", "ultrasound", day(11, 5)) as scan:
        scan.due_date(codes.EDD_ULTRASOUND, "first-scan", date(2026, 7, 11))
        scan.fetuses(1)
        scan.amount("nt", 3.6, "mm", category="imaging")


def _asked(story: Story) -> str:
    """She consents herself, in writing; the order names her consent, and the answer will name the order."""
    scope = concept("http://terminology.hl7.org/CodeSystem/consentscope", "treatment")
    consent: Resource = {
        "resourceType": "Consent",
        "status": "active",
        "scope": scope,
        "category": [concept(codes.CS_CARD, "nipt")],
        "patient": to(story.woman.reference),
        "dateTime": day(11, 6).isoformat(),
        "policyRule": {"text": "Bioteknologiloven § 4-4"},
    }
    given = story.post("her", consent)
    with story.visit("hospital", "genetic counselling", day(11, 6)) as visit:
        visit.answer("nipt-consent", "yes")
        visit.answer("nipt-ordered", "yes")
    order: Resource = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "code": concept(codes.CS_CARD, "nipt"),
        "subject": to(story.woman.reference),
        "reasonCode": [{"text": "35 år eller eldre ved termin"}],
        "supportingInfo": [to(f"Consent/{given['id']}")],
        "requester": {"display": "Farah Rahimi"},
    }
    without = {name: value for name, value in order.items() if name != "supportingInfo"}
    made = story.people["hospital"].post("/ServiceRequest", without)
    assert made.status_code == 422  # no order without her consent
    return f"ServiceRequest/{story.post('hospital', order)['id']}"


def _answered(story: Story, item: str, answer: str, on: date, order: str = "") -> None:
    with story.visit("hospital", "result", on, time(10)) as visit:
        result = visit.answer(item, answer, category="laboratory")
        result |= {"basedOn": [to(order)]} if order else {}


def _rest(story: Story) -> None:
    with story.visit("hospital", "ultrasound", day(18)) as scan:
        scan.answer("placenta-site", "fundal", category="imaging")
    controls = (("midwife", 24, 23), ("gp", 28, 27), ("midwife", 32, 30), ("midwife", 36, 34), ("gp", 38, 36))
    for by, week, height in controls:
        with story.visit(by, "antenatal-visit", day(week)) as visit:
            visit.basics(118, 74, 68 + week / 4)
            visit.growth(height, 140, "hodeleie" if week >= 36 else "")
    with story.visit("hospital", "birth", BORN, time(13, 25)) as birth:
        birth.outcome("live-birth")
        birth.amount("birth-weight", 2980, "g")


def test_nipt_positive(server: Server) -> None:
    story = begin(server, "Marit Ness", date(1990, 2, 10))  # 36 years at term
    _first_and_scan(story)

    eligible = story.read("midwife", day(11, 5))
    assert (eligible.age, eligible.findings) == ("uke 11+5", {"nipt-eligible": "information"})
    assert story.read("her", day(11, 5)).findings == {}  # being eligible is no nudge
    assert "NIPT" not in story.page("her", day(11, 5))

    order = _asked(story)
    assert "1900" not in story.page("midwife", day(12, 0))
    assert story.read("midwife", day(12, 0)).findings == {}  # silent once she has answered

    _answered(story, "nipt-t21", "positive", day(13, 1), order)
    positive = story.read("midwife", day(13, 1))
    assert positive.findings == {"nipt-positive-unconfirmed": "task"}
    assert any("Frist 03.01.2026" in line for line in positive.sections["findings"])  # within two days
    hers = story.read("her", day(13, 1))
    assert hers.findings == {}
    for told in (
        story.page("her", day(13, 1)),
        story.paper("her", day(13, 1)),
    ):  # somebody tells her, no page does
        assert "trisomi" not in told.lower()
        assert "Bestilt" in told  # as before any result

    _answered(story, "nipt-confirmation", "pending", day(13, 4))
    assert "nipt-positive-unconfirmed" in story.read("gp", day(13, 4)).findings
    _answered(story, "nipt-confirmation", "confirmed", day(16, 0))
    assert story.read("midwife", day(16, 0)).findings == {}  # nothing asks her again

    _rest(story)
    late = story.read("hospital", day(38, 0))
    assert (late.age, late.rules("alarm"), late.rules("task")) == ("uke 38+0", set(), set())
    assert late.visits("forfalt") == set()

    for by, kind, on in (
        ("midwife", "home-visit", day(38, 6)), ("nurse", "home-visit", day(39, 4)), ("gp", "postpartum-visit", day(44, 3)),
    ):  # fmt: skip
        with story.visit(by, kind, on) as visit:
            visit.blood_pressure(114, 72)
    last = story.read("gp", day(44, 4))
    assert last.findings == {}
    assert last.visits("gjennomført") == {
        "Hjemmebesøk av jordmor", "Hjemmebesøk av helsesykepleier", "Seksukerskontroll hos fastlege eller jordmor",
    }  # fmt: skip
    assert last.sections["outcome"] == ["Levendefødt 27.06.2026 kl. 13.25. Fødselsvekt: 2980 g"]
