"""Secretary, student, doula, representative and the register's system over HTTP: what each sees, and what ends it."""

from typing import Any

import pytest
from helsekort_sandbox import people
from helsekort_sandbox.people import CLINICIANS

from app.fhir import codes
from tests.access.world import (
    Json,
    World,
    a_block,
    a_choice,
    an_actor,
    an_encounter,
    hpr,
    made,
    outcome_text,
    resources,
    stored,
)
from tests.fixtures.resources import a_blood_pressure, a_weight, concept, labelled
from tests.fixtures.server import Person, Server

DOULA = concept(codes.CS_CARD, "doula")
ATTORNEY = concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "HPOWATT")


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def _let_in(world: World, role: Json, number: str, **provision: Any) -> str:
    """Her Consent that lets in whom the number names."""
    actor = {"role": role, "reference": {"identifier": {"system": codes.FNR, "value": number}}}
    return stored(world.her, a_choice(world.woman.reference, "permit", actor=[actor], **provision))


def _an_appointment(world: World) -> str:
    appointment = {
        "resourceType": "Appointment",
        "status": "booked",
        "start": "2026-12-01T09:00:00Z",
        "end": "2026-12-01T09:30:00Z",
        "reasonCode": [{"text": "blødning"}],
        "comment": "ring før",
        "participant": [{"actor": {"reference": world.woman.reference}, "status": "accepted"}],
    }
    return stored(world.midwife, appointment)


def _sees(person: Person, path: str) -> bool:
    answer = person.get(path)
    assert answer.status_code in {200, 404}, answer.text
    return answer.status_code == 200


def test_the_office_books_and_sees_no_reason(world: World) -> None:
    secretary, woman = world.person("secretary"), world.woman
    visit = _an_appointment(world)
    shown = secretary.get(f"/Appointment/{visit}").json()
    assert shown["start"]
    assert not {"reasonCode", "comment"} & set(shown)
    assert "contact" not in secretary.get(f"/{woman.reference}").json()
    whole = secretary.put(f"/Appointment/{visit}", shown | {"status": "cancelled"})
    assert whole.status_code == 409  # she would erase what she does not see
    patch = [{"op": "replace", "path": "/status", "value": "cancelled"}]
    moved = secretary.request(
        "PATCH", f"/Appointment/{visit}", patch, Content_Type="application/json-patch+json"
    )
    assert moved.status_code == 200, moved.text
    assert world.midwife.get(f"/Appointment/{visit}").json()["reasonCode"]
    weight = stored(world.midwife, a_weight(woman.reference))
    for path in (
        f"/Observation/{weight}",
        f"/EpisodeOfCare/{woman.episode}",
        f"/EpisodeOfCare/{woman.episode}/$card",
    ):
        assert secretary.get(path).status_code == 404
    refused = secretary.post("/Observation", a_weight(woman.reference))
    assert refused.status_code == 403
    found = resources(secretary.get(f"/Patient/{woman.id}/$everything").json())
    assert {row["resourceType"] for row in found} <= {"Patient", "CareTeam", "Appointment", "AppointmentResponse",
                                                      "Organization"}  # fmt: skip


def test_a_student_registers_under_a_named_supervisor_and_corrects_nothing(world: World) -> None:
    student, woman = world.person("student"), world.woman
    made_ = student.post("/Observation", a_blood_pressure(woman.reference))
    assert made_.status_code == 201, made_.text
    row = world.server.audit(made_.headers["x-request-id"])
    assert row["request"]["supervisor"] == CLINICIANS["midwife-a"].hpr
    one = f"/Observation/{made_.json()['id']}"
    assert student.put(one, made_.json()).status_code == 403
    assert student.delete(one).status_code == 403
    assert world.midwife.put(one, made_.json() | {"status": "entered-in-error"}).status_code == 200
    secret = stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    assert not _sees(student, f"/Observation/{secret}")


def test_a_student_without_a_supervisor_has_no_role(world: World) -> None:
    for claim in ([], [{"type": "nhn:helsekort:supervisor", "value": {"hpr_number": "x"}}]):
        token = world.server.issuers.token(world.person("student").wish, apiSpecificClaims=claim)
        answer = world.server.client.get(
            f"{world.server.fhir}/Patient/{world.woman.id}",
            headers={
                "Authorization": f"DPoP {token}",
                "DPoP": world.server.issuers.proof(
                    "GET", f"{world.server.fhir}/Patient/{world.woman.id}", token
                ),
            },
        )
        assert answer.status_code == 403


def test_whoever_blocks_the_supervisor_blocks_the_student(world: World) -> None:
    block = stored(world.her, a_block(world.woman.reference, an_actor(hpr=hpr("midwife-a"))["reference"]))
    assert world.person("student").get(f"/{world.woman.reference}").status_code == 403
    assert world.her.delete(f"/Consent/{block}").status_code == 204
    assert _sees(world.person("student"), f"/{world.woman.reference}")


def test_a_doula_sees_what_she_is_invited_to_until_it_ends(world: World) -> None:
    doula, woman = world.person("doula"), world.woman
    visit = _an_appointment(world)
    assert not _sees(doula, f"/Appointment/{visit}")
    id_ = _let_in(world, DOULA, people.DOULA[1])
    shown = doula.get(f"/Appointment/{visit}").json()
    assert shown["start"]
    assert "reasonCode" not in shown
    her = doula.get(f"/{woman.reference}").json()
    assert her["name"]
    assert not {"identifier", "address", "telecom", "birthDate", "contact", "deceasedBoolean"} & set(her)
    assert {row["id"] for row in resources(doula.get("/Appointment").json())} >= {visit}
    assert resources(doula.get("/Patient").json())[0]["id"] == woman.id
    assert doula.get("/Patient?birthdate=1990-01-01").status_code == 400
    for path in (
        f"/EpisodeOfCare/{woman.episode}/$card",
        f"/Consent/{id_}",
        f"/Patient/{woman.id}/$access-log",
    ):
        assert doula.get(path).status_code == 404, path
    assert (
        world.person("doula", person=people.REPRESENTATIVE[1]).get(f"/{woman.reference}").status_code == 404
    )
    assert (
        world.her.put(
            f"/Consent/{id_}", world.her.get(f"/Consent/{id_}").json() | {"status": "inactive"}
        ).status_code
        == 200
    )
    assert not _sees(doula, f"/Appointment/{visit}")
    assert not _sees(doula, f"/{woman.reference}")


def test_a_representative_sees_what_she_lets_him_and_nothing_by_being_her_partner(world: World) -> None:
    woman = world.woman
    he = world.person("representative", represented=woman.number)
    plain = stored(world.midwife, a_weight(woman.reference))
    withheld = stored(world.midwife, labelled(a_weight(woman.reference), codes.NOPAT))
    violence = stored(world.midwife, labelled(a_weight(woman.reference), "SDV"))
    assert not _sees(he, f"/Observation/{plain}")  # a power of attorney alone opens nothing
    part = _let_in(world, ATTORNEY, people.REPRESENTATIVE[1], **{"class": [{"code": "Appointment"}]})
    assert not _sees(he, f"/Observation/{plain}")
    _let_in(world, ATTORNEY, people.REPRESENTATIVE[1])
    assert _sees(he, f"/Observation/{plain}")
    found = {row["id"] for row in resources(he.get(f"/Observation?patient={woman.id}&_count=100").json())}
    assert plain in found
    assert not {withheld, violence} & found
    assert not {withheld, violence} & {
        row["id"] for row in resources(he.get(f"/Patient/{woman.id}/$everything").json())
    }
    assert he.get(f"/EpisodeOfCare/{woman.episode}/$card?view=clinician").status_code == 403
    card = he.get(f"/EpisodeOfCare/{woman.episode}/$card", Accept="text/html")
    assert card.status_code == 200
    for path in (f"/Consent/{part}", f"/Patient/{woman.id}/$access-log"):
        assert he.get(path).status_code == 404
    other = world.person("representative", represented=world.other.number)
    assert not _sees(other, f"/Observation/{plain}")  # this session speaks for another woman
    assert not _sees(world.person("citizen", person=people.REPRESENTATIVE[1]), f"/Observation/{plain}")
    actor = an_actor(hpr="1")["reference"] | {
        "identifier": {"system": codes.FNR, "value": people.REPRESENTATIVE[1]}
    }
    stored(world.her, a_block(woman.reference, actor))
    assert not _sees(he, f"/Observation/{plain}")  # and is not told that he is shut out


@pytest.mark.parametrize(
    ("role", "number", "place"),
    [
        (concept(codes.CS_CARD, "partner"), people.DOULA[1], "actor[0].role"),
        (DOULA, "12345678901", "reference"),
    ],
)
def test_an_invitation_that_could_not_be_kept_is_refused(
    world: World, role: Json, number: str, place: str
) -> None:
    actor = {"role": role, "reference": {"identifier": {"system": codes.FNR, "value": number}}}
    consent = a_choice(world.woman.reference, "permit", actor=[actor])
    answer = world.her.post("/Consent", consent)
    assert answer.status_code == 422
    assert place in answer.text
    assert number not in outcome_text(answer)


def test_nobody_but_she_lets_anybody_in(world: World) -> None:
    actor = {"role": DOULA, "reference": {"identifier": {"system": codes.FNR, "value": people.DOULA[1]}}}
    consent = a_choice(world.woman.reference, "permit", actor=[actor])
    consent |= {"performer": [{"reference": world.woman.reference}], "sourceAttachment": {"title": "muntlig"}}
    assert world.midwife.post("/Consent", consent).status_code == 422


def test_the_register_reads_what_a_notification_is_made_of(world: World) -> None:
    registry, woman = world.person("registry"), world.woman
    weight = stored(world.midwife, a_weight(woman.reference))
    visit = stored(world.midwife, an_encounter(woman.reference, reasonCode=[{"text": "blødning"}]))
    assert _sees(registry, f"/Observation/{weight}")
    assert "reasonCode" not in registry.get(f"/Encounter/{visit}").json()
    assert not {"contact", "telecom"} & set(registry.get(f"/{woman.reference}").json())
    assert not _sees(registry, f"/Appointment/{_an_appointment(world)}")
    assert registry.post("/Observation", a_weight(woman.reference)).status_code == 403
    begun = registry.get("/$export?_type=Observation", Prefer="respond-async")
    assert begun.status_code == 202, begun.text
