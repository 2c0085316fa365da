"""TABLE: when what a resource tells of happened: the search parameter of each type that holds its date of care.

https://hl7.org/fhir/R4/patient-operation-everything.html: ``start`` and ``end`` speak of care, not of records. Types that
last (Condition, AllergyIntolerance, CareTeam, Consent …) have no row: they belong to any time.
"""

from app.fhir.search_params import number

CARE_DATES: dict[str, str] = {
    "Appointment": "date",
    "CarePlan": "date",
    "ClinicalImpression": "date",
    "Communication": "sent",
    "CommunicationRequest": "authored",
    "Composition": "date",
    "DetectedIssue": "identified",
    "DiagnosticReport": "date",
    "DocumentReference": "date",
    "Encounter": "date",
    "EpisodeOfCare": "date",
    "Flag": "date",
    "Goal": "start-date",
    "ImagingStudy": "started",
    "Immunization": "date",
    "List": "date",
    "MeasureReport": "date",
    "Media": "created",
    "MedicationAdministration": "effective-time",
    "MedicationRequest": "authoredon",
    "MedicationStatement": "effective",
    "Observation": "date",
    "Procedure": "date",
    "Provenance": "recorded",
    "QuestionnaireResponse": "authored",
    "RiskAssessment": "date",
    "ServiceRequest": "authored",
    "Specimen": "collected",
    "Task": "authored-on",
}
NUMBERS: tuple[int, ...] = tuple(number(type_name, code) for type_name, code in CARE_DATES.items())
