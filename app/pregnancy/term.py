"""The due date (termin): every stated date, which one counts, and why, so that no change of term is silent.

https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen. Norwegian professional bodies differ on
whether the first scan or the one in weeks 17-19 dates the pregnancy, so the precedence is a setting; a clinician's
documented decision with a reason wins over both.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.pregnancy.facts import DueDateStatement, Facts, LastMenstrualPeriod, OocyteRetrieval
from app.pregnancy.gestation import TERM, WEEK, days_at

FROM_RETRIEVAL = 269  # the day of retrieval is day 14: 283 − 14
FIRST_SCAN_ENDS = 15 * WEEK  # a scan without stated kind is the first one (11+0-13+6) before this age
AHEAD, BEHIND = (
    timedelta(days=310),
    timedelta(days=280),
)  # a statement further from its due date is a slip of the pen

BASIS = {"lmp": TERM, "ivf": FROM_RETRIEVAL}  # days from the day counted from to the due date
SCANS = ("first-scan", "routine-scan")
WHY = {
    "decided": "Fastsatt av behandler {on}: {reason}",
    "ivf": "Assistert befruktning: eggene ble hentet ut {basis}; termin er 269 dager senere",
    "first-scan": "Første ultralyd, {on}",
    "routine-scan": "Ultralyd i uke 17–19, {on}",
    "corrected": "Korrigert termin, registrert {on}",
    "stated": "Termin registrert {on} uten oppgitt metode",
    "lmp": "Siste menstruasjons første dag var {basis}; termin er 283 dager senere",
}
CONVERTED = "Oppgitt for {length} dagers svangerskap, regnet om til 283"
UNCONFIRMED = "Oppgitt av henne selv, ikke bekreftet"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One due date that could count. ``basis`` is the day it is counted from, ``on`` when it was stated."""

    method: str
    due: date
    source: str
    on: date
    labels: frozenset[str]
    basis: date | None = None
    reason: str = ""
    converted: int | None = None  # the foreign term length that was converted to 283
    confirmed: bool = True
    usable: bool = True

    @property
    def why(self) -> str:
        basis = f"{self.basis or self.on:%d.%m.%Y}"
        parts = [WHY[self.method].format(on=f"{self.on:%d.%m.%Y}", basis=basis, reason=self.reason)]
        if self.converted is not None:
            parts.append(CONVERTED.format(length=self.converted))
        if not self.confirmed:
            parts.append(UNCONFIRMED)
        return ". ".join(parts)


@dataclass(frozen=True, slots=True)
class Term:
    """The due date that counts, the others, and the one that counted before it where that differs."""

    chosen: Candidate
    alternatives: tuple[Candidate, ...] = ()
    changed_from: Candidate | None = None

    @property
    def due(self) -> date:
        return self.chosen.due

    @property
    def method(self) -> str:
        return self.chosen.method

    @property
    def source(self) -> str:
        return self.chosen.source

    @property
    def why(self) -> str:
        return self.chosen.why


def candidates(facts: Facts) -> Iterator[Candidate]:
    """Every due date that ``facts`` state or imply."""
    for stated in facts.of(DueDateStatement):
        yield _stated(stated)
    for retrieval in facts.of(OocyteRetrieval):
        yield _counted("ivf", retrieval, retrieval.retrieved)
    for period in facts.of(LastMenstrualPeriod):
        yield _counted("lmp", period, period.first_day)


def choose(facts: Facts, precedence: str = "first-scan") -> Term | None:
    """The due date by ``precedence`` (``first-scan`` or ``routine-scan``), or None where nothing dates her."""
    ranked = sorted(candidates(facts), key=lambda row: _rank(row, precedence))
    if not ranked or not ranked[0].usable:
        return None
    chosen, *others = ranked
    earlier = [row for row in others if row.usable and row.on < chosen.on]
    before = earlier[0] if earlier and earlier[0].due != chosen.due else None
    return Term(chosen, tuple(others), before)


def _rank(row: Candidate, precedence: str) -> tuple[bool, bool, int, int, date, str]:
    """Confirmed before self-reported, then by method; among scans the earliest counts, else the latest word.

    Twins measured in one scan are dated by the larger, whose due date is the earlier (ISUOG 2016).
    """
    other = "routine-scan" if precedence == "first-scan" else "first-scan"
    order = ("decided", "ivf", precedence, other, "corrected", "stated", "lmp")
    age = row.on.toordinal()
    return (
        not row.usable,
        not row.confirmed,
        order.index(row.method),
        age if row.method in SCANS else -age,
        row.due if row.method in SCANS else date.min,
        row.source,
    )


def _stated(fact: DueDateStatement) -> Candidate:
    due, method = fact.due, fact.method
    converted = fact.term_length if fact.term_length not in {None, TERM} else None
    if converted is not None:
        due = _moved(due, TERM - converted)
    if method == "scan":
        method = "first-scan" if days_at(due, fact.day) < FIRST_SCAN_ENDS else "routine-scan"
    if method == "decided" and not fact.reason.strip():
        method = "corrected"  # only a documented decision overrides the scans
    row = Candidate(
        method=method if method in WHY else "stated",
        due=due,
        source=fact.source,
        on=fact.day,
        labels=fact.labels,
        basis=_moved(due, -BASIS[method]) if method in BASIS else None,
        reason=fact.reason.strip(),
        converted=converted,
        confirmed=fact.confirmed,
    )
    return replace(row, usable=_plausible(row))


def _counted(method: str, fact: OocyteRetrieval | LastMenstrualPeriod, basis: date) -> Candidate:
    due = _moved(basis, BASIS[method])
    row = Candidate(method, due, fact.source, fact.day, fact.labels, basis=basis, confirmed=fact.confirmed)
    return replace(row, usable=_plausible(row) and basis <= fact.day)


def _plausible(row: Candidate) -> bool:
    """A slip in the year must not date the pregnancy; records entered afterwards lie up to a pregnancy behind."""
    length = TERM if row.converted is None else row.converted
    return -BEHIND <= row.due - row.on <= AHEAD and abs(length - TERM) <= 2 * WEEK


def _moved(day: date, days: int) -> date:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return day
