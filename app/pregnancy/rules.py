"""The engine of the clinical rules: rows in, findings out, on all facts whoever asks.

Design of safety rules: a finding carries the labels of every input, so that who may see it is decided afterwards
and no alarm depends on who looks. An alarm ends by a clinician's closing it, by correction of an input, or where
its row says so by the outcome; never by a later normal reading. The rows are in ``rule_table``.
"""

import hashlib
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from app.pregnancy.course import LOSS, POSTPARTUM, PREGNANT, Course
from app.pregnancy.facts import ALWAYS, OSLO, Fact, Facts, Visit
from app.pregnancy.gestation import day_of, days_at
from app.pregnancy.term import Term

Kind = Literal["alarm", "task", "information"]
ENDED = frozenset({POSTPARTUM, LOSS})  # her own body needs the same care whether a child lives or not
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

    def start_of(self, days: int) -> datetime | None:
        """Midnight in Norway at which she is ``days`` of gestation; None where she is not dated."""
        on = day_of(self.term.due, days) if self.term else None
        return datetime.combine(on, time(), tzinfo=OSLO) if on else None

    @property
    def opened(self) -> datetime:
        """From when on what has no time of its own is known: her first visit, else the start of the pregnancy."""
        visits = self.facts.of(Visit)
        return visits[0].when if visits else self.start_of(0) or self.now


When = Callable[[Case], Iterable[Match]]


@dataclass(frozen=True, slots=True)
class Window:
    """Days of gestation, inclusive, in which the completing input counts; ``undated`` whether it counts without an
    age; ``ends`` whether birth or loss ends the finding; ``after`` whether only what follows a birth or loss counts."""

    first: int | None = None
    last: int | None = None
    undated: bool = True
    ends: bool = False
    after: bool = False

    def holds(self, days: int | None) -> bool:
        if days is None:
            return self.undated
        return (self.first is None or days >= self.first) and (self.last is None or days <= self.last)


@dataclass(frozen=True, slots=True)
class Within:
    """A deadline some time after the finding arose; ``words`` is how the safety page says it."""

    words: str
    until: Callable[[datetime], datetime]

    def __call__(self, seen: datetime) -> datetime:
        return self.until(seen)


FROM = date(2026, 12, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the safety specification. ``text`` is for clinicians, ``told`` for her (None: she is told nothing).

    ``fires`` says in words what ``when`` computes, ``about`` names what it reads: items, or kinds of fact. ``timed``:
    time alone makes it due. ``off`` is why the row is not in use; empty where it is.
    """

    id: str
    kind: Kind
    title: str
    fires: str
    about: tuple[str, ...]
    when: When
    window: Window
    deadline: Within
    text: str
    told: str | None
    self_reported: bool
    source: str
    valid_from: date = FROM
    outranks: frozenset[str] = frozenset()
    timed: bool = False
    off: str = ""

    @property
    def audience(self) -> frozenset[str]:
        return frozenset({"clinician", "citizen"} if self.told else {"clinician"})


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
    def named(self) -> str:
        """Its title, with the fetus that it is of where there are several."""
        return f"{self.title} (foster {self.fetus})" if self.fetus else self.title

    @property
    def key(self) -> str:
        return hashlib.sha256("|".join((self.rule, *sorted(self.inputs))).encode()).hexdigest()


def findings(case: Case, table: Iterable[Rule], off: Container[str] = ()) -> tuple[Finding, ...]:
    """What holds in ``case``: alarms first, then by deadline. Rows are independent of each other; ``off`` are unused."""
    confirmed = Case(case.facts.only(lambda fact: fact.confirmed), case.now, case.term, case.course)
    found = [
        _finding(rule, match, case.course)
        for rule in table
        if not rule.off and rule.id not in off
        for match in _matches(rule, case, confirmed)
    ]
    return tuple(sorted(found, key=lambda row: (ORDER[row.kind], row.deadline, row.rule, row.inputs)))


def _matches(rule: Rule, case: Case, confirmed: Case) -> Iterator[Match]:
    window, course = rule.window, case.course
    if (window.ends and course.stage != PREGNANT) or (window.after and course.stage not in ENDED):
        return
    for match in rule.when(case if rule.self_reported else confirmed):
        found = match if match.seen > ALWAYS else replace(match, seen=case.opened)
        gone = window.ends and found.fetus in course.gone
        early = window.after and course.ended is not None and found.seen < course.ended
        if not gone and not early and window.holds(case.days(found.seen.date())):
            yield found


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


def within(**span: int) -> Within:
    """A deadline ``span`` after the finding arose."""
    words = " ".join(f"{count} {unit if count > 1 else unit[:-1]}" for unit, count in span.items())
    return Within(words, lambda seen: seen + timedelta(**span))


def _end_of_day(seen: datetime) -> datetime:
    return max(seen.replace(hour=23, minute=59, second=0, microsecond=0), seen + timedelta(hours=4))


# The end of the day, but never less than four hours, so that an evening reading is not late at once.
same_day = Within("same day", _end_of_day)
