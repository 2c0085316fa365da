"""Profiles, terminology and forms that the server ships: read by id, found by canonical, paged, in the log, never changed."""

import json
from pathlib import Path

import httpx
import pytest

import fhir_profiles
from app.fhir.codes import CANONICAL
from app.fhir.shipped_artefacts import KINDS
from tests.fixtures.resources import Json, a_blood_pressure, register
from tests.fixtures.server import Person, Server
from tests.operations.test_validate import asked, issues

FOLDERS = ("definitions", "questionnaires", "programme", "measures")
FILES = [
    file
    for folder in FOLDERS
    for file in sorted((Path(fhir_profiles.__file__).parent / folder).glob("*.json"))
]


@pytest.fixture(scope="module")
def gp(server: Server) -> Person:
    return server.person("gp")


def found(answer: Json) -> list[str]:
    return [
        row["resource"]["id"] for row in answer.get("entry", ()) if row["resource"]["resourceType"] in KINDS
    ]


def test_each_is_read_under_the_last_part_of_its_canonical(gp: Person) -> None:
    assert len(FILES) > 100
    for file in FILES:
        kept = json.loads(file.read_bytes())
        kind, id_ = kept["resourceType"], kept["id"]
        of_others = id_ in {"nlk", "volven-8340", "volven-9060", "volven-9602"}  # under their own OIDs
        assert (of_others and kept["url"].startswith("urn:oid:2.16.578.1.12.4.1.1.")) or kept[
            "url"
        ] == f"{CANONICAL}/{kind}/{id_}", file.name
        assert kind in KINDS
    for file in FILES[::10]:
        kept = json.loads(file.read_bytes())
        answer = gp.get(f"/{kept['resourceType']}/{kept['id']}")
        assert answer.status_code == 200, file.name
        assert answer.json() == kept
        searched = gp.get(f"/{kept['resourceType']}?url={kept['url']}|{kept['version']}").json()
        assert kept["id"] in found(searched)


def test_a_copy_that_the_client_has_is_not_sent_again(gp: Person) -> None:
    answer = gp.get("/StructureDefinition/blood-pressure")
    again = gp.get("/StructureDefinition/blood-pressure", **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_searches_know_name_and_type_and_pass_over_what_does_not_fit(gp: Person) -> None:
    assert found(gp.get("/StructureDefinition?type=EpisodeOfCare&name=preg").json()) == ["pregnancy"]
    assert found(gp.get("/Questionnaire?_id=epds,nope").json()) == ["epds"]
    assert found(gp.get(f"/ValueSet?url={CANONICAL}/ValueSet/visit-types|9").json()) == []
    assert found(gp.get(f"/ValueSet?url={CANONICAL}/ValueSet/nope").json()) == []
    total = gp.get("/Questionnaire?_summary=count&name=Birth").json()
    assert (total["total"], found(total)) == (3, [])


def test_every_profile_is_on_one_page_or_another(gp: Person) -> None:
    seen: list[str] = []
    page = gp.get("/StructureDefinition?_count=20&_total=accurate").json()
    total = page["total"]
    for _ in range(20):
        assert len(page["entry"]) <= 20
        seen += found(page)
        following = next((row["url"] for row in page["link"] if row["relation"] == "next"), None)
        if following is None:
            break
        page = gp.get(following.partition("/fhir")[2]).json()
    profiles = [file for file in FILES if file.name.startswith("StructureDefinition-")]
    assert {file.stem.partition("-")[2] for file in profiles} <= set(seen)
    assert len(seen) == len(set(seen)) == total


def test_none_is_changed_and_none_is_read_without_a_token(server: Server, gp: Person) -> None:
    body = gp.get("/StructureDefinition/blood-pressure").json()
    harness = server.person("harness")
    answer = harness.put("/StructureDefinition/blood-pressure", body)
    assert answer.status_code in {404, 405, 422}, answer.text
    assert harness.delete("/StructureDefinition/blood-pressure").status_code in {204, 404}
    assert gp.get("/StructureDefinition/blood-pressure").json() == body
    assert gp.get("/StructureDefinition/nope").status_code == 404
    assert httpx.get(f"{server.base}/fhir/StructureDefinition/blood-pressure").status_code == 401


def test_they_are_validated_against_and_asked_of(server: Server, gp: Person) -> None:
    midwife = server.person("midwife")
    woman = register(midwife)
    for file in FILES:
        kept = json.loads(file.read_bytes())
        if kept["resourceType"] == "StructureDefinition" and kept["type"] == "Observation":
            body = asked(a_blood_pressure(woman.reference), profile=kept["url"], mode="profile")
            errors = [
                row
                for row in issues(midwife.post("/Observation/$validate", body))
                if row["severity"] == "error"
            ]
            assert (errors == []) is (kept["id"] == "blood-pressure"), kept["id"]
    expanded = gp.get("/ValueSet/visit-types/$expand").json()
    assert len(expanded["expansion"]["contains"]) == 5


@pytest.mark.parametrize(
    ("system", "code", "to", "found"),
    [
        ("urn:oid:2.16.578.1.12.4.1.1.7280", "NPU27300", "http://loinc.org", ["59261-8"]),
        ("http://npu-terminology.org", "NPU12331", "http://loinc.org", ["21613-5", "6357-8"]),
        ("http://loinc.org", "718-7", "urn:oid:2.16.578.1.12.4.1.1.7280", ["NOR05172"]),
        ("http://loinc.org", "883-9", "http://npu-terminology.org", ["NPU58582"]),
    ],
)
def test_a_laboratory_code_is_translated(
    gp: Person, system: str, code: str, to: str, found: list[str]
) -> None:
    answer = gp.get(f"/ConceptMap/$translate?system={system}&code={code}&targetsystem={to}").json()
    assert {"name": "result", "valueBoolean": True} in answer["parameter"]
    parts = [
        {part["name"]: part for part in row["part"]} for row in answer["parameter"] if row["name"] == "match"
    ]
    concepts = [part["concept"]["valueCoding"] for part in parts]
    assert {one["code"] for one in concepts} >= set(found)
    assert {one["system"] for one in concepts} == {to}
