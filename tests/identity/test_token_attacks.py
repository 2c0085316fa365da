"""Tokens that an attacker could make: each broken in one way, against the object that the door asks."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from helsekort_sandbox import keys
from joserfc.jwk import RSAKey

from app.access.caller import Role
from app.api import identity as module
from app.api.identity import Identified
from app.fhir.outcome import FhirError, Forbidden, Unauthenticated
from tests.identity.conftest import Verifying

CHILD = "helseid://claims/client/claims/orgnr_child"
PARENT = "helseid://claims/client/claims/orgnr_parent"
LEVEL = "helseid://claims/identity/security_level"
HPR = "helseid://claims/hpr/hpr_number"
PID = "helseid://claims/identity/pid"
ATTEST = "nhn:tillitsrammeverk:parameters"


def identified(verifying: Verifying, token: str, **proof: Any) -> Identified:
    return asyncio.run(verifying.identity.identify(verifying.request(token, **proof)))


def refused(verifying: Verifying, token: str, kind: type[FhirError] = Unauthenticated) -> str:
    with pytest.raises(kind) as caught:
        identified(verifying, token)
    if kind is Unauthenticated:
        assert caught.value.headers["WWW-Authenticate"].startswith("DPoP error=")
    assert token[:40] not in str(caught.value)
    return str(caught.value)


def test_the_token_that_is_broken_below_holds(verifying: Verifying) -> None:
    assert identified(verifying, verifying.token(verifying.claims())).caller.role is Role.MIDWIFE
    listed = verifying.claims(aud=["nhn:helsekort"], scope=["nhn:helsekort/api", "openid"])
    assert identified(verifying, verifying.token(listed)).caller.role is Role.MIDWIFE


NOW = int(time.time())
CLAIMS: dict[str, tuple[dict[str, Any], str]] = {
    "two audiences": ({"aud": ["nhn:helsekort", "nhn:other"]}, "audience"),
    "another audience": ({"aud": "nhn:other"}, "audience"),
    "no audience": ({"aud": None}, "audience"),
    "another issuer": ({"iss": "https://elsewhere.example"}, "issuer"),
    "no issuer": ({"iss": None}, "issuer"),
    "an issuer that is a list": ({"iss": ["https://elsewhere.example"]}, "issuer"),
    "no end": ({"exp": None}, "expired"),
    "an end that is true": ({"exp": True}, "expired"),
    "an end that is a text": ({"exp": "4000000000"}, "expired"),
    "not yet": ({"nbf": NOW + 3600}, "yet"),
    "issued in the future": ({"iat": NOW + 3600}, "yet"),
}


@pytest.mark.parametrize(("changed", "reason"), CLAIMS.values(), ids=CLAIMS)
def test_claims_that_do_not_hold(verifying: Verifying, changed: dict[str, Any], reason: str) -> None:
    text = refused(verifying, verifying.token(verifying.claims(**changed)))
    assert reason in text or "does not hold" in text


HEADERS: dict[str, dict[str, Any]] = {
    "another type": {"typ": "JWT"},
    "no type": {"typ": None},
    "a type that is a number": {"typ": 7},
    "no key name": {"kid": None},
    "an unknown key": {"kid": "unknown"},
    "a key name that is a list": {"kid": ["x"]},
    "a critical extension": {"crit": ["exp"]},
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_headers_that_do_not_hold(verifying: Verifying, header: dict[str, Any]) -> None:
    refused(verifying, verifying.token(verifying.claims(), **header))


def _by_hand(header: dict[str, Any], claims: dict[str, Any], secret: bytes = b"") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    signed = b".".join(parts)
    signature = hmac.digest(secret, signed, hashlib.sha256) if secret else b""
    return (signed + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_algorithms_are_not_confused(verifying: Verifying) -> None:
    """No algorithm, the public key as a secret, and another family under the same key's name."""
    key, claims = verifying.issuers.key, verifying.claims()
    head = {"typ": "at+jwt", "kid": key["kid"]}
    for none in ("none", "None", "NONE", ""):
        refused(verifying, _by_hand(head | {"alg": none}, claims))
    public = RSAKey.import_key(keys.public(key)).public_key
    for encoding, form in (
        (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        (Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    ):
        secret = public.public_bytes(encoding, form)
        refused(verifying, _by_hand(head | {"alg": "HS256"}, claims, secret))
    elliptic = keys.generate("ES256") | {"kid": key["kid"]}
    refused(verifying, verifying.token(claims, elliptic))


def test_keys_that_the_token_brings_along_are_not_believed(verifying: Verifying) -> None:
    own = keys.generate("RS256")
    for brought in (
        {"jwk": keys.public(own)},
        {"jku": "https://elsewhere.example/jwks"},
        {"x5u": "https://elsewhere.example/cert"},
    ):
        refused(verifying, verifying.token(verifying.claims(), own, **brought))
        refused(
            verifying,
            verifying.token(verifying.claims(), own | {"kid": verifying.issuers.key["kid"]}, **brought),
        )


def test_a_key_of_one_issuer_does_not_sign_for_another(verifying: Verifying) -> None:
    other = verifying.issuers.citizen_key
    assert (
        identified(verifying, verifying.token(verifying.claims("citizen"), other)).caller.role is Role.CITIZEN
    )
    refused(verifying, verifying.token(verifying.claims("midwife"), other))
    refused(verifying, verifying.token(verifying.claims("citizen"), verifying.issuers.key))


def test_what_is_too_long_or_too_deep_is_refused_in_words(verifying: Verifying) -> None:
    long = verifying.token(verifying.claims(padding="x" * 20_000))
    assert "longer than 16384" in refused(verifying, long)
    deep = _by_hand({"typ": "at+jwt", "alg": "RS256", "kid": "x"}, {}).split(".")
    deep[1] = base64.urlsafe_b64encode(b"[" * 9_000).decode()
    refused(verifying, ".".join(deep))
    token = verifying.token(verifying.claims())
    with pytest.raises(Unauthenticated, match="longer than 8192"):
        identified(verifying, token, padding="x" * 9_000)
    head = _by_hand({"typ": "at+jwt", "alg": "RS256", "kid": "k" * 3_000}, verifying.claims())
    refused(verifying, head)


@pytest.mark.parametrize(("late", "holds"), [(0, True), (4, True), (5, False), (60, False)])
def test_clocks_may_differ_by_five_seconds(
    verifying: Verifying, monkeypatch: pytest.MonkeyPatch, late: int, holds: bool
) -> None:
    now = time.time()
    monkeypatch.setattr(module.time, "time", lambda: now)
    for claims in ({"exp": now - late}, {"nbf": now + late + (0 if holds else 1)}):
        token = verifying.token(verifying.claims(**claims))
        if holds:
            assert identified(verifying, token, iat=now).caller.role is Role.MIDWIFE
        else:
            refused(verifying, token)


def test_a_verified_token_is_remembered_for_a_minute_at_most(
    verifying: Verifying, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [time.time()]
    monkeypatch.setattr(module.time, "time", lambda: now[0])
    token, short = verifying.token(verifying.claims()), verifying.token(verifying.claims(exp=now[0] + 20))
    for remembered in (token, short):
        identified(verifying, remembered, iat=now[0])
    verifying.identity._issuers.clear()  # from here on nothing can be verified anew
    now[0] += 24
    for remembered in (token, short):
        identified(verifying, remembered, iat=now[0])
    now[0] += 35
    identified(verifying, token, iat=now[0])
    refused(verifying, short)
    now[0] += 2
    refused(verifying, token)


PERSONS: dict[str, dict[str, Any]] = {
    "no HPR number": {HPR: None},
    "level 3": {LEVEL: "3"},
    "level 4 as a number": {LEVEL: 4},
    "no level": {LEVEL: None},
    "no parent": {PARENT: None},
    "no child": {CHILD: None},
    "another point of care than the attest's": {CHILD: "999999999"},
    "no attest": {ATTEST: None},
    "an attest that is a list": {ATTEST: [{}]},
    "no scope of this API": {"scope": "openid"},
}


@pytest.mark.parametrize("changed", PERSONS.values(), ids=PERSONS)
def test_a_clinician_lacks_what_makes_her_one(verifying: Verifying, changed: dict[str, Any]) -> None:
    refused(verifying, verifying.token(verifying.claims(**changed)), Forbidden)


def test_both_names_of_the_care_relation_are_read(verifying: Verifying) -> None:
    claims = verifying.claims()
    attest = dict(claims[ATTEST])
    attest["care_relation"] = attest.pop("care_relationship")
    caller = identified(verifying, verifying.token(claims | {ATTEST: attest})).caller
    assert (caller.role, caller.purpose, caller.attested) == (Role.MIDWIFE, "TREAT", True)


def test_her_authorisation_and_place_come_from_the_token(verifying: Verifying) -> None:
    """A nurse's authorisation at the midwives' makes no midwife; parent and child are both hers."""
    claims = verifying.claims()
    caller = identified(verifying, verifying.token(claims)).caller
    assert caller.organizations == (claims[CHILD], claims[PARENT])
    attest = json.loads(json.dumps(claims[ATTEST]))
    attest["practitioner"]["authorization"]["code"] = "TL"
    refused(verifying, verifying.token(claims | {ATTEST: attest}), Forbidden)


def test_a_system_is_what_it_is_registered_as_and_an_auditor_is_a_person(verifying: Verifying) -> None:
    claims = verifying.claims("operator")
    caller = identified(verifying, verifying.token(claims)).caller
    assert (caller.role, caller.number, caller.hpr) == (Role.OPERATOR, None, None)
    refused(verifying, verifying.token(claims | {"client_id": "epj-gp-a"}), Forbidden)
    auditor = verifying.claims("auditor")
    assert identified(verifying, verifying.token(auditor)).caller.role is Role.AUDITOR
    machine = {name: value for name, value in auditor.items() if name not in {PID, LEVEL}}
    refused(verifying, verifying.token(machine), Forbidden)
