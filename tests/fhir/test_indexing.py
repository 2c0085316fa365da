from dataclasses import fields
from datetime import datetime
from decimal import Decimal

import pytest

from app.clock import OSLO
from app.fhir import dates, folding
from app.fhir.codes import UCUM
from app.fhir.index_values import INFINITE, SPECIAL_VALUES
from app.fhir.indexing import IndexRows, index
from app.fhir.json import Number
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.search_params import BARE, COLUMNS, OF_TYPE, WORD, alias, lookup, numbers_of, of_type
from tests.fhir.examples import example, read_all

EXAMPLES = read_all()


TABLES = [table.name for table in fields(IndexRows) if table.name != "home"]


def rows(resource: dict, code: str, other: str = "") -> list[tuple]:
    """Rows of one parameter, without its number; or those of what ``other`` it is found by."""
    param = lookup(resource["resourceType"], code)
    numbers = (alias(param, other),) if other else numbers_of(param)
    found = index(resource)
    return [row[1:] for table in TABLES for row in getattr(found, table) if row[0] in numbers]


def observation(**elements) -> dict:
    return {"resourceType": "Observation", "status": "final", "code": {"text": "x"}, **elements}


CODE = {"coding": [{"system": "http://loinc.org", "code": "8693-4"}]}
CODED = observation(  # pairs are made of what is coded
    code=CODE, valueString="Mer hodepine", component=[{"code": CODE, "valueCodeableConcept": CODE}]
)


@pytest.mark.parametrize("row", RESOURCE_TYPES, ids=lambda row: row.name)
def test_every_parameter_finds_something_in_an_example(row):
    seen = set()
    for resource in (*EXAMPLES.values(), CODED):
        found = index(resource)
        seen |= {one[0] for table in TABLES for one in getattr(found, table)}
    general = {"_profile", "_source"} | COLUMNS
    silent = [
        param.code
        for param in of_type(row.name)
        if seen.isdisjoint(numbers_of(param)) and param.code not in general
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
    pascal = ("g.m-1.s-2", Decimal(148 * 133322), Decimal(148 * 133322))
    assert rows(resource, "component-value-quantity") == [
        (Decimal(148), Decimal(148), *unit, *pascal),
        (Decimal(96), Decimal(96), *unit, pascal[0], Decimal(96 * 133322), Decimal(96 * 133322)),
    ]
    assert rows(resource, "value-quantity") == []
    assert rows(resource, "component-code-value-quantity")[0] == (
        "http://loinc.org", "8480-6", *unit[:2], Decimal(148), Decimal(148), None, None, None, *pascal,
    )  # fmt: skip


def test_a_composite_pairs_only_what_stands_together():
    resource = example("Observation-selma-blodtrykk")
    pairs = {(row[1], row[4]) for row in rows(resource, "combo-code-value-quantity")}
    assert pairs == {("8480-6", Decimal(148)), ("8462-4", Decimal(96))}


def test_composites_of_every_kind():
    assert rows(example("Observation-selma-stilling"), "code-value-concept")[0][1:4] == (
        "11876-0", "http://snomed.info/sct", "70028003",
    )  # fmt: skip
    assert rows(example("Observation-selma-termin"), "code-value-date")[0][6:8] == dates.interval(
        "2026-09-22"
    )
    noted = observation(code={"coding": [{"code": "n"}]}, valueString="Ågot")
    assert rows(noted, "code-value-string") == [
        (None, "n", None, None, None, None, None, None, "agot", None, None, None)
    ]


def test_a_number_is_a_point_and_a_known_unit_is_brought_to_base():
    value = {"value": Number("71.50"), "code": "kg"}
    unknown = [(Decimal("71.5"), Decimal("71.5"), None, "kg", None, None, None, None)]
    assert rows(observation(valueQuantity=value), "value-quantity") == unknown
    known = value | {"system": UCUM}
    base = ("g", Decimal(71500), Decimal(71500))
    assert rows(observation(valueQuantity=known), "value-quantity")[0][5:] == base
    heavy = known | {"comparator": ">="}
    assert rows(observation(valueQuantity=heavy), "value-quantity")[0][5:] == ("g", Decimal(71500), INFINITE)


@pytest.mark.parametrize(
    ("comparator", "bounds"),
    [
        ("<", (-INFINITE, Decimal(5) - Decimal("1E-20"))),
        ("<=", (-INFINITE, Decimal(5))),
        (">=", (Decimal(5), INFINITE)),
        (">", (Decimal(5) + Decimal("1E-20"), INFINITE)),
    ],
)
def test_a_comparator_opens_an_end(comparator, bounds):
    value = {"valueQuantity": {"value": 5, "comparator": comparator}}
    assert rows(observation(**value), "value-quantity")[0][:2] == bounds


def test_samples_are_found_by_their_extremes():
    assert rows(example("Observation-selma-ctg"), "value-quantity")[0][:2] == (Decimal(139), Decimal(151))


def test_a_range_of_ages():
    assert rows(example("Condition-selma-astma"), "abatement-age")[0][:2] == (
        Decimal(16),
        Decimal(18),
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
    resource = example("QuestionnaireResponse-selma-foer-kontroll")
    url = "https://helsekort.example/fhir/Questionnaire/foer-kontroll"
    assert [row[2] for row in rows(resource, "questionnaire")] == [f"{url}|1.0"]
    assert [row[2] for row in rows(resource, "questionnaire", BARE)] == [url]
    definition = {"resourceType": "Questionnaire", "url": url, "version": "1.0"}
    assert rows(definition, "url") == [(url,), (f"{url}|1.0",)]


def test_an_identifier_is_found_by_its_type():
    kind = {"coding": [{"system": "s", "code": "MR"}, {"code": "X"}, {"system": "s"}]}
    patient = {"resourceType": "Patient", "identifier": [{"type": kind, "value": "1"}, {"value": "2"}]}
    assert rows(patient, "identifier", OF_TYPE) == [("s", "MR|1", None), (None, "X|1", None)]


def test_a_name_is_found_by_its_later_words():
    patient = {"resourceType": "Patient", "name": [{"family": "Carreño Quinones", "given": ["Anne-Marie"]}]}
    assert rows(patient, "name") == [
        ("carreno quinones", "Carreño Quinones"), ("anne marie", "Anne-Marie"),
    ]  # fmt: skip
    assert rows(patient, "name", WORD) == [("quinones", "Carreño Quinones"), ("marie", "Anne-Marie")]


def test_a_token_of_text_is_found_without_regard_to_case():
    assert rows({"resourceType": "Questionnaire", "version": "V1.A"}, "version") == [(None, "v1.a", None)]


def test_an_absolute_reference_to_ourselves_is_local():
    resource = observation(subject={"reference": "https://x.example/fhir/Patient/1"})
    param = lookup("Observation", "subject").number
    local = (param, "Patient", "1", None, None, None)
    assert local in index(resource, "https://x.example/fhir").references
    assert local not in index(resource, "https://y.example/fhir").references


def test_a_relation_between_documents_is_paired():
    related = {"code": "replaces", "target": {"reference": "DocumentReference/1"}}
    resource = {"resourceType": "DocumentReference", "relatesTo": [related]}
    assert rows(resource, "relationship")[0][1:4] == ("replaces", "DocumentReference", "1")


def percent(value: int) -> dict:
    return {"value": value, "system": UCUM, "code": "%"}


def test_a_risk_is_a_number_or_a_range():
    prediction = {"probabilityRange": {"low": percent(10), "high": percent(20)}}
    resource = {"resourceType": "RiskAssessment", "prediction": [prediction, {"probabilityDecimal": 0.5}]}
    assert sorted(rows(resource, "probability")) == [
        (Decimal("0.1"), Decimal("0.2")), (Decimal("0.5"), Decimal("0.5")),
    ]  # fmt: skip


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
