"""A masked copy: what is left is as precise as before, says that it is a part, and cannot be used to erase the rest."""

import json
from typing import Any

import pytest

from app.access.assisting import ASSISTING
from app.access.rules import ALLOW
from app.fhir.codes import OBSERVATION_VALUE
from tests.access.world import Json, World, an_encounter, resources, stored
from tests.fixtures.resources import Woman, a_transaction, a_weight, register
from tests.fixtures.server import Person

SUBSETTED = {"system": OBSERVATION_VALUE, "code": "SUBSETTED"}
SECRET = "Redd for å gå hjem"
WITH_REASONS = ("Encounter", "Appointment", "Task", "Communication")
WITH_LEXEMES = (
    '{"resourceType": "Encounter", "status": "finished", "class": {"system": '
    '"http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"}, "subject": {"reference": "%s"}, '
    '"reasonCode": [{"text": "%s"}], "length": {"value": 30.50, "unit": "min", "system": '
    '"http://unitsofmeasure.org", "code": "min"}, "_status": {"extension": [{"url": "https://helsekort.example/fhir/StructureDefinition/x", "valueDecimal": 1.0E2}]}}'
)


@pytest.fixture
def woman(world: World) -> Woman:
    """With a contact, which the nurse does not see."""
    contact = [{"name": {"text": "Mor"}, "telecom": [{"system": "phone", "value": "99999999"}]}]
    return register(world.midwife, contact=contact)


@pytest.fixture
def visit(world: World, woman: Woman) -> str:
    """A visit with a reason, which the nurse does not see, and decimals that must stay as they were written."""
    answer = world.midwife.post("/Encounter", WITH_LEXEMES % (woman.reference, SECRET))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _whole(person: Person, path: str) -> tuple[Json, str, str]:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json(), answer.text, answer.headers.get("etag", "")


def test_the_masked_elements_are_the_ones_these_tests_know() -> None:
    """A new hidden element needs tests here; those of who assists stand in ``test_assisting``."""
    hidden = {element for row in ALLOW if row not in ASSISTING for element in row.hidden}
    reasons = {f"{name}.{element}" for name in WITH_REASONS for element in ("reasonCode", "reasonReference")}
    assert hidden == {"Patient.contact"} | reasons


@pytest.mark.parametrize("name", WITH_REASONS)
def test_every_reason_is_hidden(world: World, woman: Woman, name: str) -> None:
    """Why she comes, whatever it is written on; what else stands there is seen."""
    about = {"reference": woman.reference}
    problem = stored(world.midwife, {"resourceType": "Condition", "code": {"text": SECRET}, "subject": about})
    body: Json = {
        "Encounter": an_encounter(woman.reference),
        "Appointment": {"status": "proposed", "participant": [{"actor": about, "status": "accepted"}]},
        "Task": {"status": "requested", "intent": "order", "for": about},
        "Communication": {"status": "completed", "subject": about},
    }[name]
    condition = [{"reference": f"Condition/{problem}"}]
    several = name in {"Encounter", "Appointment", "Communication"}
    reason: Json = {"text": SECRET}
    reasons = {
        "reasonCode": [reason] if several else reason,
        "reasonReference": condition if several else condition[0],
    }
    id_ = stored(world.midwife, {"resourceType": name, **body, **reasons})
    whole, _, _ = _whole(world.midwife, f"/{name}/{id_}")
    masked, text, _ = _whole(world.nurse, f"/{name}/{id_}")
    assert reasons.items() <= whole.items()
    assert SECRET not in text
    assert f"Condition/{problem}" not in text
    assert set(whole) - set(masked) == set(reasons)
    assert SUBSETTED in masked["meta"]["tag"]


def test_numbers_keep_their_digits(world: World, visit: str) -> None:
    for person in (world.midwife, world.nurse):
        _, text, _ = _whole(person, f"/Encounter/{visit}")
        compact = text.replace(" ", "")
        assert '"value":30.50' in compact
        assert '"valueDecimal":1.0E2' in compact


def test_only_the_hidden_is_taken_and_the_order_stays(world: World, visit: str) -> None:
    whole, _, _ = _whole(world.midwife, f"/Encounter/{visit}")
    masked, text, _ = _whole(world.nurse, f"/Encounter/{visit}")
    assert SECRET not in text
    assert list(masked) == [name for name in whole if name != "reasonCode"]
    without_meta = {name: value for name, value in whole.items() if name not in {"reasonCode", "meta"}}
    assert {name: value for name, value in masked.items() if name != "meta"} == without_meta


def test_a_masked_copy_says_so_and_a_whole_one_does_not(world: World, visit: str, woman: Woman) -> None:
    for path in (f"/Encounter/{visit}", f"/Patient/{woman.id}"):
        whole, _, _ = _whole(world.midwife, path)
        masked, _, _ = _whole(world.nurse, path)
        assert SUBSETTED in masked["meta"]["tag"]
        assert SUBSETTED not in whole["meta"].get("tag", [])
        assert masked["meta"]["versionId"] == whole["meta"]["versionId"]


def test_what_hides_nothing_is_whole(world: World, woman: Woman) -> None:
    answer = world.midwife.post("/Encounter", an_encounter(woman.reference))
    path = f"/Encounter/{answer.json()['id']}"
    assert _whole(world.nurse, path)[1:] == _whole(world.midwife, path)[1:]


def test_views_have_different_etags(world: World, visit: str) -> None:
    path = f"/Encounter/{visit}"
    whole, masked = (_whole(person, path)[2] for person in (world.midwife, world.nurse))
    assert whole != masked
    assert world.midwife.get(path, If_None_Match=whole).status_code == 304
    assert world.nurse.get(path, If_None_Match=masked).status_code == 304
    assert world.nurse.get(path, If_None_Match=whole).status_code == 200
    assert world.midwife.get(path, If_None_Match=masked).status_code == 200


def _doors(visit: str, woman: Woman) -> dict[str, Any]:
    get = {"request": {"method": "GET", "url": f"Encounter/{visit}"}}
    return {
        "read": lambda who: who.get(f"/Encounter/{visit}"),
        "vread": lambda who: who.get(f"/Encounter/{visit}/_history/1"),
        "history": lambda who: who.get(f"/Encounter/{visit}/_history"),
        "search": lambda who: who.get(f"/Encounter?_id={visit}"),
        "search by POST": lambda who: who.search("Encounter", patient=woman.id),
        "include": lambda who: who.get(f"/Observation?patient={woman.id}&_include=Observation:encounter"),
        "transaction": lambda who: who.post("", a_transaction(get)),
        "batch": lambda who: who.post("", a_transaction(get, kind="batch")),
        "batch history": lambda who: who.post(
            "", a_transaction({"request": {"method": "GET", "url": f"Encounter/{visit}/_history"}}, kind="batch")
        ),
        "card": lambda who: who.get(f"/EpisodeOfCare/{woman.episode}/$card"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "door",
    [
        "read",
        "vread",
        "history",
        "search",
        "search by POST",
        "include",
        "transaction",
        "batch",
        "batch history",
        "card",
    ],
)
def test_every_door_masks(world: World, visit: str, woman: Woman, door: str) -> None:
    weight = {"encounter": {"reference": f"Encounter/{visit}"}}
    assert world.midwife.post("/Observation", a_weight(woman.reference, **weight)).status_code == 201
    ask = _doors(visit, woman)[door]
    whole, masked = ask(world.midwife), ask(world.nurse)
    assert SECRET in whole.text
    assert masked.status_code == 200
    assert visit in masked.text
    assert SECRET not in masked.text
    assert "SUBSETTED" in masked.text
    assert "30.50" in masked.text


def test_the_card_page_does_not_print_it(world: World, visit: str, woman: Woman) -> None:
    page = world.nurse.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html")
    assert page.status_code == 200
    assert SECRET not in page.text
    assert "99999999" not in page.text


def test_an_earlier_version_is_masked_as_well(world: World, visit: str) -> None:
    body, _, _ = _whole(world.midwife, f"/Encounter/{visit}")
    del body["reasonCode"]
    assert world.midwife.put(f"/Encounter/{visit}", body).status_code == 200
    history = world.nurse.get(f"/Encounter/{visit}/_history")
    assert len(resources(history.json())) == 2
    assert SECRET not in history.text
    assert SECRET not in world.nurse.get(f"/Encounter/{visit}/_history/1").text
    assert SECRET in world.midwife.get(f"/Encounter/{visit}/_history/1").text


@pytest.mark.parametrize(
    "as_sent", ["as read", "without the tag", "with a reason of her own", "with her ETag"]
)
def test_put_of_a_masked_copy_is_refused(world: World, visit: str, as_sent: str) -> None:
    body, _, etag = _whole(world.nurse, f"/Encounter/{visit}")
    headers = {"If_Match": etag} if as_sent == "with her ETag" else {}
    if as_sent != "as read":
        body["meta"].pop("tag")
    if as_sent == "with a reason of her own":
        body["reasonCode"] = [{"text": "Kontroll"}]
    answer = world.nurse.put(f"/Encounter/{visit}", body, **headers)
    assert answer.status_code == 409, answer.text
    assert "PATCH" in answer.text
    assert SECRET not in answer.text
    assert SECRET in world.midwife.get(f"/Encounter/{visit}").text


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_nor_through_a_bundle(world: World, visit: str, kind: str) -> None:
    body, _, _ = _whole(world.nurse, f"/Encounter/{visit}")
    put = {"resource": body, "request": {"method": "PUT", "url": f"Encounter/{visit}"}}
    answer = world.nurse.post("", a_transaction(put, kind=kind))
    status = answer.json()["entry"][0]["response"]["status"] if kind == "batch" else str(answer.status_code)
    assert status == "409"
    assert world.midwife.get(f"/Encounter/{visit}").headers["etag"] == 'W/"1"'


def test_a_masked_copy_cannot_be_deleted(world: World, visit: str) -> None:
    """PUT is refused because it would erase what is hidden; DELETE erases it too."""
    plain = stored(world.midwife, an_encounter(world.woman.reference))
    assert world.nurse.delete(f"/Encounter/{plain}").status_code == 204
    assert world.nurse.delete(f"/Encounter/{visit}").status_code == 409
    assert world.midwife.get(f"/Encounter/{visit}").status_code == 200


def test_put_of_what_hides_nothing_is_stored(world: World, woman: Woman) -> None:
    """The positive control: the same nurse, the same type, nothing hidden."""
    made = world.nurse.post("/Encounter", an_encounter(woman.reference)).json()
    assert world.nurse.put(f"/Encounter/{made['id']}", made | {"status": "in-progress"}).status_code == 200


def test_the_log_says_which_row_masked(world: World, visit: str) -> None:
    answer = world.nurse.get(f"/Encounter/{visit}")
    shown = world.server.audit(answer.headers["x-request-id"])["result"]["shown"]
    assert [entry[:4] for entry in shown] == [["Encounter", visit, 1, "allow.nurse.read"]]
    assert json.dumps(shown).count(visit) == 1
