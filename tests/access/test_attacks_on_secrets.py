"""What an attacker with an ordinary token tries to find out: by references, searches, labels, masks and the log."""

from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from app.fhir import codes
from tests.access.world import (
    NOBODY,
    World,
    an_encounter,
    as_told,
    get_entry,
    ids,
    organization,
    orgnr,
    resources,
    stored,
)
from tests.fixtures.resources import (
    a_transaction,
    a_weight,
    entry,
    labelled,
    new_number,
    register,
)

Json = dict[str, Any]


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


@pytest.mark.parametrize(
    "label",
    [
        {"code": "NOPAT"},
        {"system": "http://hl7.org/fhir/v3/ActCode", "code": "NOPAT"},
        {"system": codes.ACT_CODE, "code": "nopat"},
        {"system": codes.CONFIDENTIALITY, "code": "NOPAT"},
    ],
)
def test_a_label_that_is_not_understood_is_not_passed_over(world: World, label: Json) -> None:
    """Refused, or taken as what it says: never stored and shown to her."""
    weight = a_weight(world.woman.reference) | {"meta": {"security": [label]}}
    answer = world.midwife.post("/Observation", weight)
    if answer.status_code == 201:
        assert world.her.get(f"/Observation/{answer.json()['id']}").status_code == 404
    else:
        assert answer.status_code in {400, 422}


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
