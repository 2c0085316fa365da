"""The terminology operations through HTTP: what midwives' and GPs' systems ask when they fill a form."""

from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.fixtures.resources import Json
from tests.fixtures.server import Person, Server
from tests.operations.artefacts import (
    MAP,
    SYSTEM,
    VALUE_SET,
    a_code_system,
    a_map,
    a_value_set,
    kept,
    parameters,
    values,
)

GENDER = "http://hl7.org/fhir/ValueSet/administrative-gender"
GENDERS = "http://hl7.org/fhir/administrative-gender"


@pytest.fixture(scope="module")
def ids(server: Server) -> dict[str, str]:
    """The artefacts, stored by the operator."""
    operator = server.person("operator")
    return {
        resource["resourceType"]: kept(operator, resource)
        for resource in (a_code_system(), a_value_set(), a_map())
    }


@pytest.fixture
def midwife(server: Server, ids: dict[str, str]) -> Person:
    return server.person("midwife")


def told(answer: httpx.Response) -> Json:
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def contained(answer: httpx.Response) -> dict[str, Any]:
    return {row["code"]: row.get("display") for row in told(answer)["expansion"].get("contains", [])}


def test_a_value_set_by_url_by_id_and_sent_along(midwife: Person, ids: dict[str, str]) -> None:
    expected = {
        "visit": "Besøk", "control": "Svangerskapskontroll", "first": "Første kontroll", "ultrasound": "Ultralyd",
        "old": "Utgått",
    }  # fmt: skip
    assert contained(midwife.get(f"/ValueSet/$expand?url={VALUE_SET}")) == expected
    assert contained(midwife.get(f"/ValueSet/{ids['ValueSet']}/$expand")) == expected
    assert contained(midwife.post("/ValueSet/$expand", parameters(url__Uri=VALUE_SET))) == expected
    sent = a_value_set({"system": SYSTEM, "concept": [{"code": "first"}]}, url="urn:sent")
    assert contained(midwife.post("/ValueSet/$expand", parameters(valueSet=sent))) == {
        "first": "Første kontroll"
    }
    assert contained(midwife.post("/ValueSet/$expand", sent)) == {"first": "Første kontroll"}


def test_an_expansion_says_what_it_is(midwife: Person) -> None:
    answer = told(midwife.get(f"/ValueSet/$expand?url={VALUE_SET}&valueSetVersion=1.0.0&count=2&offset=1"))
    assert answer["resourceType"] == "ValueSet"
    assert (answer["url"], answer["status"]) == (VALUE_SET, "active")
    assert "compose" not in answer
    expansion = answer["expansion"]
    assert (expansion["total"], expansion["offset"]) == (5, 1)
    assert expansion["identifier"].startswith("urn:uuid:")
    assert [row["code"] for row in expansion["contains"]] == ["control", "first"]
    assert expansion["contains"][0]["version"] == "1.0.0"
    said = {row["name"]: row for row in expansion["parameter"]}
    assert said["count"]["valueInteger"] == 2
    assert said["used-codesystem"]["valueUri"] == f"{SYSTEM}|1.0.0"


def test_what_an_expansion_can_be_asked_for(midwife: Person) -> None:
    def expand(query: str) -> httpx.Response:
        return midwife.get(f"/ValueSet/$expand?url={VALUE_SET}&{query}")

    assert contained(expand("filter=kontr")) == {"first": "Første kontroll"}
    assert contained(expand("filter=ante vis")) == {"control": "Svangerskapskontroll"}
    assert "old" not in contained(expand("activeOnly=true"))
    assert "visit" not in contained(expand("excludeNotForUI=true"))
    assert contained(expand("displayLanguage=en"))["control"] == "Antenatal visit"
    assert contained(expand("displayLanguage=nn"))["control"] == "Svangerskapskontroll"
    assert "compose" in told(expand("includeDefinition=true"))
    assert contained(expand("count=0")) == {}
    rows = told(expand("includeDesignations=true"))["expansion"]["contains"]
    assert (
        next(row for row in rows if row["code"] == "control")["designation"][0]["value"] == "Antenatal visit"
    )


def test_what_r4_requires_is_there_without_being_stored(midwife: Person) -> None:
    assert contained(midwife.get(f"/ValueSet/$expand?url={GENDER}"))["female"] == "Female"
    answer = midwife.get(f"/ValueSet/$validate-code?url={GENDER}&system={GENDERS}&code=female&display=Female")
    assert values(told(answer), "result") == [True]


@pytest.mark.parametrize(
    ("query", "result", "message"),
    [
        ("code=control", True, ""),
        ("code=control&display=svangerskapskontroll", True, ""),
        ("code=control&display=Antenatal visit", True, ""),
        ("code=control&display=Ultralyd", False, "no display of control"),
        ("code=nothing", False, "is not in"),
        ("code=visit", False, "only groups"),
        ("code=visit&abstract=true", True, ""),
        ("code=control&systemVersion=1.0.0", True, ""),
        ("code=control&systemVersion=9", False, "in version 1.0.0"),
    ],
)
def test_a_code_in_a_value_set(midwife: Person, query: str, result: bool, message: str) -> None:
    answer = told(midwife.get(f"/ValueSet/$validate-code?url={VALUE_SET}&system={SYSTEM}&{query}"))
    assert values(answer, "result") == [result]
    assert message in "".join(values(answer, "message"))
    if result and "nothing" not in query:
        assert values(answer, "display")


def test_a_coding_and_a_concept_in_a_value_set(midwife: Person, ids: dict[str, str]) -> None:
    coding = {"system": SYSTEM, "code": "first"}
    other = {"system": "urn:other", "code": "first"}
    path = f"/ValueSet/{ids['ValueSet']}/$validate-code"
    assert values(told(midwife.post(path, parameters(coding__Coding=coding))), "result") == [True]
    assert values(told(midwife.post(path, parameters(coding__Coding=other))), "result") == [False]
    both = parameters(codeableConcept__CodeableConcept={"coding": [other, coding]})
    assert values(told(midwife.post(path, both)), "result") == [True]
    neither = parameters(codeableConcept__CodeableConcept={"coding": [other, {**coding, "code": "x"}]})
    answer = told(midwife.post(path, neither))
    assert values(answer, "result") == [False]
    assert values(answer, "message")[0].count("is not in") == 2


def test_a_code_of_a_code_system(midwife: Person, ids: dict[str, str]) -> None:
    def result(query: str) -> list[Any]:
        return values(told(midwife.get(f"/CodeSystem/{query}")), "result")

    assert result(f"$validate-code?url={SYSTEM}&code=control") == [True]
    assert result(f"$validate-code?url={SYSTEM}&code=nothing") == [False]
    assert result(f"{ids['CodeSystem']}/$validate-code?code=first&display=Første kontroll") == [True]
    coding = parameters(coding__Coding={"system": SYSTEM, "code": "first"})
    assert values(told(midwife.post("/CodeSystem/$validate-code", coding)), "result") == [True]


def test_what_is_known_of_a_code(midwife: Person) -> None:
    answer = told(midwife.get(f"/CodeSystem/$lookup?system={SYSTEM}&code=control&displayLanguage=en"))
    assert values(answer, "name") == ["Visits"]
    assert values(answer, "version") == ["1.0.0"]
    assert values(answer, "display") == ["Antenatal visit"]
    assert values(answer, "designation") == [{"language": "en", "value": "Antenatal visit"}]
    known = {row["code"]: row["value"] for row in values(answer, "property")}
    assert known == {
        "definition": "Kontroll hos jordmor eller lege", "parent": "visit", "child": "first", "inactive": False,
        "notSelectable": False, "weeks": 24,
    }  # fmt: skip
    narrow = told(
        midwife.get(f"/CodeSystem/$lookup?system={SYSTEM}&code=control&property=weeks&property=parent")
    )
    assert {row["code"] for row in values(narrow, "property")} == {"weeks", "parent"}
    assert values(narrow, "designation") == []
    coded = parameters(coding__Coding={"system": SYSTEM, "code": "first", "version": "1.0.0"})
    assert values(told(midwife.post("/CodeSystem/$lookup", coded)), "display") == ["Første kontroll"]


@pytest.mark.parametrize(
    ("a", "b", "outcome"),
    [
        ("visit", "first", "subsumes"),
        ("first", "visit", "subsumed-by"),
        ("control", "control", "equivalent"),
        ("control", "ultrasound", "not-subsumed"),
    ],
)
def test_which_code_subsumes_which(
    midwife: Person, ids: dict[str, str], a: str, b: str, outcome: str
) -> None:
    for path in (f"$subsumes?system={SYSTEM}&", f"{ids['CodeSystem']}/$subsumes?"):
        answer = told(midwife.get(f"/CodeSystem/{path}codeA={a}&codeB={b}"))
        assert values(answer, "outcome") == [outcome]
    pair = parameters(
        codingA__Coding={"system": SYSTEM, "code": a}, codingB__Coding={"system": SYSTEM, "code": b}
    )
    assert values(told(midwife.post("/CodeSystem/$subsumes", pair)), "outcome") == [outcome]


def test_what_a_code_is_in_another_system(midwife: Person, ids: dict[str, str]) -> None:
    snomed = codes.SNOMED
    for path in (
        f"$translate?url={MAP}&system={SYSTEM}&code=control",
        f"{ids['ConceptMap']}/$translate?system={SYSTEM}&code=control",
        f"$translate?targetsystem={snomed}&system={SYSTEM}&code=control",
    ):
        answer = told(midwife.get(f"/ConceptMap/{path}"))
        assert values(answer, "result") == [True]
        assert values(answer, "match") == [
            {
                "equivalence": "wider",
                "concept": {"system": snomed, "code": "390906007", "display": "Follow-up encounter"},
                "source": MAP,
            }
        ]
    unmatched = told(midwife.get(f"/ConceptMap/$translate?url={MAP}&system={SYSTEM}&code=old"))
    assert values(unmatched, "result") == [False]
    assert values(unmatched, "match") == [{"equivalence": "unmatched", "source": MAP}]
    nothing = told(midwife.get(f"/ConceptMap/$translate?targetsystem=urn:x&system={SYSTEM}&code=control"))
    assert values(nothing, "result") == [False]
    back = midwife.get(f"/ConceptMap/$translate?url={MAP}&system={snomed}&code=390906007&reverse=true")
    assert values(told(back), "match")[0]["concept"]["code"] == "control"
    assert values(told(back), "match")[0]["equivalence"] == "narrower"


def test_each_answer_stands_in_the_log_with_what_it_was_made_of(
    server: Server, midwife: Person, ids: dict[str, str]
) -> None:
    for path, types in (
        (f"/ValueSet/$expand?url={VALUE_SET}", {"ValueSet", "CodeSystem"}),
        (f"/ValueSet/{ids['ValueSet']}/$expand", {"ValueSet", "CodeSystem"}),
        (f"/CodeSystem/$lookup?system={SYSTEM}&code=first", {"CodeSystem"}),
        (f"/ConceptMap/$translate?url={MAP}&system={SYSTEM}&code=control", {"ConceptMap"}),
        (f"/ConceptMap/$translate?targetsystem={codes.SNOMED}&system={SYSTEM}&code=control", {"ConceptMap"}),
        (f"/ValueSet/$expand?url={GENDER}", set()),
    ):
        answer = midwife.get(path)
        row = server.audit(answer.headers["x-request-id"])
        assert {(entry[0], entry[1]) for entry in row["result"]["shown"]} == {
            (name, ids[name]) for name in types
        }
        assert row["request"]["operation"] == path.partition("?")[0].rpartition("/")[2]


def test_a_proof_is_taken_once(server: Server, midwife: Person) -> None:
    url = f"{server.fhir}/ValueSet/$expand"
    proof = server.issuers.proof("GET", url, server.token(midwife.wish))
    first, second = (midwife.get(f"/ValueSet/$expand?url={GENDER}", DPoP=proof) for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 401)


NOWHERE = "https://example.org/nowhere"
BAD = [
    ("GET", "/ValueSet/$expand", 400, "url"),
    ("GET", f"/ValueSet/$expand?url={NOWHERE}", 404, NOWHERE),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&valueSetVersion=9", 404, "|9"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&url={VALUE_SET}", 400, "url may be given once"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&colour=red", 400, "no parameter colour"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&count=many", 400, "count"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&count=-1", 400, "count"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&offset=99999999999", 400, "offset"),
    ("GET", f"/ValueSet/$expand?url={VALUE_SET}&activeOnly=perhaps", 400, "activeOnly"),
    ("GET", "/ValueSet/$expand?url=no%20uri", 400, "url"),
    ("GET", "/ValueSet/$expand?valueSet=x", 400, "does not fit in a URL"),
    ("GET", "/ValueSet/018f0000-0000-7000-8000-000000000000/$expand", 404, "ValueSet"),
    ("GET", f"/ValueSet/$validate-code?url={VALUE_SET}&code=control", 400, "system"),
    ("GET", f"/ValueSet/$validate-code?url={VALUE_SET}&system={SYSTEM}", 400, "code"),
    ("GET", f"/ValueSet/$validate-code?system={SYSTEM}&code=control", 400, "url"),
    ("GET", "/CodeSystem/$validate-code?code=x", 400, "url"),
    ("GET", f"/CodeSystem/$validate-code?url={NOWHERE}&code=x", 404, NOWHERE),
    ("GET", f"/CodeSystem/$lookup?system={SYSTEM}&code=nothing", 404, "nothing"),
    ("GET", f"/CodeSystem/$lookup?system={codes.SNOMED}&code=1", 404, codes.SNOMED),
    ("GET", f"/CodeSystem/$lookup?system={SYSTEM}", 400, "code"),
    ("GET", "/CodeSystem/$lookup?code=x", 400, "system"),
    ("GET", f"/CodeSystem/$subsumes?system={SYSTEM}&codeA=visit", 400, "codeB"),
    ("GET", f"/CodeSystem/$subsumes?system={SYSTEM}&codeA=visit&codeB=nothing", 404, "nothing"),
    ("GET", "/CodeSystem/$subsumes?codeA=visit&codeB=first", 400, "system"),
    ("GET", f"/ConceptMap/$translate?system={SYSTEM}&code=control", 400, "url"),
    ("GET", f"/ConceptMap/$translate?url={NOWHERE}&system={SYSTEM}&code=control", 404, NOWHERE),
    ("GET", f"/ConceptMap/$translate?url={MAP}&code=control", 400, "system"),
    ("DELETE", "/ValueSet/$expand", 404, ""),
    ("GET", "/ValueSet/$nothing", 404, ""),
]


@pytest.mark.parametrize(("method", "path", "status", "part"), BAD)
def test_bad_questions(midwife: Person, method: str, path: str, status: int, part: str) -> None:
    answer = midwife.request(method, path)
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    assert part in answer.text


def bodies() -> list[Any]:
    code = parameters(url__Uri=VALUE_SET, code__Code="control", system__Uri=SYSTEM)
    return [
        pytest.param(parameters(colour__String="red"), "no parameter colour", id="unknown"),
        pytest.param(parameters(url__Uri=VALUE_SET, code__Boolean=True), "code is code", id="wrong type"),
        pytest.param(parameters(url__Uri=VALUE_SET, code__Code=["a", "b"]), "code may be given once", id="twice"),
        pytest.param(parameters(url__Uri=VALUE_SET), "Give one of code", id="nothing asked"),
        pytest.param(parameters(valueSet=a_code_system()), "valueSet is ValueSet, not CodeSystem", id="wrong resource"),
        pytest.param(code | {"parameter": [*code["parameter"], {"name": "x"}]}, "", id="no value"),
        pytest.param(parameters(coding__Coding={"code": "control"}, url__Uri=VALUE_SET), "system", id="half a Coding"),
        pytest.param({"resourceType": "Patient"}, "takes Parameters, not Patient", id="another resource"),
        pytest.param([], "one resource", id="no resource"),
        pytest.param({"resourceType": "Parameters", "parameter": [{}]}, "name", id="not valid"),
        pytest.param(
            {"resourceType": "Parameters", "parameter": [{"name": "code", "part": [{"name": "x", "valueCode": "y"}]}]},
            "code is code", id="parts",
        ),
    ]  # fmt: skip


@pytest.mark.parametrize(("body", "part"), bodies())
def test_bad_bodies(midwife: Person, body: Any, part: str) -> None:
    answer = midwife.post("/ValueSet/$validate-code", body)
    assert answer.status_code == 400, answer.text
    assert part in answer.text


def test_parameters_stand_in_the_body_or_in_the_url(midwife: Person) -> None:
    body = parameters(url__Uri=VALUE_SET)
    assert midwife.post("/ValueSet/$expand?count=1", body).status_code == 400
    assert midwife.post("/ValueSet/$expand?_format=json", body).status_code == 200
    assert midwife.request("POST", f"/ValueSet/$expand?url={VALUE_SET}").status_code == 200
    answer = midwife.post("/ValueSet/$expand", "x", Content_Type="text/plain")
    assert answer.status_code == 415


def test_what_this_server_does_not_hold_is_said_and_not_guessed(server: Server, midwife: Person) -> None:
    operator = server.person("operator")
    url = "https://example.org/ValueSet/all-of-snomed"
    kept(operator, a_value_set({"system": codes.SNOMED}, url=url))
    for path in (
        f"/ValueSet/$expand?url={url}",
        f"/ValueSet/$validate-code?url={url}&system={codes.SNOMED}&code=77386006",
    ):
        answer = midwife.get(path)
        assert answer.status_code == 422, answer.text
        issue = answer.json()["issue"][0]
        assert issue["code"] == "not-supported"
        assert codes.SNOMED in issue["diagnostics"]
    part = "https://example.org/CodeSystem/part"
    kept(operator, a_code_system(part, content="fragment"))
    assert midwife.get(f"/CodeSystem/$validate-code?url={part}&code=nothing").status_code == 422
    assert midwife.get(f"/CodeSystem/$validate-code?url={part}&code=first").status_code == 200
    grouped = "https://example.org/CodeSystem/grouped"
    kept(operator, a_code_system(grouped, hierarchyMeaning="part-of"))
    assert midwife.get(f"/CodeSystem/$subsumes?system={grouped}&codeA=visit&codeB=first").status_code == 422


def test_no_person_number_is_said_again(server: Server, midwife: Person) -> None:
    from tests.fixtures.resources import new_number

    number = new_number()
    for name, values_ in (
        ("code__Code", {"url__Uri": VALUE_SET, "system__Uri": SYSTEM}),
        ("url__Uri", {"code__Code": "x", "system__Uri": SYSTEM}),
    ):
        answer = midwife.post("/ValueSet/$validate-code", parameters(**{name: number}, **values_))
        assert number not in answer.text
    wrong = {"resourceType": "Parameters", "parameter": [{"name": number, "valueString": "x"}]}
    answer = midwife.post("/ValueSet/$validate-code", wrong)
    assert answer.status_code == 400
    assert number not in answer.text
    assert midwife.get(f"/CodeSystem/$lookup?system={SYSTEM}&code={number}").status_code == 400


def test_a_deleted_value_set_is_gone(server: Server, midwife: Person) -> None:
    operator = server.person("operator")
    id_ = kept(operator, a_value_set(url="urn:gone"))
    assert midwife.get(f"/ValueSet/{id_}/$expand").status_code == 200
    assert operator.delete(f"/ValueSet/{id_}").status_code == 204
    assert midwife.get(f"/ValueSet/{id_}/$expand").status_code == 410
    assert midwife.get("/ValueSet/$expand?url=urn:gone").status_code == 404


@pytest.mark.caller("citizen")
def test_what_is_kept_from_her_is_not_there_for_her(
    server: Server, caller: Person, ids: dict[str, str]
) -> None:
    from tests.fixtures.resources import labelled

    hidden = labelled(a_value_set({"system": SYSTEM}, url="urn:kept-from-her"), codes.NOPAT)
    id_ = kept(server.person("operator"), hidden)
    assert caller.get(f"/ValueSet/{id_}/$expand").status_code == 404
    assert caller.get("/ValueSet/$expand?url=urn:kept-from-her").status_code == 404
    around = a_value_set({"valueSet": ["urn:kept-from-her"]}, url="urn:around")
    assert caller.post("/ValueSet/$expand", around).status_code == 404
    assert server.person("midwife").get("/ValueSet/$expand?url=urn:kept-from-her").status_code == 200
