"""FHIR patch as a client meets it: https://hl7.org/fhir/R4/http.html#patch"""

import json
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.fixtures.resources import Woman, a_patient, a_weight, concept, register, urn
from tests.fixtures.server import Person, Server

Json = dict[str, Any]
JSON_PATCH = "application/json-patch+json"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _patch(caller: Person, path: str, *operations: Json, **headers: str) -> httpx.Response:
    return caller.request("PATCH", path, list(operations), Content_Type=JSON_PATCH, **headers)


def _operation(kind: str, path: str, **parts: Any) -> Json:
    """One operation of a FHIRPath Patch; a part is a value[x] pair or a number."""
    found: list[Json] = [{"name": "type", "valueCode": kind}, {"name": "path", "valueString": path}]
    for name, value in parts.items():
        if isinstance(value, dict):
            found.append({"name": name, **value})
        else:
            found.append({"name": name, "valueInteger" if isinstance(value, int) else "valueString": value})
    return {"name": "operation", "part": found}


def _fhirpath(caller: Person, path: str, *operations: Json, **headers: str) -> httpx.Response:
    return caller.request(
        "PATCH", path, {"resourceType": "Parameters", "parameter": list(operations)}, **headers
    )


def _made(caller: Person, woman: Woman, **more: Any) -> str:
    answer = caller.post("/Observation", a_weight(woman.reference, **more))
    assert answer.status_code == 201, answer.text
    return f"/Observation/{answer.json()['id']}"


AMEND = {"op": "replace", "path": "/status", "value": "amended"}


def test_a_json_patch_makes_the_next_version(server: Server, caller: Person, woman: Woman) -> None:
    path = _made(caller, woman)
    answer = _patch(caller, path, AMEND, {"op": "add", "path": "/note", "value": [{"text": "Ny vekt"}]})
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == 'W/"2"'
    assert answer.headers["location"].endswith(f"{path}/_history/2")
    assert answer.content == caller.get(path).content
    assert answer.json()["note"] == [{"text": "Ny vekt"}]
    assert caller.get(f"{path}/_history/1").json()["status"] == "final"
    row = server.audit(answer.headers["x-request-id"])
    assert row["request"]["interaction"] == "patch"
    assert row["result"]["shown"][0][:3] == ["Observation", path.rpartition("/")[2], 2]
    assert path.rpartition("/")[2] in caller.get(f"/Observation?status=amended&patient={woman.id}").text


def test_numbers_and_order_survive_a_patch(caller: Person, woman: Woman) -> None:
    text = json.dumps(a_weight(woman.reference)).replace("70.5", "70.500")
    made = caller.post("/Observation", text)
    path = f"/Observation/{made.json()['id']}"
    component = '[{"code":{"text":"x"},"valueQuantity":{"value":1.20E+2}}]'
    body = f'[{{"op":"add","path":"/component","value":{component}}},{{"op":"test","path":"/valueQuantity/value","value":70.5}}]'
    answer = caller.request("PATCH", path, body, Content_Type=JSON_PATCH)
    assert answer.status_code == 200, answer.text
    assert '"value":70.500,' in answer.text
    assert '"value":1.20E+2' in answer.text
    assert [name for name in answer.json() if name not in {"meta", "component"}] == [
        name for name in made.json() if name != "meta"
    ]


ABOUT_70 = {"value": 70, "comparator": "<", "unit": "kg", "system": "http://unitsofmeasure.org", "code": "kg"}


def test_a_fhirpath_patch(caller: Person, woman: Woman) -> None:
    path = _made(caller, woman, note=[{"text": "a"}, {"text": "b"}])
    answer = _fhirpath(
        caller, path,
        _operation("replace", "Observation.status", value={"valueCode": "amended"}),
        _operation("add", "Observation", name="bodySite", value={"valueCodeableConcept": {"text": "Magen"}}),
        _operation("insert", "Observation.note", index=1, value={"valueAnnotation": {"text": "i midten"}}),
        _operation("delete", "Observation.note.where(text = 'a')"),
        _operation("replace", "Observation.value", value={"valueQuantity": ABOUT_70}),
        _operation("move", "Observation.note", source=1, destination=0),
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["status"] == "amended"
    assert body["bodySite"] == {"text": "Magen"}
    assert [note["text"] for note in body["note"]] == ["b", "i midten"]
    assert body["valueQuantity"] == ABOUT_70


def test_if_match(caller: Person, woman: Woman) -> None:
    path = _made(caller, woman)
    assert _patch(caller, path, AMEND, If_Match='W/"7"').status_code == 412
    bad = {"op": "remove", "path": "/nothing"}
    assert _patch(caller, path, bad, If_Match='W/"7"').status_code == 412  # the version is looked at first
    assert _patch(caller, path, AMEND, If_Match='W/"1"').status_code == 200
    assert _patch(caller, path, AMEND, If_Match='W/"1"').status_code == 412


def test_prefer(caller: Person, woman: Woman) -> None:
    path = _made(caller, woman)
    assert _patch(caller, path, AMEND, Prefer="return=minimal").content == b""
    outcome = _patch(caller, path, AMEND, Prefer="return=OperationOutcome").json()
    assert outcome["resourceType"] == "OperationOutcome"


def test_a_conditional_patch(caller: Person, woman: Woman) -> None:
    name = urn()
    path = f"/Observation?identifier=https://epj.example/id|{name}"
    assert _patch(caller, path, AMEND).status_code == 404
    identifier = [{"system": "https://epj.example/id", "value": name}]
    made = _made(caller, woman, identifier=identifier)
    answer = _patch(caller, path, AMEND)
    assert answer.status_code == 200
    assert answer.json()["id"] == made.rpartition("/")[2]
    assert _fhirpath(caller, path, _operation("delete", "Observation.bodySite")).status_code == 200
    _made(caller, woman, identifier=identifier)
    assert _patch(caller, path, AMEND).status_code == 412
    assert _patch(caller, f"/Patient?identifier={codes.FNR}|{woman.number}", AMEND).status_code == 400


UNFIT = [
    ([{"op": "remove", "path": "/bodySite"}], 422),
    ([{"op": "test", "path": "/status", "value": "amended"}], 422),
    ([{"op": "replace", "path": "/status", "value": "done"}], 422),
    ([{"op": "remove", "path": "/status"}], 422),
    ([{"op": "replace", "path": "/id", "value": "another"}], 422),
    ([{"op": "replace", "path": "/resourceType", "value": "Patient"}], 422),
    ([{"op": "replace", "path": "", "value": 1}], 422),
    ([{"op": "remove", "path": ""}], 422),
    ([{"op": "add", "path": "/note/7", "value": {"text": "x"}}], 422),
    ([{"op": "add", "path": "/status/x", "value": 1}], 422),
    ([{"op": "move", "from": "/code", "path": "/code/coding/0"}], 422),
    ([{"op": "replace", "path": "/subject/reference", "value": "Patient/nobody"}], 403),
    ([{"op": "replace", "path": "/encounter", "value": {"reference": "Encounter/none"}}], 422),
    ([{"op": "add", "path": "/encounter", "value": {"reference": "Encounter/none"}}], 422),
    ([{"op": "append", "path": "/status", "value": "x"}], 400),
    ([{"op": "add", "path": "status", "value": "x"}], 422),
    ([{"op": "add", "path": "/status"}], 400),
    ([{"op": "add", "path": 1, "value": 1}], 400),
    ([{"op": "move", "path": "/a"}], 400),
    ([1], 400),
    ([], 400),
    ({"op": "add"}, 400),
    ("x", 400),
]


@pytest.mark.parametrize(("operations", "status"), UNFIT)
def test_a_patch_that_does_not_fit_changes_nothing(
    caller: Person, woman: Woman, operations: Any, status: int
) -> None:
    path = _made(caller, woman)
    answer = caller.request("PATCH", path, json.dumps(operations), Content_Type=JSON_PATCH)
    assert answer.status_code == status, answer.text
    assert answer.json()["issue"][0]["severity"] == "error"
    assert caller.get(path).headers["etag"] == 'W/"1"'


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        (_operation("add", "Observation", name="status", value={"valueCode": "final"}), 422),
        (_operation("add", "Observation", name="colour", value={"valueCode": "blue"}), 422),
        (_operation("add", "Observation.nothing", name="x", value={"valueCode": "blue"}), 422),
        (_operation("replace", "Observation.value", value={"valueAddress": {"text": "x"}}), 422),
        (_operation("replace", "Observation.bodySite", value={"valueCodeableConcept": {"text": "x"}}), 422),
        (_operation("replace", "Observation", value={"valueString": "x"}), 422),
        (_operation("delete", "Observation"), 422),
        (_operation("delete", "Patient.name"), 422),
        (_operation("delete", "Observation.note.exists()"), 422),
        (_operation("delete", "Observation.where(true)"), 422),
        (_operation("delete", "Observation.code.coding.where(system ~ 'x')"), 422),
        (_operation("delete", "Observation..code"), 422),
        (_operation("delete", ""), 400),
        (_operation("delete", "Observation.status"), 422),
        (_operation("insert", "Observation.note", index=3, value={"valueAnnotation": {"text": "x"}}), 422),
        (_operation("insert", "Observation.status", index=0, value={"valueCode": "x"}), 422),
        (_operation("move", "Observation.category", source=0, destination=4), 422),
        (_operation("replace", "Observation.status"), 400),
        (_operation("change", "Observation.status"), 400),
        ({"name": "operation"}, 400),
        ({"name": "other", "valueString": "x"}, 400),
        (_operation("delete", "Observation.note", colour="x"), 400),
        (_operation("move", "Observation.note", source="x", destination=1), 400),
    ],
)
def test_a_fhirpath_patch_that_does_not_fit_changes_nothing(
    caller: Person, woman: Woman, operation: Json, status: int
) -> None:
    path = _made(caller, woman)
    answer = _fhirpath(caller, path, operation)
    assert answer.status_code == status, answer.text
    assert caller.get(path).headers["etag"] == 'W/"1"'


def test_what_is_no_patch(caller: Person, woman: Woman) -> None:
    path = _made(caller, woman)
    refused = caller.request("PATCH", path, b"<x/>", Content_Type="application/xml-patch+xml")
    assert refused.status_code == 415
    assert JSON_PATCH in refused.headers["accept-patch"]
    assert caller.request("PATCH", path, a_weight(woman.reference)).status_code == 400
    assert caller.request("PATCH", path, {"resourceType": "Parameters"}).status_code == 400
    assert _patch(caller, "/AuditEvent/1", AMEND).status_code == 405


def test_a_patch_does_not_blow_up(caller: Person, woman: Woman) -> None:
    path = _made(caller, woman, note=[{"text": "x" * 1000}])
    double = {"op": "copy", "from": "/note", "path": "/note/-"}
    started = caller.get(path).elapsed
    answer = _patch(caller, path, *([double] * 40))
    assert answer.status_code == 422
    deep = {"op": "copy", "from": "/extension", "path": "/extension/0/extension"}
    add = {"op": "add", "path": "/extension", "value": [{"url": "http://x", "valueString": "x"}]}
    assert _patch(caller, path, add, *([deep] * 40)).status_code == 422
    assert _patch(caller, path, *([AMEND] * 1001)).status_code == 400
    assert caller.get(path).elapsed < started + answer.elapsed + answer.elapsed


def test_what_is_not_there_and_what_is_not_hers(server: Server, caller: Person, woman: Woman) -> None:
    path = _made(caller, woman)
    stranger = server.person("midwife", key="midwife-b")
    register(stranger)
    answers = [_patch(stranger, place, AMEND) for place in (path, "/Observation/nobody")]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].text.replace(path[13:], "*") == answers[1].text.replace("nobody", "*")
    unfit = _patch(stranger, path, {"op": "test", "path": "/status", "value": "x"})
    assert unfit.status_code == 404
    herself = server.person("citizen", person=woman.number)
    refused = [
        _patch(herself, path, {"op": "test", "path": "/status", "value": value}) for value in ("final", "x")
    ]
    assert [answer.status_code for answer in refused] == [403, 403]
    assert refused[0].text == refused[1].text
    assert caller.delete(path).status_code == 204
    assert _patch(caller, path, AMEND).status_code == 410


def test_her_number_cannot_be_patched(caller: Person) -> None:
    own = register(caller)
    for operation in (
        {"op": "remove", "path": "/identifier"},
        {"op": "replace", "path": "/identifier/0/value", "value": "01829012345"},
    ):
        assert _patch(caller, f"/{own.reference}", operation).status_code == 422
    changed = _patch(caller, f"/{own.reference}", {"op": "add", "path": "/gender", "value": "female"})
    assert changed.status_code == 200
    other = caller.post("/Patient", a_patient()).json()
    observation = _made(caller, own)
    moved = _patch(
        caller,
        observation,
        {"op": "replace", "path": "/subject/reference", "value": f"Patient/{other['id']}"},
    )
    assert moved.status_code == 422


def _visit(server: Server, woman: Woman, **more: Any) -> str:
    """A consultation that the nurse's own organisation registered."""
    body = {
        "resourceType": "Encounter",
        "status": "in-progress",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": woman.reference},
        **more,
    }
    made = server.person("nurse").post("/Encounter", body)
    assert made.status_code == 201, made.text
    return f"/Encounter/{made.json()['id']}"


FINISH = {"op": "replace", "path": "/status", "value": "finished"}
REASON = [concept(codes.SNOMED, "77386006")]


def test_who_sees_a_masked_copy_patches_what_she_sees(server: Server, caller: Person, woman: Woman) -> None:
    nurse = server.person("nurse")
    path = _visit(server, woman, reasonCode=REASON, length={"value": 20, "unit": "min"})
    seen = nurse.get(path)
    assert "reasonCode" not in seen.json()
    assert nurse.put(path, {**seen.json(), "status": "finished"}).status_code == 409
    answer = _patch(nurse, path, FINISH)
    assert answer.status_code == 200, answer.text
    assert "77386006" not in answer.text
    assert answer.content == nurse.get(path).content
    whole = caller.get(path).json()
    assert whole["reasonCode"] == REASON
    assert whole["status"] == "finished"
    assert list(whole) == ["resourceType", "id", "meta", "status", "class", "subject", "reasonCode", "length"]
    changed = _fhirpath(nurse, path, _operation("delete", "Encounter.length"))
    assert changed.status_code == 200
    assert caller.get(path).json()["reasonCode"] == REASON


TOUCHING = [
    [{"op": "add", "path": "/reasonCode", "value": [{"text": "x"}]}],
    [{"op": "replace", "path": "/reasonCode", "value": [{"text": "x"}]}],
    [{"op": "remove", "path": "/reasonCode"}],
    [{"op": "test", "path": "/reasonCode/0/coding/0/code", "value": "77386006"}],
    [{"op": "copy", "from": "/reasonCode", "path": "/type"}],
    [{"op": "move", "from": "/reasonCode", "path": "/type"}],
    [{"op": "add", "path": "/_reasonCode", "value": []}],
]


@pytest.mark.parametrize("operations", TOUCHING)
def test_what_is_hidden_is_not_touched_and_not_told_of(
    server: Server, caller: Person, woman: Woman, operations: list[Json]
) -> None:
    nurse = server.person("nurse")
    paths = [_visit(server, woman, reasonCode=REASON), _visit(server, woman)]
    answers = [_patch(nurse, path, *operations) for path in paths]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].text == answers[1].text
    assert [caller.get(path).headers["etag"] for path in paths] == ['W/"1"', 'W/"1"']
