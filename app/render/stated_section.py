"""The lines of what is stated about her once: a line for each group, what is so before what is not, what was not asked nowhere.

https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide (IS-2253)
"""

from collections.abc import Iterator

from app.pregnancy.card import View
from app.pregnancy.items import ANSWERED, ITEMS
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.stated import Stated
from app.render.section import Line
from app.render.words import Words

UNITS = {"{#}": "", "a": "", "kg/m2": " kg/m²", "%": " %"}
HABITS = "lifestyle"  # asked at the first visit and again in week 36: what it was is told too
Row = Amount | Answer


def background(view: View, words: Words) -> Iterator[Line]:
    """One line for each group of which something is stated."""
    for group in view.described.stated:
        told = ". ".join(filter(None, _told(group, words)))
        yield Line((words(f"group-{group.group}"), told), group.sources)


def _told(group: Stated, words: Words) -> Iterator[str]:
    """What she takes, what has a value, what is so; then what is not, and what nobody knows."""
    plain: dict[str, list[str]] = {answer: [] for answer in ANSWERED}
    valued = [", ".join(dict.fromkeys(row.name for row in group.medicines))]
    for rows in group.rows:
        name, latest = words(f"stated-{rows[-1].item}"), rows[-1]
        if isinstance(latest, Answer) and ITEMS[latest.item].answers == ANSWERED and latest.value in plain:
            plain[latest.value].append(name)
        else:
            valued.append(f"{name}: {_with_before(rows, words, group.group)}")
    yield ". ".join(filter(None, valued))
    yield ", ".join(plain["yes"])
    for answer in ("no", "unknown"):
        items = ", ".join(
            f"{name[0].lower()}{name[1:]}" if name[1:2].islower() else name for name in plain[answer]
        )
        yield words(f"stated-{answer}", items=items) if items else ""


def _with_before(rows: tuple[Row, ...], words: Words, group: str) -> str:
    now, before = _value(rows[-1], words), rows[0]
    was = _value(before, words)
    if group != HABITS or was == now:
        return now
    return words("stated-before", now=now, date=words.date(before.day), before=was)


def _value(row: Row, words: Words) -> str:
    if isinstance(row, Amount):
        unit = ITEMS[row.item].unit
        return f"{words.number(row.value)}{UNITS.get(unit, f' {unit}')}"
    known = row.value in ITEMS[row.item].answers and bool(row.value)
    return words(f"used-{row.value}") if known else row.text or row.value
