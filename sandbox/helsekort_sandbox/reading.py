"""What a reader finds on a card document, by machine-readable fields only.

https://hl7.org/fhir/R4/documents.html; how the card is laid out: ``docs/content.md``.
"""

from dataclasses import dataclass
from typing import Any

from app.fhir import codes as c

AGE = "49052-4"  # LOINC: gestational age in days


@dataclass(frozen=True, slots=True)
class Card:
    """The fields of one card, as one reader was given them."""

    document: str
    age: str
    due: str
    why: str
    findings: dict[str, str]
    classes: dict[str, str]
    pressures: tuple[str, ...]
    allergies: tuple[str, ...]
    team: tuple[str, ...]
    plan: tuple[str, ...]
    resources: int

    @property
    def alarms(self) -> list[str]:
        """The rules whose finding is an alarm."""
        return sorted(rule for rule, kind in self.classes.items() if kind == "alarm")


def _codes(concept: dict[str, Any]) -> list[str]:
    return [row.get("code", "") for row in concept.get("coding", [])]


def _pressure(resource: dict[str, Any]) -> str:
    values = {
        code: row["valueQuantity"]["value"]
        for row in resource.get("component", [])
        for code in _codes(row["code"])
    }
    return f"{values.get(c.BP_SYSTOLIC)}/{values.get(c.BP_DIASTOLIC)}"


def read(document: dict[str, Any]) -> Card:
    """The card in ``document``, a Bundle."""
    resources = [entry["resource"] for entry in document["entry"]]

    def of(kind: str) -> list[dict[str, Any]]:
        return [row for row in resources if row["resourceType"] == kind]

    observations = of("Observation")
    computed = [row for row in observations if "device" in row]
    age = next((row for row in computed if AGE in _codes(row["code"])), {})
    due = next((row for row in computed if c.EDD in _codes(row["code"])), {})
    flags = {_codes(row["code"])[0]: row for row in of("Flag") if row["status"] == "active"}
    measured = [row for row in observations if c.BP_PANEL in _codes(row["code"])]
    measured.sort(key=lambda row: str(row["effectiveDateTime"]))
    return Card(
        document=document["id"],
        age=next((note["text"] for note in age.get("note", [])), ""),
        due=due.get("valueDateTime", ""),
        why=due.get("method", {}).get("text", ""),
        findings={rule: row["code"].get("text", "") for rule, row in flags.items()},
        classes={rule: _codes(row["category"][0])[0] for rule, row in flags.items()},
        pressures=tuple(map(_pressure, measured)),
        allergies=tuple(row["code"].get("text", "") for row in of("AllergyIntolerance")),
        team=tuple(
            member["member"].get("display", "")
            for row in of("CareTeam")
            for member in row.get("participant", [])
        ),
        plan=tuple(
            row["detail"]["description"] for plan in of("CarePlan") for row in plan.get("activity", [])
        ),
        resources=len(resources),
    )
