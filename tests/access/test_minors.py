"""One under 16: her own card is hers; a guardian is told, and agrees for her, when registered and when she was heard.

Pasient- og brukerrettighetsloven §§ 3-4, 4-3, 4-4.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from helsekort_sandbox.people import REPRESENTATIVE

from app import clock
from app.fhir import codes
from tests.access.world import World, a_choice, a_restriction, made, outcome_text, stored
from tests.fixtures.pilot import TAKING_PART
from tests.fixtures.resources import a_patient, a_weight, an_episode, concept, new_number, register
from tests.fixtures.server import Server
from tests.identity.conftest import starting

Start = Callable[..., Server]
__all__ = ["starting"]
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
KEPT = {"meta": {"security": [{"system": codes.ACT_CODE, "code": "NOPAT"}]}}


@pytest.fixture(scope="module")
def world(server: Server) -> World:
    return made(server)


def born(years: int, days: int = 0) -> str:
    """The birth date of who is ``years`` old in so many days."""
    day = date.today() + timedelta(days)  # noqa: DTZ011
    return day.replace(year=day.year - years, day=min(day.day, 28)).isoformat()


def a_guardian(patient: str, **more: Any) -> dict[str, Any]:
    """A carer's registration of her guardian, when she was heard."""
    reference = {"identifier": {"system": codes.FNR, "value": REPRESENTATIVE[1]}}
    actor = {"role": concept(ROLE_CODE, "GUARD"), "reference": reference}
    return heard(patient, a_choice(patient, "permit", actor=[actor], **more)) | {
        "performer": [{"reference": patient}],
        "sourceAttachment": {"title": "Samtale: hun vil at mor skal vite det"},
    }


def heard(patient: str, consent: dict[str, Any]) -> dict[str, Any]:
    return consent | {"verification": [{"verified": True, "verifiedWith": {"reference": patient}}]}


def test_a_guardian_is_told_of_one_under_16_when_registered_and_of_nobody_older(world: World) -> None:
    midwife = world.midwife
    young, older = register(midwife, birthDate=born(15)), register(midwife, birthDate=born(16, -3))
    refused = midwife.post("/Consent", a_guardian(older.reference))
    assert (refused.status_code, "From 16" in outcome_text(refused)) == (422, True)
    weight, kept = (stored(midwife, a_weight(young.reference) | labels) for labels in ({}, KEPT))
    guardian = world.person("representative", represented=young.number, guardian=True)
    friend = world.person("representative", represented=young.number)
    her = world.person("citizen", person=young.number)
    seen = [f"/Observation/{weight}", f"/{young.reference}", f"/EpisodeOfCare/{young.episode}"]
    assert {guardian.get(path).status_code for path in seen} == {404}, "a token alone tells no guardian"
    unheard = {k: v for k, v in a_guardian(young.reference).items() if k != "verification"}
    refused = midwife.post("/Consent", unheard)
    assert (refused.status_code, "she is heard" in outcome_text(refused)) == (422, True)
    registered = stored(midwife, a_guardian(young.reference))
    assert {guardian.get(path).status_code for path in seen} == {200}
    assert guardian.get(f"/Observation/{kept}").status_code == 404, "kept from those who stand near her"
    assert friend.get(f"/Observation/{weight}").status_code == 404, "a power of attorney is no guardianship"
    for hidden in (
        f"/Consent?patient={young.id}",
        f"/Flag?patient={young.id}",
        f"/Provenance?patient={young.id}",
    ):
        assert guardian.get(hidden).json().get("entry") is None
    assert guardian.get(f"/Patient/{young.id}/$access-log").status_code == 404, "nor who looked"
    assert guardian.post("/Observation", a_weight(young.reference)).status_code in {403, 404}
    assert her.get(f"/Observation/{weight}").status_code == 200, "her own card is hers at any age"
    assert her.get(f"/Consent/{registered}").status_code == 200, "she sees who was let in"


def test_a_guardianship_is_narrowed_ended_or_shut_out_on_the_next_request(world: World) -> None:
    midwife, young = world.midwife, register(world.midwife, birthDate=born(15))
    weight, registered = (
        stored(midwife, a_weight(young.reference)),
        stored(midwife, a_guardian(young.reference)),
    )
    guardian = world.person("representative", represented=young.number, guardian=True)
    her = world.person("citizen", person=young.number)
    seen = [f"/Observation/{weight}", f"/{young.reference}", f"/EpisodeOfCare/{young.episode}"]
    assert {guardian.get(path).status_code for path in seen} == {200}
    narrow = a_guardian(
        young.reference, **{"class": [{"system": "http://hl7.org/fhir/resource-types", "code": "Patient"}]}
    )
    assert her.put(f"/Consent/{registered}", narrow | {"id": registered}).status_code == 200
    assert [guardian.get(path).status_code for path in seen] == [404, 200, 404]
    assert (
        her.put(f"/Consent/{registered}", narrow | {"id": registered, "status": "inactive"}).status_code
        == 200
    )
    assert {guardian.get(path).status_code for path in seen} == {404}
    again = stored(midwife, a_guardian(young.reference))
    assert guardian.get(seen[0]).status_code == 200
    shut_out = a_choice(young.reference, "deny", actor=a_guardian(young.reference)["provision"]["actor"])
    shut_out |= {name: a_guardian(young.reference)[name] for name in ("performer", "sourceAttachment")} | KEPT
    denied = stored(midwife, shut_out)
    assert guardian.get(seen[0]).status_code == 404, (
        "weighty reasons: a carer shuts out, and it is told to nobody"
    )
    assert her.get(f"/Consent/{denied}").status_code == 404, "whom she could be forced to show her screen"
    assert her.get(f"/Consent/{again}").status_code == 200


def test_a_guardian_is_nobodys_on_her_sixteenth_birthday(world: World) -> None:
    midwife, young = world.midwife, register(world.midwife, birthDate=born(15, 1))
    weight = stored(midwife, a_weight(young.reference))
    stored(midwife, a_guardian(young.reference))
    guardian = world.person("representative", represented=young.number, guardian=True)
    assert guardian.get(f"/Observation/{weight}").status_code == 200
    ends = f"SELECT ends FROM choice WHERE patient = '{young.id}' AND kind = 'minor'"
    birthday = datetime.fromisoformat(world.server.database.rows(ends)[0]).astimezone(clock.OSLO).date()
    birth = date.fromisoformat(born(15, 1))
    assert birthday == birth.replace(year=birth.year + 16)
    world.server.database.rows(f"UPDATE choice SET ends = now() WHERE patient = '{young.id}' AND kind = 'minor' RETURNING rid")  # fmt: skip
    assert guardian.get(f"/Observation/{weight}").status_code == 404, "by itself, on the next request"
    agreed = heard(young.reference, a_choice(young.reference, "permit", TAKING_PART))
    assert guardian.post("/Consent", agreed | {"performer": [{"display": "Mor"}]}).status_code in {403, 404}


def test_at_16_she_agrees_alone(starting: Start) -> None:
    server = starting(participation="consent")
    midwife = server.person("midwife")
    for years, status in ((15, 422), (16, 201)):
        number = new_number()
        patient = stored(midwife, a_patient(number, birthDate=born(years, -3)))
        consent = a_choice(f"Patient/{patient}", "permit", TAKING_PART)
        answer = server.person("citizen", person=number).post("/Consent", consent)
        assert answer.status_code == status, answer.text
        assert ("parental" in answer.text) == (status == 422)
        recorded = consent | {
            "performer": [{"reference": f"Patient/{patient}"}],
            "sourceAttachment": {"title": "Signert av mor og datter"},
        }
        assert midwife.post("/Consent", recorded).status_code == 201
        assert midwife.post("/EpisodeOfCare", an_episode(f"Patient/{patient}")).status_code == 201


def test_a_guardian_agrees_for_one_under_16_who_was_heard(starting: Start) -> None:
    """A guardian's own Consent: of a registered guardian alone, about taking part alone, and she can end it alone."""
    server = starting(participation="consent")
    midwife, number = server.person("midwife"), new_number()
    patient = f"Patient/{stored(midwife, a_patient(number, birthDate=born(15, -3)))}"
    guardian = server.person("representative", represented=number, guardian=True)
    her = server.person("citizen", person=number)
    part = heard(patient, a_choice(patient, "permit", TAKING_PART)) | {"performer": [{"display": "Mor"}]}
    opening = an_episode(patient)
    assert guardian.post("/Consent", part).status_code in {403, 404}, "the guardian is not registered"
    stored(midwife, a_guardian(patient))
    assert midwife.post("/EpisodeOfCare", opening).status_code == 403, "nobody has agreed"
    stranger = server.person("representative", represented=number)
    assert stranger.post("/Consent", part).status_code in {403, 404}
    for wrong, why in (
        ({k: v for k, v in part.items() if k != "verification"}, "she is heard"),
        (part | {"performer": [{"reference": patient}]}, "not its performer"),
        (heard(patient, a_choice(patient, "deny", TAKING_PART)), "chooses nothing else"),
        (heard(patient, a_restriction(patient)), "chooses nothing else"),
        (a_guardian(patient) | {"performer": []}, "chooses nothing else"),
    ):
        refused = guardian.post("/Consent", {k: v for k, v in wrong.items() if v != []})
        assert (refused.status_code, why in outcome_text(refused)) == (422, True), refused.text
    agreed = stored(guardian, part)
    opened = midwife.post("/EpisodeOfCare", opening)
    assert opened.status_code == 201, opened.text
    assert guardian.put(f"/Consent/{agreed}", part | {"id": agreed, "status": "inactive"}).status_code in {
        403,
        404,
    }
    assert her.get(f"/Consent/{agreed}").status_code == 200
    assert her.post("/Patient/$withdraw", {"resourceType": "Parameters"}).status_code == 200, (
        "she alone ends it"
    )
    assert midwife.get(f"/EpisodeOfCare/{opened.json()['id']}").status_code in {403, 404}
