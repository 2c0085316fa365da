"""The curves: every reading within the frame, and what she measured herself told apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pregnancy import bands
from app.pregnancy.facts import FundalHeight, Weight
from app.render.charts import HEIGHT, WIDTH, axis, chart
from app.render.words import Words
from tests.pregnancy.builders import a_blood_pressure, an_amount, make, view

VALUES = st.lists(st.floats(0, 500), min_size=1, max_size=20)


def drawn(*facts: object, dated: bool = True) -> str | None:
    shown = view(*facts, today="40+0", dated=dated)  # type: ignore[arg-type]
    return chart(shown.described.measurements[0], shown, Words("nb"))


@given(values=VALUES)
def test_an_axis_holds_its_values_and_few_ticks(values: list[float]) -> None:
    found = axis(values, 0, 100, steps=(1, 2, 5, 10, 20, 50, 100, 500), most=5)
    assert found.low <= min(values)
    assert max(values) <= found.high
    assert 2 <= len(found.ticks()) <= 6
    assert all(0 <= found.at(value) <= 100 for value in values)


@given(values=st.lists(st.floats(1, 400), min_size=2, max_size=10))
def test_every_reading_is_inside_the_picture(values: list[float]) -> None:
    svg = drawn(*(make(Weight, f"{12 + week}+0", value=value) for week, value in enumerate(values)))
    assert svg is not None
    points = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', svg)
    assert len(points) == len(values)
    assert all(0 <= float(x) <= WIDTH and 0 <= float(y) <= HEIGHT for x, y in points)


def test_a_curve_needs_two_readings_and_a_dated_pregnancy() -> None:
    first, second = make(Weight, "12+0", value=60.0), make(Weight, "20+0", value=64.0)
    assert drawn(first) is None
    assert drawn(first, second, dated=False) is None
    assert drawn(first, second) is not None


@pytest.mark.parametrize(("confirmed", "fill"), [(True, 0), (False, 1)])
def test_her_own_readings_are_hollow(confirmed: bool, fill: int) -> None:
    svg = drawn(make(Weight, "12+0", value=60.0), make(Weight, "20+0", value=64.0, confirmed=confirmed))
    assert svg is not None
    assert svg.count('fill="#fff"') == fill


def test_blood_pressure_has_two_lines_and_the_limits_of_the_rules() -> None:
    svg = drawn(a_blood_pressure(120, 75, "20+0"), a_blood_pressure(148, 96, "30+0"))
    assert svg is not None
    assert svg.count("<polyline") == 2
    assert "grense 140" in svg
    assert "grense 90" in svg


def test_a_missing_side_leaves_a_gap_and_not_a_zero() -> None:
    svg = drawn(a_blood_pressure(120, None, "20+0"), a_blood_pressure(148, 96, "30+0"))
    assert svg is not None
    assert svg.count("<circle") == 3


def test_the_picture_is_told_in_words() -> None:
    svg = drawn(a_blood_pressure(120, 75, "20+0"), a_blood_pressure(148, 96, "30+0"))
    assert svg is not None
    assert 'aria-label="Blodtrykk: 2 målinger, sist 148/96 mmHg' in svg


def test_the_band_of_her_weight_stands_at_term_with_its_source() -> None:
    """Helsedirektoratet, «Vekt og vektøkning»: KMI 18,5-24,9 gives 11,5-16 kg; 60 kg before is 71,5-76 kg at term."""
    weights = [make(Weight, f"{week}+0", value=value) for week, value in ((12, 61.0), (30, 69.0))]
    before = [an_amount("bmi", 22.0, "8+0"), an_amount("weight-before", 60, "8+0")]
    svg = drawn(*weights, *before)
    assert svg is not None
    (bar,) = re.findall(r'<rect [^>]*class="band"', svg)
    assert "Anbefalt ved termin (KMI 22): 71,5–76 kg, Helsedirektoratet, «Vekt og vektøkning»" in svg
    y, tall = (float(re.findall(rf'{name}="([\d.]+)"', bar)[0]) for name in (" y", " height"))
    assert 0 <= y <= y + tall <= HEIGHT
    assert "band" not in (drawn(*weights, before[0]) or "band")  # her weight before is not known
    hers = view(*weights, *before, today="40+0", audience="citizen")
    assert "band" not in str(chart(hers.described.measurements[0], hers, Words("nb")))


def test_a_band_whose_source_is_not_established_is_not_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    heights = [make(FundalHeight, f"{week}+0", value=week - 1.0) for week in (24, 28, 32)]
    assert {row for row, source in bands.SOURCES.items() if source} == {"weight"}
    assert "band" not in (drawn(*heights) or "band")
    monkeypatch.setitem(bands.SOURCES, "weight", "")
    weights = [make(Weight, f"{week}+0", value=value) for week, value in ((12, 61.0), (30, 69.0))]
    before = [an_amount("bmi", 22.0, "8+0"), an_amount("weight-before", 60, "8+0")]
    assert "band" not in (drawn(*weights, *before) or "band")
