import pytest

from app.fhir.references import reference_row, references, target_type
from tests.fhir.examples import example


def test_every_reference_is_found_with_its_place():
    found = references(example("CarePlan-selma-fodeplan"))
    assert [where for where, _ in found][:2] == [
        "CarePlan.extension[0].valueReference",
        "CarePlan.basedOn[0]",
    ]
    assert ("CarePlan.activity[0].detail.performer[0]", {"reference": "Practitioner/jordmor-anne"}) in found
    assert ("CarePlan.activity[1].reference", {"reference": "ServiceRequest/selma-ultralyd"}) in found
    assert len(found) == len({where for where, _ in found}) == 12


def test_the_object_itself_is_returned_so_that_it_can_be_resolved():
    resource = {"resourceType": "Flag", "subject": {"reference": "urn:uuid:1"}}
    [(_, reference)] = references(resource)
    reference["reference"] = "Patient/1"
    assert resource["subject"] == {"reference": "Patient/1"}


def test_contained_resources_and_extensions_are_searched_and_other_names_are_not():
    resource = {
        "resourceType": "Basic",
        "contained": [
            {"resourceType": "Group", "id": "g", "member": [{"entity": {"reference": "Patient/2"}}]}
        ],
        "extension": [
            {"url": "a", "valueExpression": {"language": "text/cql", "reference": "http://x/library"}},
            {"url": "b", "valueReference": {"reference": "#g"}},
        ],
        "subject": {"identifier": {"value": "no literal"}},
    }
    assert [where for where, _ in references(resource)] == [
        "Basic.contained[0].member[0].entity",
        "Basic.extension[1].valueReference",
    ]


@pytest.mark.parametrize(
    ("reference", "row"),
    [
        ({"reference": "Patient/1"}, ("Patient", "1", None, None, None)),
        ({"reference": "Patient/1/_history/3"}, ("Patient", "1", None, None, None)),
        (
            {"reference": "https://x.example/fhir/Patient/1"},
            (None, None, "https://x.example/fhir/Patient/1", None, None),
        ),
        ({"reference": "urn:uuid:1"}, (None, None, "urn:uuid:1", None, None)),
        ({"reference": "#here"}, None),
        ({"display": "only a name"}, None),
        ({"identifier": {"system": "s", "value": "v"}, "type": "Patient"}, ("Patient", None, None, "s", "v")),
        ({"reference": "Patient/1", "identifier": {"value": "v"}}, ("Patient", "1", None, None, "v")),
    ],
)
def test_what_a_reference_is_found_by(reference, row):
    assert reference_row(reference) == row


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ({"reference": "Group/1"}, "Group"),
        ({"reference": "https://x.example/fhir/Group/1/_history/2"}, "Group"),
        ({"reference": "urn:uuid:1"}, None),
        ({"reference": "urn:uuid:1", "type": "Device"}, "Device"),
        ({"identifier": {"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": "x"}}, "Patient"),
        ({"identifier": {"value": "x"}}, None),
    ],
)
def test_what_a_reference_points_to(reference, name):
    assert target_type(reference) == name
