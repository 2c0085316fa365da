"""TABLE: the resource types this server keeps. A new type is a row here, a profile, an example and access rows.

https://hl7.org/fhir/R4/resourcelist.html. ``patient`` names the elements that say which woman a resource is about
(the compartment of https://hl7.org/fhir/R4/compartmentdefinition-patient.html, narrowed to what decides access).
"""

from dataclasses import dataclass

READ = frozenset({"read", "vread", "history-instance", "search-type"})
ALL = READ | {"create", "update", "delete"}


@dataclass(frozen=True, slots=True)
class ResourceType:
    """One kind of resource.

    ``patient``   element paths that reference the woman; ``("id",)`` for Patient itself; empty where no woman.
    ``episode``   element paths that lead to her card: an EpisodeOfCare or an Encounter reference.
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
)

BY_NAME: dict[str, ResourceType] = {row.name: row for row in RESOURCE_TYPES}
