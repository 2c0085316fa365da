from dataclasses import fields
from datetime import datetime
from decimal import Decimal

import pytest

from app.clock import OSLO
from app.fhir import dates, folding
from app.fhir.index_values import INFINITE, SPECIAL_VALUES
from app.fhir.indexing import IndexRows, index
from app.fhir.json import Number
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.search_params import COLUMNS, lookup, of_type
from tests.fhir.examples import example, read_all

EXAMPLES = read_all()


def rows(resource: dict, code: str) -> list[tuple]:
    """Rows of one parameter, without its number."""
    number = lookup(resource["resourceType"], code).number
    found = index(resource)
    return [row[1:] for table in fields(IndexRows) for row in getattr(found, table.name) if row[0] == number]


def observation(**elements) -> dict:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **elements}


@pytest.mark.parametrize("row", RESOURCE_TYPES, ids=lambda row: row.name)
def test_every_parameter_finds_something_in_an_example(row):
    seen = set()
    for resource in EXAMPLES.values():
        found = index(resource)
        seen |= {one[0] for table in fields(IndexRows) for one in getattr(found, table.name)}
    general = {"_profile", "_source"} | COLUMNS
    silent = [
        param.code for param in of_type(row.name) if param.number not in seen and param.code not in general
    ]
    assert silent == []


def test_the_blood_pressure_of_a_consultation():
    resource = example("Observation-selma-blodtrykk")
    assert rows(resource, "status") == [("http://hl7.org/fhir/observation-status", "final", None)]
    assert rows(resource, "code") == [
        ("http://loinc.org", "85354-9", "blood pressure panel"),
        ("http://snomed.info/sct", "75367002", None),
        (None, None, "blodtrykk"),
    ]
    assert rows(resource, "patient") == [("Patient", "selma", None, None, None)]
    assert rows(resource, "episode-of-care") == [("EpisodeOfCare", "selma-2026", None, None, None)]
    low = datetime(2026, 7, 14, 9, 5, tzinfo=OSLO)
    assert rows(resource, "date") == [(low, low.replace(second=1))]
    unit = ("http://unitsofmeasure.org", "mm[Hg]", "mmHg")
    assert rows(resource, "component-value-quantity") == [
        (Decimal("147.5"), Decimal("148.5"), *unit),
        (Decimal("95.5"), Decimal("96.5"), *unit),
    ]
    assert rows(resource, "value-quantity") == []
    assert rows(resource, "component-code-value-quantity")[0] == (
        "http://loinc.org", "8480-6", *unit[:2], Decimal("147.5"), Decimal("148.5"), None, None, None,
    )  # fmt: skip


def test_a_composite_pairs_only_what_stands_together():
    resource = example("Observation-selma-blodtrykk")
    pairs = {(row[1], row[4]) for row in rows(resource, "combo-code-value-quantity")}
    assert pairs == {("8480-6", Decimal("147.5")), ("8462-4", Decimal("95.5"))}


def test_composites_of_every_kind():
    assert rows(example("Observation-selma-stilling"), "code-value-concept")[0][1:4] == (
        "11876-0", "http://snomed.info/sct", "70028003",
    )  # fmt: skip
    assert rows(example("Observation-selma-termin"), "code-value-date")[0][6:8] == dates.interval(
        "2026-09-22"
    )
    noted = observation(code={"coding": [{"code": "n"}]}, valueString="Ågot")
    assert rows(noted, "code-value-string") == [(None, "n", None, None, None, None, None, None, "agot")]


def test_precision_counts():
    value = {"valueQuantity": {"value": Number("71.50"), "code": "kg"}}
    assert rows(observation(**value), "value-quantity") == [
        (Decimal("71.495"), Decimal("71.505"), None, "kg", None)
    ]


@pytest.mark.parametrize(
    ("comparator", "bounds"), [("<", (-INFINITE, Decimal("5.5"))), (">=", (Decimal("4.5"), INFINITE))]
)
def test_a_comparator_opens_an_end(comparator, bounds):
    value = {"valueQuantity": {"value": 5, "comparator": comparator}}
    assert rows(observation(**value), "value-quantity")[0][:2] == bounds


def test_samples_are_found_by_their_extremes():
    assert rows(example("Observation-selma-ctg"), "value-quantity")[0][:2] == (Decimal(139), Decimal(151))


def test_a_range_of_ages():
    assert rows(example("Condition-selma-astma"), "abatement-age")[0][:2] == (
        Decimal("15.5"),
        Decimal("18.5"),
    )


def test_an_open_period_reaches_to_the_end_of_time():
    episode = example("EpisodeOfCare-selma-2026")
    assert rows(episode, "date") == [(datetime(2026, 2, 1, tzinfo=OSLO), dates.LATEST)]


def test_alive_is_a_value_although_the_element_is_absent():
    alive = {"resourceType": "Patient"}
    assert rows(alive, "deceased") == [(SPECIAL_VALUES, "false", None)]
    assert rows(alive | {"deceasedBoolean": False}, "deceased") == [(SPECIAL_VALUES, "false", None)]
    assert rows(example("Patient-gro"), "deceased") == [(SPECIAL_VALUES, "true", None)]


def test_a_telephone_is_found_by_number_kind_and_use():
    assert rows(example("Patient-selma"), "phone") == [
        ("phone", "+4799999901", None),
        ("mobile", "+4799999901", None),
    ]
    assert [row[1] for row in rows(example("Patient-selma"), "email")] == ["selma@eksempel.example"]


def test_names_are_folded_and_sound():
    assert ("agot", "Ågot") in rows(example("Patient-selma"), "given")
    assert (folding.sound("eksempel"), "Eksempel") in rows(example("Patient-selma"), "phonetic")


def test_a_canonical_is_found_with_and_without_its_version():
    urls = [row[2] for row in rows(example("QuestionnaireResponse-selma-foer-kontroll"), "questionnaire")]
    assert urls == [
        "https://helsekort.example/fhir/Questionnaire/foer-kontroll|1.0",
        "https://helsekort.example/fhir/Questionnaire/foer-kontroll",
    ]


def test_columns_of_the_resource_table_are_not_indexed_again():
    resource = {
        "resourceType": "Flag",
        "id": "1",
        "meta": {"lastUpdated": "2026-01-01T00:00:00Z", "profile": ["http://p"]},
    }
    found = index(resource)
    assert found.uris == [(lookup("Flag", "_profile").number, "http://p")]
    assert not found.tokens
    assert not found.dates


def test_long_texts_are_cut_to_what_an_index_can_hold():
    long = "å" * 5000
    [(folded, exact)] = rows(observation(valueString=long), "value-string")
    assert len(folded) == len(exact) == folding.LIMIT


def test_two_choices_and_a_type_that_is_not_looked_at():
    assert rows({"resourceType": "Condition", "onsetString": "før jul"}, "onset-date") == []
    timing = {"activity": [{"detail": {"scheduledTiming": {"event": ["2026-01-01", "2026-02-01"]}}}]}
    plan = {"resourceType": "CarePlan", **timing}
    assert rows(plan, "activity-date") == [(dates.interval("2026-01-01")[0], dates.interval("2026-02-01")[1])]
