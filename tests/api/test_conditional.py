"""Conditional create, update and delete: https://hl7.org/fhir/R4/http.html#ccreate"""

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from helsekort_sandbox import mocks

from app.fhir import codes
from app.main import create_app
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, a_patient, a_weight, new_number, register, urn
from tests.fixtures.server import Person, Server

Json = dict[str, object]
SYSTEM = "https://epj.example/id"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _named(woman: Woman, name: str, kilograms: float = 70.5, **more: object) -> Json:
    return a_weight(woman.reference, kilograms, identifier=[{"system": SYSTEM, "value": name}], **more)


def _if_none(name: str) -> dict[str, str]:
    return {"If_None_Exist": f"identifier={SYSTEM}|{name}"}


def _path(name: str) -> str:
    return f"/Observation?identifier={SYSTEM}|{name}"


def _code(answer: httpx.Response) -> str:
    return str(answer.json()["issue"][0]["code"])


def test_a_conditional_create_creates_once(server: Server, caller: Person, woman: Woman) -> None:
    name = urn()
    made = caller.post("/Observation", _named(woman, name), **_if_none(name))
    assert made.status_code == 201
    again = caller.post("/Observation", _named(woman, name, 99), **_if_none(name))
    assert again.status_code == 200
    assert again.content == made.content
    assert again.headers["location"] == made.headers["location"]
    assert again.headers["etag"] == made.headers["etag"]
    row = server.audit(again.headers["x-request-id"])
    assert row["result"]["shown"][0][:3] == ["Observation", made.json()["id"], 1]
    assert name in row["request"]["query"]
    least = caller.post("/Observation", _named(woman, name), Prefer="return=minimal", **_if_none(name))
    assert (least.status_code, least.content) == (200, b"")


def test_several_matches_are_refused(caller: Person, woman: Woman) -> None:
    name = urn()
    for _ in range(2):
        caller.post("/Observation", _named(woman, name))
    refused = caller.post("/Observation", _named(woman, name), **_if_none(name))
    assert (refused.status_code, _code(refused)) == (412, "multiple-matches")
    assert caller.put(_path(name), _named(woman, name)).status_code == 412
    assert caller.delete(_path(name)).status_code == 412
    assert len(caller.get(_path(name)).json()["entry"]) == 2


def test_her_number_stands_in_the_header_and_nowhere_else(server: Server, caller: Person) -> None:
    number = new_number()
    criteria = f"identifier={codes.FNR}|{number}"
    answers = [caller.post("/Patient", a_patient(number), If_None_Exist=criteria) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    for answer in answers:
        row = server.audit(answer.headers["x-request-id"])
        assert number not in json.dumps(row)
        assert "identifier=" in row["request"]["query"]
    stranger = server.person("midwife", key="midwife-b")
    refused = stranger.post("/Patient", a_patient(number), If_None_Exist=criteria)
    assert (
        refused.status_code == 409
    )  # whom she may not see does not exist; that the number is taken is told, as always
    assert number not in refused.text
    assert answers[0].json()["id"] not in refused.text


def test_a_person_number_in_a_conditional_url_is_refused_and_says_where_it_may_stand(
    server: Server, caller: Person, woman: Woman
) -> None:
    for query in (f"identifier={codes.FNR}|{woman.number}", f"identifier={codes.FNR}|"):
        for answer in (
            caller.put(f"/Patient?{query}", a_patient(woman.number)),
            caller.delete(f"/Patient?{query}"),
        ):
            assert answer.status_code == 400
            assert _code(answer) == "security"
            assert woman.number not in answer.text
            assert woman.number not in json.dumps(server.audit(answer.headers["x-request-id"]))
    assert "If-None-Exist" in caller.put(f"/Patient?identifier={codes.FNR}|", a_patient()).text


def test_what_she_may_not_see_does_not_exist(server: Server, caller: Person, woman: Woman) -> None:
    name = urn()
    made = caller.post("/Observation", _named(woman, name)).json()
    stranger = server.person("midwife", key="midwife-b")
    other = register(stranger)
    created = stranger.post("/Observation", _named(other, name), **_if_none(name))
    assert created.status_code == 201
    changed = stranger.put(_path(name), _named(other, name, 80))
    assert changed.status_code == 200
    assert changed.json()["id"] == created.json()["id"]
    assert stranger.delete(_path(name)).status_code == 204
    assert stranger.get(f"/Observation/{created.json()['id']}").status_code == 410
    assert stranger.delete(_path(name)).status_code == 204
    assert caller.get(f"/Observation/{made['id']}").json()["meta"]["versionId"] == "1"


def test_criteria_of_what_is_hidden_are_refused(server: Server, woman: Woman) -> None:
    nurse = server.person("nurse")
    encounter = {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": {"reference": woman.reference},
    }
    for criteria in ("reason-code=x|y", "reason-reference=Condition/1"):
        assert nurse.post("/Encounter", encounter, If_None_Exist=criteria).status_code == 400
        assert nurse.delete(f"/Encounter?{criteria}").status_code == 400


def test_a_conditional_update(caller: Person, woman: Woman) -> None:
    name = urn()
    made = caller.put(_path(name), _named(woman, name, 61))
    assert made.status_code == 201
    changed = caller.put(_path(name), _named(woman, name, 62))
    assert changed.status_code == 200
    assert changed.json()["id"] == made.json()["id"]
    assert changed.json()["meta"]["versionId"] == "2"
    same = {**_named(woman, name, 63), "id": made.json()["id"]}
    assert caller.put(_path(name), same, If_Match='W/"2"').status_code == 200
    assert caller.put(_path(name), same, If_Match='W/"2"').status_code == 412
    assert caller.put(_path(name), {**same, "id": "another"}).status_code == 400
    nothing = caller.put(_path(urn()), {**_named(woman, urn()), "id": "of-my-own"})
    assert nothing.status_code == 404  # nobody but the harness names what is new


def test_a_conditional_delete(server: Server, caller: Person, woman: Woman) -> None:
    name = urn()
    nothing = caller.delete(_path(name))
    assert nothing.status_code == 204
    assert server.audit(nothing.headers["x-request-id"])["result"]["verdict"] == "nothing-to-do"
    made = caller.post("/Observation", _named(woman, name)).json()
    assert caller.delete(_path(name), If_Match='W/"7"').status_code == 412
    deleted = caller.delete(_path(name))
    assert deleted.status_code == 204
    assert deleted.headers["etag"] == 'W/"2"'
    assert caller.get(f"/Observation/{made['id']}").status_code == 410
    assert caller.post("/Observation", _named(woman, name), **_if_none(name)).status_code == 201


@pytest.mark.parametrize(
    "criteria",
    ["", "colour=blue", "_count=1", "_sort=date", "status=final&_include=Observation:subject", "date=yesterday",
     "_id=", "code=%00", "_summary=true", "_format=json"],
)  # fmt: skip
def test_criteria_that_are_none(caller: Person, woman: Woman, criteria: str) -> None:
    body = a_weight(woman.reference)
    answers = [caller.put(f"/Observation?{criteria}", body), caller.delete(f"/Observation?{criteria}")]
    if "%00" not in criteria:
        answers.append(caller.post("/Observation", body, If_None_Exist=criteria))
    assert [answer.status_code for answer in answers] == [400] * len(answers)


@pytest.fixture(scope="module")
def generous(server: Server) -> Iterator[Server]:
    """The same database, where a conditional delete may delete several, and clients name what is new."""
    listener = mocks.listen()
    base = mocks.address(listener)
    settings = replace(
        server.settings, base_url=base, conditional_delete="multiple", update_as_create="all", max_entries=3
    )
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        yield replace(server, base=base, settings=settings, client=client)


def test_several_are_deleted_where_a_setting_says_so(generous: Server, woman: Woman) -> None:
    caller, name = generous.person("midwife"), urn()
    made = [caller.post("/Observation", _named(woman, name)).json()["id"] for _ in range(3)]
    assert caller.delete(_path(name)).status_code == 204
    assert [caller.get(f"/Observation/{id_}").status_code for id_ in made] == [410] * 3
    for _ in range(4):
        caller.post("/Observation", _named(woman, name))
    assert caller.delete(_path(name)).status_code == 412
    assert len(caller.get(_path(name)).json()["entry"]) == 4


def test_clients_name_what_is_new_where_a_setting_says_so(
    generous: Server, server: Server, woman: Woman
) -> None:
    caller = generous.person("midwife")
    path = f"/Observation/{urn()[9:]}"
    body = {**a_weight(woman.reference), "id": path.rpartition("/")[2]}
    made = caller.put(path, body)
    assert made.status_code == 201
    assert made.headers["location"].endswith(f"{path}/_history/1")
    assert caller.put(path, body).status_code == 200
    own = caller.put(_path(urn()), {**a_weight(woman.reference), "id": urn()[9:]})
    assert own.status_code == 201
    hidden = server.person("midwife").post("/Observation", a_weight(woman.reference)).json()
    stranger = generous.person("midwife", key="midwife-b")
    other = register(stranger)
    taken = stranger.put(f"/Observation/{hidden['id']}", {**a_weight(other.reference), "id": hidden["id"]})
    assert taken.status_code == 404
    flag = {
        "resourceType": "Flag",
        "id": urn()[9:],
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": woman.reference},
    }
    assert caller.put(f"/Flag/{flag['id']}", flag).status_code == 403  # a right to update is none to create


def test_the_harness_names_what_is_new(server: Server) -> None:
    harness = server.person("harness", bearer=True)
    id_ = urn()[9:]
    body = {"resourceType": "Patient", "id": id_, "gender": "female"}
    assert harness.put(f"/Patient?_id={id_}", body).status_code == 201
    assert harness.put(f"/Patient?_id={id_}", body).status_code == 200
