"""The engine of the clinical rules: rows in, findings out, on all facts whoever asks.

Design of safety rules: a finding carries the labels of every input, so that who may see it is decided afterwards
and no alarm depends on who looks. An alarm ends by a clinician's closing it, by correction of an input, or where
its row says so by the outcome; never by a later normal reading. The rows are in ``rule_table``.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from app.pregnancy.course import LOSS, PREGNANT, Course
from app.pregnancy.facts import Fact, Facts
from app.pregnancy.gestation import days_at
from app.pregnancy.term import Term

Kind = Literal["alarm", "task", "information"]
ORDER: dict[str, int] = {"alarm": 0, "task": 1, "information": 2}


@dataclass(frozen=True, slots=True)
class Match:
    """What makes a rule fire: its inputs, the time that completed them, the values for its text."""

    inputs: tuple[str, ...]
    labels: frozenset[str]
    seen: datetime
    fetus: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may look at. A rule that ignores unconfirmed values is handed a case without them."""

    facts: Facts
    now: datetime
    term: Term | None
    course: Course

    def days(self, on: date) -> int | None:
        """Days of gestation on ``on``; None where she is not dated, or is no longer pregnant then."""
        ended = self.course.ended
        if self.term is None or (ended and on > ended.date()):
            return None
        return days_at(self.term.due, on)


When = Callable[[Case], Iterable[Match]]


@dataclass(frozen=True, slots=True)
class Window:
    """Days of gestation, inclusive, in which the completing input counts; ``undated`` whether it counts without an
    age; ``ends`` whether birth or loss ends the finding."""

    first: int | None = None
    last: int | None = None
    undated: bool = True
    ends: bool = False

    def holds(self, days: int | None) -> bool:
        if days is None:
            return self.undated
        return (self.first is None or days >= self.first) and (self.last is None or days <= self.last)


@dataclass(frozen=True, slots=True)
class Rule:
    """One row of the safety specification. ``text`` is for clinicians, ``told`` for her (None: she is told nothing)."""

    id: str
    kind: Kind
    title: str
    when: When
    window: Window
    audience: frozenset[str]
    deadline: Callable[[datetime], datetime]
    text: str
    told: str | None
    self_reported: bool
    source: str
    valid_from: date
    outranks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that holds for her, and why; the same inputs give the same ``key`` at every computation."""

    rule: str
    kind: Kind
    title: str
    audience: frozenset[str]
    deadline: datetime
    inputs: tuple[str, ...]
    labels: frozenset[str]
    first_seen: datetime
    text: str
    told: str | None
    source: str
    fetus: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    confirmed: bool = True
    outranks: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return hashlib.sha256("|".join((self.rule, *sorted(self.inputs))).encode()).hexdigest()


def findings(case: Case, table: Iterable[Rule]) -> tuple[Finding, ...]:
    """What holds in ``case``: alarms first, then by deadline. Rows are independent of each other."""
    confirmed = Case(case.facts.only(lambda fact: fact.confirmed), case.now, case.term, case.course)
    found = [
        _finding(rule, match, case.course)
        for rule in table
        for match in rule.when(case if rule.self_reported else confirmed)
        if rule.window.holds(case.days(match.seen.date())) and not _over(rule, match, case.course)
    ]
    return tuple(sorted(found, key=lambda row: (ORDER[row.kind], row.deadline, row.rule, row.inputs)))


def _over(rule: Rule, match: Match, course: Course) -> bool:
    return rule.window.ends and (course.stage != PREGNANT or match.fetus in course.gone)


def _finding(rule: Rule, match: Match, course: Course) -> Finding:
    # After a loss no text about the pregnancy reaches her because of what was read before it.
    silent = course.stage == LOSS and course.ended is not None and match.seen <= course.ended
    return Finding(
        rule=rule.id,
        kind=rule.kind,
        title=rule.title,
        audience=rule.audience - {"citizen"} if silent else rule.audience,
        deadline=rule.deadline(match.seen),
        inputs=match.inputs,
        labels=match.labels,
        first_seen=match.seen,
        text=rule.text.format_map(dict(match.values)),
        told=None if silent else rule.told,
        source=rule.source,
        fetus=match.fetus,
        values=match.values,
        confirmed=match.confirmed,
        outranks=rule.outranks,
    )


def match(*inputs: Fact, **values: str) -> Match:
    """A match on ``inputs``, completed by the latest of them."""
    return Match(
        inputs=tuple(row.source for row in inputs),
        labels=frozenset().union(*(row.labels for row in inputs)),
        seen=max(row.when for row in inputs),
        fetus=next((row.fetus for row in inputs if row.fetus), None),
        values=tuple(values.items()),
        confirmed=all(row.confirmed for row in inputs),
    )


def within(**span: float) -> Callable[[datetime], datetime]:
    """A deadline ``span`` after the finding arose."""
    return lambda seen: seen + timedelta(**span)


def same_day(seen: datetime) -> datetime:
    """The end of the day, but never less than four hours, so that an evening reading is not late at once."""
    return max(seen.replace(hour=23, minute=59, second=0, microsecond=0), seen + timedelta(hours=4))
