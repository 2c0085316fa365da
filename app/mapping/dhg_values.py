"""TABLE: how a kind of field of the national record is read from a chart, and what Observation states its value.

Kinds stand in ``dhg_fields``. What one side cannot express is absent and flagged, never guessed: an uncertain answer is no
yes and no, a value beyond a number (``<``) is none. https://hl7.org/fhir/R4/observation.html#value
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.fhir import codes as c
from app.mapping.dhg_chart import Cell, Chart, Scope
from app.mapping.dhg_checks import (
    Json,
    coded_of,
    concept,
    content,
    day_of,
    flag_of,
    quantity,
    whole_of,
    words_of,
)
from app.mapping.dhg_codes import coding_of, is_known, value_of
from app.mapping.dhg_fields import Field
from app.mapping.elements import Element, child, children, text
from app.mapping.item_codes import CODES
from app.pregnancy.items import ITEMS, Item

YES = {"yes": True, "positive": True, "immune": True, "given": True}
NO = {"no": False, "negative": False, "non-immune": False, "not-given": False, "declined": False}
_LABORATORY, _SURVEY, _EXAM, _VITAL = "laboratory", "survey", "exam", "vital-signs"


@dataclass(frozen=True, slots=True)
class Kind:
    """``type``: the JSON type (schema and words). ``make`` gives the members of the Observation that states a value."""

    type: str
    read: Callable[[Chart, Field, Scope], Cell | None]
    make: Callable[[Field, Any], Json] | None = None


def last_of(chart: Chart, kind: Any, scope: Scope) -> Any:
    rows = chart.of(kind, scope)
    return rows[-1] if rows else None


def written(chart: Chart, source: str, value: float) -> int | float | None:
    """``value`` as it was written where one quantity states it; None where it lies beyond a number."""
    resource = chart.resources.get(source, {})
    stated = child(resource, "valueQuantity")
    number = stated.get("value", resource.get("valueInteger"))
    if stated.get("comparator"):
        return None
    if isinstance(number, int | float) and not isinstance(number, bool) and float(number) == value:
        return number
    return int(value) if value == int(value) else value


def amount_cell(chart: Chart, source: str, value: float) -> Cell:
    number = written(chart, source, value)
    return Cell(number, (source,), "" if number is not None else "The value is beyond a number")


def item_code(row: Item) -> Json:
    """The code by which an item is known, the card's own and the published ones."""
    return concept((c.CS_CARD, row.id), *CODES.get(row.id, ()), words=row.name)


def category_of(row: Item) -> str:
    """The category of an item's Observations."""
    if row.section in {"tests", "rhd"}:
        return _LABORATORY
    if row.id in {"height", "weight-before", "bmi"}:
        return _VITAL
    return _EXAM if row.unit and row.section == "vitals" else _SURVEY


def answer_cell(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    rows = chart.of(field.of, scope)
    if not rows:
        return None
    newest = {row.fetus: row for row in rows}.values() if ITEMS[field.of].per_fetus else [rows[-1]]
    said = next((row for row in newest if YES.get(row.value)), rows[-1])
    value = YES.get(said.value, NO.get(said.value))
    return Cell(
        value, (said.source,), "" if value is not None else f"The answer is {said.value}: neither yes nor no"
    )


def make_answer(field: Field, value: Any) -> Json:
    row, told = ITEMS[field.of], flag_of(value)
    known = YES if told else NO
    answer = next(word for word in row.answers if word in known)
    return content(category_of(row), item_code(row), valueCodeableConcept=concept((c.CS_CARD, answer)))


def text_cell(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, field.of, scope)
    return Cell(said.text or said.value, (said.source,)) if said else None


def make_text(field: Field, value: Any) -> Json:
    row = ITEMS[field.of]
    return content(category_of(row), item_code(row), valueString=words_of(value))


def make_date(field: Field, value: Any) -> Json:
    return make_text(field, day_of(value))


def word_cell(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    """One of an item's answers, as a word."""
    said = last_of(chart, field.of, scope)
    if said:
        return Cell(said.value, (said.source,))
    odd = chart.observations(field.of, scope)
    return (
        Cell(text(odd[-1][1], "valueString"), (odd[-1][0],))
        if odd and text(odd[-1][1], "valueString")
        else None
    )


def make_word(field: Field, value: Any) -> Json:
    row, word = ITEMS[field.of], words_of(value)
    if word in row.answers:
        return content(category_of(row), item_code(row), valueCodeableConcept=concept((c.CS_CARD, word)))
    return content(category_of(row), item_code(row), valueString=word)


def coded_item(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    item, _ = field.of.split()
    said = last_of(chart, item, scope)
    return coded_cell(chart.resources[said.source], said.source) if said else None


def coded_cell(resource: Element, source: str) -> Cell:
    """A coded value; of a text alone the national record has no code."""
    given = children(child(resource, "valueCodeableConcept"), "coding")
    coding = next((row for row in given if row.get("code")), None)
    if coding is None:
        return Cell(None, (source,), "There are words, and no code")
    return Cell(value_of(coding), (source,), "" if is_known(coding) else "The code system is not known here")


def make_coded(field: Field, value: Any) -> Json:
    item, system = field.of.split()
    row, coding = ITEMS[item], coding_of(coded_of(value), system)
    held = {"coding": [coding]} | ({"text": coding["display"]} if "display" in coding else {})
    return content(category_of(row), item_code(row), valueCodeableConcept=held)


def item_amount_cell(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, field.of, scope)
    return amount_cell(chart, said.source, said.value) if said else None


def make_item_amount(field: Field, value: Any) -> Json:
    row = ITEMS[field.of]
    if row.id == "oedema":  # the profile of the card takes a grade as a whole number
        return content(category_of(row), item_code(row), valueInteger=whole_of(value, 0, 4))
    return content(category_of(row), item_code(row), valueQuantity=quantity(value, row.unit))


def own_date_cell(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    rows = chart.observations(field.of, scope)
    return Cell(text(rows[-1][1], "valueDateTime")[:10], (rows[-1][0],)) if rows else None


def make_own_date(field: Field, value: Any) -> Json:
    return content(_SURVEY, concept((c.CS_CARD, field.of)), valueDateTime=day_of(value))
