"""What tokens say: of the person who logged in, of the organisation that the client acts for, of the login itself."""

import hashlib
import secrets
import time
from typing import Any

from helsekort_sandbox import keys
from helsekort_sandbox.clients import Client
from helsekort_sandbox.openid import details
from helsekort_sandbox.openid.details import ATTEST, Details
from helsekort_sandbox.openid.grants import Grant
from helsekort_sandbox.openid.profile import Claims, Profile
from helsekort_sandbox.openid.provider import LIFETIME, Provider

HPR = "helseid://claims/hpr/"
ORGNR = "helseid://claims/client/claims/orgnr_"
PERSONAL = ("sub", "sid", "name", "given_name", "middle_name", "family_name", "auth_time", "amr", ATTEST)


def organization(client: Client, said: Details) -> Claims:
    """For which organisation the client acts, in HelseID's words; a multi-tenant client's own is the supplier."""
    multi = client.tenancy == "multi"
    parent, child = said.organization or (("", "") if multi else (client.orgnr_parent, client.orgnr_child))
    supplier = client.orgnr_parent if multi else ""
    named = {"parent": parent, "child": child, "supplier": supplier}
    return {f"{ORGNR}{name}": number for name, number in named.items() if number}


def person(provider: Provider, client: Client, grant: Grant, said: Details) -> Claims:
    """The claims of a session: who logged in, how strongly and when, acting for whom, with which attest."""
    login, level = provider.profile.login(grant["login"]), provider.profile.level(grant["level"])
    known = login.claims
    if login.key.partition("@")[0] in provider.unauthorised:
        known = {name: value for name, value in known.items() if not name.startswith(HPR)}
    claims = {
        "sub": provider.subject(client, provider.number(known)),
        "sid": grant["session"],
        "auth_time": grant["auth_time"],
        **known,
        **level.claims,
        **(organization(client, said) if provider.profile.reads_details else {}),
    }
    if said.attest:
        claims[ATTEST] = details.enriched(said.attest, login.claims, grant["auth_time"])
    return claims


def kept(subject: Claims) -> Claims:
    """What an exchange keeps of the clinician: who, with which authorisation, for whom and why."""
    return {
        name: value
        for name, value in subject.items()
        if name in PERSONAL or name.startswith(("helseid://claims/identity/", "helseid://claims/hpr/", ORGNR))
    }


def shown(profile: Profile, claims: Claims, scope: str) -> Claims:
    """Those of ``claims`` that the words of ``scope`` show."""
    names = {name for word in scope.split() for name in profile.scopes.get(word, ())}
    return {name: value for name, value in claims.items() if name in names}


def id_token(provider: Provider, client: Client, grant: Grant, access_token: str) -> str:
    """Who logged in, for the client alone; ``at_hash`` ties it to the access token (OpenID Connect Core §3.1.3.6)."""
    now = int(time.time())
    claims = person(provider, client, grant, details.of_json(grant["details"]))
    always = ("sub", "sid", "auth_time", *provider.profile.always)
    payload: dict[str, Any] = {
        "iss": provider.url,
        "aud": client.client_id,
        "iat": now,
        "exp": now + LIFETIME,
        "jti": secrets.token_hex(16),
        "at_hash": keys.encode(hashlib.sha256(access_token.encode()).digest()[:16]),
        **({"nonce": grant["nonce"]} if grant["nonce"] else {}),
        **{name: claims[name] for name in always if name in claims},
        **shown(provider.profile, claims, grant["scope"]),
    }
    return provider.signed(payload, "JWT")
