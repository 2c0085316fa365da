"""TABLE: the rights of those who assist: secretary, student, whom she let in, and the register's system.

Grounds: helsepersonelloven (hpl) § 5 (tasks left to helpers and students), § 22 (her consent), § 25 (cooperating
personnel), § 26 (administrative systems), § 35 with forskrift om Medisinsk fødselsregister § 1-2; pasient- og
brukerrettighetsloven (pbrl) § 3-1, § 3-3. Version dates as in ``rules.py``.
"""

from app.access.caller import Role
from app.access.rows import CARD, CREATE, ENDED, NURSE_READS, READ, SENSITIVE, Allow, Relation, roles

_WHY = ("reasonCode", "reasonReference", "comment", "description", "patientInstruction", "supportingInformation",
        "text", "contained")  # fmt: skip
OFFICE_READS = frozenset({"Patient", "CareTeam", "Appointment", "AppointmentResponse"})
OFFICE_WRITES = frozenset({"Appointment", "AppointmentResponse"})
OFFICE_HIDDEN = (  # when and where, not why; who she is, not whom she trusts
    "Patient.contact",
    "Patient.text",
    *(f"Appointment.{element}" for element in _WHY),
    *(f"AppointmentResponse.{element}" for element in ("comment", "text", "contained")),
    *(f"CareTeam.{element}" for element in ("reasonCode", "reasonReference", "note", "text", "contained")),
)
STUDENT_READS = NURSE_READS | {"Procedure", "ServiceRequest", "MedicationStatement", "FamilyMemberHistory"}
STUDENT_WRITES = frozenset({"Encounter", "Observation", "QuestionnaireResponse"})
STUDENT_HIDDEN = ("Patient.contact", "Patient.text")
INVITED_READS = frozenset({"Patient", "CarePlan", "Appointment"})
INVITED_HIDDEN = (  # her name and when they meet: nothing by which she could be found, and nothing clinical
    *(
        f"Patient.{element}"
        for element in (
            "identifier", "telecom", "birthDate", "deceased", "address", "maritalStatus", "multipleBirth", "photo", "contact",
            "generalPractitioner", "managingOrganization", "link", "extension", "text", "contained",
        )
    ),
    *(f"Appointment.{element}" for element in _WHY),
)  # fmt: skip
REPRESENTATIVE_READS = CARD - {"Flag"}  # neither her choices nor who looked: she must be able to leave unseen
REGISTRY_READS = frozenset({"Patient", "EpisodeOfCare", "Encounter", "Observation", "Condition", "Procedure"})
REGISTRY_HIDDEN = (
    "Patient.contact", "Patient.telecom", "Patient.photo", "Patient.text", "Encounter.reasonCode",
    "Encounter.reasonReference", "Encounter.text",
)  # fmt: skip

ASSISTING: tuple[Allow, ...] = (
    Allow(
        "allow.secretary.read",
        roles(Role.SECRETARY),
        READ,
        OFFICE_READS,
        Relation.RELATED,
        "hpl § 25, § 26: what it takes to receive her and keep her appointments",
        hidden=OFFICE_HIDDEN,
        without=SENSITIVE,
    ),
    Allow(
        "allow.secretary.book",
        roles(Role.SECRETARY),
        CREATE,
        OFFICE_WRITES,
        Relation.RELATED,
        "hpl § 5, § 26: appointments are made by whom the clinic leaves it to",
    ),
    Allow(
        "allow.secretary.keep",
        roles(Role.SECRETARY),
        frozenset({"update"}),
        frozenset({"Patient", "Appointment"}),
        Relation.RELATED,
        "hpl § 5, § 26: where she lives and when she comes is kept right by the office",
        without=SENSITIVE,
    ),
    Allow(
        "allow.student.read",
        roles(Role.STUDENT),
        READ,
        STUDENT_READS,
        Relation.RELATED,
        "hpl § 5, § 25: what the training under a named supervisor needs",
        hidden=STUDENT_HIDDEN,
        without=SENSITIVE,
    ),
    Allow(
        "allow.student.create",
        roles(Role.STUDENT),
        CREATE,
        STUDENT_WRITES,
        Relation.RELATED,
        "hpl § 5, § 39: recorded under supervision; the supervisor corrects, signs and ends",
    ),
    Allow(
        "allow.doula.read",
        roles(Role.DOULA),
        READ,
        INVITED_READS,
        Relation.INVITED,
        "hpl § 22, pbrl § 3-1: she lets whom she invites know her plan and her appointments",
        hidden=INVITED_HIDDEN,
        without=SENSITIVE,
    ),
    Allow(
        "allow.representative.read",
        roles(Role.REPRESENTATIVE),
        READ,
        REPRESENTATIVE_READS,
        Relation.INVITED,
        "hpl § 22, pbrl § 3-3: what she lets a verified representative see, and no more",
        without=SENSITIVE,
    ),
    Allow(
        "allow.registry.read",
        roles(Role.REGISTRY),
        READ,
        REGISTRY_READS,
        Relation.ANYONE,
        "hpl § 35, forskrift om Medisinsk fødselsregister § 1-2: what the notification of a birth is made of",
        hidden=REGISTRY_HIDDEN,
        without=SENSITIVE - ENDED,
    ),
)
