"""Machine tokens of HelseID: they open what is nobody's secret and the organisation's own calendar, and no other door."""

import re
from typing import Any

import pytest
from helsekort_sandbox import keys, people
from helsekort_sandbox.tokens import Wish, request_body
from helsekort_sandbox.ttt import claims_of

from app.access.caller import Role
from app.access.rows import CATALOGUE
from app.api.routes import GUARDED
from app.fhir.outcome import Forbidden
from app.fhir.registry import BY_NAME
from tests.fixtures.server import Server
from tests.identity.conftest import Verifying
from tests.identity.test_token_attacks import identified, refused

PLACE, OTHER = people.ORGANIZATIONS["midwives-a"], people.ORGANIZATIONS["gp-a"]
CHILD, PARENT = (f"helseid://claims/client/claims/orgnr_{name}" for name in ("child", "parent"))


def machine(verifying: Verifying, **changed: Any) -> dict[str, Any]:
    body = request_body(Wish("machine"), {})
    body["clientClaimsParameters"]["cnfJkt"] = keys.thumbprint(verifying.issuers.proof_key())
    claims = claims_of(body, verifying.issuers.helseid) | changed
    return {name: value for name, value in claims.items() if value is not None}


def test_a_registered_system_is_a_machine_for_its_own_organisation(verifying: Verifying) -> None:
    for sound in (machine(verifying), machine(verifying, sub=None)):
        caller = identified(verifying, verifying.token(sound)).caller
        assert (caller.role, caller.hpr, caller.number) == (Role.MACHINE, None, None)
        assert (caller.author, caller.client) == (PLACE.orgnr, "epj-midwives-a")
    person = verifying.claims()
    assert (
        identified(verifying, verifying.token(person)).caller.role is Role.MIDWIFE
    )  # the same client, a person


# The doors that answer a machine at all: definitions, places, its own calendar, and lists in which no woman is
ANSWERED = {
    ("POST", "/fhir/{type}/$validate"),
    ("POST", "/fhir/{type}/{id}/$validate"),
    ("GET", "/fhir/$meta"),
    ("GET", "/fhir/{type}/$meta"),
    ("GET", "/fhir/Subscription/$status"),
    ("GET", "/fhir/$changes"),
    ("GET", "/fhir/{type}/_history"),
    ("GET", "/fhir/_history"),
    ("GET", "/fhir/{type}"),
    ("GET", "/fhir"),
    ("GET", "/fhir/"),
}
NOT_ONE: dict[str, dict[str, Any]] = {
    "another organisation": {CHILD: OTHER.orgnr, PARENT: OTHER.parent},
    "no organisation": {CHILD: None, PARENT: None},
    "the parent alone": {CHILD: None},
    "another system": {"client_id": "epj-gp-a", "sub": "epj-gp-a"},
    "an unregistered system": {"client_id": "epj-elsewhere", "sub": "epj-elsewhere"},
    "somebody's name": {"name": "Silje Aasgard"},
    "somebody's number": {"helseid://claims/identity/pid": people.CLINICIANS["midwife-a"].number},
    "a login's level": {"helseid://claims/identity/security_level": "4"},
    "an HPR number": {"helseid://claims/hpr/hpr_number": "222210004"},
    "an attest": {"nhn:tillitsrammeverk:parameters": {"care_relationship": {}}},
    "a session": {"sid": "s"},
    "somebody on whose behalf": {"act": {"sub": "another"}},
    "somebody else as subject": {"sub": "another"},
    "no scope": {"scope": "openid"},
}


@pytest.mark.parametrize("changed", NOT_ONE.values(), ids=NOT_ONE)
def test_what_is_not_exactly_that_is_nobody(verifying: Verifying, changed: dict[str, Any]) -> None:
    refused(verifying, verifying.token(machine(verifying, **changed)), Forbidden)


def test_the_citizens_issuer_makes_no_machine(verifying: Verifying) -> None:
    claims = machine(verifying) | {"iss": verifying.issuers.citizens}
    refused(verifying, verifying.token(claims, verifying.issuers.citizen_key), Forbidden)


def test_a_machine_keeps_its_organisations_calendar_and_no_others(server: Server) -> None:
    mine, others = server.person("machine"), server.person("machine", key="gp-a")
    made = mine.post("/Schedule", {"resourceType": "Schedule", "actor": [{"display": "Jordmor"}]})
    assert made.status_code == 201, made.text
    path, body = f"/Schedule/{made.json()['id']}", made.json()
    assert others.get(path).status_code == 200
    assert others.put(path, body).status_code == 403
    assert others.delete(path).status_code == 403
    assert mine.put(path, body | {"comment": "Åpent"}).status_code == 200
    row = server.audit(made.headers["x-request-id"])
    assert (row["request"]["role"], row["request"]["organizations"][0]) == ("machine", PLACE.orgnr)
    assert not {"hpr", "name"} & row["request"].keys()


def test_every_other_door_is_closed_to_a_machine(server: Server) -> None:
    """Every row of the table of URLs and every type: nothing but the catalogue answers, and there nothing of women."""
    midwife, caller = server.person("midwife"), server.person("machine")
    number = people.person_number(people.WOMEN["main"].birth, 600)
    woman = {"resourceType": "Patient", "name": [{"family": "Maskinløs"}]}
    woman["identifier"] = [{"system": "urn:oid:2.16.578.1.12.4.1.4.1", "value": number}]
    hers = midwife.post("/Patient", woman)
    assert hers.status_code == 201, hers.text
    assert midwife.get(f"/Patient/{hers.json()['id']}").status_code == 200  # the positive control
    assert caller.get(f"/Patient/{hers.json()['id']}").status_code == 404
    assert caller.put(f"/Patient/{hers.json()['id']}", hers.json()).status_code in {403, 404}
    asked = [{"request": {"method": "GET", "url": name}} for name in sorted(BY_NAME)]
    batch = caller.post("", {"resourceType": "Bundle", "type": "batch", "entry": asked})
    for name, entry in zip(sorted(BY_NAME), batch.json()["entry"], strict=True):
        found = entry.get("resource", {}).get("entry", [])
        matches = [row for row in found if row.get("search", {}).get("mode") == "match"]
        assert name in CATALOGUE or not matches, name
    assert batch.status_code == 200
    for row in GUARDED:
        path = re.sub(r"\{[a-z_:]+\}", "x", row.path.replace("{type}", "Patient"))
        url = f"{server.base}{path}"
        answer = caller.request(row.method, url, b"{}" if row.method in {"POST", "PUT"} else None)
        assert answer.status_code != 500, (row.method, path, answer.text)
        assert "Maskinløs" not in answer.text, (row.method, path)
        assert number not in answer.text
        if answer.status_code < 300:
            assert (row.method, row.path) in ANSWERED
            shown = [entry.get("resource", {}) for entry in answer.json().get("entry", [])]
            assert {one.get("resourceType") for one in shown} <= CATALOGUE | {"OperationOutcome"}, row.path
