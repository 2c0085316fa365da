"""Tasks → facts: a visit that is not to be held, and an application for a birth place with its answer.

https://hl7.org/fhir/R4/task.html; how each is recorded: docs/content.md.
"""

from collections.abc import Iterator

from app.fhir import codes as c
from app.mapping.elements import (
    Element,
    child,
    children,
    codes,
    day,
    has_code,
    label,
    labels,
    moment,
    reference,
    self_reported,
    text,
)
from app.mapping.record_facts import VISITS, Surroundings, source
from app.pregnancy import background as b
from app.pregnancy import facts as f

APPLICATION = "birth-place"
NOT_SENT = frozenset({"draft", "entered-in-error"})
UNNAMED = "Fødested"  # where nothing says which
ANSWERS = {  # what the status of an application says where its business status says nothing
    **dict.fromkeys(("accepted", "ready", "in-progress", "completed"), "accepted"),
    **dict.fromkeys(("rejected", "failed"), "declined"),
    "cancelled": "cancelled",
}


def task(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    if has_code([child(resource, "code")], c.CS_CARD, APPLICATION):
        yield from application(resource, around)
    else:
        yield from skipped(resource)


def skipped(resource: Element) -> Iterator[f.Fact]:
    """A visit that is not to be held: a cancelled Task of its kind, with the reason. One without a reason is still due."""
    period, reason = child(resource, "executionPeriod"), label(child(resource, "statusReason")).strip()
    planned = day(text(period, "start"))
    kinds = codes(child(resource, "code"), c.CS_CARD)
    kind = next((kind for kind in VISITS if kind in kinds), "")
    if text(resource, "status") != "cancelled" or not reason or planned is None or not kind:
        return
    said = moment(text(resource, "lastModified")) or moment(text(resource, "authoredOn"))
    yield f.VisitSkipped(
        source=source(resource),
        when=said or f.ALWAYS,
        labels=labels(resource),
        confirmed=not self_reported(resource),
        kind=kind,
        planned=planned,
        reason=reason,
    )


def application(resource: Element, around: Surroundings) -> Iterator[f.Fact]:
    """An application for a birth place (søknad om fødeplass), and what the place has said."""
    status = text(resource, "status")
    if status in NOT_SENT:
        return
    order = around.by_reference.get(reference(resource, "focus"), {})
    asked = moment(text(resource, "authoredOn")) or moment(text(order, "authoredOn"))
    answer = _answer(resource, status)
    notes = (text(row, "text") for row in children(resource, "note"))
    place = around.name(resource, "owner") or _performer(order, around)
    if answer == "accepted":
        when = moment(text(resource, "lastModified")) or asked or f.ALWAYS
        yield b.CareTeamMember(
            source=source(resource),
            when=when,
            labels=labels(resource),
            name=place or UNNAMED,
            role=UNNAMED if place else "",
        )
    yield b.BirthPlace(
        source=source(resource),
        when=asked or f.ALWAYS,
        labels=labels(resource) | labels(order),
        name=place,
        answer=answer,
        note="" if answer == "cancelled" else " ".join(filter(None, notes)),
        asked=asked is not None,
        answered=None if answer == "waiting" else moment(text(resource, "lastModified")),
    )


def _answer(resource: Element, status: str) -> str:
    said = codes(child(resource, "businessStatus"), c.CS_CARD)
    if status != "cancelled":
        for answer in ("other-place", "more-information"):
            if answer in said:
                return answer
    return ANSWERS.get(status, "waiting")


def _performer(order: Element, around: Surroundings) -> str:
    rows = ({"performer": row} for row in children(order, "performer"))
    return next(filter(None, (around.name(row, "performer") for row in rows)), "")
