"""Authorization requests: pushed first, answered by a person on the page, ended by a code.

https://www.rfc-editor.org/rfc/rfc9126 (PAR, required), https://www.rfc-editor.org/rfc/rfc7636 (PKCE, S256),
https://www.rfc-editor.org/rfc/rfc9101 (request objects), https://www.rfc-editor.org/rfc/rfc9207 (``iss``).
"""

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request

from helsekort_sandbox.clients import AUTHORIZATION_CODE, Client
from helsekort_sandbox.openid import details
from helsekort_sandbox.openid.details import Details
from helsekort_sandbox.openid.grants import Grant
from helsekort_sandbox.openid.profile import Level, Login
from helsekort_sandbox.openid.provider import Authenticated, Provider
from helsekort_sandbox.proofs import Refused, verified

PREFIX = "urn:ietf:params:oauth:request_uri:"
REQUEST_LIVES, CODE_LIVES = 590, 60  # seconds; FAPI 2.0: less than 600, at most 60
OFFLINE = "offline_access"
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


class NoLogin(Exception):
    """The page cannot be shown, or what it sent cannot be used: nobody is sent anywhere."""


class Authorization:
    """The requests of one issuer."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def push(self, request: Request, form: Mapping[str, str]) -> dict[str, Any]:
        """Keep an authorization request; what is answered. Raises Refused."""
        provider = self._provider
        known = provider.authenticated(form)
        wanted = self._wanted(form, known.client)
        self._check(wanted, known.client)
        jkt = provider.bound(request, "par", needed=False)
        if jkt and wanted.get("dpop_jkt", jkt) != jkt:
            raise Refused("invalid_dpop_proof", "dpop_jkt is another key than the proof's")
        grant = {
            "kind": "request",
            "client": known.client.client_id,
            "jkt": jkt or wanted.get("dpop_jkt"),
            "details": self._details(wanted, known).as_json(),
            "expires": int(time.time()) + REQUEST_LIVES,
            **{name: wanted.get(name, "") for name in ("redirect_uri", "scope", "state", "nonce")},
            **{name: wanted.get(name, "") for name in ("code_challenge", "acr_values", "prompt")},
        }
        value = provider.grants.note(request, 201, grant=grant)
        return {"request_uri": f"{PREFIX}{value}", "expires_in": REQUEST_LIVES}

    def _wanted(self, form: Mapping[str, str], client: Client) -> Mapping[str, Any]:
        """The parameters: the form's, or those of the request object that stands in it."""
        if "request_uri" in form:
            raise Refused("invalid_request", "A pushed request has no request_uri")
        if "request" not in form:
            return form
        claims = verified(form["request"], list(client.keys), "invalid_request_object")
        if claims.get("iss") != client.client_id or claims.get("aud") != self._provider.url:
            raise Refused("invalid_request_object", "iss is the client, aud is the issuer")
        return claims

    def _details(self, wanted: Mapping[str, Any], known: Authenticated) -> Details:
        if not self._provider.profile.reads_details:
            return Details()
        said = wanted.get("authorization_details")
        return details.read(said, known.assertion.get("assertion_details"), known.client)

    def _check(self, wanted: Mapping[str, Any], client: Client) -> None:
        if AUTHORIZATION_CODE not in client.grants:
            raise Refused("unauthorized_client", "The client is not registered for this grant")
        if wanted.get("client_id") != client.client_id:
            raise Refused("invalid_request", "client_id is required")
        if wanted.get("response_type") != "code":
            raise Refused("unsupported_response_type", "response_type is code")
        if not client.returns_to(wanted.get("redirect_uri")):
            raise Refused("invalid_request", "redirect_uri is not registered")
        challenge = wanted.get("code_challenge", "")
        if wanted.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(str(challenge)):
            raise Refused("invalid_request", "code_challenge with method S256 is required")
        scopes = set(str(wanted.get("scope", "")).split())
        if "openid" not in scopes or scopes - {OFFLINE, *self._provider.profile.scopes} - client.scopes():
            raise Refused("invalid_scope", "openid, and otherwise what the client is registered for")

    def pending(self, fields: Mapping[str, str]) -> tuple[Client, Grant, str]:
        """The client and its pushed request, by what stands in the address. Raises NoLogin."""
        uri, client_id = fields.get("request_uri", ""), fields.get("client_id", "")
        client = self._provider.client(client_id)
        if client is None or not uri.startswith(PREFIX):
            raise NoLogin("client_id and a request_uri from the endpoint of pushed requests are required")
        value = uri.removeprefix(PREFIX)
        try:
            return client, self._provider.grants.living("request", value, client_id), value
        except KeyError as error:
            raise NoLogin("The request is unknown, used or too old") from error

    def offered(self, client: Client, grant: Grant) -> list[Login]:
        """The logins to choose among: positions where nothing says for which organisation the client acts."""
        rows = self._provider.profile.logins
        acts_for = details.of_json(grant["details"]).organization or client.orgnr_parent
        positions = [row for row in rows if row.organization is not None]
        if positions and (client.tenancy == "multi" or not acts_for) and not grant["details"]["organization"]:
            return positions
        return [row for row in rows if row.organization is None]

    def levels(self, grant: Grant) -> list[Level]:
        """The levels of login that the request leaves open."""
        rows = list(self._provider.profile.levels)
        asked = [row for row in rows if row.key in grant["acr_values"].split()]
        return rows[: rows.index(asked[-1]) + 1] if asked else rows

    def choose(self, request: Request, fields: Mapping[str, str]) -> str:
        """Where the browser goes after somebody logged in, or did not want to. Raises NoLogin."""
        client, grant, value = self.pending(fields)
        if "cancel" in fields:
            return self._refused(request, grant, value, "access_denied", "The person did not log in")
        login = next((r for r in self.offered(client, grant) if r.key == fields.get("login")), None)
        level = next((r for r in self.levels(grant) if r.key == fields.get("level")), None)
        if login is None or level is None:
            raise NoLogin("That person or level is not offered")
        attest = grant["details"]["attest"]
        if attest and attest["practitioner"]["authorization"]["code"] not in login.professions:
            why = "The person has not the authorisation that is attested"
            return self._refused(request, grant, value, details.ERROR, why)
        code = {
            **{name: grant[name] for name in ("client", "jkt", "redirect_uri", "scope", "nonce")},
            "code_challenge": grant["code_challenge"],
            "details": Details(login.organization).over(details.of_json(grant["details"])).as_json(),
            "kind": "code",
            "login": login.key,
            "level": level.key,
            "auth_time": int(time.time()),
            "session": secrets.token_hex(16),
            "expires": int(time.time()) + CODE_LIVES,
        }
        return self._back(grant, {"code": self._provider.grants.note(request, 303, uses=value, grant=code)})

    def refuse(self, request: Request, fields: Mapping[str, str], error: str, why: str) -> str:
        """Where the browser goes with an error. Raises NoLogin."""
        _, grant, value = self.pending(fields)
        return self._refused(request, grant, value, error, why)

    def _refused(self, request: Request, grant: Grant, value: str, error: str, why: str) -> str:
        self._provider.grants.note(request, 303, uses=value, refused=error)
        return self._back(grant, {"error": error, "error_description": why})

    def _back(self, grant: Grant, answer: dict[str, str]) -> str:
        state = {"state": grant["state"]} if grant["state"] else {}
        joint = "&" if urlsplit(grant["redirect_uri"]).query else "?"
        return f"{grant['redirect_uri']}{joint}{urlencode(answer | state | {'iss': self._provider.url})}"
