import pytest

from app.fhir.locations import fhirpath
from app.fhir.validation import validate

OBSERVATION = {
    "resourceType": "Observation",
    "component": [{"valueQuantity": {"value": 1}}],
    "_status": {"id": "a"},
}
BUNDLE = {
    "resourceType": "Bundle",
    "entry": [{"resource": OBSERVATION}, {"resource": {"resourceType": "Thing"}}],
}
ITEM = {"resourceType": "Questionnaire", "item": [{"item": [{"initial": [{"valueCoding": {"code": 1}}]}]}]}


@pytest.mark.parametrize(
    ("resource", "steps", "expression"),
    [
        (OBSERVATION, ["component", "[0]", "valueQuantity", "value"], "Observation.component[0].value.value"),
        (OBSERVATION, ["_status", "id"], "Observation.status.id"),
        (OBSERVATION, ["colour"], "Observation.colour"),
        (OBSERVATION, ["component", "[0]", "valueColour", "x"], "Observation.component[0].valueColour.x"),
        (OBSERVATION, [], "Observation"),
        (BUNDLE, ["entry", "[0]", "resource", "valueTime"], "Bundle.entry[0].resource.value"),
        (BUNDLE, ["entry", "[1]", "resource", "resourceType"], "Bundle.entry[1].resource.resourceType"),
        (ITEM, ["item", "[0]", "item", "[0]", "initial", "[0]", "valueCoding", "code"], "Questionnaire.item[0].item[0].initial[0].value.code"),
    ],
)  # fmt: skip
def test_a_place_in_json_is_named_as_fhirpath_names_it(resource, steps, expression):
    assert fhirpath(resource, steps) == expression


def test_what_is_said_names_the_member_that_was_sent():
    [issue] = validate(
        {
            **OBSERVATION,
            "component": [{"code": {"text": "a"}, "valueQuantity": {"value": "1"}}],
            "status": "final",
            "code": {"text": "a"},
        }
    )
    assert issue.diagnostics == "Observation.component[0].valueQuantity.value must be a number"
    assert issue.expression == ("Observation.component[0].value.value",)
