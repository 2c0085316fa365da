"""TABLE: the subscription topics: what triggers each, what it is about, by what it can be filtered.

Subscriptions R5 Backport, http://hl7.org/fhir/uv/subscriptions-backport/ (1.1.0). A topic is referred to by its
canonical URL; ``docs/subscriptions.md`` prints the table.
"""

from dataclasses import dataclass
from enum import StrEnum

from app.fhir.codes import BIRTH_PLAN, CANONICAL, CS_CARD, SNOMED
from app.fhir.registry import RESOURCE_TYPES

CHANGING = frozenset({"create", "update"})
ALWAYS = CHANGING | {"delete"}
# Hers in any pregnancy: they stand on a card without belonging to one
WITHOUT_CARD = frozenset({"Patient", "RelatedPerson", "AllergyIntolerance", "Condition", "CareTeam"})
ON_CARD = WITHOUT_CARD | {row.name for row in RESOURCE_TYPES if row.patient and row.episode}
COMPLETION = "http://terminology.hl7.org/CodeSystem/v3-DocumentCompletion"
PLAN_CATEGORY = f"{SNOMED}|{BIRTH_PLAN}"


class Focus(StrEnum):
    """What an event is about."""

    CARD = "card"  # the woman's card (EpisodeOfCare); what was changed is context
    CHANGED = "changed"  # what was changed; the card is context
    TARGET = (
        "target"  # the birth plan that what was changed refers to; the card and what was changed are context
    )


@dataclass(frozen=True, slots=True)
class Trigger:
    """A write of these ``types`` by one of ``methods`` after which the predicate holds that did not hold before.

    The predicate: one of ``statuses`` and one of ``categories`` (``system|code``); empty means any. Without a
    predicate every such write triggers. ``on_card``: only what belongs to a card, or is hers in any pregnancy.
    """

    types: frozenset[str]
    methods: frozenset[str] = CHANGING
    statuses: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    on_card: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. ``filters`` are the keys that a subscription may narrow it by."""

    name: str
    title: str
    description: str
    trigger: Trigger
    focus: Focus
    focus_type: str
    filters: tuple[str, ...]

    @property
    def canonical(self) -> str:
        """The URL by which subscriptions name the topic."""
        return f"{CANONICAL}/SubscriptionTopic/{self.name}"

    @property
    def reads(self) -> frozenset[str]:
        """The types of which a subscriber must be able to read some: the focus and what triggers it."""
        return frozenset({self.focus_type}) | (frozenset() if self.trigger.on_card else self.trigger.types)


TOPICS: tuple[Topic, ...] = (
    Topic(
        "card-changed",
        "A card has changed",
        "Something on the card was registered, corrected or deleted",
        Trigger(ON_CARD, ALWAYS, on_card=True),
        Focus.CARD,
        "EpisodeOfCare",
        ("patient", "episode", "organization"),
    ),
    Topic(
        "consultation-registered",
        "A consultation is registered",
        "An Encounter has begun or is finished: its status has become in-progress or finished",
        Trigger(frozenset({"Encounter"}), statuses=frozenset({"in-progress", "finished"})),
        Focus.CHANGED,
        "Encounter",
        ("patient", "episode", "organization"),
    ),
    Topic(
        "alarm-raised",
        "An alarm is raised",
        "A Flag of category alarm has become active",
        Trigger(
            frozenset({"Flag"}), statuses=frozenset({"active"}), categories=frozenset({f"{CS_CARD}|alarm"})
        ),
        Focus.CHANGED,
        "Flag",
        ("patient", "episode"),
    ),
    Topic(
        "birth-plan-signed",
        "A birth plan is signed",
        "A Provenance that authenticates (AU) or legally authenticates (LA) a birth plan is registered",
        Trigger(
            frozenset({"Provenance"}),
            frozenset({"create"}),
            categories=frozenset({f"{COMPLETION}|AU", f"{COMPLETION}|LA"}),
        ),
        Focus.TARGET,
        "CarePlan",
        ("patient", "episode", "organization"),
    ),
)
BY_NAME: dict[str, Topic] = {row.name: row for row in TOPICS}
BY_CANONICAL: dict[str, Topic] = {row.canonical: row for row in TOPICS}
CAUSING = frozenset[str]().union(*(row.trigger.types for row in TOPICS))
