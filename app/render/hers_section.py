"""The lines of what she registered herself: what waits, what was confirmed or declined, by whom and when.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator

from app.pregnancy.background import Registered
from app.pregnancy.card import View
from app.render.section import Line
from app.render.words import Words

STATES = ("waiting", "declined", "confirmed")  # the order in which they stand


def registered(view: View, words: Words) -> Iterator[Line]:
    """One line for each thing that is in the same state: thirty blood pressures taken at home are one line."""
    alike: dict[tuple[str, ...], list[Registered]] = {}
    for row in view.described.registered:
        day = words.date(row.at.date()) if row.at else ""
        alike.setdefault((row.state, row.title, row.by, day, row.reason, str(row.proposes)), []).append(row)
    for rows in sorted(
        alike.values(), key=lambda rows: (STATES.index(rows[-1].state), -rows[-1].when.timestamp())
    ):
        yield Line(
            (_title(rows, words), _state(rows[-1], words)),
            tuple(row.source for row in rows),
            strong=rows[-1].state == "waiting",
        )


def _title(rows: list[Registered], words: Words) -> str:
    title = words.said(rows[-1].title)
    if rows[-1].proposes:
        return words("hers-proposes", title=title)
    return words("hers-times", title=title, count=str(len(rows))) if len(rows) > 1 else title


def _state(row: Registered, words: Words) -> str:
    state = "corrected" if row.proposes and row.state == "confirmed" else row.state
    at = words.clock(row.at) if row.at else ""
    return words(f"hers-{state}", when=words.date(row.day), at=at, by=row.by or "–", reason=row.reason or "–")
