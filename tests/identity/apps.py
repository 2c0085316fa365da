"""A server that serves apps, the real mock logins, a browser, and apps that are independent OAuth clients."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import requests
from helsekort_sandbox import keys, mocks, people
from requests_oauth2client import (
    AuthorizationRequest,
    MissingDPoPNonce,
    OAuth2Client,
    PrivateKeyJwt,
    PublicApp,
)

from app.main import create_app
from app.registrations import App
from tests.fixtures.database import TestDatabase
from tests.fixtures.identity import Serving
from tests.fixtures.server import Server, settings_of
from tests.fixtures.services import Services, issuers_of

CALLBACK, OUT = "https://app.example/callback", "https://app.example/out"
EXAMPLE_CALLBACK = "http://127.0.0.1:18093/callback"
REGISTRY = "helsekort-registry"
CARER_SCOPES = (
    "openid",
    "fhirUser",
    "launch",
    "launch/patient",
    "offline_access",
    "patient/*.rs",
    "user/*.cruds",
)
HER_SCOPES = (
    "openid",
    "fhirUser",
    "launch/patient",
    "offline_access",
    "patient/*.rs",
    "patient/Observation.c",
)
ATTEST = "nhn:tillitsrammeverk:parameters"


def an_attest(key: str, purpose: str = "TREAT") -> str:
    """The organisation and the attest of a clinician, as ``authorization_details``."""
    row = people.CLINICIANS[key]
    place = people.ORGANIZATIONS[row.organization]
    identifier = {
        "system": "urn:oid:1.0.6523",
        "type": "ENH",
        "value": f"NO:ORGNR:{place.parent}:{place.orgnr}",
    }
    details: list[dict[str, Any]] = [
        {"type": "helseid_authorization", "practitioner_role": {"organization": {"identifier": identifier}}},
        {
            "type": ATTEST,
            "practitioner": {
                "authorization": {"code": row.profession},
                "legal_entity": {"id": place.parent},
                "point_of_care": {"id": place.orgnr},
            },
            "care_relationship": {
                "healthcare_service": {"code": row.service},
                "purpose_of_use": {"code": purpose},
                "decision_ref": {"id": "d-1"},
            },
        },
    ]
    return json.dumps(details)


def apps(key: dict[str, Any]) -> tuple[App, ...]:
    public = (keys.public(key),)
    carer, her, both = ("professionals",), ("citizens",), ("professionals", "citizens")
    return (
        App("app-carer", "Svangerskapsappen", carer, CARER_SCOPES, (CALLBACK,), "https://app.example/launch", (OUT,), public),
        App("app-other", "En annen app", carer, CARER_SCOPES, (CALLBACK,), "https://app.example/launch", (), public),
        App("app-her", "Min graviditet", her, HER_SCOPES, (CALLBACK,), bearer=True),
        App("app-narrow", "Målinger", her, ("patient/Observation.rs?status=final", "launch/patient"), (CALLBACK,)),
        App("app-both", "Begge", both, ("openid", "patient/*.rs"), (CALLBACK,)),
        App("app-example", "Eksempel", carer, CARER_SCOPES, (EXAMPLE_CALLBACK,)),
        App("app-example-her", "Eksempel", her, HER_SCOPES, (EXAMPLE_CALLBACK,)),
        App(people.REGISTRY_CLIENT, "Register", ("systems",), ("system/*.rs",), keys=public, organization=("983974937", "983974937")),
    )  # fmt: skip


@dataclass
class Browser:
    """Somebody's browser, which goes where it is sent as far as the app's address."""

    server: Server
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=20))

    def follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect and not answer.headers["location"].startswith("https://app.example"):
            answer = self.http.get(answer.headers["location"])
        return answer

    def open(self, url: str) -> httpx.Response:
        return self.follow(self.http.get(url))

    def submit(self, page: httpx.Response, **chosen: str) -> httpx.Response:
        """Send the first form of ``page``, with the button or row that is ``chosen``."""
        hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
        assert action, page.text
        target = unescape(action[1])
        url = (
            target if target.startswith("http") else f"{page.url.scheme}://{page.url.netloc.decode()}{target}"
        )
        fields = {name: unescape(value) for name, value in hidden} | chosen
        return self.follow(self.http.post(url, data=fields))

    def log_in(self, url: str, login: str, level: str) -> httpx.Response:
        return self.submit(self.open(url), login=login, level=level)

    def carer(self, url: str, login: str = "midwife-a", level: str = "4") -> httpx.Response:
        return self.log_in(url, login, level)

    def woman(self, url: str, login: str = "main", level: str = "idporten-loa-high") -> httpx.Response:
        return self.log_in(url, login, level)


def told(answer: httpx.Response) -> dict[str, str]:
    """What the app is told at its address."""
    assert answer.is_redirect, f"{answer.status_code}: {answer.text}"
    location = answer.headers["location"]
    assert location.startswith(CALLBACK + "?"), location
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


@dataclass
class Apps:
    """The server, and the apps at it."""

    server: Server
    key: dict[str, Any]
    services: Services
    session: requests.Session = field(default_factory=requests.Session)
    browsers: list[Browser] = field(default_factory=list)

    def client(self, client_id: str, **more: Any) -> OAuth2Client:
        found = httpx.get(f"{self.server.fhir}/.well-known/smart-configuration").json()
        row = next(row for row in self.server.settings.pilot.apps if row.client_id == client_id)
        auth = (
            PrivateKeyJwt(client_id, self.key | {"use": "sig"}, alg="ES256")
            if row.keys
            else PublicApp(client_id)
        )
        return OAuth2Client(
            found["token_endpoint"], auth, redirect_uri=CALLBACK, testing=True, issuer=found["issuer"],
            authorization_endpoint=found["authorization_endpoint"], revocation_endpoint=found["revocation_endpoint"],
            introspection_endpoint=found["introspection_endpoint"],
            pushed_authorization_request_endpoint=found["pushed_authorization_request_endpoint"],
            authorization_response_iss_parameter_supported=True, dpop_bound_access_tokens=not row.bearer,
            authorization_server_jwks=httpx.get(found["jwks_uri"]).json(), id_token_signed_response_alg="ES256",
            session=self.session, **more,
        )  # fmt: skip

    def request(self, client: OAuth2Client, scope: str, **more: Any) -> AuthorizationRequest:
        return client.authorization_request(scope=scope, aud=self.server.fhir, **more)

    def token(self, client: OAuth2Client, asked: AuthorizationRequest, end: httpx.Response) -> Any:
        """The tokens for what the browser brought back, as the independent client checks and asks for them."""
        assert end.is_redirect, f"{end.status_code}: {end.text}"
        bound = client.dpop_bound_access_tokens
        answer = asked.validate_callback(end.headers["location"])
        # Version 1.8 loses the key of a bound token where it validates the ID token
        return client.authorization_code(answer, dpop=bound, validate=not bound)

    def get(self, token: Any, path: str) -> requests.Response:
        try:
            return requests.get(f"{self.server.fhir}{path}", auth=token, timeout=20)
        except MissingDPoPNonce as refused:  # so the library takes every 401
            return refused.response

    def browser(self) -> Browser:
        self.browsers.append(Browser(self.server))
        return self.browsers[-1]

    def close(self) -> None:
        self.session.close()
        for browser in self.browsers:
            browser.http.close()


def serving(database: TestDatabase, services: Services, folder: Path) -> Iterator[Apps]:
    listener = mocks.listen()
    base = mocks.address(listener)
    issuers, key = issuers_of(services), keys.generate("ES256")
    settings = settings_of(database, issuers, folder, base)
    settings = replace(
        settings, client_key_file=services.key_file, idporten_issuer=services.running.idporten, allow_bearer=False,
        app_key_file=str(folder / "app-keys.json"), kjernejournal_url=services.kjernejournal_url, pilot=replace(settings.pilot, apps=apps(key)),
    )  # fmt: skip
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        found = Apps(Server(base, settings, database, issuers, client, {}), key, services)
        yield found
        found.close()
