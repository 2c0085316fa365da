"""The cards of a clinic's day on paper: those of the day or those named, nobody else's, nothing that must not be printed."""

from datetime import datetime, time, timedelta
from io import BytesIO

import httpx
import pytest
from helsekort_sandbox.people import ORGANIZATIONS
from pypdf import PdfReader

from app import clock
from app.fhir import codes
from app.fhir.validation import check
from tests.access.leak_doors import readable
from tests.access.world import Json
from tests.fixtures.resources import Woman, a_blood_pressure, an_allergy, choose, labelled, register
from tests.fixtures.server import Person, Server

DAY = "/EpisodeOfCare/$clinic-day"
PDF = "application/pdf"


def appointment(woman: Woman, hour: int, days: int = 0, status: str = "booked") -> Json:
    day = clock.now().astimezone(clock.OSLO).date() + timedelta(days=days)
    start = datetime.combine(day, time(hour), tzinfo=clock.OSLO)
    return {
        "resourceType": "Appointment",
        "status": status,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "participant": [{"actor": {"reference": woman.reference}, "status": "accepted"}],
    }


def a_woman(midwife: Person, name: str) -> Woman:
    return register(midwife, name=[{"text": name}])


def printed(person: Person, query: str = "") -> httpx.Response:
    return person.get(f"{DAY}{query}", Accept=PDF)


def test_the_day_is_printed_in_its_order_and_each_woman_has_her_row(server: Server) -> None:
    midwife = server.person("midwife")
    first, second, tomorrow, off, other = (
        a_woman(midwife, name)
        for name in ("Ada Først", "Bea Senere", "Eva Imorgen", "Ida Avlyst", "Una Annen")
    )
    gp = server.person("gp")
    choose(
        other,
        server.person("citizen", person=other.number),
        server.person("operator"),
        ORGANIZATIONS["gp-a"].orgnr,
    )
    for body in (
        appointment(second, 14), appointment(first, 8), appointment(tomorrow, 8, days=1), appointment(off, 9, status="cancelled"),
    ):  # fmt: skip
        assert midwife.post("/Appointment", body).status_code == 201
    assert gp.post("/Appointment", appointment(other, 8)).status_code == 201
    midwife.post("/Observation", labelled(a_blood_pressure(first.reference, 173, 114), codes.NOPAT))
    midwife.post("/AllergyIntolerance", an_allergy(second.reference))
    answer = printed(midwife)
    assert answer.status_code == 200, answer.text
    assert len(PdfReader(BytesIO(answer.content)).pages) >= 4
    text = readable(answer).text
    assert text.index("Ada Først") < text.index("Bea Senere")
    assert "Penicillin" in text
    for word in ("Eva Imorgen", "Ida Avlyst", "Una Annen", "173/114", "NOPAT"):
        assert word not in text
    rows = server.database.rows(
        f"SELECT result FROM audit WHERE request::jsonb->>'part' = '{answer.headers['x-request-id']}'"
    )
    assert len(rows) == 2
    assert all(any(woman.id in row for row in rows) for woman in (first, second))
    assert "Una Annen" in readable(printed(gp)).text
    when = (clock.now().astimezone(clock.OSLO).date() + timedelta(days=1)).isoformat()
    assert "Eva Imorgen" in readable(printed(midwife, f"?date={when}")).text
    wrapped = midwife.get(DAY).json()
    check(wrapped)
    assert (wrapped["resourceType"], wrapped["contentType"]) == ("Binary", PDF)


def test_named_cards_are_printed_as_they_are_named_and_only_ones_own(server: Server) -> None:
    midwife, stranger = server.person("midwife"), server.person("midwife", key="midwife-b")
    first, second = a_woman(midwife, "Liv Navngitt"), a_woman(midwife, "Mia Navngitt")
    query = f"?episode={second.episode}&episode=EpisodeOfCare/{first.episode}"
    text = readable(printed(midwife, query)).text
    assert text.index("Mia Navngitt") < text.index("Liv Navngitt")
    assert printed(stranger, query).status_code == 404
    assert printed(stranger).status_code == 404
    hers = server.person("citizen", person=first.number)
    assert printed(hers, f"?episode={first.episode}").status_code == 403


def test_a_printed_pile_is_no_look_at_a_card(server: Server) -> None:
    midwife = server.person("midwife")
    woman = a_woman(midwife, "Siv Uleste")
    assert printed(midwife, f"?episode={woman.episode}").status_code == 200
    looked = f"SELECT count(*) FROM looked WHERE episode = '{woman.episode}'"
    assert server.database.rows(looked) == ["0"]
    midwife.get(f"/EpisodeOfCare/{woman.episode}/$card")
    assert server.database.rows(looked) == ["1"]


@pytest.mark.parametrize("query", ["?date=2026", "?date=x", "?day=2026-01-01", "?episode="])
def test_what_cannot_be_printed_is_told(server: Server, query: str) -> None:
    answer = server.person("midwife").get(f"{DAY}{query}", Accept=PDF)
    assert answer.status_code in {400, 404}, answer.text
    assert answer.headers["content-type"].startswith("application/fhir+json")
    assert server.person("midwife").get(DAY, Accept="text/html").status_code == 406
