"""TABLE: rows that rest on what a woman is: whether she is here, her address, her age, where she lives, her death.

Helsenorge lets nobody with a confidential address (*fortrolig* or *strengt fortrolig adresse*, "kode 7" and "kode 6") be
represented (https://tjenester.helsenorge.no, help pages on representation, read 2026-11-24); the national trial lets a
woman who is dead, or has such an address, have no active record
(https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide). From 16 she decides herself
(pasient- og brukerrettighetsloven, pbrl, § 4-3). For one under 16 who has parental responsibility agrees (§ 4-4) and is told
(§ 3-4 first paragraph), but not where she, from 12, does not want it for reasons that are to be respected, or where weighty
reasons speak against it (second paragraph): so no guardian sees anything before a carer, or she, has registered that
guardian by name. Version dates as in ``rules.py``.
"""

from app.access.assisting import REPRESENTATIVE_READS
from app.access.caller import LAY, PERSONNEL, Role
from app.access.rows import (
    ACTS,
    CARD,
    CARERS,
    CREATE,
    READ,
    SENSITIVE,
    STATUS,
    Allow,
    Block,
    Relation,
    roles,
)

PROTECTED = "LOCIS"  # v3-ActCode, location information sensitivity: on her Patient, a confidential address
MAJORITY = 16  # years: pbrl §§ 3-4, 4-3
# What tells where she is, beside the register's own entries: left out of every export, whoever asks for it
LOCATING: dict[str, tuple[str, ...]] = {
    "Patient": ("address", "telecom", "contact", "generalPractitioner", "managingOrganization", "text", "contained"),
    "RelatedPerson": ("address", "telecom", "text", "contained"),
    "EpisodeOfCare": ("managingOrganization", "careManager", "team", "text", "contained"),
    "Encounter": ("location", "serviceProvider", "hospitalization", "text", "contained"),
    "CareTeam": ("participant", "managingOrganization", "telecom", "text", "contained"),
    "Appointment": ("participant", "description", "comment", "patientInstruction", "text", "contained"),
    "ServiceRequest": ("locationCode", "locationReference", "text", "contained"),
    "Procedure": ("location", "text", "contained"),
    "Immunization": ("location", "text", "contained"),
}  # fmt: skip

SHELTER: tuple[Block, ...] = (
    Block(
        "block.protected",
        (LAY - {Role.CITIZEN}) | roles(Role.SECRETARY, Role.STUDENT),
        by="protected",
        ground="hpl § 21, pbrl § 3-6: who does not treat a woman with a confidential address learns nothing of her",
        do=ACTS | STATUS,
    ),
    Block(
        "block.deceased",
        LAY,
        by="deceased",
        ground="hpl § 24, pbrl § 5-1: next of kin are given access by who keeps the journal, and by nobody's login",
        do=ACTS | STATUS,
    ),
    Block(
        "block.deceased.card",
        PERSONNEL,
        by="deceased",
        ground="agreement on the pilot: a woman who is dead has no active card",
        do=frozenset({"create"}),
        types=frozenset({"EpisodeOfCare"}),
        told="She is dead: no card is opened",
    ),
    Block(
        "block.outside",
        PERSONNEL | {Role.CITIZEN},
        by="outside",
        ground="agreement on the pilot: it is limited to its area; what is there is read until the card has ended",
        do=frozenset({"create", "confirm"}),
        types=CARD - {"Patient", "CareTeam", "Flag"},
        told="The home municipality takes no part in the pilot: what is there can be read, and nothing new is registered",
    ),
)

STANDING: tuple[Allow, ...] = (
    Allow(
        "allow.carer.status",
        CARERS | roles(Role.NURSE),
        STATUS,
        frozenset({"EpisodeOfCare"}),
        Relation.ATTESTED,
        "pjl § 19: who gives her care, and attests it, may know that there is a card, and nothing of it",
    ),
    Allow(
        "allow.guardian.read",
        roles(Role.REPRESENTATIVE),
        READ,
        REPRESENTATIVE_READS,
        Relation.GUARDIAN,
        "pbrl § 3-4: who has parental responsibility for one under 16 is told; not what is kept from them",
        without=SENSITIVE,
    ),
    Allow(
        "allow.guardian.consent",
        roles(Role.REPRESENTATIVE),
        CREATE,
        frozenset({"Consent"}),
        Relation.GUARDIAN,
        "pbrl § 4-4: who has parental responsibility for one under 16 agrees for her, when she has been heard",
    ),
)
