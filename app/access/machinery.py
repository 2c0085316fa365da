"""TABLE: what this server itself may do, in its worker: never more than what follows from what others registered.

Pasientjournalloven (pjl), helsepersonelloven (hpl): https://lovdata.no.
"""

from app.access.caller import Role
from app.access.rows import CARD, CATALOGUE, CLINICAL_WRITES, EVERY, MIRROR, READ, Allow, Relation

OF_THE_SERVER: tuple[Allow, ...] = (
    Allow(
        "allow.system.flag",
        frozenset({Role.SYSTEM}),
        EVERY,
        frozenset({"Flag"}),
        Relation.ANYONE,
        "pjl § 23: findings of the card's rules",
    ),
    Allow(
        "allow.system.moved",
        frozenset({Role.SYSTEM}),
        frozenset({"update"}),
        CLINICAL_WRITES,
        Relation.ANYONE,
        "hpl § 21, § 43: what was registered on the wrong woman is closed to all who read her record",
    ),
    Allow(
        "allow.system.registered",
        frozenset({Role.SYSTEM}),
        frozenset({"update"}),
        frozenset({"Patient"}),
        Relation.ANYONE,
        "pjl § 22: who she is, where she lives and whether that is confidential are kept true by the national register",
    ),
    Allow(
        "allow.system.gp",
        frozenset({Role.SYSTEM}),
        frozenset({"create"}),
        frozenset({"CareTeam"}),
        Relation.ANYONE,
        "fastlegeforskriften: the GP of record as her register has him",
    ),
    Allow(
        "allow.system.mirrored",
        frozenset({Role.SYSTEM}),
        MIRROR,
        frozenset(
            {
                "CareTeam",
                "Encounter",
                "EpisodeOfCare",
                "List",
                "Observation",
                "Patient",
                "Provenance",
                "RelatedPerson",
            }
        ),
        Relation.ANYONE,
        "pjl § 9: what the national record is master of is mirrored, with whose and which version it is",
    ),
    Allow(
        "allow.system.subscription",
        frozenset({Role.SYSTEM}),
        READ | {"update"},
        frozenset({"Subscription"}),
        Relation.ANYONE,
        "agreement on the pilot: whether a subscription is active, or why not, is the server's to say",
    ),
    Allow(
        "allow.system.read",
        frozenset({Role.SYSTEM}),
        READ,
        (CARD - {"Flag"}) | CATALOGUE,
        Relation.ANYONE,
        "pjl § 19: rules run on all facts; delivery to national services",
    ),
)
