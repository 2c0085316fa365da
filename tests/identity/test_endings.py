"""A login that ends at HelseID or ID-porten, and an authorisation that is withdrawn, end the session of an app."""

import asyncio
import time
import uuid
from typing import Any

import httpx
import pytest
import requests
from helsekort_sandbox import keys
from requests_oauth2client import InvalidGrant

from app.api.login_tokens import ended
from app.fhir.outcome import Unauthenticated
from tests.fixtures.resources import Woman
from tests.identity.apps import Apps
from tests.identity.conftest import Verifying
from tests.identity.test_apps import apps, claims, nora, of_her, of_midwife, woman

__all__ = ["apps", "nora", "woman"]
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def test_what_is_no_logout_token_ends_nothing(verifying: Verifying) -> None:
    """https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation"""
    key, now = verifying.issuers.key, int(time.time())
    good: dict[str, Any] = {
        "iss": verifying.issuers.helseid, "aud": verifying.settings.login_client_id, "sid": "s-1",
        "jti": uuid.uuid4().hex, "iat": now, "exp": now + 60, "events": {EVENT: {}},
    }  # fmt: skip

    def told(signer: dict[str, Any] = key, typ: str = "logout+jwt", **changed: Any) -> str:
        said = {name: value for name, value in (good | changed).items() if value is not None}
        token = keys.sign(signer, {"typ": typ, "kid": key["kid"]}, said)
        return asyncio.run(ended(verifying.identity, token))

    assert told() == f"sid:{good['iss']} s-1"
    wrong: list[dict[str, Any]] = [
        {"signer": keys.generate("RS256")}, {"typ": "at+jwt"}, {"aud": "another"}, {"iss": "https://evil.example"},
        {"iss": verifying.issuers.citizens}, {"exp": now - 60}, {"iat": now + 600}, {"events": {}}, {"events": None},
        {"nonce": "n"}, {"sid": None}, {"jti": None}, {"exp": None}, {"iat": None},
    ]  # fmt: skip
    for changed in wrong:
        with pytest.raises(Unauthenticated):
            told(**changed)


def controlled(apps: Apps, service: str, path: str, **body: Any) -> Any:
    """A switch of a mock issuer."""
    headers = {"X-Auth-Key": (apps.services.folder / "test-token-key").read_text().strip()}
    answer = httpx.post(f"{getattr(apps.services.running, service)}{path}", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.slow
def test_a_login_that_ends_where_it_began_ends_the_apps_session(apps: Apps, woman: Woman, nora: str) -> None:
    """Back-channel logout, from HelseID and ID-porten; another's session goes on, and so may a new login."""
    carer, token = of_midwife(apps, woman)
    _, hers = of_her(apps)
    assert controlled(apps, "helseid", "/_logout", login="midwife-a")["told"][-1] == 200
    assert apps.get(token, f"/Patient/{woman.id}").status_code == 401
    assert not carer.introspect_token(token.access_token)["active"]
    with pytest.raises(InvalidGrant):
        carer.refresh_token(token)
    headers = {"Authorization": f"Bearer {hers.access_token}"}
    assert requests.get(f"{apps.server.fhir}/Patient/{nora}", timeout=20, headers=headers).status_code == 200
    controlled(apps, "idporten", "/_logout", login="main")
    assert requests.get(f"{apps.server.fhir}/Patient/{nora}", timeout=20, headers=headers).status_code == 401
    assert apps.get(of_midwife(apps, woman)[1], f"/Patient/{woman.id}").status_code == 200


@pytest.mark.slow
def test_an_authorisation_that_is_withdrawn_ends_the_session_at_the_next_refresh(
    apps: Apps, woman: Woman
) -> None:
    client, first = of_midwife(apps, woman)
    second = client.refresh_token(first)
    apps.services.fail("helseid", status=503, count=1)
    third = client.refresh_token(second)
    assert apps.get(third, f"/Patient/{woman.id}").status_code == 200, "HelseID is away: as it was"
    assert "refresh_token" not in claims(third.access_token)
    controlled(apps, "helseid", "/_authorisations", login="midwife-a", withdrawn=True)
    try:
        with pytest.raises(InvalidGrant):
            client.refresh_token(third)
    finally:
        controlled(apps, "helseid", "/_authorisations", login="midwife-a", withdrawn=False)
    assert apps.get(third, f"/Patient/{woman.id}").status_code == 401
    with pytest.raises(InvalidGrant):
        client.refresh_token(third)
