"""What others registered in kjernejournal is read beside the card in the clinician's session; what cannot be asked is told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from helsekort_sandbox import mocks

from app.main import create_app
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, an_allergy, register
from tests.gateways.line import Line, speak
from tests.sandbox.test_contracts import registration
from tests.worker.crew import Crew
from tests.worker.test_deliveries import post


@pytest.fixture(scope="module")
def connected(crew: Crew) -> Iterator[Crew]:
    """A server beside the usual one that asks kjernejournal itself."""
    listener = mocks.listen()
    base = mocks.address(listener)
    settings = replace(
        crew.server.settings,
        base_url=base,
        client_key_file=crew.services.key_file,
        kjernejournal_url=crew.services.kjernejournal_url,
        answer_seconds=2,
    )
    with Serving(create_app(settings), listener), httpx.Client(timeout=20) as client:
        server = replace(crew.server, base=base, settings=settings, client=client)
        yield Crew(server, crew.services, replace(crew.settings, base_url=base))


@pytest.fixture
def woman(connected: Crew) -> Woman:
    """Of whom kjernejournal has an allergy from here, and one from elsewhere."""
    made = register(connected.person("midwife"))
    connected.work()
    post(connected.person("midwife"), an_allergy(made.reference))
    connected.work()

    async def by_another(line: Line) -> None:
        token = connected.server.issuers.token(connected.person("midwife").wish)
        clinician = await line.helseid.exchange(token, "nhn:critical-information")
        await line.kjernejournal.register(clinician, registration(made.number, code={"text": "Lateks"}))

    speak(connected.services, by_another)
    return made


def read(crew: Crew, woman: Woman, role: str = "midwife", **wish: Any) -> dict[str, Any]:
    answer = crew.person(role, **wish).get(f"/{woman.reference}/$critical-information")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def told(found: dict[str, Any]) -> str:
    """Why nothing is shown."""
    (entry,) = found["entry"]
    assert (found["total"], entry["search"]["mode"]) == (0, "outcome")
    issue: dict[str, str] = entry["resource"]["issue"][0]
    assert issue["severity"] == "warning"
    return issue["diagnostics"]


def test_what_others_registered_is_shown_with_source_and_time_and_stored_nowhere(
    connected: Crew, woman: Woman
) -> None:
    found = read(connected, woman)
    (entry,) = found["entry"]
    resource = entry["resource"]
    assert (found["total"], resource["code"], resource["patient"]) == (
        1,
        {"text": "Lateks"},
        {"reference": woman.reference},
    )
    assert resource["meta"]["source"] == connected.services.kjernejournal_url
    assert entry["fullUrl"] == f"{connected.services.kjernejournal_url}/AllergyIntolerance/{resource['id']}"
    assert found["meta"]["lastUpdated"]
    assert woman.number not in str(found)
    kept = connected.rows(
        f"SELECT count(*) FROM resource WHERE patient = '{woman.id}' AND type = 'AllergyIntolerance'"
    )
    assert kept == ["1"], "our own"


def test_what_cannot_be_asked_is_told_and_never_reads_as_nothing(connected: Crew, woman: Woman) -> None:
    assert "session" in told(read(connected, woman, "citizen", person=woman.number))
    connected.services.fail("kjernejournal", reads=True, status=503)
    assert told(read(connected, woman)) == "Kjernejournal answered 503: what stands there is not known"
    connected.services.fail("kjernejournal")
    url = f"{connected.services.running.kjernejournal}/_choices"
    httpx.post(url, json={"nin": woman.number, "reservation": True}).raise_for_status()
    assert told(read(connected, woman)).startswith("She has reserved herself against kjernejournal")


def test_where_it_is_not_set_up_that_is_told(crew: Crew) -> None:
    assert "not connected" in told(read(crew, register(crew.person("midwife"))))


def test_of_a_woman_whom_one_does_not_read_kjernejournal_is_not_asked(connected: Crew, woman: Woman) -> None:
    before = len(connected.services.requests("kjernejournal"))
    answer = connected.person("midwife", key="midwife-b").get(f"/{woman.reference}/$critical-information")
    assert answer.status_code == 404
    assert len(connected.services.requests("kjernejournal")) == before
