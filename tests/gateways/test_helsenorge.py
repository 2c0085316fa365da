"""A notice reaches Helsenorge once, from this server itself, and says nothing about her health."""

from collections.abc import Iterator

import pytest
from helsekort_sandbox.helsenorge import APPROVED_TEXTS
from helsekort_sandbox.tokens import Wish

from app.clock import new_id
from app.gateways.failures import Refused, Unreachable
from app.gateways.helsenorge import TEXT
from tests.fixtures.resources import new_number
from tests.fixtures.services import Services
from tests.gateways.line import Line, speak

AUDIENCE = "nhn:helsenorge"


@pytest.fixture
def well(services: Services) -> Iterator[None]:
    yield
    services.fail("helsenorge")


def _notify(services: Services, number: str, *keys: str) -> None:
    async def story(line: Line) -> None:
        token = await line.helseid.machine_token(AUDIENCE)
        for key in keys:
            await line.helsenorge.notify(token, number, key)

    speak(services, story)


def _notices(services: Services, number: str) -> list[dict]:
    found = [row["notice"] for row in services.effects("helsenorge")]
    return [notice for notice in found if notice["recipient"] == number]


def test_a_notice_is_one_approved_sentence(services: Services) -> None:
    number, key = new_number(), new_id()
    _notify(services, number, key)
    (notice,) = _notices(services, number)
    assert notice == {
        "recipient": number,
        "messageType": "helsekort.changed",
        "idempotencyKey": key,
        "text": TEXT,
    }
    assert TEXT in APPROVED_TEXTS


def test_sent_twice_it_reaches_her_once(services: Services) -> None:
    number, key = new_number(), new_id()
    _notify(services, number, key, key)
    assert len(_notices(services, number)) == 1


def test_a_lost_answer_may_have_had_its_effect(services: Services, well: None) -> None:
    number, key = new_number(), new_id()
    services.fail("helsenorge", dropAfterEffect=True, count=1)
    with pytest.raises(Unreachable, match="Helsenorge does not answer"):
        _notify(services, number, key)
    _notify(services, number, key)
    assert len(_notices(services, number)) == 1


def test_a_clinicians_token_does_not_do(services: Services) -> None:
    """The service takes no person's token; HelseID gives this audience in a clinician's name all the same."""
    number = new_number()

    async def story(line: Line) -> None:
        token = await line.helseid.exchange(services.token(Wish("midwife")), AUDIENCE)
        await line.helsenorge.notify(token, number, new_id())

    with pytest.raises(Unreachable, match="403"):
        speak(services, story)
    assert _notices(services, number) == []


def test_what_is_no_number_is_refused_for_good_and_not_repeated(services: Services) -> None:
    with pytest.raises(Refused, match=r"^Helsenorge refused with 422$"):
        _notify(services, "12345", new_id())
