"""Critical information reaches kjernejournal once, in a clinician's name, if the woman has not said no."""

import json
from collections.abc import Iterator

import httpx
import pytest
from helsekort_sandbox.keys import claims_of
from helsekort_sandbox.tokens import Wish
from joserfc.jwk import ECKey

from app.clock import new_id
from app.gateways.failures import Refused, Unreachable
from app.gateways.helseid import Token
from app.gateways.kjernejournal import Kjernejournal, Registration
from tests.fixtures.resources import new_number
from tests.fixtures.services import Services
from tests.gateways.line import Line, answering, speak

AUDIENCE = "nhn:critical-information"


def _registration(number: str = "", **changed: str) -> Registration:
    body = {
        "resourceType": "AllergyIntolerance",
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"text": "Penicillin"},
        "patient": {"identifier": {"value": number}} if number else {},
    }
    given = {"event": new_id(), "type": "AllergyIntolerance", "number": number, "profession": "JO"} | changed
    return Registration(body=json.dumps(body).encode(), **given)


def _register(services: Services, *registrations: Registration) -> None:
    async def story(line: Line) -> None:
        token = await line.helseid.exchange(services.token(Wish("midwife")), AUDIENCE)
        for row in registrations:
            await line.kjernejournal.register(token, row)

    speak(services, story)


@pytest.fixture
def well(services: Services) -> Iterator[None]:
    yield
    services.fail("kjernejournal")


def _effects(services: Services, number: str) -> list[dict]:
    return [row for row in services.effects("kjernejournal") if row["patient"] == number]


def test_it_is_registered_in_the_clinicians_name(services: Services) -> None:
    number = new_number()
    row = _registration(number)
    _register(services, row)
    (effect,) = _effects(services, number)
    assert effect["event"] == row.event
    assert effect["actor"]["hpr"]
    assert effect["answer"]["code"] == {"text": "Penicillin"}


def test_sent_twice_it_is_registered_once(services: Services) -> None:
    number = new_number()
    row = _registration(number)
    _register(services, row, row)
    assert len(_effects(services, number)) == 1


def test_registered_before_under_another_clinicians_session(services: Services) -> None:
    """The answer was lost and the session ended: what the next clinician sends names another recorder."""
    number = new_number()
    first = _registration(number)
    again = Registration(first.event, first.type, first.body + b" ", number, first.profession)
    _register(services, first, again)
    assert len(_effects(services, number)) == 1


def test_a_machine_token_does_not_do(services: Services) -> None:
    number = new_number()

    async def story(line: Line) -> None:
        token = await line.helseid.machine_token(AUDIENCE)
        await line.kjernejournal.register(token, _registration(number))

    with pytest.raises(Unreachable, match="Kjernejournal answered 403"):
        speak(services, story)
    assert _effects(services, number) == []


def test_what_it_will_never_take_is_refused_for_good(services: Services) -> None:
    number = new_number()
    unconfirmed = _registration(number)
    body = json.loads(unconfirmed.body) | {"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}
    row = Registration(unconfirmed.event, unconfirmed.type, json.dumps(body).encode(), number, "JO")
    with pytest.raises(Refused, match="Kjernejournal refused with 422"):
        _register(services, row)


@pytest.mark.parametrize("status", [500, 503, 429, 408])
def test_what_may_be_otherwise_later_is_not_given_up(services: Services, well: None, status: int) -> None:
    services.fail("kjernejournal", status=status)
    with pytest.raises(Unreachable, match=f"answered {status}"):
        _register(services, _registration(new_number()))


def test_a_lost_answer_may_have_had_its_effect(services: Services, well: None) -> None:
    number = new_number()
    row = _registration(number)
    services.fail("kjernejournal", dropAfterEffect=True, count=1)
    with pytest.raises(Unreachable, match="does not answer"):
        _register(services, row)
    _register(services, row)
    assert len(_effects(services, number)) == 1


def test_no_number_stands_in_an_address_or_an_error(services: Services, well: None) -> None:
    number = new_number()
    services.fail("kjernejournal", status=500, count=1)
    with pytest.raises(Unreachable) as caught:
        _register(services, _registration(number))
    _register(services, _registration(number))
    assert number not in str(caught.value)
    assert number not in repr(_registration(number))
    assert all(number not in row["path"] for row in services.requests("kjernejournal"))


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ({"privacySetting": {"hasReservationKjernejournal": True}}, "reserved herself"),
        ({"privacySetting": {}, "isBlockedForUser": True}, "blocked this clinician"),
    ],
)
def test_her_own_choice_is_asked_for_first_and_stops_it(status: dict, reason: str) -> None:
    asked: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(200, json=status)

    with pytest.raises(Refused, match=reason):
        answering(respond, _send)
    assert asked == ["/v1/status"]


@pytest.mark.parametrize("answer", [httpx.Response(200, text="?"), httpx.Response(200, json=[])])
def test_a_status_that_cannot_be_read_lets_nothing_through(answer: httpx.Response) -> None:
    with pytest.raises(Unreachable, match="status that cannot be read"):
        answering(lambda _: answer, _send)


def test_a_service_may_ask_for_a_nonce(services: Services) -> None:
    proofs: list[str] = []

    def respond(request: httpx.Request) -> httpx.Response:
        proofs.append(request.headers["dpop"])
        if len(proofs) == 1:
            return httpx.Response(401, headers={"DPoP-Nonce": "n1"})
        return httpx.Response(200 if request.url.path.endswith("status") else 201, json={})

    answering(respond, _send)
    assert [claims_of(proof).get("nonce") for proof in proofs] == [None, "n1", None]


async def _send(http: httpx.AsyncClient) -> None:
    token = Token("x.y.z", 0.0, ECKey.generate_key("P-256"))
    await Kjernejournal("https://kj.example/v1", http).register(token, _registration(new_number()))
