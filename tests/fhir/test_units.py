from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir import units
from app.mapping.scales import LENGTH, MASS, MASS_CONCENTRATION, PRESSURE, RATE


def in_base(value: str, code: str) -> tuple[str, Decimal]:
    found = units.in_base(Decimal(value), code)
    assert found is not None, code
    return found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("70.5", "kg"), ("70500", "g")),
        (("165", "cm"), ("1.65", "m")),
        (("1650", "mm"), ("1.65", "m")),
        (("12.1", "g/dL"), ("121", "g/L")),
        (("12.1", "g/dl"), ("121", "g/L")),
        (("5.1", "mmol/L"), ("5100", "umol/L")),
        (("120", "mg/dL"), ("1.2", "g/L")),
        (("12", "wk"), ("84", "d")),
        (("283", "d"), ("6792", "h")),
        (("90", "min"), ("5400", "s")),
        (("140", "/min"), ("8400", "/h")),
        (("140", "{beats}/min"), ("140", "/min")),
        (("140", "1/min"), ("140", "/min")),
        (("140", "mm[Hg]"), ("18.66508", "kPa")),
        (("250", "10*9/L"), ("250000", "10*6/L")),
        (("250", "10*9/L"), ("250", "10^9/L")),
        (("24.5", "kg/m2"), ("2.45", "g/cm2")),
        (("37", "Cel"), ("310.15", "K")),
        (("98.6", "[degF]"), ("37", "Cel")),
        (("42", "mmol/mol"), ("0.042", "mol/mol")),
        (("42", "mmol/mol"), ("4.2", "%")),
        (("3.5", "m[IU]/L"), ("3500", "u[iU]/L")),
        (("40", "U/L"), ("40000", "mU/L")),
        (("1", "[lb_av]"), ("453.59237", "g")),
        (("500", "mL"), ("0.5", "L")),
        (("2", "mg/mmol"), ("2", "g/mol")),
        (("1", "1"), ("100", "%")),
    ],
)
def test_the_same_quantity_in_another_unit_is_the_same_number(one, other):
    assert in_base(*one) == in_base(*other)


@pytest.mark.parametrize("scale", [PRESSURE, MASS, LENGTH, RATE, MASS_CONCENTRATION])
def test_the_card_and_its_searches_convert_alike(scale):
    """What the card reads in several units is found by each of them."""
    known = {code: factor for code, factor in scale.items() if units.unit(code) is not None}
    assert len(known) > 1
    names, sizes = zip(*(in_base("1", code) for code in known), strict=True)
    assert len(set(names)) == 1
    ratios = [float(size) / factor for size, factor in zip(sizes, known.values(), strict=True)]
    assert ratios == pytest.approx([ratios[0]] * len(ratios), rel=1e-5)


@pytest.mark.parametrize(
    ("one", "other"),
    [("mg/dL", "mmol/L"), ("kg", "m"), ("mol/L", "/L"), ("[IU]/L", "U/L"), ("m[Hg]", "m"), ("Cel", "%")],
)
def test_what_depends_on_more_than_the_unit_is_not_comparable(one, other):
    assert in_base("1", one)[0] != in_base("1", other)[0]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "stone",
        "kilo",
        "g//",
        "g.",
        "{x}.g.",
        "0",
        "/0",
        "mg/(dL)",
        "Cel/min",
        "Cel2",
        "kCel",
        "k%",
        "x" * 41,
        "mmHg",
    ],
)
def test_what_stands_in_no_row_is_left_as_it_is(code):
    assert units.unit(code) is None


def test_the_names_of_dimensions():
    assert in_base("1", "g/dL")[0] == "g.m-3"
    assert in_base("1", "mm[Hg]")[0] == "g.m-1.s-2"
    assert in_base("1", "%")[0] == "1"


@given(
    st.decimals("-1000000", "1000000", places=4),
    st.sampled_from(["kg", "/min", "Cel", "[degF]", "mo", "mm[Hg]"]),
)
def test_order_is_kept_and_trailing_zeros_do_not_count(value, code):
    number = in_base(value, code)[1]
    assert in_base(value * Decimal("1.000"), code)[1] == number
    assert in_base(value + Decimal("0.0001"), code)[1] > number


@given(st.text("gmskLPaol/.*^10-2[]{}IUCel%", max_size=12))
def test_any_text_is_a_unit_or_none(code):
    found = units.unit(code)
    assert (found is None) == (units.in_base(Decimal("1.5"), code) is None)
