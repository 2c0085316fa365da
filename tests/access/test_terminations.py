"""An induced abortion stands on no card, and raw it is read by nobody who does not treat her for it, nor counted."""

from typing import Any

import pytest
from helsekort_sandbox.people import REPRESENTATIVE

from app.fhir import codes
from app.mapping.terminations import STEMS, WORDS, tells
from tests.access.leak_items import ROLE_CODE, let_in
from tests.access.world import Json, World, a_team, made, organization, orgnr, stored
from tests.fixtures.resources import an_observation, concept, register
from tests.fixtures.server import Person, Server

TELLING: dict[str, Json] = {
    "outcome": {"code": concept(codes.CS_CARD, "birth-outcome"), "valueCodeableConcept": concept(codes.CS_CARD, "termination")},
    "gravida": {"code": concept(codes.LOINC, "11996-6"), "valueInteger": 3},
    "gravida in SNOMED CT": {"code": concept(codes.SNOMED, "161732006"), "valueInteger": 3},
    "abortions": {"code": concept(codes.LOINC, "11612-9"), "valueInteger": 2},
    "induced": {"code": concept(codes.LOINC, "11613-7"), "valueInteger": 1},
    "in words": {"code": {"text": "Antall svangerskap"}, "valueInteger": 3},
    "in a note": {"code": {"text": "Sykehistorie"}, "note": [{"text": "Provosert abort 2019"}]},
}  # fmt: skip
OTHERS: dict[str, Json] = {
    "Condition": {"code": {"coding": [{"system": "urn:oid:2.16.578.1.12.4.1.1.7110", "code": "O04.9"}]}},
    "Procedure": {"status": "completed", "code": concept(codes.SNOMED, "386639001")},
}
OPEN: dict[str, Json] = {
    "parity": {"code": concept(codes.LOINC, codes.PARITY), "valueInteger": 1},
    "miscarriages": {"code": concept(codes.LOINC, "11614-5"), "valueInteger": 1},
    "ectopic": {"code": concept(codes.LOINC, "33065-4"), "valueInteger": 0},
    "miscarriage": {"code": concept(codes.CS_CARD, "birth-outcome"), "valueCodeableConcept": concept(codes.CS_CARD, "miscarriage")},
}  # fmt: skip


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _paths(writer: Person, patient: str) -> list[str]:
    """What tells, and what refers to it."""
    found = []
    for more in TELLING.values():
        body = an_observation(patient, "") | more
        found.append(f"Observation/{stored(writer, body)}")
    for kind, more in OTHERS.items():
        body = {"resourceType": kind, "subject": {"reference": patient}, **more}
        found.append(f"{kind}/{stored(writer, body)}")
    about = {"resourceType": "Provenance", "target": [{"reference": found[0]}], "recorded": "2026-07-14T10:00:00Z",
             "agent": [{"who": {"display": "avdeling"}}]}  # fmt: skip
    return [*found, f"Provenance/{stored(writer, about)}"]


def _everything(person: Person, woman: Any) -> str:
    """All that reaches this reader of her."""
    card = f"/EpisodeOfCare/{woman.episode}"
    paths = (
        f"/Observation?patient={woman.id}&_count=200", f"/Condition?patient={woman.id}", f"/Procedure?patient={woman.id}",
        f"/Patient/{woman.id}/$everything?_count=500", f"{card}/$everything?_count=500", f"{card}/$card",
        f"/Observation/$lastn?patient={woman.id}", "/_history?_count=500", f"/Provenance?patient={woman.id}",
    )  # fmt: skip
    return "".join(person.get(path).text for path in paths)


def test_only_who_treats_her_reads_it(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    her = world.person("citizen", person=woman.number)
    hospital = world.person("hospital")
    _related(world, her, woman, "hospital-a", "gp-a")
    let_in(her, woman, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    him = world.person("representative", represented=woman.number)
    hidden = _paths(hospital, woman.reference)
    shown = [
        f"Observation/{stored(midwife, an_observation(woman.reference, '') | more)}" for more in OPEN.values()
    ]
    for reader in (hospital, her):
        assert [reader.get(f"/{path}").status_code for path in hidden] == [200] * len(hidden)
    for reader in (midwife, world.gp, world.nurse, world.person("student"), world.person("secretary"), him):
        assert {reader.get(f"/{path}").status_code for path in hidden} == {404}
        text = _everything(reader, woman)
        assert not [path for path in hidden if path in text]
    for reader in (midwife, world.gp, hospital, her):
        assert [reader.get(f"/{path}").status_code for path in shown] == [200] * len(shown)
    count = f"/Observation?patient={woman.id}&code=11996-6,11612-9,11613-7,161732006&_summary=count"
    assert (midwife.get(count).json()["total"], hospital.get(count).json()["total"]) == (0, 4)
    page = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html").text
    assert "vbrudd" not in page
    assert "abort" not in page.lower().replace("spontanabort", "")


def _related(world: World, her: Person, woman: Any, *keys: str) -> None:
    places = [organization(world.operator, orgnr(key)) for key in keys]
    stored(her, a_team(woman.reference, *places))


def test_who_wrote_it_reads_it_and_corrects_it(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    path = f"/Observation/{stored(midwife, an_observation(woman.reference, '') | TELLING['gravida'])}"
    assert midwife.get(path).status_code == 200
    body = {**midwife.get(path).json(), **OPEN["parity"]}
    assert midwife.put(path, body).status_code == 200
    _related(world, world.person("citizen", person=woman.number), woman, "gp-a")
    assert world.gp.get(path).status_code == 200
    assert world.gp.get(f"{path}/_history/1").status_code == 404  # as it was then


def test_what_she_tells_herself_reaches_her_midwife(world: World) -> None:
    body = an_observation(world.woman.reference, "") | TELLING["in a note"]
    path = f"/Observation/{stored(world.her, body)}"
    assert world.midwife.get(path).status_code == 200
    assert world.midwife.post(f"{path}/$confirm", {"resourceType": "Parameters"}).status_code == 200
    assert world.midwife.get(path).status_code == 200


@pytest.mark.parametrize(
    "text", ["Helsekort for gravide", "graviditet", "spontanabort", "abortus imminens", "avbrutt kontroll"]
)
def test_other_words_tell_nothing(text: str) -> None:
    assert not tells(f'{{"text":"{text}"}}'.encode())


def test_every_word_has_a_stem_by_which_texts_without_it_are_left_out() -> None:
    assert [word for word in WORDS if not any(stem.decode() in word for stem in STEMS)] == []
