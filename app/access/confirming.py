"""TABLE: who takes into the card what she registered herself, or declines it (``$confirm``, ``$decline``), and who says
that a result was discussed with her (``$discussed``).
"""

from app.access.caller import Role
from app.access.rows import CARERS, CONFIRM, CONFIRMED, DISCUSS, DISCUSSED, SENSITIVE, Allow, Relation, roles

CONFIRMING: tuple[Allow, ...] = (
    Allow(
        "allow.carer.confirm",
        CARERS,
        CONFIRM,
        CONFIRMED | {"Provenance"},
        Relation.RELATED,
        "hpl §§ 39, 40: what she registered herself is taken into the record by who answers for her care",
    ),
    Allow(
        "allow.nurse.confirm",
        roles(Role.NURSE),
        CONFIRM,
        frozenset({"Observation", "QuestionnaireResponse", "Provenance"}),
        Relation.RELATED,
        "hpl §§ 39, 40: the same, of what the nurse registers herself",
        without=SENSITIVE,
    ),
)
RELEASING: tuple[Allow, ...] = (
    Allow(
        "allow.carer.discuss",
        CARERS,
        DISCUSS,
        DISCUSSED | {"Provenance"},
        Relation.RELATED,
        "hpl § 10, pbrl § 3-2: who answers for her care tells her, and says that it is done",
    ),
    Allow(
        "allow.system.release",
        roles(Role.SYSTEM),
        DISCUSS,
        DISCUSSED,
        Relation.ANYONE,
        "pbrl § 5-1: nothing waits longer than its days",
    ),
)
