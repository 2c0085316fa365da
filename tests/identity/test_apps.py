"""Apps log people in at HelseID and ID-porten, by an OAuth client that is not ours, over HTTP, against the real mocks."""

import base64
import json
import re
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import requests
from helsekort_sandbox import keys, people
from requests_oauth2client import DPoPKey, InvalidClient, InvalidGrant, InvalidScope, OAuth2Client, PublicApp
from requests_oauth2client.exceptions import UnauthorizedClient

from app import clock
from tests.access.world import resources, stored
from tests.fixtures.database import TestDatabase
from tests.fixtures.resources import Woman, a_patient, a_weight, an_allergy, register
from tests.fixtures.services import Services
from tests.identity.apps import CALLBACK, OUT, Apps, an_attest, serving, told
from tests.worker.crew import Crew

MIDWIFE = "openid fhirUser launch/patient offline_access patient/*.rs"
HER = "openid fhirUser launch/patient offline_access patient/*.rs"


@pytest.fixture(scope="module")
def apps(
    database: TestDatabase, services: Services, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apps]:
    yield from serving(database, services, tmp_path_factory.mktemp("apps"))


@pytest.fixture(scope="module")
def woman(apps: Apps) -> Woman:
    return register(apps.server.person("midwife"))


@pytest.fixture(scope="module")
def other(apps: Apps) -> Woman:
    return register(apps.server.person("midwife"))


@pytest.fixture(scope="module")
def nora(apps: Apps) -> str:
    """The woman who can log in at ID-porten, registered by her midwife."""
    return stored(apps.server.person("midwife"), a_patient(people.WOMEN["main"].number))


def claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found


def of_midwife(apps: Apps, woman: Woman, scope: str = MIDWIFE) -> tuple[OAuth2Client, Any]:
    client = apps.client("app-carer")
    asked = apps.request(client, scope, authorization_details=an_attest("midwife-a"))
    browser = apps.browser()
    page = browser.carer(str(asked))
    assert page.status_code == 200, page.text
    assert woman.number not in page.text
    return client, apps.token(client, asked, browser.submit(page, patient=woman.id))


def of_her(apps: Apps, scope: str = HER, client_id: str = "app-her") -> tuple[OAuth2Client, Any]:
    client = apps.client(client_id)
    asked = apps.request(client, scope)
    browser = apps.browser()
    page = browser.woman(str(asked))
    assert page.status_code == 200, page.text
    return client, apps.token(client, asked, browser.submit(page, allow="1"))


def test_a_midwife_logs_in_and_chooses_the_woman(apps: Apps, other: Woman) -> None:
    woman = register(apps.server.person("midwife"))
    _, token = of_midwife(apps, woman)
    assert (token.token_type, token.patient, token.need_patient_banner) == ("DPoP", woman.id, True)
    assert apps.get(token, f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200
    assert apps.get(token, f"/Patient/{other.id}").status_code == 404, "the launch is about one woman"
    assert not resources(apps.get(token, f"/Observation?patient={other.id}").json())
    unbound = requests.get(f"{apps.server.fhir}/Patient/{woman.id}", timeout=20, headers={"Authorization": f"Bearer {token.access_token}"})  # fmt: skip
    assert unbound.status_code == 401
    said = claims(token.access_token)
    number = people.CLINICIANS["midwife-a"].number
    assert number not in json.dumps(said)
    assert said["helseid://claims/hpr/hpr_number"] == people.CLINICIANS["midwife-a"].hpr
    assert said["authorization_details"][0]["care_relationship"]["purpose_of_use"]["code"] == "TREAT"
    row = apps.server.audit(apps.get(token, f"/Patient/{woman.id}").headers["x-request-id"])["request"]
    assert (row["role"], row["client"], row["purpose"]) == ("midwife", "app-carer", "TREAT")
    her = apps.server.person("citizen", person=woman.number)
    told_her = her.get(f"/AuditEvent?patient={woman.id}&_count=100").text
    assert "logget inn i en app" in told_her
    assert "ble avvist" not in told_her


def test_she_logs_in_and_lets_the_app_in(apps: Apps, nora: str) -> None:
    _, token = of_her(apps)
    assert (token.token_type, token.patient) == ("Bearer", nora)
    assert token.id_token.claims["fhirUser"] == f"{apps.server.fhir}/Patient/{nora}"
    assert people.WOMEN["main"].number not in json.dumps(claims(token.access_token))
    headers = {"Authorization": f"Bearer {token.access_token}"}
    got = requests.get(f"{apps.server.fhir}/Patient/{nora}", timeout=20, headers=headers)
    assert got.status_code == 200, got.text
    body = a_weight(f"Patient/{nora}")
    refused = requests.post(f"{apps.server.fhir}/Observation", json=body, timeout=20, headers=headers)
    assert refused.status_code == 403


@pytest.mark.slow
def test_no_app_gets_more_than_it_is_registered_for(apps: Apps, nora: str) -> None:
    """Scopes are narrowed to what is registered, argument for argument; what is left of none is refused."""
    client = apps.client("app-narrow")
    asked = apps.request(client, "patient/*.cruds system/*.rs user/*.rs launch/patient nonsense")
    browser = apps.browser()
    token = apps.token(client, asked, browser.submit(browser.woman(str(asked)), allow="1"))
    assert set(token.scope.split()) == {"patient/Observation.rs?status=final", "launch/patient"}
    assert apps.get(token, f"/Patient/{nora}").status_code == 403
    wide = apps.request(client, "user/*.rs")
    assert told(apps.browser().open(str(wide)))["error"] == "invalid_scope"


def launched(apps: Apps, woman: Woman, app: str = "app-carer", key: str = "midwife-a") -> httpx.Response:
    body = {"resourceType": "Parameters", "parameter": [{"name": "app", "valueString": app}]}
    return apps.server.person("midwife", key=key).post(f"/Patient/{woman.id}/$launch", body)


def handle_of(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    url = next(row["valueUrl"] for row in answer.json()["parameter"] if row["name"] == "url")
    return parse_qs(urlsplit(url).query)["launch"][0]


@pytest.mark.slow
def test_her_record_system_opens_an_app(apps: Apps, woman: Woman) -> None:
    """With the patient and the attest of the record system; a handle is for one app, one person, one login."""
    handle = handle_of(launched(apps, woman))
    client = apps.client("app-carer")

    def opened(scope: str = "openid launch patient/*.rs", login: str = "midwife-a", app: str = "app-carer") -> httpx.Response:  # fmt: skip
        asked = apps.request(apps.client(app), scope, launch=handle)
        end = apps.browser().open(str(asked))
        return end if end.is_redirect else apps.browser().carer(str(asked), login)

    assert told(opened(app="app-other"))["error"] == "invalid_request"
    asked = apps.request(client, "openid launch patient/*.rs", launch=handle)
    token = apps.token(client, asked, apps.browser().carer(str(asked)))
    assert token.patient == woman.id
    assert apps.get(token, f"/EpisodeOfCare/{woman.episode}/$card").status_code == 200
    assert told(opened())["error"] == "invalid_request", "a handle is used once"
    handle = handle_of(launched(apps, woman))
    assert told(opened(login="midwife-b"))["error"] == "access_denied", "another person"
    stranger = launched(apps, woman, key="midwife-b")
    assert stranger.status_code == 404, "no relation to the woman"
    assert told(opened("openid patient/*.rs"))["error"] == "invalid_request", "launch without its scope"


@pytest.mark.slow
def test_a_woman_without_relation_cannot_be_chosen(apps: Apps, woman: Woman) -> None:
    client = apps.client("app-carer")
    asked = apps.request(client, MIDWIFE, authorization_details=an_attest("midwife-b"))
    browser = apps.browser()
    page = browser.carer(str(asked), "midwife-b")
    assert page.status_code == 200, page.text
    assert woman.id not in page.text
    assert told(browser.submit(page, patient=woman.id))["error"] == "access_denied"


@pytest.mark.slow
def test_a_weak_login_and_one_without_attest_give_nothing(apps: Apps, nora: str) -> None:
    weak = apps.request(apps.client("app-carer"), MIDWIFE, authorization_details=an_attest("midwife-a"))
    assert nora
    page = apps.browser().open(str(weak))
    assert 'value="3"' not in page.text, "HelseID is asked for level 4"
    bare = apps.request(apps.client("app-carer"), MIDWIFE)
    browser = apps.browser()
    page = browser.open(str(bare))
    login = re.findall(r'name="login" value="(midwife-a@[^"]+)"', page.text)[0]
    assert told(browser.submit(page, login=login, level="4"))["error"] == "access_denied"
    other = re.search(
        r'value="(representative)"', apps.browser().open(str(apps.request(apps.client("app-her"), HER))).text
    )
    assert other
    asked = apps.request(apps.client("app-her"), HER)
    assert told(apps.browser().woman(str(asked), "representative"))["error"] == "access_denied", (
        "no card of his"
    )


@pytest.mark.slow
def test_a_code_is_used_once_and_its_replay_ends_the_session(apps: Apps, woman: Woman) -> None:
    client = apps.client("app-carer")
    asked = apps.request(client, MIDWIFE, authorization_details=an_attest("midwife-a"))
    browser = apps.browser()
    end = browser.submit(browser.carer(str(asked)), patient=woman.id)
    token = apps.token(client, asked, end)
    assert apps.get(token, f"/Patient/{woman.id}").status_code == 200
    with pytest.raises(InvalidGrant):
        apps.token(client, asked, end)
    assert apps.get(token, f"/Patient/{woman.id}").status_code == 401
    with pytest.raises(InvalidGrant):
        client.refresh_token(token)


@pytest.mark.slow
def test_a_wrong_verifier_address_or_client_spoils_the_code(apps: Apps, nora: str) -> None:
    assert nora
    for spoilt in ({"code_verifier": "x" * 43}, {"redirect_uri": f"{CALLBACK}/"}, {"client_id": "app-both"}):
        asked = apps.request(apps.client("app-her"), HER)
        browser = apps.browser()
        code = told(browser.submit(browser.woman(str(asked)), allow="1"))["code"]
        right = {"client_id": "app-her", "redirect_uri": CALLBACK, "code_verifier": asked.code_verifier}
        form = {"grant_type": "authorization_code", "code": code, **right}
        url = f"{apps.server.base}/auth/token"
        proof = DPoPKey.generate("ES256").proof(htm="POST", htu=url)
        answer = httpx.post(url, data=form | spoilt, headers={"DPoP": str(proof)})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant"), spoilt
        again = httpx.post(url, data=form)
        assert again.json()["error"] == "invalid_grant", "what was spoilt stays so"


@pytest.mark.slow
def test_refresh_tokens_rotate_and_a_replay_ends_the_session(apps: Apps, woman: Woman) -> None:
    client, first = of_midwife(apps, woman)
    second = client.refresh_token(first)
    assert second.refresh_token != first.refresh_token
    assert apps.get(second, f"/Patient/{woman.id}").status_code == 200
    narrower = client.refresh_token(second, scope="patient/*.rs")
    assert narrower.scope == "patient/*.rs"
    with pytest.raises(InvalidScope):
        client.refresh_token(narrower, scope="patient/*.rs user/*.cruds")
    client, first = of_midwife(apps, woman)
    second = client.refresh_token(first)
    with pytest.raises(InvalidGrant):
        client.refresh_token(first)
    assert apps.get(second, f"/Patient/{woman.id}").status_code == 401


@pytest.mark.slow
def test_revocation_introspection_and_logout(apps: Apps, woman: Woman) -> None:
    client, token = of_midwife(apps, woman)
    worth = client.introspect_token(token.access_token)
    assert worth["active"], worth
    assert worth["patient"] == woman.id
    assert not apps.client("app-other").introspect_token(token.access_token)["active"], "another's token"
    client.revoke_access_token(token.access_token)
    assert apps.get(token, f"/Patient/{woman.id}").status_code == 401
    assert not client.introspect_token(token.access_token)["active"]
    fresh = client.refresh_token(token)
    assert apps.get(fresh, f"/Patient/{woman.id}").status_code == 200
    hint = {"id_token_hint": str(fresh.id_token), "state": "s"}
    evil = httpx.get(f"{apps.server.base}/auth/logout", params=hint | {"post_logout_redirect_uri": "https://evil.example/"})  # fmt: skip
    assert evil.status_code == 400
    _, token = of_midwife(apps, woman)
    hint["id_token_hint"] = str(token.id_token)
    out = httpx.get(f"{apps.server.base}/auth/logout", params=hint | {"post_logout_redirect_uri": OUT})
    assert out.headers["location"] == f"{OUT}?state=s"
    assert apps.get(token, f"/Patient/{woman.id}").status_code == 401


@pytest.mark.slow
def test_a_system_has_only_its_scopes(apps: Apps, woman: Woman) -> None:
    client = apps.client(people.REGISTRY_CLIENT)
    token = client.client_credentials(scope="system/*.rs system/*.cruds patient/*.rs", dpop=True)
    assert token.scope == "system/*.rs"
    got = apps.get(token, f"/Observation?patient={woman.id}")
    assert got.status_code in {200, 403}, got.text
    with pytest.raises(InvalidScope):
        client.client_credentials(scope="user/*.rs", dpop=True)
    with pytest.raises(InvalidClient):
        OAuth2Client(
            f"{apps.server.base}/auth/token",
            PublicApp(people.REGISTRY_CLIENT),
            session=apps.session,
            testing=True,
        ).client_credentials(scope="system/*.rs")
    with pytest.raises(UnauthorizedClient):
        apps.client("app-carer").client_credentials(scope="user/*.rs", dpop=True)


def test_nobody_is_sent_to_an_address_that_is_not_the_apps(apps: Apps) -> None:
    """No redirect but to a registered address, to the letter; flaws are told there, with state and issuer."""
    client = apps.client("app-her")
    url = str(apps.request(client, HER))
    fields = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    at = f"{apps.server.base}/auth/authorize"
    for wrong in (
        "https://evil.example/",
        f"{CALLBACK}/",
        f"{CALLBACK}?x=1",
        "http://app.example/callback",
        "",
    ):
        answer = httpx.get(at, params=fields | {"redirect_uri": wrong})
        assert (answer.status_code, answer.headers["content-type"][:9]) == (400, "text/html"), wrong
        assert "evil" not in answer.text
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert httpx.get(at, params=fields | {"client_id": "unknown"}).status_code == 400
    assert httpx.get(f"{at}?{urlsplit(url).query}&client_id=app-her").status_code == 400, "twice"
    for changed, error in (
        ({"response_type": "token"}, "unsupported_response_type"), ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"), ({"aud": "https://other.example/fhir"}, "invalid_request"),
        ({"scope": "system/*.rs"}, "invalid_scope"), ({"launch": "x"}, "invalid_request"),
        ({"authorization_details": "{"}, "invalid_authorization_details"), ({"request": "x"}, "request_not_supported"),
    ):  # fmt: skip
        answer = told(httpx.get(at, params=fields | changed))
        assert (answer["error"], answer["state"], answer["iss"]) == (error, fields["state"], apps.server.base)
    del fields["state"]
    assert told(httpx.get(at, params=fields))["error"] == "invalid_request"


@pytest.mark.slow
def test_a_login_is_of_the_browser_that_began_it(apps: Apps, nora: str) -> None:
    """Neither a stolen link back, nor the other service's answer (mix-up), nor a form of another's ticket gets anywhere."""
    assert nora
    client = apps.client("app-her")
    asked = apps.request(client, HER)
    mine, theirs = apps.browser(), apps.browser()
    begun = mine.http.get(str(asked))
    page = httpx.get(begun.headers["location"])
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    address = re.search(r'<form[^>]*action="([^"]+)"', page.text)
    assert address
    posted = httpx.post(
        f"{apps.services.running.idporten}{address[1]}", data=hidden | {"login": "main", "level": "idporten-loa-high"}
    )  # fmt: skip
    back = posted.headers["location"]
    assert theirs.http.get(back).status_code == 400
    mixed = re.sub(r"iss=[^&]+", f"iss={apps.services.running.helseid}", back)
    other = back.replace("/login/idporten", "/login/helseid")
    again = apps.browser()
    assert mine.http.get(other).status_code == 400
    begun = again.http.get(str(apps.request(client, HER)))
    state = parse_qs(urlsplit(back).query)["state"][0]
    assert again.http.get(back).status_code == 400, f"the state {state} is another browser's"
    assert mine.http.get(mixed).status_code == 400
    fresh = apps.browser()
    approval = fresh.woman(str(apps.request(client, HER)))
    ticket = re.search(r'name="ticket" value="([^"]+)"', approval.text)
    assert ticket
    forged = httpx.post(f"{apps.server.base}/auth/context", data={"ticket": ticket[1], "allow": "1"})
    assert forged.status_code == 400
    assert told(fresh.submit(approval, cancel="1"))["error"] == "access_denied"


@pytest.mark.slow
def test_pushed_requests_and_pages_in_the_readers_language(apps: Apps) -> None:
    client = apps.client("app-both")
    pushed = client.pushed_authorization_request(apps.request(client, "openid patient/*.rs", ui_locales="nn"))
    browser = apps.browser()
    page = browser.open(str(pushed))
    assert 'lang="nn"' in page.text
    assert "Innbyggjar" in page.text
    assert browser.open(str(pushed)).status_code == 400, "a pushed request is used once"
    page = browser.submit(page, way="idporten")
    assert "ID-porten" in page.text
    english = httpx.get(f"{apps.server.base}/auth/authorize", headers={"Accept-Language": "en"})
    assert 'lang="en"' in english.text


@pytest.mark.slow
def test_what_anybody_may_know(apps: Apps) -> None:
    for place in (f"{apps.server.fhir}/.well-known/smart-configuration", f"{apps.server.base}/.well-known/smart-configuration"):  # fmt: skip
        found = httpx.get(place).json()
        assert found["issuer"] == apps.server.base
        assert found["code_challenge_methods_supported"] == ["S256"]
        assert {"launch-ehr", "launch-standalone", "permission-v2"} <= set(found["capabilities"])
    security = httpx.get(f"{apps.server.fhir}/metadata").json()["rest"][0]["security"]
    assert any(row["coding"][0]["code"] == "SMART-on-FHIR" for row in security["service"])


def test_what_an_app_writes_is_registered_in_kjernejournal_in_its_clinicians_name(
    apps: Apps, woman: Woman, other: Woman
) -> None:
    """The clinician's session at HelseID is kept sealed while the app's lasts, and exchanged; after it nothing is."""
    client, token = of_midwife(apps, woman, "openid launch/patient offline_access user/*.cruds")
    crew = Crew(apps.server, apps.services, apps.server.settings)
    body = an_allergy(woman.reference)
    made = requests.post(f"{apps.server.fhir}/AllergyIntolerance", json=body, auth=token, timeout=20)
    assert made.status_code == 201, made.text
    crew.work()
    (registered,) = crew.told("kjernejournal", woman)
    assert registered["actor"]["hpr"] == people.CLINICIANS["midwife-a"].hpr
    there = apps.get(token, f"/Patient/{woman.id}/$critical-information").json()
    assert there["total"] == 0, "it is from here"
    assert "entry" not in there, "kjernejournal was asked"
    kept = "SELECT count(*) FROM app_grant WHERE kind = 'helseid' AND encode(content, 'escape') LIKE '%eyJ%'"
    assert apps.server.database.rows(kept) == ["0"], "no token lies there unsealed"
    again = client.refresh_token(token, dpop=True)
    made = requests.post(f"{apps.server.fhir}/AllergyIntolerance", json=an_allergy(other.reference), auth=again, timeout=20)  # fmt: skip
    assert made.status_code == 201, made.text
    client.revoke_refresh_token(again)
    crew.work()
    assert crew.told("kjernejournal", other) == []
    assert [row.split("|")[0] for row in crew.deliveries(other)] == ["waiting"]


def test_a_citizens_session_ends_as_id_portens_does(
    apps: Apps, nora: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """30 minutes without a sign of life, and 120 at most: ID-porten tells nobody of a session that times out."""
    began, real = clock.now(), clock.now
    minutes = {"passed": 0.0}
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=minutes["passed"]))
    client, idle = of_her(apps)
    _, living = of_her(apps)
    for passed in (29, 58, 87, 116):
        minutes["passed"] = passed
        living = client.refresh_token(living)
        if passed == 58:
            with pytest.raises(InvalidGrant):
                client.refresh_token(idle)
    ends = "SELECT max(expires) FROM app_grant WHERE kind = 'refresh' AND client = 'app-her' AND used IS NULL"
    (last,) = apps.server.database.rows(ends)
    assert datetime.fromisoformat(last) <= began + timedelta(minutes=121), "not another 30 minutes from here"
    minutes["passed"] = 122
    with pytest.raises(InvalidGrant):
        client.refresh_token(living)


@pytest.mark.slow
def test_proofs_and_assertions_of_the_token_endpoint_are_used_once(apps: Apps) -> None:
    """Nor is an assertion for another audience, of another key or without an end taken."""
    url, now = f"{apps.server.base}/auth/token", int(time.time())
    stranger = keys.generate("ES256")

    def asked(
        key: dict[str, Any] = apps.key, *, proof: str = "", assertion: str = "", **claims: Any
    ) -> httpx.Response:
        told = {
            "iss": people.REGISTRY_CLIENT,
            "sub": people.REGISTRY_CLIENT,
            "aud": url,
            "exp": now + 60,
            "jti": uuid.uuid4().hex,
        }
        assertion = assertion or keys.sign(key, {"typ": "JWT"}, told | claims)
        form = {
            "grant_type": "client_credentials", "scope": "system/*.rs", "client_assertion": assertion,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        }  # fmt: skip
        proof = proof or str(DPoPKey.generate("ES256").proof(htm="POST", htu=url))
        return httpx.post(url, data=form, headers={"DPoP": proof})

    assert asked().status_code == 200
    told = {
        "iss": people.REGISTRY_CLIENT,
        "sub": people.REGISTRY_CLIENT,
        "aud": url,
        "exp": now + 60,
        "jti": "twice",
    }
    assertion = keys.sign(apps.key, {"typ": "JWT"}, told)
    assert asked(assertion=assertion).status_code == 200
    assert asked(assertion=assertion).json()["error"] == "invalid_client"
    proof = str(DPoPKey.generate("ES256").proof(htm="POST", htu=url))
    assert asked(proof=proof).status_code == 200
    assert asked(proof=proof).json()["error"] == "invalid_dpop_proof"
    elsewhere = str(DPoPKey.generate("ES256").proof(htm="POST", htu=f"{apps.server.base}/auth/par"))
    assert asked(proof=elsewhere).json()["error"] == "invalid_dpop_proof"
    for wrong in ({"aud": "https://other.example"}, {"exp": now - 60}, {"exp": now + 86_400}, {"sub": "app-carer"}, {"iss": "app-her"}, {"jti": None}):  # fmt: skip
        assert (asked(**wrong).status_code, asked(**wrong).json()["error"]) == (401, "invalid_client"), wrong
    assert asked(stranger).json()["error"] == "invalid_client"
    assert asked(assertion="x.y.z").json()["error"] == "invalid_client"
    assert httpx.post(url, content=b"{}").json()["error"] == "invalid_request"
