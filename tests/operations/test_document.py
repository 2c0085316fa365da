"""``Composition/$document``: whole for whoever may see it all, a subset that says so for others, kept on demand."""

from typing import Any

import pytest

from app.fhir import codes
from app.fhir.validation import validate
from tests.access.world import NOBODY, ids, organization, orgnr, resources, stored
from tests.fixtures.resources import Json, Woman, a_weight, concept, labelled, register
from tests.fixtures.server import Person, Server
from tests.operations.artefacts import a_value_set, parameters


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife)


@pytest.fixture(scope="module")
def office(server: Server) -> str:
    return organization(server.person("operator"), orgnr("gp-a"))


def a_composition(woman: Woman, office: str, *entries: str) -> Json:
    section: Json = {"title": "Målinger", "entry": [{"reference": name} for name in entries]}
    if not entries:
        div = '<div xmlns="http://www.w3.org/1999/xhtml">ingen</div>'
        section = {"title": "Målinger", "text": {"status": "generated", "div": div}}
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": concept("urn:oid:2.16.578.1.12.4.1.1.9602", "F04-2"),
        "subject": {"reference": woman.reference},
        "date": "2026-07-14T09:30:00+02:00",
        "author": [{"reference": f"Organization/{office}"}],
        "title": "Helsekort",
        "section": [{"title": "Alt", "section": [section]}],
    }


@pytest.fixture(scope="module")
def weights(midwife: Person, woman: Woman) -> list[str]:
    """An open weight and a sensitive one."""
    bodies = (a_weight(woman.reference, 70.5), labelled(a_weight(woman.reference, 71), "SDV"))
    return [f"Observation/{stored(midwife, body)}" for body in bodies]


@pytest.fixture(scope="module")
def composition(midwife: Person, woman: Woman, office: str, weights: list[str]) -> str:
    return stored(midwife, a_composition(woman, office, *weights))


def got(person: Person, id_: str) -> Json:
    answer = person.get(f"/Composition/{id_}/$document")
    assert answer.status_code == 200, answer.text
    body: Json = answer.json()
    return body


def test_the_whole_document(
    server: Server, midwife: Person, woman: Woman, office: str, weights: list[str], composition: str
) -> None:
    bundle = got(midwife, composition)
    assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "document")
    assert bundle["identifier"]["value"].startswith("urn:uuid:")
    assert bundle["timestamp"]
    assert bundle["entry"][0]["resource"]["resourceType"] == "Composition"
    assert ids(bundle) == {
        f"Composition/{composition}", woman.reference, f"Organization/{office}", *weights,
    }  # fmt: skip
    assert all(row["fullUrl"].startswith(f"{server.fhir}/") for row in bundle["entry"])
    assert bundle["meta"]["security"] == [{"system": codes.ACT_CODE, "code": "SDV"}]
    assert "tag" not in bundle["meta"]
    assert validate(bundle) == []
    assert (
        midwife.post(f"/Composition/{composition}/$document", parameters(persist__Boolean=False)).status_code
        == 200
    )


def test_a_reader_who_may_not_see_it_all(
    server: Server, midwife: Person, woman: Woman, office: str, weights: list[str]
) -> None:
    secret = labelled(a_weight(woman.reference, 72), codes.NOPAT)
    hidden = f"Observation/{stored(midwife, secret)}"
    id_ = stored(midwife, a_composition(woman, office, weights[0], hidden))
    bundle = got(server.person("citizen", person=woman.number), id_)
    assert hidden not in ids(bundle)
    assert weights[0] in ids(bundle)
    assert [tag["code"] for tag in bundle["meta"]["tag"]] == ["SUBSETTED"]
    assert "security" not in bundle["meta"]
    assert hidden in ids(got(midwife, id_))


def test_all_that_was_shown_stands_in_the_log(
    server: Server, midwife: Person, woman: Woman, composition: str
) -> None:
    answer = midwife.get(f"/Composition/{composition}/$document")
    row = server.audit(answer.headers["x-request-id"])["result"]
    assert {f"{entry[0]}/{entry[1]}" for entry in row["shown"]} == ids(answer.json())
    assert row["patients"] == [woman.id]


def test_it_can_be_kept(server: Server, midwife: Person, woman: Woman, composition: str) -> None:
    asked = midwife.post(f"/Composition/{composition}/$document", parameters(persist__Boolean=True))
    assert asked.status_code == 200, asked.text
    made = asked.json()
    kept = midwife.get(f"/Bundle/{made['id']}")
    assert kept.json() == made
    assert asked.headers["location"] == f"{server.fhir}/Bundle/{made['id']}/_history/1"
    assert ids(made) == ids(got(midwife, composition))
    assert made["identifier"]["value"] == f"urn:uuid:{made['id']}"
    nurse = server.person("nurse")
    assert nurse.get(f"/Bundle/{made['id']}").status_code == 404  # holds what carries SDV
    her = server.person("citizen", person=woman.number)
    assert her.get(f"/Bundle/{made['id']}").status_code == 200
    found = ids(midwife.get(f"/{woman.reference}/$everything").json())
    assert f"Bundle/{made['id']}" in found


def test_whoever_may_not_register_keeps_nothing(server: Server, woman: Woman, composition: str) -> None:
    before = server.database.rows("SELECT count(*) FROM resource")[0]
    her = server.person("citizen", person=woman.number)
    answer = her.post(f"/Composition/{composition}/$document", parameters(persist__Boolean=True))
    assert answer.status_code == 403
    assert server.database.rows("SELECT count(*) FROM resource")[0] == before


def test_what_is_not_hers_is_not_there(server: Server, composition: str) -> None:
    stranger = server.person("midwife", key="midwife-b")
    for id_ in (composition, NOBODY):
        answer = stranger.get(f"/Composition/{id_}/$document")
        assert answer.status_code == 404
        assert server.audit(answer.headers["x-request-id"])["result"]["shown"] == []


def test_a_deleted_composition_is_gone(midwife: Person, woman: Woman, office: str) -> None:
    id_ = stored(midwife, a_composition(woman, office))
    assert [row["resourceType"] for row in resources(got(midwife, id_))] == [
        "Composition",
        "Patient",
        "Organization",
    ]
    assert midwife.delete(f"/Composition/{id_}").status_code == 204
    assert midwife.get(f"/Composition/{id_}/$document").status_code == 410


BAD: list[tuple[str, str, Any, str]] = [
    ("GET", "?persist=true", None, "POST"),
    ("GET", "?persist=perhaps", None, "persist"),
    ("GET", "?graph=urn:x", None, "no parameter graph"),
    ("POST", "", parameters(persist__String="true"), "persist is boolean"),
    ("POST", "", a_value_set(), "takes Parameters"),
]


@pytest.mark.parametrize(("method", "query", "body", "part"), BAD)
def test_bad_questions(
    midwife: Person, composition: str, method: str, query: str, body: Any, part: str
) -> None:
    answer = midwife.request(method, f"/Composition/{composition}/$document{query}", body)
    assert answer.status_code == 400, answer.text
    assert part in answer.text
