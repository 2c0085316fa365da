"""What is asked for of one resource, and what a body may be sent as; what cannot be done says which header or parameter."""

import gzip
import json

import pytest

from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server

JSON = "application/fhir+json"


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


@pytest.fixture(scope="module")
def path(server: Server, woman: Woman) -> str:
    weight = a_weight(woman.reference, 70.50, note=[{"text": "Før frokost"}])
    return f"/Observation/{server.person('midwife').post('/Observation', weight).json()['id']}"


@pytest.mark.parametrize("version", ["", "/_history/1"])
@pytest.mark.parametrize(
    ("query", "there", "gone"),
    [
        ("_summary=true", {"status", "valueQuantity"}, {"note"}),
        ("_summary=data", {"status", "note"}, {"text"}),
        ("_summary=text", {"status", "code"}, {"note", "valueQuantity"}),
        ("_elements=valueQuantity", {"status", "valueQuantity"}, {"note", "effectiveDateTime"}),
        ("_elements=value[x]", {"code"}, set()),
    ],
)
def test_one_resource_in_a_smaller_form(
    caller: Person, path: str, version: str, query: str, there: set[str], gone: set[str]
) -> None:
    answer = caller.get(f"{path}{version}?{query}")
    if "[" in query:
        assert answer.status_code == 400
        assert answer.json()["issue"][0]["expression"] == ["_elements"]
        return
    assert answer.status_code == 200
    body = answer.json()
    assert there <= set(body)
    assert not gone & set(body)
    assert [tag["code"] for tag in body["meta"]["tag"]] == ["SUBSETTED"]
    assert answer.headers["etag"] == caller.get(path).headers["etag"]


@pytest.mark.parametrize("query", ["_summary=count", "_summary=half", "_elements=weight"])
def test_a_form_that_is_none(caller: Person, path: str, query: str) -> None:
    answer = caller.get(f"{path}?{query}")
    assert answer.status_code == 400
    assert answer.json()["issue"][0]["expression"] == [query.partition("=")[0]]


@pytest.mark.parametrize("accept", [f"{JSON};fhirVersion=5.0", f'{JSON}; fhirVersion="3.0"'])
def test_another_version_of_fhir_is_not_spoken(caller: Person, woman: Woman, path: str, accept: str) -> None:
    read = caller.get(path, Accept=accept)
    assert (read.status_code, read.json()["issue"][0]["expression"]) == (406, ["http.Accept"])
    wrote = caller.post("/Observation", a_weight(woman.reference), Content_Type=accept)
    assert (wrote.status_code, wrote.json()["issue"][0]["expression"]) == (415, ["http.Content-Type"])
    assert caller.get(path, Accept=f"{accept}, {JSON}; fhirVersion=4.0").status_code == 200


def test_a_body_is_utf8_and_as_it_is(caller: Person, woman: Woman) -> None:
    weight = a_weight(woman.reference)
    latin = caller.post("/Observation", weight, Content_Type=f"{JSON}; charset=iso-8859-1")
    assert (latin.status_code, latin.json()["issue"][0]["expression"]) == (415, ["http.Content-Type"])
    packed = gzip.compress(json.dumps(weight).encode())
    answer = caller.request("POST", "/Observation", packed, Content_Type=JSON, Content_Encoding="gzip")
    assert (answer.status_code, answer.json()["issue"][0]["expression"]) == (415, ["http.Content-Encoding"])
    stated = f"{JSON};charset=UTF-8;fhirVersion=4.0"
    assert caller.post("/Observation", weight, Content_Type=stated).status_code == 201


def test_an_operation_that_is_none_is_called_so(caller: Person, woman: Woman) -> None:
    answer = caller.get(f"/{woman.reference}/$nothing")
    assert answer.status_code == 404
    assert "operation" in answer.json()["issue"][0]["diagnostics"]
