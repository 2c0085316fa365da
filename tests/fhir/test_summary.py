import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.fhir import definitions
from app.fhir import json as fhir_json
from app.fhir.summary import SUBSETTED, WHOLE, Form, form_of, subset
from tests.fhir.examples import example, read_all

EXAMPLES = read_all()
OBSERVATION = (
    b'{"resourceType":"Observation","id":"1","meta":{"versionId":"2"},"language":"nb","text":{"status":"generated",'
    b'"div":"<div xmlns=\\"http://www.w3.org/1999/xhtml\\">x</div>"},"extension":[{"url":"http://x","valueInteger":1}],'
    b'"modifierExtension":[{"url":"http://y","valueBoolean":true}],"status":"final","_status":{"id":"a"},'
    b'"code":{"coding":[{"code":"c","extension":[{"url":"http://z","valueInteger":1}]}],"text":"t"},'
    b'"valueQuantity":{"value":1.50,"unit":"kg"},"note":[{"text":"hm"}],'
    b'"component":[{"code":{"text":"a"},"interpretation":[{"text":"high"}],"valueQuantity":{"value":2.0E1}}],'
    b'"referenceRange":[{"low":{"value":1.0}}]}'
)


def cut(form: Form, body: bytes = OBSERVATION) -> dict:
    return json.loads(subset(body, form))


def test_nothing_is_cut_where_all_is_wanted():
    assert subset(OBSERVATION, WHOLE) is OBSERVATION
    assert form_of(("Observation",), "false", "") == WHOLE
    assert form_of(("Observation",), "", "") == WHOLE


def test_a_summary_holds_what_r4_marks_so_and_nothing_else():
    found = cut(Form("true"))
    assert list(found) == [
        "resourceType", "id", "meta", "modifierExtension", "status", "_status", "code", "valueQuantity", "component",
    ]  # fmt: skip
    assert found["code"] == {"coding": [{"code": "c"}], "text": "t"}
    assert found["component"] == [{"code": {"text": "a"}, "valueQuantity": {"value": 20.0}}]
    assert found["meta"] == {"versionId": "2", "tag": [SUBSETTED]}


def test_numbers_keep_how_they_were_written():
    body = subset(OBSERVATION, Form("true"))
    assert b'"value":1.50,' in body
    assert b'"value":2.0E1}' in body


def test_text_and_data():
    assert list(cut(Form("text"))) == [
        "resourceType", "id", "meta", "text", "modifierExtension", "status", "_status", "code",
    ]  # fmt: skip
    assert set(json.loads(OBSERVATION)) - set(cut(Form("data"))) == {"text"}


@pytest.mark.parametrize("name", ["value", "valueQuantity"])
def test_chosen_elements_come_with_what_they_cannot_do_without(name):
    assert list(cut(form_of(("Observation",), "", name))) == [
        "resourceType", "id", "meta", "modifierExtension", "status", "_status", "code", "valueQuantity",
    ]  # fmt: skip


def test_summary_and_elements_together_are_both_kept():
    assert "component" not in cut(Form("true", ("value",)))


def test_a_copy_without_meta_gets_one_behind_its_type_and_the_tag_stands_once():
    bare = b'{"resourceType":"Patient","gender":"female"}'
    assert list(cut(Form("data"), bare)) == ["resourceType", "meta", "gender"]
    once = subset(OBSERVATION, Form("data"))
    assert json.loads(subset(once, Form("true")))["meta"]["tag"] == [SUBSETTED]


def test_a_mandatory_element_outside_the_summary_stays_whole():
    appointment = {"resourceType": "Appointment", "participant": [{"actor": {"reference": "Patient/1"}}]}
    assert cut(Form("true"), json.dumps(appointment).encode())["participant"] == appointment["participant"]


@pytest.mark.parametrize(
    ("summary", "elements", "reason"),
    [
        ("some", "", "none of true, text"),
        ("", "colour", "does not have"),
        ("", "code,colour", "does not have"),
    ],
)
def test_what_cannot_be_wanted(summary, elements, reason):
    with pytest.raises(ValueError, match=reason):
        form_of(("Observation",), summary, elements)


def test_an_element_of_one_of_several_types_may_be_named():
    assert form_of(("Patient", "Observation"), "", "gender,code").elements == ("gender", "code")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
@pytest.mark.parametrize("summary", ["true", "text", "data"])
def test_what_stays_of_an_example_is_a_part_of_it_in_its_order(name, summary):
    whole = EXAMPLES[name]
    kept = fhir_json.read(subset(fhir_json.dump(whole), Form(summary)))
    kept.pop("meta")
    assert [key for key in whole if key in kept] == list(kept)
    assert _within(kept, whole)
    needed = {
        one.name for one in definitions.elements(whole["resourceType"]) if one.minimum and not one.choice
    }
    assert {key for key in whole if key in needed} <= set(kept)


def _within(part, whole) -> bool:
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(
            key in whole and _within(part[key], whole[key]) for key in part
        )
    if isinstance(part, list):
        return len(part) <= len(whole) and all(any(_within(item, one) for one in whole) for item in part)
    return part == whole


@given(st.lists(st.sampled_from([one.name for one in definitions.elements("Patient")]), max_size=4))
def test_every_combination_of_elements_is_cut(names):
    form = form_of(("Patient",), "", ",".join(names))
    found = cut(form, fhir_json.dump(example("Patient-selma")))
    assert found["resourceType"] == "Patient"
    assert {name for name in names if name in example("Patient-selma")} <= set(found)
