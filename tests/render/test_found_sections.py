"""Ultrasound, NIPT and the RhD pathway on the card: per fetus, with what a result asks for next, in three languages."""

import re
from dataclasses import replace
from html import unescape

import pytest

from app.mapping.narrative import sections
from app.pregnancy.card import EVERYTHING, view_for
from app.pregnancy.facts import ALWAYS, RhesusD
from app.pregnancy.items import ITEMS
from app.render.found_sections import FOUND
from app.render.words import Words
from tests.pregnancy.builders import an_amount, an_answer, card, make
from tests.render.test_html import shown

TWINS = (
    an_amount("crl", 61, "12+3", fetus="A"),
    an_amount("nt", 1.4, "12+3", fetus="A"),
    an_amount("crl", 58, "12+3", fetus="B"),
    an_answer("chorionicity", "monochorionic", "12+3"),
    an_answer("placenta-site", "low", "20+0", fetus="A"),
    an_amount("efw", 1250, "28+0", fetus="B"),
)
NEGATIVE = make(RhesusD, "9+0", positive=False)


def cells(page: str, title: str) -> list[list[str]]:
    """The rows of the table under ``title``."""
    part = page.partition(f">{title}</h2>")[2].partition("</section>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", part, flags=re.DOTALL)[1:]
    return [
        [unescape(re.sub("<[^>]+>", "", one)).strip() for one in re.findall(r"<t[dh].*?</t[dh]>", row)]
        for row in rows
    ]


def test_ultrasound_stands_per_day_and_fetus_newest_first() -> None:
    found = cells(shown(*TWINS, today="30+0"), "Ultralyd")
    assert [row[2] for row in found] == ["B", "A", "", "A", "B"]
    assert found[0][3] == "estimert vekt 1250 g"
    assert found[1][4] == "morkaken lavtliggende"
    assert found[3][3] == "CRL 61 mm, NT 1,4 mm"
    english = cells(shown(*TWINS, today="30+0", language="en"), "Ultrasound")
    assert english[2][4] == "chorionicity monochorionic (shared placenta)"


POSITIVE = (an_answer("nipt-t21", "positive", "12+0"), an_answer("nipt-confirmation", "pending", "13+0"))
REFUTED = (*POSITIVE, an_answer("nipt-confirmation", "refuted", "15+0"))


def test_a_positive_nipt_says_what_follows_until_it_is_settled() -> None:
    (row, waits) = cells(shown(*POSITIVE), "NIPT")
    assert row[:2] == ["Trisomi 21", "positiv"]
    assert row[3].startswith("Screening, ingen diagnose")
    assert waits[1] == "venter på svar"
    assert [row[3] for row in cells(shown(*REFUTED), "NIPT")] == ["", ""]


def test_her_page_says_what_she_was_told_and_is_as_before_any_result_until_then() -> None:
    """What waits is kept from her view by the access rows (tests/access/test_release.py)."""
    ordered = an_answer("nipt-ordered", "yes", "11+0")
    before = cells(shown(ordered, audience="citizen"), "NIPT")
    told = cells(shown(ordered, *POSITIVE, audience="citizen"), "NIPT")
    assert [row[:2] for row in told[len(before) :]] == [
        ["Trisomi 21", "positiv"],
        ["Bekreftende prøve", "venter på svar"],
    ]


@pytest.mark.parametrize("audience", ["clinician", "citizen"])
def test_a_sample_without_an_answer_says_that_a_new_one_may_be_taken(audience: str) -> None:
    unanswered = cells(shown(an_answer("nipt-t18", "insufficient", "12+0"), audience=audience), "NIPT")
    assert "ny" in unanswered[0][3]


@pytest.mark.parametrize(
    ("facts", "plan"),
    [
        ((), "Fosterets RhD-type tas fra uke 24. Anti-D fra uke 28"),
        ((an_answer("fetal-rhd", "positive", "24+1"),), "Anti-D fra uke 28"),
        ((an_answer("fetal-rhd", "negative", "24+1"),), "Fosteret er RhD-negativt"),
        (
            (
                an_answer("fetal-rhd", "negative", "24+1", fetus="A"),
                an_answer("fetal-rhd", "positive", "24+1", fetus="B"),
            ),
            "Anti-D fra uke 28",
        ),
        ((an_answer("antibody-screen", "positive", "24+1"),), "Antistoff er påvist"),
    ],
)
def test_the_plan_for_anti_d_follows_from_the_fetus(facts: tuple[object, ...], plan: str) -> None:
    rows = cells(shown(NEGATIVE, *facts), "RhD-negativ")
    assert rows[0][0] == "Plan for anti-D"
    assert rows[0][1].startswith(plan)


def test_who_is_positive_or_not_typed_has_no_such_section() -> None:
    assert ">RhD-negativ</h2>" not in shown(make(RhesusD, "9+0", positive=True))
    assert ">Ultralyd</h2>" not in shown()


def test_what_the_reader_may_not_see_is_not_called_nothing() -> None:
    row = an_answer("nipt-t21", "positive", "12+0")
    page = shown(row, hidden=(row.source,))
    assert "positiv" not in page
    assert "kan ikke vurderes med din tilgang" in page.partition(">NIPT</h2>")[2].partition("</section>")[0]


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_item_and_answer_has_its_words(language: str) -> None:
    words = Words(language)
    for item in FOUND:
        assert words(f"item-{item}")
        for answer in filter(None, ITEMS[item].answers):
            assert words(f"answer-{answer}")


def test_what_was_recorded_without_a_day_tells_none() -> None:
    undated = replace(an_answer("fetal-rhd-consent", "yes", "24+0"), when=ALWAYS)
    page = shown(NEGATIVE, undated, today="30+0")
    assert ["Samtykke til RhD-typing av fosteret", "ja", ""] in cells(page, "RhD-negativ")
    whole = card(NEGATIVE, undated, today="30+0")
    told = {row.code: row for row in sections(view_for(whole, visible=EVERYTHING, audience="clinician"))}
    assert "Samtykke til RhD-typing av fosteret: ja" in told["rhd"].lines


def test_the_document_tells_them_too() -> None:
    whole = card(*TWINS, NEGATIVE, an_answer("fetal-rhd", "negative", "24+1"), today="30+0")
    view = view_for(whole, visible=EVERYTHING, audience="clinician")
    told = {row.code: row for row in sections(view)}
    assert told["ultrasound"].lines[0].startswith("Foster B: Estimert vekt: 1250 g")
    assert "Fosterets RhD-type: negativ" in told["rhd"].lines[0]
    assert "nipt" not in told
