"""The token endpoint: one function for each grant.

https://www.rfc-editor.org/rfc/rfc6749#section-4, refresh tokens that rotate
https://www.rfc-editor.org/rfc/rfc9700#section-4.14, token exchange https://www.rfc-editor.org/rfc/rfc8693, which API a
token is for https://www.rfc-editor.org/rfc/rfc8707.
"""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from helsekort_sandbox import keys
from helsekort_sandbox.clients import (
    AUTHORIZATION_CODE,
    CLIENT_CREDENTIALS,
    REFRESH_TOKEN,
    TOKEN_EXCHANGE,
    Client,
)
from helsekort_sandbox.openid import details, speech
from helsekort_sandbox.openid.authorization import OFFLINE
from helsekort_sandbox.openid.details import Details
from helsekort_sandbox.openid.grants import Grant
from helsekort_sandbox.openid.provider import LIFETIME, Provider
from helsekort_sandbox.proofs import Refused, verified

ACCESS_TOKEN_TYPE = "urn:ietf:params:oauth:token-type:access_token"  # noqa: S105 (the name of a type)
REFRESH_LIVES = 8 * 3600  # seconds
Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request to the token endpoint: who asks, with which key, for whom it acts."""

    request: Request
    form: Mapping[str, str]
    client: Client
    jkt: str | None
    details: Details


class TokenEndpoint:
    """The grants of one issuer."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self._grants: dict[str, Callable[[Asked], Answer]] = {
            AUTHORIZATION_CODE: self._code,
            REFRESH_TOKEN: self._refresh,
            CLIENT_CREDENTIALS: self._machine,
            TOKEN_EXCHANGE: self._exchange,
        }

    def answer(self, request: Request, form: Mapping[str, str]) -> Answer:
        """The tokens that ``form`` asks for. Raises Refused."""
        provider = self._provider
        jkt = provider.bound(request, "token", needed=not provider.profile.bearer)
        known = provider.authenticated(form)
        said = Details()
        if provider.profile.reads_details:
            said = details.read(
                form.get("authorization_details"), known.assertion.get("assertion_details"), known.client
            )
        kind = form.get("grant_type", "")
        if kind not in provider.profile.grants:
            raise Refused("unsupported_grant_type", ", ".join(provider.profile.grants))
        if kind not in known.client.grants:
            raise Refused("unauthorized_client", "The client is not registered for this grant")
        return self._grants[kind](Asked(request, form, known.client, jkt, said))

    def _code(self, asked: Asked) -> Answer:
        grant = self._provider.grants.taken(
            asked.request, "code", asked.form.get("code", ""), asked.client.client_id
        )
        self._provider.grants.note(asked.request, 200, uses=asked.form["code"], grant_type=AUTHORIZATION_CODE)
        if asked.form.get("redirect_uri") != grant["redirect_uri"]:
            raise Refused("invalid_grant", "redirect_uri is not that of the request")
        verifier = asked.form.get("code_verifier", "")
        if keys.encode(hashlib.sha256(verifier.encode()).digest()) != grant["code_challenge"]:
            raise Refused("invalid_grant", "code_verifier does not fit")
        if grant["jkt"] and grant["jkt"] != asked.jkt:
            raise Refused("invalid_dpop_proof", "The code is bound to another key")
        answer = self._session(asked, grant)
        return answer | {
            "id_token": speech.id_token(self._provider, asked.client, grant, answer["access_token"])
        }

    def _refresh(self, asked: Asked) -> Answer:
        value = asked.form.get("refresh_token", "")
        grant = self._provider.grants.taken(asked.request, "refresh", value, asked.client.client_id)
        scope = asked.form.get("scope", grant["scope"])
        if set(scope.split()) - set(grant["scope"].split()):
            raise Refused("invalid_scope", "A refresh does not widen")
        return self._session(asked, grant | {"scope": scope}, rotated=value)

    def _session(self, asked: Asked, grant: Grant, rotated: str = "") -> Answer:
        """Access token, and a refresh token where the scope has it, in a session that a person began."""
        audience = self._audience(asked, grant["scope"])
        said = asked.details.over(details.of_json(grant["details"]))
        person = speech.person(self._provider, asked.client, grant, said)
        own = {"openid", "profile", *self._provider.profile.scopes} - {OFFLINE}
        scope = [
            word for word in grant["scope"].split() if word in own or word.rpartition("/")[0] == audience
        ]
        person["scope"] = " ".join(scope)
        answer = self._answer(asked, audience, person, int(time.time()) + LIFETIME)
        if OFFLINE in grant["scope"].split():
            kept = {**grant, "kind": "refresh"}
            kept["expires"] = grant["expires"] if rotated else int(time.time()) + REFRESH_LIVES
            answer["refresh_token"] = self._provider.grants.note(
                asked.request, 200, uses=rotated, grant=kept, grant_type=REFRESH_TOKEN
            )
        return answer

    def _audience(self, asked: Asked, scope: str) -> str:
        """The one API of the token: the only one, or that which ``resource`` names; without any, this issuer."""
        words = set(scope.split()) & asked.client.scopes()
        audiences = {word.rpartition("/")[0] for word in words}
        resource = asked.form.get("resource", "")
        if resource and resource not in audiences:
            raise Refused("invalid_target", "The session has no scope of that resource")
        if len(audiences) > 1 and not resource:
            raise Refused("invalid_target", "resource names one of several APIs: a token has one audience")
        return resource or next(iter(audiences), self._provider.url)

    def _machine(self, asked: Asked) -> Answer:
        audience = asked.client.audience(asked.form.get("scope", ""), asked.form.get("audience", ""))
        if audience is None:
            raise Refused("invalid_scope", "One audience that the client is registered for")
        if asked.details.attest:
            raise Refused(details.ERROR, "A machine attests no care relation")
        rights = [word for word in asked.form.get("scope", "").split() if word in asked.client.scopes()]
        claims = {"sub": asked.client.client_id} | speech.organization(asked.client, asked.details)
        claims |= {"scope": " ".join(rights)} if rights else {}
        return self._answer(asked, audience, claims, int(time.time()) + LIFETIME)

    def _exchange(self, asked: Asked) -> Answer:
        audience = asked.client.audience(asked.form.get("scope", ""), asked.form.get("audience", ""))
        if audience is None:
            raise Refused("invalid_scope", "One audience that the client is registered for")
        if asked.form.get("subject_token_type") != ACCESS_TOKEN_TYPE:
            raise Refused("invalid_request", f"subject_token_type is {ACCESS_TOKEN_TYPE}")
        subject = verified(
            asked.form.get("subject_token", ""), self._provider.ring.published(), "invalid_grant", "at+jwt"
        )
        api = asked.client.api
        if subject.get("iss") != self._provider.url or not api or subject.get("aud") != api:
            raise Refused("invalid_grant", "The subject token was issued to another API")
        claims = speech.organization(asked.client, Details()) | speech.kept(subject)
        claims["act"] = {"sub": asked.client.client_id}
        rights = [word for word in asked.form.get("scope", "").split() if word in asked.client.scopes()]
        claims |= {"scope": " ".join(rights)} if rights else {}
        expires = min(int(time.time()) + LIFETIME, int(subject["exp"]))
        return self._answer(asked, audience, claims, expires) | {"issued_token_type": ACCESS_TOKEN_TYPE}

    def _answer(self, asked: Asked, audience: str, claims: dict[str, Any], expires: int) -> Answer:
        claims = {"scope": f"{audience}/api"} | claims
        token = self._provider.access_token(asked.client, audience, claims, asked.jkt, expires)
        if asked.form["grant_type"] in {CLIENT_CREDENTIALS, TOKEN_EXCHANGE}:
            self._provider.grants.note(asked.request, 200, grant_type=asked.form["grant_type"])
        return {
            "access_token": token,
            "token_type": "DPoP" if asked.jkt else "Bearer",
            "expires_in": expires - int(time.time()),
            "scope": claims["scope"],
        }

    def revoke(self, request: Request, form: Mapping[str, str]) -> None:
        """End the session of a refresh token; of others nothing is told (RFC 7009). Raises Refused."""
        known = self._provider.authenticated(form)
        try:
            grant = self._provider.grants.living("refresh", form.get("token", ""), known.client.client_id)
        except KeyError:
            return
        self._provider.grants.note(request, 200, ends=grant["session"])

    def userinfo(self, request: Request) -> dict[str, Any]:
        """What the scopes of an access token show of its person. Raises Refused."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        claims = verified(token, self._provider.ring.published(), "invalid_token", "at+jwt")
        jkt = claims.get("cnf", {}).get("jkt")
        if jkt:
            url = self._provider.address("userinfo")
            if scheme.lower() != "dpop" or jkt != self._provider.proofs.check(
                request.headers.get("dpop"), request.method, url, token
            ):
                raise Refused("invalid_token", "The token is bound to another key")
        return {"sub": claims["sub"]} | speech.shown(self._provider.profile, claims, claims["scope"])
