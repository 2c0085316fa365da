"""FHIR → facts: every kind as docs/content.md records it, and no valid resource that breaks the card."""

import copy
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.fhir import codes as c
from app.fhir.json import parse
from app.mapping.facts_from_fhir import facts
from app.mapping.record_facts import FINDING_KEY
from app.pregnancy import background as b
from app.pregnancy import facts as f
from app.pregnancy.card import fold
from tests.mapping.resources import (
    DUE,
    EPISODE,
    MOTHER,
    PATIENT,
    Json,
    concept,
    encounter,
    observation,
    pressure,
    quantity,
    stored,
)


def one(kind: type[f.F], *resources: Json) -> f.F:
    found = facts(map(stored, resources)).of(kind)
    assert len(found) == 1
    return found[0]


def none(kind: type[f.Fact], *resources: Json) -> bool:
    return not facts(map(stored, resources)).of(kind)


LOCAL = concept(("urn:example", "weight"), (c.LOINC, c.WEIGHT))
VALUES: list[tuple[Json, type[f.Fact], dict[str, Any]]] = [
    (pressure(148, 96), f.BloodPressure, {"systolic": 148, "diastolic": 96}),
    (
        observation(c.LOINC, c.BP_SYSTOLIC, **quantity(170, "mm[Hg]")),
        f.BloodPressure,
        {"systolic": 170, "diastolic": None},
    ),
    (
        observation(c.LOINC, c.BP_DIASTOLIC, **quantity(14.7, "kPa")),
        f.BloodPressure,
        {"diastolic": 110.259114},
    ),
    (observation(c.LOINC, c.WEIGHT, **quantity(74.6, "kg")), f.Weight, {"value": 74.6}),
    (observation(c.LOINC, c.WEIGHT, **quantity(74600, "g")), f.Weight, {"value": 74.6}),
    (observation(c.LOINC, c.WEIGHT, code=LOCAL, **quantity(70, "kg")), f.Weight, {"value": 70}),
    (observation(c.LOINC, c.FUNDAL_HEIGHT, **quantity(29, "cm")), f.FundalHeight, {"value": 29}),
    (observation(c.LOINC, c.FUNDAL_HEIGHT, **quantity(290, "mm")), f.FundalHeight, {"value": 29}),
    (observation(c.LOINC, c.FETAL_HEART_RATE, **quantity(60, "/min")), f.FetalHeartRate, {"value": 60}),
    (observation(c.SNOMED, "249043002", **quantity(144, "{beats}/min")), f.FetalHeartRate, {"value": 144}),
    (observation(c.LOINC, c.HAEMOGLOBIN, **quantity(3.5, "g/dL")), f.Haemoglobin, {"value": 3.5}),
    (observation(c.NLK, "NOR05172", **quantity(104, "g/L")), f.Haemoglobin, {"value": 10.4}),
    (
        observation(c.LOINC, c.URINE_PROTEIN, valueCodeableConcept=concept((c.SNOMED, "167275009"))),
        f.UrineProtein,
        {"grade": 1.0},
    ),
    (
        observation(c.LOINC, c.URINE_PROTEIN, valueCodeableConcept=concept((c.VOLVEN_TEXT_RESULT, "T049"))),
        f.UrineProtein,
        {"grade": 2.0},
    ),
    (observation(c.LOINC, c.URINE_PROTEIN, valueString=" 3+ "), f.UrineProtein, {"grade": 3.0}),
    (
        observation(c.LOINC, c.PRESENTATION, valueCodeableConcept=concept((c.SNOMED, "6096002"))),
        f.Presentation,
        {"value": "breech"},
    ),
    (
        observation(c.LOINC, c.PRESENTATION, valueCodeableConcept={"text": "Skråleie"}),
        f.Presentation,
        {"value": "other", "text": "Skråleie"},
    ),
    (
        observation(c.CS_CARD, "fetal-heart-activity", valueBoolean=False),
        f.FetalHeartActivity,
        {"present": False},
    ),
    *(
        (
            observation(c.CS_CARD, "fetal-heart-activity", **value),
            f.FetalHeartActivity,
            {"present": present},
        )
        for present, value in (
            (False, {"valueCodeableConcept": concept((c.CS_CARD, "no"))}),
            (False, {"valueCodeableConcept": concept((c.SNOMED, "373067005"))}),
            (False, {"valueString": "Nei"}),
            (True, {"valueCodeableConcept": concept((c.CS_CARD, "yes"))}),
        )
    ),
    (
        observation(c.LOINC, c.FETAL_MOVEMENT, valueCodeableConcept=concept((c.SNOMED, "276369006"))),
        f.FetalMovement,
        {"value": "reduced"},
    ),
    (
        observation(c.LOINC, c.LMP, valueDateTime="2026-05-22"),
        f.LastMenstrualPeriod,
        {"first_day": date(2026, 5, 22)},
    ),
    (
        observation(c.CS_CARD, "oocyte-retrieval", valueDateTime="2026-06-05"),
        f.OocyteRetrieval,
        {"retrieved": date(2026, 6, 5)},
    ),
    (DUE, f.DueDateStatement, {"due": date(2027, 3, 1), "method": "first-scan", "term_length": None}),
    (
        observation(
            c.LOINC,
            c.EDD,
            valueDateTime="2027-03-05",
            method=concept((c.CS_CARD, "decided")),
            note=[{"text": "Sikker befruktning"}],
            component=[{"code": concept((c.CS_CARD, "term-length")), "valueInteger": 280}],
        ),
        f.DueDateStatement,
        {"method": "decided", "reason": "Sikker befruktning", "term_length": 280},
    ),
    (observation(c.LOINC, c.EDD_LMP, valueDateTime="2027-03-05"), f.DueDateStatement, {"method": "lmp"}),
    (observation(c.SNOMED, c.FETUSES_SNOMED, valueInteger=2), f.FetusCount, {"count": 2}),
    (
        observation(c.LOINC, c.RHD, valueCodeableConcept=concept((c.SNOMED, c.RHD_NEGATIVE))),
        f.RhesusD,
        {"positive": False},
    ),
    (
        observation(c.CS_CARD, "birth-outcome", valueCodeableConcept=concept((c.CS_CARD, "live-birth"))),
        f.BirthOutcome,
        {"outcome": "live-birth"},
    ),
    (encounter(), f.Visit, {"kind": "antenatal-visit"}),
    (encounter(type=[concept(("urn:example", "x"))]), f.Visit, {"kind": "other"}),
    (PATIENT, b.Woman, {"name": "Amina Fjellheim", "birth_date": date(1994, 8, 15), "interpreter": None}),
    (EPISODE, b.Episode, {"status": "active"}),
]


@pytest.mark.parametrize(("resource", "kind", "expected"), VALUES)
def test_each_kind(resource: Json, kind: type[f.Fact], expected: dict[str, Any]) -> None:
    found = one(kind, resource)
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.source == f"{resource['resourceType']}/{resource['id']}"


def test_a_fact_carries_time_labels_fetus_visit_and_whether_it_is_confirmed() -> None:
    reading = observation(
        c.LOINC,
        c.FETAL_HEART_RATE,
        **quantity(140, "/min"),
        focus=[{"reference": "RelatedPerson/b"}],
        encounter={"reference": "Encounter/e1"},
        effectiveDateTime="2026-12-22T23:30:00Z",
        meta={
            "security": [{"system": c.ACT_CODE, "code": "SDV"}],
            "tag": [{"system": c.CS_CARD, "code": "self-reported"}],
        },
    )
    fetus = {
        "resourceType": "RelatedPerson",
        "id": "b",
        "patient": MOTHER,
        "relationship": [concept((c.CS_CARD, "fetus"))],
        "name": [{"text": "B"}],
    }
    found = one(f.FetalHeartRate, reading, fetus)
    assert (found.fetus, found.encounter, found.labels, found.confirmed) == (
        "B",
        "Encounter/e1",
        {"SDV"},
        False,
    )
    assert found.day == date(2026, 12, 23), "the day is the day in Norway"
    assert one(b.Fetus, fetus).name == "B"


def test_a_fetus_that_is_not_among_the_resources_is_nobody_elses_fetus() -> None:
    reading = observation(
        c.LOINC, c.FETAL_HEART_RATE, **quantity(140, "/min"), focus=[{"reference": "RelatedPerson/x"}]
    )
    assert one(f.FetalHeartRate, reading).fetus == "RelatedPerson/x"


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled"])
def test_what_was_not_done_is_not_there(status: str) -> None:
    assert none(f.BloodPressure, pressure(165, 100, status=status))
    assert not none(f.BloodPressure, pressure(165, 100, status="amended"))


def test_a_newborns_readings_are_not_its_mothers() -> None:
    child = {"resourceType": "Patient", "id": "child", "name": [{"text": "Barn"}]}
    weight = observation(c.LOINC, c.WEIGHT, subject={"reference": "Patient/child"}, **quantity(3.4, "kg"))
    known = facts(map(stored, [child, PATIENT, EPISODE, weight]))
    assert known.of(f.Weight) == ()
    assert [row.name for row in known.of(b.Woman)] == ["Amina Fjellheim"]


@pytest.mark.parametrize(
    "subject", ["Patient/mother", "https://server.example/fhir/Patient/mother", "Patient/mother/_history/3"]
)
def test_a_reference_may_be_absolute_or_of_a_version(subject: str) -> None:
    assert one(f.BloodPressure, PATIENT, EPISODE, pressure(120, 80, subject={"reference": subject}))


@pytest.mark.parametrize(
    ("members", "when"),
    [
        ({"effectiveDateTime": "2026-12-22"}, "2026-12-22T00:00:00+01:00"),
        ({"effectiveDateTime": "2026-12"}, "2026-12-01T00:00:00+01:00"),
        (
            {"effectiveDateTime": None, "effectivePeriod": {"start": "2026-12-22T08:00:00Z"}},
            "2026-12-22T09:00:00+01:00",
        ),
        (
            {"effectiveDateTime": None, "effectiveInstant": "2026-07-01T08:00:00Z"},
            "2026-07-01T10:00:00+02:00",
        ),
        ({"effectiveDateTime": None, "issued": "2026-12-22T08:00:00Z"}, "2026-12-22T09:00:00+01:00"),
        (
            {"effectiveDateTime": None, "encounter": {"reference": "Encounter/e1"}},
            "2026-12-22T09:00:00+01:00",
        ),
        (
            {"effectiveDateTime": None, "meta": {"lastUpdated": "2026-12-22T08:00:00.000Z"}},
            "2026-12-22T09:00:00+01:00",
        ),
    ],
)
def test_a_reading_without_a_plain_time_still_counts(members: Json, when: str) -> None:
    reading = {name: value for name, value in pressure(165, 100, **members).items() if value is not None}
    assert one(f.BloodPressure, reading, encounter()).when == datetime.fromisoformat(when)


@pytest.mark.parametrize(
    ("comparator", "value", "fires"),
    [("<", 7, True), ("<", 8, False), ("<=", 7, False), (">", 6, True), (None, 7, False)],
)
def test_less_than_seven_is_below_seven(comparator: str | None, value: float, fires: bool) -> None:
    more = {"comparator": comparator} if comparator else {}
    known = facts([stored(observation(c.LOINC, c.HAEMOGLOBIN, **quantity(value, "g/dL", **more)))])
    card = fold(known, today=date(2026, 12, 22), now=datetime.fromisoformat("2026-12-22T12:00:00+01:00"))
    assert ("severe-anaemia" in [row.rule for row in card.findings]) is fires


def test_a_value_in_an_unknown_unit_is_read_but_not_computed_with() -> None:
    known = facts([stored(observation(c.LOINC, c.HAEMOGLOBIN, **quantity(7, "mmol/L")))])
    assert known.of(f.Haemoglobin) == ()
    assert [(row.value, row.unit) for row in known.of(f.LabResult)] == [("7", "mmol/L")]


@pytest.mark.parametrize(
    ("resource", "rule"),
    # implausible, not impossible: stored and fired
    [
        (pressure(110, 170), "severe-hypertension"),
        (pressure(310, 40), "severe-hypertension"),
        (observation(c.LOINC, c.HAEMOGLOBIN, **quantity(3.5, "g/dL")), "severe-anaemia"),
        (observation(c.LOINC, c.FETAL_HEART_RATE, **quantity(60, "/min")), "fetal-heart-rate-abnormal"),
        (observation(c.LOINC, c.FETAL_HEART_RATE, **quantity(0, "/min")), "no-fetal-heart"),
    ],
)
def test_an_implausible_value_fires_its_rule(resource: Json, rule: str) -> None:
    known = facts(map(stored, [DUE, resource]))
    card = fold(known, today=date(2026, 12, 22), now=datetime.fromisoformat("2026-12-22T12:00:00+01:00"))
    assert rule in [row.rule for row in card.findings]


def allergy(**members: Any) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "id": "a1",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "patient": MOTHER,
        "code": {"text": "Penicillin"},
        **members,
    }


@pytest.mark.parametrize(
    ("members", "critical"),
    [
        ({}, True),
        ({"verificationStatus": {"coding": [{"code": "unconfirmed"}]}}, False),
        ({"recorder": MOTHER}, False),
        ({"recorder": {"reference": "Practitioner/1"}}, True),
        ({"meta": {"tag": [{"system": c.CS_CARD, "code": "self-reported"}]}}, False),
    ],
)
def test_only_what_a_clinician_confirmed_is_critical(members: Json, critical: bool) -> None:
    assert one(b.Allergy, allergy(**members)).critical is critical


@pytest.mark.parametrize(
    "members",
    [
        {"verificationStatus": {"coding": [{"code": "refuted"}]}},
        {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}},
        {"clinicalStatus": {"coding": [{"code": "resolved"}]}},
    ],
)
def test_a_refuted_or_resolved_allergy_is_not_listed(members: Json) -> None:
    assert none(b.Allergy, allergy(**members))


def test_a_condition_is_critical_by_its_category() -> None:
    condition = allergy(resourceType="Condition", subject=MOTHER, category=[concept((c.CS_CARD, "critical"))])
    assert one(b.Condition, condition).critical
    assert not one(b.Condition, condition | {"category": []}).critical


def test_her_plan_and_her_team() -> None:
    plan = {
        "resourceType": "CarePlan",
        "id": "p1",
        "status": "active",
        "intent": "plan",
        "subject": MOTHER,
        "category": [concept((c.SNOMED, c.BIRTH_PLAN))],
        "title": "Fødeplan",
        "description": "Rolig rom",
        "activity": [{"detail": {"status": "scheduled", "description": "Vannbad"}}],
    }
    team = {
        "resourceType": "CareTeam",
        "id": "t1",
        "subject": MOTHER,
        "participant": [
            {"role": [{"text": "Jordmor"}], "member": {"reference": "Practitioner/1"}},
            {"member": {"display": "Fødestedet"}},
            {"role": [{"text": "ingen"}]},
        ],
    }
    midwife = {"resourceType": "Practitioner", "id": "1", "name": [{"family": "Havn", "given": ["Ingrid"]}]}
    assert one(b.BirthPlan, plan).lines == ("Rolig rom", "Vannbad")
    assert none(b.BirthPlan, plan | {"status": "revoked"})
    members = facts(map(stored, [team, midwife])).of(b.CareTeamMember)
    assert [(row.name, row.role) for row in members] == [("Ingrid Havn", "Jordmor"), ("Fødestedet", "")]


@pytest.mark.parametrize(
    ("status", "closes"), [("inactive", True), ("active", False), ("entered-in-error", False)]
)
def test_an_inactive_flag_closes_its_finding(status: str, closes: bool) -> None:
    flag = {
        "resourceType": "Flag",
        "id": "f1",
        "status": status,
        "identifier": [{"system": FINDING_KEY, "value": "abc"}],
        "code": {"text": "x"},
        "subject": MOTHER,
    }
    assert none(b.FindingClosed, flag) is not closes
    ended = {"meta": {"tag": [{"system": c.CS_CARD, "code": "ended-by-rule"}]}}
    assert none(b.FindingClosed, flag | ended), "the rules ended it: nobody has judged it"


def test_a_laboratory_result_keeps_its_digits() -> None:
    resource = observation(c.LOINC, c.FERRITIN, valueQuantity=parse(b'{"value":41.50,"unit":"ug/L"}'))
    found = facts([resource]).of(f.LabResult)
    assert [(row.name, row.value, row.unit) for row in found] == [("Ferritin", "41.50", "ug/L")]


# No valid resource, and hardly an invalid one, may take the card from her.

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 400)
    | st.floats()
    | st.sampled_from(["", "T", "2026-13-01", "x", "/"])
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=4,
)
SAMPLES = [resource for resource, _, _ in VALUES]


@settings(max_examples=300, deadline=None)
@given(sample=st.sampled_from(SAMPLES), data=st.data())
def test_any_element_of_any_resource_may_be_odd(sample: Json, data: st.DataObject) -> None:
    broken = copy.deepcopy(sample)
    place: Any = broken
    while True:
        key = data.draw(st.sampled_from(sorted(place))) if isinstance(place, dict) else 0
        deeper = place[key]
        if not isinstance(deeper, dict | list) or not deeper or data.draw(st.booleans()):
            place[key] = data.draw(JUNK)
            break
        place = deeper
    known = facts([PATIENT, EPISODE, broken])
    fold(known, today=date(2026, 12, 22), now=datetime.fromisoformat("2026-12-22T12:00:00+01:00"))


@given(resources=st.lists(JUNK, max_size=3))
def test_what_is_no_resource_at_all_is_no_fact(resources: list[Any]) -> None:
    assert list(facts(resources).every()) == []
