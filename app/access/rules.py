"""TABLE: the access rules, ``ALLOW`` and ``BLOCK``. Block wins; no row means no. ``docs/access.md`` prints them.

Each row has its legal ground and the date of the version that was read. Grounds: helsepersonelloven (hpl) § 25
(cooperating personnel) and § 45 (health care across organisations), pasientjournalloven (pjl) §§ 17, 18, 19, 22,
pasient- og brukerrettighetsloven (pbrl) §§ 5-1, 5-3. Version dates as held by Lovdata on 2026-11-01 are to be
confirmed by the controller's lawyer (docs/adr/0004-access-rows.md).
"""

from functools import cache

from app.access.assisting import ASSISTING
from app.access.caller import LAY, PERSONNEL, Role
from app.access.concealed import CONCEALED
from app.access.confirming import CONFIRMING, RELEASING
from app.access.machinery import OF_THE_SERVER
from app.access.rows import (
    ACTS,
    ANY,
    CALENDAR,
    CARD,
    CARERS,
    CATALOGUE,
    CLINICAL_WRITES,
    CONTROL,
    CREATE,
    ENDED,
    EVERY,
    HER_WRITES,
    LASTING,
    NURSE_HIDDEN,
    NURSE_READS,
    NURSE_WRITES,
    OWN,
    READ,
    SENSITIVE,
    SHARED,
    STATUS,
    WRITE,
    Allow,
    Block,
    Relation,
)
from app.access.rows import roles as _roles
from app.access.standing import PROTECTED, SHELTER, STANDING
from app.fhir import newborn
from app.fhir.codes import BESIDE, UNTOLD

__all__ = [  # what others take from here: rows and the sets that they name
    "ALLOW",
    "ANY",
    "BLOCK",
    "BY_ID",
    "CALENDAR",
    "CARD",
    "CATALOGUE",
    "CLINICAL_WRITES",
    "CONTROL",
    "EVERY",
    "HER_WRITES",
    "LABELS",
    "LASTING",
    "NURSE_READS",
    "NURSE_WRITES",
    "OWN",
    "SHARED",
    "Allow",
    "Block",
    "Relation",
    "hidden_elements",
    "masked_types",
    "masks",
    "told",
]

BLOCK: tuple[Block, ...] = (
    Block(
        "block.her-choice",
        PERSONNEL | {Role.REGISTRY},
        by="choice",
        ground="pjl § 17, pbrl § 5-3: she may oppose that named personnel are given access, or take no part",
        do=ACTS | STATUS,
        told="She has chosen that you are not given access",
    ),
    Block(
        "block.her-restriction",
        PERSONNEL,
        by="restriction",
        ground="pjl § 17, pbrl § 5-3: what she restricts is opened by her consent or in an emergency",
        types=CARD,
        told="She has chosen that you are not given access to this without her consent, but in an emergency",
    ),
    Block(
        "block.her-consent",
        PERSONNEL | {Role.REGISTRY},
        by="consent",
        ground="agreement on the pilot: nothing is kept or shown without her consent to take part",
        types=CARD - {"Patient", "CareTeam"},
        told="She has not consented to take part",
    ),
    Block(
        "block.her-consent.self",
        _roles(Role.CITIZEN),
        by="consent",
        ground="agreement on the pilot: nothing is kept without her consent to take part",
        do=WRITE,
        types=HER_WRITES - {"CareTeam", "Consent"},
        told="You have not consented to take part",
    ),
    Block(
        "block.her-choice.lay",
        LAY - {Role.CITIZEN},
        by="choice",
        ground="pjl § 17, pbrl § 5-3: whom she has let in she shuts out again, and is not betrayed by the answer",
    ),
    *SHELTER,
    Block(
        "block.not-for-patient",
        LAY,
        by="label",
        labels=frozenset({"NOPAT"}),
        ground="pbrl § 5-1 second paragraph: access may be withheld where her life or health is in danger",
    ),
    Block(
        "block.not-yet-told",
        LAY,
        by="release",
        labels=frozenset({UNTOLD, BESIDE}),
        ground="pbrl §§ 3-2, 3-4, 5-1: what is grave is told by who answers for her care, before a screen tells it",
    ),
    Block(
        "block.moved",
        PERSONNEL | LAY | {Role.REGISTRY},
        by="label",
        labels=LASTING,
        ground="hpl § 21, § 43: it was registered on her by mistake and tells of somebody else",
    ),
)

ALLOW: tuple[Allow, ...] = (
    Allow(
        "allow.emergency.read",  # before all other rights: what is read under a grant is marked as such
        CARERS,
        READ,
        CARD,
        Relation.EMERGENCY,
        "hpl § 7, § 45; pjl § 19: help that is needed at once, told to her and reviewed",
    ),
    Allow("allow.carer.read", CARERS, READ, CARD, Relation.RELATED, "hpl § 45, pjl § 19", without=ENDED),
    Allow(
        "allow.nurse.read",
        _roles(Role.NURSE),
        READ,
        NURSE_READS,
        Relation.RELATED,
        "hpl § 45, § 25: what the service needs, no more",
        hidden=NURSE_HIDDEN,
        without=SENSITIVE,
    ),
    Allow(
        "allow.carer.consent.read",
        CARERS,
        READ,
        frozenset({"Consent", "Provenance"}),
        Relation.RELATED,
        "hpl § 45",
        without=ENDED,
    ),
    *CONCEALED,
    Allow(
        "allow.carer.consent.record",
        CARERS,
        frozenset({"create"}),
        frozenset({"Consent"}),
        Relation.RELATED,
        "pbrl §§ 4-1, 4-2, 5-3: a choice that she has made, recorded on her behalf with its source",
    ),
    Allow("allow.carer.create", CARERS, CREATE, CLINICAL_WRITES, Relation.RELATED, "hpl §§ 39, 40"),
    Allow("allow.nurse.create", _roles(Role.NURSE), CREATE, NURSE_WRITES, Relation.RELATED, "hpl §§ 39, 40"),
    Allow(
        "allow.carer.provenance",
        CARERS,
        frozenset({"create"}),
        frozenset({"Provenance"}),
        Relation.RELATED,
        "hpl § 40",
    ),
    Allow(
        "allow.carer.card.open",
        CARERS,
        frozenset({"create"}),
        frozenset({"EpisodeOfCare"}),
        Relation.RELATED,
        "hpl § 39",
    ),
    Allow(
        "allow.carer.register",
        CARERS,
        frozenset({"create"}),
        frozenset({"Patient"}),
        Relation.ATTESTED,
        "hpl § 39, pjl § 19: purpose and decision are attested",
        without=frozenset({newborn.LABEL}),
    ),
    Allow(
        "allow.carer.register.child",  # a child's record is kept within the mother's: nobody else's is related yet
        CARERS,
        frozenset({"create"}),
        frozenset({"Patient"}),
        Relation.RELATED,
        "hpl §§ 39, 40; pbrl § 3-4: the newborn, by who cares for the mother; she decides and has access for it",
    ),
    Allow("allow.carer.administer", CARERS, frozenset({"update"}), SHARED, Relation.RELATED, "hpl § 40"),
    Allow(
        "allow.carer.correct",
        CARERS,
        frozenset({"update", "delete"}),
        CLINICAL_WRITES,
        Relation.AUTHOR,
        "hpl § 42",
    ),
    *CONFIRMING,
    *STANDING,
    *RELEASING,
    Allow(
        "allow.carer.flag",
        CARERS,
        frozenset({"update"}),
        frozenset({"Flag"}),
        Relation.RELATED,
        "hpl § 40: a finding is acknowledged or closed by whom it concerns",
    ),
    Allow(
        "allow.nurse.correct",
        _roles(Role.NURSE),
        frozenset({"update", "delete"}),
        NURSE_WRITES,
        Relation.AUTHOR,
        "hpl § 42",
        without=SENSITIVE,
    ),
    Allow(
        "allow.self.read",
        _roles(Role.CITIZEN),
        READ,
        (CARD - {"Flag"}) | {"Consent", "Provenance"},  # alarms reach her in her own words, through the card
        Relation.SELF,
        "pbrl § 5-1, pjl § 18",
    ),
    Allow(
        "allow.self.log",
        _roles(Role.CITIZEN),
        READ,
        frozenset({"AuditEvent"}),
        Relation.SELF,
        "pjl § 18, § 22",
    ),
    Allow(
        "allow.self.create",
        _roles(Role.CITIZEN),
        frozenset({"create"}),
        HER_WRITES,
        Relation.SELF,
        "pbrl § 3-1",
    ),
    Allow(
        "allow.self.update",
        _roles(Role.CITIZEN),
        frozenset({"update", "delete"}),
        HER_WRITES,
        Relation.AUTHOR,
        "pbrl § 3-1: what she wrote herself",
    ),
    Allow(
        "allow.self.choices",
        _roles(Role.CITIZEN),
        frozenset({"update", "delete"}),
        frozenset({"Consent"}),
        Relation.SELF,
        "pbrl § 4-1, § 5-3: her choices are hers to change, whoever recorded them",
    ),
    *ASSISTING,
    Allow(
        "allow.catalogue.read",
        PERSONNEL | LAY | {Role.AUDITOR, Role.OPERATOR, Role.REGISTRY, Role.MACHINE},
        READ,
        CATALOGUE,
        Relation.NONE,
        "pjl § 22: who treats her is known; times and definitions are nobody's secret",
    ),
    Allow(
        "allow.operator.catalogue",
        _roles(Role.OPERATOR),
        EVERY - READ,
        CATALOGUE,
        Relation.NONE,
        "agreement on the pilot: enrolment of organisations and personnel, publication of definitions",
    ),
    Allow(
        "allow.calendar.create",
        CARERS | {Role.NURSE, Role.SECRETARY, Role.MACHINE},
        frozenset({"create"}),
        CALENDAR,
        Relation.NONE,
        "hpl § 16: the service is organised by who gives it; its calendar names no woman",
    ),
    Allow(
        "allow.calendar.keep",
        CARERS | {Role.NURSE, Role.SECRETARY, Role.MACHINE},
        frozenset({"update", "delete"}),
        CALENDAR,
        Relation.WROTE,
        "hpl § 16: one's own calendar only",
    ),
    Allow(
        "allow.operator.messages",
        _roles(Role.OPERATOR),
        EVERY,
        frozenset({"Group", "MessageHeader"}),
        Relation.WROTE,
        "agreement on the pilot: what the operator itself put together",
    ),
    Allow(
        "allow.subscription.create",
        CARERS | {Role.NURSE},
        frozenset({"create"}),
        frozenset({"Subscription"}),
        Relation.NONE,
        "hpl § 45: to be told what one may read; each notice is decided like a reading",
    ),
    Allow(
        "allow.subscription.keep",
        CARERS | {Role.NURSE},
        EVERY - {"create"},
        frozenset({"Subscription"}),
        Relation.WROTE,
        "hpl § 45: one's own subscriptions only",
    ),
    Allow(
        "allow.operator.gp-of-record",
        _roles(Role.OPERATOR),
        frozenset({"create"}),
        frozenset({"CareTeam"}),
        Relation.ANYONE,
        "fastlegeforskriften: the GP of record, from the national register",
    ),
    Allow(
        "allow.operator.gp-of-record.keep",
        _roles(Role.OPERATOR),
        READ | {"update"},
        frozenset({"CareTeam"}),
        Relation.WROTE,
        "fastlegeforskriften: what the operator registered is kept true, and ended",
    ),
    Allow(
        "allow.auditor.log",
        _roles(Role.AUDITOR),
        READ,
        frozenset({"AuditEvent"}),
        Relation.ANYONE,
        "pjl § 22, § 23",
    ),
    *OF_THE_SERVER,
    Allow("allow.harness", _roles(Role.HARNESS), ACTS, ANY, Relation.ANYONE, "sandbox only: synthetic data"),
)

LABELS: frozenset[str] = frozenset[str]().union(
    {PROTECTED}, *(row.labels for row in BLOCK), *(row.without for row in ALLOW)
)
_ROWS: tuple[Allow | Block, ...] = (*BLOCK, *ALLOW)
BY_ID: dict[str, Allow | Block] = {row.id: row for row in _ROWS}


def told(rule: str | None) -> str:
    """What is told of the row that refuses; empty where the answer must not even say that there is something."""
    row = BY_ID.get(rule or "")
    return row.told if isinstance(row, Block) else ""


def hidden_elements(rule: str | None) -> tuple[str, ...]:
    """The elements that the winning row hides, as ``Type.element``."""
    row = BY_ID.get(rule or "")
    return row.hidden if isinstance(row, Allow) else ()


@cache
def masked_types(role: Role) -> frozenset[str]:
    """The types of which ``role`` may see a copy with elements hidden."""
    rows = [row for row in ALLOW if role in row.roles and "read" in row.do and row.hidden]
    return frozenset(element.partition(".")[0] for row in rows for element in row.hidden)


def masks(role: Role, type_name: str) -> tuple[str, ...]:
    """The elements of ``type_name`` that may be hidden from ``role``."""
    rows = [row for row in ALLOW if role in row.roles and "read" in row.do and type_name in row.types]
    return tuple(
        element.partition(".")[2]
        for row in rows
        for element in row.hidden
        if element.startswith(f"{type_name}.")
    )
