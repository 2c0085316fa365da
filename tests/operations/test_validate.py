"""``$validate``: the same words as the write itself, nothing stored, and nothing told that the write would not tell."""

import json
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.access.world import NOBODY, stored
from tests.fixtures.resources import (
    Json,
    Woman,
    a_patient,
    a_weight,
    an_allergy,
    labelled,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server

BASE = "http://hl7.org/fhir/StructureDefinition"


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife, contact=[{"name": {"text": "Jonas"}}])


def asked(resource: Any = None, **values: str) -> Json:
    rows: list[Json] = [] if resource is None else [{"name": "resource", "resource": resource}]
    kinds = {"mode": "valueCode", "profile": "valueUri"}
    rows += [{"name": name, kinds[name]: value} for name, value in values.items()]
    return {"resourceType": "Parameters", **({"parameter": rows} if rows else {})}


def issues(answer: httpx.Response) -> list[Json]:
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["resourceType"] == "OperationOutcome"
    found: list[Json] = body["issue"]
    return found


def texts(answer: httpx.Response) -> list[str]:
    return [row["diagnostics"] for row in issues(answer) if row["severity"] in {"error", "fatal"}]


def count(server: Server) -> str:
    return server.database.rows(
        "SELECT (SELECT count(*) FROM resource) || '/' || (SELECT count(*) FROM resource_version)"
        " || '/' || (SELECT sum(version) FROM resource)"
    )[0]


@pytest.mark.parametrize("mode", ["", "create", "profile"])
def test_a_valid_resource(server: Server, midwife: Person, woman: Woman, mode: str) -> None:
    before = count(server)
    body = asked(a_weight(woman.reference), **({"mode": mode} if mode else {}))
    found = issues(midwife.post("/Observation/$validate", body))
    assert [(row["severity"], row["code"]) for row in found] == [("information", "informational")]
    assert count(server) == before


def test_the_resource_itself_may_be_the_body(midwife: Person, woman: Woman) -> None:
    assert texts(midwife.post("/Observation/$validate", a_weight(woman.reference))) == []
    broken = a_weight(woman.reference) | {"status": "done", "foo": 1}
    found = issues(midwife.post("/Observation/$validate", broken))
    places = {where for row in found for where in row.get("expression", [])}
    assert {"Observation.status", "Observation.foo"} <= places


WRONG: list[tuple[str, Json]] = [
    ("a code outside the binding", {"status": "done"}),
    ("an unknown element", {"foo": 1}),
    ("a missing element", {"code": None}),
    ("a date that is none", {"effectiveDateTime": "2026-02-30"}),
    ("a reference that leads nowhere", {"encounter": {"reference": f"Encounter/{NOBODY}"}}),
    ("a type that is not kept", {"encounter": {"reference": "Spaceship/1"}}),
    ("a woman who is not here", {"subject": {"reference": f"Patient/{NOBODY}"}}),
]


@pytest.mark.parametrize(("what", "change"), WRONG, ids=[row[0] for row in WRONG])
def test_it_says_what_the_write_says(
    server: Server, midwife: Person, woman: Woman, what: str, change: Json
) -> None:
    before = count(server)
    body = {name: value for name, value in (a_weight(woman.reference) | change).items() if value is not None}
    told = texts(midwife.post("/Observation/$validate", asked(body, mode="create")))
    refused = midwife.post("/Observation", body)
    assert refused.status_code in {400, 403, 422}
    assert told == [row["diagnostics"] for row in refused.json()["issue"]]
    assert count(server) == before


def test_an_update(server: Server, midwife: Person, woman: Woman) -> None:
    id_ = stored(midwife, a_weight(woman.reference))
    other = register(midwife)
    path, before = f"/Observation/{id_}/$validate", count(server)
    good = a_weight(woman.reference, 71) | {"id": id_}
    assert texts(midwife.post(path, asked(good, mode="update"))) == []
    assert "id in the body" in texts(midwife.post(path, asked(good | {"id": "x"}, mode="update")))[0]
    moved = a_weight(other.reference) | {"id": id_}
    assert "another woman" in texts(midwife.post(path, asked(moved, mode="update")))[0]
    assert "patient" not in midwife.get(f"/Observation/{id_}").json()
    assert count(server) == before
    assert midwife.get(f"/Observation/{id_}").json()["meta"]["versionId"] == "1"


def test_a_deletion(server: Server, midwife: Person, woman: Woman) -> None:
    id_ = stored(midwife, a_weight(woman.reference))
    assert texts(midwife.post(f"/Observation/{id_}/$validate", asked(mode="delete"))) == []
    assert texts(midwife.get(f"/Observation/{id_}/$validate?mode=delete")) == []
    assert midwife.get(f"/Observation/{id_}").status_code == 200
    stored(midwife, a_weight(woman.reference, derivedFrom=[{"reference": f"Observation/{id_}"}]))
    told = texts(midwife.post(f"/Observation/{id_}/$validate", asked(mode="delete")))
    refused = midwife.delete(f"/Observation/{id_}")
    assert told == [row["diagnostics"] for row in refused.json()["issue"]]


def test_what_is_stored(server: Server, midwife: Person, woman: Woman) -> None:
    id_ = stored(midwife, an_allergy(woman.reference))
    for path in (f"/AllergyIntolerance/{id_}/$validate", f"/AllergyIntolerance/{id_}/$validate?mode=profile"):
        answer = midwife.get(path)
        assert texts(answer) == []
        row = server.audit(answer.headers["x-request-id"])
        assert [entry[:2] for entry in row["result"]["shown"]] == [["AllergyIntolerance", id_]]
    assert midwife.get(f"/AllergyIntolerance/{NOBODY}/$validate").status_code == 404


def test_profiles_that_are_not_held_are_named(midwife: Person, woman: Woman) -> None:
    resource = a_weight(woman.reference)
    for profile in (f"{BASE}/Observation", f"{BASE}/Observation|4.0.1"):
        assert texts(midwife.post("/Observation/$validate", asked(resource, profile=profile))) == []
    for profile in (f"{BASE}/vitalsigns", f"{BASE}/Patient"):
        found = issues(midwife.post("/Observation/$validate", asked(resource, profile=profile)))
        assert [(row["severity"], row["code"]) for row in found] == [("error", "not-supported")]
        assert profile in found[0]["diagnostics"]
    claims = resource | {"meta": {"profile": ["https://example.org/StructureDefinition/weight"]}}
    found = issues(midwife.post("/Observation/$validate", asked(claims)))
    assert [(row["severity"], row["expression"]) for row in found] == [
        ("warning", ["Observation.meta.profile[0]"])
    ]


def test_who_may_not_write_is_told_so_and_no_more(server: Server, midwife: Person, woman: Woman) -> None:
    nurse, stranger = server.person("nurse"), server.person("midwife", key="midwife-b")
    assert texts(nurse.post("/AllergyIntolerance/$validate", asked(an_allergy(woman.reference)))) == []
    denied = texts(
        nurse.post("/AllergyIntolerance/$validate", asked(an_allergy(woman.reference), mode="create"))
    )
    assert "do not let you register" in denied[0]
    hers = a_weight(woman.reference, encounter={"reference": f"Encounter/{NOBODY}"})
    nobodys = a_weight(f"Patient/{NOBODY}", encounter={"reference": f"Encounter/{NOBODY}"})
    for mode in ("create", ""):
        body = [asked(row, **({"mode": mode} if mode else {})) for row in (hers, nobodys)]
        told = [texts(stranger.post("/Observation/$validate", one)) for one in body]
        assert [row.replace(woman.id, NOBODY) for row in told[0]] == told[1]
    id_ = stored(midwife, a_weight(woman.reference))
    for mode in ("update", "delete"):
        resources = [
            a_weight(woman.reference) | {"id": one} if mode == "update" else None for one in (id_, NOBODY)
        ]
        pair = [
            texts(stranger.post(f"/Observation/{one}/$validate", asked(resource, mode=mode)))
            for one, resource in zip((id_, NOBODY), resources, strict=True)
        ]
        assert pair[0]
        assert [row.replace(id_, NOBODY) for row in pair[0]] == pair[1]


def test_it_does_not_tell_whose_number_is_here(midwife: Person, woman: Woman) -> None:
    """A create would say so, and leave a trace: a Patient or a refusal about her."""
    known, unknown = (
        texts(midwife.post("/Patient/$validate", asked(a_patient(number), mode="create")))
        for number in (woman.number, new_number())
    )
    assert known == unknown == []
    assert midwife.post("/Patient", a_patient(woman.number)).status_code == 409


def test_what_is_hidden_stays_hidden(server: Server, midwife: Person, woman: Woman) -> None:
    secret = stored(midwife, labelled(a_weight(woman.reference), "SDV"))
    nurse = server.person("nurse")
    assert nurse.get(f"/Observation/{secret}/$validate").status_code == 404
    body = a_weight(woman.reference) | {"id": secret}
    told = texts(nurse.post(f"/Observation/{secret}/$validate", asked(body, mode="update")))
    nothing = texts(
        nurse.post(f"/Observation/{NOBODY}/$validate", asked(body | {"id": NOBODY}, mode="update"))
    )
    assert [row.replace(secret, NOBODY) for row in told] == nothing
    patient = midwife.get(f"/{woman.reference}").json()
    told = texts(nurse.post(f"/{woman.reference}/$validate", asked(patient, mode="update")))
    assert told
    assert "Jonas" not in str(told)


def test_each_question_stands_in_the_log(server: Server, midwife: Person, woman: Woman) -> None:
    good, bad = a_weight(woman.reference), a_weight(f"Patient/{NOBODY}")
    for body, verdict in (
        (asked(good), "validated"),
        (asked(good, mode="create"), "validated"),
        (asked(good | {"status": "done"}, mode="create"), "validated"),
        (asked(bad, mode="create"), "would be refused:"),
    ):
        answer = midwife.post("/Observation/$validate", body)
        row = server.audit(answer.headers["x-request-id"])
        assert row["result"]["verdict"] == verdict
        assert row["result"]["shown"] == []
        assert row["request"]["operation"] == "$validate"


def test_a_proof_is_taken_once(server: Server, midwife: Person, woman: Woman) -> None:
    for mode in ("create", "profile"):
        url = f"{server.fhir}/Observation/$validate"
        proof = server.issuers.proof("POST", url, server.token(midwife.wish))
        body = asked(a_weight(woman.reference), mode=mode)
        first, second = (midwife.post("/Observation/$validate", body, DPoP=proof) for _ in range(2))
        assert (first.status_code, second.status_code) == (200, 401)


BAD: list[tuple[str, str, Any, str]] = [
    ("POST", "/Observation/$validate", {"resourceType": "Parameters"}, "resource"),
    ("POST", "/Observation/$validate", asked(a_weight("Patient/x"), mode="think"), "mode"),
    ("POST", "/Observation/$validate", asked(a_weight("Patient/x"), mode="update"), "needs the id"),
    ("POST", "/Observation/$validate", asked(mode="delete"), "needs the id"),
    ("POST", "/Observation/x/$validate", asked(mode="update"), "resource"),
    ("POST", "/Observation/$validate?mode=create", a_weight("Patient/x"), "body"),
    ("POST", "/Observation/$validate", [], "one resource"),
    ("POST", "/Observation/$validate", b"{", "JSON"),
    ("GET", "/Observation/x/$validate?colour=red", None, "no parameter colour"),
    ("GET", "/Observation/x/$validate?resource=red", None, "does not fit in a URL"),
    ("POST", "/Observation/$validate", {"resourceType": "Parameters", "parameter": [{"name": "colour", "valueCode": "red"}]}, "no parameter colour"),
    ("POST", "/Observation/$validate", {"resourceType": "Parameters", "parameter": [{"name": "resource", "valueCode": "red"}]}, "resource"),
    ("POST", "/Observation/$validate", {"resourceType": "Parameters", "parameter": 5}, "parameter"),
    ("POST", "/Observation/$validate", {"resourceType": "Parameters", "parameter": [{"name": "mode", "valueBoolean": True}]}, "mode is code"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "part"), BAD)
def test_bad_questions(midwife: Person, method: str, path: str, body: Any, part: str) -> None:
    answer = midwife.request(method, path, body)
    assert answer.status_code == 400, answer.text
    assert part in answer.text


def test_a_type_that_is_not_kept(midwife: Person) -> None:
    assert midwife.post("/Spaceship/$validate", {"resourceType": "Spaceship"}).status_code == 404


ODD = [
    [], 5, None, "x", {}, {"resourceType": 5}, {"resourceType": "Patient"}, {"resourceType": "Observation", "meta": 5},
    {"resourceType": "Observation", "meta": {"profile": "x"}}, {"resourceType": "Observation", "meta": {"profile": [5]}},
]  # fmt: skip


@pytest.mark.parametrize("resource", ODD, ids=json.dumps)
def test_nothing_that_is_sent_breaks_it(midwife: Person, resource: Any) -> None:
    body = {"resourceType": "Parameters", "parameter": [{"name": "resource", "resource": resource}]}
    answer = midwife.post("/Observation/$validate", body)
    assert texts(answer) if resource is not None else answer.status_code == 400


def test_labels_count_as_they_would(server: Server, midwife: Person, woman: Woman) -> None:
    her = server.person("citizen", person=woman.number)
    note = labelled(a_weight(woman.reference), codes.NOPAT)
    told = texts(her.post("/Observation/$validate", asked(note, mode="create")))
    refused = her.post("/Observation", note)
    assert refused.status_code == 403
    assert told == [row["diagnostics"] for row in refused.json()["issue"]]
