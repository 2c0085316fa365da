"""Persontjenesten: what it answers is read, what cannot be read is tried again, and nobody's number stands in a URL."""

from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey

from app.gateways.failures import Refused, Unreachable
from app.gateways.helseid import Token
from app.gateways.persontjenesten import Change, Persontjenesten
from tests.gateways.line import answering

TOKEN = Token("token", 1e12, ECKey.generate_key("P-256"))
NUMBER = "05898597468"


def ask(answer: httpx.Response, name: str, *given: Any) -> tuple[Any, httpx.Request]:
    """What the method called ``name`` gives where the service answers so, and what it was asked."""
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return answer

    async def story(http: httpx.AsyncClient) -> Any:
        return await getattr(Persontjenesten("https://p.example/api", http, "https://f.example"), name)(
            TOKEN, *given
        )

    return answering(reply, story), asked[0]


def test_a_number_stands_in_the_body_alone() -> None:
    found, request = ask(httpx.Response(200, json={"id": "a1", "sequenceNumber": 7}), "person", NUMBER)
    assert (found.remote, found.sequence) == ("a1", 7)
    assert NUMBER not in str(request.url)
    assert f"nin={NUMBER}".encode() in request.content
    assert NUMBER not in repr(found)


def test_who_is_not_known_is_nobody() -> None:
    assert ask(httpx.Response(404), "person", NUMBER)[0] is None
    assert ask(httpx.Response(404), "latest")[0] == 0


def test_events_come_in_order_and_only_from_where_one_is() -> None:
    rows = [{"sequenceNumber": str(n), "personId": f"p{n}", "eventType": "ChangeInName"} for n in (9, 6, 7)]
    found, request = ask(httpx.Response(200, json={"results": rows}), "changes", 7)
    assert found == [Change(7, "p7"), Change(9, "p9")]
    assert request.url.params["sequenceNumber"] == "7"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[]),
        httpx.Response(200, json={"id": "x", "sequenceNumber": "seven"}),
        httpx.Response(200, json={"results": [{"personId": "x"}], "contracts": 4}),
        httpx.Response(503),
    ],
)
def test_what_cannot_be_read_is_tried_again(answer: httpx.Response) -> None:
    for name, given in (("person", (NUMBER,)), ("changes", (1,)), ("gps_of_record", (NUMBER,))):
        with pytest.raises(Unreachable) as failure:
            ask(answer, name, *given)
        assert NUMBER not in str(failure.value)


def test_a_refusal_is_for_good() -> None:
    with pytest.raises(Refused, match=r"^Persontjenesten refused with 400$"):
        ask(httpx.Response(400), "person", NUMBER)
