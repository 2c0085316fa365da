"""What an attacker with an ordinary token tries to become or to move: relations, her choices, one woman's data to another's.

Each test states what must hold; none says how it is held.
"""

from typing import Any

import pytest

from app.fhir import codes
from tests.access.world import (
    NOBODY,
    World,
    a_block,
    a_team,
    an_encounter,
    get_entry,
    hpr,
    ids,
    organization,
    orgnr,
    practitioner,
    resources,
    stored,
)
from tests.fixtures.resources import (
    a_patient,
    a_transaction,
    a_weight,
    an_allergy,
    an_episode,
    entry,
    new_number,
    register,
    urn,
)

Json = dict[str, Any]


# A relation made by one's own write


def test_a_stranger_gains_nothing_by_writing_a_care_team(world: World) -> None:
    own = organization(world.operator, orgnr("midwives-b"))
    answer = world.stranger.post("/CareTeam", a_team(world.woman.reference, own))
    assert answer.status_code == 403
    assert world.stranger.get(f"/Patient/{world.woman.id}").status_code == 404


def test_a_carers_care_team_relates_no_other_organization(world: World) -> None:
    friends = organization(world.operator, orgnr("midwives-b"))
    stored(world.midwife, a_team(world.woman.reference, friends))
    assert world.stranger.get(f"/Patient/{world.woman.id}").status_code == 404


def test_a_general_practitioner_named_by_a_midwife_is_no_relation(world: World) -> None:
    other_gp = world.person("gp", key="gp-b")
    office = organization(world.operator, orgnr("gp-b"))
    patient = world.midwife.get(f"/Patient/{world.other.id}").json()
    patient["generalPractitioner"] = [{"reference": f"Organization/{office}"}]
    assert world.midwife.put(f"/Patient/{world.other.id}", patient).status_code == 200
    assert other_gp.get(f"/Patient/{world.other.id}").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"),
    [("gp", 422), ("midwife", 422), ("nurse", 403), ("hospital", 403), ("operator", 403), ("auditor", 403)],
)
def test_nobody_else_writes_her_consent(world: World, role: str, status: int) -> None:
    """Who cares for her records her choice only with its source (test_choices.py); all others never."""
    doctor = practitioner(world.operator, hpr("gp-b"))
    consent = a_block(world.woman.reference, {"reference": f"Practitioner/{doctor}"})
    assert world.person(role).post("/Consent", consent).status_code == status


def test_a_citizen_writes_no_choice_for_another_woman(world: World) -> None:
    doctor = practitioner(world.operator, hpr("midwife-a"))
    consent = a_block(world.other.reference, {"reference": f"Practitioner/{doctor}"})
    assert world.her.post("/Consent", consent).status_code == 403
    own = organization(world.operator, orgnr("gp-b"))
    assert world.her.post("/CareTeam", a_team(world.other.reference, own)).status_code == 403
    assert world.midwife.get(f"/Patient/{world.other.id}").status_code == 200


def test_a_declaration_needs_an_attest(world: World) -> None:
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": world.woman.number}}
        ],
    }
    unattested = world.person("gp", key="gp-b", purpose="HOPERAT")
    for person in (unattested, world.other_her, world.operator, world.person("auditor")):
        assert person.post("/Patient/$declare-relation", body).status_code == 403
    assert world.person("gp", key="gp-b").get(f"/Patient/{world.woman.id}").status_code == 404


def test_registering_needs_an_attest(world: World) -> None:
    unattested = world.person("gp", key="gp-b", purpose="HOPERAT")
    assert unattested.post("/Patient", a_patient(new_number())).status_code == 403


def test_a_blocked_office_cannot_declare_itself_back(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    office = organization(world.operator, orgnr("gp-b"))
    assert (
        her.post("/Consent", a_block(woman.reference, {"reference": f"Organization/{office}"})).status_code
        == 201
    )
    body = {
        "resourceType": "Parameters",
        "parameter": [
            {"name": "identifier", "valueIdentifier": {"system": codes.FNR, "value": woman.number}}
        ],
    }
    assert world.person("gp", key="gp-b").post("/Patient/$declare-relation", body).status_code == 404
    again = world.person("gp", key="gp-b").post("/Patient", a_patient(woman.number))
    assert again.status_code == 409
    assert woman.id not in again.text


# Her choices, undone or emptied by others


def test_a_clinicians_change_of_her_team_does_not_undo_her_choice(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    office = organization(world.operator, orgnr("gp-a"))
    team = stored(her, a_team(woman.reference, office))
    assert world.gp.get(f"/Patient/{woman.id}").status_code == 200
    body = world.midwife.get(f"/CareTeam/{team}").json()
    changed = world.midwife.put(f"/CareTeam/{team}", body)
    assert changed.status_code in {200, 403}
    assert world.gp.get(f"/Patient/{woman.id}").status_code == 200


def test_an_organization_that_a_clinician_adds_to_her_team_is_not_her_choice(world: World) -> None:
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    team = stored(her, a_team(woman.reference, organization(world.operator, orgnr("gp-a"))))
    body = world.midwife.get(f"/CareTeam/{team}").json()
    body["participant"].append(
        {"member": {"reference": f"Organization/{organization(world.operator, orgnr('hospital-b'))}"}}
    )
    world.midwife.put(f"/CareTeam/{team}", body)
    assert world.person("hospital", key="hospital-b").get(f"/Patient/{woman.id}").status_code == 404


@pytest.mark.parametrize("actor", ["identifier", "role", "unknown"])
def test_a_block_that_names_nobody_known_is_refused(world: World, actor: str) -> None:
    """A block without effect must not be taken without a word: she would believe in it."""
    number = {"identifier": {"system": codes.HPR, "value": hpr("hospital-a")}}
    doctor = practitioner(world.operator, hpr("hospital-a"))
    post = {"resourceType": "PractitionerRole", "practitioner": {"reference": f"Practitioner/{doctor}"}}
    reference: Json = {
        "identifier": number,
        "role": {"reference": f"PractitionerRole/{stored(world.operator, post)}"},
        "unknown": {"display": "fastlegen min"},
    }[actor]
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    answer = her.post("/Consent", a_block(woman.reference, reference))
    blocked = world.server.database.rows(f"SELECT actor FROM choice WHERE patient = '{woman.id}'")
    assert answer.status_code == 422 or blocked, f"{answer.status_code}, and nobody is blocked"


@pytest.mark.parametrize("first", [True, False])
def test_a_block_holds_for_every_number_of_a_person(world: World, first: bool) -> None:
    """A Practitioner with two numbers is either no Practitioner, or blocked under both."""
    woman = register(world.midwife)
    her = world.person("citizen", person=woman.number)
    stored(her, a_team(woman.reference, organization(world.operator, orgnr("gp-b"))))
    numbers = [hpr("gp-b"), "222299999"] if first else ["222299999", hpr("gp-b")]
    identifiers = [{"system": codes.HPR, "value": number} for number in numbers]
    kept = world.operator.post("/Practitioner", {"resourceType": "Practitioner", "identifier": identifiers})
    if kept.status_code == 201:
        actor = {"reference": f"Practitioner/{kept.json()['id']}"}
        assert her.post("/Consent", a_block(woman.reference, actor)).status_code == 201
        assert world.person("gp", key="gp-b").get(f"/Patient/{woman.id}").status_code == 403
    else:
        assert kept.status_code == 422


def test_a_patient_has_one_national_identity_number(world: World) -> None:
    """A second number would open her card to whoever logs in with it."""
    intruder = new_number()
    patient = world.midwife.get(f"/Patient/{world.other.id}").json()
    patient["identifier"].append({"system": codes.FNR, "value": intruder})
    assert world.midwife.put(f"/Patient/{world.other.id}", patient).status_code == 422
    assert world.person("citizen", person=intruder).get(f"/Patient/{world.other.id}").status_code == 404


# Moving and tying what belongs to one woman


@pytest.mark.parametrize("make", [a_weight, an_encounter, an_episode, an_allergy, a_team])
def test_a_resource_cannot_be_moved_to_another_woman(world: World, make: Any) -> None:
    """Its history would go with it, to whoever cares for the other and to herself."""
    one, two = register(world.midwife), register(world.midwife)
    resource = make(one.reference)
    element = "patient" if "patient" in resource else "subject"
    name = resource["resourceType"]
    id_ = one.episode if name == "EpisodeOfCare" else stored(world.midwife, resource)
    if name == "EpisodeOfCare":
        closed = world.midwife.get(f"/EpisodeOfCare/{two.episode}").json() | {"status": "finished"}
        assert world.midwife.put(f"/EpisodeOfCare/{two.episode}", closed).status_code == 200
    body = world.midwife.get(f"/{name}/{id_}").json()
    body[element] = {"reference": two.reference}
    moved = world.midwife.put(f"/{name}/{id_}", body)
    assert moved.status_code in {403, 409, 422}
    assert world.person("citizen", person=two.number).get(f"/{name}/{id_}/_history").status_code == 404


def test_nor_by_bringing_back_what_was_deleted(world: World) -> None:
    one, two = register(world.midwife), register(world.midwife)
    weight = stored(world.midwife, a_weight(one.reference))
    assert world.midwife.delete(f"/Observation/{weight}").status_code == 204
    body = {**a_weight(two.reference), "id": weight}
    assert world.midwife.put(f"/Observation/{weight}", body).status_code in {403, 404, 409, 422}
    assert (
        world.person("citizen", person=two.number).get(f"/Observation/{weight}/_history").status_code == 404
    )


def test_a_resource_cannot_be_moved_to_a_woman_without_relation(world: World) -> None:
    mine = register(world.stranger)
    weight = stored(world.stranger, a_weight(mine.reference))
    body = world.stranger.get(f"/Observation/{weight}").json()
    body["subject"] = {"reference": world.woman.reference}
    assert world.stranger.put(f"/Observation/{weight}", body).status_code in {403, 422}
    assert f"Observation/{weight}" not in ids(world.midwife.get("/Observation").json())


def test_another_womans_visit_cannot_be_referenced(world: World) -> None:
    visit = stored(world.midwife, an_encounter(world.other.reference))
    answer = world.midwife.post(
        "/Observation", a_weight(world.woman.reference, encounter={"reference": f"Encounter/{visit}"})
    )
    assert answer.status_code == 422


def test_a_transaction_cannot_tie_one_womans_measurement_to_anothers_visit(world: World) -> None:
    """Such a measurement stands on nobody's card: its alarm would be missed."""
    visit = urn()
    body = a_transaction(
        entry(an_encounter(world.woman.reference), visit),
        entry(a_weight(world.other.reference, 91.75, encounter={"reference": visit})),
    )
    assert world.midwife.post("", body).status_code == 422


def test_nor_to_a_visit_that_the_transaction_changes(world: World) -> None:
    id_ = stored(world.midwife, an_encounter(world.woman.reference))
    visit = {**an_encounter(world.woman.reference), "id": id_}
    put = {"resource": visit, "request": {"method": "PUT", "url": f"Encounter/{id_}"}}
    weight = a_weight(world.other.reference, encounter={"reference": f"Encounter/{id_}"})
    assert world.midwife.post("", a_transaction(put, entry(weight))).status_code == 422


def test_nor_to_a_visit_that_the_transaction_deletes(world: World) -> None:
    """A reference to nothing would stand there."""
    id_ = stored(world.midwife, an_encounter(world.woman.reference))
    delete = {"request": {"method": "DELETE", "url": f"Encounter/{id_}"}}
    weight = a_weight(world.woman.reference, encounter={"reference": f"Encounter/{id_}"})
    assert world.midwife.post("", a_transaction(delete, entry(weight))).status_code in {409, 422}


def test_a_test_systems_card_takes_nothing_from_hers(world: World) -> None:
    """The harness may open a second card; what is recorded about her still belongs to her own."""
    woman = register(world.midwife)
    stored(world.person("harness"), an_episode(woman.reference))
    weight = stored(world.midwife, a_weight(woman.reference))
    assert weight in world.midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").text


def test_a_choice_that_is_only_proposed_relates_nobody(world: World) -> None:
    woman = register(world.midwife)
    office = organization(world.operator, orgnr("gp-b"))
    her = world.person("citizen", person=woman.number)
    for status in ("proposed", "suspended", "inactive", "entered-in-error"):
        stored(her, a_team(woman.reference, office, status=status))
        assert world.person("gp", key="gp-b").get(f"/Patient/{woman.id}").status_code == 404, status


def test_a_transaction_with_a_woman_without_relation_stores_nothing(world: World) -> None:
    mine = register(world.stranger)
    body = a_transaction(
        entry(a_weight(mine.reference, 66.125)), entry(a_weight(world.woman.reference, 66.125))
    )
    answer = world.stranger.post("", body)
    assert answer.status_code == 403
    found = world.stranger.get(f"/Observation?patient={mine.id}").json()
    assert resources(found) == []
    row = world.server.audit(answer.headers["x-request-id"])
    assert row["result"]["shown"] == []


def test_a_transaction_that_fails_stores_nothing(world: World) -> None:
    before = ids(world.midwife.get(f"/Observation?patient={world.woman.id}&_count=500").json())
    body = a_transaction(entry(a_weight(world.woman.reference, 50.125)), get_entry(f"Observation/{NOBODY}"))
    answer = world.midwife.post("", body)
    after = ids(world.midwife.get(f"/Observation?patient={world.woman.id}&_count=500").json())
    assert (answer.status_code == 200) == (after != before), (
        f"{answer.status_code}, {len(after - before)} stored"
    )
