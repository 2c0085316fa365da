"""The lines of the applications for a birth place: where, when it was asked, what the place answered.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator

from app.pregnancy.background import BirthPlace
from app.pregnancy.card import View
from app.render.section import Line
from app.render.words import Words

OPEN = frozenset({"waiting", "more-information"})  # somebody has yet to do something


def birth_places(view: View, words: Words) -> Iterator[Line]:
    """One line for each application, newest first."""
    for row in reversed(view.described.birth_places):
        asked = words("place-asked", when=words.date(row.day)) if row.asked else ""
        told = ". ".join(filter(None, (asked, *_answer(row, view, words))))
        yield Line((row.name or words("place-unnamed"), told), (row.source,), strong=row.answer in OPEN)


def _answer(row: BirthPlace, view: View, words: Words) -> tuple[str, str]:
    """What the place said, and its own words; on a day before the answer it was waited for."""
    if row.answered and row.answered.date() > view.today:
        return words("place-waiting"), ""
    when = f" {words.date(row.answered.date())}" if row.answered else ""
    return words(f"place-{row.answer}") + when, row.note
