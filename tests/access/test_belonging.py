"""Whom a resource is about, as the server derives it: by other resources, in documents, in files; and what that must not tell."""

import base64
from typing import Any

import httpx
import pytest

from app.fhir import codes
from tests.access.world import NOBODY, World, as_told, is_hers, practitioner, resources, stored
from tests.fixtures.resources import (
    Woman,
    a_transaction,
    a_weight,
    an_episode,
    entry,
    labelled,
    register,
)
from tests.fixtures.server import Person

Json = dict[str, Any]


@pytest.fixture(scope="module")
def woman(world: World) -> Woman:
    return register(world.midwife)


@pytest.fixture(scope="module")
def her(world: World, woman: Woman) -> Person:
    return world.person("citizen", person=woman.number)


def ref(reference: str) -> Json:
    return {"reference": reference}


def an_appointment(*actors: str, **more: Any) -> Json:
    participants = [{"actor": ref(actor), "status": "accepted"} for actor in actors]
    return {"resourceType": "Appointment", "status": "proposed", "participant": participants, **more}


def an_answer(actor: str, appointment: str) -> Json:
    given = {
        "appointment": ref(f"Appointment/{appointment}"),
        "actor": ref(actor),
        "participantStatus": "accepted",
    }
    return {"resourceType": "AppointmentResponse", **given}


def a_document_reference(patient: str, **more: Any) -> Json:
    attachment = {"attachment": {"contentType": "text/plain", "title": "Epikrise"}}
    given = {"status": "current", "subject": ref(patient), "content": [attachment]}
    return {"resourceType": "DocumentReference", **given, **more}


def a_file(context: str, text: str = "hei") -> Json:
    data = base64.b64encode(text.encode()).decode()
    return {
        "resourceType": "Binary",
        "contentType": "text/plain",
        "securityContext": ref(context),
        "data": data,
    }


# An appointment is its participants', an answer its appointment's


def test_an_appointment_is_hers_whose_place_among_the_participants_it_is(
    world: World, woman: Woman, her: Person
) -> None:
    doctor = practitioner(world.operator, "222299997")
    made = stored(world.midwife, an_appointment(f"Practitioner/{doctor}", woman.reference))
    is_hers(world, her, f"/Appointment/{made}")
    found = world.midwife.get(f"/Appointment?episode-of-care={woman.episode}").json()
    assert made in {row["id"] for row in resources(found)}


def test_an_appointment_of_two_women_is_refused(world: World, woman: Woman) -> None:
    """Each would read of the other."""
    answer = world.midwife.post("/Appointment", an_appointment(woman.reference, world.other.reference))
    assert answer.status_code == 422
    assert "participant[1].actor" in answer.text


def test_an_answer_of_personnel_is_about_her_whose_appointment_it_is(
    world: World, woman: Woman, her: Person
) -> None:
    doctor = practitioner(world.operator, "222299997")
    made = stored(world.midwife, an_appointment(woman.reference))
    is_hers(
        world, her, f"/AppointmentResponse/{stored(world.midwife, an_answer(f'Practitioner/{doctor}', made))}"
    )
    is_hers(world, her, f"/AppointmentResponse/{stored(her, an_answer(woman.reference, made))}")


def test_she_does_not_answer_for_another(world: World, her: Person, woman: Woman) -> None:
    appointment = stored(world.midwife, an_appointment(world.other.reference))
    told = [
        as_told(her.post("/AppointmentResponse", an_answer(woman.reference, id_)), id_)
        for id_ in (appointment, NOBODY)
    ]
    assert told[0] == told[1]
    assert told[0][0] == 422


# Files


def test_a_document_reference_lies_on_the_card_of_its_visit(world: World, woman: Woman, her: Person) -> None:
    visit = stored(
        world.midwife,
        {
            "resourceType": "Encounter",
            "status": "finished",
            "class": {"system": codes.ACT_CODE, "code": "AMB"},
            "subject": ref(woman.reference),
        },
    )
    context = {"encounter": [ref(f"Encounter/{visit}")]}
    made = stored(world.midwife, a_document_reference(woman.reference, context=context))
    is_hers(world, her, f"/DocumentReference/{made}")
    found = world.midwife.get(f"/DocumentReference?episode-of-care=EpisodeOfCare/{woman.episode}").json()
    assert made in {row["id"] for row in resources(found)}


@pytest.mark.parametrize("context", ["Patient", "DocumentReference"])
def test_a_file_is_hers_who_stands_in_its_security_context(
    world: World, woman: Woman, her: Person, context: str
) -> None:
    document = stored(world.midwife, a_document_reference(woman.reference))
    about = woman.reference if context == "Patient" else f"DocumentReference/{document}"
    is_hers(world, her, f"/Binary/{stored(world.midwife, a_file(about))}")


def test_a_file_without_a_woman_is_nobodys(world: World) -> None:
    doctor = practitioner(world.operator, "222299997")
    plain = {name: value for name, value in a_file("x").items() if name != "securityContext"}
    for body in (plain, a_file(f"Practitioner/{doctor}")):
        for person in (world.midwife, world.her, world.operator, world.nurse):
            assert person.post("/Binary", body).status_code == 403
    kept = stored(world.person("harness"), plain)
    for person in (world.midwife, world.her, world.operator, world.nurse):
        assert person.get(f"/Binary/{kept}").status_code == 404


def test_a_file_is_as_secret_as_its_document(world: World, woman: Woman, her: Person) -> None:
    document = stored(world.midwife, labelled(a_document_reference(woman.reference), codes.NOPAT))
    kept = stored(world.midwife, a_file(f"DocumentReference/{document}", "voldsutsatt"))
    assert world.midwife.get(f"/Binary/{kept}").status_code == 200
    assert her.get(f"/Binary/{kept}").status_code == 404
    together = a_transaction(
        entry(labelled(a_document_reference(woman.reference), codes.NOPAT), "urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d100"),
        entry(a_file("urn:uuid:6e5f7a80-33e4-4df2-8c17-6b90b9f6d100")),
    )  # fmt: skip
    answer = world.midwife.post("", together)
    assert answer.status_code == 200, answer.text
    path = answer.json()["entry"][1]["response"]["location"].partition("/fhir")[2].partition("/_history")[0]
    assert world.midwife.get(path).status_code == 200
    assert her.get(path).status_code == 404


def test_a_provenance_is_as_secret_as_its_target(world: World, woman: Woman, her: Person) -> None:
    hidden = stored(world.midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    doctor = practitioner(world.operator, "222299997")
    provenance = {
        "resourceType": "Provenance",
        "target": [ref(woman.reference), ref(f"Observation/{hidden}")],
        "recorded": "2026-11-01T10:00:00Z",
        "agent": [{"who": ref(f"Practitioner/{doctor}")}],
    }
    made = stored(world.midwife, provenance)
    assert world.midwife.get(f"/Provenance/{made}").status_code == 200
    assert her.get(f"/Provenance/{made}").status_code == 404


# What is about no woman tells nothing of any


def a_group(member: str) -> Json:
    named = {"extension": [{"url": "urn:x", "valueReference": ref(member)}]}
    if member.startswith("Patient/"):
        named = {"member": [{"entity": ref(member)}]}
    return {"resourceType": "Group", "type": "person", "actual": True, **named}


def a_message(focus: str) -> Json:
    source = {"endpoint": "https://helsestasjon.example/fhir"}
    event = {"system": codes.CS_CARD, "code": "birth-place-application"}
    return {"resourceType": "MessageHeader", "eventCoding": event, "source": source, "focus": [ref(focus)]}


def a_subscription(about: str) -> Json:
    return {
        "resourceType": "Subscription",
        "extension": [{"url": "urn:x", "valueReference": ref(about)}],
        "status": "off",
        "reason": "nye konsultasjoner",
        "criteria": "https://helsekort.example/fhir/SubscriptionTopic/consultation-registered",
        "channel": {
            "type": "rest-hook",
            "endpoint": "https://helsestasjon.example/varsel",
            "payload": "application/fhir+json",
        },
    }


def a_schedule(actor: str) -> Json:
    return {"resourceType": "Schedule", "actor": [ref(actor)]}


def a_place(about: str) -> Json:
    return {"resourceType": "Location", "extension": [{"url": "urn:x", "valueReference": ref(about)}]}


def _told(world: World, role: str, make: Any, existing: str) -> list[tuple[int, str]]:
    """What is told of a woman's resource that is there, and of one that is not."""
    kind, _, id_ = existing.partition("/")

    def ask(reference: str) -> httpx.Response:
        body = make(reference)
        return world.person(role).post(f"/{body['resourceType']}", body)

    answers = [(ask(existing), id_), (ask(f"{kind}/{NOBODY}"), NOBODY)]
    ids = [answer.json().get("id") or NOBODY for answer, _ in answers]
    return [as_told(answer, name, made)[:2] for (answer, name), made in zip(answers, ids, strict=True)]


@pytest.mark.parametrize(
    ("role", "make", "status"),
    [
        ("operator", a_group, 201),
        ("operator", a_message, 201),
        ("midwife", a_subscription, 201),
        ("operator", a_schedule, 422),
        ("midwife", a_schedule, 422),
        ("operator", a_place, 422),
    ],
)
@pytest.mark.parametrize("kind", ["Patient", "Observation"])
def test_what_is_about_no_woman_does_not_tell_whether_she_is_there(
    world: World, role: str, make: Any, status: int, kind: str
) -> None:
    hers = world.other if role == "operator" else register(world.stranger)
    weight = stored(world.midwife if role == "operator" else world.stranger, a_weight(hers.reference))
    told = _told(world, role, make, hers.reference if kind == "Patient" else f"Observation/{weight}")
    assert told[0] == told[1]
    if make is not a_schedule or kind == "Patient":
        assert told[0][0] == status


def test_what_she_may_not_see_is_told_like_what_is_not_there(world: World, woman: Woman, her: Person) -> None:
    hidden = stored(world.midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    plain = stored(world.midwife, a_weight(woman.reference))
    told = {
        id_: as_told(
            her.post("/Observation", a_weight(woman.reference, derivedFrom=[ref(f"Observation/{id_}")])), id_
        )
        for id_ in (hidden, NOBODY, plain)
    }
    assert told[hidden] == told[NOBODY]
    assert told[plain][0] == 201


def test_what_the_nurse_may_not_see_is_told_like_what_is_not_there(world: World, woman: Woman) -> None:
    sensitive = stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    told = [
        as_told(
            world.nurse.post(
                "/Observation", a_weight(woman.reference, derivedFrom=[ref(f"Observation/{id_}")])
            ),
            id_,
        )
        for id_ in (sensitive, NOBODY)
    ]
    assert told[0] == told[1]
    assert told[0][0] == 422


# Her card


def test_what_names_no_visit_lies_on_her_open_card(world: World, woman: Woman) -> None:
    history = {
        "resourceType": "FamilyMemberHistory",
        "status": "completed",
        "patient": ref(woman.reference),
        "relationship": {"text": "mor"},
        "condition": [{"code": {"text": "Diabetes"}}],
    }
    made = stored(world.midwife, history)
    found = world.midwife.get(f"/FamilyMemberHistory?episode-of-care=EpisodeOfCare/{woman.episode}").json()
    assert made in {row["id"] for row in resources(found)}


def test_a_finished_card_of_the_same_transaction_takes_nothing(world: World) -> None:
    woman = register(world.midwife)
    earlier = entry(an_episode(woman.reference, status="finished"))
    weight = entry(a_weight(woman.reference, 61.375))
    assert world.midwife.post("", a_transaction(earlier, weight)).status_code == 200
    assert "61,375 kg" in world.midwife.get(f"/EpisodeOfCare/{woman.episode}/$card").text
