"""TABLE: who reads what tells of an induced abortion, beside herself and in an emergency.

It stands on no card, and a later midwife or GP cannot count it; who treats her for it must know.
"""

from app.access.caller import Role
from app.access.rows import CARD, READ, Allow, Relation, roles

TELLING = CARD | {"Provenance"}
CONCEALED: tuple[Allow, ...] = (
    Allow(
        "allow.hospital.read.ended",
        roles(Role.HOSPITAL),
        READ,
        TELLING,
        Relation.RELATED,
        "abortloven; hpl § 45: the hospital that treats her",
    ),
    Allow(
        "allow.carer.read.own-ended",
        roles(Role.GP, Role.MIDWIFE),
        READ,
        TELLING,
        Relation.AUTHOR,
        "hpl § 39, § 45: what one's own organisation recorded",
    ),
)
