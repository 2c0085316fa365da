"""Writes are held to the card's profiles and ranges, over HTTP: refused with the element named, or stored with a warning."""

from typing import Any

import pytest

from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    a_transaction,
    a_weight,
    an_observation,
    entry,
    quantity,
    register,
)
from tests.fixtures.server import Person, Server
from tests.operations.test_validate import asked, issues

CANONICAL = "https://helsekort.example/fhir/StructureDefinition"
OUTCOME = "return=OperationOutcome"


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife)


def measured(code: str, value: float, unit: str) -> Json:
    return {"code": code, "valueQuantity": quantity(value, unit)}


REFUSED: list[tuple[str, Json, str, str]] = [
    ("a fundal height of 300 cm", measured("11881-0", 300, "cm"), "Observation.value", "0 to 80 cm"),
    ("a weight in mmHg", measured("29463-7", 70, "mm[Hg]"), "Observation.value", "g, kg"),
    (
        "a due date in two years",
        {"code": "11778-8", "valueDateTime": "2099-01-01"},
        "Observation.value",
        "310",
    ),
    (
        "a last period in the future",
        {"code": "8665-2", "valueDateTime": "2099-01-01"},
        "Observation.value",
        "after",
    ),
    ("week 45", measured("49052-4", 315, "d"), "Observation.value", "0 to 314 d"),
    ("NIPT without order", {"code": "77011-5", "valueString": "negativ"}, "Observation", "basedOn"),
    ("a weight that is text", {"code": "29463-7", "valueString": "70"}, "Observation.value", "Quantity"),
]


@pytest.mark.parametrize(("what", "parts", "where", "allowed"), REFUSED, ids=[row[0] for row in REFUSED])
def test_what_cannot_be_is_refused_alone_and_in_a_transaction(
    midwife: Person, woman: Woman, what: str, parts: Json, where: str, allowed: str
) -> None:
    body = an_observation(woman.reference, **parts)
    alone = midwife.post("/Observation", body)
    together = midwife.post("", a_transaction(entry(a_weight(woman.reference)), entry(body)))
    for answer in (alone, together):
        assert answer.status_code == 422, answer.text
        rows = answer.json()["issue"]
        assert where in {place for row in rows for place in row["expression"]}
        assert any(allowed in row["diagnostics"] for row in rows)
    assert "Bundle.entry[1]: " in together.text
    told = issues(midwife.post("/Observation/$validate", asked(body, mode="create")))
    assert [row["diagnostics"] for row in told] == [row["diagnostics"] for row in alone.json()["issue"]]


def test_a_pressure_that_is_reversed_is_refused(midwife: Person, woman: Woman) -> None:
    answer = midwife.post("/Observation", a_blood_pressure(woman.reference, 90, 140))
    assert answer.status_code == 422
    assert [row["expression"] for row in answer.json()["issue"]] == [["Observation.component"]]


def test_an_emergency_is_stored_warned_of_and_found_by_the_rules(midwife: Person, server: Server) -> None:
    woman = register(midwife)
    answer = midwife.post("/Observation", a_blood_pressure(woman.reference, 270, 165), Prefer=OUTCOME)
    assert answer.status_code == 201, answer.text
    rows = answer.json()["issue"]
    assert [row["severity"] for row in rows] == ["information", "warning", "warning"]
    assert "60 to 260" in rows[1]["diagnostics"]
    assert rows[1]["expression"] == ["Observation.component[0].value"]
    card = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").json()
    assert "severe-hypertension" in str(card)
    told = issues(midwife.post("/Observation/$validate", asked(a_blood_pressure(woman.reference, 270, 165))))
    assert [row["severity"] for row in told] == ["warning", "warning"]


def test_validate_by_a_profile_that_is_named(midwife: Person, woman: Woman) -> None:
    def said(profile: str, resource: Any) -> list[tuple[str, str]]:
        body = asked(resource, profile=f"{CANONICAL}/{profile}", mode="profile")
        rows = issues(midwife.post("/Observation/$validate", body))
        return [(row["severity"], row["expression"][0]) for row in rows if row["severity"] == "error"]

    assert said("body-weight", a_weight(woman.reference)) == []
    assert said("body-weight|0.1.0", a_weight(woman.reference)) == []
    assert said("fundal-height", a_weight(woman.reference)) == [
        ("error", "Observation.code"), ("error", "Observation.value"),
    ]  # fmt: skip
    assert said("consultation", a_weight(woman.reference)) == [("error", "profile")]
    assert said("body-weight|7", a_weight(woman.reference)) == [("error", "profile")]


def test_a_profile_that_is_claimed_is_held_to(midwife: Person, woman: Woman) -> None:
    claims = a_weight(woman.reference, meta={"profile": [f"{CANONICAL}/fundal-height"]})
    assert midwife.post("/Observation", claims).status_code == 422
    right = a_weight(woman.reference, meta={"profile": [f"{CANONICAL}/body-weight"]})
    assert midwife.post("/Observation", right).status_code == 201


def test_answers_that_do_not_fit_the_questionnaire_are_refused(server: Server, midwife: Person) -> None:
    woman = register(midwife)
    her = server.person("citizen", person=woman.number)
    base = "https://helsekort.example/fhir"
    coding = {"system": f"{base}/CodeSystem/birth-plan", "code": "no"}
    needed = {"linkId": "language.interpreter", "answer": [{"valueCoding": coding}]}
    body = {
        "resourceType": "QuestionnaireResponse", "status": "completed", "subject": {"reference": woman.reference},
        "questionnaire": f"{base}/Questionnaire/birth-plan-nn", "item": [{"linkId": "language", "item": [needed]}],
    }  # fmt: skip
    assert her.post("/QuestionnaireResponse", body).status_code == 201
    needed["answer"] = [{"valueCoding": coding | {"code": "nei"}}]
    answer = her.post("/QuestionnaireResponse", body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["issue"][0]["expression"] == [
        "QuestionnaireResponse.item[0].item[0].answer[0].value"
    ]
    assert "yes, no, unsure" in answer.json()["issue"][0]["diagnostics"]


def test_the_terminology_of_the_card_is_asked_for(midwife: Person) -> None:
    base = "https://helsekort.example/fhir"
    expanded = midwife.get(f"/ValueSet/$expand?url={base}/ValueSet/visit-types").json()
    assert len(expanded["expansion"]["contains"]) == 5
    looked = midwife.get(f"/CodeSystem/$lookup?system={base}/CodeSystem/birth-plan&code=water").json()
    assert "Badekar" in str(looked)
    query = f"url={base}/ConceptMap/nlk-loinc&system=urn:oid:2.16.578.1.12.4.1.1.7280&code=NPU19763"
    assert "2276-4" in str(midwife.get(f"/ConceptMap/$translate?{query}").json())


VOLVEN = "urn:oid:2.16.578.1.12.4.1.1."


def listed(number: str, code: str) -> Json:
    return {"coding": [{"system": f"{VOLVEN}{number}", "code": code}]}


def test_codes_of_norwegian_lists_are_held_to_them(server: Server, midwife: Person, woman: Woman) -> None:
    """Volven 8340 of a strip, 9060 of personnel, 9602 of a document: one that is listed is stored, another is refused."""

    def strip(code: str) -> Json:
        return an_observation(woman.reference, "20454-5", valueCodeableConcept=listed("8340", code))

    def personnel(code: str) -> Json:
        return {"resourceType": "Practitioner", "qualification": [{"code": listed("9060", code)}]}

    def document(code: str) -> Json:
        content = [{"attachment": {"url": "https://helsestasjon.example/kort.pdf"}}]
        subject = {"reference": woman.reference}
        return {
            "resourceType": "DocumentReference", "status": "current", "type": listed("9602", code), "subject": subject, "content": content,
        }  # fmt: skip

    operator = server.person("operator")
    for writer, made, known, other, says in (
        (midwife, strip, "T049", "T999", "hk-strip"),
        (operator, personnel, "JO", "HJ", "hk-profession"),
        (midwife, document, "F04-2", "F04-9", "Volven 9602"),
    ):
        path = f"/{made(known)['resourceType']}"
        assert writer.post(path, made(known)).status_code == 201
        refused = writer.post(path, made(other))
        assert (refused.status_code, says in refused.text) == (422, True), refused.text
    for number, code, display in (
        ("8340", "T049", "2+"),
        ("9060", "JO", "Jordmor"),
        ("9602", "F04-2", "Svangerskap og fødsel"),
    ):
        named = midwife.get(f"/CodeSystem/$lookup?system={VOLVEN}{number}&code={code}").json()
        assert {"name": "display", "valueString": display} in named["parameter"]
    unlisted = midwife.get(f"/CodeSystem/$validate-code?url={VOLVEN}9060&code=HJ").json()
    assert {"name": "result", "valueBoolean": False} in unlisted["parameter"]
