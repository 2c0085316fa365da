"""People log in at the mock HelseID and ID-porten as a real client has them do it; what is wrong is refused."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from helsekort_sandbox import helseid, idporten, keys, people
from helsekort_sandbox.openid.application import Application
from helsekort_sandbox.openid.document import document
from helsekort_sandbox.openid.provider import Provider
from helsekort_sandbox.proofs import Refused
from helsekort_sandbox.state import Sandbox
from joserfc import jwk, jwt
from openapi_spec_validator import validate
from starlette.requests import Request

from tests.fixtures.login import API, CALLBACK, Client, client
from tests.sandbox.conftest import SERVER_KEY

MIDWIFE, PARENT, CHILD = (
    people.CLINICIANS["midwife-b"],
    *(f"helseid://claims/client/claims/orgnr_{name}" for name in ("parent", "child")),
)
PID = "helseid://claims/identity/pid"
ATTEST = "nhn:tillitsrammeverk:parameters"
ALL = "openid profile helseid://scopes/identity/pid helseid://scopes/hpr/hpr_number"


def attest(profession: str = "JO", place: str = "midwives-b", **relation: Any) -> dict[str, Any]:
    organization = people.ORGANIZATIONS[place]
    return {
        "type": ATTEST,
        "practitioner": {
            "authorization": {"code": profession, "system": "urn:oid:2.16.578.1.12.4.1.1.9060"},
            "legal_entity": {"id": organization.parent, "system": "urn:oid:2.16.578.1.12.4.1.4.101"},
            "point_of_care": {"id": organization.orgnr, "system": "urn:oid:2.16.578.1.12.4.1.4.101"},
        },
        "care_relationship": {
            "healthcare_service": {"code": "KF0104", "system": "urn:oid:2.16.578.1.12.4.1.1.8663"},
            "purpose_of_use": {"code": "TREAT", "system": "urn:oid:2.16.840.1.113883.1.11.20448"},
            "decision_ref": {"id": "decision-1", "user_selected": False},
        }
        | relation,
    }


def acting_for(value: str, system: str = "urn:oid:1.0.6523") -> dict[str, Any]:
    identifier = {"system": system, "type": "ENH", "value": value}
    return {
        "type": "helseid_authorization",
        "practitioner_role": {"organization": {"identifier": identifier}},
    }


@pytest.fixture
def epj(sandbox: Sandbox) -> Client:
    return client(sandbox.state, sandbox.helseid, "epj-midwives-b")


@pytest.fixture
def portal(sandbox: Sandbox) -> Client:
    """A client that acts for whichever organisation it names."""
    return Client(
        sandbox.helseid, "helsekort-login", SERVER_KEY, callback="http://127.0.0.1:8080/login/helseid"
    )


def verified(at: Client, token: str, audience: str) -> dict[str, Any]:
    key_set = jwk.KeySet.import_key_set(httpx.get(at.metadata["jwks_uri"]).json())
    found = jwt.decode(token, key_set, ["RS256"])
    assert (found.claims["iss"], found.claims["aud"]) == (at.issuer, audience)
    return dict(found.claims)


def test_a_midwife_logs_in_with_her_attest(epj: Client) -> None:
    answer = epj.logged_in("midwife-b", scope=f"{ALL} {API}", authorization_details=[attest()])
    access = verified(epj, answer["access_token"], "nhn:helsekort")
    assert answer["token_type"] == "DPoP"
    assert access["cnf"]["jkt"] == keys.thumbprint(epj.bound)
    assert (access[PID], access["helseid://claims/hpr/hpr_number"]) == (MIDWIFE.number, MIDWIFE.hpr)
    assert access["helseid://claims/identity/security_level"] == "4"
    assert access["helseid://claims/client/client_tenancy"] == "single"
    place = people.ORGANIZATIONS["midwives-b"]
    assert (access[PARENT], access[CHILD]) == (place.parent, place.orgnr)
    practitioner = access[ATTEST]["practitioner"]
    assert practitioner["hpr_nr"]["id"] == MIDWIFE.hpr
    assert practitioner["point_of_care"]["name"] == place.name
    assert access[ATTEST]["toa"] == access["auth_time"]
    identity = verified(epj, answer["id_token"], epj.client_id)
    assert (identity["nonce"], identity["sub"], identity[PID]) == ("n-1", access["sub"], MIDWIFE.number)
    details = identity["helseid://claims/hpr/hpr_details"]
    assert details["approvals"][0]["authorization"] == {"value": "1", "description": "Autorisasjon"}
    proof = keys.proof(
        epj.bound, "GET", epj.metadata["userinfo_endpoint"], answer["access_token"], nonce=epj.nonce
    )
    headers = {"Authorization": f"DPoP {answer['access_token']}", "DPoP": proof}
    told = httpx.get(epj.metadata["userinfo_endpoint"], headers=headers).json()
    assert (told["sub"], told["name"]) == (access["sub"], MIDWIFE.name)
    bearer = {"Authorization": f"Bearer {answer['access_token']}"}
    assert httpx.get(epj.metadata["userinfo_endpoint"], headers=bearer).status_code == 401


def test_a_combined_position_chooses_its_organisation_for_each_session(portal: Client) -> None:
    found = {}
    for place in ("midwives-b", "hospital-b"):
        token = portal.logged_in(f"midwife-b@{place}", scope=f"openid {API}")["access_token"]
        claims = keys.claims_of(token)
        found[claims[CHILD]] = claims["helseid://claims/hpr/hpr_number"]
        assert claims[PARENT] == people.ORGANIZATIONS[place].parent
        assert claims["helseid://claims/client/client_tenancy"] == "multi"
    assert found == {people.ORGANIZATIONS[key].orgnr: MIDWIFE.hpr for key in ("midwives-b", "hospital-b")}
    parent, child = (people.ORGANIZATIONS["gp-a"].parent, people.ORGANIZATIONS["gp-a"].orgnr)
    named = [acting_for(f"NO:ORGNR:{parent}:{child}")]
    claims = keys.claims_of(portal.logged_in("gp-a", authorization_details=named)["access_token"])
    assert (claims[PARENT], claims[CHILD]) == (parent, child)


def test_the_person_is_free_to_say_no_and_the_level_is_told(epj: Client) -> None:
    back = epj.choose(epj.page(epj.push()), "", cancel="1")
    assert (back["error"], back["state"], back["iss"]) == ("access_denied", "s&t", epj.issuer)
    claims = keys.claims_of(epj.logged_in("gp-a", level="3")["access_token"])
    assert claims["helseid://claims/identity/security_level"] == "3"
    assert "Level" not in epj.choose(epj.page(epj.push()), "nobody").get("code", "")
    silent = epj.push(prompt="none").json()["request_uri"]
    query = {"client_id": epj.client_id, "request_uri": silent}
    answer = httpx.get(epj.metadata["authorization_endpoint"], params=query)
    assert "error=login_required" in answer.headers["location"]
    foreign = epj.choose(epj.page(epj.push(authorization_details=[attest("LE")])), "midwife-b")
    assert foreign["error"] == "invalid_authorization_details"


PUSHED: dict[str, tuple[dict[str, Any], str]] = {
    "another address": ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
    "another path": ({"redirect_uri": "http://127.0.0.1:1/elsewhere"}, "invalid_request"),
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "a plain challenge": ({"code_challenge_method": "plain"}, "invalid_request"),
    "a token at once": ({"response_type": "token"}, "unsupported_response_type"),
    "no openid": ({"scope": API}, "invalid_scope"),
    "another API": ({"scope": "openid nhn:other/api"}, "invalid_scope"),
    "another client": ({"client_id": "epj-gp-a"}, "invalid_client"),
    "a request within a request": ({"request_uri": "urn:x"}, "invalid_request"),
    "a request of nobody's": ({"request": "a.b.c"}, "invalid_request_object"),
    "details without a type": ({"authorization_details": [{}]}, "invalid_authorization_details"),
    "an unknown type": ({"authorization_details": [{"type": "x"}]}, "invalid_authorization_details"),
    "an attest twice": ({"authorization_details": [attest(), attest()]}, "invalid_authorization_details"),
    "an unknown purpose": (
        {"authorization_details": [attest(purpose_of_use={"code": "CURIOUS"})]},
        "invalid_authorization_details",
    ),
    "no decision": ({"authorization_details": [attest(decision_ref={})]}, "invalid_authorization_details"),
    "somebody else's child": (
        {"authorization_details": [acting_for("310001007", "urn:oid:2.16.578.1.12.4.1.4.101")]},
        "invalid_authorization_details",
    ),
    "details twice": (
        {"authorization_details": [attest()], "claims": {"assertion_details": [attest()]}},
        "access_denied",
    ),
}


def test_pushed_requests_that_are_wrong_are_refused(epj: Client) -> None:
    for name, (changed, error) in PUSHED.items():
        assert epj.push().status_code == 201  # the positive control
        answer = epj.push(**changed)
        assert (answer.status_code, answer.json()["error"]) == (
            401 if error == "invalid_client" else 400,
            error,
        ), name
        assert error != "access_denied" or "HID-DOUBLE-STRUCTURE" in answer.json()["error_description"]


def test_codes_and_refresh_tokens_work_once(epj: Client) -> None:
    scope = f"openid offline_access {API}"
    back = epj.choose(epj.page(epj.push(scope=scope)), "midwife-b")
    page = httpx.get(
        epj.metadata["authorization_endpoint"], params={"client_id": epj.client_id, "request_uri": "x"}
    )
    assert page.status_code == 400
    first = epj.redeem(back["code"]).json()
    second = epj.refresh(first["refresh_token"]).json()
    assert keys.claims_of(second["access_token"])["sid"] == keys.claims_of(first["access_token"])["sid"]
    assert epj.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert epj.refresh(second["refresh_token"]).json()["error"] == "invalid_grant"  # the whole session ended
    again = epj.logged_in("midwife-b", scope=scope)
    assert (
        epj.refresh(again["refresh_token"], scope="openid nhn:other/api").json()["error"] == "invalid_scope"
    )
    third = epj.logged_in("midwife-b", scope=scope)["refresh_token"]
    assert epj.post("revocation", {"token": third}, proven=False).status_code == 200
    assert epj.refresh(third).json()["error"] == "invalid_grant"
    twice = epj.choose(epj.page(epj.push(scope=scope)), "midwife-b")["code"]
    kept = epj.redeem(twice).json()["refresh_token"]
    assert epj.redeem(twice).json()["error"] == "invalid_grant"
    assert epj.refresh(kept).json()["error"] == "invalid_grant"


def test_a_code_is_bound_to_verifier_address_and_key(epj: Client) -> None:
    for changed, error in (
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"redirect_uri": "http://127.0.0.1:8/callback"}, "invalid_grant"),
    ):
        back = epj.choose(epj.page(epj.push()), "midwife-b")
        assert epj.redeem(back["code"], **changed).json()["error"] == error
    back = epj.choose(epj.page(epj.push(dpop_jkt=keys.generate()["kid"])), "midwife-b")
    assert epj.redeem(back["code"]).json()["error"] == "invalid_dpop_proof"
    back = epj.choose(epj.page(epj.push(dpop_jkt=keys.thumbprint(epj.bound))), "midwife-b")
    assert epj.redeem(back["code"]).status_code == 200
    back = epj.choose(epj.page(epj.push()), "midwife-b")
    assert epj.redeem(back["code"], proven=False).json()["error"] == "invalid_dpop_proof"


def test_a_token_has_one_audience_and_the_attest_of_its_own_request(epj: Client) -> None:
    scope = f"openid offline_access {API} nhn:critical-information/api"
    back = epj.choose(epj.page(epj.push(scope=scope, authorization_details=[attest()])), "midwife-b")
    answer = epj.redeem(back["code"], resource="nhn:helsekort").json()
    assert keys.claims_of(answer["access_token"])["scope"] == f"openid {API}"
    urgent = attest(purpose_of_use={"code": "ETREAT"})
    for said, purpose in (([urgent], "ETREAT"), (None, "TREAT")):
        claims = {"assertion_details": said} if said else {}
        answer = epj.refresh(answer["refresh_token"], claims, resource="nhn:critical-information").json()
        token = keys.claims_of(answer["access_token"])
        assert token["aud"] == "nhn:critical-information"
        assert token[ATTEST]["care_relationship"]["purpose_of_use"]["code"] == purpose
    assert epj.refresh(answer["refresh_token"]).json()["error"] == "invalid_target"


def test_a_machine_acts_for_a_part_of_its_organisation_and_attests_nothing(epj: Client) -> None:
    place = people.ORGANIZATIONS["midwives-b"]
    form = {"grant_type": "client_credentials", "scope": API}
    claims = keys.claims_of(epj.post("token", form).json()["access_token"])
    assert (claims[PARENT], claims[CHILD]) == (place.parent, place.orgnr)
    assert PID not in claims
    child = [acting_for(place.orgnr, "urn:oid:2.16.578.1.12.4.1.4.101")]
    assert epj.post("token", form, assertion_details=child).status_code == 200
    for wrong in ([attest()], [acting_for(f"NO:ORGNR:{place.parent}:{place.orgnr}")]):
        assert (
            epj.post("token", form, assertion_details=wrong).json()["error"]
            == "invalid_authorization_details"
        )


def test_a_request_object_counts_as_the_form_does(epj: Client) -> None:
    claims = {
        "iss": epj.client_id,
        "aud": epj.issuer,
        "exp": 4_000_000_000,
        "client_id": epj.client_id,
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "openid",
        "code_challenge": "c" * 43,
        "code_challenge_method": "S256",
    }
    signed = keys.sign(epj.key, {"typ": "oauth-authz-req+jwt", "kid": epj.key["kid"]}, claims)
    bare = dict.fromkeys(("response_type", "redirect_uri", "scope", "code_challenge"))
    assert epj.push(**bare, request=signed).status_code == 201
    forged = keys.sign(keys.generate() | {"kid": epj.key["kid"]}, {"kid": epj.key["kid"]}, claims)
    assert epj.push(**bare, request=forged).json()["error"] == "invalid_request_object"


class TestIdPorten:
    """Citizens."""

    @pytest.fixture
    def helsenorge(self, sandbox: Sandbox) -> Client:
        return client(sandbox.state, sandbox.idporten, "helsenorge-portal")

    def test_a_woman_logs_in(self, helsenorge: Client) -> None:
        woman = people.WOMEN["twins"]
        answer = helsenorge.logged_in("twins")
        for token, audience in (
            (answer["access_token"], "nhn:helsekort"),
            (answer["id_token"], "helsenorge-portal"),
        ):
            claims = verified(helsenorge, token, audience)
            assert (claims["pid"], claims["acr"]) == (woman.number, "idporten-loa-high")
        back = helsenorge.choose(helsenorge.page(helsenorge.push()), "twins")
        unbound = helsenorge.redeem(back["code"], proven=False).json()
        assert (unbound["token_type"], "cnf" in keys.claims_of(unbound["access_token"])) == ("Bearer", False)

    def test_the_client_says_which_level_is_enough(self, helsenorge: Client) -> None:
        low = helsenorge.logged_in("main", level="idporten-loa-substantial")
        assert keys.claims_of(low["id_token"])["acr"] == "idporten-loa-substantial"
        page = helsenorge.page(helsenorge.push(acr_values="idporten-loa-high"))
        assert "idporten-loa-substantial" not in page.text
        assert "page" in helsenorge.choose(page, "main", level="idporten-loa-substantial")
        both = helsenorge.page(helsenorge.push(acr_values="idporten-loa-substantial"))
        assert "idporten-loa-high" in both.text

    def test_logging_out_ends_the_session(self, helsenorge: Client) -> None:
        answer = helsenorge.logged_in("main", scope=f"openid offline_access {API}")
        ends = helsenorge.metadata["end_session_endpoint"]
        assert httpx.get(ends, params={"id_token_hint": "a.b.c"}).status_code == 400
        assert "logget ut" in httpx.get(ends, params={"id_token_hint": answer["id_token"]}).text
        assert helsenorge.refresh(answer["refresh_token"]).json()["error"] == "invalid_grant"
        elsewhere = {"id_token_hint": answer["id_token"], "post_logout_redirect_uri": "https://evil.example"}
        assert httpx.get(ends, params=elsewhere).status_code == 400


def test_keys_change_and_what_was_signed_before_still_holds(
    sandbox: Sandbox, epj: Client, auth_key: str
) -> None:
    def do(step: str) -> dict[str, Any]:
        url, headers = f"{sandbox.helseid}/_keys", {"X-Auth-Key": auth_key}
        return dict(httpx.post(url, json={"do": step}, headers=headers).raise_for_status().json())

    def published() -> set[str]:
        return {key["kid"] for key in httpx.get(epj.metadata["jwks_uri"]).json()["keys"]}

    before = epj.logged_in("gp-a")["access_token"]
    old = do("retire")["signing"]
    assert published() == {old}
    new = do("announce")["next"][0]
    assert published() == {old, new}
    assert do("rotate") == {"signing": new, "next": [], "former": [old]}
    assert verified(epj, before, "nhn:helsekort")
    assert verified(epj, epj.logged_in("gp-a")["access_token"], "nhn:helsekort")
    do("retire")
    with pytest.raises(Exception, match=r"(?i)key"):
        verified(epj, before, "nhn:helsekort")
    assert httpx.post(f"{sandbox.helseid}/_keys", json={"do": "rotate"}).status_code == 401


def test_faults_strike_on_demand_and_everything_stands_in_the_log(sandbox: Sandbox, epj: Client) -> None:
    assert httpx.post(f"{sandbox.helseid}/_faults", json={"status": 503, "count": 1}).status_code == 200
    assert httpx.get(epj.metadata["jwks_uri"]).status_code == 503
    assert httpx.get(epj.metadata["jwks_uri"]).status_code == 200
    httpx.post(f"{sandbox.helseid}/_faults", json={"dropAfterEffect": True, "count": 1})
    with pytest.raises(httpx.RemoteProtocolError):
        epj.push()
    epj.push(scope="x")
    token = epj.logged_in("gp-a", scope=f"openid offline_access {API}")["refresh_token"]
    entries = httpx.get(f"{sandbox.helseid}/_log").json()["entries"]
    assert [row["status"] for row in entries if row["path"] == "/connect/par"][-3:] == [201, 400, 201]
    assert token not in str(entries)


def test_what_was_given_out_outlives_the_process(tmp_path: Path) -> None:
    url = "http://issuer.example"
    first = Provider(helseid.HELSEID, url, tmp_path, "RS256")
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": [], "server": ("x", 1)})
    grant = {"kind": "refresh", "client": "a", "session": "s", "expires": 4_000_000_000}
    given, spent = (first.grants.note(request, 200, grant=grant) for _ in range(2))
    first.grants.note(request, 200, uses=spent)
    again = Provider(helseid.HELSEID, url, tmp_path, "RS256")
    assert again.ring.signing == first.ring.signing
    assert again.grants.living("refresh", given, "a") == grant
    with pytest.raises(KeyError):
        again.grants.living("refresh", given, "b")
    with pytest.raises(Refused):
        again.grants.taken(request, "refresh", spent, "a")
    with pytest.raises(KeyError):  # the session ended with the second use
        Provider(helseid.HELSEID, url, tmp_path, "RS256").grants.living("refresh", given, "a")


@pytest.mark.parametrize(
    "profile", [helseid.HELSEID, helseid.HELSENORGE, idporten.IDPORTEN], ids=lambda p: p.name
)
def test_the_document_names_every_route(profile: Any, tmp_path: Path) -> None:
    application = Application(Provider(profile, "http://issuer.example", tmp_path, "ES256"), {})
    made = document(profile, "http://issuer.example", application.operations)
    validate(made)
    routes = {(route.path, method) for route in application.routes() for method in route.methods - {"HEAD"}}
    assert routes == {(path, method.upper()) for path, row in made["paths"].items() for method in row}
