"""What the CapabilityStatement says of the whole server and of each type's conditional requests is what a client meets."""

from urllib.parse import urlencode

import httpx
import pytest

from app.fhir import codes
from app.fhir import json as fhir_json
from app.fhir.registry import RESOURCE_TYPES
from app.fhir.validation import validate
from tests.contract.examples import Json
from tests.contract.test_interactions_claimed import PATCH, as_new, path_of
from tests.fixtures.server import Person, Server

CONDITIONAL = ["Patient", "Observation", "Basic", "Location"]
TAG = "http://example.org/contract"


def outcome(answer: httpx.Response) -> str:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert answer.headers["content-type"] == "application/fhir+json"
    return str(body["issue"][0]["diagnostics"])


def tagged(body: Json, code: str) -> Json:
    return {**as_new(body), "meta": {"tag": [{"system": TAG, "code": code}]}}


def criteria(code: str) -> str:
    return urlencode({"_tag": f"{TAG}|{code}"})


def test_it_is_a_valid_resource(server: Server) -> None:
    answer = server.client.get(f"{server.fhir}/metadata")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert validate(fhir_json.parse(answer.content)) == []


def test_the_profiles_of_the_card_that_it_names_are_read_from_it(server: Server, statement: Json) -> None:
    midwife, shipped = (
        server.person("midwife"),
        f"{server.fhir}/StructureDefinition?_count=200&_elements=url,type",
    )
    read: set[tuple[str, str]] = set()
    while shipped:
        page = midwife.get(shipped.removeprefix(server.fhir)).json()
        rows = [row["resource"] for row in page["entry"]]
        read |= {(row["type"], row["url"]) for row in rows if row["url"].startswith(codes.CANONICAL)}
        shipped = next((link["url"] for link in page["link"] if link["relation"] == "next"), "")
    named = {
        (row["type"], url)
        for row in statement["rest"][0]["resource"]
        for url in row.get("supportedProfile", ())
        if url.startswith(codes.CANONICAL)
    }
    kept = {row.name for row in RESOURCE_TYPES}
    assert named == {row for row in read if row[0] in kept}
    assert ("Observation", f"{codes.CANONICAL}/StructureDefinition/nipt-result") in named


def test_what_it_knows_of_codes(server: Server) -> None:
    answer = server.client.get(f"{server.fhir}/metadata?mode=terminology")
    found = answer.json()
    assert found["resourceType"] == "TerminologyCapabilities"
    assert validate(fhir_json.parse(answer.content)) == []
    harness = server.person("harness", bearer=True)
    for row in found["codeSystem"]:
        looked_up = harness.get(f"/CodeSystem/$lookup?{urlencode({'system': row['uri'], 'code': 'nothing'})}")
        assert looked_up.status_code == 404, (row["uri"], looked_up.text)
        assert "nothing" in outcome(looked_up)


@pytest.mark.parametrize("query", ["mode=full", "mode=normative", "_format=json", "_pretty=true"])
def test_the_statement_by_mode_and_format(query: str, server: Server, statement: Json) -> None:
    answer = server.client.get(f"{server.fhir}/metadata?{query}")
    assert answer.json() == statement
    assert answer.text.startswith("{\n") == ("_pretty" in query)


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [("mode=half", 400, "mode"), ("more=1", 400, "known"), ("_format=xml", 406, "JSON")],
)
def test_it_refuses_as_others_do(query: str, status: int, word: str, server: Server) -> None:
    answer = server.client.get(f"{server.fhir}/metadata?{query}")
    assert answer.status_code == status
    assert word in outcome(answer)


def test_it_names_this_server(statement: Json, server: Server) -> None:
    assert statement["implementation"]["url"] == server.fhir
    assert statement["fhirVersion"] == "4.0.1"
    assert statement["kind"] == "instance"


def test_the_formats(statement: Json, harness: Person, kept: dict[str, Json]) -> None:
    path = path_of(kept["Patient"])
    for name in statement["format"]:
        by_query = harness.get(f"{path}?{urlencode({'_format': name})}")
        assert by_query.headers["content-type"] == "application/fhir+json", name
        if "/" in name:
            assert harness.get(path, Accept=name).status_code == 200
    for name in ("application/fhir+xml", "text/turtle"):
        assert "application/fhir+json" in outcome(harness.get(path, Accept=name))
        assert harness.get(f"{path}?{urlencode({'_format': name})}").status_code == 406


def test_tokens_are_wanted_as_it_says(statement: Json, server: Server) -> None:
    security = statement["rest"][0]["security"]
    assert "DPoP" in security["description"]
    answer = server.client.get(f"{server.fhir}/Patient")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("DPoP ")


def test_browsers_are_let_in_as_it_says(statement: Json, server: Server) -> None:
    asked = {"Origin": "https://portal.example", "Access-Control-Request-Method": "GET"}
    answer = server.client.options(f"{server.fhir}/Patient", headers=asked)
    allowed = answer.headers.get("access-control-allow-origin")
    assert bool(allowed) == statement["rest"][0]["security"]["cors"]


@pytest.mark.parametrize("name", [row.name for row in RESOURCE_TYPES])
def test_conditional_reads(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    path = path_of(kept[name])
    first = harness.get(path)
    tells = claims[name]["conditionalRead"]
    by_tag = harness.get(path, If_None_Match=first.headers["etag"])
    by_time = harness.get(path, If_Modified_Since=first.headers.get("last-modified", ""))
    assert by_tag.status_code == (304 if tells in {"full-support", "not-match"} else 200)
    assert by_time.status_code == (304 if tells in {"full-support", "modified-since"} else 200)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_conditional_create(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    def create() -> httpx.Response:
        return harness.post(f"/{name}", tagged(kept[name], "create"), If_None_Exist=criteria("create"))

    first = create()
    if not claims[name]["conditionalCreate"]:
        assert first.status_code == 400
        return
    second = create()
    assert (first.status_code, second.status_code) == (201, 200), second.text
    assert harness.get(f"/{name}?{criteria('create')}&_total=accurate").json()["total"] == 1


@pytest.mark.parametrize("name", CONDITIONAL)
def test_conditional_update(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    def update() -> httpx.Response:
        return harness.put(f"/{name}?{criteria('update')}", tagged(kept[name], "update"))

    first = update()
    if not claims[name]["conditionalUpdate"]:
        assert first.status_code == 405
        return
    second = update()
    assert (first.status_code, second.status_code) == (201, 200), second.text
    assert first.json()["id"] == second.json()["id"]


@pytest.mark.parametrize("name", CONDITIONAL)
def test_conditional_delete(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    tells, path = claims[name]["conditionalDelete"], f"/{name}?{criteria('delete')}"
    for _ in range(2):
        assert harness.post(f"/{name}", tagged(kept[name], "delete")).status_code == 201
    answer = harness.delete(path)
    assert answer.status_code == {"not-supported": 405, "single": 412, "multiple": 204}[tells], answer.text
    left = harness.get(path).json()["entry"]
    assert len(left) == (0 if tells == "multiple" else 2)


@pytest.mark.parametrize("name", CONDITIONAL)
def test_conditional_patch(
    name: str, claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    """R4 has no flag for it: it goes with patch."""
    assert harness.post(f"/{name}", tagged(kept[name], "patch")).status_code == 201
    path = f"/{name}?{criteria('patch')}"
    answer = harness.request("PATCH", path, PATCH, Content_Type="application/json-patch+json")
    can = "patch" in {one["code"] for one in claims[name]["interaction"]}
    assert answer.status_code == (200 if can else 405), answer.text


@pytest.mark.parametrize("name", CONDITIONAL)
def test_an_update_makes_a_resource_where_it_says_so(
    name: str, claims: dict[str, Json], kept: dict[str, Json], server: Server
) -> None:
    body = {**as_new(kept[name]), "id": f"contract-{name.lower()}"}
    answer = server.person("operator", bearer=True).put(path_of(body), body)
    assert (answer.status_code == 201) == claims[name]["updateCreate"], answer.text


def test_references_are_as_the_policies_say(
    claims: dict[str, Json], kept: dict[str, Json], harness: Person
) -> None:
    def weight(subject: Json, **more: object) -> httpx.Response:
        code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}]}
        body = {"resourceType": "Observation", "status": "final", "code": code, "subject": subject, **more}
        return harness.post("/Observation", body)

    there = {"reference": f"Patient/{kept['Patient']['id']}"}
    assert claims["Observation"]["referencePolicy"] == ["literal", "logical", "enforced", "local"]
    assert weight(there).status_code == 201
    number = {"system": "http://example.org/id", "value": "1"}
    assert weight(there, performer=[{"type": "Organization", "identifier": number}]).status_code == 201
    assert weight({"reference": "Patient/nobody"}).status_code == 422
    device = {"resourceType": "Device", "id": "scale"}
    assert weight(there, contained=[device], device={"reference": "#scale"}).status_code == 201
    assert weight(there, device={"reference": "#scale"}).status_code == 400


def test_versions_are_as_it_says(claims: dict[str, Json], kept: dict[str, Json], harness: Person) -> None:
    assert {row["versioning"] for row in claims.values()} == {"versioned-update"}
    path = path_of(kept["Basic"])
    for name, row in claims.items():
        can = "vread" in {one["code"] for one in row["interaction"]}
        assert row["readHistory"] == can, name
    before = harness.get(path)
    changed = harness.put(path, before.json(), If_Match=before.headers["etag"])
    assert changed.status_code == 200
    assert harness.put(path, before.json(), If_Match=before.headers["etag"]).status_code == 412
    version = before.json()["meta"]["versionId"]
    assert harness.get(f"{path}/_history/{version}").json() == before.json()
