"""The lines of ultrasound, NIPT and the RhD pathway: per fetus, with what a result asks for next.

Weeks and hours of the anti-D plan are those of the rules in app/pregnancy/rows/rhesus.py, whose sources stand there.
https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator
from datetime import date

from app.pregnancy.card import View
from app.pregnancy.course import PREGNANT
from app.pregnancy.described import FOUND
from app.pregnancy.items import FREE, ITEMS
from app.pregnancy.kept import Amount, Answer
from app.render.section import Line
from app.render.words import Words

Found = Amount | Answer
SCREENS = ("nipt-t21", "nipt-t18", "nipt-t13")
UNANSWERED = frozenset({"not-reportable", "insufficient", "inconclusive"})


def _of(view: View, section: str) -> list[Found]:
    return [row for row in view.described.found if FOUND[row.item] == section]


def _value(row: Found, words: Words) -> str:
    if isinstance(row, Amount):
        unit = ITEMS[row.item].unit
        return f"{words.number(row.value)} {unit}"
    free = ITEMS[row.item].answers == FREE or row.value not in ITEMS[row.item].answers
    return row.text or row.value if free else words(f"answer-{row.value}")


def ultrasound(view: View, words: Words) -> Iterator[Line]:
    """One line for each day and fetus, newest first."""
    by_scan: dict[tuple[date, str], list[Found]] = {}
    for row in _of(view, "ultrasound"):
        by_scan.setdefault((row.day, row.fetus or ""), []).append(row)
    for (day, fetus), rows in sorted(by_scan.items(), key=lambda one: (-one[0][0].toordinal(), one[0][1])):
        age = view.age_on(day)
        told = [[f"{words(f'item-{row.item}')} {_value(row, words)}" for row in rows if isinstance(row, kind)]
                for kind in (Amount, Answer)]  # fmt: skip
        unusual = any(row.item == "placenta-site" and row.value in {"low", "praevia"} for row in rows) or any(
            row.item == "amniotic-fluid" and row.value != "normal" for row in rows
        )
        cells = (words.date(day), age.short if age else "", fetus, ", ".join(told[0]), ", ".join(told[1]))
        yield Line(cells, tuple(row.source for row in rows), frozenset({4}) if unusual else frozenset())


def nipt(view: View, words: Words) -> Iterator[Line]:
    """What was agreed and found, each with what follows from it; a positive screening until it is settled."""
    latest = {(row.item, row.fetus): row for row in _of(view, "nipt")}
    settled = any(row.item == "nipt-confirmation" and row.value != "pending" for row in latest.values())
    for row in latest.values():
        follows = _follows(row, view, words, settled=settled)
        name = words(f"item-{row.item}") + (f" ({row.fetus})" if row.fetus else "")
        cells = (name, _value(row, words), words.date(row.day), follows)
        yield Line(cells, (row.source,), frozenset({1}) if follows else frozenset())


def _follows(row: Found, view: View, words: Words, *, settled: bool) -> str:
    hers = "-hers" if view.audience == "citizen" else ""
    if row.item not in SCREENS or settled:
        return ""
    if row.value == "positive":
        return words("nipt-positive")
    return words(f"nipt-unanswered{hers}") if row.value in UNANSWERED else ""


def rhd(view: View, words: Words) -> Iterator[Line]:
    """For an RhD-negative woman: what was taken and given, and the plan for anti-D that follows from it."""
    mother = view.described.rhesus
    if mother is None or mother.positive:
        return
    rows = _of(view, "rhd")
    plan, because = _plan(rows, words)
    if plan and view.stage in {PREGNANT, None}:
        yield Line((words("anti-d-plan"), plan, ""), (mother.source, *because), strong=True)
    yield Line(
        (words.heading("item-rhd", view.audience), words("answer-negative"), words.date(mother.day)),
        (mother.source,),
    )
    for row in rows:
        name = words(f"item-{row.item}") + (f" ({row.fetus})" if row.fetus else "")
        raised = row.item in {"antibody-screen", "sensitising-event"} and row.value != "negative"
        cells = (name, _value(row, words), words.date(row.day))
        yield Line(cells, (row.source,), frozenset({1}) if raised else frozenset())


def _plan(rows: list[Found], words: Words) -> tuple[str, tuple[str, ...]]:
    """What is to be done about anti-D, and on what that rests."""
    screens = [row for row in rows if row.item == "antibody-screen"]
    fetal = {row.fetus: row for row in rows if row.item == "fetal-rhd"}.values()
    sources = tuple(row.source for row in fetal)
    if screens and screens[-1].value == "positive":
        return words("plan-immunised"), (screens[-1].source,)
    if fetal and all(row.value == "negative" for row in fetal):
        return words("plan-none"), sources
    typed = "" if fetal else f"{words('plan-typing')}. "
    return f"{typed}{words('plan-give')}", sources
