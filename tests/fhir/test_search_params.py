import json
import os
import tarfile
from pathlib import Path

import pytest

from app.fhir import codes, definitions, paths, search_params
from app.fhir.registry import BY_NAME, RESOURCE_TYPES
from app.fhir.search_params import (
    BARE,
    EPISODE_OF_CARE,
    EXCLUDED,
    OF_TYPE,
    TABLE,
    UNIONS,
    WORD,
    Kind,
    alias,
    is_canonical,
    lookup,
    of_type,
    reason_left_out,
)

EVERY = [param for name in TABLE for param in of_type(name)]


def test_every_type_in_the_registry_has_parameters():
    assert set(TABLE) == set(BY_NAME)
    assert lookup("Observation", "code-value-quantity").kind is Kind.COMPOSITE
    assert lookup("Observation", "nothing") is None
    assert lookup("Nothing", "code") is None


def test_numbers_are_unique_and_fit_a_postgresql_integer():
    numbers = [param.number for param in EVERY]
    numbers += [alias(param, name) for param in EVERY for name in (OF_TYPE, WORD, BARE)]
    assert len(set(numbers)) == len(numbers)
    assert all(-(2**31) <= number < 2**31 for number in numbers)


def test_numbers_do_not_change():
    """They stand in the database: changing how they are made means a reindex."""
    assert lookup("Observation", "code").number == -959628241
    assert lookup("Patient", "identifier").number == search_params.number("Patient", "identifier")


@pytest.mark.parametrize("name", ["_id", "_lastUpdated", "_tag", "_profile", "_security", "_source"])
def test_every_type_has_the_general_parameters(name):
    for row in RESOURCE_TYPES:
        if row.name == "AuditEvent" and name not in {"_id", "_lastUpdated"}:
            assert lookup(row.name, name) is None
        else:
            assert lookup(row.name, name).expression.startswith(f"{row.name}.")


def test_types_that_hang_on_a_card_are_found_by_it():
    for row in RESOURCE_TYPES:
        expected = bool(row.episode) and row.episode != ("id",)
        assert (lookup(row.name, EPISODE_OF_CARE) is not None) is expected, row.name
    assert "Encounter.episodeOfCare" in lookup("Encounter", EPISODE_OF_CARE).expression
    assert codes.EXT_EPISODE in lookup("Flag", EPISODE_OF_CARE).expression


def test_targets_are_known_types():
    for param in EVERY:
        assert set(param.targets) <= definitions.RESOURCE_NAMES, param


def test_every_expression_compiles_to_something():
    for param in EVERY:
        if " and " in param.expression:
            continue  # boolean, seen to by the index itself
        assert paths.routes(param.expression), param
        for _, expression in param.components:
            assert all(paths.routes(expression, route.type) for route in paths.routes(param.expression)), (
                param
            )


def published() -> list[dict]:
    package = os.environ.get("HELSEKORT_R4_DEFINITIONS", "")
    if not Path(package).is_file():
        pytest.skip("HELSEKORT_R4_DEFINITIONS names no package of published definitions")
    with tarfile.open(package) as archive:
        member = archive.extractfile("package/dist/fhir/r4/search-parameters.json")
        return [
            entry["resource"]
            for entry in json.load(member)["entry"]
            if entry["resource"]["version"] == "4.0.1"
        ]


def test_the_table_holds_what_r4_defines():
    general, own = {"Resource", "DomainResource"}, set()
    expected = set()
    for row in published():
        for base in row["base"]:
            names = BY_NAME if base in general else {base} & set(BY_NAME)
            expected |= {(name, row["code"], row["type"]) for name in names}
    for row in RESOURCE_TYPES:
        if row.episode and row.name != "Encounter":
            own.add((row.name, EPISODE_OF_CARE, "reference"))
    ours = {(param.type, param.code, param.kind.value) for param in EVERY}
    assert {(name, code) for name, code, _ in expected - ours if not reason_left_out(name, code)} == set()
    assert {(name, code) for name, code, _ in ours if reason_left_out(name, code)} == set()
    assert ours - expected <= own


def test_what_is_left_out_has_a_reason():
    assert all(len(reason) > 20 for reason in EXCLUDED.values())
    assert reason_left_out("Observation", "_text")
    assert reason_left_out("AuditEvent", "agent")
    assert not reason_left_out("AuditEvent", "patient")


def test_what_refers_by_url():
    urls = {f"{param.type}.{param.code}" for param in EVERY if is_canonical(param)}
    assert {
        "QuestionnaireResponse.questionnaire",
        "ConceptMap.source-uri",
        "PlanDefinition.definition",
    } <= urls
    assert "Observation.subject" not in urls


def test_every_composite_has_two_parts_that_the_index_can_hold():
    kinds = {
        tuple(lookup(param.type, code).kind.value for code, _ in param.components)
        for param in EVERY
        if param.kind is Kind.COMPOSITE
    }
    assert kinds == {
        ("token", "token"), ("token", "quantity"), ("token", "date"), ("token", "string"), ("reference", "token"),
    }  # fmt: skip


def _alternatives(param) -> set[tuple[str, ...]]:
    """What a parameter looks at: expressions, with those of its components."""
    parts = tuple(expression for _, expression in param.components)
    return {(one.strip(), *parts) for one in param.expression.split(" | ")}


@pytest.mark.parametrize(("type_name", "code"), UNIONS)
def test_a_union_finds_what_its_parts_find(type_name, code):
    whole, parts = lookup(type_name, code), [lookup(type_name, part) for part in UNIONS[type_name, code]]
    assert _alternatives(whole) == set().union(*map(_alternatives, parts))
    assert {part.kind for part in parts} == {whole.kind}


def test_no_other_parameter_could_be_a_union():
    """Rows that would say the same twice cost every write."""
    for name in TABLE:
        for param in of_type(name):
            others = [
                _alternatives(one) for one in of_type(name) if one.kind is param.kind and one is not param
            ]
            mine = _alternatives(param)
            inside = set().union(*(other for other in others if other < mine))
            if (name, param.code) not in UNIONS and len(mine) > 1:
                assert inside != mine, param
