"""The lines of her birth plan: what she answered, one line for each group, then what she and her midwife wrote.

The paper card has a short birth plan on its continuation sheet: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator

from app.mapping.birth_wishes import answer
from app.pregnancy.card import View
from app.pregnancy.wishes import GROUPS, QUESTIONS, Wish
from app.render.section import Line
from app.render.words import Words


def birth_plan(view: View, words: Words) -> Iterator[Line]:
    """Answers in the reader's language; what is her own word is said to be so until a clinician has confirmed it."""
    plan, wishes = view.described.birth_plan, view.described.wishes
    for group in GROUPS if wishes else ():
        told = ". ".join(_told(one, words) for one in wishes.of(group)) if wishes else ""
        if told and wishes:
            yield Line((words(f"plan-{group}"), told), (wishes.source,))
    for line in plan.lines if plan else ():
        yield Line((line,), (plan.source,) if plan else ())
    hers = tuple(row.source for row in (wishes, plan) if row and not row.confirmed)
    if hers:
        yield Line((words.heading("self-reported", view.audience),), hers)


def _told(wish: Wish, words: Words) -> str:
    name = words(f"plan-{wish.question}") if QUESTIONS[wish.question] else ""
    return answer(wish, name, words.language, words("plan-more"))
