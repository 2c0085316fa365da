"""TABLE: the resource types this server keeps. A new type is a row here, a profile, an example and access rows.

https://hl7.org/fhir/R4/resourcelist.html. ``patient`` names the elements that say which woman a resource is about
(the compartment of https://hl7.org/fhir/R4/compartmentdefinition-patient.html, narrowed to what decides access).
"""

from dataclasses import dataclass

READ = frozenset({"read", "vread", "history-instance", "history-type", "search-type"})
ALL = READ | {"create", "update", "patch", "delete"}


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One kind of resource.

    ``patient``   element paths that reference the woman, or what is about her; ``("id",)`` for Patient itself; empty
                  where no woman. A path goes through lists; ``[0]`` is the first of a list only.
    ``episode``   element paths that lead to her card: an EpisodeOfCare, an Encounter, or what stands on a card. Where
                  none leads there, it is her open one (``app/interactions/belonging.py``).
    ``status``    the element that holds the lifecycle status, or "".
    ``category``  the element whose codes access rows may name, or "".
    """

    name: str
    patient: tuple[str, ...] = ()
    episode: tuple[str, ...] = ()
    status: str = "status"
    category: str = ""
    interactions: frozenset[str] = ALL


RESOURCE_TYPES: tuple[ResourceType, ...] = (
    ResourceType("Patient", ("id",), status=""),
    ResourceType("RelatedPerson", ("patient",), status=""),
    ResourceType("Practitioner", status=""),
    ResourceType("PractitionerRole", status="", category="code"),
    ResourceType("Organization", status="", category="type"),
    ResourceType("CareTeam", ("subject",), ("encounter",), category="category"),
    ResourceType("EpisodeOfCare", ("patient",), ("id",), category="type"),
    ResourceType("Encounter", ("subject",), ("episodeOfCare",), category="type"),
    ResourceType("Condition", ("subject",), ("encounter",), status="clinicalStatus", category="category"),
    ResourceType("AllergyIntolerance", ("patient",), ("encounter",), status="clinicalStatus"),
    ResourceType("Observation", ("subject",), ("encounter",), category="category"),
    ResourceType("DiagnosticReport", ("subject",), ("encounter",), category="category"),
    ResourceType("CarePlan", ("subject",), ("encounter",), category="category"),
    ResourceType("QuestionnaireResponse", ("subject",), ("encounter",)),
    ResourceType("Consent", ("patient",), category="category"),
    ResourceType("Flag", ("subject",), ("encounter",), category="category"),
    ResourceType("Provenance", ("target",), status="", category="activity"),
    ResourceType("AuditEvent", status="", category="type", interactions=frozenset({"read", "search-type"})),
    # Care beyond the consultation
    ResourceType("ServiceRequest", ("subject",), ("encounter",), category="category"),
    ResourceType("Procedure", ("subject",), ("encounter",), category="category"),
    ResourceType("MedicationStatement", ("subject",), ("context",), category="category"),
    ResourceType("MedicationRequest", ("subject",), ("encounter",), category="category"),
    ResourceType("MedicationAdministration", ("subject",), ("context",), category="category"),
    ResourceType("Immunization", ("patient",), ("encounter",)),
    ResourceType("FamilyMemberHistory", ("patient",), ("reasonReference",)),
    ResourceType("ImagingStudy", ("subject",), ("encounter",)),
    ResourceType("Media", ("subject",), ("encounter",)),
    ResourceType("Specimen", ("subject",), ("request",)),
    ResourceType("Device", ("patient",)),
    ResourceType("BodyStructure", ("patient",), status=""),
    ResourceType("Goal", ("subject",), ("addresses",), status="lifecycleStatus", category="category"),
    ResourceType("ClinicalImpression", ("subject",), ("encounter",)),
    ResourceType("RiskAssessment", ("subject",), ("encounter",)),
    ResourceType("DetectedIssue", ("patient",), ("implicated",)),
    # Planning and messages
    ResourceType(
        "Appointment", ("participant.actor",), ("basedOn", "reasonReference"), category="serviceCategory"
    ),
    ResourceType(
        "AppointmentResponse", ("actor", "appointment"), ("appointment",), status="participantStatus"
    ),
    ResourceType("Task", ("for",), ("encounter",)),
    ResourceType("Communication", ("subject",), ("encounter",), category="category"),
    ResourceType("CommunicationRequest", ("subject",), ("encounter",), category="category"),
    # Documents and collections
    ResourceType("Composition", ("subject",), ("encounter",), category="category"),
    ResourceType("DocumentReference", ("subject",), ("context.encounter",), category="category"),
    ResourceType("Binary", ("securityContext",), status=""),
    ResourceType("Bundle", ("entry[0].resource.subject",), status=""),
    ResourceType("List", ("subject",), ("encounter",)),
    ResourceType("Basic", ("subject",), status="", category="code"),
    ResourceType("MeasureReport", ("subject",)),
    # What is about no woman: where, by whom, with what, by which definitions
    ResourceType("Location", category="type"),
    ResourceType("HealthcareService", status="", category="category"),
    ResourceType("Endpoint"),
    ResourceType("Schedule", status=""),
    ResourceType("Slot"),
    ResourceType("Medication"),
    ResourceType("Questionnaire"),
    ResourceType("PlanDefinition"),
    ResourceType("ActivityDefinition"),
    ResourceType("Library"),
    ResourceType("Measure"),
    ResourceType("ValueSet"),
    ResourceType("CodeSystem"),
    ResourceType("ConceptMap"),
    ResourceType("NamingSystem"),
    ResourceType("StructureDefinition"),
    ResourceType("SearchParameter"),
    ResourceType("OperationDefinition"),
    ResourceType("CapabilityStatement"),
    # For operators and systems
    ResourceType("Group", status="", category="code"),
    ResourceType("MessageHeader", status=""),
    ResourceType("Subscription"),
)

BY_NAME: dict[str, ResourceType] = {row.name: row for row in RESOURCE_TYPES}
# The types whose resources are about a woman; of the others everybody here may know
CONCERNING: frozenset[str] = frozenset(row.name for row in RESOURCE_TYPES if row.patient)
