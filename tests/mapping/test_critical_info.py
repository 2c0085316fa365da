"""What kjernejournal gets of an allergy or a condition, and what it does not get."""

import json
from typing import Any

import pytest

from app.fhir import codes
from app.mapping.critical_info import NotExpressible, Recorder, registration
from app.mapping.critical_kinds import is_critical
from tests.fixtures.resources import a_patient, an_allergy, concept, labelled, new_number

MIDWIFE = Recorder("222200063", "Kari Jordmor", "100100673", "Helsestasjonen")
SOURCE = "https://helsekort.example/fhir/AllergyIntolerance/1"
CRITICAL = [concept(codes.CS_CARD, "critical")]


def a_condition(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "clinicalStatus": concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active"),
        "verificationStatus": concept(
            "http://terminology.hl7.org/CodeSystem/condition-ver-status", "confirmed"
        ),
        "code": {**concept(codes.SNOMED, "86075001"), "text": "Von Willebrands sykdom"},
        "subject": {"reference": "Patient/1"},
        **more,
    }


def sent(resource: dict[str, Any]) -> Any:
    return json.loads(registration(resource, (codes.FNR, "21890000000"), MIDWIFE, SOURCE))


def test_an_allergy_with_its_profile_patient_and_recorder() -> None:
    reaction = {"manifestation": [{"text": "Anafylaksi"}], "severity": "severe"}
    allergy = an_allergy("Patient/1", criticality="high", recordedDate="2026-11-24", reaction=[reaction])
    body = sent(allergy)
    assert body["meta"] == {"profile": ["http://nhn.no/kj/fhir/StructureDefinition/KjAllergyIntolerance"]}
    assert body["patient"] == {"identifier": {"system": codes.FNR, "value": "21890000000"}}
    assert [row["value"] for row in body["identifier"]] == [SOURCE]
    assert body["code"] == {"text": "Penicillin"}
    assert (body["criticality"], body["recordedDate"]) == ("high", "2026-11-24")
    assert body["reaction"] == [reaction]
    assert body["verificationStatus"] == allergy["verificationStatus"]
    (role,) = body["contained"]
    assert body["recorder"] == {"reference": f"#{role['id']}"}
    assert role["identifier"] == [
        {"system": codes.HPR, "value": "222200063"},
        {"system": codes.ORGNR, "value": "100100673"},
    ]


def test_a_condition_with_its_profile_and_subject() -> None:
    body = sent(a_condition(category=CRITICAL, onsetDateTime="2019-05"))
    profile = "http://nhn.no/kj/fhir/StructureDefinition/KjConditionCriticalMedicalCondition"
    assert body["meta"] == {"profile": [profile]}
    assert body["subject"] == {"identifier": {"system": codes.FNR, "value": "21890000000"}}
    assert body["onsetDateTime"] == "2019-05"
    assert body["code"]["coding"] == [{"system": codes.SNOMED, "code": "86075001"}]


def test_what_is_ours_alone_stays_here() -> None:
    allergy = labelled(an_allergy("Patient/1"), "PSY") | {
        "id": "a1",
        "note": [{"text": "Fortalt i fortrolighet"}],
        "encounter": {"reference": "Encounter/1"},
        "extension": [{"url": codes.EXT_EPISODE, "valueReference": {"reference": "EpisodeOfCare/1"}}],
        "reaction": [
            {"manifestation": [{"text": "Utslett"}], "description": "Hos svigermor", "note": [{"text": "x"}]}
        ],
    }
    body = sent(allergy)
    assert not {"id", "note", "encounter", "extension"} & body.keys()
    assert body["reaction"] == [{"manifestation": [{"text": "Utslett"}]}]
    assert "security" not in body["meta"]


def test_the_same_gives_the_same_bytes() -> None:
    """A repeated message with other bytes would be another message."""
    allergy = an_allergy("Patient/1")
    first, second = (registration(allergy, (codes.FNR, "1"), MIDWIFE, SOURCE) for _ in range(2))
    assert first == second


def test_a_clinician_without_a_name() -> None:
    body = json.loads(
        registration(an_allergy("Patient/1"), (codes.FNR, "1"), Recorder("2", "", "9", ""), SOURCE)
    )
    assert body["contained"][0]["practitioner"] == {"identifier": {"system": codes.HPR, "value": "2"}}


def test_what_cannot_be_expressed_is_told_without_its_content() -> None:
    number = new_number()
    with pytest.raises(NotExpressible) as caught:
        registration(a_patient(number), (codes.FNR, number), MIDWIFE, SOURCE)
    assert number not in str(caught.value)
    broken = an_allergy("Patient/1", onsetDateTime=f"not a date {number}")
    with pytest.raises(NotExpressible, match=r"^AllergyIntolerance cannot be read as FHIR R4$") as caught:
        registration(broken, (codes.FNR, number), MIDWIFE, SOURCE)
    assert caught.value.__suppress_context__


@pytest.mark.parametrize("status", ["unconfirmed", "presumed", "refuted", "entered-in-error"])
def test_only_what_is_confirmed_is_critical(status: str) -> None:
    assert is_critical(an_allergy("Patient/1"))
    assert not is_critical(an_allergy("Patient/1", verificationStatus=concept("x", status)))


def test_a_condition_is_critical_when_it_is_marked_so() -> None:
    assert is_critical(a_condition(category=CRITICAL))
    assert not is_critical(a_condition())
    assert not is_critical(a_condition(category=[concept("http://other.example", "critical")]))


def test_what_she_must_not_meet_on_a_screen_is_not_sent_where_she_reads() -> None:
    assert is_critical(labelled(an_allergy("Patient/1"), "PSY"))
    assert not is_critical(labelled(an_allergy("Patient/1"), codes.NOPAT))


def test_other_types_and_empty_resources_are_not_critical() -> None:
    assert not is_critical({})
    assert not is_critical(a_patient() | {"verificationStatus": concept("x", "confirmed")})
    assert not is_critical({"resourceType": "AllergyIntolerance", "verificationStatus": None})
