"""Tokens that an attacker could make: each broken in one way, against the object that the door asks."""

import asyncio
import json
import time
from typing import Any

import pytest

from app.access.authorisations import DETAILS, KINDS
from app.access.caller import Role
from app.access.roles import SUPERVISOR
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


def test_a_key_of_one_issuer_does_not_sign_for_another(verifying: Verifying) -> None:
    other = verifying.issuers.citizen_key
    assert (
        identified(verifying, verifying.token(verifying.claims("citizen"), other)).caller.role is Role.CITIZEN
    )
    refused(verifying, verifying.token(verifying.claims("midwife"), other))
    refused(verifying, verifying.token(verifying.claims("citizen"), verifying.issuers.key))


def test_what_is_too_long_is_refused_in_words(verifying: Verifying) -> None:
    long = verifying.token(verifying.claims(padding="x" * 20_000))
    assert "longer than 16384" in refused(verifying, long)
    token = verifying.token(verifying.claims())
    with pytest.raises(Unauthenticated, match="longer than 8192"):
        identified(verifying, token, padding="x" * 9_000)


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


# kind of approval (Volven 7704) → what it lets a midwife be, and one whose token names a supervisor
APPROVALS = {
    "1": (Role.MIDWIFE, Role.STUDENT),
    "17": (Role.MIDWIFE, Role.STUDENT),
    "2": (Role.MIDWIFE, Role.STUDENT),
    "4": (Role.MIDWIFE, Role.STUDENT),
    "14": (Role.MIDWIFE, Role.STUDENT),
    "3": (None, Role.STUDENT),
    "99": (None, None),
}


@pytest.mark.parametrize("kind", APPROVALS)
def test_the_register_backs_what_is_attested(verifying: Verifying, kind: str) -> None:
    rows = [{"profession": "JO", "authorization": {"value": kind, "description": ""}}]
    details = {DETAILS: {"approvals": [{"profession": "SP"}, *rows], "hpr_number": 222210004}}
    supervisor = {SUPERVISOR: {"hpr_number": "222210005"}}
    for expected, more in zip(APPROVALS[kind], ({}, supervisor), strict=True):
        token = verifying.token(verifying.claims(**details, **more))
        if expected:
            assert identified(verifying, token).caller.role is expected
        else:
            assert "register" in refused(verifying, token, Forbidden)
    assert set(APPROVALS) - {"99"} == set(KINDS)


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
