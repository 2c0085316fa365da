"""What an item of the card cannot be: another unit, less than nothing, an answer of ours that its question does not take.

Beside the profiles and the ranges of ``app/fhir/plausibility.py``. What no rule could read is stored, and the writer is
warned, since a clinician may know better. https://hl7.org/fhir/R4/observation.html#value
"""

from collections.abc import Iterator
from typing import Any, cast

from app.fhir import codes as c
from app.fhir import plausibility
from app.fhir.outcome import Issue
from app.mapping.elements import Coding, Element, child, children, codings, number, text
from app.mapping.item_facts import Make, item_of, kept
from app.mapping.observation_facts import (
    MOVEMENTS,
    READERS,
    Reader,
    Record,
    heart_activity,
    movement,
    read,
    rhesus,
    urine_protein,
)
from app.mapping.scales import AMOUNT_UNITS, BARE_UNITS
from app.pregnancy.facts import ALWAYS
from app.pregnancy.items import FREE, ITEMS, Item

ALLOWED: dict[Reader, str] = {
    heart_activity: "true or false, yes or no",
    movement: f"true or false, or one of SNOMED CT {', '.join(sorted(MOVEMENTS))}",
    urine_protein: "a grade: negative, trace, 1+ to 4+ (SNOMED CT, Volven 8340)",
    rhesus: "RhD-positive or RhD-negative",
}
SCORES = frozenset({"{score}", "%"})  # what lies outside is not possible, rather than hardly right
_VALUE = cast("Make", lambda _, **values: values["value"])
WARNED, REFUSED = "warning", "error"


def issues(resource: Element) -> Iterator[Issue]:
    """What of an Observation, or of answers to a form, cannot be (error) or is read by no rule (warning)."""
    kind = resource.get("resourceType")
    if text(resource, "status") in plausibility.NOT_HELD:
        return
    if kind == "Observation":
        keys = tuple(codings(child(resource, "code")))
        row, ranged = item_of(keys), plausibility.is_ranged(dict(resource))
        yield from (
            _held(row, resource, "Observation.value", ranged=ranged) if row else _unread(resource, keys)
        )
    elif kind == "QuestionnaireResponse":
        yield from _answers(resource, "QuestionnaireResponse")


def _unread(resource: Element, keys: tuple[Coding, ...]) -> Iterator[Issue]:
    """A value that the card's reader of this measurement makes nothing of: no rule would fire on it."""
    reader = next((READERS[key] for key in keys if key in READERS), None)
    there = any(name.startswith("value") for name in resource)
    if reader and there and read(Record(resource, "", ALWAYS, frozenset(), True, None, None, keys)) is None:
        said = (
            f"not {allowed}"
            if (allowed := ALLOWED.get(reader))
            else "not as docs/content.md says it is recorded"
        )
        yield _issue("Observation.value", f"{said}: no rule reads it", WARNED)


def _answers(group: Element, path: str) -> Iterator[Issue]:
    for n, question in enumerate(children(group, "item")):
        where = f"{path}.item[{n}]"
        row = ITEMS.get(text(question, "linkId"))
        for m, answer in enumerate(children(question, "answer")):
            place = f"{where}.answer[{m}]"
            if row and row.unit:
                yield from _held(row, answer, f"{place}.value", ranged=False)
            yield from _answers(answer, place)
        yield from _answers(question, where)


def _held(row: Item, element: Element, where: str, *, ranged: bool) -> Iterator[Issue]:
    if not any(name.startswith("value") for name in element):
        return
    if row.unit:
        yield from _amount(row, element, where, ranged=ranged)
    elif row.answers != FREE:
        yield from _answer(row, element, where)


def _amount(row: Item, element: Element, where: str, *, ranged: bool) -> Iterator[Issue]:
    value, units = _read(row, element), ", ".join(AMOUNT_UNITS[row.unit])
    if value is None and number(child(element, "valueQuantity").get("value")) is not None:
        yield _issue(where, f"{row.id} must be in {units}", REFUSED)
    elif value is None:
        yield _issue(where, f"{row.id} is no number in {units}: no rule reads it", WARNED)
    elif row.plausible and not ranged:
        (low, high), unit = row.plausible, "" if row.unit in BARE_UNITS - {"%"} else f" {row.unit}"
        inside = low <= value <= high
        if value < 0 or (row.unit in SCORES and not inside):
            most = f"{low:g} to {high:g}" if row.unit in SCORES else "0 or more"
            yield _issue(where, f"{row.id} {value:g} is not possible: {most}{unit}", REFUSED)
        elif not inside:
            yield _issue(where, f"{row.id} {value:g} is not plausible: {low:g} to {high:g}{unit}", WARNED)


def _answer(row: Item, element: Element, where: str) -> Iterator[Issue]:
    if _read(row, element):
        return
    concept = child(element, "valueCodeableConcept")
    ours: list[Any] = [code for system, code in codings(concept) if system == c.CS_CARD]
    allowed = ", ".join(row.answers)
    if ours:
        yield _issue(where, f"{row.id} has no answer {str(ours[0])[:64]}: {allowed}", REFUSED)
    else:
        yield _issue(where, f"{row.id} is not answered by one of {allowed}: no rule reads it", WARNED)


def _read(row: Item, element: Element) -> Any:
    """The value as the card reads it; None where it reads none."""
    return kept(row, element, _VALUE)


def _issue(where: str, said: str, severity: str) -> Issue:
    stored = "" if severity == REFUSED else ". It is stored as it is"
    return Issue("value", f"{where}: {said}{stored}", (where,), severity)
