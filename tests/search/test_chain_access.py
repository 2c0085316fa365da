"""A chain goes only through what its caller may see, and by nothing that is hidden from the caller."""

import pytest

from app.fhir import codes
from tests.fixtures.resources import Woman, a_weight, concept, labelled, now, register
from tests.fixtures.server import Person, Server
from tests.search.asking import Asker, text


def to(reference: str) -> dict[str, str]:
    return {"reference": reference}


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife", bearer=True)


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    return register(midwife, birthDate="1991-02-03")


def test_a_chain_goes_only_through_what_the_caller_may_see(
    server: Server, midwife: Person, woman: Woman
) -> None:
    """Another midwife may see neither the woman nor what refers to her; a Practitioner everybody may."""
    operator, other = (
        server.person("operator", bearer=True),
        server.person("midwife", key="midwife-b", bearer=True),
    )
    made = operator.post(
        "/Practitioner", {"resourceType": "Practitioner", "name": [{"family": "Vei"}]}
    ).json()
    changed = midwife.get(f"/{woman.reference}").json()
    changed["generalPractitioner"] = [to(f"Practitioner/{made['id']}")]
    assert midwife.put(f"/{woman.reference}", changed).status_code == 200
    way = f"Practitioner?_has:Patient:general-practitioner:birthdate=1991-02-03&_id={made['id']}"
    assert Asker(midwife).ids(way) == [made["id"]]
    assert Asker(other).ids(way) == []
    assert Asker(other).ids(f"Practitioner?_id={made['id']}") == [made["id"]]


def test_a_chain_tells_a_nurse_nothing_of_what_is_sensitive(
    server: Server, midwife: Person, woman: Woman
) -> None:
    nurse = Asker(server.person("nurse", bearer=True))
    open_, closed = "40443-4", "3141-9"
    for code, labels in ((open_, ()), (closed, ("SDV",))):
        body = {**a_weight(woman.reference), "code": concept(codes.LOINC, code)}
        body = labelled(body, *labels) if labels else body
        assert midwife.post("/Observation", body).status_code == 201
    way = f"Patient?_id={woman.id}&_has:Observation:patient:code="
    assert Asker(midwife).ids(f"{way}{closed}") == [woman.id]
    assert nurse.ids(f"{way}{open_}") == [woman.id]
    assert nurse.ids(f"{way}{closed}") == []
    assert nurse.ids(f"{way}{closed},{open_}") == [woman.id]


def test_hidden_elements_are_not_searched_through_a_chain(
    server: Server, midwife: Person, woman: Woman
) -> None:
    """A nurse does not see why a woman came; neither by a chain, nor by what can be included or sorted by."""
    nurse = Asker(server.person("nurse", bearer=True))
    visit = {
        "resourceType": "Encounter", "status": "finished", "class": {"system": codes.ACT_CODE, "code": "AMB"},
        "subject": to(woman.reference), "period": {"start": now()}, "reasonCode": [text("hemmelig")],
    }  # fmt: skip
    made = midwife.post("/Encounter", visit)
    assert made.status_code == 201, made.text
    weight = a_weight(woman.reference, encounter=to(f"Encounter/{made.json()['id']}"))
    assert midwife.post("/Observation", weight).status_code == 201
    for query in (
        "Encounter?reason-code=hemmelig", "Observation?encounter.reason-code=hemmelig",
        "Patient?_has:Encounter:patient:reason-code=hemmelig", "Encounter?_sort=reason-code",
        "Encounter?_include=Encounter:reason-reference", "Condition?_revinclude=Encounter:reason-reference",
    ):  # fmt: skip
        assert "not searchable with your access" in nurse.refusal(query), query
        assert Asker(midwife).ask(query).status_code == 200, query


def test_a_list_is_a_way_only_for_who_may_see_it(server: Server, midwife: Person, woman: Woman) -> None:
    other = server.person("midwife", key="midwife-b", bearer=True)
    body = {
        "resourceType": "List",
        "status": "current",
        "mode": "working",
        "subject": to(woman.reference),
        "entry": [{"item": to(woman.reference)}],
    }
    made = midwife.post("/List", body)
    assert made.status_code == 201, made.text
    assert Asker(midwife).ids(f"Patient?_list={made.json()['id']}") == [woman.id]
    assert Asker(other).ids(f"Patient?_list={made.json()['id']}") == []
