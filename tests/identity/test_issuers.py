"""Several issuers, each by its own rules, and their keys as they change."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from helsekort_sandbox import keys, mocks
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.access.caller import Role
from app.access.issuers import GIVES
from app.fhir.outcome import Forbidden, Unauthenticated, Unavailable
from app.gateways import keysets
from app.gateways.keysets import Issuer
from app.registrations import TrustedIssuer
from app.settings import Settings, UnsafeSettings, check
from tests.fixtures.identity import Serving
from tests.identity.conftest import Verifying
from tests.identity.test_token_attacks import LEVEL, PID, identified


class Publisher:
    """An issuer that publishes what it is told to, and counts who asks."""

    def __init__(self, url: str) -> None:
        self.url, self.keys, self.asked, self.broken = url, [keys.generate("ES256")], 0, False
        self.lock = threading.Lock()

    async def metadata(self, _: Request) -> Response:
        with self.lock:
            self.asked += 1
        return JSONResponse({"issuer": self.url, "jwks_uri": f"{self.url}/jwks"}, 503 if self.broken else 200)

    async def jwks(self, _: Request) -> Response:
        return JSONResponse(
            {"keys": "none"} if self.broken else {"keys": [keys.public(key) for key in self.keys]}
        )


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    listener = mocks.listen()
    found = Publisher(mocks.address(listener))
    routes = [Route("/.well-known/openid-configuration", found.metadata), Route("/jwks", found.jwks)]
    with Serving(Starlette(routes=routes), listener):
        yield found


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [0.0]  # a machine that has just started
    monkeypatch.setattr(keysets.time, "monotonic", lambda: now[0])
    return now


def _known(found: Any) -> set[str]:
    return {key.kid for key in found.keys}


def test_a_key_that_is_new_is_asked_for_once_and_a_made_up_one_hardly_ever(
    publisher: Publisher, clock: list[float]
) -> None:
    async def story() -> None:
        issuer, (old,) = Issuer(publisher.url), publisher.keys
        assert _known(await issuer.keys(old["kid"])) == {old["kid"]}
        new = keys.generate("ES256")
        publisher.keys = [new, old]
        clock[0] += 11
        found = await asyncio.gather(*(issuer.keys(new["kid"]) for _ in range(50)))  # mid-flight, all at once
        assert all(_known(one) == {new["kid"], old["kid"]} for one in found)
        assert publisher.asked == 2
        for n in range(1_000):
            await issuer.keys(f"made-up-{n}")
        assert publisher.asked == 2
        clock[0] += 11
        await asyncio.gather(*(issuer.keys(f"made-up-{n}") for n in range(100)))
        assert publisher.asked == 3

    asyncio.run(story())


def test_a_key_that_is_withdrawn_goes_within_the_hour(publisher: Publisher, clock: list[float]) -> None:
    async def story() -> None:
        issuer, (old,) = Issuer(publisher.url), publisher.keys
        await issuer.keys(old["kid"])
        publisher.keys = [keys.generate("ES256")]
        clock[0] += 59 * 60
        assert _known(await issuer.keys(old["kid"])) == {old["kid"]}
        clock[0] += 60
        found = await asyncio.gather(*(issuer.keys(old["kid"]) for _ in range(50)))
        assert all(_known(one) == {publisher.keys[0]["kid"]} for one in found)
        assert publisher.asked == 2

    asyncio.run(story())


def test_an_issuer_that_is_down_is_believed_for_a_day(publisher: Publisher, clock: list[float]) -> None:
    async def story() -> None:
        issuer, (old,) = Issuer(publisher.url), publisher.keys
        publisher.broken = True
        with pytest.raises(Unavailable):
            await issuer.keys(old["kid"])
        publisher.broken = False
        assert _known(await issuer.keys(old["kid"])) == {old["kid"]}
        publisher.broken = True
        clock[0] += 23 * 3600
        found = await asyncio.gather(*(issuer.keys(old["kid"]) for _ in range(50)))
        assert all(_known(one) == {old["kid"]} for one in found)
        clock[0] += 3600
        with pytest.raises(Unavailable):
            await issuer.keys(old["kid"])

    asyncio.run(story())


def test_while_an_issuer_does_not_answer_one_request_waits_for_it(
    publisher: Publisher, clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        issuer, (old,) = Issuer(publisher.url), publisher.keys
        await issuer.keys(old["kid"])
        publisher.broken = True
        clock[0] += 3600
        await issuer.keys(old["kid"])
        hanging, read = asyncio.Event(), issuer._read

        async def slow() -> None:
            await hanging.wait()
            await read()

        monkeypatch.setattr(issuer, "_read", slow)
        clock[0] += 11
        waits = asyncio.create_task(issuer.keys(old["kid"]))
        await asyncio.sleep(0)
        async with asyncio.timeout(1):
            assert _known(await issuer.keys(old["kid"])) == {old["kid"]}
        assert not waits.done()
        hanging.set()
        assert _known(await waits) == {old["kid"]}

    asyncio.run(story())


def _with(verifying: Verifying, *issuers: TrustedIssuer) -> Verifying:
    pilot = replace(verifying.settings.pilot, issuers=issuers)
    return Verifying(replace(verifying.settings, pilot=pilot), verifying.issuers)


def test_a_third_issuer_has_rules_of_its_own(verifying: Verifying, publisher: Publisher) -> None:
    """As ID-porten: another audience, one algorithm, and its own names for number and level."""
    rules = TrustedIssuer(
        publisher.url,
        ("citizens",),
        audience="https://helsekort.example",
        algorithms=("ES256",),
        pid="pid",
        level="acr",
        levels=("idporten-loa-high",),
    )
    third = _with(verifying, rules)
    hers = verifying.claims("citizen")
    claims = {name: value for name, value in hers.items() if name not in {PID, LEVEL}} | {
        "iss": publisher.url,
        "aud": "https://helsekort.example",
        "scope": "https://helsekort.example/api",
        "pid": hers[PID],
        "acr": "idporten-loa-high",
    }
    (key,) = publisher.keys
    caller = identified(third, third.token(claims, key)).caller
    assert (caller.role, caller.number) == (Role.CITIZEN, hers[PID])
    weaker = claims | {
        "acr": "idporten-loa-substantial",
        LEVEL: "4",
    }  # HelseID's own claim is not its to make
    with pytest.raises(Forbidden, match="level 4"):
        identified(third, third.token(weaker, key))
    with pytest.raises(Forbidden, match="lacks"):
        identified(third, third.token({**claims, "pid": None, PID: hers[PID]}, key))
    with pytest.raises(Unauthenticated, match="audience"):
        identified(third, third.token(claims | {"aud": "nhn:helsekort"}, key))
    publisher.keys = [keys.generate("RS256")]
    fresh = _with(verifying, rules)
    with pytest.raises(Unauthenticated):
        identified(fresh, fresh.token(claims, publisher.keys[0]))
    with pytest.raises(Unauthenticated, match="issuer"):
        identified(verifying, verifying.token(claims, key))


def test_each_role_but_the_servers_own_comes_from_one_kind_of_issuer() -> None:
    named = [role for roles in GIVES.values() for role in roles]
    assert sorted(named) == sorted(set(Role) - {Role.SYSTEM})


def test_an_issuer_gives_only_what_it_may(verifying: Verifying, publisher: Publisher) -> None:
    systems = _with(verifying, TrustedIssuer(publisher.url, ("systems",)))
    (key,) = publisher.keys
    operator, midwife = (verifying.claims(role, iss=publisher.url) for role in ("operator", "midwife"))
    assert identified(systems, systems.token(operator, key)).caller.role is Role.OPERATOR
    with pytest.raises(Forbidden):
        identified(systems, systems.token(midwife, key))


WRONG = {
    "gives nothing": TrustedIssuer("https://a.example", ()),
    "gives what nobody knows": TrustedIssuer("https://a.example", ("all",)),
    "leaves open whose a token is": TrustedIssuer("https://a.example", ("citizens", "professionals")),
    "names no level": TrustedIssuer("https://a.example", ("citizens",), level="acr"),
    "speaks plain http": TrustedIssuer("http://a.example", ("citizens",)),
}


@pytest.mark.parametrize("row", WRONG.values(), ids=WRONG)
def test_an_issuer_that_is_registered_wrongly_stops_the_start(row: TrustedIssuer) -> None:
    urls = dict.fromkeys(("base_url", "helseid_issuer", "helsenorge_issuer"), "https://a.example")
    fine = replace(Settings(), **urls)
    check(fine)
    with pytest.raises(UnsafeSettings, match=r"a\.example"):
        check(replace(fine, pilot=replace(fine.pilot, issuers=(row,))))
