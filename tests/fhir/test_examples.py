import json
from importlib import resources

import pytest
from fhir.resources.R4B import get_fhir_model_class

from app.fhir import identifiers
from app.fhir.indexing import index
from app.fhir.references import references
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.validation import validate
from tests.fhir.examples import read_all

EXAMPLES = read_all()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid_here_and_in_the_nearest_published_models(name):
    resource = EXAMPLES[name]
    assert name == f"{resource['resourceType']}-{resource['id']}"
    assert validate(resource) == []
    body = resources.files("fhir_profiles").joinpath("examples", f"{name}.json").read_text(encoding="utf-8")
    get_fhir_model_class(resource["resourceType"]).model_validate(json.loads(body))
    index(resource)


def test_every_type_in_the_registry_has_an_example():
    assert {resource["resourceType"] for resource in EXAMPLES.values()} == {
        row.name for row in RESOURCE_TYPES
    }


def test_numbers_are_synthetic_and_check():
    found = 0
    for resource in EXAMPLES.values():
        several = resource.get("identifier", [])
        for one in several if isinstance(several, list) else [several]:
            assert identifiers.problem(one["system"], one["value"], synthetic=True) is None
            found += one["system"].startswith("urn:oid:")
    assert found >= 8


def test_references_between_examples_lead_somewhere_or_to_types_of_later_steps():
    kept = {row.name for row in RESOURCE_TYPES}
    there = {f"{resource['resourceType']}/{resource['id']}" for resource in EXAMPLES.values()}
    missing = {
        reference["reference"]
        for resource in EXAMPLES.values()
        for _, reference in references(resource)
        if reference["reference"] not in there and reference["reference"].partition("/")[0] in kept
    }
    assert missing == {  # earlier versions and steps of her course, larger places, other systems
        "Appointment/uke-30", "CarePlan/selma-fodeplan-1", "CarePlan/selma-program", "ClinicalImpression/selma-uke-24",
        "Communication/selma-innkalling", "CommunicationRequest/selma-amming-1", "Composition/selma-helsekort-uke-24",
        "Device/helsekort", "Device/sykehusets-mottak", "DocumentReference/selma-helsekort-uke-24",
        "Encounter/selma-uke-28", "Location/eksempelvik", "Location/radhuset", "Medication/ferrosulfat",
        "Observation/selma-puls", "Organization/eksempelvik-kommune", "Organization/folkehelsemyndighet",
        "Procedure/kontroll", "Specimen/selma-blod-original", "Task/selma-uke-28",
    }  # fmt: skip
