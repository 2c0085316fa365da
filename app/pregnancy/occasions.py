"""When a rule fires, said once for all rows: a value beyond a limit, an answer, something due and not done.

Alarms look at each completing record, so that a later one never ends them; tasks at the latest of its kind. What is
due arises at midnight of a day of gestation in Norway, whoever looks and whenever.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from app.pregnancy.facts import Fact
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.rules import Case, Match, When, match

Test = Callable[[float], bool]


def decimal(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def of_fetus(name: str | None) -> str:
    return f" ({name})" if name else ""


def fact_match(row: Fact, *others: Fact, **values: str) -> Match:
    """A match on ``row`` and ``others``; its text may say the ``day`` and the ``fetus``."""
    return match(row, *others, day=f"{row.day:%d.%m.%Y}", fetus=of_fetus(row.fetus), **values)


def _measured(row: Amount) -> Match:
    return fact_match(row, value=decimal(row.value), unit=ITEMS[row.item].unit)


def each(item: str, test: Test) -> When:
    """Every amount that ``test`` holds for."""
    return lambda case: (_measured(row) for row in case.facts.amounts(item) if test(row.value))


def last(item: str, test: Test) -> When:
    """The latest amount, of each fetus, where ``test`` holds for it."""

    def when(case: Case) -> Iterator[Match]:
        latest: dict[str | None, Amount] = {row.fetus: row for row in case.facts.amounts(item)}
        return (_measured(row) for row in latest.values() if test(row.value))

    return when


def said(item: str, *answers: str, every: bool = False) -> When:
    """The latest answer, of each fetus, is one of ``answers``; or ``every`` such answer."""

    def when(case: Case) -> Iterator[Match]:
        rows = case.facts.answers(item)
        if not every:
            rows = tuple({row.fetus: row for row in rows}.values())
        return (fact_match(row, answer=row.text or row.value) for row in rows if row.value in answers)

    return when


def either(*whens: When) -> When:
    """Whatever one of ``whens`` finds."""
    return lambda case: (found for when in whens for found in when(case))


def is_yes(case: Case, item: str) -> Answer | None:
    """The latest answer to ``item`` where it is yes."""
    row = case.facts.answer(item)
    return row if row and row.value == "yes" else None


def due_at(days: int, until: int | None, case: Case, *inputs: Fact, **values: str) -> Match | None:
    """That something is due from ``days`` to ``until`` of gestation, resting on the dating and on ``inputs``."""
    start = case.start_of(days)
    today = case.days(case.now.date())
    if start is None or start > case.now or case.term is None or today is None:
        return None
    if until is not None and today > until:
        return None
    chosen = case.term.chosen
    labels = chosen.labels.union(*(row.labels for row in inputs))
    confirmed = chosen.confirmed and all(row.confirmed for row in inputs)
    found = Match(
        inputs=(chosen.source, *(row.source for row in inputs)),
        labels=labels,
        seen=max([start, *(row.when for row in inputs)]),
        confirmed=confirmed,
        values=tuple({"day": f"{start:%d.%m.%Y}", **values}.items()),
    )
    return replace(found, inputs=tuple(dict.fromkeys(found.inputs)))


def some(found: Match | None) -> Iterator[Match]:
    if found:
        yield found
