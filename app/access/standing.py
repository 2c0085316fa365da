"""TABLE: rows that rest on what a woman is, not on what is recorded: whether she is here at all."""

from app.access.caller import Role
from app.access.rows import CARERS, STATUS, Allow, Relation, roles

STANDING: tuple[Allow, ...] = (
    Allow(
        "allow.carer.status",
        CARERS | roles(Role.NURSE),
        STATUS,
        frozenset({"EpisodeOfCare"}),
        Relation.ATTESTED,
        "pjl § 19: who gives her care, and attests it, may know that there is a card, and nothing of it",
    ),
)
