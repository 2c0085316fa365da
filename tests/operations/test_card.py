"""The card as its readers get it: page, paper and document, for whom it is made, and what changed since."""

from datetime import datetime, timedelta
from io import BytesIO

import httpx
import pytest
from pypdf import PdfReader

from app.fhir import codes
from tests.access.leak_doors import readable
from tests.fixtures.resources import Woman, a_blood_pressure, an_allergy, labelled, register
from tests.fixtures.server import Person, Server

PDF = "application/pdf"


@pytest.fixture
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture
def woman(midwife: Person) -> Woman:
    return register(midwife, name=[{"text": "Amina Fjellheim"}])


def of(woman: Woman, query: str = "") -> str:
    return f"/EpisodeOfCare/{woman.episode}/$card{query}"


def paper(person: Person, woman: Woman, query: str = "") -> str:
    answer = person.get(of(woman, query), Accept=PDF)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == PDF
    return readable(answer).text


@pytest.mark.parametrize(
    ("query", "accept"), [("?_format=application/pdf", "*/*"), ("?_format=pdf", "*/*"), ("", PDF)]
)
def test_the_card_comes_on_paper(midwife: Person, woman: Woman, query: str, accept: str) -> None:
    midwife.post("/AllergyIntolerance", an_allergy(woman.reference))
    answer = midwife.get(of(woman, query), Accept=accept)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["cache-control"] == "no-store"
    assert woman.number not in answer.headers["content-disposition"]
    text = readable(answer).text
    assert "Amina Fjellheim" in text
    assert "Penicillin" in text
    assert "Skrevet ut av Silje Aasgard, Elvebredden helsestasjon" in text


def test_every_sheet_is_logged_with_what_stood_on_it(server: Server, midwife: Person, woman: Woman) -> None:
    answer = midwife.get(of(woman), Accept=PDF)
    row = server.audit(answer.headers["x-request-id"])
    assert ["EpisodeOfCare", woman.episode] in [shown[:2] for shown in row["result"]["shown"]]


def test_what_is_kept_from_her_stands_on_no_paper(server: Server, midwife: Person, woman: Woman) -> None:
    """Whoever prints, and without a trace; on the midwife's screen it is there, and a browser does not print that."""
    her = server.person("citizen", person=woman.number)
    assert (
        midwife.post(
            "/Observation", labelled(a_blood_pressure(woman.reference, 172, 114), codes.NOPAT)
        ).status_code
        == 201
    )
    screen = midwife.get(of(woman), Accept="text/html").text
    assert "172/114" in screen
    assert '<body class="screen">' in screen
    for person in (midwife, her):
        for query in ("", "?view=citizen"):
            text = paper(person, woman, query)
            assert "172" not in text
            assert "Svært høyt blodtrykk" not in text
            assert "Kan ikke vurderes" not in text
            assert "NOPAT" not in text
    assert "172" not in paper(midwife, woman, "?view=emergency")
    open_one = a_blood_pressure(woman.reference, 171, 113)
    assert midwife.post("/Observation", open_one).status_code == 201
    for query in ("", "?view=citizen", "?view=emergency"):
        assert "171/113" in paper(midwife, woman, query), "the positive control"


def test_a_page_without_secrets_may_be_printed(midwife: Person, woman: Woman) -> None:
    assert '<body class="screen">' not in midwife.get(of(woman), Accept="text/html").text


def test_for_whom_the_card_is_made(server: Server, midwife: Person, woman: Woman) -> None:
    her = server.person("citizen", person=woman.number)
    midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 114))
    theirs, hers, ward = (
        midwife.get(of(woman, f"?view={view}"), Accept="text/html").text
        for view in ("clinician", "citizen", "emergency")
    )
    assert "Ring fødeavdelingen nå; vurder" in theirs
    assert "Blodtrykket ditt er svært høyt" in hers
    assert "til fødeavdelingen" in ward
    assert "Blodtrykket ditt er svært høyt" in her.get(of(woman), Accept="text/html").text
    for view in ("clinician", "emergency"):
        assert her.get(of(woman, f"?view={view}"), Accept="text/html").status_code == 403
        assert her.get(of(woman, f"?view={view}"), Accept=PDF).status_code == 403
    refused = midwife.get(of(woman, "?view=partner"), Accept="text/html")
    assert refused.status_code == 400
    assert refused.json()["issue"][0]["expression"] == ["view"]


def test_what_is_not_offered_is_said(midwife: Person, woman: Woman) -> None:
    answer = midwife.get(of(woman, "?_format=image/png"))
    assert answer.status_code == 406
    assert PDF in answer.text


def _stamp(answer: httpx.Response) -> datetime:
    return datetime.fromisoformat(answer.json()["meta"]["lastUpdated"])


def _changed(answer: httpx.Response) -> list[str]:
    sections = answer.json()["entry"][0]["resource"]["section"]
    (section,) = [row for row in sections if row["code"]["coding"][0]["code"] == "changed"]
    return [entry["reference"].partition("/fhir/")[2] for entry in section.get("entry", [])]


def test_what_changed_since_she_was_last_seen(midwife: Person, woman: Woman) -> None:
    """By when it was recorded: what was written at that moment or after it."""
    before = midwife.post("/AllergyIntolerance", an_allergy(woman.reference))
    after = midwife.post("/Observation", a_blood_pressure(woman.reference, 121, 81))
    since = _stamp(after).isoformat().replace("+00:00", "Z")
    id_ = f"Observation/{after.json()['id']}"
    found = _changed(midwife.get(of(woman, f"?changedSince={since}")))
    assert id_ in found
    assert f"AllergyIntolerance/{before.json()['id']}" not in found
    html = midwife.get(of(woman, f"?changedSince={since}"), Accept="text/html").text
    assert "merket «Nytt»" in html
    assert html.count('class="new"') == 2, "the tile and the line of the day"
    later = (_stamp(after) + timedelta(seconds=1)).isoformat().replace("+00:00", "Z")
    nothing = midwife.get(of(woman, f"?changedSince={later}"))
    assert _changed(nothing) == []
    assert "Ingenting er nytt eller endret" in nothing.text
    assert midwife.get(of(woman, "?changedSince=yesterday")).status_code == 400


def test_the_version_on_paper_changes_with_the_card(midwife: Person, woman: Woman) -> None:
    def version() -> str:
        return paper(midwife, woman).partition("Versjon ")[2][:28]

    first = version()
    assert first == version()
    midwife.post("/AllergyIntolerance", an_allergy(woman.reference))
    assert first != version()


def test_paper_speaks_her_language(midwife: Person, woman: Woman) -> None:
    answer = midwife.get(of(woman, "?_language=en"), Accept=PDF)
    assert answer.headers["content-language"] == "en"
    assert "Important now" in readable(answer).text
    assert "Viktig no" in readable(midwife.get(of(woman, "?_language=nn"), Accept=PDF)).text


def test_the_ward_gets_one_page(midwife: Person, woman: Woman) -> None:
    midwife.post("/Observation", a_blood_pressure(woman.reference, 172, 114))
    answer = midwife.get(of(woman, "?view=emergency"), Accept=PDF)
    assert len(PdfReader(BytesIO(answer.content)).pages) == 1
    assert "Svært høyt blodtrykk" in readable(answer).text
