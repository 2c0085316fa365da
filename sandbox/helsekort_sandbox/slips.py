"""A generated consultation: the card's own items, and what slips from memory or pen, as in life.

How each is recorded: docs/content.md. https://hl7.org/fhir/R4/observation.html
"""

from random import Random
from typing import Any

from app.fhir import codes as c
from helsekort_sandbox.records import Consultation, Resource, concept, quantity

KINDS = frozenset({"first-visit", "antenatal-visit", "ultrasound", "home-visit", "postpartum-visit"})
FORGOTTEN = frozenset({c.WEIGHT, c.FUNDAL_HEIGHT, c.URINE_PROTEIN, c.FERRITIN})


class Visit(Consultation):
    """A consultation with the card's own items, and what slips from memory or pen."""

    fetal: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind not in KINDS:
            self.entries[0]["resource"]["type"] = [{"text": self.kind}]

    def amount(self, item: str, value: float, unit: str, fetus: str = "", category: str = "exam") -> None:
        self.observe(category, concept(c.CS_CARD, item), fetus, valueQuantity=quantity(value, unit))

    def answer(self, item: str, value: str, fetus: str = "", category: str = "survey") -> None:
        said = concept(c.CS_CARD, value)
        self.observe(category, concept(c.CS_CARD, item), fetus, valueCodeableConcept=said)

    def forget(self, rng: Random, share: float) -> None:
        """Leave out readings, as in life."""
        self.entries = [
            row for row in self.entries if not (_code(row["resource"]) in FORGOTTEN and rng.random() < share)
        ]

    def _quantity(self, code: str) -> dict[str, Any]:
        return next(
            (row["resource"]["valueQuantity"] for row in self.entries if _code(row["resource"]) == code), {}
        )

    def heart(self) -> int:
        """The first heart rate; 0 where there is none."""
        return int(self._quantity(c.FETAL_HEART_RATE).get("value", 0))

    def beats(self, rate: int) -> int:
        """Set it; what it was."""
        held = self._quantity(c.FETAL_HEART_RATE)
        before, held["value"] = int(held["value"]), rate
        return before

    def weight(self) -> float:
        return float(self._quantity(c.WEIGHT).get("value", 0.0))

    def weighs(self, kilograms: float) -> float:
        held = self._quantity(c.WEIGHT)
        before, held["value"] = float(held["value"]), kilograms
        return before


def _code(resource: Resource) -> str:
    codings: list[dict[str, str]] = resource.get("code", {}).get("coding", []) if "code" in resource else []
    return codings[0]["code"] if resource["resourceType"] == "Observation" and codings else ""


def is_weight(resource: Resource) -> bool:
    return _code(resource) == c.WEIGHT
