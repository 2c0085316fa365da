"""No language lacks a word, and no translation loses a value or tells her what bokmål does not."""

import re
import string
from types import ModuleType

import pytest

from app.pregnancy import term
from app.pregnancy.births import OF_BIRTH
from app.pregnancy.items import ITEMS
from app.pregnancy.programme import PROGRAMME
from app.pregnancy.rule_table import RULES
from app.pregnancy.term import choose
from app.pregnancy.variants import VARIANTS
from app.render import words_en, words_nb, words_nn
from app.render.birth_words import BIRTH_WORDS
from app.render.phrases import PHRASES
from app.render.words import BESIDE, TEXTS, TOLD, Words
from tests.pregnancy.builders import (
    DUE,
    a_blood_pressure,
    a_due_date,
    a_haemoglobin,
    a_strip,
    an_answer,
    card,
)

OTHERS = [words_nn, words_en]


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("table", OTHERS)
def test_every_word_is_there_with_the_same_values(table: ModuleType) -> None:
    assert set(table.WORDS) == set(words_nb.WORDS)
    for key, text in words_nb.WORDS.items():
        assert fields(table.WORDS[key]) == fields(text), key


def test_words_side_by_side_have_the_same_values_and_stand_nowhere_else() -> None:
    assert not set(BESIDE) & set(words_nb.WORDS)
    assert not set(PHRASES) & set(BIRTH_WORDS)
    for key, (bokmaal, *others) in BESIDE.items():
        assert all(fields(text) == fields(bokmaal) for text in others), key


def test_every_item_of_the_birth_and_each_of_its_answers_has_words() -> None:
    answers = {f"birth-{answer}" for item in OF_BIRTH for answer in ITEMS[item].answers}
    assert set(BIRTH_WORDS) == {"child", "birth-mother"} | set(OF_BIRTH) | answers


@pytest.mark.parametrize("table", OTHERS)
def test_every_rule_has_all_its_texts_in_all_languages_and_is_silent_where_bokmaal_is(
    table: ModuleType,
) -> None:
    language = table.__name__[-2:]
    short, texts = TOLD[language], TEXTS[language]
    assert set(table.RULES) | set(short) == {row.id for row in RULES}
    assert not set(table.RULES) & set(short)
    assert set(texts) == set(short)
    for row in RULES:
        title, text, told = table.RULES.get(row.id) or (short[row.id][0], texts[row.id], short[row.id][1])
        assert title
        assert text
        assert fields(text) == fields(row.text), row.id
        assert numbers(text) == numbers(row.text), row.id
        assert (told is None) == (row.told is None), row.id
        if row.told:
            assert [number in told for number in ("116 117", "113")] == [
                number in row.told for number in ("116 117", "113")
            ]


def numbers(text: str) -> list[str]:
    """The numbers of a text, in order of size: no translation changes a limit."""
    return sorted(re.findall(r"\d+(?:[.,]\d+)?", text.replace(",", ".")))


@pytest.mark.parametrize("table", OTHERS)
def test_every_visit_and_its_content_is_translated(table: ModuleType) -> None:
    phrases = {row.title for row in PROGRAMME} | {line for row in PROGRAMME for line in row.content}
    phrases |= {line for row in VARIANTS for _, lines in row.adds for line in lines}
    assert phrases <= set(table.PHRASES) | table.SAME
    assert not set(table.PHRASES) & table.SAME


@pytest.mark.parametrize("table", OTHERS)
def test_every_ground_of_a_due_date_is_translated(table: ModuleType) -> None:
    assert {key: fields(text) for key, text in table.WHY.items()} == {
        key: fields(text) for key, text in term.WHY.items()
    }


def test_bokmaal_says_what_the_core_says() -> None:
    chosen = choose(card().facts)
    assert chosen is not None
    assert Words("nb").why(chosen.chosen) == chosen.why


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("nb", "Hb 9,8 g/dL"),
        ("nn", "Hb 9,8 g/dL"),
        ("en", "Hb 9.8 g/dL"),
    ],
)
def test_decimals_are_written_as_the_language_writes_them(language: str, expected: str) -> None:
    found = card(a_haemoglobin(9.8, "30+0"), today="30+0").findings
    finding = next(row for row in found if row.rule == "anaemia")
    assert Words(language).finding(finding, citizen=False).startswith(expected)


def test_her_text_is_in_her_language() -> None:
    finding = card(a_blood_pressure(148, 96, "30+0"), a_strip(1, "30+0"), today="30+0").findings[0]
    assert "Call the labour ward" in Words("en").finding(finding, citizen=True)
    assert "Ring fødeavdelinga" in Words("nn").finding(finding, citizen=True)
    assert "Ring fødeavdelingen" in Words("nb").finding(finding, citizen=True)


def test_a_converted_and_unconfirmed_date_says_both() -> None:
    chosen = choose(card(a_due_date(DUE, "5+0", term_length=280, confirmed=False), dated=False).facts)
    assert chosen is not None
    assert (
        Words("en")
        .why(chosen.chosen)
        .endswith("Stated for a pregnancy of 280 days, converted to 283. Reported by her, not confirmed")
    )


def test_dates_and_numbers() -> None:
    assert [Words(language).date(DUE) for language in ("nb", "nn", "en")] == [
        "01.03.2027",
        "01.03.2027",
        "1 Mar 2027",
    ]
    assert [Words(language).number(-1.5, signed=True) for language in ("nb", "en")] == ["−1,5", "−1.5"]
    assert Words("nb").number(None) == "–"


def test_what_is_read_of_a_finding_is_in_the_language_of_the_reader() -> None:
    found = card(an_answer("symptom-bleeding", "yes", "30+0"), today="30+0").findings[0]
    assert [Words(language).title(found) for language in ("nb", "nn", "en")] == [
        "Blødning i svangerskapet",
        "Bløding i svangerskapet",
        "Bleeding in pregnancy",
    ]
    assert Words("en").finding(found, citizen=True).startswith("You have said that you are bleeding")
    assert Words("en").finding(found, citizen=False).startswith("Vaginal bleeding")
    assert Words("nn").finding(found, citizen=False).startswith("Bløding frå skjeden")


def test_a_visit_that_a_finding_names_is_in_the_language_too() -> None:
    found = next(row for row in card(today="34+0").findings if row.rule == "visit-overdue")
    assert "Konsultasjon i uke" in Words("nb").finding(found, citizen=False)
    assert "Konsultasjon" not in Words("en").finding(found, citizen=False)
