"""Born children among the drafts: whose they are, and what cannot be.

A child is registered by who cares for its mother, once for each fetus; what is decided about the card (who cares for
her, her choices) is the mother's and not the child's. ``app/fhir/newborn.py``.
"""

from collections.abc import Iterator, Sequence

from app.fhir import newborn
from app.fhir.outcome import Issue
from app.interactions.belonging import (
    Draft,
    Preparation,
    concerns_child,
    literal_key,
    mother_of,
    patient_of,
)
from app.store import targets
from app.store.locks import hold_questions
from app.store.newborns import registered


def grounds(drafts: Sequence[Draft]) -> Iterator[str]:
    """The fetuses that Patients say they were, whose content decides (``Type/id``)."""
    for draft in drafts:
        if draft.type == "Patient":
            yield from newborn.fetus_links(draft.resource or {})


async def look_up(preparation: Preparation, women: set[str]) -> None:
    """The open cards of mothers whom only their children name, and who is registered already."""
    children = [
        draft for draft in preparation.drafts if draft.resource and concerns_child(preparation, draft)
    ]
    if not children:
        return
    mothers = {mother for draft in children if (mother := patient_of(preparation, draft))}
    found = await targets.find(preparation.context.session, (), patients=mothers - women)
    preparation.targets.open_episode |= found.open_episode
    became = {
        draft.key: fetus
        for draft in children
        if draft.type == "Patient" and (fetus := _fetus(preparation, draft))
    }
    session = preparation.context.session
    if (
        became and session.connection is not None
    ):  # who registers the same child at the same time waits, and sees it
        await hold_questions(session, map(newborn.number, became.values()))
    for (type_name, id_), fetus in became.items():
        there = await registered(session, fetus)
        if [*became.values()].count(fetus) > 1 or (there and there != id_):
            preparation.twice.add((type_name, id_))


def _fetus(preparation: Preparation, draft: Draft) -> str | None:
    base = preparation.context.house.fhir_base
    keys = (literal_key(text, base) for text in newborn.fetus_links(draft.resource or {}))
    return next((key[1] for key in keys if key), None)


def problems(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    """What of a child cannot be stored."""
    if draft.type == "Patient":
        yield from _itself(preparation, draft)
    elif draft.type in newborn.OF_THE_MOTHER and concerns_child(preparation, draft):
        text = f"{draft.place}{draft.type} is the mother's, and holds for the child too: name her Patient"
        yield Issue("business-rule", text, (draft.type,))


def _itself(preparation: Preparation, draft: Draft) -> Iterator[Issue]:
    child, named = mother_of(preparation, draft) is not None, newborn.is_child(draft.id)
    where = ("Patient.link",)
    if named and not child:
        text = (
            "link (seealso) of a born child must lead to the RelatedPerson that is the fetus, of its mother"
        )
        yield Issue("business-rule", f"{draft.place}{text}", where)
    elif child and not named:
        text = f"a born child has an id that begins with {newborn.PREFIX}; POST gives it one"
        yield Issue("business-rule", f"{draft.place}{text}", where)
    elif draft.key in preparation.twice:
        text = "the child that this fetus became is registered already: search Patient by link"
        yield Issue("duplicate", f"{draft.place}{text}", where)
