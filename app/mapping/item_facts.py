"""What the table of items names → amounts and answers, from Observations and from what else may state them.

https://hl7.org/fhir/R4/observation.html#valueabsent. A question that was not asked is absent; a Condition that is
refuted answers no; an answer that the table does not know is no answer. How each is recorded: docs/content.md.
"""

from collections.abc import Callable, Iterator

from app.fhir import codes as c
from app.mapping.elements import (
    Coding,
    Element,
    child,
    children,
    codings,
    label,
    number,
    quantity,
    text,
)
from app.mapping.item_codes import ANSWERS, BY_CODE
from app.mapping.scales import AMOUNT_UNITS, BARE_UNITS, WRITTEN_ANSWERS
from app.pregnancy.facts import Fact
from app.pregnancy.items import ANSWERED, FREE, ITEMS, Item
from app.pregnancy.kept import Amount, Answer

Make = Callable[..., Fact]  # of a kind and its values: the fact with what all of its record share
TRUE = {"yes": ("yes", "no"), "positive": ("positive", "negative"), "given": ("given", "not-given")}

QUESTIONS = {"birth.travel": "travel-time"}  # of the birth plan, which asks for a number of minutes
PLAIN = BARE_UNITS | {"min"}
_YES_OR_NO = Item("", "", "", ANSWERED)
EPDS = f"{c.CANONICAL}/CodeSystem/epds"
EPDS_SCORES = {"0": 0, "1": 1, "2": 2, "3": 3}
EPDS_LAST = "epds-10"
EPDS_ITEMS = {f"epds-{n}" for n in range(1, 11)}  # linkId of the published form


def item_of(keys: tuple[Coding, ...]) -> Item | None:
    """The item that the first known coding names."""
    for system, code in keys:
        row = ITEMS.get(code if system == c.CS_CARD else BY_CODE.get((system, code), ""))
        if row:
            return row
    return None


def kept(row: Item, element: Element, make: Make) -> Fact | None:
    """The fact of ``row`` that the ``value[x]`` of ``element`` states."""
    if row.unit:
        amount = _amount(row, element)
        return None if amount is None else make(Amount, item=row.id, value=amount)
    told = (text(element, name) for name in ("valueString", "valueDateTime"))
    words = label(child(element, "valueCodeableConcept")) or next(filter(None, told), "")
    answer = words if row.answers == FREE else _answer(row, element, words)
    return make(Answer, item=row.id, value=answer, text=words) if answer else None


def _amount(row: Item, element: Element) -> float | None:
    for name in ("valueInteger", "valueDecimal"):
        plain = number(element.get(name))
        if plain is not None and row.unit in PLAIN:
            return plain
    default = 1.0 if row.unit in BARE_UNITS else None
    return quantity(child(element, "valueQuantity"), AMOUNT_UNITS[row.unit], default=default)


def _answer(row: Item, element: Element, words: str) -> str:
    told = element.get("valueBoolean")
    if isinstance(told, bool):
        pair = next((TRUE[word] for word in row.answers if word in TRUE), ("", ""))
        return pair[0 if told else 1]
    stated = [
        *codings(child(element, "valueCodeableConcept")),
        *codings({"coding": [element.get("valueCoding")]}),
    ]
    known = [code if system == c.CS_CARD else ANSWERS.get((system, code), "") for system, code in stated]
    written = words.strip().lower()
    known += [WRITTEN_ANSWERS.get(written, ""), words.strip()]
    return next((word for word in known if word in row.answers), "")


def yes_or_no(element: Element) -> bool | None:
    """Whether the ``value[x]`` of ``element`` says yes, as a boolean, a code or a word; None where it says neither."""
    words = label(child(element, "valueCodeableConcept")) or text(element, "valueString")
    return {"yes": True, "no": False}.get(_answer(_YES_OR_NO, element, words))


def answered(resource: Element, make: Make) -> Iterator[Fact]:
    """What a QuestionnaireResponse answers to questions whose ``linkId`` is an item of the table."""
    waiting = [resource]
    while waiting:
        group = waiting.pop()
        for question in children(group, "item"):
            waiting.append(question)
            asked = text(question, "linkId")
            row = ITEMS.get(QUESTIONS.get(asked, asked))
            for answer in children(question, "answer"):
                waiting.append(answer)
                fact = kept(row, answer, make) if row else None
                if fact:
                    yield fact


def epds(resource: Element, make: Make) -> Iterator[Fact]:
    """The total and item 10 of the scale's ten scored answers; a total is stated only where all ten are there."""
    scores = {
        text(question, "linkId"): EPDS_SCORES[code]
        for question in children(resource, "item")
        for answer in children(question, "answer")
        for system, code in codings({"coding": [answer.get("valueCoding")]})
        if system == EPDS and code in EPDS_SCORES
    }
    if EPDS_LAST in scores:
        yield make(Amount, item="epds-item-10", value=float(scores[EPDS_LAST]))
    if scores.keys() == EPDS_ITEMS:
        yield make(Amount, item="epds", value=float(sum(scores.values())))


def stated(concepts: list[Element], make: Make, *, yes: bool) -> Iterator[Fact]:
    """That what ``concepts`` name holds, or does not: a Condition, a Procedure, a member of the family."""
    for concept in concepts:
        row = item_of(tuple(codings(concept)))
        pair = next((TRUE[word] for word in row.answers if word in TRUE), None) if row else None
        if row and pair:
            yield make(Answer, item=row.id, value=pair[0 if yes else 1], text=label(concept))
