from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir import folding
from app.fhir.json import Number


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ågot", "agot"),
        ("Bjørn  Ærlig", "bjorn aerlig"),
        ("Élodie ", "elodie"),
        ("Đorđe", "dorde"),
        ("ŁUKASZ", "lukasz"),
        ("Straße", "strasse"),
        ("Áŋŋel", "annel"),
        ("Anne-Marie O'Brien, jr.", "anne marie obrien jr"),
        ("  -  ", ""),
        ("", ""),
    ],
)
def test_names_fold_to_plain_letters(text, folded):
    assert folding.fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_of_plain_text(text):
    once = folding.fold(text)
    assert len(once) <= folding.LIMIT
    if once.isascii():
        assert folding.fold(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kristoffersen", "Christophersen"),
        ("Walter", "Valter"),
        ("Schjelderup", "Skjelderup"),
        ("Aase", "Åse"),
        ("Berg", "Bergh"),
    ],
)
def test_names_that_sound_alike_meet(one, other):
    assert folding.sound(folding.fold(one)) == folding.sound(folding.fold(other))


def test_names_that_sound_different_do_not():
    assert folding.sound("hansen") != folding.sound("jensen")


@pytest.mark.parametrize(
    ("lexeme", "low", "high"),
    [
        ("100", "99.5", "100.5"),
        ("100.00", "99.995", "100.005"),
        ("1E2", "95", "105"),
        ("1.00e2", "99.5", "100.5"),
        ("5.40e-3", "0.005395", "0.005405"),
        ("0", "-0.5", "0.5"),
        ("-3.5", "-3.55", "-3.45"),
    ],
)
def test_a_number_stands_for_what_rounds_to_it(lexeme, low, high):
    assert folding.bounds(lexeme) == (Decimal(low), Decimal(high))


def test_the_lexeme_is_the_one_written():
    assert folding.lexeme_of(Number("1.50")) == "1.50"
    assert folding.lexeme_of(7) == "7"
