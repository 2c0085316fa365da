"""The pages between an app and its token, as a browser is shown them: whom to log in as, which woman, may the app, why not.

https://hl7.org/fhir/smart-app-launch/STU2.2/app-launch.html. A browser without script goes the whole way at the sandbox's
server and its mock logins, in each language.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import httpx
from helsekort_sandbox import apps
from helsekort_sandbox.state import Sandbox

from app.render import login_pages
from tests.identity.apps import an_attest

CALLBACK = "http://127.0.0.1:8090/callback"
ASKED = {
    "response_type": "code", "redirect_uri": CALLBACK, "state": "state-of-the-eyes-1234", "code_challenge": "c" * 43,
    "code_challenge_method": "S256", "dpop_jkt": "j" * 43,
}  # fmt: skip
HER_SCOPES = (
    "openid launch/patient patient/*.rs offline_access patient/Observation.rs patient/Flag.rs?status=active"
)


class Browser:
    """Somebody's browser, which follows as far as the app."""

    def __init__(self, sandbox: Sandbox, language: str) -> None:
        self._sandbox = sandbox
        self._http = httpx.Client(timeout=20, headers={"Accept-Language": language})

    def opened(self, client: str, scope: str, **more: str) -> httpx.Response:
        """Where the app ``client`` sends the browser."""
        asked = ASKED | {"client_id": client, "scope": scope, "aud": self._sandbox.fhir} | more
        return self._follow(self._http.get(f"{self._sandbox.base_url}/auth/authorize?{urlencode(asked)}"))

    def sent(self, page: httpx.Response, **chosen: str) -> httpx.Response:
        """The first form of ``page``, with what is ``chosen``."""
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
        (action, *_) = re.findall(r'<form[^>]*action="([^"]+)"', page.text)
        filled = {name: unescape(value) for name, value in fields} | chosen
        return self._follow(self._http.post(str(page.url.join(unescape(action))), data=filled))

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect and not answer.headers["location"].startswith(CALLBACK):
            answer = self._http.get(answer.headers["location"])
        assert not answer.is_redirect, answer.headers["location"]
        return answer


def pages(sandbox: Sandbox) -> Iterator[tuple[str, str]]:
    """Name and text of each page, by language."""
    for language in login_pages.LANGUAGES:
        found = {"who": login_pages.ways(language, "Begge", "/auth/login", {}, ["helseid", "idporten"])}
        found["out"] = login_pages.farewell(language)
        hers = Browser(sandbox, language)
        found["idporten"] = (picked := hers.opened(apps.CITIZENS_APP, HER_SCOPES)).text
        approving = hers.sent(picked, login="main", level="idporten-loa-high")
        found["approval"] = approving.text
        carers = Browser(sandbox, language)
        attest = an_attest("midwife-a")
        picked = carers.opened(apps.APP, "openid launch/patient patient/*.rs", authorization_details=attest)
        found["helseid"] = picked.text
        listed = carers.sent(picked, login="midwife-a", level="4")
        found["women"] = listed.text
        found["nobody"] = carers.sent(listed, find="1", name="Nobody").text
        found["refusal"] = hers.sent(approving, ticket="unknown").text
        for name, page in found.items():
            yield f"login-{name}.{language}", page
