"""The page: alarms first, nothing injected, nothing hidden shown, the same for phone and paper."""

from html.parser import HTMLParser

import pytest

from app.pregnancy import background as b
from app.pregnancy.card import view_for
from app.pregnancy.facts import FetalHeartRate, LabResult, LastMenstrualPeriod, RhesusD, Visit, Weight
from app.render.html import page
from app.render.markup import VOID, Html, el
from tests.pregnancy.builders import (
    a_blood_pressure,
    a_fetus,
    a_heart_rate,
    a_strip,
    a_visit,
    an_outcome,
    at,
    card,
    day,
    make,
)

HOSTILE = "<script>alert('1')</script>\"&"
RICH = (
    b.Woman(
        source="Patient/1",
        name="Amina Fjellheim",
        identifier="15889412345",
        language="somali",
        interpreter=True,
    ),
    b.Allergy(source="AllergyIntolerance/1", name="Penicillin", critical=True),
    b.CareTeamMember(source="CareTeam/1", name="Ingrid Havn", role="Jordmor"),
    b.BirthPlan(source="CarePlan/1", title="Fødeplan", lines=("Rolig rom",)),
    make(LastMenstrualPeriod, "9+0", first_day=day("0+2")),
    make(RhesusD, "9+0", positive=False),
    make(LabResult, "9+0", code="Hb", name="Hb", value="12.40", unit="g/dL"),
    make(Weight, "24+0", value=69.5),
    make(Weight, "30+0", value=74.6),
    a_visit("antenatal-visit", "24+0", source="Encounter/24"),
    make(Visit, "30+0", kind="antenatal-visit", source="Encounter/30", by="Ingrid Havn"),
    a_blood_pressure(120, 75, "24+0"),
    a_blood_pressure(148, 96, "30+0"),
    a_strip(1, "30+0"),
    a_heart_rate(144, "30+0", fetus="A"),
    make(FetalHeartRate, "30+0", value=138, fetus="B"),
    a_fetus("A"),
    a_fetus("B"),
)


def shown(
    *facts: object,
    audience: str = "clinician",
    language: str = "nb",
    hidden: tuple[str, ...] = (),
    today: str = "30+0",
) -> str:
    whole = card(*facts, today=today)  # type: ignore[arg-type]
    visible = {row.source for row in whole.facts.every()} - set(hidden)
    view = view_for(whole, visible=visible, audience=audience)  # type: ignore[arg-type]
    return page(
        view, language=language, audience=audience, printed_at=at(today), base_url="https://card.example"
    )


class Outline(HTMLParser):
    """The open elements, the texts of headings, and every address the page names."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[tuple[str, str]] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [
            value or "" for name, value in attrs if name in {"src", "href", "action", "srcset"}
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in {"h1", "h2", "h3"}:
            self.headings.append((self.open[-1], data))


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    assert parser.open == [], "every element is closed"
    return parser


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
@pytest.mark.parametrize("audience", ["clinician", "citizen"])
@pytest.mark.parametrize(
    "facts", [RICH, (), (an_outcome("live-birth", "29+0"),), (an_outcome("miscarriage", "15+0"),)]
)
def test_the_page_is_whole_and_fetches_nothing(
    language: str, audience: str, facts: tuple[object, ...]
) -> None:
    html = shown(*facts, audience=audience, language=language)
    assert outline(html).addresses == ["#card"]
    assert f'lang="{language}"' in html
    assert "<script" not in html
    assert "{" not in html.split("</style>")[1], "no value was left out of a text"


def test_alarms_come_before_everything_else() -> None:
    headings = [text for level, text in outline(shown(*RICH)).headings if level in {"h2", "h3"}]
    assert headings[:2] == ["Viktig nå", "Mistanke om preeklampsi"]
    assert (
        headings.index("Mistanke om preeklampsi")
        < headings.index("Termin")
        < headings.index("Siste målinger")
    )


def test_what_a_midwife_looks_for_is_on_it() -> None:
    html = shown(*RICH)
    for text in (
        "Amina Fjellheim",
        "uke 30+0",
        "3. trimester. Termin 01.03.2027",
        "Første ultralyd",
        "Siste menstruasjons første dag",
        "Kritisk allergi: Penicillin",
        "Trenger tolk: somali",
        "RhD-negativ",
        "Flere fostre: A, B",
        "148/96",
        "+28/+21 fra 120/75",
        "A: 144, B: 138",
        "12,40 g/dL",
        "Ingrid Havn",
        "Rolig rom",
        "Konsultasjon i uke 28",
        "Frist",
    ):
        assert text in html, text
    assert html.count("<svg") == 2


def test_a_deadline_that_passed_is_said() -> None:
    late = shown(a_blood_pressure(165, 100, "29+0"), today="30+0")
    assert "Fristen gikk ut" in late
    assert "Fristen gikk ut" not in shown(a_blood_pressure(165, 100, "30+0"), today="30+0")


def test_nothing_that_people_write_becomes_markup() -> None:
    facts = (
        b.Woman(source="Patient/1", name=HOSTILE, phone=HOSTILE, language=HOSTILE, interpreter=True),
        b.Allergy(source="AllergyIntolerance/1", name=HOSTILE, critical=True),
        b.Condition(source="Condition/1", name=HOSTILE),
        b.CareTeamMember(source="CareTeam/1", name=HOSTILE, role=HOSTILE, organization=HOSTILE),
        b.BirthPlan(source="CarePlan/1", title=HOSTILE, lines=(HOSTILE,)),
        make(LabResult, "9+0", code="x", name=HOSTILE, value=HOSTILE, unit=HOSTILE),
        make(Visit, "9+0", kind="other", source="Encounter/1", by=HOSTILE, place=HOSTILE),
        a_heart_rate(140, "30+0", fetus=HOSTILE),
        b.Fetus(source="RelatedPerson/1", name=HOSTILE),
        b.Fetus(source="RelatedPerson/2", name="B"),
    )
    html = shown(*facts)
    assert "<script" not in html
    assert html.count("&lt;script&gt;") >= 10
    outline(html)


def test_an_attribute_cannot_be_left() -> None:
    assert el("p", "x", title='"><script>') == '<p title="&quot;&gt;&lt;script&gt;">x</p>'
    assert el("p", Html("<b>x</b>"), "<b>") == "<p><b>x</b>&lt;b&gt;</p>"


def test_she_never_reads_what_is_written_for_clinicians() -> None:
    hers, theirs = shown(*RICH, audience="citizen"), shown(*RICH)
    assert "Skal vurderes på sykehus" not in hers
    assert "Du skal undersøkes i dag. Ring fødeavdelingen." in hers
    assert "Ingen følger med på denne siden" in hers
    assert "Skal vurderes på sykehus" in theirs


def test_what_cannot_be_assessed_is_said_where_it_matters() -> None:
    hidden = shown(*RICH, hidden=("Observation/due", "Encounter/30"))
    assert "Kan ikke vurderes med din tilgang." in hidden
    assert "uke 30+0" not in hidden
    assert "Kan ikke vurderes" not in shown(*RICH)


def test_a_trend_over_hidden_readings_is_not_drawn() -> None:
    middle = make(Weight, "27+0", value=99.9, source="Observation/hidden")
    html = shown(*RICH, middle, hidden=("Observation/hidden",))
    assert "99,9" not in html
    assert "fra 69,5" not in html
    assert "fra 69,5" in shown(*RICH)


def test_the_language_falls_back_to_bokmaal() -> None:
    assert 'lang="nb"' in shown(*RICH, language="tlh")
    assert "Important now" in shown(*RICH, language="en")


def test_a_view_made_for_a_clinician_is_not_printed_for_her() -> None:
    view = view_for(card(), visible=set(), audience="clinician")
    with pytest.raises(ValueError, match="another audience"):
        page(view, audience="citizen", printed_at=at("30+0"), base_url="")


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ((an_outcome("live-birth", "29+0"),), "7 dager etter fødselen"),
        ((an_outcome("miscarriage", "15+0"),), "Svangerskapet er avsluttet"),
        ((b.Episode(source="EpisodeOfCare/1", status="finished"),), "Kortet er avsluttet"),
    ],
)
def test_after_the_end_no_age_runs(facts: tuple[object, ...], text: str) -> None:
    html = shown(*facts)
    assert text in html
    assert "uke 30+0" not in html


def test_loss_leaves_no_coming_visit_on_the_page() -> None:
    assert "Konsultasjon i uke 32" in shown()
    assert "Konsultasjon i uke 32" not in shown(an_outcome("miscarriage", "15+0"))
