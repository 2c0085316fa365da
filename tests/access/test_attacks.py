"""What an attacker with an ordinary token tries. Each test states what must hold; none says how it is held."""

import base64
import random
import string
from typing import Any
from urllib.parse import quote, unquote

import httpx
import pytest

from app.fhir import codes
from tests.access.world import (
    NOBODY,
    World,
    a_block,
    a_team,
    an_encounter,
    as_told,
    hpr,
    ids,
    organization,
    orgnr,
    outcome_text,
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
    labelled,
    new_number,
    register,
    urn,
)
from tests.fixtures.server import Person

Json = dict[str, Any]


def get_entry(url: str) -> Json:
    return {"request": {"method": "GET", "url": url}}


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


@pytest.mark.parametrize("role", ["gp", "midwife", "nurse", "hospital", "operator", "auditor"])
def test_nobody_else_writes_her_consent(world: World, role: str) -> None:
    doctor = practitioner(world.operator, hpr("gp-b"))
    consent = a_block(world.woman.reference, {"reference": f"Practitioner/{doctor}"})
    assert world.person(role).post("/Consent", consent).status_code == 403


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


# What references, searches and texts tell


@pytest.mark.parametrize("with_subject", [True, False])
def test_a_reference_does_not_tell_a_stranger_what_exists(world: World, with_subject: bool) -> None:
    visit = stored(world.midwife, an_encounter(world.woman.reference))
    told = []
    for id_ in (visit, NOBODY):
        weight = a_weight(world.woman.reference, encounter={"reference": f"Encounter/{id_}"})
        if not with_subject:
            del weight["subject"]
        told.append(as_told(world.stranger.post("/Observation", weight), id_))
    assert told[0] == told[1]


def test_a_provenance_does_not_tell_a_stranger_what_exists(world: World) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference))
    place = organization(world.operator, orgnr("gp-b"))
    told = []
    for id_ in (weight, NOBODY):
        provenance = {
            "resourceType": "Provenance",
            "target": [{"reference": f"Organization/{place}"}, {"reference": f"Observation/{id_}"}],
            "recorded": "2026-11-01T10:00:00Z",
            "agent": [{"who": {"reference": f"Organization/{place}"}}],
        }
        told.append(as_told(world.stranger.post("/Provenance", provenance), id_))
    assert told[0] == told[1]


def test_a_stranger_learns_nothing_of_a_woman_by_writing_about_her(world: World) -> None:
    told = [
        as_told(world.stranger.post("/Observation", a_weight(f"Patient/{id_}")), id_)
        for id_ in (world.woman.id, NOBODY)
    ]
    assert told[0] == told[1]
    assert told[0][0] == 403


@pytest.mark.parametrize("query", ["reason-code=99998", "reason-code:missing=false", "_sort=reason-code"])
def test_a_nurse_cannot_search_by_what_is_hidden_from_her(world: World, query: str) -> None:
    """Encounter.reasonCode is hidden from her: no search may tell whether, or what, it is."""
    woman = register(world.midwife)
    coded = {"coding": [{"system": codes.SNOMED, "code": "99998"}]}
    with_reason = stored(world.midwife, an_encounter(woman.reference, reasonCode=[coded]))
    without = stored(world.midwife, an_encounter(woman.reference))
    assert world.midwife.get(f"/Encounter?patient={woman.id}&{query}").status_code == 200
    answer = world.nurse.get(f"/Encounter?patient={woman.id}&{query}")
    assert answer.status_code in {200, 400, 403}
    found = ids(answer.json()) if answer.status_code == 200 else set()
    assert found in (set(), {f"Encounter/{with_reason}", f"Encounter/{without}"})
    if found:
        order = [row["id"] for row in resources(answer.json())]
        other_way = world.nurse.get(
            f"/Encounter?patient={woman.id}&{query.replace('_sort=', '_sort=-')}"
        ).json()
        assert order == [row["id"] for row in resources(other_way)]


def test_an_odd_search_does_not_break_the_same_search_of_others(world: World) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference))
    assert world.stranger.get("/Observation?subject=Group/x&code=29463-7&status=final").status_code == 200
    found = world.midwife.get(f"/Observation?subject=Patient/{world.woman.id}&code=29463-7&status=final")
    assert found.status_code == 200
    assert f"Observation/{weight}" in ids(found.json())


def test_the_order_of_two_searches_changes_no_result(world: World) -> None:
    world.midwife.get(f"/Encounter?subject=Patient/{world.woman.id}&status=finished&_count=7")
    odd = world.midwife.get(f"/Encounter?subject=Group/{world.woman.id}&status=finished&_count=7")
    assert odd.status_code == 200
    assert resources(odd.json()) == []


# Labels


def test_her_access_log_does_not_name_what_is_kept_from_her(world: World) -> None:
    hidden = stored(world.midwife, labelled(a_weight(world.woman.reference), codes.NOPAT))
    shown = stored(world.midwife, a_weight(world.woman.reference))
    world.midwife.get(f"/Observation/{hidden}")
    log = world.her.get(f"/Patient/{world.woman.id}/$access-log")
    assert shown in log.text
    assert hidden not in log.text
    assert hidden not in world.her.get(f"/AuditEvent?patient={world.woman.id}").text


def test_what_was_kept_from_her_stays_so_when_deleted(world: World) -> None:
    hidden = stored(world.midwife, labelled(a_weight(world.woman.reference), codes.NOPAT))
    sensitive = stored(world.midwife, labelled(a_weight(world.woman.reference), "SDV"))
    for person, id_ in ((world.her, hidden), (world.nurse, sensitive)):
        assert world.midwife.delete(f"/Observation/{id_}").status_code == 204
        assert world.midwife.get(f"/Observation/{id_}").status_code == 410
        for door in ("", "/_history", "/_history/1", "/_history/2"):
            it = person.get(f"/Observation/{id_}{door}")
            nothing = person.get(f"/Observation/{NOBODY}{door}")
            assert as_told(it, id_) == as_told(nothing, NOBODY), door


def test_a_label_taken_away_does_not_open_earlier_versions(world: World) -> None:
    id_ = stored(world.midwife, labelled(a_weight(world.woman.reference, 77.125), codes.NOPAT))
    body = world.midwife.get(f"/Observation/{id_}").json()
    del body["meta"]["security"]
    body["valueQuantity"]["value"] = 70
    assert world.midwife.put(f"/Observation/{id_}", body).status_code == 200
    assert world.her.get(f"/Observation/{id_}").status_code == 200
    assert world.her.get(f"/Observation/{id_}/_history/1").status_code == 404
    history = world.her.get(f"/Observation/{id_}/_history")
    assert history.status_code == 200
    assert "77.125" not in history.text
    assert "77.125" in world.midwife.get(f"/Observation/{id_}/_history").text


def test_a_label_put_on_closes_earlier_versions(world: World) -> None:
    id_ = stored(world.midwife, a_weight(world.woman.reference, 78.125))
    assert world.her.get(f"/Observation/{id_}/_history/1").status_code == 200
    body = labelled(world.midwife.get(f"/Observation/{id_}").json(), codes.NOPAT)
    assert world.midwife.put(f"/Observation/{id_}", body).status_code == 200
    for door in ("", "/_history", "/_history/1", "/_history/2"):
        assert world.her.get(f"/Observation/{id_}{door}").status_code == 404


def test_a_nurse_does_not_take_a_label_off(world: World) -> None:
    id_ = stored(world.midwife, labelled(a_weight(world.woman.reference), "SDV"))
    body = {**a_weight(world.woman.reference), "id": id_}
    assert world.nurse.put(f"/Observation/{id_}", body).status_code == 404
    assert world.nurse.delete(f"/Observation/{id_}").status_code == 404
    assert world.midwife.get(f"/Observation/{id_}").headers["etag"] == 'W/"1"'


def test_she_does_not_write_what_is_kept_from_her(world: World) -> None:
    assert (
        world.her.post("/Observation", labelled(a_weight(world.woman.reference), codes.NOPAT)).status_code
        == 403
    )


# The log


def test_a_citizen_gets_nothing_from_another_womans_access_log(world: World) -> None:
    both = world.midwife.get("/Patient?_count=500")
    assert {f"Patient/{world.woman.id}", f"Patient/{world.other.id}"} <= ids(both.json())
    event = both.headers["x-request-id"]
    assert event in world.other_her.get(f"/Patient/{world.other.id}/$access-log").text
    told = [as_told(world.her.get(f"/Patient/{id_}/$access-log"), id_) for id_ in (world.other.id, NOBODY)]
    assert told[0] == told[1]
    assert resources(world.her.get(f"/AuditEvent?patient={world.other.id}").json()) == []
    assert resources(world.her.get(f"/AuditEvent?patient=Patient/{world.other.id}").json()) == []


def test_her_access_log_never_names_another_woman(world: World) -> None:
    """Rows that concern several women show each only her own share, whatever the caller wrote in the URL."""
    visit = stored(world.midwife, an_encounter(world.other.reference))
    world.midwife.get("/Patient?_count=500")
    world.midwife.get(f"/Observation?patient={world.woman.id},{world.other.id}")
    world.midwife.get(f"/Patient?_id={world.woman.id},{world.other.id}&_include=Patient:link")
    world.midwife.post(
        "", a_transaction(entry(a_weight(world.woman.reference)), entry(a_weight(world.other.reference)))
    )
    world.midwife.post(
        "",
        a_transaction(get_entry(f"Patient/{world.woman.id}"), get_entry(f"Encounter/{visit}"), kind="batch"),
    )
    for door in (
        f"/Patient/{world.woman.id}/$access-log",
        f"/AuditEvent?patient={world.woman.id}&_count=500",
    ):
        log = world.her.get(door)
        assert log.status_code == 200
        assert len(resources(log.json())) > 4
        for secret in (world.other.id, world.other.episode, world.other.number, visit):
            assert secret not in log.text, door


@pytest.mark.parametrize("role", ["gp", "midwife", "nurse", "hospital", "operator"])
def test_only_she_and_the_auditor_read_the_log(world: World, role: str) -> None:
    read = world.midwife.get(f"/Patient/{world.woman.id}")
    event = read.headers["x-request-id"]
    assert world.her.get(f"/AuditEvent/{event}").status_code == 200
    assert world.person("auditor").get(f"/AuditEvent/{event}").status_code == 200
    person = world.person(role)
    assert person.get(f"/AuditEvent/{event}").status_code == 404
    assert resources(person.get(f"/AuditEvent?patient={world.woman.id}").json()) == []
    assert person.get(f"/Patient/{world.woman.id}/$access-log").status_code == 404
    assert world.other_her.get(f"/AuditEvent/{event}").status_code == 404


def test_a_batch_reads_the_log_as_a_read_does(world: World) -> None:
    event = world.midwife.get(f"/Patient/{world.woman.id}").headers["x-request-id"]
    body = a_transaction(get_entry(f"AuditEvent/{event}"), kind="batch")
    statuses = [
        person.post("", body).json()["entry"][0]["response"]["status"]
        for person in (world.her, world.other_her)
    ]
    assert statuses == ["200", "404"]


def test_nobody_writes_or_deletes_the_log(world: World) -> None:
    event = world.midwife.get(f"/Patient/{world.woman.id}").headers["x-request-id"]
    body = world.person("auditor").get(f"/AuditEvent/{event}").json()
    for role in ("midwife", "citizen", "auditor", "operator", "harness"):
        person = world.person(role)
        assert person.put(f"/AuditEvent/{event}", body).status_code == 405
        assert person.delete(f"/AuditEvent/{event}").status_code == 405
        assert person.post("/AuditEvent", body).status_code == 405
        refused = person.post("", a_transaction(entry(body)))
        assert refused.status_code == 405


def test_headers_do_not_poison_the_log(world: World) -> None:
    number = new_number()
    spaced = f"{number[:6]} {number[6:]}"
    answer = world.midwife.get(
        f"/Patient/{world.woman.id}",
        X_Request_Id=f"a {number} b {spaced} " + "x" * 4000,
        nhn_source_system=f'<script>alert("{number}")</script>',
        nhn_event_id=number,
        User_Agent=number,
    )
    assert answer.status_code == 200
    row = world.server.audit(answer.headers["x-request-id"])
    kept = str(row)
    assert number not in kept
    assert spaced not in kept
    assert len(kept) < 4000
    log = world.her.get(f"/Patient/{world.woman.id}/$access-log").text
    assert "<script>" not in log
    assert number not in log


def test_a_header_cannot_end_the_line(world: World) -> None:
    with pytest.raises((httpx.LocalProtocolError, ValueError)):
        world.midwife.get(f"/Patient/{world.woman.id}", X_Request_Id="a\r\nX-Evil: 1")


@pytest.mark.parametrize("form", ["plain", "encoded", "spaced", "after a hash", "after a question mark"])
def test_a_person_number_in_a_url_is_refused_and_not_logged(world: World, form: str) -> None:
    number = new_number()
    path = {
        "plain": f"/Patient/{number}",
        "encoded": "/Patient/" + "".join(f"%{ord(digit):02x}" for digit in number),
        "spaced": f"/Patient?name={number[:6]}%20{number[6:]}",
        "after a hash": f"/Patient/%23{number}",
        "after a question mark": f"/Patient/%3F{number}",
    }[form]
    answer = world.midwife.get(path)
    assert answer.status_code == 400
    kept = unquote(str(world.server.audit(answer.headers["x-request-id"])))
    assert number not in answer.text
    assert number not in kept
    assert f"{number[:6]} {number[6:]}" not in kept


def test_a_person_number_encoded_in_a_query_is_not_logged(world: World) -> None:
    number = new_number()
    encoded = "".join(f"%{ord(digit):02x}" for digit in number)
    answer = world.midwife.get(f"/Patient?name={encoded}")
    assert answer.status_code == 400
    assert number not in unquote(str(world.server.audit(answer.headers["x-request-id"])))


@pytest.mark.parametrize("place", ["subject", "encounter", "note", "log search"])
def test_a_person_number_as_id_is_neither_repeated_nor_logged(world: World, place: str) -> None:
    number = new_number()
    if place == "log search":
        answer = world.person("auditor").search("AuditEvent", patient=f"Patient/{number}")
        assert answer.status_code in {200, 400}
    else:
        encounter = {"encounter": {"reference": f"Encounter/{number}"}} if place == "encounter" else {}
        weight = a_weight(world.woman.reference if place != "subject" else f"Patient/{number}", **encounter)
        if place == "note":
            weight["performer"] = [{"reference": f"Practitioner/{number}"}]
        answer = world.midwife.post("/Observation", weight)
        assert answer.status_code in {400, 403, 422}
    assert number not in answer.text
    assert number not in str(world.server.audit(answer.headers["x-request-id"]))


# Page links


def test_a_page_link_is_its_callers_own(world: World) -> None:
    for _ in range(3):
        stored(world.midwife, a_weight(world.woman.reference))
    first = world.midwife.get(f"/Observation?patient={world.woman.id}&_count=1").json()
    link = next(row["url"] for row in first["link"] if row["relation"] == "next")
    cursor = link.partition("_cursor=")[2]
    assert world.midwife.get(link).status_code == 200
    for person in (
        world.stranger,
        world.her,
        world.nurse,
        world.person("auditor"),
        world.person("midwife", key="midwife-b"),
    ):
        answer = person.get(link)
        assert answer.status_code == 400
        assert world.woman.id not in outcome_text(answer)
    assert world.midwife.get(f"/Encounter?_cursor={cursor}").status_code == 400
    assert world.woman.id not in base64.urlsafe_b64decode(cursor + "==").decode("latin-1")


@pytest.mark.parametrize("change", ["flip", "cut", "empty-ish", "letters", "not-ascii", "doubled", "long"])
def test_a_page_link_that_was_tampered_with_is_refused(world: World, change: str) -> None:
    for _ in range(2):
        stored(world.midwife, a_weight(world.woman.reference))
    first = world.midwife.get(f"/Observation?patient={world.woman.id}&_count=1").json()
    link = next(row["url"] for row in first["link"] if row["relation"] == "next")
    cursor = link.partition("_cursor=")[2]
    middle = len(cursor) // 2
    broken = {
        "flip": cursor[:middle] + ("A" if cursor[middle] != "A" else "B") + cursor[middle + 1 :],
        "cut": cursor[:-5],
        "empty-ish": "=",
        "letters": "abc",
        "not-ascii": quote("æøå☃"),
        "doubled": cursor + cursor,
        "long": "A" * 5000,
    }[change]
    answer = world.midwife.get(f"/Observation?_cursor={broken}")
    assert answer.status_code == 400
    assert answer.json()["resourceType"] == "OperationOutcome"


# Bundles and methods as ways around


@pytest.mark.parametrize(
    "url",
    [
        "{base}/Patient/{id}",
        "/Patient/{id}",
        "//Patient/{id}",
        "Patient/../Patient/{id}",
        "./Patient/{id}",
        "Patient/{id}/$access-log",
        "EpisodeOfCare/{id}/$card",
        "Patient/{id}#x",
        "Patient/%7Bid%7D",
        "file:///etc/passwd",
        "http://localhost/health/ready",
        "Patient/{id}\n",
        "",
    ],
)
def test_a_bundle_takes_no_other_urls(world: World, url: str) -> None:
    target = url.format(base=world.server.fhir, id=world.woman.id)
    for person in (world.midwife, world.stranger):
        for kind in ("batch", "transaction"):
            answer = person.post("", a_transaction(get_entry(target), kind=kind))
            assert answer.status_code == 400
            assert resources(answer.json()) == []


def test_a_batch_lets_nobody_do_more(world: World) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference, 73.375))
    body = {**a_weight(world.woman.reference, 1.5), "id": weight}
    asked = [
        get_entry(f"Observation/{weight}"),
        get_entry(f"Observation/{weight}/_history"),
        get_entry(f"Observation/{weight}/_history/1"),
        {"resource": body, "request": {"method": "PUT", "url": f"Observation/{weight}"}},
        {"request": {"method": "DELETE", "url": f"Observation/{weight}"}},
        entry(a_weight(world.woman.reference)),
    ]
    for person in (world.stranger, world.other_her, world.operator, world.person("auditor")):
        answer = person.post("", a_transaction(*asked, kind="batch"))
        assert [part["response"]["status"] for part in answer.json()["entry"]] == ["404"] * 5 + ["403"]
        assert "73.375" not in answer.text
        parts = world.server.database.rows(
            f"SELECT result::jsonb->'shown' FROM audit WHERE request::jsonb->>'part' = '{answer.headers['x-request-id']}'"
        )
        assert parts == ["[]"] * 6
    entitled = world.midwife.post("", a_transaction(*asked, kind="batch")).json()["entry"]
    assert [part["response"]["status"] for part in entitled] == ["200", "200", "200", "200", "204", "201"]


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_changes_the_method(world: World, header: str) -> None:
    weight = stored(world.midwife, a_weight(world.woman.reference))
    for method in ("GET", "POST"):
        body = None if method == "GET" else a_weight(world.woman.reference)
        world.midwife.request(method, f"/Observation/{weight}", body, **{header: "DELETE"})
    assert world.midwife.get(f"/Observation/{weight}").status_code == 200
    assert world.midwife.get(f"/Observation/{weight}?_method=DELETE").status_code in {200, 400}
    assert world.midwife.get(f"/Observation/{weight}").headers["etag"] == 'W/"1"'


def test_forwarding_headers_change_neither_caller_nor_address(world: World) -> None:
    answer = world.stranger.get(
        f"/Patient/{world.woman.id}",
        X_Forwarded_User="hpr:222210004",
        X_Original_URL="/fhir/metadata",
        nhn_patient_nin=world.woman.number,
        nhn_user_role="%7B%22code%22%3A%22LE%22%7D",
    )
    assert answer.status_code == 404
    assert world.woman.number not in str(world.server.audit(answer.headers["x-request-id"]))


# Ids and values nobody sends by accident


@pytest.mark.parametrize(
    "id_",
    [
        "%00",
        "a%00b",
        "%2e%2e",
        "..%2f..",
        "%27%20OR%201=1--",
        "%ff",
        "%C3%A6",
        "a%2Fb",
        "%0d%0aX-Evil:1",
        "a" * 300,
        "%7B0%7D",
        "*",
    ],
)
def test_an_odd_id_is_simply_not_there(world: World, id_: str) -> None:
    for door in (f"/Observation/{id_}", f"/Observation/{id_}/_history", f"/EpisodeOfCare/{id_}/$card"):
        answer = world.midwife.get(door)
        assert answer.status_code in {400, 404}, f"{door}: {answer.status_code}"
        assert "x-evil" not in answer.headers
        assert answer.headers["content-type"].startswith("application/fhir+json")
        row = world.server.audit(answer.headers["x-request-id"])
        assert row["result"]["shown"] == []


def _odd_input(world: World, case: str) -> httpx.Response:
    weight, card = a_weight(world.woman.reference), f"/EpisodeOfCare/{world.woman.episode}/$card"
    letters = "".join(random.Random(1).choices(string.ascii_letters, k=9000))
    post = {"method": "POST", "url": "Observation"}
    match case:
        case "fullUrl is a number":
            return world.midwife.post("", a_transaction({"fullUrl": 5, "resource": weight, "request": post}))
        case "fullUrl is an object":
            odd = {"fullUrl": {"a": 1}, "resource": weight, "request": post}
            return world.midwife.post("", a_transaction(odd, kind="batch"))
        case "method is a list":
            odd = {"resource": weight, "request": {"method": ["POST"], "url": "Observation"}}
            return world.midwife.post("", a_transaction(odd))
        case "NUL in a search":
            return world.midwife.get("/Observation?code=%00")
        case "NUL in a form":
            return world.midwife.search("Observation", code="\0")
        case "a very long reference":
            return world.midwife.post("/Observation", a_weight(f"Patient/{letters}"))
        case "a very long patient in a search of the log":
            return world.person("auditor").search("AuditEvent", patient=letters)
        case "a team of nobody":
            team = a_team(world.woman.reference, organization(world.operator, orgnr("gp-b")))
            del team["subject"]
            return world.operator.post("/CareTeam", team)
        case "a language that is none":
            return world.midwife.get(f"{card}?_format=html&_language=%E2%98%83")
        case "a language with a line end":
            return world.midwife.get(f"{card}?_format=html&_language=nb%0d%0aX-Evil:1")
        case "the first day of all":
            return world.midwife.get(f"{card}?asOf=0001-01-01")
        case "the last day of all":
            return world.midwife.get(f"{card}?asOf=9999-12-31")
        case "deep nesting":
            return world.midwife.post("/Observation", "[" * 100_000)
    raise AssertionError(case)


@pytest.mark.parametrize(
    "case",
    [
        "fullUrl is a number",
        "fullUrl is an object",
        "method is a list",
        "NUL in a search",
        "NUL in a form",
        "a very long reference",
        "a very long patient in a search of the log",
        "a team of nobody",
        "a language that is none",
        "a language with a line end",
        "the first day of all",
        "the last day of all",
        "deep nesting",
    ],
)
def test_odd_input_is_refused_as_the_clients_mistake(world: World, case: str) -> None:
    answer = _odd_input(world, case)
    assert answer.status_code < 500, f"{answer.status_code} {answer.text[:200]}"
    assert "x-evil" not in answer.headers
    assert world.server.audit(answer.headers["x-request-id"])


def test_a_name_is_text_on_the_card(world: World) -> None:
    woman = register(
        world.midwife, name=[{"family": "<script>alert(1)</script>", "given": ['"><img src=x>']}]
    )
    page = world.midwife.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text


# What is masked


def test_a_masked_copy_cannot_be_deleted(world: World) -> None:
    """PUT is refused because it would erase what is hidden; DELETE erases it too."""
    visit = stored(world.midwife, an_encounter(world.woman.reference, reasonCode=[{"text": "Uro"}]))
    plain = stored(world.midwife, an_encounter(world.woman.reference))
    assert world.nurse.delete(f"/Encounter/{plain}").status_code == 204
    assert world.nurse.delete(f"/Encounter/{visit}").status_code == 409
    assert world.midwife.get(f"/Encounter/{visit}").status_code == 200
