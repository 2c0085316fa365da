"""``Observation/$lastn``: the last values for each code, in the order of what happened, only what the caller may see."""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import NOBODY, ids, resources, stored
from tests.fixtures.resources import (
    Json,
    Woman,
    a_weight,
    an_observation,
    concept,
    labelled,
    quantity,
    register,
)
from tests.fixtures.server import Person, Server
from tests.operations.artefacts import parameters


@pytest.fixture(scope="module")
def midwife(server: Server) -> Person:
    return server.person("midwife")


def hb(patient: str, value: float, when: str, *codings: tuple[str, str], **more: Any) -> Json:
    base = an_observation(
        patient,
        codes.HAEMOGLOBIN,
        valueQuantity=quantity(value, "g/dL"),
        effectiveDateTime=when,
        category=[concept(codes.OBSERVATION_CATEGORY, "laboratory")],
    )
    return base | {"code": {"coding": [{"system": system, "code": name} for system, name in codings]}} | more


LOINC, NLK = (codes.LOINC, codes.HAEMOGLOBIN), (codes.NLK, "NPU28172")


@pytest.fixture(scope="module")
def woman(midwife: Person) -> Woman:
    """Three weights, of which the newest was registered first; haemoglobin under one code, another, and both."""
    made = register(midwife)
    patient = made.reference
    for kilograms, when in ((74, "2026-05-01"), (70, "2026-03-01"), (72, "2026-04-01")):
        stored(midwife, a_weight(patient, kilograms, effectiveDateTime=when))
    stored(midwife, hb(patient, 11.8, "2026-03-01", LOINC))
    stored(midwife, hb(patient, 12.1, "2026-04-01", LOINC, NLK))
    stored(midwife, hb(patient, 12.4, "2026-05-01", NLK))
    stored(midwife, hb(patient, 99, "2026-06-01", NLK, status="entered-in-error"))
    stored(midwife, labelled(hb(patient, 10.2, "2026-07-01", LOINC), "SDV"))
    stored(midwife, an_observation(patient, "x", valueString="bra") | {"code": {"text": "Humør"}})
    return made


def values(person: Person, query: str) -> list[Any]:
    answer = person.get(f"/Observation/$lastn?{query}")
    assert answer.status_code == 200, answer.text
    bundle = answer.json()
    assert bundle["type"] == "searchset"
    return [row.get("valueQuantity", {}).get("value", row.get("valueString")) for row in resources(bundle)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {74, 10.2, "bra"}),
        ("&max=2", {74, 72, 10.2, 12.4, "bra"}),
        ("&max=100", {74, 72, 70, 10.2, 12.4, 12.1, 11.8, "bra"}),
        ("&category=laboratory", {10.2}),
        (f"&category={codes.OBSERVATION_CATEGORY}|vital-signs", {74, "bra"}),
        (f"&code={codes.LOINC}|{codes.WEIGHT}", {74}),
        (f"&code={codes.WEIGHT},NPU28172&max=1", {74, 12.4}),
        (f"&code={codes.WEIGHT}&code={codes.HAEMOGLOBIN}", {74, 10.2}),
        (f"&code=|{codes.WEIGHT}", set()),
        (f"&code={codes.NLK}|", {12.4}),
        ("&category=survey", set()),
    ],
)
def test_the_last_of_each_code(midwife: Person, woman: Woman, query: str, expected: set[Any]) -> None:
    found = values(midwife, f"patient={woman.id}{query}")
    assert set(found) == expected
    assert len(found) == len(expected)


def test_the_newest_comes_first(midwife: Person, woman: Woman) -> None:
    assert values(midwife, f"subject={woman.reference}&max=3&code={codes.WEIGHT}") == [74, 72, 70]


def test_she_can_be_named_in_each_way(server: Server, midwife: Person, woman: Woman) -> None:
    for query in (
        f"patient={woman.id}",
        f"patient={woman.reference}",
        f"subject={server.fhir}/{woman.reference}",
    ):
        assert len(values(midwife, query)) == 3
    for body in (
        parameters(patient__String=woman.id, max__PositiveInt=1),
        parameters(subject__Reference={"reference": woman.reference}, code__String=[codes.WEIGHT]),
    ):
        assert midwife.post("/Observation/$lastn", body).status_code == 200


def test_what_is_hidden_neither_shows_nor_takes_a_place(
    server: Server, midwife: Person, woman: Woman
) -> None:
    nurse = server.person("nurse")
    assert set(values(nurse, f"patient={woman.id}&category=laboratory")) == {12.4}
    assert set(values(midwife, f"patient={woman.id}&category=laboratory")) == {10.2}


def test_whoever_has_no_relation_is_told_nothing(server: Server, woman: Woman) -> None:
    stranger = server.person("midwife", key="midwife-b")
    answers = [stranger.get(f"/Observation/$lastn?patient={id_}") for id_ in (woman.id, NOBODY)]
    assert all(answer.status_code == 200 for answer in answers)
    assert [resources(answer.json()) for answer in answers] == [[], []]


def test_what_was_shown_stands_in_the_log(server: Server, midwife: Person, woman: Woman) -> None:
    answer = midwife.get(f"/Observation/$lastn?patient={woman.id}&max=2")
    row = server.audit(answer.headers["x-request-id"])["result"]
    assert {f"{entry[0]}/{entry[1]}" for entry in row["shown"]} == ids(answer.json())
    assert row["patients"] == [woman.id]


BAD = [
    ("", "patient"),
    ("patient=a&subject=b", "one woman"),
    ("patient=a&patient=b", "once"),
    ("patient=Group/a", "patient"),
    ("patient=a%20b", "patient"),
    ("patient=a&max=0", "max"),
    ("patient=a&max=x", "max"),
    ("patient=a&max=1&max=2", "once"),
    ("patient=a&code=", "code"),
    ("patient=a&code=|", "code"),
    ("patient=a&date=2026", "no parameter date"),
    ("patient=a&code:in=x", "no parameter code:in"),
]


@pytest.mark.parametrize(("query", "part"), BAD)
def test_bad_questions(midwife: Person, query: str, part: str) -> None:
    answer = midwife.get(f"/Observation/$lastn?{query}")
    assert answer.status_code == 400, answer.text
    assert part in answer.text


def test_bad_bodies(midwife: Person) -> None:
    for body in (
        parameters(patient__Boolean=True),
        parameters(patient__String="a", max__String="2"),
        parameters(),
    ):
        assert midwife.post("/Observation/$lastn", body).status_code == 400


def test_too_many_are_said_to_be_too_many(
    server: Server, midwife: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    woman = register(midwife)
    for n in range(4):
        stored(midwife, an_observation(woman.reference, f"c{n}", valueString="x"))
    object.__setattr__(server.settings, "max_page", 3)
    try:
        answer = midwife.get(f"/Observation/$lastn?patient={woman.id}").json()
    finally:
        object.__setattr__(server.settings, "max_page", 500)
    assert [row["search"]["mode"] for row in answer["entry"]] == ["match", "match", "match", "outcome"]
    assert answer["entry"][3]["resource"]["issue"][0]["code"] == "incomplete"
