"""Typed clinical facts: what the card is folded from, free of FHIR; each names the record that it came from.

Content follows the national maternity record (digitalt helsekort for gravide):
https://www.nhn.no/tjenester/digitalt-helsekort-for-gravide. See docs/content.md for how each is recorded.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar, cast
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from app.pregnancy.kept import Amount, Answer

OSLO = ZoneInfo("Europe/Oslo")  # the day of a reading is the day in Norway
ALWAYS = datetime(1900, 1, 1, tzinfo=UTC)  # facts without a time of their own hold at every ``asOf``


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing recorded. ``when`` is aware and in Norwegian time; ``confirmed`` is False for what she reports
    herself until a clinician confirms it; ``labels`` are the security codes of its record."""

    source: str
    when: datetime = ALWAYS
    labels: frozenset[str] = frozenset()
    confirmed: bool = True
    fetus: str | None = None
    encounter: str | None = None

    @property
    def day(self) -> date:
        return self.when.date()

    @property
    def kept_under(self) -> "type[Fact] | str":
        """What it is kept under: its type, or the id of its item."""
        return type(self)


F = TypeVar("F", bound=Fact)


# Dating


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateStatement(Fact):
    """A due date somebody recorded, and by which method; ``term_length`` 280 where it was counted abroad."""

    due: date
    method: str
    term_length: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastMenstrualPeriod(Fact):
    """First day of the last menstrual period."""

    first_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OocyteRetrieval(Fact):
    """Day of egg retrieval in assisted conception: day 14 of the pregnancy."""

    retrieved: date


@dataclass(frozen=True, slots=True, kw_only=True)
class FetusCount(Fact):
    """How many fetuses were seen."""

    count: int


# Measurements and findings


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodPressure(Fact):
    """mmHg; one of the two may be missing."""

    systolic: float | None = None
    diastolic: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight(Fact):
    """kg."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FundalHeight(Fact):
    """Symphysis-fundus height (SF-mål), cm."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FetalHeartRate(Fact):
    """Beats a minute."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FetalHeartActivity(Fact):
    """Whether heart activity was found when it was looked for."""

    present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FetalMovement(Fact):
    """What she feels: ``normal``, ``reduced`` or ``none``."""

    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation(Fact):
    """``cephalic``, ``breech``, ``transverse`` or ``other``."""

    value: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UrineProtein(Fact):
    """Strip: 0 negative, 0.5 trace, 1 to 4."""

    grade: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Haemoglobin(Fact):
    """g/dL."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RhesusD(Fact):
    """Whether she is RhD-positive."""

    positive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LabResult(Fact):
    """Any laboratory result, as text for reading; a rule that needs the value has a fact of its own."""

    code: str
    name: str
    value: str
    unit: str = ""


# The course


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit(Fact):
    """A consultation that took place: ``first-visit``, ``antenatal-visit``, ``ultrasound``, ``home-visit``,
    ``postpartum-visit`` or ``other``."""

    kind: str
    by: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitSkipped(Fact):
    """That a visit of the programme, a ``kind`` of :class:`Visit` due on the day ``planned``, is not to be held, and why."""

    kind: str
    planned: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BirthOutcome(Fact):
    """``live-birth``, ``stillbirth``, ``miscarriage`` or ``termination``; of one fetus, or of all where none is named."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one card, by kind, each kind in order of time."""

    by_kind: Mapping[type[Fact] | str, tuple[Fact, ...]] = field(default_factory=dict)

    @classmethod
    def collect(cls, facts: Iterable[Fact]) -> "Facts":
        kinds: dict[type[Fact] | str, list[Fact]] = {}
        for fact in facts:
            kinds.setdefault(fact.kept_under, []).append(fact)
        return cls({kind: tuple(sorted(rows, key=_order)) for kind, rows in kinds.items()})

    def of(self, kind: type[F]) -> tuple[F, ...]:
        return cast("tuple[F, ...]", self.by_kind.get(kind, ()))

    def last(self, kind: type[F]) -> F | None:
        rows = self.of(kind)
        return rows[-1] if rows else None

    def amounts(self, item: str) -> "tuple[Amount, ...]":
        return cast("tuple[Amount, ...]", self.by_kind.get(item, ()))

    def answers(self, item: str) -> "tuple[Answer, ...]":
        return cast("tuple[Answer, ...]", self.by_kind.get(item, ()))

    def amount(self, item: str) -> "Amount | None":
        """The latest of an item that is measured."""
        rows = self.amounts(item)
        return rows[-1] if rows else None

    def answer(self, item: str) -> "Answer | None":
        """The latest of an item that is answered."""
        rows = self.answers(item)
        return rows[-1] if rows else None

    def only(self, keep: Callable[[Fact], bool]) -> "Facts":
        """The facts that ``keep`` holds for."""
        return Facts({kind: tuple(filter(keep, rows)) for kind, rows in self.by_kind.items()})

    def until(self, day: date) -> "Facts":
        """What had happened by the end of ``day``."""
        return self.only(lambda fact: fact.day <= day)

    def every(self) -> Iterator[Fact]:
        return (fact for rows in self.by_kind.values() for fact in rows)


def _order(fact: Fact) -> tuple[datetime, str, str]:
    return fact.when, fact.fetus or "", fact.source
