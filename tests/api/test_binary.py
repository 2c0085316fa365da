"""Binary through HTTP: a file comes and goes as it is, and belongs to somebody. https://hl7.org/fhir/R4/binary.html"""

import base64
from typing import Any

import pytest

from app.fhir import codes
from tests.fixtures.resources import Woman, register
from tests.fixtures.server import Person, Server

PDF = bytes(range(256)) + b"\r\n%%EOF"
FHIR = "application/fhir+json"


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife)


def sent(
    person: Person, woman: Woman, content: bytes = PDF, kind: str = "application/pdf", **headers: str
) -> Any:
    headers = {"Content_Type": kind, "X_Security_Context": woman.reference} | headers
    return person.post("/Binary", content, **headers)


def path(answer: Any) -> str:
    assert answer.status_code == 201, answer.text
    return f"/Binary/{answer.json()['id']}"


@pytest.mark.parametrize(
    "kind",
    ["application/pdf", "text/plain; charset=iso-8859-1", "application/json", "text/html", "image/svg+xml"],
)
def test_a_file_comes_back_as_it_was_sent(midwife: Person, woman: Woman, kind: str) -> None:
    answer = midwife.get(path(sent(midwife, woman, kind=kind)))
    assert answer.status_code == 200
    assert answer.content == PDF
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "accept" in answer.headers["vary"].lower()
    assert answer.headers["etag"] == 'W/"1"'


def test_what_is_stored_is_a_binary_of_hers(server: Server, midwife: Person, woman: Woman) -> None:
    created = sent(midwife, woman)
    stored = created.json()
    assert {name: stored[name] for name in ("resourceType", "contentType", "securityContext")} == {
        "resourceType": "Binary",
        "contentType": "application/pdf",
        "securityContext": {"reference": woman.reference},
    }
    assert base64.b64decode(stored["data"]) == PDF
    assert created.headers["location"].endswith(f"/Binary/{stored['id']}/_history/1")
    her = server.person("citizen", person=woman.number)
    assert her.get(path(created)).content == PDF
    assert server.person("midwife", key="midwife-b").get(path(created)).status_code == 404


@pytest.mark.parametrize(
    "wish", [{"Accept": FHIR}, {"Accept": f"text/html, {FHIR};q=0.9"}, {"query": "?_format=json"}]
)
def test_fhirs_own_type_gives_the_resource(midwife: Person, woman: Woman, wish: dict[str, str]) -> None:
    where = path(sent(midwife, woman)) + wish.pop("query", "")
    answer = midwife.get(where, **wish)
    assert answer.headers["content-type"] == FHIR
    assert answer.json()["data"] == base64.b64encode(PDF).decode()


@pytest.mark.parametrize("accept", ["*/*", "application/pdf", "application/json", "image/png"])
def test_any_other_type_gives_the_file(midwife: Person, woman: Woman, accept: str) -> None:
    answer = midwife.get(path(sent(midwife, woman)), Accept=accept)
    assert (answer.status_code, answer.content) == (200, PDF)


def test_versions_head_and_conditional_reads(midwife: Person, woman: Woman) -> None:
    where = path(sent(midwife, woman))
    changed = midwife.put(where, b"to", Content_Type="text/plain", X_Security_Context=woman.reference)
    assert changed.status_code == 200, changed.text
    assert midwife.get(where).content == b"to"
    assert midwife.get(f"{where}/_history/1").content == PDF
    assert midwife.get(f"{where}/_history/2", Accept=FHIR).json()["contentType"] == "text/plain"
    assert midwife.get(where, If_None_Match='W/"2"').status_code == 304
    head = midwife.request("HEAD", where)
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "text/plain")
    stale = midwife.put(
        where, b"tre", Content_Type="text/plain", X_Security_Context=woman.reference, If_Match='W/"1"'
    )
    assert stale.status_code == 412


def test_a_resource_is_still_a_resource(midwife: Person, woman: Woman) -> None:
    body = {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": {"reference": woman.reference},
        "data": base64.b64encode("blåbær".encode()).decode(),
    }
    created = midwife.post("/Binary", body)
    assert midwife.get(path(created)).text == "blåbær"
    found = midwife.get(f"/Binary?_id={created.json()['id']}").json()
    assert found["entry"][0]["resource"]["data"] == body["data"]


@pytest.mark.parametrize(
    ("headers", "content", "status", "words"),
    [
        ({"X_Security_Context": ""}, PDF, 400, "X-Security-Context"),
        ({"X_Security_Context": "Patient/none"}, PDF, 403, "no such woman"),
        ({"X_Security_Context": "tull"}, PDF, 403, "no such woman"),
        ({"Content_Type": "tull"}, PDF, 400, "Content-Type"),
        ({"Content_Type": ""}, PDF, 400, "Content-Type"),
        ({}, b"", 400, "nothing in the body"),
    ],
)
def test_what_is_missing_is_said(
    midwife: Person, woman: Woman, headers: dict[str, str], content: bytes, status: int, words: str
) -> None:
    answer = sent(midwife, woman, content, **headers)
    assert answer.status_code == status, answer.text
    assert words in answer.text
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_file_too_large_is_refused_and_the_largest_is_kept(
    server: Server, midwife: Person, woman: Woman
) -> None:
    limit = server.settings.max_body
    assert sent(midwife, woman, b"x" * (limit + 1)).status_code == 413
    largest = sent(midwife, woman, b"x" * limit, Prefer="return=minimal")
    assert largest.status_code == 201
    where = largest.headers["location"].partition("/fhir")[2].partition("/_history")[0]
    assert midwife.get(where).content == b"x" * limit


def test_a_number_in_the_security_context_is_refused(midwife: Person, woman: Woman) -> None:
    answer = sent(midwife, woman, X_Security_Context=f"Patient/{woman.number}")
    assert answer.status_code in {403, 422}
    assert woman.number not in answer.text


def test_a_type_that_no_header_can_hold_is_told_as_bytes(server: Server, woman: Woman) -> None:
    """FHIR lets contentType be any text; a header may not."""
    body = {"resourceType": "Binary", "contentType": "tekst/ærlig☃", "data": base64.b64encode(PDF).decode()}
    harness = server.person("harness")
    answer = harness.get(path(harness.post("/Binary", body)))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.content == PDF


def test_without_data_the_file_is_empty(server: Server) -> None:
    harness = server.person("harness")
    answer = harness.get(
        path(harness.post("/Binary", {"resourceType": "Binary", "contentType": "text/plain"}))
    )
    assert (answer.status_code, answer.content) == (200, b"")


def test_refusals_stay_outcomes_and_what_is_deleted_is_gone(midwife: Person, woman: Woman) -> None:
    where = path(sent(midwife, woman))
    assert midwife.delete(where).status_code == 204
    gone = midwife.get(where, Accept="application/pdf")
    assert gone.status_code == 410
    assert gone.json()["resourceType"] == "OperationOutcome"


def test_reading_a_file_is_logged(server: Server, midwife: Person, woman: Woman) -> None:
    where = path(sent(midwife, woman))
    answer = midwife.get(where)
    shown = server.audit(answer.headers["x-request-id"])["result"]["shown"]
    assert [entry[:2] for entry in shown] == [["Binary", where.rpartition("/")[2]]]


def test_a_file_about_a_document_that_is_kept_from_her(server: Server, midwife: Person, woman: Woman) -> None:
    document = {
        "resourceType": "DocumentReference",
        "meta": {"security": [{"system": codes.ACT_CODE, "code": codes.NOPAT}]},
        "status": "current",
        "subject": {"reference": woman.reference},
        "content": [{"attachment": {"contentType": "text/plain"}}],
    }
    id_ = midwife.post("/DocumentReference", document).json()["id"]
    where = path(sent(midwife, woman, X_Security_Context=f"DocumentReference/{id_}"))
    assert midwife.get(where).content == PDF
    assert server.person("citizen", person=woman.number).get(where).status_code == 404
