import pytest

from app.fhir.paths import routes, visitor


def values(expression: str, resource: dict) -> list:
    found: list = []
    for route in routes(expression):
        visitor(route.steps, lambda value, sink: sink.append(value))(resource, found)
    return found


OBSERVATION = {
    "resourceType": "Observation",
    "valueQuantity": {"value": 1},
    "component": [{"valueString": "a"}, {"valueQuantity": {"value": 2}}],
    "subject": {"reference": "Patient/1"},
    "extension": [{"url": "u", "valueReference": {"reference": "X/1"}}, {"url": "v", "valueString": "no"}],
}


@pytest.mark.parametrize(
    ("expression", "found"),
    [
        ("Observation.value", [{"value": 1}]),
        ("(Observation.value as Quantity)", [{"value": 1}]),
        ("Observation.value.as(CodeableConcept)", []),
        (
            "(Observation.value as Quantity) | (Observation.component.value as Quantity)",
            [{"value": 1}, {"value": 2}],
        ),
        ("Observation.component.value", [{"value": 2}, "a"]),
        ("Observation.subject.where(resolve() is Patient)", [{"reference": "Patient/1"}]),
        ("Observation.subject.where(resolve() is Group)", []),
        ("Observation.extension.where(url='u').value.as(Reference)", [{"reference": "X/1"}]),
        ("Observation.note.text", []),
    ],
)
def test_an_expression_finds_its_values(expression, found):
    assert values(expression, OBSERVATION) == found


def test_content_that_is_shared_is_followed():
    parts = {"resourceType": "Observation", "component": [{"referenceRange": [{"text": "normal"}]}]}
    assert values("Observation.component.referenceRange.text", parts) == ["normal"]


def test_a_null_beside_an_extension_is_no_value():
    name = {"resourceType": "Patient", "name": [{"given": [None, "Gro"]}]}
    assert values("Patient.name.given", name) == ["Gro"]


def test_a_shared_binding_is_remembered():
    (route,) = routes("Observation.status")
    assert (route.type, route.binding) == ("code", "observation-status")


@pytest.mark.parametrize(
    "expression", ["Observation.nothing", "Observation.value.matches('x')", "Observation.where(a > 1)"]
)
def test_an_expression_outside_the_subset_is_an_error_at_start(expression):
    with pytest.raises(ValueError, match=r"unknown|has no"):
        routes(expression)
