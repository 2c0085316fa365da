import pytest
from fhir.resources.R4B import get_fhir_model_class

from app.fhir import definitions
from app.fhir.registry import RESOURCE_TYPES

ENVELOPES = ("Bundle", "Parameters", "OperationOutcome", "Binary")
NAMES = [*(row.name for row in RESOURCE_TYPES), *ENVELOPES, "Period", "Timing", "Dosage", "Meta", "Signature"]
LATER = {("PlanDefinition", "subjectCanonical"), ("ActivityDefinition", "subjectCanonical")}  # new in R4B


def keys(name: str) -> set[str]:
    return {key for one in definitions.elements(name) for key, _ in one.names() or ((one.name, ""),)}


@pytest.mark.parametrize("name", NAMES)
def test_elements_are_those_of_the_nearest_published_models(name):
    model = get_fhir_model_class(name)
    theirs = {field.alias or key for key, field in model.model_fields.items()}
    theirs -= {"resource_type", "resourceType", "fhir_comments"}
    assert keys(name) == {key for key in theirs if not key.startswith("_") and (name, key) not in LATER}


def test_what_a_publisher_added_to_r4_is_not_there():
    assert {one.name for one in definitions.elements("Meta")} == {
        "id", "extension", "versionId", "lastUpdated", "source", "profile", "security", "tag",
    }  # fmt: skip
    assert not {"Project", "Bot", "ClientApplication", "SubscriptionStatus"} & definitions.RESOURCE_NAMES
    assert definitions.element("Binary", "url") is None
    assert definitions.element("AuditEvent.source", "observer").targets == {
        "PractitionerRole", "Practitioner", "Organization", "Device", "Patient", "RelatedPerson",
    }  # fmt: skip


def test_facts_by_hand():
    status = definitions.element("Observation", "status")
    assert (status.minimum, status.many, status.binding) == (1, False, "observation-status")
    value = definitions.element("Observation", "value")
    assert value.choice
    assert ("valueQuantity", "Quantity") in value.names()
    assert definitions.element("Observation.referenceRange", "low").types == ("SimpleQuantity",)
    assert (
        definitions.element("Observation.component", "referenceRange").content == "Observation.referenceRange"
    )
    assert definitions.element("Encounter", "class").types == ("Coding",)
    assert definitions.element("Patient", "id").types == ("id",)
    assert definitions.element("Period", "id").types == ("string",)
    assert not definitions.is_domain_resource("Bundle")
    assert definitions.is_domain_resource("Patient")


def test_value_sets_hold_every_code():
    sets = definitions.value_sets()
    assert sets["administrative-gender"]["http://hl7.org/fhir/administrative-gender"] == {
        "male",
        "female",
        "other",
        "unknown",
    }
    [(system, codes)] = sets["condition-clinical"].items()
    assert system.endswith("/condition-clinical")
    assert {"active", "recurrence", "relapse", "inactive", "remission", "resolved"} == codes
    assert definitions.implied_system("observation-status") == "http://hl7.org/fhir/observation-status"
    assert definitions.implied_system("all-types") is None
    assert definitions.implied_system("") is None


def test_every_binding_has_its_codes_or_is_open():
    open_sets = {"mimetypes", "currencies", "ucum-units"}
    bound = {row[4] for row in definitions.rows("elements.tsv")} - {""}
    assert bound - set(definitions.value_sets()) == open_sets
