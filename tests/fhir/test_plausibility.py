import pytest

from app.fhir import plausibility
from app.fhir.codes import LOINC
from tests.fixtures.resources import a_blood_pressure, an_observation, concept, quantity

HER = "Patient/selma"


def measured(row, value):
    system, code = row.codes[0]
    made = an_observation(HER, code) | {"code": concept(system, code)}
    made |= {"valueQuantity": quantity(value, row.unit)} if row.unit else {"valueInteger": value}
    return made


def told(resource):
    return [(issue.severity, issue.expression) for issue in plausibility.issues(resource)]


@pytest.mark.parametrize("row", plausibility.TABLE, ids=lambda row: row.name)
def test_each_range_at_its_ends_and_beyond(row):
    step = 1 if not row.unit else 0.05
    at = ("Observation.value",)
    (low, high), (least, most) = row.plausible, row.possible
    assert least <= low < high <= most
    for value in (low, high):
        assert told(measured(row, value)) == []
    for value in sorted({least, most} - {low, high}):
        assert told(measured(row, value)) == [("warning", at)]
    for value in (least - step, most + step):
        assert told(measured(row, value)) == [("error", at)]
        text = plausibility.errors(measured(row, value))[0].diagnostics
        assert row.name in text
        assert f"{least:g} to {most:g}" in text


def test_every_code_stands_once():
    keys = [key for row in plausibility.TABLE for key in row.codes]
    assert len(set(keys)) == len(keys)


def test_units_are_brought_to_that_of_the_table():
    weight = an_observation(HER, "29463-7", valueQuantity=quantity(3400, "g"))
    assert told(weight) == [("warning", ("Observation.value",))]
    for unit, value in (("kPa", 16.0), ("mm[Hg]", 120)):
        pressure = a_blood_pressure(HER)
        pressure["component"][0]["valueQuantity"] = quantity(value, unit)
        assert told(pressure) == []
    height = an_observation(HER, "11881-0", valueQuantity=quantity(3.0, "m"))
    assert told(height) == [("error", ("Observation.value",))]
    rate = an_observation(HER, "55283-6", valueQuantity=quantity(60, "{beats}/min"))
    assert told(rate) == [("warning", ("Observation.value",))]
    odd = an_observation(HER, "29463-7", valueQuantity=quantity(3, "[stone_av]"))
    assert told(odd) == []


def test_a_pressure_that_is_reversed_is_refused_and_an_emergency_is_not():
    assert told(a_blood_pressure(HER, 90, 140)) == [("error", ("Observation.component",))]
    assert told(a_blood_pressure(HER, 270, 165)) == [
        ("warning", ("Observation.component[0].value",)),
        ("warning", ("Observation.component[1].value",)),
    ]
    one_side = a_blood_pressure(HER)
    one_side["component"].pop(0)
    assert told(one_side) == []


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ("11778-8", "2026-10-28", []),
        ("11778-8", "2026-11-09", ["error"]),
        ("11778-8", "2025-01-01", []),
        ("8665-2", "2026-01-01", []),
        ("8665-2", "2026-01-03", ["error"]),
        ("8665-2", "2025-02-01", ["warning"]),
        ("8665-2", "2025", []),
    ],
)
def test_dates_against_the_day_on_which_they_were_stated(code, value, expected):
    stated = an_observation(HER, code, valueDateTime=value, effectiveDateTime="2026-01-02T08:00:00+01:00")
    assert [issue.severity for issue in plausibility.issues(stated)] == expected


def test_what_is_taken_back_or_of_another_kind_is_not_judged():
    wrong = a_blood_pressure(HER, 90, 140) | {"status": "entered-in-error"}
    assert told(wrong) == []
    assert told(an_observation(HER, "0000-0", valueQuantity=quantity(1e9, "kg"))) == []
    assert told({"resourceType": "Patient"}) == []
    assert (LOINC, "29463-7") in plausibility.TABLE[2].codes
