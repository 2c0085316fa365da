"""This server's own client at HelseID: tokens for itself and in a clinician's name, bound to its key."""

import time
from collections.abc import Iterator

import httpx
import pytest
from helsekort_sandbox.keys import claims_of
from helsekort_sandbox.tokens import Wish

from app.gateways.failures import TokenSpent, Unreachable
from app.gateways.helseid import HelseId, read_client_key
from tests.fixtures.services import Services
from tests.gateways.line import Line, answering, speak

CRITICAL, NOTICES = "nhn:critical-information", "nhn:helsenorge"


@pytest.fixture
def nonces(services: Services) -> Iterator[None]:
    services.require_nonce(True)
    yield
    services.require_nonce(False)


def test_a_machine_token_is_for_one_audience_and_bound(services: Services) -> None:
    async def story(line: Line) -> None:
        token = await line.helseid.machine_token(NOTICES)
        claims = claims_of(token.value)
        assert claims["aud"] == NOTICES
        assert claims["client_id"] == "helsekort"
        assert claims["cnf"]["jkt"] == token.key.thumbprint()
        assert token.expires == pytest.approx(claims["exp"], abs=3)
        assert "helseid://claims/identity/pid" not in claims

    speak(services, story)


def test_a_machine_token_is_kept_until_it_is_forgotten(services: Services) -> None:
    async def story(line: Line) -> None:
        first = await line.helseid.machine_token(NOTICES)
        assert await line.helseid.machine_token(NOTICES) is first
        assert await line.helseid.machine_token(CRITICAL) is not first
        line.helseid.forget(NOTICES)
        assert (await line.helseid.machine_token(NOTICES)).value != first.value

    speak(services, story)


def test_a_machine_token_is_not_used_in_its_last_seconds(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(line: Line) -> None:
        first = await line.helseid.machine_token(NOTICES)
        moment = first.expires - 20
        monkeypatch.setattr("app.gateways.helseid.time.time", lambda: moment)
        with pytest.raises(Unreachable):  # a proof of another time: but it did ask
            await line.helseid.machine_token(NOTICES)

    speak(services, story)


def test_an_exchanged_token_is_in_the_clinicians_name(services: Services) -> None:
    subject = services.token(Wish("midwife"))

    async def story(line: Line) -> None:
        claims, before = claims_of((await line.helseid.exchange(subject, CRITICAL)).value), claims_of(subject)
        assert claims["aud"] == CRITICAL
        for name in ("helseid://claims/identity/pid", "helseid://claims/hpr/hpr_number"):
            assert claims[name] == before[name]
        assert claims["act"] == {"sub": "helsekort"}
        assert claims["exp"] <= before["exp"]

    speak(services, story)


def test_the_issuer_asks_for_a_nonce(services: Services, nonces: None) -> None:
    """Each try needs an assertion of its own: the issuer accepts none twice."""

    async def story(line: Line) -> None:
        assert (await line.helseid.machine_token(NOTICES)).value
        assert (await line.helseid.exchange(services.token(Wish("gp")), CRITICAL)).value

    speak(services, story)


@pytest.mark.parametrize(
    "changed",
    [
        {"expirationParameters": {"setExpirationTimeAsExpired": True}},
        {"setInvalidIssuer": True},
        {"audience": "nhn:another-api"},
        {"signJwtWithInvalidSigningKey": True},
    ],
)
def test_a_token_that_is_over_or_not_ours_waits_for_another(services: Services, changed: dict) -> None:
    subject = services.token(Wish("midwife"), **changed)
    with pytest.raises(TokenSpent) as caught:
        speak(services, lambda line: line.helseid.exchange(subject, CRITICAL))
    assert subject not in str(caught.value)


def test_an_audience_that_this_client_may_not_have(services: Services) -> None:
    with pytest.raises(Unreachable, match="HelseID gave no token \\(400\\)"):
        speak(services, lambda line: line.helseid.machine_token("nhn:another-api"))


def test_a_client_that_is_not_registered(services: Services) -> None:
    with pytest.raises(Unreachable, match="\\(401\\)"):
        speak(services, lambda line: line.helseid.machine_token(NOTICES), client_id="somebody")


def test_an_issuer_that_does_not_answer(services: Services) -> None:
    with pytest.raises(Unreachable, match="HelseID does not answer \\(ConnectError\\)"):
        speak(services, lambda line: line.helseid.machine_token(NOTICES), issuer="http://127.0.0.1:9")


def test_metadata_of_another_issuer_are_not_believed(services: Services) -> None:
    with pytest.raises(Unreachable, match="no metadata for this issuer"):
        speak(
            services,
            lambda line: line.helseid.machine_token(NOTICES),
            issuer=services.running.helseid.replace("127.0.0.1", "localhost"),
        )


@pytest.mark.parametrize(
    "answer",
    [
        {"access_token": "x", "token_type": "Bearer", "expires_in": 60},
        {"access_token": "x", "token_type": "DPoP"},
        {"token_type": "DPoP", "expires_in": 60},
    ],
)
def test_a_token_that_is_not_bound_or_not_whole_is_not_used(services: Services, answer: dict) -> None:
    issuer = "https://issuer.example"

    def respond(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={"issuer": issuer, "token_endpoint": f"{issuer}/token"})
        return httpx.Response(200, json=answer)

    async def story(http: httpx.AsyncClient) -> None:
        client = HelseId(issuer, "helsekort", read_client_key(services.key_file), http)
        await client.machine_token(NOTICES)

    with pytest.raises(Unreachable):
        answering(respond, story)


def test_a_proof_is_for_one_request_and_one_token(services: Services) -> None:
    async def story(line: Line) -> None:
        token = await line.helseid.machine_token(NOTICES)
        url = "https://service.example/path?query=1"
        first, second = token.headers("POST", url), token.headers("POST", url)
        assert first["Authorization"] == f"DPoP {token.value}"
        claims, other = claims_of(first["DPoP"]), claims_of(second["DPoP"])
        assert (claims["htm"], claims["htu"]) == ("POST", "https://service.example/path")
        assert claims["jti"] != other["jti"]
        assert claims["iat"] == pytest.approx(time.time(), abs=3)

    speak(services, story)
