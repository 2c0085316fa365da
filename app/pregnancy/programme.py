"""TABLE: the visits of the national programme (basisprogram) and what they hold; from it what is done, due, overdue.

https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen and
https://www.helsedirektoratet.no/retningslinjer/barselomsorgen. A visit is due from a week before its target week
and overdue a week after it; that tolerance is ours, the target weeks are the guideline's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from app.pregnancy.course import POSTPARTUM, PREGNANT, Course
from app.pregnancy.facts import Fact, Facts, Visit, VisitSkipped
from app.pregnancy.gestation import day_of, weeks
from app.pregnancy.variants import Added

SVANGERSKAP = "Helsedirektoratet, retningslinje for svangerskapsomsorgen, «Basisprogram»"
PASSERT = (
    "Helsedirektoratet, retningslinje for svangerskapsomsorgen, «Svangerskap passert termin» (7–9 dager over)"
)
BARSEL = "Helsedirektoratet, retningslinje for barselomsorgen, oppfølging etter hjemkomst"
KONTROLL = "Helsedirektoratet, retningslinje for barselomsorgen, «Kontroll etter fødselen» (hos fastlege eller jordmor)"
CONTROL = frozenset({"antenatal-visit", "first-visit"})
SCAN = frozenset({"ultrasound"})
LATE = timedelta(
    weeks=4
)  # how long after its window a visit still counts, unless the next of its kind has opened
EACH = ("Blodtrykk", "Protein i urin", "Vekt")
GROWTH = ("SF-mål", "Fosterets hjertelyd", "Fosterbevegelser")


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """One visit. ``opens`` and ``closes`` are days of gestation, or days after birth where ``postpartum``.

    ``from_home`` is when it opens and closes in days after she came home, where that is known."""

    id: str
    title: str
    opens: int
    target: int
    closes: int
    kinds: frozenset[str]
    content: tuple[str, ...]
    source: str
    postpartum: bool = False
    from_home: tuple[int, int] | None = None


PROGRAMME: tuple[PlannedVisit, ...] = (
    PlannedVisit("first", "Første konsultasjon", weeks(6), weeks(8), weeks(12, 6), CONTROL,
                 ("Sykehistorie", *EACH, "Høyde og KMI", "Hb, ferritin, ABO/RhD, antistoff, HIV, syfilis, hepatitt B",
                  "HbA1c ved risiko", "Levevaner, psykisk helse, vold, legemidler", "Fosterdiagnostikk"),
                 SVANGERSKAP),
    PlannedVisit("early-scan", "Tidlig ultralyd", weeks(11), weeks(12), weeks(13, 6), SCAN,
                 ("Antall fostre", "Svangerskapslengde"), SVANGERSKAP),
    PlannedVisit("routine-scan", "Ultralyd i uke 17–19", weeks(17), weeks(18), weeks(19, 6), SCAN,
                 ("Termin", "Fosterets utvikling", "Morkakens plassering"), SVANGERSKAP),
    PlannedVisit("week-24", "Konsultasjon i uke 24", weeks(23), weeks(24), weeks(25, 6), CONTROL,
                 (*EACH, *GROWTH, "Glukosebelastning i uke 24–28 ved risiko"), SVANGERSKAP),
    PlannedVisit("week-28", "Konsultasjon i uke 28", weeks(27), weeks(28), weeks(29, 6), CONTROL,
                 (*EACH, *GROWTH, "Hb"), SVANGERSKAP),
    PlannedVisit("week-32", "Konsultasjon i uke 32", weeks(31), weeks(32), weeks(33, 6), CONTROL,
                 (*EACH, *GROWTH), SVANGERSKAP),
    PlannedVisit("week-36", "Konsultasjon i uke 36", weeks(35), weeks(36), weeks(36, 6), CONTROL,
                 (*EACH, *GROWTH, "Leie", "Tobakk og rusmidler på nytt", "Fødeplan"), SVANGERSKAP),
    PlannedVisit("week-38", "Konsultasjon i uke 38", weeks(37), weeks(38), weeks(38, 6), CONTROL,
                 (*EACH, *GROWTH, "Leie"), SVANGERSKAP),
    PlannedVisit("week-40", "Konsultasjon i uke 40", weeks(39), weeks(40), weeks(40, 6), CONTROL,
                 (*EACH, *GROWTH, "Leie"), SVANGERSKAP),
    PlannedVisit("week-41", "Kontroll på sykehus i uke 41", weeks(41), weeks(41, 3), weeks(41, 5), CONTROL | SCAN,
                 ("Ultralyd", "Fostervann", "CTG", "Plan videre"), PASSERT),
    PlannedVisit("midwife-home", "Hjemmebesøk av jordmor", 1, 2, 6, frozenset({"home-visit"}),
                 ("Mors helse", "Amming", "Barnets vekt og allmenntilstand"), BARSEL, postpartum=True, from_home=(0, 3)),
    PlannedVisit("nurse-home", "Hjemmebesøk av helsesykepleier", 7, 8, 10, frozenset({"home-visit"}),
                 ("Barnets utvikling", "Foreldrenes helse"), BARSEL, postpartum=True),
    PlannedVisit("postpartum", "Seksukerskontroll hos fastlege eller jordmor", weeks(4), weeks(6), weeks(8), frozenset({"postpartum-visit"}),
                 ("Mors helse", "Blodtrykk", "Prevensjon", "Samtale om fødselen"), KONTROLL, postpartum=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VisitState:
    """Where one visit stands: ``done``, ``skipped`` (a clinician says why: ``reason``), ``due``, ``overdue``, ``missed`` (a
    later one was held) or ``upcoming``."""

    visit: PlannedVisit
    state: str
    opens: date
    closes: date
    added: tuple[Added, ...] = ()
    inputs: tuple[str, ...] = ()
    assessable: bool = True
    reason: str = ""

    @property
    def content(self) -> tuple[str, ...]:
        """What it holds: for everybody, and more for her."""
        return (*self.visit.content, *(line for row in self.added for line in row.lines))


def plan(
    facts: Facts, due: date | None, course: Course, today: date, more: Iterable[Added] = ()
) -> tuple[VisitState, ...]:
    """The state of each visit that time makes due, with ``more`` for her; empty after loss and when the card is closed."""
    extra = tuple(more)
    if course.stage == PREGNANT and due:
        states = _states([row for row in PROGRAMME if not row.postpartum], facts, day_of(due, 0), today)
    elif course.stage == POSTPARTUM and course.ended:
        born = course.ended.date()
        rows = [row for row in PROGRAMME if row.postpartum]
        states = _states(rows, facts, born, today, came_home(facts, born))
    else:
        return ()
    return tuple(
        replace(row, added=tuple(one for one in extra if one.visit == row.visit.id)) for row in states
    )


def came_home(facts: Facts, born: date) -> Fact | None:
    """The record by which she first came home from the place of birth, or None where a clinician has not noted it."""
    noted = (row for row in facts.answers("discharged") if row.value == "yes" and row.confirmed)
    return next((row for row in noted if row.fetus is None and row.day >= born), None)


def _states(
    rows: list[PlannedVisit], facts: Facts, origin: date, today: date, home: Fact | None = None
) -> Iterator[VisitState]:
    """Where coming home late makes the windows of two home visits meet, one visit is not both."""
    visits = facts.of(Visit)
    for row in rows:
        known = home if row.from_home else None
        first, last = row.from_home if known and row.from_home else (row.opens, row.closes)
        start = known.day if known else origin
        opens, closes = start + timedelta(days=first), start + timedelta(days=last)
        following = next(
            (other for other in rows if other.opens > row.opens and other.kinds & row.kinds), None
        )
        until = closes + LATE
        if following:
            until = max(closes + timedelta(days=1), min(until, origin + timedelta(days=following.opens)))
        state = _state(VisitState(row, "upcoming", opens, closes), until, visits, facts, today)
        if row.from_home and state.state == "done":
            visits = tuple(visit for visit in visits if visit.source not in state.inputs)
        yield replace(state, inputs=(*state.inputs, known.source)) if known else state


def _state(row: VisitState, until: date, visits: tuple[Visit, ...], facts: Facts, today: date) -> VisitState:
    held = [visit for visit in visits if _fulfils(visit, row.visit, row.opens, until)]
    later = [visit for visit in visits if visit.kind in row.visit.kinds and visit.day >= until]
    if held:
        return replace(row, state="done", inputs=(held[0].source,))
    for skipped in facts.of(VisitSkipped):
        if (
            skipped.confirmed
            and skipped.kind in row.visit.kinds
            and row.opens <= skipped.planned <= row.closes
        ):
            return replace(row, state="skipped", inputs=(skipped.source,), reason=skipped.reason)
    if later:
        return replace(row, state="missed", inputs=(later[0].source,))
    state = "upcoming" if today < row.opens else "due" if today <= row.closes else "overdue"
    return replace(row, state=state)


def _fulfils(visit: Visit, row: PlannedVisit, opens: date, until: date) -> bool:
    """A late visit still counts for a while; a first visit is the first whenever it is held."""
    if row.id == "first" and visit.kind == "first-visit":
        return True
    return visit.kind in row.kinds and opens <= visit.day < until
