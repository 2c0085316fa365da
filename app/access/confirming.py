"""TABLE: who takes into the card what she registered herself, or declines it (``$confirm``, ``$decline``)."""

from app.access.caller import Role
from app.access.rows import CARERS, CONFIRM, CONFIRMED, SENSITIVE, Allow, Relation, roles

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
