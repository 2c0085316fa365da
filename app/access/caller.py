"""The caller: what a verified token says about who asks, for whom and why.

HelseID claims and the attest of *tillitsrammeverk*: https://github.com/NorskHelsenett/Tillitsrammeverk. A role is
derived from profession, healthcare service and organisation; no claim carries it.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.access.scopes import Narrowing, narrowing

CLINICAL_PURPOSES = frozenset({"TREAT", "COC"})
EMERGENCY_PURPOSES = frozenset({"ETREAT", "BTG"})  # the emergency chain, and breaking the glass
EVERYONE = "*"  # the actor of a choice that concerns all who care for her


class Role(StrEnum):
    """What a caller is to this server."""

    GP = "gp"  # fastlege
    MIDWIFE = "midwife"  # jordmor
    NURSE = "nurse"  # helsesykepleier, public health nurse
    HOSPITAL = "hospital"  # clinician in specialist care
    SECRETARY = "secretary"  # helsesekretær: appointments and who she is, nothing clinical
    STUDENT = "student"  # under a supervisor whom the token names
    CITIZEN = "citizen"  # the woman herself
    REPRESENTATIVE = "representative"  # whom she gave a verified power of attorney (fullmakt)
    DOULA = "doula"  # whom she invited
    REGISTRY = "registry"  # the system that carries reports to a national register
    AUDITOR = "auditor"
    OPERATOR = "operator"
    MACHINE = "machine"  # a registered system of an organisation, in its own name
    SYSTEM = "system"  # this server's own worker
    HARNESS = "harness"  # sandbox only


CLINICIANS = frozenset({Role.GP, Role.MIDWIFE, Role.NURSE, Role.HOSPITAL})
PERSONNEL = CLINICIANS | {
    Role.SECRETARY,
    Role.STUDENT,
}  # whose rights rest on a relation of their organisation
LAY = frozenset({Role.CITIZEN, Role.REPRESENTATIVE, Role.DOULA})  # by a citizen's token


@dataclass(frozen=True, slots=True)
class Caller:
    """One authenticated caller.

    ``number``      the woman for whom a citizen's token speaks: its holder's, or hers whom he represents. Like
                    ``own_number`` it never leaves memory but as a query parameter.
    ``own_number``  of whom she may have let in by name: a representative or a doula.
    ``supervisor``  HPR number of the one under whom a student works.
    ``launch``      the Patient of the token's launch context, to whom its scopes ``patient/…`` lead.
    ``smart``       the token is of our own issuer: without a scope that names data it reaches none.
    ``searching``   what is read is looked for, not asked for by its id: another letter of the scopes.
    """

    role: Role
    subject: str  # stable and not a person number: "hpr:…", "citizen:<digest>" or "client:…"
    client: str
    name: str = ""
    number: str | None = field(default=None, repr=False)
    own_number: str | None = field(default=None, repr=False)
    hpr: str | None = None
    supervisor: str | None = None
    guardian: bool = False  # the token speaks for her by parental responsibility or guardianship
    profession: str | None = None
    service: str | None = None
    organizations: tuple[str, ...] = ()  # point of care first, then legal entity
    organization_name: str = ""
    purpose: str | None = None
    decision: str | None = None
    toa: int | None = None  # when the care relation was attested, in seconds
    scopes: frozenset[str] = frozenset()
    launch: str | None = None
    smart: bool = False
    searching: bool = False
    token: str = field(default="", repr=False)
    expires: datetime | None = None

    @property
    def narrowing(self) -> Narrowing | None:
        """What the token's scopes narrow to; None: nothing beside the access rows."""
        return narrowing(self.scopes, self.launch, always=self.smart)

    @property
    def attested(self) -> bool:
        """Whether the token attests a care relation: a clinical purpose and the decision behind it."""
        return self.role in CLINICIANS and self.purpose in CLINICAL_PURPOSES and bool(self.decision)

    @property
    def urgent(self) -> bool:
        """Whether the token attests an emergency, and the decision behind it."""
        carer = self.role in CLINICIANS and self.role is not Role.NURSE
        return carer and self.purpose in EMERGENCY_PURPOSES and bool(self.decision)

    @property
    def author(self) -> str:
        """Who is written down as author: the organisation, or the kind of caller where there is none."""
        return self.organizations[0] if self.organizations else self.role.value

    @property
    def actors(self) -> tuple[str, ...]:
        """The names under which she can block or let in this caller: the person, a student's supervisor, each
        organisation, and everyone.
        """
        people = [f"hpr:{number}" for number in (self.hpr, self.supervisor) if number]
        people += [f"nin:{self.own_number}"] if self.own_number else []
        return (*people, *(f"org:{number}" for number in self.organizations), EVERYONE)
