"""What docs/content.md and docs/safety.md print from the tables of the card: each item, and each clinical rule.

The item tables: app/pregnancy/asked.py and app/pregnancy/found.py; their codes: app/mapping/item_codes.py; the rules:
app/pregnancy/rows.
"""

from functools import cache
from pathlib import Path

from app.fhir import codes as c
from app.fhir import json as fhir_json
from app.fhir import profiles
from app.mapping.deidentification_rules import TABLE as DEIDENTIFICATION
from app.mapping.item_codes import CODES
from app.mapping.measures_to_fhir import measures
from app.mapping.programme_to_fhir import plan_definition
from app.pregnancy.gestation import Age
from app.pregnancy.indicators import INDICATORS
from app.pregnancy.items import FREE, ITEMS, Item
from app.pregnancy.rule_table import RULES
from app.pregnancy.rules import Window

ROOT = Path(__file__).parent.parent
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
RULE_HEAD = (
    "id",
    "class",
    "fires when",
    "from–to",
    "deadline",
    "told to her",
    "her own values",
    "source",
    "valid from",
    "in use",
)
HEAD = (
    "*card* code",
    "what",
    "FHIR",
    "other codes",
    "profile",
    "value",
    "of",
    "rules",
    "test",
    "national record",
)
READ_BY = "tests/mapping/test_item_facts.py"  # reads every item by its own code and each of its answers
FIRED_BY = ("tests/pregnancy", "tests/mapping/test_severe_values.py", "tests/journeys")


def _codes(row: Item) -> str:
    found = CODES.get(row.id, ())
    named = ((SYSTEMS[system], code) for system, code in found)
    return ", ".join(f"{system} {code}" for system, code in named)


def profile_of(row: Item) -> str:
    """The profiles that an Observation of the item is held to."""
    known = ((c.CS_CARD, row.id), *CODES.get(row.id, ()))
    code = {"coding": [{"system": system, "code": code} for system, code in known]}
    chosen = profiles.chosen({"resourceType": "Observation", "code": code})
    return ", ".join(f"`{one.id}`" for one in chosen)


def tests_of(row: Item) -> list[str]:
    """Where it is tested that the item is read, and that its rules fire."""
    ruled = any(row.id in rule.about for rule in RULES)
    fired = [name for name, text in _texts() if f'"{row.id}"' in text] if ruled else []
    return [READ_BY, *fired[:1]]


@cache
def _texts() -> list[tuple[str, str]]:
    paths = (path for name in FIRED_BY for path in (sorted((ROOT / name).glob("*.py")) or [ROOT / name]))
    return [(str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")) for path in paths]


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
            profile_of(row),
            _value(row),
            "each fetus" if row.per_fetus else "her",
            ", ".join(f"`{rule.id}`" for rule in RULES if row.id in rule.about),
            ", ".join(f"`{name}`" for name in tests_of(row)),
            f"`{row.dhg}`" if row.dhg else "",
        )
        for row in ITEMS.values()
    ]


def _window(row: Window) -> str:
    first, last = (Age(days).short if days is not None else "" for days in (row.first, row.last))
    ages = (
        f"from {first} to {last}"
        if first and last
        else f"from {first}"
        if first
        else f"to {last}"
        if last
        else ""
    )
    undated = "" if not ages else ", undated" if row.undated else ", dated only"
    place = "after birth or loss" if row.after else "pregnancy" if row.ends else "any time, also after birth"
    return f"{ages}{undated}; {place}" if ages else place


def rules() -> list[tuple[str, ...]]:
    """The safety specification, row by row."""
    return [
        (
            f"`{row.id}`",
            row.kind,
            row.fires,
            _window(row.window),
            row.deadline.words,
            "yes" if row.told else "no",
            "count" if row.self_reported else "do not count",
            row.source,
            row.valid_from.isoformat(),
            f"**no**: {row.off}" if row.off else "yes",
        )
        for row in RULES
    ]


def programme() -> str:
    """fhir_profiles/programme/: the table that the card is folded by, as the server ships it."""
    return fhir_json.indented(fhir_json.dump(plan_definition())).decode() + "\n"


INDICATOR_HEAD = ("Measure", "numerator", "denominator", "source")


def indicators() -> list[tuple[str, ...]]:
    """The quality indicators, row by row."""
    return [(f"`{row.id}` {row.title}", row.met, row.cases, row.source) for row in INDICATORS]


def indicator(id_: str) -> str:
    """fhir_profiles/measures/: a row of the same table, as the server ships it."""
    return fhir_json.indented(fhir_json.dump(measures()[id_])).decode() + "\n"


DEIDENTIFICATION_HEAD = ("element", "what becomes of it")


def deidentification() -> list[tuple[str, ...]]:
    """What leaves for research, row by row; what has no row is dropped."""
    return [(f"`{row.path}`", row.do.value) for row in DEIDENTIFICATION]
