"""What is stated about her once stands on the card by groups: three-state, with units, in three languages, and on paper."""

import pytest

from app.mapping.narrative import sections
from app.pregnancy import background as b
from app.pregnancy.background import Medicine
from app.pregnancy.card import EVERYTHING, view_for
from app.pregnancy.items import USED
from app.pregnancy.stated import GROUPS, STATED
from app.render.contradiction_words import CONTRADICTION_WORDS
from app.render.sheet import Printed, sheet
from app.render.stated_words import STATED_WORDS
from app.render.words import Words
from tests.pregnancy.builders import an_amount, an_answer, at, card, make
from tests.render.test_found_sections import cells
from tests.render.test_html import shown

TOLD = (
    an_amount("parity", 2, "8+0"),
    an_amount("previous-caesareans", 1, "8+0"),
    an_answer("previous-preeclampsia", "yes", "8+0"),
    an_answer("previous-haemorrhage", "no", "8+0"),
    an_answer("previous-preterm-birth", "unknown", "8+0"),
    an_answer("epilepsy", "yes", "8+0"),
    an_answer("heart-disease", "no", "8+0"),
    an_answer("smoking", "daily", "8+0"),
    an_answer("smoking", "stopped", "36+0"),
    an_amount("smoking-daily", 5, "8+0"),
    an_amount("weight-before", 64.5, "8+0"),
    an_amount("bmi", 23.1, "8+0"),
    an_answer("occupation", "", "8+0", text="Lærer"),
    make(Medicine, "8+0", name="Levotyroksin 50 µg"),
    an_answer("folate-during", "yes", "8+0"),
)


def told(language: str = "nb", **how: str) -> dict[str, str]:
    title = {"nb": "Bakgrunn", "nn": "Bakgrunn", "en": "Background"}[language]
    return {row[0]: row[1] for row in cells(shown(*TOLD, today="37+0", language=language, **how), title)}


def test_each_group_has_its_line_what_is_so_before_what_is_not() -> None:
    found = told()
    assert list(found) == [
        "Tidligere svangerskap", "Sykdommer", "Legemidler og folat", "Levevaner", "Før svangerskapet", "Arbeid og familie",
    ]  # fmt: skip
    assert found["Tidligere svangerskap"] == (
        "Tidligere fødsler: 2. Tidligere keisersnitt: 1. Tidligere preeklampsi."
        " Nei: tidligere stor blødning etter fødsel. Vet ikke: tidligere fødsel før uke 37"
    )
    assert found["Sykdommer"] == "Epilepsi. Nei: hjertesykdom"  # what was not asked is not told as no
    assert found["Legemidler og folat"] == "Levotyroksin 50 µg. Folat i svangerskapet"
    assert found["Levevaner"].startswith("Røyk: sluttet (")
    assert "daglig). Sigaretter om dagen: 5" in found["Levevaner"]
    assert found["Før svangerskapet"] == "Vekt før svangerskapet: 64,5 kg. KMI før svangerskapet: 23,1 kg/m²"
    assert found["Arbeid og familie"] == "Yrke og bransje: Lærer"


@pytest.mark.parametrize(
    ("language", "so"), [("nn", "Epilepsi. Nei: hjartesjukdom"), ("en", "Epilepsy. No: heart disease")]
)
def test_it_is_told_in_the_readers_language(language: str, so: str) -> None:
    assert so in told(language).values()


def test_every_item_of_a_group_has_words_and_what_is_secret_is_none_of_them() -> None:
    assert {f"stated-{item}" for item in STATED} <= set(STATED_WORDS)
    assert {f"group-{group}" for group in GROUPS} <= set(STATED_WORDS)
    assert {f"used-{answer}" for answer in USED} <= set(STATED_WORDS)
    assert not any(
        name.startswith("side-") and name.removeprefix("side-") in USED for name in CONTRADICTION_WORDS
    )
    assert not {"violence", "genital-mutilation", "epds-item-10"} & set(STATED)


def test_it_stands_in_the_narrative_of_the_document() -> None:
    view = view_for(card(*TOLD, today="37+0"), visible=EVERYTHING, audience="clinician")
    (section,) = [row for row in sections(view) if row.code == "background"]
    assert section.lines[0].startswith(
        "Tidligere svangerskap: Tidligere fødsler: 2. Tidligere keisersnitt: 1."
    )
    assert "Levevaner: Røyk: sluttet. Sigaretter om dagen: 5" in section.lines
    assert not any("{" in line for line in section.lines)


def test_it_stands_on_paper_and_the_labour_ward_has_what_it_needs_first() -> None:
    view = view_for(card(*TOLD, today="37+0"), visible=EVERYTHING, audience="clinician")
    for form in ("clinician", "emergency"):
        paper = sheet(view, Words("nb"), Printed(form, "Anne", at("37+0"), "1"))
        (found,) = [row for row in paper["sections"] if row["title"] == "Bakgrunn"]
        assert found["lines"][0]["cells"][0] == "Tidligere svangerskap"
        assert found["most"] == 3
    hidden = view_for(card(*TOLD, today="37+0"), visible=frozenset(), audience="clinician")
    assert not hidden.assessable("background")
    assert hidden.described.stated == ()


def test_a_condition_is_named_in_the_language_of_the_page() -> None:
    found = b.Condition(source="Condition/1", name="Svangerskapsdiabetes")
    assert ">Gestational diabetes<" in shown(found, language="en")
