"""The card: a fold of the facts on one clinical day, and what of it one reader may see.

Nothing of it is stored. Rules run on all facts whoever reads; a view then shows a finding only where the reader may
see every input, and says "cannot be assessed with your access" where a section rests on what is hidden.
https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Literal, TypeVar

from app.pregnancy.background import Allergy, BirthPlace, BirthPlan, Condition, FindingClosed, Registered
from app.pregnancy.contradictions import Contradiction, contradictions
from app.pregnancy.course import LOSS, PREGNANT, Course, course
from app.pregnancy.described import FOUND, SERIES, Described, Series, describe
from app.pregnancy.facts import OSLO, BirthOutcome, Fact, Facts, LabResult, RhesusD, Visit
from app.pregnancy.gestation import Age, age_at
from app.pregnancy.needs import Need, needs
from app.pregnancy.programme import VisitState, plan
from app.pregnancy.rule_table import RULES
from app.pregnancy.rules import Case, Finding, findings
from app.pregnancy.stated import STATED
from app.pregnancy.term import Term, choose
from app.pregnancy.variants import added
from app.pregnancy.wishes import Wishes

Audience = Literal["clinician", "citizen"]
Told = TypeVar("Told", Finding, Contradiction)
OF_THE_CHILD = frozenset({"fundal-height", "fetal-heart-rate"})
UNTOLD = "UNTOLD"  # a code of ours: what waits until a clinician has discussed it with her
NOT_FOR_HER = "NOPAT"  # v3-ActCode: what she must not meet on a screen that somebody else may see
RECORDED: tuple[tuple[str, type[Fact] | str], ...] = (
    *((name, kind) for name, kind, _, _ in SERIES),
    ("laboratory", LabResult),
    ("allergies", Allergy),
    ("conditions", Condition),
    ("consultations", Visit),
    ("birth-places", BirthPlace),
    ("birth-plan", BirthPlan),
    ("birth-plan", Wishes),
    ("hers", Registered),
    ("rhd", RhesusD),
    *((section, item) for item, section in FOUND.items()),
    *(("background", item) for item in STATED),
)


class _Everything:
    def __contains__(self, _: object) -> bool:
        return True


EVERYTHING: Container[str] = _Everything()  # ``visible`` of the worker and of tests


@dataclass(frozen=True, slots=True)
class Card:
    """Everything, for the server's own use: what a reader gets is ``view_for``."""

    facts: Facts
    today: date
    now: datetime
    course: Course
    term: Term | None
    findings: tuple[Finding, ...]
    closed: tuple[Finding, ...]
    programme: tuple[VisitState, ...]
    contradictions: tuple[Contradiction, ...] = ()

    @property
    def unlisted(self) -> frozenset[str]:
        """What stands on no card, whoever reads: an induced abortion ends the card, which does not tell why."""
        return frozenset(row.source for row in self.facts.of(BirthOutcome) if row.outcome == "termination")

    @property
    def age(self) -> Age | None:
        running = self.term is not None and self.course.stage == PREGNANT
        return age_at(self.term.due, self.today) if running and self.term else None


@dataclass(frozen=True, slots=True)
class View:
    """What one reader sees; ``withheld`` names the sections that cannot be assessed with the reader's access."""

    audience: Audience
    today: date
    now: datetime
    stage: str | None
    age: Age | None
    term: Term | None
    findings: tuple[Finding, ...]
    closed: tuple[Finding, ...]
    programme: tuple[VisitState, ...]
    described: Described
    withheld: frozenset[str]
    ended: date | None = None  # when the last fetus was born or lost
    contradictions: tuple[Contradiction, ...] = ()

    def assessable(self, section: str) -> bool:
        return section not in self.withheld

    @property
    def needs(self) -> tuple[Need, ...]:
        return needs(self.described, self.programme)

    @property
    def overdue(self) -> tuple[VisitState, ...]:
        return tuple(row for row in self.programme if row.assessable and row.state == "overdue")

    @property
    def due(self) -> tuple[VisitState, ...]:
        return tuple(row for row in self.programme if row.assessable and row.state == "due")

    @property
    def next(self) -> VisitState | None:
        """The next visit that is not yet due."""
        return next((row for row in self.programme if row.assessable and row.state == "upcoming"), None)

    def age_on(self, day: date) -> Age | None:
        running = self.ended is None or day <= self.ended
        dated = self.term is not None and self.stage is not None and running
        return age_at(self.term.due, day) if dated and self.term else None


def fold(
    facts: Facts, *, today: date, now: datetime, precedence: str = "first-scan", off: Container[str] = ()
) -> Card:
    """The card on ``today``; what is recorded for later days is not there yet. ``off`` are rules not in use."""
    local = now.astimezone(OSLO)
    moment = local if local.date() == today else datetime.combine(today, time(23, 59, 59), tzinfo=OSLO)
    facts = facts.until(today)
    stands = course(facts)
    term = choose(facts, precedence)
    case = Case(facts, moment, term, stands)
    found = findings(case, RULES, off)
    closed = {row.key for row in facts.of(FindingClosed)}
    return Card(
        facts=facts,
        today=today,
        now=moment,
        course=stands,
        term=term,
        findings=tuple(row for row in found if row.key not in closed),
        closed=tuple(row for row in found if row.key in closed),
        programme=plan(facts, term.due if term else None, stands, today, added(case)),
        contradictions=contradictions(facts),
    )


def view_for(card: Card, *, visible: Container[str], audience: Audience, untold: Container[str] = ()) -> View:
    """What a reader sees who may see the records named in ``visible`` in full (``Observation/abc``).

    Those named in ``untold`` wait to be told her: her view is as if they were not there, and does not say that it is.
    """
    kept = _kept_from(audience, untold)
    seen = card.facts.only(lambda fact: fact.source in visible and not kept(fact))
    allowed = frozenset(fact.source for fact in seen.every())
    withheld = {name for name, kind in RECORDED if _hides(card.facts, allowed, kind, kept)}
    dated = card.term is not None and card.term.source in allowed
    staged = (allowed | card.unlisted).issuperset(card.course.inputs)  # that it is over is no secret; why is
    if (card.term and not dated) or not staged:
        withheld |= {"term", "age", "programme"}
    mine = [row for row in card.findings if audience in row.audience]
    shown, hidden = _apart(mine, allowed, audience, untold)
    withheld |= {"findings"} if hidden else set()
    told = [row for row in card.contradictions if audience == "clinician" or row.row.told]
    differing, hidden = _apart(told, allowed, audience, untold)
    withheld |= {"contradictions"} if hidden else set()
    described = describe(seen.only(lambda fact: fact.source not in card.unlisted))
    # Without a visible dating not even the windows of the visits are shown: they would tell it.
    planned = card.programme if dated and staged else ()
    programme = tuple(_visit(row, allowed, untold if audience == "citizen" else ()) for row in planned)
    if not all(row.assessable for row in programme):
        withheld.add("programme")
    return View(
        audience=audience,
        today=card.today,
        now=card.now,
        stage=card.course.stage if staged else None,
        age=card.age if dated and staged else None,
        term=_term(card.term, allowed) if dated and card.term else None,
        findings=tuple(_worded(row, audience) for row in _unranked(shown)),
        closed=tuple(
            row for row in card.closed if audience == "clinician" and allowed.issuperset(row.inputs)
        ),
        programme=programme,
        described=replace(
            described,
            measurements=_measured(_shown(described.measurements, card.course, audience), withheld),
        ),
        withheld=frozenset(withheld),
        ended=card.course.ended.date() if staged and card.course.ended else None,
        contradictions=tuple(differing),
    )


def _apart(
    rows: list[Told], allowed: frozenset[str], audience: Audience, untold: Container[str]
) -> tuple[list[Told], bool]:
    """Of which the reader sees every input, and whether others are withheld; at what is not for her nothing hints."""
    shown = [row for row in rows if allowed.issuperset(row.inputs)]
    hidden = (row for row in rows if not allowed.issuperset(row.inputs))
    return shown, any(not _silent(row, audience, untold) for row in hidden)


def _kept_from(audience: Audience, untold: Container[str]) -> Callable[[Fact], bool]:
    """Whoever asks on her side, and whatever the caller claims to see."""
    if audience == "clinician":
        return lambda _fact: False
    return lambda fact: NOT_FOR_HER in fact.labels or fact.source in untold


def _silent(row: Told, audience: Audience, untold: Container[str]) -> bool:
    """Whether she is not even told that there is something."""
    hers = audience == "citizen"
    return hers and (NOT_FOR_HER in row.labels or any(source in untold for source in row.inputs))


def _hides(
    facts: Facts, allowed: frozenset[str], kind: type[Fact] | str, kept: Callable[[Fact], bool]
) -> bool:
    rows = facts.by_kind.get(kind, ())
    return any(row.source not in allowed and not kept(row) for row in rows)


def _shown(series: tuple[Series, ...], course: Course, audience: Audience) -> tuple[Series, ...]:
    """After a loss no curve of the child meets her when she opens her card; her visits still hold every value."""
    if audience == "clinician" or course.stage != LOSS:
        return series
    return tuple(row for row in series if row.kind not in OF_THE_CHILD)


def _measured(series: tuple[Series, ...], withheld: set[str]) -> tuple[Series, ...]:
    return tuple(replace(row, complete=row.kind not in withheld) for row in series)


def _term(term: Term, allowed: frozenset[str]) -> Term:
    before = term.changed_from
    return Term(
        term.chosen,
        tuple(row for row in term.alternatives if row.source in allowed),
        before if before and before.source in allowed else None,
    )


def _visit(row: VisitState, allowed: frozenset[str], untold: Container[str] = ()) -> VisitState:
    """Neither overdue nor done may be said where the answer rests on a visit the reader does not see.

    Nor does the list of contents tell that she is RhD-negative, say, to a reader who may not see that.
    """
    row = replace(row, added=tuple(one for one in row.added if allowed.issuperset(one.inputs)))
    if all(source in allowed or source in untold for source in row.inputs):
        return row
    return replace(row, state="withheld", inputs=(), assessable=False, reason="")


def _worded(row: Finding, audience: Audience) -> Finding:
    """She is told her own text; what is written for clinicians leaves the server for clinicians only."""
    return row if audience == "clinician" else replace(row, text=row.told or "")


def _unranked(shown: list[Finding]) -> tuple[Finding, ...]:
    """Without what a shown finding on the same reading already says more strongly."""
    return tuple(
        row
        for row in shown
        if not any(row.rule in other.outranks and set(row.inputs) & set(other.inputs) for other in shown)
    )
