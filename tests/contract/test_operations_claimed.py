"""Every operation that is claimed answers at each of its levels and methods; what a row does not name is refused."""

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlencode

import httpx
import pytest

from app.fhir import codes
from app.fhir.operations import EVERY_TYPE, OPERATIONS, Operation
from app.fhir.primitives import PRIMITIVES
from app.fhir.registry import RESOURCE_TYPES
from tests.contract.examples import Json
from tests.fixtures.resources import register
from tests.fixtures.server import Person, Server

GENDERS = "http://hl7.org/fhir/administrative-gender"
GENDER_SET = "http://hl7.org/fhir/ValueSet/administrative-gender"
LAB_MAP = "https://helsekort.example/fhir/ConceptMap/lab-nlk"


class Given(NamedTuple):
    """One parameter of a probe."""

    name: str
    type: str
    value: Any


# TABLE: what each operation needs to answer with success, at type or system level and (without ``url``) of an instance
PROBES: dict[tuple[str, str], tuple[Given, ...]] = {
    ("EpisodeOfCare", "card"): (),
    ("Patient", "access-log"): (),
    ("Patient", "declare-relation"): (Given("identifier", "Identifier", {"system": codes.FNR, "value": "?"}),),
    ("Patient", "everything"): (Given("_count", "integer", 2),),
    ("EpisodeOfCare", "everything"): (),
    ("ValueSet", "expand"): (Given("url", "uri", GENDER_SET), Given("count", "integer", 2)),
    ("ValueSet", "validate-code"): (
        Given("url", "uri", GENDER_SET), Given("system", "uri", GENDERS), Given("code", "code", "female"),
    ),
    ("CodeSystem", "validate-code"): (Given("url", "uri", GENDERS), Given("code", "code", "female")),
    ("CodeSystem", "lookup"): (Given("system", "uri", GENDERS), Given("code", "code", "female")),
    ("CodeSystem", "subsumes"): (
        Given("system", "uri", GENDERS), Given("codeA", "code", "female"), Given("codeB", "code", "female"),
    ),
    ("ConceptMap", "translate"): (
        Given("url", "uri", LAB_MAP), Given("system", "uri", codes.NLK), Given("code", "code", "NOR05172"),
    ),
}  # fmt: skip
OF_ONE = {  # where the instance takes the place of ``url`` and the probe needs other codes
    ("ValueSet", "validate-code"): (
        Given("system", "uri", "http://snomed.info/sct"), Given("code", "code", "70028003"),
    ),
    ("CodeSystem", "validate-code"): (Given("code", "code", "alarm"),),
    ("CodeSystem", "subsumes"): (Given("codeA", "code", "alarm"), Given("codeB", "code", "alarm")),
}  # fmt: skip


class Asked(NamedTuple):
    """One way to ask: an operation of a type, at a level, by a method."""

    row: Operation
    type: str
    level: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {self.level} {self.type} ${self.row.name}"


def ways() -> Iterator[Asked]:
    for row in OPERATIONS:
        types = [kept.name for kept in RESOURCE_TYPES] if row.type == EVERY_TYPE else [row.type]
        for level in row.levels:
            for type_name in types if level != "system" else [""]:
                for method in row.methods:
                    yield Asked(row, type_name, level, method)


def url(asked: Asked, kept: dict[str, Json]) -> str:
    steps = {"system": "", "type": f"/{asked.type}", "instance": f"/{asked.type}/"}
    id_ = kept[asked.type]["id"] if asked.level == "instance" else ""
    return f"{steps[asked.level]}{id_}/${asked.row.name}"


def ask(asked: Asked, kept: dict[str, Json], person: Person, given: tuple[Given, ...]) -> httpx.Response:
    path = url(asked, kept)
    if asked.method == "GET":
        assert all(one.type in PRIMITIVES for one in given)
        return person.get(f"{path}?{urlencode({one.name: one.value for one in given})}")
    parts = [{"name": one.name, f"value{one.type[0].upper()}{one.type[1:]}": one.value} for one in given]
    return person.post(path, {"resourceType": "Parameters"} | ({"parameter": parts} if parts else {}))


def probe(asked: Asked, server: Server) -> tuple[Given, ...]:
    key = (asked.row.type, asked.row.name)
    given = PROBES[key]
    if asked.level == "instance":
        given = OF_ONE.get(key, tuple(one for one in given if one.name != "url"))
    if key == ("Patient", "declare-relation"):
        number = register(server.person("midwife")).number
        return (Given("identifier", "Identifier", {"system": codes.FNR, "value": number}),)
    return given


def test_every_operation_has_a_probe() -> None:
    assert PROBES.keys() == {(row.type, row.name) for row in OPERATIONS}


@pytest.mark.parametrize("asked", list(ways()), ids=str)
def test_what_is_claimed_is_answered(
    asked: Asked, kept: dict[str, Json], claims: dict[str, Json], harness: Person, server: Server
) -> None:
    listed = claims[asked.type].get("operation", []) if asked.type else []
    if asked.type:
        assert {"name": asked.row.name, "definition": asked.row.definition} in listed
    person = server.person("gp") if asked.row.name == "declare-relation" else harness
    answer = ask(asked, kept, person, probe(asked, server))
    assert answer.status_code == 200, answer.text
    assert answer.json()["resourceType"] == asked.row.answer


@pytest.mark.parametrize("asked", list(ways()), ids=str)
def test_what_a_row_does_not_name_is_refused(asked: Asked, kept: dict[str, Json], harness: Person) -> None:
    unknown = ask(asked, kept, harness, (Given("nothing", "string", "a"),))
    assert unknown.status_code == 400, unknown.text
    assert "nothing" in unknown.json()["issue"][0]["diagnostics"]
    for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - set(asked.row.methods):
        assert harness.request(method, url(asked, kept), {}).status_code in {404, 405}


@pytest.mark.parametrize("name", [row.name for row in RESOURCE_TYPES])
def test_no_other_operation_is_claimed_or_answered(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    known = {row.name for row in OPERATIONS if row.type in {name, EVERY_TYPE}}
    assert {one["name"] for one in claims[name].get("operation", ())} == known
    for other in {"everything", "card", "expand", "nothing"} - known:
        assert harness.get(f"/{name}/{kept[name]['id']}/${other}").status_code == 404
        assert harness.get(f"/{name}/${other}").status_code == 404
