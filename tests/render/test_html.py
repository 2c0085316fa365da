"""The page: alarms first, nothing injected, nothing hidden shown, the same for phone and paper."""

import re
from html.parser import HTMLParser

import pytest

from app.pregnancy import background as b
from app.pregnancy.card import view_for
from app.pregnancy.facts import FetalHeartRate, LabResult, LastMenstrualPeriod, RhesusD, Visit, Weight
from app.render import charts
from app.render.html import NOTHING, Changed, page
from app.render.leaflets import LEAFLETS
from app.render.leaving import ELSEWHERE
from app.render.markup import VOID, Html, el
from app.render.sheet import Printed
from app.render.style import DARK, LIGHT
from tests.pregnancy.builders import (
    a_blood_pressure,
    a_fetus,
    a_heart_rate,
    a_strip,
    a_visit,
    an_amount,
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
    form: str = "",
    changed: Changed = NOTHING,
    screen_only: bool = False,
) -> str:
    whole = card(*facts, today=today)  # type: ignore[arg-type]
    visible = {row.source for row in whole.facts.every()} - set(hidden)
    view = view_for(whole, visible=visible, audience=audience)  # type: ignore[arg-type]
    return page(
        view, Printed(form or audience, "Ingrid Havn", at(today), "1"), language=language,
        base_url="https://card.example", changed=changed, screen_only=screen_only,
    )  # fmt: skip


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
    first, *others = [url for url in outline(html).addresses if url != ELSEWHERE]
    assert first == "#card"
    assert set(others) <= {url for row in LEAFLETS for url in (row.url, row.nynorsk)}
    assert not others or audience == "citizen"
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


def test_a_pressure_that_rose_and_fell_has_no_one_direction() -> None:
    both = (a_blood_pressure(120, 75, "24+0"), a_blood_pressure(118, 80, "30+0"))
    rose = (a_blood_pressure(120, 75, "24+0"), a_blood_pressure(120, 80, "30+0"))
    assert "−2/+5 fra 120/75" in shown(*both)
    assert 'aria-label="opp"' not in shown(*both)
    assert 'aria-label="opp"' in shown(*rose)


def test_a_language_is_named_as_the_reader_names_it() -> None:
    woman = b.Woman(source="Patient/1", name="Z", language="ar", interpreter=True)
    assert "Trenger tolk: arabisk" in shown(woman)
    assert "Needs an interpreter: Arabic" in shown(woman, language="en")
    assert "tlh" in shown(b.Woman(source="Patient/1", name="Z", language="tlh"))


@pytest.mark.parametrize(("language", "told"), [("nb", "Ferritin 45 µg/L 24.07.2026. Anbefal 40 mg jern"),
                                               ("nn", "Ferritin 45 µg/L 24.07.2026. Tilrå 40 mg jern"),
                                               ("en", "Ferritin 45 µg/L 24 Jul 2026. Recommend 40 mg of iron")])  # fmt: skip
def test_a_finding_is_told_and_pronounced_in_the_language_of_the_page(language: str, told: str) -> None:
    html = shown(an_amount("ferritin", 45, "9+0"), language=language, today="20+0")
    assert told in html
    assert html.count(' lang="') == 1


def test_who_stands_in_two_care_teams_is_named_once() -> None:
    ward = {"name": "Fjordsykehuset", "role": "Fødested"}
    teams = (b.CareTeamMember(source=f"CareTeam/{n}", **ward) for n in range(2))
    assert shown(*teams).count("Fjordsykehuset") == 1


def test_the_laboratory_has_one_order_for_every_woman() -> None:
    names = ("HIV", "RhD", "Egen prøve", "Ferritin", "Hb", "ABO")
    html = shown(*(make(LabResult, "9+0", code=name, name=name, value="x") for name in names))
    listed = re.findall(r'<th scope="row">([^<]+)</th>', html.partition(">Laboratorieprøver<")[2])
    assert listed == ["Hb", "ABO", "RhD", "Ferritin", "HIV", "Egen prøve"]


@pytest.mark.parametrize("outcome", ["stillbirth", "miscarriage"])
def test_after_a_loss_her_page_expects_no_birth_and_says_that_she_may_call(outcome: str) -> None:
    facts = (*RICH, an_outcome(outcome, "31+0"))
    hers, told = (shown(*facts, audience=who, today="31+4") for who in ("citizen", "clinician"))
    for word in (">Termin<", "01.03.2027", ">Fødeplan<", "Rolig rom", "Timene dine"):
        assert word not in hers, word
    assert "også for å snakke om det som har skjedd" in hers
    assert ">Termin<" in told
    assert "Rolig rom" in told
    assert "Plan for anti-D" not in hers + told


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
        page(view, Printed("citizen", "", at("30+0"), ""), base_url="")


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


def test_what_changed_is_marked_where_it_stands() -> None:
    since = Changed(at("29+0"), frozenset({"AllergyIntolerance/1"}))
    html = shown(*RICH, changed=since)
    assert html.count('class="new"') == 1
    assert 'Penicillin (kritisk)</strong> <span class="new">Nytt</span>' in html
    assert "1 registreringer er nye eller endret siden" in html
    assert "Ingenting er nytt eller endret siden" in shown(*RICH, changed=Changed(at("29+0")))
    assert 'class="new"' not in shown(*RICH)


def test_the_ward_sees_first_what_it_needs() -> None:
    html = shown(*RICH, form="emergency")
    assert "til fødeavdelingen" in html
    assert "<svg" not in html
    for text in (
        "Mistanke om preeklampsi",
        "Kritisk allergi: Penicillin",
        "148/96",
        "Rolig rom",
        "RhD-negativ",
    ):
        assert text in html, text


def test_a_page_that_must_not_stand_on_paper_prints_a_notice() -> None:
    html = shown(*RICH, screen_only=True)
    assert '<body class="screen">' in html
    assert "Hent kortet som PDF" in html
    assert "@media print{.screen>*{display:none}" in html
    assert "Hent kortet som PDF" not in shown(*RICH)


def test_she_reads_what_comes_next_and_what_the_numbers_mean() -> None:
    html = shown(*RICH, audience="citizen")
    assert "Hva som skjer videre: </strong>Du blir undersøkt i dag" in html
    assert "Høyt er 140/90 eller mer" in html
    assert "Hva som skjer videre" not in shown(*RICH)


def leaflets(*facts: object, today: str, language: str = "nb", audience: str = "citizen") -> list[str]:
    html = shown(*facts, audience=audience, today=today, language=language)
    return [url for url in outline(html).addresses[1:] if url != ELSEWHERE]


def test_what_she_is_offered_to_read_fits_her_week_and_language() -> None:
    early, late = leaflets(today="10+0"), leaflets(today="36+0")
    assert not any("ammehjelpen" in url or "fodsel" in url for url in early)
    assert "https://ammehjelpen.no/" in late
    assert leaflets(*RICH, today="30+0")[:2] == [LEAFLETS[1].url, LEAFLETS[3].url], "hers is Somali"
    assert LEAFLETS[0].nynorsk in leaflets(today="10+0", language="nn")
    assert leaflets(*RICH, today="30+0", audience="clinician") == []
    assert "Språk: norsk, engelsk, somali, urdu, ukrainsk" in shown(*RICH, audience="citizen")


def test_nothing_is_offered_after_a_loss_and_breastfeeding_after_birth() -> None:
    for outcome in ("miscarriage", "stillbirth", "termination"):
        assert leaflets(an_outcome(outcome, "29+0"), today="30+0") == []
    assert "https://ammehjelpen.no/" in leaflets(an_outcome("live-birth", "29+0"), today="30+0")


def luminance(colour: str) -> float:
    """https://www.w3.org/TR/WCAG22/#dfn-relative-luminance"""
    full = colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
    parts = [int(full[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def palettes() -> list[dict[str, str]]:
    return [dict(re.findall(r"--([\w-]+):(#[0-9a-f]{3,6})", colours)) for colours in (LIGHT, DARK)]


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"), ("ink", "ground"), ("soft", "paper"), ("soft", "ground"), ("soft", "red-ground"),
        ("soft", "amber-ground"), ("soft", "blue-ground"), ("red", "red-ground"), ("amber", "amber-ground"),
        ("blue", "blue-ground"), ("red", "paper"), ("amber", "paper"), ("deep", "paper"), ("paper", "deep"),
        ("ink", "tint"),
    ],
)  # fmt: skip
def test_every_text_is_readable_by_day_and_in_the_dark(ink: str, ground: str) -> None:
    for palette in palettes():
        assert contrast(palette[ink], palette[ground]) >= 4.5
        assert contrast(palette["ink"], palette["paper"]) > contrast(palette["soft"], palette["paper"])


def test_every_colour_of_a_curve_is_seen() -> None:
    for palette in palettes():
        assert all(contrast(palette[ink], palette["paper"]) >= 3 for ink in ("deep", "second", "red"))
    for ink in charts.INK:
        assert contrast(ink, "#ffffff") >= 3
    assert contrast(charts.SOFT, "#ffffff") >= 4.5
