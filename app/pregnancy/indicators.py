"""TABLE: the quality indicators: of which pregnancies, visits or alarms each counts a share, and when it can be counted.

What is counted of one pregnancy never depends on the day on which it is looked at: each count bears the day on which
its time was over, and a period is asked for afterwards. Counts leave this server as sums of many women only.
Home visits: https://www.helsedirektoratet.no/retningslinjer/barselomsorgen; visits and scans: the programme's.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from app.pregnancy.course import LIVE
from app.pregnancy.facts import BirthOutcome, Facts, Visit, VisitSkipped
from app.pregnancy.gestation import day_of, weeks
from app.pregnancy.programme import BARSEL, CONTROL, PROGRAMME, SCAN, SVANGERSKAP, PlannedVisit, came_home

MIDWIFE, NURSE = "JO", "SP"  # Volven 9060
BY_MIDWIFE, BY_NURSE = timedelta(days=3), timedelta(days=14)
NURSES_FIRST_DAY = timedelta(days=7)  # the programme's: earlier visits by whom nobody names are the midwife's
INFORMED, EARLY = weeks(14), weeks(13)
ASKED_ABOUT = (
    "nipt-consent",
    "nipt-ordered",
    "nipt-indication",
    "prenatal-consent",
    "prenatal-diagnostics",
)
SATISFIED = 4  # of 5
BIOTECHNOLOGY = "bioteknologiloven § 4-4 (informasjon om fosterdiagnostikk)"
OURS = "pilotens egen"


@dataclass(frozen=True, slots=True)
class AlarmCourse:
    """An alarm: until when somebody had to act, and when a clinician closed it."""

    deadline: datetime
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Care:
    """One pregnancy as the indicators see it. ``professions`` and ``people`` are of those who held a visit, by its source:
    codes of Volven 9060, and references; empty where the record does not say. ``midwife`` is the one whom her care team
    names; ``experience`` her own answers after birth, 1 to 5.
    """

    facts: Facts
    due: date | None = None
    alarms: tuple[AlarmCourse, ...] = ()
    professions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    people: Mapping[str, frozenset[str]] = field(default_factory=dict)
    midwife: str = ""
    experience: tuple[tuple[date, int], ...] = ()

    @property
    def born(self) -> date | None:
        """The day on which the last living child was born."""
        days = [row.day for row in self.facts.of(BirthOutcome) if row.outcome == LIVE]
        return days[-1] if days else None

    @property
    def ended(self) -> date | None:
        """The day of the last birth or loss."""
        outcomes = self.facts.of(BirthOutcome)
        return outcomes[-1].day if outcomes else None

    @property
    def home(self) -> date | None:
        """The day on which she came home with a child: that of discharge, else of the birth."""
        born = self.born
        left = came_home(self.facts, born) if born else None
        return left.day if left else born

    def by(self, visit: Visit, profession: str) -> bool | None:
        """Whether somebody of ``profession`` held the visit; None where no profession is recorded."""
        found = self.professions.get(visit.source, frozenset())
        return profession in found if found else None


@dataclass(frozen=True, slots=True)
class Count:
    """``met`` of ``cases``, on the day on which their time was over."""

    day: date
    met: int
    cases: int


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row. ``cases`` and ``met`` say in words what denominator and numerator are; ``count`` counts them."""

    id: str
    title: str
    cases: str
    met: str
    source: str
    count: Callable[[Care], Iterable[Count]]


def _one(day: date, met: bool) -> Count:
    return Count(day, int(met), 1)


def _midwife_home(care: Care) -> Iterator[Count]:
    born, home = care.born, care.home
    if born and home:
        last = home + BY_MIDWIFE
        held = (row for row in care.facts.of(Visit) if row.kind == "home-visit" and born <= row.day <= last)
        yield _one(last, any(care.by(row, MIDWIFE) is not False for row in held))


def _nurse_home(care: Care) -> Iterator[Count]:
    born, home = care.born, care.home
    if born and home:
        last = home + BY_NURSE
        held = [row for row in care.facts.of(Visit) if row.kind == "home-visit" and born <= row.day <= last]
        named = any(care.by(row, NURSE) for row in held)
        unnamed = (row for row in held if row.day >= born + NURSES_FIRST_DAY)
        yield _one(last, named or any(care.by(row, NURSE) is None for row in unnamed))


def _planned(care: Care, only: frozenset[str] | None = None) -> Iterator[tuple[PlannedVisit, date, date]]:
    """Visits of the programme whose window ran out while she was followed, with the window's first and last day."""
    visits, home = care.facts.of(Visit), care.home
    known = visits[0].day if visits else None
    for row in PROGRAMME:
        origin = care.born if row.postpartum else day_of(care.due, 0) if care.due else None
        first, last = row.opens, row.closes
        if row.from_home and home != care.born:
            origin, (first, last) = home, row.from_home
        if origin is None or known is None or (only and row.kinds != only):
            continue
        opens, closes = origin + timedelta(days=first), origin + timedelta(days=last)
        over = not row.postpartum and care.ended is not None and closes >= care.ended
        if closes >= known and not over and not _skipped(care, row, opens, closes):
            yield row, opens, closes


def _skipped(care: Care, row: PlannedVisit, opens: date, closes: date) -> bool:
    """Whether a clinician has said that it is not to be held."""
    rows = care.facts.of(VisitSkipped)
    return any(one.confirmed and one.kind in row.kinds and opens <= one.planned <= closes for one in rows)


def _held(care: Care, row: PlannedVisit, opens: date, closes: date) -> bool:
    kinds = frozenset({"first-visit"}) | row.kinds if row.id == "first" else row.kinds
    return any(visit.kind in kinds and opens <= visit.day <= closes for visit in care.facts.of(Visit))


def _on_time(care: Care) -> Iterator[Count]:
    for row, opens, closes in _planned(care):
        yield _one(closes, _held(care, row, opens, closes))


def _scanned(care: Care) -> Iterator[Count]:
    for row, opens, closes in _planned(care, SCAN):
        yield _one(closes, _held(care, row, opens, closes))


def _informed(care: Care) -> Iterator[Count]:
    last = day_of(care.due, INFORMED) if care.due else None
    if last and not (care.ended and care.ended <= last):
        answers = (row for item in ASKED_ABOUT for row in care.facts.answers(item))
        yield _one(last, any(row.day <= last for row in answers))


def _alarms(care: Care) -> Iterator[Count]:
    for alarm in care.alarms:
        yield _one(alarm.deadline.date(), alarm.closed is not None and alarm.closed <= alarm.deadline)


def _known_midwife(care: Care) -> Iterator[Count]:
    kinds = CONTROL | {"home-visit"}
    held = [row for row in care.facts.of(Visit) if row.kind in kinds and care.by(row, MIDWIFE)]
    if held:
        first = min(care.people.get(held[0].source, frozenset()), default="")
        known, later = (care.midwife, held) if care.midwife else (first, held[1:])
        for row in later:
            yield _one(row.day, known in care.people.get(row.source, frozenset()))


def _experience(care: Care) -> Iterator[Count]:
    for day, score in care.experience:
        yield _one(day, score >= SATISFIED)


def _opened(care: Care) -> Iterator[Count]:
    visits = care.facts.of(Visit)
    if visits:
        first = visits[0].day
        yield _one(first, care.due is not None and first < day_of(care.due, EARLY))


INDICATORS: tuple[Indicator, ...] = (
    Indicator("midwife-home-visit", "Hjemmebesøk av jordmor innen tre døgn", "Fødsler med levende barn",
              "Hjemmebesøk av jordmor senest tre dager etter hjemkomst (etter fødselen der hjemkomst ikke er registrert)",
              BARSEL, _midwife_home),
    Indicator("nurse-home-visit", "Hjemmebesøk av helsesykepleier innen 14 dager", "Fødsler med levende barn",
              "Hjemmebesøk av helsesykepleier senest 14 dager etter hjemkomst", BARSEL, _nurse_home),
    Indicator("visits-on-time", "Konsultasjoner i rett tid", "Konsultasjoner i programmet hvis vindu er ute, uten dem en kliniker har sagt skal utgå",
              "Konsultasjonen ble holdt i vinduet sitt", SVANGERSKAP, _on_time),
    Indicator("ultrasound-in-window", "Ultralyd i rett tid", "De to ultralydundersøkelsene, når vinduet er ute",
              "Undersøkelsen ble gjort i 11+0–13+6, henholdsvis 17+0–19+6", SVANGERSKAP, _scanned),
    Indicator("prenatal-information", "Informasjon om fosterdiagnostikk", "Svangerskap som nådde 14+0",
              "Innen 14+0 er det registrert om hun ønsker fosterdiagnostikk (ja eller nei), som tegn på at hun er informert",
              BIOTECHNOLOGY, _informed),
    Indicator("alarms-in-time", "Alarmer kvittert innen fristen", "Alarmer hvis frist er ute",
              "En kliniker lukket alarmen innen dens egen frist", OURS, _alarms),
    Indicator("known-midwife", "Kontinuitet: kjent jordmor", "Konsultasjoner hos jordmor, uten den første der ingen er valgt",
              "Holdt av jordmoren i omsorgsteamet hennes, ellers av den som holdt den første", OURS, _known_midwife),
    Indicator("user-experience", "Brukererfaring", "Svar på skjemaet om erfaringer etter fødselen",
              "4 eller 5 av 5 på spørsmålet om hun alt i alt er fornøyd", OURS, _experience),
)  # fmt: skip
# Counted beside them, for the pilot's evaluation: no Measure
OPENED = Indicator(
    "opened",
    "Første konsultasjon",
    "Kort med en konsultasjon",
    "Den første var før 13+0",
    SVANGERSKAP,
    _opened,
)
COUNTED = (*INDICATORS, OPENED)
BY_ID: Mapping[str, Indicator] = {row.id: row for row in INDICATORS}
SMALL = 5  # fewer women, or fewer cases of either kind, are not told


def share(met: int, cases: int, women: int) -> float | None:
    """The share where nothing in it is small (1 to 4); else None."""
    small = women < SMALL or any(0 < number < SMALL for number in (met, cases - met))
    return None if small else met / cases


def numbers(counts: Sequence[int]) -> list[int | None]:
    """Counts of women side by side, 1 to 4 withheld; where one alone would be, the next smallest is too."""
    kept: list[int | None] = [None if 0 < count < SMALL else count for count in counts]
    rest = [n for n, count in enumerate(kept) if count]
    if kept.count(None) == 1 and rest:
        kept[min(rest, key=lambda n: counts[n])] = None
    return kept
