"""What illness, medicine, family, procedures and questionnaires say beside Observations → facts.

https://hl7.org/fhir/R4/medicationstatement.html, https://hl7.org/fhir/R4/familymemberhistory.html. A Condition and a
Procedure answer an item of the table by their code; a questionnaire by the ``linkId`` of its questions.
"""

from collections.abc import Iterator
from typing import Any

from app.fhir import codes as c
from app.mapping.birth_wishes import wishes
from app.mapping.contradictions import settled
from app.mapping.elements import (
    Element,
    child,
    children,
    codes,
    codings,
    label,
    labels,
    literal,
    moment,
    reference,
    self_reported,
    tags,
    text,
)
from app.mapping.item_facts import Make, answered, epds, stated
from app.mapping.order_codes import RECOGNISED
from app.mapping.record_facts import Reader, Surroundings, official_name, source
from app.pregnancy import background as b
from app.pregnancy import facts as f
from app.pregnancy.kept import Answer

WRONG = "entered-in-error"
NOT_TAKEN = frozenset({WRONG, "not-taken", "stopped", "cancelled", "draft", "on-hold", "not-done"})
NOT_THERE = frozenset({WRONG, "preparation", "in-progress", "on-hold", "stopped", "unknown"})
ANSWERED = frozenset({"completed", "amended"})
ORDERED = frozenset({"active", "on-hold", "completed"})


def _making(resource: Element, around: Surroundings, *times: str, confirmed: bool = True) -> Make:
    found = (moment(text(resource, name)) or moment(text(child(resource, name), "start")) for name in times)
    fetus = next((name for name in _fetuses(resource, around) if name), None)
    shared: dict[str, Any] = {
        "source": source(resource),
        "when": next(filter(None, found), f.ALWAYS),
        "labels": labels(resource),
        "confirmed": confirmed and not self_reported(resource),
        "fetus": fetus,
        "encounter": reference(resource, "encounter") or None,
    }
    return lambda kind, **values: kind(**shared, **values)


def _fetuses(resource: Element, around: Surroundings) -> Iterator[str]:
    """Of whom our extension says that it is, where that type has no ``focus``."""
    for row in children(resource, "extension"):
        named = child(row, "valueReference").get("reference") if text(row, "url") == c.EXT_FETUS else None
        if isinstance(named, str):
            yield official_name(around.by_reference.get(literal(named), {})) or literal(named)


def condition(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    verified = {text(row, "code") for row in children(child(resource, "verificationStatus"), "coding")}
    if WRONG not in verified:
        make = _making(resource, around, "onsetDateTime", "recordedDate")
        yield from stated([child(resource, "code")], make, yes="refuted" not in verified)


def procedure(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    status = text(resource, "status")
    if status in NOT_THERE:
        return
    make = _making(resource, around, "performedDateTime", "performedPeriod")
    yield from stated([child(resource, "code")], make, yes=status != "not-done")


def family(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    if text(resource, "status") != WRONG:
        concepts = [child(row, "code") for row in children(resource, "condition")]
        yield from stated(concepts, _making(resource, around, "date"), yes=True)


def medicine(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    if text(resource, "status") in NOT_TAKEN:
        return
    product = around.by_reference.get(reference(resource, "medicationReference"), {})
    concept = child(resource, "medicationCodeableConcept") or child(product, "code")
    name = label(concept) or text(child(resource, "medicationReference"), "display")
    if name:
        make = _making(resource, around, "effectiveDateTime", "effectivePeriod", "authoredOn", "dateAsserted")
        yield make(b.Medicine, name=name, atc=tuple(sorted(codes(concept, c.ATC))))


def answers(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    """Her own answers are hers until a clinician confirms them, or writes an Observation of the same."""
    if text(resource, "status") in ANSWERED:
        hers = any(reference(resource, name).startswith("Patient/") for name in ("author", "source"))
        make = _making(resource, around, "authored", confirmed=not hers or "confirmed" in tags(resource))
        yield from answered(resource, make)
        yield from epds(
            resource, make
        )  # what is added up here counts before a total that is written beside it
        yield from wishes(resource, make)


def order(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    """An order of NIPT in force, or carried out, says that she was asked and has answered."""
    ordered = text(resource, "status") in ORDERED and text(resource, "intent").endswith("order")
    if ordered and not RECOGNISED["nipt"].isdisjoint(codings(child(resource, "code"))):
        stored = {"authoredOn": text(child(resource, "meta"), "lastUpdated")}
        make = _making({**stored, **resource}, around, "authoredOn")
        yield make(Answer, item="nipt-ordered", value="yes")


READERS: dict[str, Reader] = {
    "ServiceRequest": order,
    "Condition": condition,
    "Procedure": procedure,
    "FamilyMemberHistory": family,
    "MedicationStatement": medicine,
    "MedicationRequest": medicine,
    "MedicationAdministration": medicine,
    "QuestionnaireResponse": answers,
    "DetectedIssue": settled,
}
