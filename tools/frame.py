"""What docs/content.md prints of what is no item: people, visits, dating, measurements, documents, choices.

Each row: what, FHIR, by which code it is recognised, what holds it (profile), the clinical rules that read it, where it is
tested, and the fields of the national record, or of the paper card, that it answers to. The rules come from
app/pregnancy/rows, the profile of an Observation from its code.
"""

from typing import NamedTuple

from app.fhir import codes as c
from app.fhir import profiles
from app.pregnancy.rule_table import RULES
from tools.clinical import SYSTEMS

HEAD = ("what", "FHIR", "code", "profile", "rules", "test", "national record, *paper card*")
L, S, C = c.LOINC, c.SNOMED, c.CS_CARD
READ = "tests/mapping/test_facts_from_fhir.py"


class Row(NamedTuple):
    """``code`` chooses the profile where ``profile`` is empty; ``fact`` is what rules say they are about."""

    what: str
    fhir: str
    test: str
    fields: str = ""
    fact: str = ""
    code: tuple[str, str] | None = None
    profile: str = ""


ROWS: tuple[Row, ...] = (
    Row("the woman", "Patient", READ, "mother.name mother.address mother.postNumber mother.postName *fødselsnummer* *mobiltelefon*", "Woman", profile="woman"),
    Row("her language, interpreter", "Patient.communication, extension patient-interpreterRequired", "tests/journeys/test_interpreter.py", "mother.language mother.needsLanguageInterpreter", "Woman", profile="woman"),
    Row("partner, next of kin", "RelatedPerson", READ, "*partner*", profile="relative"),
    Row("her card", "EpisodeOfCare.type", READ, "", code=(C, "pregnancy"), profile="pregnancy"),
    Row("a consultation", "Encounter.type", READ, "antenatalAppointments.appointmentDate", "Visit", (C, "antenatal-visit"), "consultation"),
    Row("a visit left out", "Task.code", READ, "", "VisitSkipped"),
    Row("who cares for her", "CareTeam.participant", READ, "pointsOfContact.generalPractitioner pointsOfContact.midwife pointsOfContact.maternityHealthcareCentre", profile="card-team"),
    Row("health personnel", "Practitioner, PractitionerRole", "tests/operations/test_profiled_writes.py", "", profile="personnel, personnel-role"),
    Row("organisation, place, service", "Organization, Location, HealthcareService", "tests/fhir/test_profiles.py", "", profile="unit, place, service"),
    Row("a fetus", "RelatedPerson.relationship", READ, "", code=(C, "fetus"), profile="fetus-person"),
    Row("a born child", "Patient.link", "tests/journeys/test_newborn.py", "", profile="newborn"),
    Row("blood pressure", "Observation.component", READ, "antenatalAppointments.bloodPressure", "BloodPressure", (L, c.BP_PANEL)),
    Row("weight", "Observation.value", READ, "antenatalAppointments.motherWeight", "Weight", (L, c.WEIGHT)),
    Row("symphysis-fundus height", "Observation.value", READ, "symphysisFundalHeights.measurement symphysisFundalHeights.measurementDate *SF-kurve*", "FundalHeight", (L, c.FUNDAL_HEIGHT)),
    Row("week or day as stated", "Observation.value", "tests/national/test_life_cycle.py", "symphysisFundalHeights.pregnancyWeek antenatalAppointments.pregnancyWeek antenatalAppointments.daysAfterFullPregnancyWeek", "", (C, "stated-gestational-week")),
    Row("fetal heart rate", "Observation.value", READ, "antenatalAppointments.fetusesVitalSigns.fetalHeartRate", "FetalHeartRate", (L, c.FETAL_HEART_RATE)),
    Row("fetal heart looked for", "Observation.value", READ, "", "FetalHeartActivity", (C, "fetal-heart-activity")),
    Row("fetal movement", "Observation.value", READ, "antenatalAppointments.fetusesVitalSigns.motherFeelsBabyMovements *kjent liv*", "FetalMovement", (L, c.FETAL_MOVEMENT)),
    Row("presentation", "Observation.value", READ, "antenatalAppointments.fetusesVitalSigns.fetalPresentationLie", "Presentation", (L, c.PRESENTATION)),
    Row("urine protein, strip", "Observation.value", READ, "antenatalAppointments.proteinInUrineTestResult", "UrineProtein", (L, c.URINE_PROTEIN)),
    Row("haemoglobin", "Observation.value", READ, "clinicalTests.hemoglobin clinicalTests.hemoglobinAt3rdTrimester", "Haemoglobin", (L, c.HAEMOGLOBIN)),
    Row("RhD", "Observation.value", READ, "clinicalTests.aboRh.rhesusDType", "RhesusD", (L, c.RHD)),
    Row("first day of the last period", "Observation.value", READ, "currentPregnancy.dateLastPeriod", "", (L, c.LMP)),
    Row("egg retrieval", "Observation.value", READ, "", "", (C, "oocyte-retrieval")),
    Row("due date", "Observation.value", READ, "currentPregnancy.dueDate currentPregnancy.dueDateBasedOnUltrasound currentPregnancy.dueDateCorrectedDate", "DueDateStatement", (L, c.EDD)),
    Row("a date as stated", "Observation.value", "tests/national/test_round_trips.py", "currentPregnancy.assistedConception.dateAssistedConception clinicalTests.glucoseTolerance.testDate", "", (C, "glucose-tolerance-date")),
    Row("number of fetuses", "Observation.value", READ, "currentPregnancy.numberOfFetuses", "", (L, c.FETUSES_LOINC)),
    Row("a habit at one moment", "Observation.value", "tests/national/test_life_cycle.py", "lifestyleFactors.stimuli.stimuliFrequencyFirstConsultation lifestyleFactors.stimuli.stimuliFrequencyAtWeek36", "", (C, "stimulus-at-week-36")),
    Row("birth or loss", "Observation.value", READ, "birthStatus.birthStatus", "BirthOutcome", (C, "birth-outcome")),
    Row("birth status that is no outcome of the card", "Observation.value", "tests/national/test_life_cycle.py", "", "", (C, "birth-status-as-stated")),
    Row("allergy", "AllergyIntolerance", READ, "", profile="card-allergy"),
    Row("condition", "Condition", READ, "", profile="card-condition"),
    Row("medicine", "MedicationStatement", READ, "", "Medicine", profile="card-medicine"),
    Row("illness in her family", "FamilyMemberHistory.condition", "tests/mapping/test_item_facts.py", "", profile="family-history"),
    Row("what was done", "Procedure", "tests/mapping/test_item_facts.py", "", profile="card-procedure"),
    Row("ultrasound", "DiagnosticReport.code", "tests/journeys/test_twins.py", "", code=(C, "ultrasound"), profile="ultrasound-report"),
    Row("order of NIPT, her consent", "ServiceRequest.code, Consent.category", "tests/journeys/test_nipt_positive.py", "*samtykke til fosterdiagnostikk*", code=(C, "nipt"), profile="nipt-order, nipt-consent"),
    Row("birth plan", "CarePlan.category, QuestionnaireResponse", READ, "*kortfattet fødeplan*", "Wishes", code=(S, c.BIRTH_PLAN), profile="birth-plan, her-answers"),
    Row("application for a place of birth, its answer", "ServiceRequest.code, Task.businessStatus", "tests/fhir/test_profiles.py", "", code=(C, "birth-place"), profile="birth-place-request, birth-place-answer"),
    Row("appointment", "Appointment", "tests/operations/test_clinic_day.py", "", profile="card-appointment"),
    Row("document", "DocumentReference.type, Composition.type", "tests/operations/test_document.py", "*fortsettelsesark*", code=(c.VOLVEN_DOCUMENT_TYPE, "F04-2"), profile="card-document, card-composition"),
    Row("her choices", "Consent.scope", "tests/journeys/test_her_choices.py", "", profile="her-choice"),
    Row("a finding", "Flag.category", "tests/worker/test_alarms.py", "", code=(C, "alarm"), profile="card-finding"),
)  # fmt: skip


def profile_of(row: Row) -> str:
    """The profiles that hold it."""
    if row.profile:
        return ", ".join(f"`{name}`" for name in row.profile.split(", "))
    if not row.fhir.startswith("Observation") or row.code is None:
        return "R4: no more is asked than R4 asks"
    code = {"coding": [{"system": row.code[0], "code": row.code[1]}]}
    return ", ".join(f"`{one.id}`" for one in profiles.chosen({"resourceType": "Observation", "code": code}))


def _code(row: Row) -> str:
    if row.code is None:
        return ""
    system, code = row.code
    return f"*card* `{code}`" if system == C else f"{SYSTEMS.get(system, 'Volven 9602')} {code}"


def rows() -> list[tuple[str, ...]]:
    """The rows of the table."""
    return [
        (
            row.what,
            row.fhir,
            _code(row),
            profile_of(row),
            ", ".join(f"`{rule.id}`" for rule in RULES if row.fact and row.fact in rule.about),
            f"`{row.test}`",
            ", ".join(_field(name) for name in _names(row.fields)),
        )
        for row in ROWS
    ]


def _names(text: str) -> list[str]:
    """The fields; one of the paper card may be of several words, between stars."""
    found: list[str] = []
    for n, part in enumerate(text.split("*")):
        found += [f"*{part}*"] if n % 2 else part.split()
    return found


def _field(name: str) -> str:
    return name if name.startswith("*") else f"`{name}`"


def fields() -> set[str]:
    """The fields that the rows answer to; those of the paper card between stars."""
    return {name for row in ROWS for name in _names(row.fields)}
