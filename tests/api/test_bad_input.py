"""Bad input gets its status and an OperationOutcome that names element and reason; nothing is half-stored."""

import contextlib
import json

import pytest
from helsekort_sandbox.people import check_digits

from app.fhir import codes
from tests.fixtures.resources import (
    Woman,
    a_patient,
    a_transaction,
    a_weight,
    an_episode,
    concept,
    entry,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server


def _of_real_form() -> str:
    """A number that passes every check and has no synthetic month; born in 2039, so that it is nobody's."""
    for individual in range(500, 1000):
        digits = f"311239{individual}"
        with contextlib.suppress(ValueError):
            return digits + check_digits(digits)
    raise AssertionError


REAL_FORM = _of_real_form()


@pytest.fixture(scope="module")
def woman(server: Server) -> Woman:
    return register(server.person("midwife"))


def _issue(answer) -> dict:
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome", body
    return body["issue"][0]


def _count(server: Server) -> int:
    return int(server.database.rows("SELECT count(*) FROM resource")[0])


def _observation(woman: Woman, **changed) -> bytes:
    return json.dumps({**a_weight(woman.reference), **changed}).encode()


BODIES = [
    pytest.param(b'{"resourceType":"Observation",', 400, "structure", "", id="not JSON"),
    pytest.param(b"\xff\xfe", 400, "structure", "", id="not UTF-8"),
    pytest.param(
        b'{"resourceType":"Observation","status":"final","status":"final"}',
        400,
        "structure",
        "",
        id="duplicate key",
    ),
    pytest.param(b"[" * 100_000, 400, "structure", "", id="too deep"),
    pytest.param(b'{"resourceType":"Patient"}', 400, "invalid", "resourceType", id="another type"),
    pytest.param(b"[]", 400, "structure", "", id="no object"),
]


@pytest.mark.parametrize(("body", "status", "code", "element"), BODIES)
def test_a_body_that_cannot_be_read(
    server: Server, caller: Person, body: bytes, status: int, code: str, element: str
) -> None:
    before = _count(server)
    answer = caller.post("/Observation", body)
    assert answer.status_code == status
    issue = _issue(answer)
    assert issue["code"] == code
    assert not element or issue["expression"] == [element]
    assert _count(server) == before


CHANGES = [
    pytest.param({"foo": 1}, 400, "Observation.foo", id="unknown element"),
    pytest.param({"status": 5}, 400, "Observation.status", id="wrong type"),
    pytest.param({"status": None}, 400, "Observation.status", id="null"),
    pytest.param({"code": {}}, 400, "Observation.code", id="empty object"),
    pytest.param({"component": []}, 400, "Observation.component", id="empty array"),
    pytest.param({"status": "done"}, 400, "Observation.status", id="code outside a required binding"),
    pytest.param({"effectiveDateTime": "2026-02-30"}, 400, "Observation.effective", id="a date that does not exist"),
    pytest.param({"valueString": "x"}, 400, "Observation.value", id="two values"),
    pytest.param({"encounter": {"reference": "Encounter/nowhere"}}, 422, "Observation.encounter.reference", id="nowhere"),
    pytest.param({"encounter": {"reference": "Spaceship/1"}}, 422, "Observation.encounter", id="unknown type"),
    pytest.param({"performer": [{"reference": "urn:uuid:0aa3a4f5-7c5b-4a26-9c51-4c1f0c1d5a51"}]}, 422, "Observation.performer[0].reference", id="urn outside a bundle"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "status", "element"), CHANGES)
def test_a_resource_that_breaks_fhir(
    server: Server, caller: Person, woman: Woman, change: dict, status: int, element: str
) -> None:
    before = _count(server)
    answer = caller.post("/Observation", _observation(woman, **change))
    assert answer.status_code in {status, 400}, answer.text
    expressions = [where for issue in answer.json()["issue"] for where in issue.get("expression", [])]
    assert any(where.startswith(element) for where in expressions), answer.text
    assert _count(server) == before


def test_a_missing_required_element_is_named(caller: Person, woman: Woman) -> None:
    body = {"resourceType": "Observation", "subject": {"reference": woman.reference}}
    answer = caller.post("/Observation", body)
    assert answer.status_code == 400
    texts = " ".join(issue["diagnostics"] for issue in answer.json()["issue"])
    assert "status" in texts
    assert "code" in texts


@pytest.mark.parametrize(
    ("system", "number"),
    [
        (codes.FNR, f"{REAL_FORM[:-1]}{(int(REAL_FORM[-1]) + 1) % 10}"),
        (codes.FNR, REAL_FORM),
        (codes.FNR, "123"),
        (codes.ORGNR, "123456789"),
    ],
)
def test_a_bad_identity_number_is_refused_and_not_repeated(caller: Person, system: str, number: str) -> None:
    patient = {**a_patient(), "identifier": [{"system": system, "value": number}]}
    answer = caller.post("/Patient", patient)
    assert answer.status_code == 422
    assert _issue(answer)["expression"] == ["Patient.identifier[0].value"]
    assert number not in answer.text


def test_real_numbers_are_refused_from_the_harness_too(server: Server) -> None:
    patient = {**a_patient(), "identifier": [{"system": codes.FNR, "value": REAL_FORM}]}
    assert server.person("harness", bearer=True).post("/Patient", patient).status_code == 422


@pytest.mark.parametrize(
    "path", ["/Patient/{}", "/Patient?identifier={}", "/Patient?name=a&x={}", "/Patient/1/_history/{}"]
)
def test_a_person_number_in_a_url_is_refused_and_logged_nowhere(
    server: Server, caller: Person, path: str
) -> None:
    number = new_number()
    answer = caller.get(path.format(number))
    assert answer.status_code == 400
    assert "_search" in answer.text
    assert number not in answer.text
    row = server.audit(answer.headers["x-request-id"])
    assert number not in json.dumps(row)


def test_a_person_number_in_an_entrys_url_is_refused(caller: Person) -> None:
    body = {
        "resourceType": "Bundle",
        "type": "batch",
        "entry": [{"request": {"method": "GET", "url": f"Patient?identifier={new_number()}"}}],
    }
    assert caller.post("", body).status_code == 400


def test_a_second_open_card_is_refused(server: Server, caller: Person, woman: Woman) -> None:
    before = _count(server)
    answer = caller.post("/EpisodeOfCare", an_episode(woman.reference))
    assert answer.status_code == 409
    assert _issue(answer)["expression"] == ["EpisodeOfCare.patient"]
    assert _count(server) == before


def test_a_second_patient_with_her_number_is_refused(caller: Person, woman: Woman) -> None:
    answer = caller.post("/Patient", a_patient(woman.number))
    assert answer.status_code == 409
    assert woman.number not in answer.text


def test_a_stale_if_match_is_refused(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    path = f"/Observation/{made['id']}"
    assert caller.put(path, made, If_Match='W/"1"').status_code == 200
    answer = caller.put(path, made, If_Match='W/"1"')
    assert answer.status_code == 412
    assert caller.get(path).json()["meta"]["versionId"] == "2"
    assert caller.put(path, made, If_Match="three").status_code == 400


def test_a_patient_outside_the_pilot_is_refused(caller: Person) -> None:
    coding = {"system": "https://register.geonorge.no/x", "code": "0301"}
    district = {"extension": [{"url": codes.EXT_MUNICIPALITY, "valueCoding": coding}]}
    answer = caller.post("/Patient", a_patient(address=[{"district": "Oslo", "_district": district}]))
    assert answer.status_code == 422
    assert _issue(answer)["expression"] == ["Patient.address[0].district"]


def test_a_body_over_the_limit_is_refused(caller: Person) -> None:
    answer = caller.post("/Observation", b'{"a":"' + b"x" * 2_000_001 + b'"}')
    assert answer.status_code == 413
    assert _issue(answer)["code"] == "too-long"


def test_a_bundle_with_too_many_entries_is_refused(caller: Person, woman: Woman) -> None:
    answer = caller.post("", a_transaction(*(entry(a_weight(woman.reference)) for _ in range(301))))
    assert answer.status_code == 413


def test_a_transaction_with_one_bad_entry_stores_nothing(
    server: Server, caller: Person, woman: Woman
) -> None:
    before = _count(server)
    bad = a_weight(woman.reference, encounter={"reference": "Encounter/nowhere"})
    answer = caller.post("", a_transaction(entry(a_weight(woman.reference)), entry(bad)))
    assert answer.status_code == 422
    assert "Bundle.entry[1]" in _issue(answer)["diagnostics"]
    assert _count(server) == before


def test_one_resource_named_twice_in_a_transaction_is_refused(caller: Person, woman: Woman) -> None:
    made = caller.post("/Observation", a_weight(woman.reference)).json()
    twice = [entry(made, method="PUT", url=f"Observation/{made['id']}") for _ in range(2)]
    assert caller.post("", a_transaction(*twice)).status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/Spaceship/1", {}, 404),
        ("GET", "/Patient/none", {}, 404),
        ("GET", "/Observation?colour=blue", {}, 400),
        ("GET", "/Observation?date=yesterday", {}, 400),
        ("GET", "/Observation?_cursor=abc", {}, 400),
        ("PATCH", "/AuditEvent/1", {"Content_Type": "application/json-patch+json"}, 405),
        ("POST", "/AuditEvent", {}, 405),
        ("PROPFIND", "/Patient/1", {}, 405),
        ("GET", "/Patient/1/$nothing", {}, 404),
        ("GET", "/Patient/1", {"Accept": "text/csv"}, 406),
        ("GET", "/Patient/1/_history/x", {}, 404),
    ],
)
def test_requests_that_lead_nowhere(
    caller: Person, method: str, path: str, headers: dict, status: int
) -> None:
    body = {"resourceType": "AuditEvent"} if method == "POST" else None
    answer = caller.request(method, path, body, **headers)
    assert answer.status_code == status, answer.text
    assert _issue(answer)["severity"] == "error"


def test_a_body_that_is_not_json_by_its_type_is_refused(caller: Person) -> None:
    assert caller.post("/Observation", b"<x/>", Content_Type="application/fhir+xml").status_code == 415


def test_a_clinicians_organisation_outside_the_pilot_has_no_role(server: Server) -> None:
    answer = server.person("midwife", organization="310009999").get("/Patient")
    assert answer.status_code == 403


def test_update_of_an_id_that_is_free_and_of_one_that_is_hidden_answer_alike(
    server: Server, woman: Woman
) -> None:
    mine = server.person("midwife").post("/Observation", a_weight(woman.reference)).json()
    stranger = server.person("midwife", key="midwife-b")
    other = register(stranger)
    answers = [
        stranger.put(f"/Observation/{id_}", {**a_weight(other.reference), "id": id_})
        for id_ in (mine["id"], "free")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    texts = [answer.text.replace(mine["id"], "*").replace("free", "*") for answer in answers]
    assert texts[0] == texts[1]


def test_the_same_error_for_a_woman_who_is_not_there_and_one_without_relation(
    server: Server, woman: Woman
) -> None:
    stranger = server.person("gp", key="gp-b")
    answers = [stranger.post("/Observation", a_weight(f"Patient/{id_}")) for id_ in (woman.id, "nobody")]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].text.replace(woman.id, "*") == answers[1].text.replace("nobody", "*")


def test_an_unforeseen_body_never_gives_a_500(server: Server, caller: Person, woman: Woman) -> None:
    shapes = [b"null", b"1", b'"x"', b"{}", b'{"resourceType":null}', b'{"resourceType":["Observation"]}']
    shapes += [
        _observation(woman, **{name: value})
        for name in ("code", "subject", "component", "meta", "id", "text", "extension", "contained")
        for value in (1, "x", [1], {"a": 1}, [[]], True)
        if (name, value) != ("id", "x")  # which create ignores
    ]
    for shape in shapes:
        answer = caller.post("/Observation", shape)
        assert answer.status_code in {400, 403, 422}, (shape, answer.text)
    for shape in (
        b"null",
        b"[]",
        b'{"resourceType":"Bundle"}',
        b'{"resourceType":"Bundle","type":"batch","entry":[1]}',
        b'{"resourceType":"Bundle","type":"transaction","entry":[{"request":{"method":"POST","url":"Observation"}}]}',
        b'{"resourceType":"Bundle","type":"transaction","entry":{"a":1}}',
    ):
        assert caller.post("", shape).status_code == 400, shape


def test_codes_of_conditions_do_not_break_the_store(caller: Person, woman: Woman) -> None:
    condition = {
        "resourceType": "Condition",
        "subject": {"reference": woman.reference},
        "code": concept(codes.SNOMED, codes.DIABETES_GESTATIONAL),
        "verificationStatus": concept(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"
        ),
    }
    assert caller.post("/Condition", condition).status_code == 201


def test_her_identity_number_is_not_changed_by_an_update(caller: Person, woman: Woman) -> None:
    patient = caller.get(f"/{woman.reference}").json()
    changed = {**patient, "identifier": [{"system": codes.FNR, "value": new_number()}]}
    answer = caller.put(f"/{woman.reference}", changed)
    assert answer.status_code == 422
    assert _issue(answer)["expression"] == ["Patient.identifier"]
    assert caller.put(f"/{woman.reference}", {**patient, "gender": "female"}).status_code == 200


def test_a_person_number_does_not_stand_in_the_register_of_personnel(server: Server) -> None:
    doctor = {"resourceType": "Practitioner", "identifier": [{"system": codes.FNR, "value": new_number()}]}
    answer = server.person("operator").post("/Practitioner", doctor)
    assert answer.status_code == 422
