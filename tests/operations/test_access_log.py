"""Her access log: by occasion, as Bundle, as page and as CSV, in three languages; what is urgent and refused is marked."""

import csv
import io
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from helsekort_sandbox.people import ORGANIZATIONS

from app import clock
from app.fhir import codes
from app.mapping.audit_occasions import Line, occasions
from app.render.access_log import CSV_COLUMNS, Log, page, table
from app.render.access_phrases import ACCESS
from tests.access.world import World, made
from tests.fixtures.resources import Woman, a_weight, register
from tests.fixtures.server import Person, Server

BASE = clock.now()


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


@pytest.fixture(scope="module")
def looked(world: World) -> tuple[Woman, Person]:
    """A woman at whom her midwife, and a doctor in an emergency, have looked."""
    woman = register(world.midwife)
    weight = world.midwife.post("/Observation", a_weight(woman.reference)).json()["id"]
    for _ in range(3):
        assert world.midwife.get(f"/Observation/{weight}").status_code == 200
    doctor = world.person("hospital", key="hospital-b", purpose="BTG")
    number = {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}}
    reason = {"name": "reason", "valueString": "Innlagt med blødning, kan ikke gjøre rede for seg"}
    asked = {"resourceType": "Parameters", "parameter": [number, reason]}
    assert doctor.post("/Patient/$break-glass", asked).status_code == 200
    assert doctor.get(f"/Observation/{weight}").status_code == 200
    return woman, world.person("citizen", person=woman.number)


def test_a_list_for_each_occasion_names_its_events(looked: tuple[Woman, Person]) -> None:
    woman, her = looked
    bundle = her.get(f"/Patient/{woman.id}/$access-log").json()
    parts = [(entry["search"]["mode"], entry["resource"]) for entry in bundle["entry"]]
    events = {row["id"] for mode, row in parts if mode == "match"}
    lists = [row for _, row in parts if row["resourceType"] == "List"]
    named = [item["item"]["reference"].removeprefix("AuditEvent/") for row in lists for item in row["entry"]]
    assert sorted(named) == sorted(events), "each event belongs to one occasion"
    assert len(lists) < len(events)
    assert {row["subject"]["reference"] for row in lists} == {woman.reference}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "nb",
            ("Hvem har sett på helsekortet mitt", "målinger og funn", "helsehjelp", "Nødtilgang", "Jordmor"),
        ),
        ("nn", ("Kven har sett på helsekortet mitt", "målingar og funn", "Naudtilgang")),
        ("en", ("Who has looked at my card", "measurements and findings", "Emergency access", "Midwife")),
    ],
)
def test_the_page_says_who_what_and_why(looked: tuple[Woman, Person], language: str, words: Any) -> None:
    woman, her = looked
    answer = her.get(f"/Patient/{woman.id}/$access-log?_format=text/html&_language={language}")
    assert (answer.status_code, answer.headers["content-language"]) == (200, language)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert {word for word in words if word not in answer.text} == set()
    assert f'lang="{language}"' in answer.text
    assert "<script" not in answer.text
    assert woman.number not in answer.text


def test_the_table_has_a_line_for_each_occasion(looked: tuple[Woman, Person]) -> None:
    woman, her = looked
    answer = her.get(f"/Patient/{woman.id}/$access-log?_format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    urgent = [row for row in rows if row["Nødtilgang"]]
    assert len(urgent) == 1
    assert urgent[0]["Etter hvilken regel"].startswith("Nødtilgang for noen timer")
    assert max(int(row["Antall oppslag"]) for row in rows) >= 4
    assert all(row["Virksomhet"] and row["Hendelser"] for row in rows)


def test_it_is_read_in_pages_and_for_a_time(looked: tuple[Woman, Person]) -> None:
    woman, her = looked
    first = her.get(f"/Patient/{woman.id}/$access-log?_count=2").json()
    (following,) = [link["url"] for link in first["link"] if link["relation"] == "next"]
    second = her.get(following.partition("/fhir")[2]).json()
    pages = [
        {entry["resource"]["id"] for entry in one["entry"] if entry["search"]["mode"] == "match"}
        for one in (first, second)
    ]
    assert [len(one) for one in pages] == [2, 2]
    assert pages[0].isdisjoint(pages[1])
    page = her.get(f"/Patient/{woman.id}/$access-log?_count=2&_format=text/html&_language=nn")
    (address,) = re.findall(r'<a href="([^"]+)" rel="next">Vis tidlegare hendingar</a>', page.text)
    assert page.headers["link"] == f'<{unescape(address)}>; rel="next"'
    earlier = her.get(unescape(address).partition("/fhir")[2])
    assert (earlier.status_code, earlier.headers["content-language"]) == (200, "nn")
    assert "<html" in earlier.text, "the form that was asked for"
    table = her.get(f"/Patient/{woman.id}/$access-log?_count=2&_format=csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    following = table.headers["link"].partition(">")[0].removeprefix("<")
    more = her.get(following.partition("/fhir")[2]).content.decode("utf-8-sig")
    told = [row["Hendelser"] for row in csv.DictReader(io.StringIO(more))]
    assert told
    assert not {event for row in rows for event in row["Hendelser"].split()} & set(" ".join(told).split())
    assert "link" not in her.get(f"/Patient/{woman.id}/$access-log?_format=csv").headers
    assert "entry" not in her.get(f"/Patient/{woman.id}/$access-log?end=2021-01-01").json()
    assert her.get(f"/Patient/{woman.id}/$access-log?_count=0").status_code == 400
    assert her.get(f"/Patient/{woman.id}/$access-log?_format=application/pdf").status_code == 406


def test_others_learn_nothing_of_it(looked: tuple[Woman, Person], world: World) -> None:
    for person in (world.midwife, world.other_her, world.stranger):
        for form in ("text/html", "text/csv", "json"):
            told = person.get(f"/Patient/{looked[0].id}/$access-log?_format={form}")
            assert told.status_code == 404, told.text


def _said(**values: str) -> dict[str, Any]:
    rows = [{"name": name, "valueString": value} for name, value in values.items()]
    return {"resourceType": "Parameters", "parameter": rows}


def test_her_question_reaches_the_reviewer_and_the_answer_reaches_her(
    looked: tuple[Woman, Person], world: World
) -> None:
    woman, her = looked
    path, auditor = f"/Patient/{woman.id}/$access-log", world.person("auditor")
    event = next(
        row["resource"]["id"]
        for row in her.get(path).json()["entry"]
        if "nødtilgang" in row["resource"]["text"]["div"]
    )
    question = _said(event=event, question="Hvem var legen, og hvorfor?")
    for person in (world.other_her, world.midwife, auditor):
        assert person.post("/Patient/$ask-about-access", question).status_code in {403, 404}
    asked = her.post("/Patient/$ask-about-access", question)
    assert asked.status_code == 200, asked.text
    assert "venter på svar" in her.get(f"{path}?_format=html").text
    waiting = auditor.get("/$access-cases").text
    assert "Hvem var legen, og hvorfor?" in waiting
    assert f"AuditEvent/{event}" in waiting
    assert world.midwife.get("/$access-cases").status_code == 403
    elsewhere, there = (
        world.person("auditor", organization=ORGANIZATIONS[key].orgnr) for key in ("gp-b", "hospital-b")
    )
    assert "parameter" not in elsewhere.get("/$access-cases").json(), (
        "a reviewer meets the own organisation's"
    )
    assert "Hvem var legen" in there.get("/$access-cases").text
    answer = _said(id=asked.headers["x-request-id"], answer="Vakthavende, fordi du blødde.")
    answer["parameter"].append({"name": "outcome", "valueCode": "legitimate"})
    assert world.midwife.post("/$access-case-review", answer).status_code == 403
    assert auditor.post("/$access-case-review", answer).status_code == 200
    assert auditor.post("/$access-case-review", answer).status_code == 409
    for form in ("html", "csv", "json"):
        told = her.get(f"{path}?_format={form}").text
        assert "Hvem var legen, og hvorfor?" in told
        assert "Vakthavende, fordi du blødde." in told
    assert "Hvem var legen, og hvorfor?" not in auditor.get("/$access-cases").text
    assert "Hvem var legen" not in world.server.database.rows("SELECT string_agg(request, ' ') FROM audit")[0]
    number = _said(event=event, question=f"Er dette {woman.number}?")
    assert her.post("/Patient/$ask-about-access", number).status_code == 422


def _line(minute: int, **said: Any) -> Line:
    at = BASE - timedelta(minutes=minute)
    request = {
        "id": f"row-{minute}", "at": at.isoformat(), "interaction": "read", "role": "gp", "subject": "hpr:1",
        "name": "Kari Lege", "organizations": ["999000017"], "organizationName": "Legekontoret", "purpose": "TREAT",
    } | said  # fmt: skip
    shown = [["Observation", "o", 1, "allow.carer.read", "w", False]]
    verdict = said.pop("verdict", "allow.carer.read")
    return Line(
        request["id"], at, request, {"verdict": verdict, "shown": shown}, shown, said.get("named", True)
    )


def test_an_occasion_ends_with_a_pause_and_holds_one_person() -> None:
    lines = [_line(0), _line(5), _line(6, subject="hpr:2"), _line(34), _line(65), _line(66, purpose="BTG")]
    found = [[line.id for line in one.lines] for one in occasions(lines)]
    assert found == [["row-0", "row-5", "row-34"], ["row-6"], ["row-65"], ["row-66"]]


def test_the_organisation_stands_there_before_the_person() -> None:
    log = Log(occasions([_line(0, named=False)]), BASE, name_days=7)
    for drawn in (page(log, "nb"), table(log, "nb")):
        assert "Legekontoret" in drawn
        assert "Kari Lege" not in drawn
        assert "7 dager" in drawn


def test_nothing_can_be_injected() -> None:
    log = Log(occasions([_line(0, name="=1+1", organizationName="<script>alert(1)</script>")]), BASE)
    assert "<script" not in page(log, "en")
    (row,) = csv.reader(io.StringIO(table(log, "en").splitlines()[1]))
    assert "'=1+1" in row


def test_every_column_has_its_word() -> None:
    assert set(CSV_COLUMNS) <= set(ACCESS)
    assert all(all(row) for row in ACCESS.values())
