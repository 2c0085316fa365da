"""Laboratory results as text for reading: what was analysed, the value and its unit, in Norwegian where it is known.

Norsk laboratoriekodeverk: https://www.ehelse.no/kodeverk-og-terminologi/Norsk-laboratoriekodeverk
"""

from app.fhir import codes as c
from app.fhir.json import Number
from app.mapping.elements import Element, child, children, codings, has_code, label, number, text
from app.mapping.item_codes import CODES
from app.mapping.item_facts import item_of
from app.mapping.national_codes import NATIONAL
from app.mapping.observation_facts import Record
from app.pregnancy.answers import ANSWERS
from app.pregnancy.facts import LabResult
from app.pregnancy.items import ANSWERED, FOUND, GIVEN, ITEMS, SCREENED, Item

SECTIONS = frozenset({"tests", "rhd"})


def _codes(row: Item) -> tuple[tuple[str, str], ...]:
    return (c.CS_CARD, row.id), *CODES.get(row.id, ())


NAMES: dict[tuple[str, str], str] = {
    **{code: row.name for row in ITEMS.values() if row.section in SECTIONS for code in _codes(row)},
    (c.LOINC, c.HAEMOGLOBIN): "Hb",
    (c.LOINC, c.RHD): "RhD",
    (c.LOINC, "882-1"): "ABO og RhD",
}
NAMES |= {key: NAMES[one] for key, targets in NATIONAL.items() for one in targets if one in NAMES}
VALUES = {
    **{code: ANSWERS[code] for code in (*FOUND, *SCREENED, *GIVEN, *ANSWERED)},
    "immune": "immun",
    "non-immune": "ikke immun",
    c.RHD_POSITIVE: "positiv",
    c.RHD_NEGATIVE: "negativ",
    "112144000": "A",
    "112149005": "B",
    "58460004": "O",
    "165743006": "AB",
    "LA6576-8": "positiv",
    "LA6577-6": "negativ",
    "T002": "positiv",
    "T008": "negativ",
}


def laboratory_result(record: Record) -> LabResult | None:
    """The result, where the Observation is of the laboratory or of a code that the card lists."""
    keys = record.codings
    known = next((key for key in keys if key in NAMES), None)
    if not known and not has_code(
        children(record.resource, "category"), c.OBSERVATION_CATEGORY, "laboratory"
    ):
        return None
    code = child(record.resource, "code")
    value, unit = _value(record.resource)
    key = known or (keys[0] if keys else ("", label(code)))
    item = None if known else item_of(keys)
    if item and item.section == "nipt":  # which has a section of its own, and is not for every view
        return None
    name = NAMES[known] if known else item.name if item else label(code)
    if not value or not name:
        return None
    # One analysis coded in two systems is one line of the card.
    return record.make(LabResult, code=name if known else "|".join(key), name=name, value=value, unit=unit)


def _value(resource: Element) -> tuple[str, str]:
    quantity = child(resource, "valueQuantity")
    amount = number(quantity.get("value"))
    if amount is not None:
        raw = quantity.get("value")
        written = raw.lexeme if isinstance(raw, Number) else f"{amount:g}"
        return text(quantity, "comparator") + written, text(quantity, "unit") or text(quantity, "code")
    concept = child(resource, "valueCodeableConcept")
    if concept:
        return next((VALUES[code] for _, code in codings(concept) if code in VALUES), label(concept)), ""
    for name in ("valueInteger", "valueBoolean"):
        value = resource.get(name)
        if isinstance(value, bool):
            return "ja" if value else "nei", ""
        if number(value) is not None:
            return str(value), ""
    return text(resource, "valueString"), ""
