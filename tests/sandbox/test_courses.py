"""The pilot's pregnancies: valid FHIR, none in the future, and the findings that their stories promise."""

import json
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from helsekort_sandbox import courses, people, registrations
from helsekort_sandbox.courses import COURSES, Facts, weeks
from helsekort_sandbox.records import Card, Consultation, to

from app.clock import OSLO
from app.fhir import json as fhir_json
from app.fhir.validation import validate

CARD = Card("Patient/p", "EpisodeOfCare/e", to("Practitioner/m", "Mia Moe"), to("Organization/o"))
TODAY = datetime.now(OSLO).date()


def _entries(key: str) -> list[dict[str, Any]]:
    course = COURSES[key]
    fetuses = ("RelatedPerson/a", "RelatedPerson/b") if course.fetuses == 2 else ()
    found = []
    for visit in course.visits():
        due = course.due(TODAY)
        consultation = Consultation(CARD, visit.kind, courses.moment(due, visit.day, key))
        visit.fill(consultation, Facts(key, visit.day, due, fetuses))
        found += [entry["resource"] for entry in consultation.bundle()["entry"]]
    return found


def _codes(resources: list[dict[str, Any]]) -> list[str]:
    return [row["code"]["coding"][0]["code"] for row in resources if "code" in row]


def _valid(resource: dict[str, Any]) -> None:
    parsed = fhir_json.parse(json.dumps(resource).encode())
    assert [issue.as_json() for issue in validate(parsed)] == []


def test_twelve_women_and_as_many_courses() -> None:
    assert list(COURSES) == list(people.WOMEN)
    assert len(COURSES) == 12


@pytest.mark.parametrize("key", COURSES)
def test_course_is_valid_and_past(key: str) -> None:
    resources = _entries(key)
    assert resources
    for resource in resources:
        _valid(resource)
        when = (
            resource.get("effectiveDateTime") or resource.get("recordedDate") or resource["period"]["start"]
        )
        assert datetime.fromisoformat(when) < datetime.now(OSLO)


@pytest.mark.parametrize("key", COURSES)
def test_values_are_the_same_on_every_run(key: str) -> None:
    def values() -> list[Any]:
        return [row.get("valueQuantity", row.get("component")) for row in _entries(key)]

    assert values() == values()


def test_term_is_283_days() -> None:
    course = COURSES["main"]
    assert course.due(date(2026, 12, 1)) == date(2026, 12, 1) + timedelta(days=283 - weeks(30, 4))


def test_stories() -> None:
    assert _codes(_entries("preeclampsia")).count("398254007") == 1
    assert "11687002" in _codes(_entries("diabetes"))
    negative = [row for row in _entries("rhd-negative") if row.get("code", {}).get("text") == "RhD"]
    assert [row["valueCodeableConcept"]["coding"][0]["code"] for row in negative] == ["165746003"]
    assert {row["focus"][0]["reference"] for row in _entries("twins") if "focus" in row} == {
        "RelatedPerson/a",
        "RelatedPerson/b",
    }
    hidden = [row for row in _entries("not-for-patient") if "meta" in row]
    assert [label["code"] for label in hidden[0]["meta"]["security"]] == ["NOPAT", "SDV"]
    born = [row for row in _entries("postpartum") if row.get("code", {}).get("text") == "Fødsel"]
    assert [row["valueCodeableConcept"]["coding"][0]["code"] for row in born] == ["live-birth"]


def test_registrations_are_valid() -> None:
    place, clinician = people.ORGANIZATIONS["gp-a"], people.CLINICIANS["gp-a"]
    member = registrations.member(clinician, "Practitioner/p", "Organization/o", "Fastlege")
    chosen = registrations.place(people.ORGANIZATIONS["hospital-a"], "Organization/h", "Fødested")
    rows = [
        registrations.organization(place),
        registrations.practitioner(clinician),
        registrations.practitioner_role(clinician, "Practitioner/p", "Organization/o"),
        *(registrations.patient(woman) for woman in people.WOMEN.values()),
        registrations.episode("Patient/p", "Organization/o", TODAY),
        registrations.fetus("Patient/p", "A"),
        registrations.care_team("Patient/p", "Fastlege", [member, chosen], TODAY),
        registrations.birth_plan("Patient/p", courses.WISHES, TODAY),
        registrations.block("Patient/p", "Practitioner/p", TODAY),
    ]
    for row in rows:
        _valid(row)
    consultation = Consultation(CARD, "antenatal-visit", datetime.now(OSLO))
    consultation.penicillin_allergy()
    for entry in consultation.bundle()["entry"]:
        _valid(entry["resource"])
