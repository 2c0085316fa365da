"""TABLE: the results that she is told by who answers for her care before a screen tells her, and how long they wait at most.

Design §4: NIPT, HIV, no fetal heart. pbrl § 5-1 gives her access to her record; that what is grave waits for a talk, and
no longer than its days, is the pilot's decision, as are the days (docs/safety.md). What is read here errs to the careful
side: a result of these tests whose answer is not known to be harmless waits.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.fhir import codes as c
from app.mapping.elements import Element, child, children, codings, number, tags, text
from app.mapping.item_codes import CODES
from app.mapping.item_facts import answered, item_of, kept
from app.mapping.observation_facts import READERS

ALARMING = frozenset({"POS", "A", "AA", "DET", "RR", "WR"})  # v3-ObservationInterpretation
LOW_RISK = frozenset({"negligible", "low"})  # http://terminology.hl7.org/CodeSystem/risk-probability


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of result. ``harmless`` answers do not wait; ``words`` tell the test where it is not coded as on the card."""

    id: str
    items: frozenset[str]
    harmless: frozenset[str]
    days: int
    words: str = ""


TABLE: tuple[Waiting, ...] = (
    Waiting(
        "nipt", frozenset({"nipt", "nipt-t21", "nipt-t18", "nipt-t13"}), frozenset({"negative", "not-reportable", "insufficient"}),
        14, r"\bnipt\b|trisom",
    ),
    Waiting("nipt-confirmation", frozenset({"nipt-confirmation"}), frozenset({"refuted", "declined", "pending"}), 14),
    Waiting("hiv", frozenset({"hiv"}), frozenset({"negative"}), 14, r"\bhiv\b|\bhiv[- ]?[12]\b"),
    Waiting("no-fetal-heart", frozenset({"fetal-heart-activity", "fetal-heart-rate"}), frozenset(), 7),
)  # fmt: skip
BY_ITEM = {item: row for row in TABLE for item in row.items}
BY_ID = {row.id: row for row in TABLE}
OF_NIPT = frozenset(
    {"nipt-t21", "nipt-t18", "nipt-t13", "fetal-fraction", "nipt-confirmation"}
)  # one answer of one test
NIPT_CODES = frozenset((c.CS_CARD, item) for item in OF_NIPT) | {
    code for item in OF_NIPT for code in CODES.get(item, ())
}
_WORDS = [(re.compile(row.words, re.IGNORECASE), row) for row in TABLE if row.words]
_HEART_RATE = READERS[c.LOINC, c.FETAL_HEART_RATE]
_values: Any = lambda _kind, **values: values  # noqa: E731 (what a reader makes, without the fact)
_TELLING = ("interpretation", "note", "conclusion", "conclusionCode", "presentedForm")


def waiting(resource: Element) -> frozenset[str]:
    """The rows that ``resource`` falls under: of itself, of what it contains, and of a document's entries."""
    return frozenset(row.id for row in _rows(resource))


def of_nipt(resource: Element) -> bool:
    """Whether it is part of the answer of a NIPT: what is said of one trisomy tells of the others by its absence."""
    return text(resource, "resourceType") == "Observation" and not NIPT_CODES.isdisjoint(
        codings(child(resource, "code"))
    )


def _rows(resource: Element) -> Iterator[Waiting]:
    kind = text(resource, "resourceType")
    if kind in _OF_TYPE:
        yield from _OF_TYPE[kind](resource)
    for part in children(resource, "contained"):
        yield from _rows(part)
    for entry in children(resource, "entry") if kind == "Bundle" else ():
        part = child(entry, "resource")
        if not _released(part):
            yield from _rows(part)


def _released(resource: Element) -> bool:
    return not c.OF_RELEASE.isdisjoint(tags(resource))


def _kind(concept: Element) -> Waiting | None:
    """Of which test a result is, by its code or its words."""
    coded = codings(concept)
    for key in coded:
        if _is_heart(key):
            return BY_ID["no-fetal-heart"]
        row = BY_ITEM.get(key[1]) if key[0] == c.CS_CARD else None
        if row:
            return row
    item = item_of(tuple(coded))
    if item:
        return BY_ITEM.get(item.id)
    said = " ".join([text(concept, "text"), *(text(row, "display") for row in children(concept, "coding"))])
    return next((row for pattern, row in _WORDS if pattern.search(said)), None) if said else None


def _is_heart(key: tuple[str, str]) -> bool:
    reader = READERS.get(key)
    return key == (c.CS_CARD, "fetal-heart-activity") or reader is _HEART_RATE


def _observation(resource: Element) -> Iterator[Waiting]:
    for one in (resource, *children(resource, "component")):
        row = _kind(child(one, "code"))
        if row and not (_alive(one) if row.id == "no-fetal-heart" else _harmless(row, one)):
            yield row


def _alive(element: Element) -> bool:
    """Whether the heart was found, or nothing was said of it."""
    rate = number(child(element, "valueQuantity").get("value"))
    return element.get("valueBoolean") is not False and rate != 0


def _harmless(row: Waiting, element: Element) -> bool:
    said = codings(
        {"coding": [one for i in children(element, "interpretation") for one in children(i, "coding")]}
    )
    if any(code.upper() in ALARMING for _, code in said):
        return False
    item = item_of(tuple(codings(child(element, "code"))))
    answer: Any = kept(item, element, _values) if item else None
    if answer is not None:
        return answer.get("value") in row.harmless
    return not any(name.startswith("value") or name in _TELLING for name in element)


def _report(resource: Element) -> Iterator[Waiting]:
    """A report of such a test that says more than its results, which are looked at themselves."""
    row = _kind(child(resource, "code"))
    if row and not resource.get("result") and any(name in resource for name in _TELLING):
        yield row


def _risk(resource: Element) -> Iterator[Waiting]:
    for prediction in children(resource, "prediction"):
        row = _kind(child(prediction, "outcome")) or _kind(child(resource, "code"))
        if row and not LOW_RISK & {code for _, code in codings(child(prediction, "qualitativeRisk"))}:
            yield row


def _answers(resource: Element) -> Iterator[Waiting]:
    fact: Any
    for fact in answered(resource, _values):
        row = BY_ITEM.get(fact["item"])
        if row and fact.get("value") not in row.harmless:
            yield row


_OF_TYPE = {
    "Observation": _observation,
    "DiagnosticReport": _report,
    "RiskAssessment": _risk,
    "QuestionnaireResponse": _answers,
}
