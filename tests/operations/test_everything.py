"""``$everything``: complete for whoever may see it, and no more for anybody."""

import json
from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import a_team, an_encounter, ids, organization, orgnr, resources, stored
from tests.fixtures.resources import (
    Json,
    Woman,
    a_blood_pressure,
    a_weight,
    an_allergy,
    labelled,
    new_number,
    register,
)
from tests.fixtures.server import Person, Server
from tests.operations.artefacts import parameters


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def office(server: Server) -> str:
    return organization(server.person("operator"), orgnr("gp-a"))


@pytest.fixture(scope="module")
def woman(server: Server, midwife: Person, office: str) -> Woman:
    """A woman with a card, a visit at an office, measurements, an allergy and what the nurse must not see."""
    made = register(midwife, contact=[{"name": {"text": "Jonas"}}])
    place = {"serviceProvider": {"reference": f"Organization/{office}"}}
    period = {"period": {"start": "2026-03-01T10:00:00+01:00", "end": "2026-03-01T10:30:00+01:00"}}
    stored(midwife, an_encounter(made.reference, reasonCode=[{"text": "Hodepine"}], **place, **period))
    stored(midwife, a_weight(made.reference, 70.50, effectiveDateTime="2026-03-01"))
    stored(midwife, a_blood_pressure(made.reference, effectiveDateTime="2026-05-01"))
    stored(midwife, an_allergy(made.reference))
    stored(midwife, labelled(a_weight(made.reference, 71), "SDV"))
    return made


def bundle(person: Person, path: str) -> Json:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    assert (body["resourceType"], body["type"]) == ("Bundle", "searchset")
    return body


def kinds(found: Json) -> dict[str, int]:
    counted: dict[str, int] = {}
    for row in resources(found):
        counted[row["resourceType"]] = counted.get(row["resourceType"], 0) + 1
    return counted


def link(found: Json, relation: str) -> str | None:
    return next((row["url"] for row in found["link"] if row["relation"] == relation), None)


def test_all_that_is_hers_and_what_it_refers_to(midwife: Person, woman: Woman, office: str) -> None:
    other = register(midwife)
    found = bundle(midwife, f"/{woman.reference}/$everything")
    assert kinds(found) == {
        "Patient": 1, "EpisodeOfCare": 1, "Encounter": 1, "Observation": 3, "AllergyIntolerance": 1, "Organization": 1,
    }  # fmt: skip
    modes = {row["fullUrl"].rpartition("/fhir/")[2]: row["search"]["mode"] for row in found["entry"]}
    assert modes.pop(f"Organization/{office}") == "include"
    assert set(modes.values()) == {"match"}
    assert other.id not in str(found)
    assert found["entry"][0]["resource"]["id"] == woman.id


def test_numbers_come_as_they_were_written(midwife: Person) -> None:
    woman = register(midwife)
    body = json.dumps(a_weight(woman.reference, 77.25)).replace("77.25", "77.250").encode()
    assert midwife.post("/Observation", body).status_code == 201
    assert b"77.250" in midwife.get(f"/{woman.reference}/$everything").content


def test_all_that_is_on_a_card(server: Server, midwife: Person, woman: Woman) -> None:
    found = bundle(midwife, f"/EpisodeOfCare/{woman.episode}/$everything")
    assert kinds(found) == kinds(bundle(midwife, f"/{woman.reference}/$everything"))
    harness = server.person("harness")
    body = {"resourceType": "EpisodeOfCare", "status": "finished", "patient": {"reference": woman.reference}}
    earlier = stored(harness, body)
    seen = kinds(bundle(midwife, f"/EpisodeOfCare/{earlier}/$everything"))
    assert seen == {"Patient": 1, "EpisodeOfCare": 1}
    assert harness.delete(f"/EpisodeOfCare/{earlier}").status_code == 204


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_type=Observation", {"Observation": 3}),
        ("_type=Observation,Patient", {"Observation": 3, "Patient": 1}),
        ("_type=Encounter&_type=Organization", {"Encounter": 1, "Organization": 1}),
        ("_type=Immunization", {}),
        ("_since=2100-01-01", {}),
        (
            "start=2026-02-01&end=2026-03-31&_type=Observation,Encounter,Patient,AllergyIntolerance",
            {"Observation": 1, "Encounter": 1, "Patient": 1, "AllergyIntolerance": 1},
        ),
        ("start=2026-05&end=2026-05&_type=Observation,Encounter", {"Observation": 1}),
        ("end=2026-03-01&_type=Observation,Encounter", {"Observation": 1, "Encounter": 1}),
    ],
)
def test_what_it_can_be_narrowed_by(
    midwife: Person, woman: Woman, query: str, expected: dict[str, int]
) -> None:
    found = bundle(midwife, f"/{woman.reference}/$everything?{query}")
    assert kinds(found) == expected
    rows = [{"name": part.partition("=")[0], "value": part.partition("=")[2]} for part in query.split("&")]
    kind = {"_type": "Code", "_since": "DateTime", "start": "Date", "end": "Date"}
    body = {
        "resourceType": "Parameters",
        "parameter": [{"name": row["name"], f"value{kind[row['name']]}": row["value"]} for row in rows],
    }
    answer = midwife.post(f"/{woman.reference}/$everything", body)
    assert kinds(answer.json()) == expected


def test_since_a_write(midwife: Person) -> None:
    woman = register(midwife)
    before = bundle(midwife, f"/{woman.reference}/$everything")["meta"]["lastUpdated"]
    id_ = stored(midwife, a_weight(woman.reference))
    found = bundle(midwife, f"/{woman.reference}/$everything?_since={before}")
    assert ids(found) == {f"Observation/{id_}"}


def test_pages_neither_miss_nor_repeat(midwife: Person) -> None:
    woman = register(midwife)
    made = {f"Observation/{stored(midwife, a_weight(woman.reference, 60 + n))}" for n in range(5)}
    expected = made | {woman.reference, f"EpisodeOfCare/{woman.episode}"}
    url: str | None = f"/{woman.reference}/$everything?_count=3"
    pages: list[set[str]] = []
    while url:
        found = bundle(midwife, url)
        pages.append(ids(found))
        if len(pages) == 1:  # a write between two pages
            late = f"Observation/{stored(midwife, a_weight(woman.reference, 99))}"
        url = link(found, "next")
    assert [len(page) for page in pages] == [3, 3, 2]
    assert set().union(*pages) == expected | {late}


def test_a_page_link_is_its_readers_own(server: Server, midwife: Person) -> None:
    woman, other = register(midwife), register(midwife)
    url = link(bundle(midwife, f"/{woman.reference}/$everything?_count=1"), "next")
    assert url is not None
    assert woman.number not in url
    for person in (server.person("midwife", key="midwife-b"), server.person("nurse")):
        answer = person.get(url)
        assert answer.status_code == 400
        assert "not yours" in answer.text
    assert midwife.get(url.replace(woman.id, other.id)).status_code == 400
    assert midwife.get(f"{url}x").status_code == 400
    her = server.person("citizen", person=woman.number)
    blocked = a_block_of(server, woman, her)
    assert blocked.get(f"/{woman.reference}/$everything").status_code == 403


def a_block_of(server: Server, woman: Woman, her: Person) -> Person:
    """A GP whom she chose, and then blocked."""
    from tests.access.world import a_block, hpr, practitioner

    operator, gp = server.person("operator"), server.person("gp")
    stored(her, a_team(woman.reference, organization(operator, orgnr("gp-a"))))
    assert gp.get(f"/{woman.reference}/$everything").status_code == 200
    stored(
        her, a_block(woman.reference, {"reference": f"Practitioner/{practitioner(operator, hpr('gp-a'))}"})
    )
    return gp


def test_each_sees_her_own_view(server: Server, midwife: Person, woman: Woman) -> None:
    her, nurse = server.person("citizen", person=woman.number), server.person("nurse")
    assert kinds(bundle(her, f"/{woman.reference}/$everything"))["Observation"] == 3
    seen = bundle(nurse, f"/{woman.reference}/$everything")
    assert kinds(seen)["Observation"] == 2  # less what carries SDV
    by_type = {row["resourceType"]: row for row in resources(seen)}
    assert "contact" not in by_type["Patient"]
    assert "reasonCode" not in by_type["Encounter"]
    assert {"system": codes.OBSERVATION_VALUE, "code": "SUBSETTED"} in by_type["Patient"]["meta"]["tag"]
    whole = {
        row["resourceType"]: row for row in resources(bundle(midwife, f"/{woman.reference}/$everything"))
    }
    assert "contact" in whole["Patient"]
    assert "reasonCode" in whole["Encounter"]


def test_whoever_has_no_relation_learns_nothing(server: Server, woman: Woman) -> None:
    stranger = server.person("midwife", key="midwife-b")
    for path in (f"/{woman.reference}/$everything", f"/EpisodeOfCare/{woman.episode}/$everything"):
        answer = stranger.get(path)
        nothing = stranger.get(
            "/".join([*path.split("/")[:2], "018f0000-0000-7000-8000-000000000000", "$everything"])
        )
        assert (answer.status_code, nothing.status_code) == (404, 404)
        assert server.audit(answer.headers["x-request-id"])["result"]["shown"] == []


def test_all_that_was_shown_stands_in_the_log(server: Server, midwife: Person, woman: Woman) -> None:
    answer = midwife.get(f"/{woman.reference}/$everything")
    row = server.audit(answer.headers["x-request-id"])
    shown = {f"{entry[0]}/{entry[1]}" for entry in row["result"]["shown"]}
    assert shown == ids(answer.json())
    assert row["result"]["patients"] == [woman.id]
    page = midwife.get(f"/{woman.reference}/$everything?_count=2")
    row = server.audit(page.headers["x-request-id"])
    assert {f"{entry[0]}/{entry[1]}" for entry in row["result"]["shown"]} == ids(page.json())


BAD: list[tuple[str, str]] = [
    ("_type=Spaceship", "Spaceship"),
    ("_type=", "_type"),
    ("_count=0", "_count"),
    ("_count=-1", "_count"),
    ("_count=x", "_count"),
    ("start=yesterday", "start"),
    ("start=2026-05-01&end=2026-04-01", "start"),
    ("_since=2026-13-01", "_since"),
    ("_sort=date", "no parameter _sort"),
    ("_cursor=abc", "_cursor"),
]


@pytest.mark.parametrize(("query", "part"), BAD)
def test_bad_questions(midwife: Person, woman: Woman, query: str, part: str) -> None:
    answer = midwife.get(f"/{woman.reference}/$everything?{query}")
    assert answer.status_code == 400, answer.text
    assert part in answer.text


def test_bad_bodies(midwife: Person, woman: Woman) -> None:
    bodies: list[Any] = [parameters(_count__String="2"), parameters(start__Boolean=True)]
    for body in bodies:
        assert midwife.post(f"/{woman.reference}/$everything", body).status_code == 400


def test_a_number_in_the_url_is_refused(midwife: Person) -> None:
    assert midwife.get(f"/Patient/{new_number()}/$everything").status_code == 400
