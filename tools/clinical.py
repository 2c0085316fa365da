"""What docs/content.md prints from the tables of the card: each item, how it is recorded, where its codes come from.

The item tables: app/pregnancy/asked.py and app/pregnancy/found.py; their codes: app/mapping/item_codes.py.
"""

from app.fhir import codes as c
from app.mapping.item_codes import CODES
from app.pregnancy.items import FREE, ITEMS, Item

SYSTEMS = {c.LOINC: "LOINC", c.SNOMED: "SNOMED CT", c.NLK: "NLK"}
ALSO = {
    "illness": ", Condition",
    "pregnancy": ", Condition",
    "heredity": ", FamilyMemberHistory",
    "rhd": ", Procedure",
    "mental-health": ", QuestionnaireResponse",
    "lifestyle": ", QuestionnaireResponse",
    "symptoms": ", QuestionnaireResponse",
}
HEAD = ("*card* code", "what", "FHIR", "other codes", "value", "of", "national record")


def _codes(row: Item) -> str:
    found = CODES.get(row.id, ())
    named = ((SYSTEMS[system], code) for system, code in found)
    return ", ".join(f"{system} {code}" for system, code in named)


def _value(row: Item) -> str:
    if row.unit and row.plausible:
        return f"`{row.unit}`, plausible {row.plausible[0]:g} to {row.plausible[1]:g}"
    if row.answers == FREE:
        return "text"
    return "*card* " + ", ".join(f"`{answer}`" for answer in row.answers)


def items() -> list[tuple[str, ...]]:
    """The rows of the table, in the order of the card."""
    return [
        (
            f"`{row.id}`",
            row.name,
            f"Observation{ALSO.get(row.section, '')}",
            _codes(row),
            _value(row),
            "each fetus" if row.per_fetus else "her",
            f"`{row.dhg}`" if row.dhg else "",
        )
        for row in ITEMS.values()
    ]
