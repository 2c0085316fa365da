"""Document sharing: a number in headers and bodies only, a document that came before is known, garbage is tried again."""

from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from app.gateways.documents import Choices, Documents, Provided
from app.gateways.failures import Refused, Unreachable
from app.gateways.helseid import Token
from tests.gateways.line import answering

TOKEN = Token("token", 1e12, ECKey.generate_key("P-256"))
NUMBER, ID = "05898597468", "01a231d2-a581-7cd4-865c-bebc84a65570"
PROVIDED = Provided("event", b"{}", NUMBER)


def ask(answer: httpx.Response, name: str, *given: Any) -> tuple[Any, httpx.Request]:
    """What the method called ``name`` gives where the service answers so, and what it was asked."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    async def story(http: httpx.AsyncClient) -> Any:
        return await getattr(Documents("https://d.example", http), name)(TOKEN, *given)

    return answering(reply, story), asked[0]


def test_her_choices() -> None:
    said = {"privacySetting": {"hasReservationKjernejournal": True, "isRestricted": False}}
    found, request = ask(httpx.Response(200, json=said), "choices", NUMBER)
    assert found == Choices(is_reserved=True, is_restricted=False)
    assert NUMBER not in str(request.url)


def test_an_error_is_named_by_the_document_and_one_that_never_came_is_none() -> None:
    _, request = ask(httpx.Response(404), "retract", ID, NUMBER, "event")
    assert request.url.params["identifier"] == f"urn:ietf:rfc:3986|urn:uuid:{ID}"
    assert NUMBER not in str(request.url)
    assert request.headers["nhn-patient-nin"] == NUMBER


def test_another_state_that_came_before_is_told_apart_from_a_rival() -> None:
    known = httpx.Response(409, json={"issue": [{"code": "duplicate"}]})
    assert ask(known, "provide", PROVIDED)[0] is False
    with pytest.raises(Unreachable, match="409"):
        ask(httpx.Response(409, json={"issue": [{"code": "conflict"}]}), "provide", PROVIDED)
    with pytest.raises(Refused, match="422"):
        ask(httpx.Response(422), "provide", PROVIDED)


@pytest.mark.parametrize("said", [[], {"privacySetting": 4}, {"entry": [{"resource": {}}]}, {"entry": 4}])
def test_what_cannot_be_read_is_tried_again(said: Any) -> None:
    with pytest.raises(Unreachable):
        ask(httpx.Response(200, json=said), "choices", NUMBER)
    if said != {"privacySetting": 4}:
        with pytest.raises(Unreachable) as failure:
            ask(httpx.Response(200, json=said), "found", NUMBER, "event")
        assert NUMBER not in str(failure.value)
