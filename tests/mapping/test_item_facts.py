"""Items: each code and answer as docs/content.md records it; the table here is written by hand."""

from datetime import date, datetime
from typing import Any

import pytest

from app.fhir import codes as c
from app.mapping.facts_from_fhir import facts
from app.mapping.item_codes import ANSWERS, BY_CODE, CODES
from app.mapping.scales import AMOUNT_UNITS
from app.pregnancy import background as b
from app.pregnancy.facts import Facts, LabResult
from app.pregnancy.items import FREE, ITEMS
from tests.mapping.resources import EPISODE, MOTHER, PATIENT, Json, concept, observation, quantity, stored

L, S, N, OURS = c.LOINC, c.SNOMED, c.NLK, c.CS_CARD
YES, NO = {"valueBoolean": True}, {"valueBoolean": False}


def known(*resources: Json) -> Facts:
    return facts(map(stored, [PATIENT, EPISODE, *resources]))


def coded(system: str, code: str) -> Json:
    return {"valueCodeableConcept": concept((system, code))}


# system, code, what is stated, item, what is read
AMOUNTS: list[tuple[str, str, Json, str, float]] = [
    (L, "2276-4", quantity(41.5, "ug/L"), "ferritin", 41.5),
    (N, "NPU19763", quantity(12, "ug/L"), "ferritin", 12),
    (L, "59261-8", quantity(43, "mmol/mol"), "hba1c", 43),
    (N, "NPU27300", quantity(48, "mmol/mol"), "hba1c", 48),
    (L, "14771-0", quantity(5.3, "mmol/L"), "glucose-fasting", 5.3),
    (L, "14995-5", quantity(9.0, "mmol/L"), "glucose-2h", 9.0),
    (L, "8302-2", quantity(1.68, "m"), "height", 168),
    (L, "8348-5", quantity(71.5, "kg"), "weight-before", 71.5),
    (L, "39156-5", quantity(24.9, "kg/m2"), "bmi", 24.9),
    (L, "8310-5", quantity(38.4, "Cel"), "temperature", 38.4),
    (L, "11957-8", quantity(62, "mm"), "crl", 62),
    (L, "11957-8", quantity(6.2, "cm"), "crl", 62),
    (L, "11820-8", quantity(45, "mm"), "bpd", 45),
    (L, "11984-2", quantity(172, "mm"), "hc", 172),
    (L, "11979-2", quantity(147, "mm"), "ac", 147),
    (L, "11963-6", quantity(31, "mm"), "fl", 31),
    (L, "11727-5", quantity(2.41, "kg"), "efw", 2410),
    (L, "11961-0", quantity(28, "mm"), "cervix-length", 28),
    (L, "11832-3", quantity(1.9, "cm"), "deepest-pocket", 1.9),
    (OURS, "efw-percentile", quantity(9, "%"), "efw-percentile", 9),
    (OURS, "bile-acids", quantity(20, "umol/L"), "bile-acids", 20),
    (OURS, "travel-time", quantity(1.5, "h"), "travel-time", 90),
    (L, "68497-7", {"valueInteger": 1}, "previous-caesareans", 1),
    (L, "11977-6", {"valueInteger": 2}, "parity", 2),
    (L, "99046-5", {"valueInteger": 12}, "epds", 12),
    (OURS, "epds-item-10", {"valueInteger": 1}, "epds-item-10", 1),
    (L, "8339-4", quantity(3450, "g"), "birth-weight", 3450),
    (L, "9274-2", quantity(9, "{score}"), "apgar-5", 9),
]
SAID: list[tuple[str, str, Json, str, str]] = [
    (L, "56888-1", coded(S, "260385009"), "hiv", "negative"),
    (N, "NPU19649", coded(S, "10828004"), "hiv", "positive"),
    (L, "22587-0", {"valueString": "Negativ"}, "syphilis", "negative"),
    (L, "5195-3", coded(L, "LA6576-8"), "hbsag", "positive"),
    (L, "883-9", coded(S, "165743006"), "abo", "AB"),
    (L, "890-4", coded(OURS, "positive"), "antibody-screen", "positive"),
    (L, "25514-1", coded(OURS, "non-immune"), "rubella", "non-immune"),
    (L, "72607-5", {"valueBoolean": True}, "gbs", "positive"),
    (L, "100670-9", coded(L, "LA22747-2"), "fetal-rhd", "positive"),
    (L, "77016-4", coded(L, "LA22748-0"), "fetal-rhd", "negative"),
    (L, "100670-9", coded(OURS, "inconclusive"), "fetal-rhd", "inconclusive"),
    (OURS, "fetal-rhd-expected", {"valueDateTime": "2026-07-01"}, "fetal-rhd-expected", "2026-07-01"),
    (S, "408783007", YES, "anti-d", "given"),
    (S, "408783007", NO, "anti-d", "not-given"),
    (OURS, "anti-d", coded(OURS, "declined"), "anti-d", "declined"),
    (L, "77011-5", coded(L, "LA6576-8"), "nipt-t21", "positive"),
    (L, "77011-5", coded(L, "LA22730-8"), "nipt-t21", "not-reportable"),
    (L, "77012-3", coded(L, "LA15842-0"), "nipt-t18", "insufficient"),
    (OURS, "nipt-t13", coded(L, "LA6577-6"), "nipt-t13", "negative"),
    (L, "11994-1", coded(OURS, "low"), "placenta-site", "low"),
    (OURS, "amniotic-fluid", coded(S, "289292001"), "amniotic-fluid", "reduced"),
    (OURS, "chorionicity", coded(OURS, "monochorionic"), "chorionicity", "monochorionic"),
    (L, "72166-2", coded(OURS, "daily"), "smoking", "daily"),
    (S, "842009", YES, "consanguinity", "yes"),
    (S, "720407008", YES, "violence", "yes"),
    (OURS, "heart-disease", coded(OURS, "unknown"), "heart-disease", "unknown"),
    (OURS, "heart-disease", {"valueString": "nei"}, "heart-disease", "no"),
    (OURS, "epilepsy", coded(S, "373066001"), "epilepsy", "yes"),
    (OURS, "occupation", {"valueString": "Snekker"}, "occupation", "Snekker"),
    (OURS, "birth-mode", coded(OURS, "vacuum"), "birth-mode", "vacuum"),
]


@pytest.mark.parametrize(("system", "code", "value", "item", "read"), AMOUNTS)
def test_what_is_measured(system: str, code: str, value: Json, item: str, read: float) -> None:
    found = known(observation(system, code, **value)).amount(item)
    assert found is not None
    assert found.value == read


@pytest.mark.parametrize(("system", "code", "value", "item", "read"), SAID)
def test_what_is_answered(system: str, code: str, value: Json, item: str, read: str) -> None:
    found = known(observation(system, code, **value)).answer(item)
    assert found is not None
    assert found.value == read


def test_every_item_is_read_by_its_own_code_and_an_answer_that_it_does_not_know_is_none() -> None:
    for row in ITEMS.values():
        told = {"valueString": "Fritekst"} if row.answers == FREE else coded(OURS, row.answers[0]) if row.answers else quantity(3, row.unit)  # fmt: skip
        assert known(observation(OURS, row.id, **told)).by_kind.get(row.id), row.id
        if row.answers and row.answers != FREE:
            assert not known(observation(OURS, row.id, **coded(OURS, "purple"))).by_kind.get(row.id), row.id


@pytest.mark.parametrize("value", [quantity(5.3, "mg/dL"), {"valueQuantity": {"value": 5.3}}, {}])
def test_a_value_in_an_unknown_unit_is_no_amount(value: Json) -> None:
    assert known(observation(L, "14771-0", **value)).amount("glucose-fasting") is None


def test_a_laboratory_item_is_listed_with_its_digits_too() -> None:
    rows = known(observation(L, "2276-4", **quantity(41.5, "ug/L"))).of(LabResult)
    assert [(row.name, row.value) for row in rows] == [("Ferritin", "41.5")]


@pytest.mark.parametrize(
    ("status", "read"),
    [("confirmed", ["yes"]), ("unconfirmed", ["yes"]), ("refuted", ["no"]), ("entered-in-error", [])],
)
def test_a_condition_answers_and_a_refuted_one_answers_no(status: str, read: list[str]) -> None:
    condition = {
        "resourceType": "Condition", "id": "c1", "subject": MOTHER, "code": concept((OURS, "thrombosis")),
        "verificationStatus": {"coding": [{"code": status}]},
    }  # fmt: skip
    assert [row.value for row in known(condition).answers("thrombosis")] == read


@pytest.mark.parametrize(
    ("status", "read"), [("completed", ["given"]), ("not-done", ["not-given"]), ("preparation", [])]
)
def test_anti_d_by_a_procedure(status: str, read: list[str]) -> None:
    procedure = {
        "resourceType": "Procedure", "id": "p1", "status": status, "subject": MOTHER,
        "code": concept((S, "180190006")), "performedDateTime": "2026-12-22T10:00:00+01:00",
    }  # fmt: skip
    found = known(procedure).answers("anti-d")
    assert [row.value for row in found] == read
    assert all(row.day == date(2026, 12, 22) for row in found)


@pytest.mark.parametrize(
    ("status", "taken"), [("active", True), ("not-taken", False), ("entered-in-error", False)]
)
def test_a_medicine_and_its_codes(status: str, taken: bool) -> None:
    statement = {
        "resourceType": "MedicationStatement", "id": "m1", "status": status, "subject": MOTHER,
        "medicationCodeableConcept": concept((c.ATC, "N03AG01"), text="Valproat"),
        "effectiveDateTime": "2026-10-01",
    }  # fmt: skip
    found = known(statement).of(b.Medicine)
    assert [(row.name, row.atc) for row in found] == ([("Valproat", ("N03AG01",))] if taken else [])


def test_the_family_answers() -> None:
    member = {
        "resourceType": "FamilyMemberHistory", "id": "f1", "status": "completed", "patient": MOTHER,
        "condition": [{"code": concept((OURS, "family-diabetes"))}, {"code": {"text": "noe annet"}}],
    }  # fmt: skip
    assert [row.value for row in known(member).answers("family-diabetes")] == ["yes"]


def test_her_answers_are_hers_until_somebody_confirms() -> None:
    response = {
        "resourceType": "QuestionnaireResponse", "id": "q1", "status": "completed", "subject": MOTHER,
        "author": MOTHER, "authored": "2026-12-22T10:00:00+01:00",
        "item": [{"linkId": "x", "item": [
            {"linkId": "epds", "answer": [{"valueInteger": 11}]},
            {"linkId": "smoking", "answer": [{"valueCoding": {"system": OURS, "code": "daily"}}]},
            {"linkId": "birth.travel", "answer": [{"valueInteger": 95}]},
        ]}],
    }  # fmt: skip
    found = known(response)
    epds, smoking = found.amount("epds"), found.answer("smoking")
    assert epds is not None
    assert smoking is not None
    assert (epds.value, epds.confirmed, epds.when) == (11, False, datetime.fromisoformat("2026-12-22T10:00:00+01:00"))  # fmt: skip
    assert (smoking.value, smoking.confirmed) == ("daily", False)
    assert [(row.value, row.confirmed) for row in found.amounts("travel-time")] == [(95, False)]


@pytest.mark.parametrize(
    ("status", "intent", "asked"),
    [("active", "order", True), ("completed", "original-order", True), ("draft", "order", False),
     ("revoked", "order", False), ("active", "proposal", False)],
)  # fmt: skip
def test_an_order_of_nipt_in_force_is_her_answer(status: str, intent: str, asked: bool) -> None:
    order = {
        "resourceType": "ServiceRequest", "id": "s1", "status": status, "intent": intent, "subject": MOTHER,
        "code": concept((OURS, "nipt")), "authoredOn": "2026-12-22",
    }  # fmt: skip
    found = known(order, order | {"id": "s2", "code": concept((OURS, "ultrasound"))})
    del order["authoredOn"]
    undated = known(order | {"meta": {"lastUpdated": "2026-12-23T10:00:00Z"}}).answers("nipt-ordered")
    assert [row.day for row in undated] == [date(2026, 12, 23)] * asked
    assert [(row.value, row.source) for row in found.answers("nipt-ordered")] == [
        ("yes", "ServiceRequest/s1")
    ] * asked


def test_a_laboratory_result_has_its_name_and_nipt_stands_in_its_own_section_only() -> None:
    category = [concept((c.OBSERVATION_CATEGORY, "laboratory"))]
    ph = observation(OURS, "cord-ph", category=category, **quantity(7.2, "[pH]"))
    nipt = observation(OURS, "nipt-t18", id="o2", category=category, **coded(OURS, "negative"))
    found = known(ph, nipt)
    assert [row.name for row in found.of(LabResult)] == ["pH i navlesnor"]
    assert [row.value for row in found.answers("nipt-t18")] == ["negative"]


def test_the_fetus_of_an_item_is_its_focus() -> None:
    fetus: dict[str, Any] = {
        "resourceType": "RelatedPerson", "id": "b", "patient": MOTHER,
        "relationship": [concept((OURS, "fetus"))], "name": [{"text": "B"}],
    }  # fmt: skip
    found = known(fetus, observation(L, "11727-5", **quantity(2400, "g"), focus=[{"reference": "RelatedPerson/b"}]))  # fmt: skip
    assert [row.fetus for row in found.amounts("efw")] == ["B"]


def test_the_tables_fit_each_other() -> None:
    assert set(CODES) <= set(ITEMS)
    codes = [key for key in BY_CODE if key[0] != c.NPU]
    assert sum(map(len, CODES.values())) == len(codes), "no code names two items"
    answers = {answer for row in ITEMS.values() for answer in row.answers}
    assert set(ANSWERS.values()) <= answers
    assert {row.unit for row in ITEMS.values()} - {""} == set(AMOUNT_UNITS)
    assert all(row.plausible and row.plausible[0] < row.plausible[1] for row in ITEMS.values() if row.unit)


def test_induced_abortions_and_the_number_of_pregnancies_are_asked_nowhere() -> None:
    assert not [
        row.id for row in ITEMS.values() if "gravid" in row.id or "induced" in row.id or "abortion" in row.id
    ]
    assert not {"11996-6", "161732006", "11612-9"} & {code for _, code in BY_CODE}
    assert "previousPregnancies.numberOfPreviousPregnancies" not in {row.dhg for row in ITEMS.values()}


# The fields of the national record (utviklerportal.nhn.no, maternity-record-api, resourcesmd), by where they are kept
ELSEWHERE = {
    "mother.name", "mother.address", "mother.postNumber", "mother.postName", "mother.language",
    "mother.needsLanguageInterpreter", "currentPregnancy.dateLastPeriod", "currentPregnancy.dueDate",
    "currentPregnancy.dueDateBasedOnUltrasound", "currentPregnancy.dueDateCorrectedDate", "currentPregnancy.numberOfFetuses",
    "currentPregnancy.assistedConception.dateAssistedConception", "clinicalTests.hemoglobin",
    "clinicalTests.hemoglobinAt3rdTrimester", "clinicalTests.glucoseTolerance.testDate", "clinicalTests.aboRh.rhesusDType",
    "symphysisFundalHeights.pregnancyWeek", "symphysisFundalHeights.measurement", "symphysisFundalHeights.measurementDate",
    "antenatalAppointments.appointmentDate", "antenatalAppointments.pregnancyWeek",
    "antenatalAppointments.daysAfterFullPregnancyWeek", "antenatalAppointments.motherWeight",
    "antenatalAppointments.bloodPressure", "antenatalAppointments.proteinInUrineTestResult",
    "antenatalAppointments.fetusesVitalSigns.fosterId", "antenatalAppointments.fetusesVitalSigns.fetalHeartRate",
    "antenatalAppointments.fetusesVitalSigns.fetalPresentationLie",
    "antenatalAppointments.fetusesVitalSigns.motherFeelsBabyMovements", "pointsOfContact.generalPractitioner",
    "pointsOfContact.midwife", "pointsOfContact.maternityHealthcareCentre", "birthStatus.fosterId", "birthStatus.status",
    "birthStatus.datetime",
}  # fmt: skip
RECORD = {
    "mother": "name address postNumber postName employedLast6Months employmentPercentage occupationAndIndustry language "
    "countryOfBirth needsLanguageInterpreter cohabitingCoparent cohabitingCoparentNote",
    "currentPregnancy": "dateLastPeriod dueDate dueDateBasedOnUltrasound dueDateCorrectedDate hasPrenatalDiagnosticsTests "
    "numberOfFetuses assistedConception.hadAssistedConception assistedConception.dateAssistedConception "
    "birthPreparationTalk breastfeedingGuidance",
    "previousPregnancies": "numberOfPreviousPregnancies numberOfPreviousLiveBirths spontaneousMiscarriages "
    "stillBirths22weeks numberOfEctopicPregnancies note",
    "geneticDisorders": "noneKnown parentsAreRelatives hipDysplasia other note",
    "medicalConditions": "nothingParticular heartDisease highBloodPressure kidneyUrinaryTractDiseases diabetes "
    "allergiesAsthma epilepsy thrombosis autoimmuneDisease gynecologicalConditions mentalHealth other note",
    "medication": "medicationFrequency drugAllergy folate.takenBefore folate.takenDuring note",
    "lifestyleFactors": "stimuli stimuli.dailyCount note",
    "clinicalTests": "hemoglobin hemoglobinAt3rdTrimester ferritin hbv hbvCore hiv syphilis aboRh.aboType aboRh.rhesusDType "
    "bloodAntibodies chlamydia toxoplasmosis rubellaAntigen hepatitisC mrsaVreEsbl bHbA1c "
    "glucoseTolerance.fastingGlucoseLevel glucoseTolerance.post2hGlucoseLevel glucoseTolerance.testDate gonorrhea "
    "cytomegaloVirus asymptomaticBacteriuria groupBStreptococci note",
    "rhesusDNegative": "consentFetalRhesusTyping fetusRhDPositiveAtWeek24 prophylaxisAtWeek28 dateForResult note",
    "vitalMeasurementsBeforePregnancy": "height prePregnancyWeight bMI",
    "symphysisFundalHeights": "pregnancyWeek measurement measurementDate",
    "antenatalAppointments": "appointmentDate pregnancyWeek daysAfterFullPregnancyWeek motherWeight bloodPressure "
    "proteinInUrineTestResult edema medication employmentRate note fetusesVitalSigns.fosterId "
    "fetusesVitalSigns.fetalHeartRate fetusesVitalSigns.fetalPresentationLie fetusesVitalSigns.motherFeelsBabyMovements "
    "fetusesVitalSigns.note",
    "pointsOfContact": "generalPractitioner midwife birthInstitute maternityHealthcareCentre",
    "birthStatus": "fosterId status datetime",
}  # fmt: skip
NOT_KEPT = {"previousPregnancies.numberOfPreviousPregnancies"}


def test_every_field_of_the_national_record_has_its_place() -> None:
    fields = {f"{resource}.{name}" for resource, names in RECORD.items() for name in names.split()}
    assert len(fields) > 100
    assert {row.dhg for row in ITEMS.values()} - {""} == fields - ELSEWHERE - NOT_KEPT


def _epds(*scores: int, total: int | None = None) -> dict[str, Any]:
    system = f"{c.CANONICAL}/CodeSystem/epds"
    items: list[dict[str, Any]] = [
        {"linkId": f"epds-{n}", "answer": [{"valueCoding": {"system": system, "code": str(score)}}]}
        for n, score in enumerate(scores, 1)
    ]
    stated = [{"linkId": "epds", "answer": [{"valueInteger": total}]}] if total is not None else []
    return {"status": "completed", "authored": "2026-12-22T10:00:00+01:00", "item": [*stated, *items]}


@pytest.mark.parametrize(
    ("form", "total", "last"),
    [
        (_epds(1, 2, 1, 2, 1, 2, 1, 2, 1, 1), 14, 1),
        (_epds(0, 0, 0, 0, 0, 0, 0, 0, 0, 0), 0, 0),
        (
            _epds(3, 3, 3, 3, 3, 3, 3, 3, 3, 3, total=3),
            30,
            3,
        ),  # a slip in the total does not hide the answers
        (_epds(1, 2, 1), None, None),  # no total of three answers
        (_epds(total=9), 9, None),
    ],
)
def test_the_epds_form_is_added_up_and_its_tenth_question_read(
    form: dict[str, Any], total: int | None, last: int | None
) -> None:
    found = facts([{"resourceType": "QuestionnaireResponse", "id": "q", **form}])
    amounts = (found.amount("epds"), found.amount("epds-item-10"))
    assert tuple(row.value if row else None for row in amounts) == (total, last)
