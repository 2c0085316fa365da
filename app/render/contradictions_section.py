"""The lines of records that contradict each other: each value, when and by whom, and what counts until it is settled.

Bokmål as the FHIR document says it: app/mapping/contradictions.py. https://www.sprakradet.no/klarsprak
"""

from collections.abc import Iterator

from app.pregnancy.background import Allergy, Condition, Fetus
from app.pregnancy.card import View
from app.pregnancy.facts import (
    ALWAYS,
    BirthOutcome,
    DueDateStatement,
    Fact,
    FetusCount,
    LastMenstrualPeriod,
    OocyteRetrieval,
    RhesusD,
)
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer
from app.render.section import Line
from app.render.words import Words

USED = frozenset({"none", "stopped", "occasional", "daily"})


def contradictory(view: View, words: Words) -> Iterator[Line]:
    """One line for each."""
    for row in view.contradictions:
        sides = "; ".join(_side(fact, words) for fact in row.sides)
        cells = (words(f"contradiction-{row.row.id}"), f"{sides}. {words(f'meanwhile-{row.row.meanwhile}')}")
        yield Line(cells, row.inputs, strong=True)


def _side(fact: Fact, words: Words) -> str:
    when = words.date(fact.day) if fact.when > ALWAYS else ""
    noted = ", ".join(filter(None, (when, "" if fact.confirmed else words("side-hers"))))
    told = fact.name if isinstance(fact, Allergy | Condition) else _said(fact, words)
    said = f"{fact.fetus}: {told}" if fact.fetus else told
    return f"{said} ({noted})" if noted else said


def _said(fact: Fact, words: Words) -> str:
    text = ""
    match fact:
        case RhesusD():
            text = words("answer-positive" if fact.positive else "answer-negative")
        case FetusCount():
            text = words("side-fetuses", count=str(fact.count))
        case LastMenstrualPeriod():
            text = words("side-period", date=words.date(fact.first_day))
        case OocyteRetrieval():
            text = words("side-retrieved", date=words.date(fact.retrieved))
        case DueDateStatement():
            text = words("side-due", date=words.date(fact.due))
        case BirthOutcome():
            text = words(fact.outcome)
        case Amount():
            text = f"{words(f'item-{fact.item}')}: {words.number(fact.value)}"
        case Answer():
            text = f"{words(f'item-{fact.item}')}: {_answer(fact, words)}"
        case Fetus():
            text = words("fetus", name=fact.name)
    return text


def _answer(fact: Answer, words: Words) -> str:
    if fact.value in USED:
        return words(f"used-{fact.value}")
    return (
        fact.value
        if fact.item == "abo" or fact.value not in ITEMS[fact.item].answers
        else words(f"answer-{fact.value}")
    )
