"""What others registered in kjernejournal is read beside the card in the clinician's session; what cannot be asked is told."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import httpx
import pytest
from helsekort_sandbox import mocks
from helsekort_sandbox.people import ORGANIZATIONS
from pypdf import PdfReader

from app.fhir import codes
from app.fhir.validation import validate
from app.gateways import recent
from app.main import create_app
from tests.fixtures.identity import Serving
from tests.fixtures.resources import Woman, an_allergy, choose, register
from tests.gateways.line import Line, speak
from tests.sandbox.test_contracts import registration
from tests.worker.crew import Crew, wait_for
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
        medicines_url=crew.services.medicines_url,
        portal_url=crew.services.running.portal,
        answer_seconds=2,
        beside_ms=1500,
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


# Beside the card

VALPROATE = {
    "status": "active",
    "medicationCodeableConcept": {
        "coding": [{"system": codes.ATC, "code": "N03AG01"}],
        "text": "Orfiril tab 300 mg",
    },
    "dosage": [{"text": "1 tablett morgen og kveld"}],
    "informationSource": {"display": "Kari Forskriver"},
}


@pytest.fixture(autouse=True)
def well(connected: Crew) -> Iterator[None]:
    """Whatever a test made go wrong goes well again."""
    yield
    for service in ("medicines", "kjernejournal", "portal"):
        connected.services.fail(service)


def card_path(woman: Woman) -> str:
    return f"/EpisodeOfCare/{woman.episode}/$card"


def page(crew: Crew, woman: Woman, role: str = "midwife", more: str = "", **wish: Any) -> str:
    answer = crew.person(role, **wish).get(f"{card_path(woman)}?_format=html{more}")
    assert answer.status_code == 200, answer.text
    return answer.text


def test_her_medicines_and_what_others_registered_stand_beside_the_card(
    connected: Crew, woman: Woman
) -> None:
    connected.services.prescribes(woman.number, "2026-11-20", VALPROATE)
    text = page(connected, woman)
    for told in ("Orfiril tab 300 mg", "1 tablett morgen", "Listen er fra 20.11.2026", "Lateks", "Kritisk informasjon fra andre", "Kan skade fosteret"):  # fmt: skip
        assert told in text, told
    bundle = connected.person("midwife").get(card_path(woman)).json()
    assert validate(bundle) == []
    (medicine,) = [row for row in bundle["entry"] if row["resource"]["resourceType"] == "MedicationStatement"]
    assert medicine["fullUrl"].startswith(f"{connected.services.medicines_url}/MedicationStatement/")
    assert medicine["resource"]["meta"]["source"] == connected.services.medicines_url
    assert "Kari Forskriver" not in str(bundle)
    (section,) = [
        row
        for row in bundle["entry"][0]["resource"]["section"]
        if row["code"]["coding"][0]["code"] == "elsewhere-medicines"
    ]
    assert section["entry"] == [{"reference": medicine["fullUrl"]}]
    paper = connected.person("midwife").get(f"{card_path(woman)}?_format=pdf&view=emergency")
    assert "Orfiril" in "".join(one.extract_text() for one in PdfReader(BytesIO(paper.content)).pages)
    assert connected.rows("SELECT count(*) FROM resource WHERE type = 'MedicationStatement'") == ["0"]
    for absent in (
        page(connected, woman, "citizen", person=woman.number),
        page(connected, woman, more="&view=citizen"),
        page(connected, woman, more="&asOf=2026-11-01"),
    ):
        assert "Orfiril" not in absent
        assert "Lateks" not in absent


def test_what_kjernejournal_does_not_tell_now_is_said_on_the_card(
    connected: Crew, woman: Woman, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, url = connected.services, f"{connected.services.running.kjernejournal}/_choices"
    services.prescribes(woman.number, "2026-11-20", VALPROATE)
    assert "Orfiril" in page(connected, woman)
    monkeypatch.setattr(recent, "_FRESH", 0.0)
    monkeypatch.setattr(recent, "_DOWN", 0.0)
    services.fail("medicines", reads=True, status=503)
    old = page(connected, woman)
    rows = httpx.get(f"{connected.server.base}/health/adapters").json()["adapters"]
    (adapter,) = [row for row in rows if row["name"] == "medicines"]
    assert (adapter["setUp"], bool(adapter["lastSuccess"]), bool(adapter["lastFailure"])) == (
        True,
        True,
        True,
    )
    assert "Orfiril" in old
    assert "Kjernejournal svarer ikke nå; den kan være endret" in old
    citizen = connected.person("citizen", person=woman.number)
    choose(woman, citizen, connected.person("operator"), ORGANIZATIONS["gp-a"].orgnr)
    other = page(connected, woman, "gp")
    assert "Orfiril" not in other, "what the midwife was told is the midwife's"
    assert "Hva som står der, er ikke kjent" in other
    services.fail("medicines")
    httpx.post(url, json={"nin": woman.number, "reservation": True}).raise_for_status()
    reserved = page(connected, woman)
    assert "Orfiril" not in reserved
    assert "Hun har reservert seg mot kjernejournal" in reserved
    services.fail("medicines", reads=True, status=503)
    assert "Orfiril" not in page(connected, woman), "it was forgotten"


def test_a_slow_kjernejournal_does_not_hold_up_the_card(connected: Crew, woman: Woman) -> None:
    connected.services.prescribes(woman.number, "2026-11-20", VALPROATE)
    connected.services.fail("medicines", latencyMs=850)
    text = page(connected, woman)
    assert "Orfiril" not in text
    assert "Lateks" in text
    assert "Hva som står der, er ikke kjent" in text
    wait_for(lambda: "Orfiril" in page(connected, woman))


# The portal


def opened(
    crew: Crew, woman: Woman, role: str = "midwife", status: int = 200, **given: str
) -> dict[str, Any]:
    """What is answered, by name; given: basis, session, act."""
    kinds = {"basis": "valueCode", "act": "valueCode", "session": "valueString"}
    rows = [{"name": name, kinds[name]: value} for name, value in given.items()]
    wish = {"person": woman.number} if role == "citizen" else {}
    answer = crew.person(role, **wish).post(
        f"/{woman.reference}/$open-kjernejournal", {"resourceType": "Parameters", "parameter": rows}
    )
    assert answer.status_code == status, answer.text
    assert woman.number not in answer.text
    found = answer.json().get("parameter", [])
    return {row["name"]: next(value for name, value in row.items() if name != "name") for row in found}


def test_the_portal_opens_once_for_the_clinician_who_asks(connected: Crew, woman: Woman) -> None:
    assert "/$open-kjernejournal" in page(connected, woman)
    assert "Åpne kjernejournal" not in page(connected, woman, "citizen", person=woman.number)
    made = opened(connected, woman, basis="SAMTYKKE")
    assert httpx.get(made["url"].replace("ehr_code_verifier=", "ehr_code_verifier=x")).status_code == 403
    assert httpx.get(made["url"]).status_code == 200
    assert httpx.get(made["url"]).status_code == 403, "once"
    assert opened(connected, woman, session=made["session"], act="refresh") == {"session": made["session"]}
    assert opened(connected, woman, session=made["session"]) == {"session": made["session"]}
    assert "404" in str(opened(connected, woman, session=made["session"])["outcome"])
    effects = connected.services.effects("portal")
    assert [row["basis"] for row in effects if row.get("patient") == woman.number] == ["SAMTYKKE"]
    assert [row["shows"] for row in effects if "shows" in row][-1] == woman.number
    asked = (
        "SELECT 1 FROM audit WHERE request LIKE '%$open-kjernejournal%' AND request LIKE '%basis=SAMTYKKE%'"
    )
    assert connected.rows(asked)


def test_the_portal_does_not_open_for_others_nor_against_her_choice(connected: Crew, woman: Woman) -> None:
    assert "session" in str(opened(connected, woman, "citizen", basis="SAMTYKKE")["outcome"])
    opened(connected, woman, status=400, basis="NYSGJERRIG")
    url = f"{connected.services.running.kjernejournal}/_choices"
    httpx.post(url, json={"nin": woman.number, "reservation": True}).raise_for_status()
    assert "403" in str(opened(connected, woman, basis="AKUTT")["outcome"])
    connected.services.fail("portal", status=503)
    assert "503" in str(opened(connected, woman, basis="AKUTT")["outcome"])
