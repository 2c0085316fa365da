"""What a row of the access tables is, and the sets of types, roles and labels that rows name.

``rules.py`` and ``assisting.py`` hold the rows.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.access.caller import Role
from app.fhir.codes import TOP
from app.fhir.operations_on_hers import HELD, HERS
from app.fhir.registry import BY_NAME, CONCERNING

ANY = frozenset(BY_NAME)
CONTROL = frozenset(
    {"AuditEvent", "Consent", "Provenance"}
)  # what is decided about her card, and what was done
LASTING = frozenset({"MOVED"})  # labels that only the server gives, and nobody takes away
OWN = frozenset({"Group", "MessageHeader", "Subscription"})  # of those who wrote them, whomever they name
CATALOGUE = ANY - CONCERNING - CONTROL - OWN  # about no woman: places, people, times, definitions
CARD = CONCERNING - CONTROL  # about one woman
CLINICAL_WRITES = CARD - {"Patient", "EpisodeOfCare", "Flag"}
SHARED = frozenset(  # kept in order by all who care for her, whoever wrote it
    {"Patient", "EpisodeOfCare", "CarePlan", "RelatedPerson", "Goal", "List", "Task", "Appointment"}
)
DISCUSSED = frozenset(HELD)  # results that may wait until they are discussed with her
CONFIRMED = frozenset(HERS)  # what she registers herself that a clinician takes into the card, or declines
NURSE_READS = frozenset(
    {
        "Patient", "RelatedPerson", "CareTeam", "EpisodeOfCare", "Encounter", "Condition", "AllergyIntolerance",
        "Observation", "DiagnosticReport", "CarePlan", "QuestionnaireResponse", "Flag", "Appointment",
        "AppointmentResponse", "Communication", "Goal", "Immunization", "Task",
    }
)  # fmt: skip
NURSE_WRITES = frozenset(
    {
        "Encounter",
        "Observation",
        "QuestionnaireResponse",
        "Immunization",
        "Appointment",
        "AppointmentResponse",
    }
)
NURSE_HIDDEN = (  # whom she trusts, and why she comes or is called, wherever it is written
    "Patient.contact",
    *(
        f"{name}.{element}"
        for name in ("Encounter", "Appointment", "Task", "Communication")
        for element in ("reasonCode", "reasonReference")
    ),
)
# No Communication: nobody watches what would look like a message to her midwife
HER_WRITES = frozenset(
    {
        "CarePlan", "QuestionnaireResponse", "Observation", "MedicationStatement", "AppointmentResponse", "CareTeam",
        "Consent", "Task",  # a Task of hers proposes a correction, nothing else
    }
)  # fmt: skip
CALENDAR = frozenset({"Schedule", "Slot"})

READ = frozenset({"read"})
WRITE = frozenset({"create", "update"})
CREATE = frozenset({"create"})
EVERY = READ | WRITE | {"delete"}
CONFIRM = frozenset({"confirm"})  # $confirm and $decline
STATUS = frozenset({"status"})  # $status: whether there is a card at all
DISCUSS = frozenset({"discuss"})  # $discussed
MIRROR = frozenset({"mirror"})  # of what the national record is master of
ACTS = EVERY | CONFIRM | DISCUSS | MIRROR


class Relation(StrEnum):
    """What must hold between the caller and the woman whom a resource is about."""

    NONE = "none"  # the resource is about no woman
    RELATED = "related"  # an active relation of the caller's organisation
    AUTHOR = "author"  # related, and the caller's own organisation wrote it
    WROTE = "wrote"  # the caller's own organisation wrote it, whomever it is about
    ATTESTED = "attested"  # purpose and decision reference in the token
    EMERGENCY = "emergency"  # a grant for this person and this woman, and a token that attests an emergency
    SELF = "self"  # she is the woman
    INVITED = "invited"  # she lets this very person see this, by a choice of hers in force
    GUARDIAN = (
        "guardian"  # she is under 16, the token speaks for her as guardian, and this guardian is registered
    )
    ANYONE = "anyone"  # whomever it is about


@dataclass(frozen=True, slots=True)
class Allow:
    """One right: ``roles`` may ``do`` this to ``types`` under ``relation``, less the ``hidden`` elements."""

    id: str
    roles: frozenset[Role]
    do: frozenset[str]
    types: frozenset[str]
    relation: Relation
    ground: str
    hidden: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()  # labels that a resource must not carry


@dataclass(frozen=True, slots=True)
class Block:
    """One refusal that no right overrides.

    ``by``    her choice of persons and organisations (choice), a label, her restriction, consent that lacks, a result that
              waits to be told her (release), or what she is: her address is confidential (protected), she is dead
              (deceased), she lives elsewhere (outside).
    ``told``  what who is refused is told; nothing where even that is a secret.
    """

    id: str
    roles: frozenset[Role]
    by: str
    ground: str
    labels: frozenset[str] = frozenset()
    do: frozenset[str] = ACTS
    types: frozenset[str] = ANY
    told: str = ""


def roles(*named: Role) -> frozenset[Role]:
    """A set of roles."""
    return frozenset(named)


CARERS = roles(Role.GP, Role.MIDWIFE, Role.HOSPITAL)
ENDED = frozenset({TOP})  # what tells of an induced abortion: for who treats her for it
SENSITIVE = frozenset({"SDV", "SEX", "PSY", "ETH", "HIV"}) | ENDED
