"""Results that she is told by somebody before a screen tells her: closed by every door, opened by ``$discussed`` or by time."""

import json
from typing import Any

import pytest
from helsekort_sandbox.people import REPRESENTATIVE

from app.fhir import codes
from app.mapping.release import TABLE
from tests.access.leak_items import ROLE_CODE, let_in
from tests.access.world import Json, World, ids, made, resources, stored
from tests.fixtures.resources import a_transaction, a_weight, an_observation, concept, entry, register, urn
from tests.fixtures.server import Person, Server

LABORATORY = [concept(codes.OBSERVATION_CATEGORY, "laboratory")]


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def an_item(patient: str, item: str, answer: str = "", **more: Any) -> Json:
    value = {"valueCodeableConcept": concept(codes.CS_CARD, answer)} if answer else {}
    order = {"basedOn": [{"display": "bestilt"}]} if item.startswith("nipt-t") else {}
    return an_observation(patient, "", category=LABORATORY, **order) | {
        "code": concept(codes.CS_CARD, item), **value, **more,
    }  # fmt: skip


def a_heart(patient: str, **value: Any) -> Json:
    return an_item(patient, "fetal-heart-activity", **value)


def security(resource: Json) -> set[str]:
    return {row["code"] for row in resource.get("meta", {}).get("security", [])}


def hers(world: World, her: Person, woman: Any) -> str:
    """All that reaches her, at every door that could tell."""
    card = f"/EpisodeOfCare/{woman.episode}"
    paths = (
        "/Observation?_count=200&_total=accurate", "/DiagnosticReport?_total=accurate", "/Provenance", f"{card}/$everything",
        f"/Patient/{woman.id}/$everything", f"{card}/$card", "/_history?_count=200", "/Observation/_history?_count=200",
        f"/Observation/$lastn?patient={woman.id}", "/$changes?since=0", "/Observation/$meta", f"/Patient/{woman.id}/$access-log",
    )  # fmt: skip
    answers = [her.get(path) for path in paths]
    answers += [her.get(f"{card}/$card", Accept=kind) for kind in ("text/html",)]
    assert {answer.status_code for answer in answers} <= {200, 400}, [answer.text[:200] for answer in answers]
    return "".join(answer.text for answer in answers)


def told(person: Person, path: str) -> Any:
    return person.post(f"{path}/$discussed", {"resourceType": "Parameters"})


HELD = {
    "NIPT": lambda her: an_item(her, "nipt-t21", "positive"),
    "NIPT in LOINC": lambda her: an_item(her, "x", "positive") | {"code": concept(codes.LOINC, "77012-3")},
    "a panel": lambda her: an_item(
        her, "panel", component=[{"code": concept(codes.CS_CARD, "nipt-t13"), "valueCodeableConcept": concept(codes.CS_CARD, "positive")}]
    ),
    "in words": lambda her: an_item(her, "x", valueString="påvist") | {"code": {"text": "Trisomi 18, NIPT"}},
    "confirmed": lambda her: an_item(her, "nipt-confirmation", "confirmed"),
    "HIV": lambda her: an_item(her, "hiv", "positive") | {"code": concept(codes.NLK, "NPU19649")},
    "HIV, odd answer": lambda her: an_item(her, "hiv", valueString="svakt reaktiv"),
    "HIV, interpreted": lambda her: an_item(
        her, "hiv", interpretation=[concept("http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation", "POS")]
    ),
    "no heart": lambda her: a_heart(her, valueBoolean=False),
    "heart rate 0": lambda her: an_observation(her, codes.FETAL_HEART_RATE, valueQuantity={
        "value": 0, "unit": "/min", "system": codes.UCUM, "code": "/min"}),
    "report without results": lambda her: {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept(codes.CS_CARD, "nipt"),
        "subject": {"reference": her}, "conclusion": "Økt risiko for trisomi 21",
    },
    "risk": lambda her: {
        "resourceType": "RiskAssessment", "status": "final", "subject": {"reference": her},
        "prediction": [{"outcome": {"text": "Trisomi 21"}, "probabilityDecimal": 0.99}],
    },
    "contained": lambda her: a_weight(her) | {"contained": [an_item(her, "hiv", "positive") | {"id": "x"}],
                                             "derivedFrom": [{"reference": "#x"}]},
}  # fmt: skip
OPEN = {
    "negative": lambda her: an_item(her, "nipt-t18", "negative"),
    "no answer": lambda her: an_item(her, "nipt-t13", "insufficient"),
    "HIV negative": lambda her: an_item(her, "hiv", "negative"),
    "heart": lambda her: a_heart(her, valueBoolean=True),
}


def test_each_kind_of_result_waits_and_no_other(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    her = world.person("citizen", person=woman.number)
    for name, make in OPEN.items():
        body = make(woman.reference)
        assert her.get(f"/Observation/{stored(midwife, body)}").status_code == 200, name
    for name, make in HELD.items():
        body = make(woman.reference)
        id_ = stored(world.person("harness"), body)
        path = f"/{body['resourceType']}/{id_}"
        seen = midwife.get(path).json()
        assert codes.UNTOLD in security(seen), name
        assert her.get(path).status_code == 404, name
        assert id_ not in hers(world, her, woman), name
    assert {row.id for row in TABLE} == {"nipt", "nipt-confirmation", "hiv", "no-fetal-heart"}


def a_nipt(midwife: Person, patient: str) -> list[str]:
    """The paths of a positive result, a negative one, the fetal fraction and their report, stored together."""
    names = [urn(), urn(), urn()]
    report = {
        "resourceType": "DiagnosticReport", "status": "final", "code": concept(codes.CS_CARD, "nipt"),
        "basedOn": [{"display": "bestilt"}], "subject": {"reference": patient}, "result": [{"reference": name} for name in names], "conclusion": "Se svar",
    }  # fmt: skip
    parts = [an_item(patient, "nipt-t21", "positive"), an_item(patient, "nipt-t13", "negative")]
    share = {"value": 9, "unit": "%", "system": codes.UCUM, "code": "%"}
    parts.append(an_item(patient, "fetal-fraction", valueQuantity=share))
    entries = (entry(*one) for one in zip([*parts, report], [*names, ""], strict=True))
    answer = midwife.post("", a_transaction(*entries))
    assert answer.status_code == 200, answer.text
    return ["/" + "/".join(row["response"]["location"].split("/")[-4:-2]) for row in answer.json()["entry"]]


def test_a_nipt_is_closed_whole_until_a_clinician_has_told_her(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    her = world.person("citizen", person=woman.number)
    before = f"/Observation/{stored(midwife, an_item(woman.reference, 'nipt-t18', 'negative'))}"
    assert her.get(before).status_code == 200
    paths = a_nipt(midwife, woman.reference)
    later = f"/Observation/{stored(midwife, an_item(woman.reference, 'nipt-t18', 'negative'))}"
    about = {"resourceType": "Provenance", "target": [{"reference": paths[0][1:]}], "recorded": "2026-07-14T10:00:00Z",
             "agent": [{"who": {"display": "lab"}}]}  # fmt: skip
    new = [*paths, later, f"/Provenance/{stored(midwife, about)}"]
    text = hers(world, her, woman)
    for path in (*new, before):
        assert her.get(path).status_code == 404, path
        assert midwife.get(path).status_code == 200
        assert path == before or path[1:] not in text  # her log says that she has read what was open
    assert "trisomi" not in text.lower()
    assert "ikke vurderes" not in text
    assert her.get("/Observation?_summary=count&code=nipt-t21").json()["total"] == 0
    _told_by_the_midwife(world, woman, her, paths)
    for path in (*new, before):
        assert her.get(path).status_code == 200, path
    assert {"discussed"} <= {tag["code"] for tag in her.get(paths[0]).json()["meta"]["tag"]}
    assert her.get(f"{paths[0]}/_history").json()["total"] == 2
    assert "Trisomi 21" in her.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html").text
    (who,) = [row for row in resources(her.get("/Provenance").json()) if "discussed" in json.dumps(row)]
    assert who["target"][0]["reference"] == paths[0][1:]
    assert told(midwife, paths[0]).status_code == 409


def _told_by_the_midwife(world: World, woman: Any, her: Person, paths: list[str]) -> None:
    """Clinicians see that it waits; who is related and a clinician says that she was told, of the whole report."""
    midwife = world.midwife
    assert codes.UNTOLD in security(midwife.get(paths[0]).json())
    page = midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html").text
    assert "Ikke fortalt henne ennå" in page
    assert ids(midwife.get("/Observation?_security=UNTOLD&patient=" + woman.id).json()) == {paths[0][1:]}
    for person, status in ((her, 404), (world.nurse, 403), (world.stranger, 404)):
        assert told(person, paths[0]).status_code == status
    done = told(midwife, paths[-1])
    assert done.status_code == 200, done.text
    row = world.server.audit(done.headers["x-request-id"])
    assert {line[3] for line in row["result"]["shown"]} == {"allow.carer.discuss"}


def test_nobody_takes_the_label_away_or_gives_it(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    her = world.person("citizen", person=woman.number)
    forged = {
        "security": [{"system": codes.CS_CARD, "code": "untold"}],
        "tag": [{"system": codes.CS_CARD, "code": "discussed"}],
    }
    harmless = f"/Observation/{stored(midwife, a_weight(woman.reference) | {'meta': forged})}"
    assert her.get(harmless).status_code == 200
    assert security(midwife.get(harmless).json()) == set()
    body = an_item(woman.reference, "hiv", "positive") | {"meta": forged}
    path = f"/Observation/{stored(midwife, body)}"
    label = {"resourceType": "Parameters", "parameter": [{"name": "meta", "valueMeta": {"security": [
        {"system": codes.CS_CARD, "code": codes.UNTOLD}]}}]}  # fmt: skip
    corrected = {**midwife.get(path).json(), **an_item(woman.reference, "hiv", "negative"), "meta": forged}
    for answer in (midwife.post(f"{path}/$meta-delete", label), midwife.put(path, corrected)):
        assert answer.status_code == 200, answer.text
        assert codes.UNTOLD in security(midwife.get(path).json())
        assert her.get(path).status_code == 404
    assert told(midwife, path).status_code == 200
    assert her.get(path).status_code == 200
    noted = {**midwife.get(path).json(), "note": [{"text": "Ny prøve tatt"}]}
    assert midwife.put(path, noted).status_code == 200
    assert her.get(path).status_code == 200  # told is told
    worse = {**noted, "valueCodeableConcept": concept(codes.CS_CARD, "positive")}
    assert midwife.put(path, worse).status_code == 200
    assert her.get(path).status_code == 404  # and this is new


def test_what_she_reports_herself_does_not_wait(world: World) -> None:
    path = f"/Observation/{stored(world.her, an_item(world.woman.reference, 'hiv', 'positive'))}"
    assert world.her.get(path).status_code == 200
    assert world.midwife.post(f"{path}/$confirm", {"resourceType": "Parameters"}).status_code == 200
    assert world.her.get(path).status_code == 200


def test_her_representative_is_never_told_before_her_and_she_is_not_notified(world: World) -> None:
    midwife, woman = world.midwife, register(world.midwife)
    her = world.person("citizen", person=woman.number)
    let_in(her, woman, ROLE_CODE, "HPOWATT", REPRESENTATIVE[1])
    him = world.person("representative", represented=woman.number)
    path = f"/Observation/{stored(midwife, a_heart(woman.reference, valueBoolean=False))}"
    changed = f"SELECT count(*)::text FROM changed WHERE patient = '{woman.id}' AND notify"
    assert him.get(path).status_code == 404
    assert world.server.database.rows(
        changed + f" AND entry IN (SELECT id FROM audit WHERE result LIKE '%{path[-36:]}%')"
    ) == ["0"]
    assert told(midwife, path).status_code == 200
    assert {her.get(path).status_code, him.get(path).status_code} == {200}
