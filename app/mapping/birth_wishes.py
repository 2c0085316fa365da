"""Her answers to the birth plan's form → what of them stands on the card, and the words of the answers she chose.

https://hl7.org/fhir/R4/questionnaireresponse.html; the form: fhir_profiles/questionnaires/Questionnaire-birth-plan-*.json.
"""

from collections.abc import Iterator
from functools import cache

from app.fhir import codes as c
from app.fhir.terminology import CodeSystem
from app.fhir.terminology_shipped import shipped
from app.fhir.terminology_words import languages, word
from app.mapping.elements import Element, children, codings, text
from app.mapping.item_facts import Make
from app.pregnancy.facts import Fact
from app.pregnancy.wishes import GROUPS, QUESTIONS, Wish, Wishes

FORM = f"{c.CANONICAL}/Questionnaire/birth-plan-"
ANSWERS = f"{c.CANONICAL}/CodeSystem/birth-plan"
MORE = "mer i fødeplanen"


def wishes(resource: Element, make: Make) -> Iterator[Fact]:
    """What she wishes, where the answers are to the birth plan's form."""
    if text(resource, "questionnaire").startswith(FORM):
        given = {
            text(row, "linkId"): row
            for group in children(resource, "item")
            for row in children(group, "item")
        }
        found = (_wish(name, given[name]) for name in QUESTIONS if name in given)
        told = tuple(one for one in found if one.codes or one.written)
        if told:
            yield make(Wishes, wishes=told)


def _wish(question: str, row: Element) -> Wish:
    answers = children(row, "answer")
    chosen = [
        code
        for one in answers
        for system, code in codings({"coding": [one.get("valueCoding")]})
        if system == ANSWERS
    ]
    written = " ".join(filter(None, (text(one, "valueString").strip() for one in answers)))
    return Wish(question, tuple(code for code in chosen if chosen_word(code, "nb")), written)


@cache
def chosen_word(code: str, language: str) -> str:
    """An answer of the form in ``language`` (nb, nn, en); empty where it is none of its answers."""
    system = shipped(("CodeSystem", ANSWERS))
    found = system.find(code) if isinstance(system, CodeSystem) else None
    return word(found.display, "nb", found.node.get("designation", ()), languages(language)) if found else ""


def lines(found: Wishes | None) -> list[tuple[str, tuple[str, ...]]]:
    """One line for each group, in bokmål."""
    groups = [(title, found.of(name)) for name, title in GROUPS.items()] if found else []
    return [
        (f"{title}: {'. '.join(map(_told, rows))}", (found.source,))
        for title, rows in groups
        if rows and found
    ]


def _told(wish: Wish) -> str:
    return answer(wish, QUESTIONS[wish.question], "nb", MORE)


def answer(wish: Wish, name: str, language: str, more: str) -> str:
    """What she chose or wrote, after the ``name`` of the question; ``more`` where she wrote more than there is room for."""
    said = [_inner(chosen_word(code, language)) for code in wish.codes]
    if said and not name:
        said[0] = f"{said[0][0].upper()}{said[0][1:]}"
    written = wish.written if wish.is_short else more
    told = ", ".join(filter(None, (*said, written)))
    return f"{name}: {told}" if name else told


def _inner(display: str) -> str:
    """An answer within a sentence; what is written in capitals stays so."""
    return f"{display[:1].lower()}{display[1:]}" if display[1:2].islower() else display
