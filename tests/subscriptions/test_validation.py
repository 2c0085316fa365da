"""What a Subscription may not ask for is told with its place, 422, and nothing of it is stored."""

from collections.abc import Callable
from typing import Any

import pytest
from helsekort_sandbox.people import WOMEN

from app.access.endpoints import listed
from app.fhir.subscription import CONTENT, FILTER, HEARTBEAT, read
from app.registrations import Pilot, PilotEndpoint
from app.settings import Settings
from tests.fixtures.server import Person, Server
from tests.subscriptions.subscribers import Telling, a_subscription

Json = dict[str, Any]
NUMBER = WOMEN["main"].number


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


def channel(**members: Any) -> Callable[[Json], Json]:
    return lambda body: {**body, "channel": {**body["channel"], **members}}


def without(name: str) -> Callable[[Json], Json]:
    return lambda body: {
        **body,
        "channel": {k: v for k, v in body["channel"].items() if k.lstrip("_") != name},
    }


def filtered(*texts: str) -> Callable[[Json], Json]:
    rows = [{"url": FILTER, "valueString": text} for text in texts]
    return lambda body: {**body, "_criteria": {"extension": rows}}


FILTERED = "Subscription.criteria.extension[0].valueString"
HEADER = "Subscription.channel.header[0]"
WRONG: list[tuple[str, Callable[[Json], Json], str]] = [
    ("topic", lambda body: {**body, "criteria": "http://example.org/topic"}, "Subscription.criteria"),
    ("query", lambda body: {**body, "criteria": "Observation?code=1"}, "Subscription.criteria"),
    ("type", channel(type="websocket"), "Subscription.channel.type"),
    ("no endpoint", without("endpoint"), "Subscription.channel.endpoint"),
    ("not listed", channel(endpoint="https://elsewhere.example/x"), "Subscription.channel.endpoint"),
    ("private", channel(endpoint="https://10.0.0.1/hooks"), "Subscription.channel.endpoint"),
    ("no payload", without("payload"), "Subscription.channel.payload"),
    ("mime", channel(payload="application/fhir+xml"), "Subscription.channel.payload"),
    ("content", channel(_payload={"extension": [{"url": CONTENT, "valueCode": "all"}]}),
     f"Subscription.channel.payload.extension('{CONTENT}').value"),
    ("whole", channel(_payload={"extension": [{"url": CONTENT, "valueCode": "full-resource"}]}),
     f"Subscription.channel.payload.extension('{CONTENT}').value"),
    ("heartbeat", channel(extension=[{"url": HEARTBEAT, "valueUnsignedInt": 1}]),
     f"Subscription.channel.extension('{HEARTBEAT}').value"),
    ("heartbeat's type", channel(extension=[{"url": HEARTBEAT, "valueInteger": 60}]),
     f"Subscription.channel.extension('{HEARTBEAT}').value"),
    ("header", channel(header=["no colon"]), HEADER),
    ("header with a line end", channel(header=["X-A: b\r\nX-C: d"]), HEADER),
    ("our header", channel(header=["Signature: x"]), HEADER),
    ("end", lambda body: {**body, "end": "2020-01-01T00:00:00Z"}, "Subscription.end"),
    ("filter's key", filtered("EpisodeOfCare?code=1"), FILTERED),
    ("filter's type", filtered("Observation?patient=Patient/1"), FILTERED),
    ("filter's value", filtered("EpisodeOfCare?patient=Group/1/2"), FILTERED),
    ("filter's number", filtered(f"EpisodeOfCare?patient={NUMBER}"), FILTERED),
    ("empty filter", filtered("EpisodeOfCare?"), FILTERED),
    ("organisation", filtered("EpisodeOfCare?organization=Organization/1"), FILTERED),
]  # fmt: skip


@pytest.mark.parametrize(("change", "element"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
def test_each_is_refused_with_its_element(
    telling: Telling, midwife: Person, change: Callable[[Json], Json], element: str
):
    body = change(a_subscription(f"{telling.receiver.base}{telling.path()}"))
    answer = midwife.post("/Subscription", body)
    assert answer.status_code == 422, answer.text
    (issue,) = answer.json()["issue"]
    assert issue["expression"] == [element]
    assert NUMBER not in answer.text
    assert midwife.get("/Subscription?status=requested").json().get("entry", []) == []


def test_a_filter_that_the_topic_does_not_have_is_told_with_those_it_has(telling: Telling, midwife: Person):
    body = a_subscription(
        f"{telling.receiver.base}{telling.path()}", "alarm-raised", "id-only", "Flag?organization=974760673"
    )
    answer = midwife.post("/Subscription", body)
    assert answer.status_code == 422
    assert "patient, episode" in answer.json()["issue"][0]["diagnostics"]


def test_a_secret_is_not_repeated_in_an_error(telling: Telling, midwife: Person):
    path = f"{telling.receiver.base}{telling.path()}"
    for line in ("Authorization hemmelig", "Host: hemmelig", "X-A: hemm\telig\x7f"):
        answer = midwife.post("/Subscription", a_subscription(path, header=[line]))
        assert answer.status_code in {400, 422}
        assert "hemm" not in answer.text


def test_filters_are_anded_and_their_values_ored():
    found, issues = read(
        a_subscription("https://a.example/", "card-changed", "id-only",
                       "EpisodeOfCare?patient=Patient/1,Patient/2&episode=3", "patient=2,4")
    )  # fmt: skip
    assert issues == []
    assert found is not None
    assert found.filters == {"patient": ["2"], "episode": ["3"]}


LISTED = Settings(
    pilot=Pilot(
        endpoints=(
            PilotEndpoint("epj", "https://epj.example/hooks"),
            PilotEndpoint("epj", "https://epj.example/hooks/whole/", full=True),
            PilotEndpoint("other", "https://other.example"),
        )
    )
)


@pytest.mark.parametrize(
    ("url", "full"),
    [
        ("https://epj.example/hooks", False),
        ("https://epj.example/hooks/1?x=2", False),
        ("https://epj.example:443/hooks/1", False),
        ("https://EPJ.example/hooks", False),
        ("https://epj.example/hooks/whole/1", True),
        ("https://epj.example/hooks/whole", True),
        ("https://epj.example/hooks2", None),
        ("https://epj.example/", None),
        ("https://epj.example/hooks/../secret", None),
        ("https://epj.example/hooks/%2e%2e/secret", None),
        ("https://epj.example/hooks/..%2fsecret", None),
        ("https://epj.example/hooks\\..\\secret", None),
        ("https://epj.example@evil.example/hooks", None),
        ("https://evil.example/hooks#https://epj.example/hooks", None),
        ("https://epj.example.evil.example/hooks", None),
        ("http://epj.example/hooks", None),
        ("https://epj.example:8443/hooks", None),
        ("https://other.example/hooks", None),
        ("https://epj.example:99999/hooks", None),
        ("https:///hooks", None),
        ("https://epj.example/ hooks", None),
        ("https://épj.example/hooks", None),
    ],
)
def test_an_address_is_listed_by_its_parts(url: str, full: bool | None):
    row = listed(url, "epj", LISTED)
    assert (row.full if row else None) == full
