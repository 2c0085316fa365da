"""TABLE: two records of one card that cannot both be right. None is silently chosen: each is shown, and what counts meanwhile.

The record is to be correct and shown as it was written: helsepersonelloven §§ 39, 40, 42 (https://lovdata.no/lov/1999-07-02-64).
What may change in a pregnancy (a weight, a habit, a position) contradicts nothing. A contradiction ends when one of the
records is corrected or entered in error, or when a clinician says in a DetectedIssue how both came to stand there.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from app.pregnancy.background import Allergy, Condition, ContradictionSettled, Fetus
from app.pregnancy.facts import (
    BirthOutcome,
    DueDateStatement,
    Fact,
    Facts,
    FetusCount,
    LastMenstrualPeriod,
    OocyteRetrieval,
    RhesusD,
)
from app.pregnancy.items import ANSWERED, ITEMS
from app.pregnancy.kept import Amount, Answer
from app.pregnancy.term import candidates

Sides = tuple[Fact, ...]
NO = frozenset({"no", "none"})
SAME_DATING = (
    "ivf",
    "lmp",
    "first-scan",
    "routine-scan",
)  # two decisions are no contradiction: the later one replaces
LASTING = frozenset({"previous", "heredity", "illness"})  # what is true of her before this pregnancy stays so
COUNTED = (
    "previous-live-births", "previous-miscarriages", "previous-stillbirths", "previous-ectopic", "parity", "previous-caesareans",
)  # fmt: skip
OF_A_BIRTH = (
    "previous-large-child", "previous-shoulder-dystocia", "previous-preterm-birth", "previous-gbs-child", "previous-haemorrhage",
)  # fmt: skip
ASKED = tuple(row.id for row in ITEMS.values() if row.section in LASTING and row.answers == ANSWERED)
ILLNESS = tuple(item for item in ASKED if ITEMS[item].section == "illness" and item != "nothing-particular")
HEREDITY = tuple(
    item for item in ASKED if ITEMS[item].section == "heredity" and item != "heredity-none-known"
)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind. ``told``: she reads it too; ``meanwhile`` names what the card counts with until it is settled."""

    id: str
    title: str
    find: Callable[[Facts], Iterable[Sides]]
    meanwhile: str = "latest"
    told: bool = True


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Records that cannot all be right; the same records give the same ``key`` at every computation."""

    row: Row
    sides: Sides

    @property
    def inputs(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(fact.source for fact in self.sides))

    @property
    def labels(self) -> frozenset[str]:
        return frozenset().union(*(fact.labels for fact in self.sides))

    @property
    def key(self) -> str:
        about = {fact.kept_under if isinstance(fact.kept_under, str) else "" for fact in self.sides}
        named = "|".join((self.row.id, *sorted(about), *sorted(self.inputs)))
        return hashlib.sha256(named.encode()).hexdigest()


def rhesus(facts: Facts) -> RhesusD | None:
    """Her RhD type; the negative one where both are recorded, so that anti-D is not missed."""
    rows = facts.of(RhesusD)
    return next((row for row in reversed(rows) if not row.positive), rows[-1] if rows else None)


def fetal_rhesus(facts: Facts) -> tuple[Answer, ...]:
    """The RhD type of each fetus: the latest, but a positive one stays until it is corrected, for the same reason."""
    found: dict[str | None, Answer] = {}
    for row in facts.answers("fetal-rhd"):
        before = found.get(row.fetus)
        if before is None or before.value != "positive":
            found[row.fetus] = row
    return tuple(found.values())


def contradictions(facts: Facts) -> tuple[Contradiction, ...]:
    """What is not settled, in the order of the table."""
    settled = {row.key for row in facts.of(ContradictionSettled)}
    found = (Contradiction(row, sides) for row in ROWS for sides in row.find(facts))
    return tuple(one for one in found if one.key not in settled)


def _differing(rows: Iterable[Fact], value: Callable[..., Hashable]) -> Iterator[Sides]:
    """The latest record of each value, where one fetus, or she, has several."""
    of_each: dict[str | None, dict[Hashable, Fact]] = {}
    for row in rows:
        of_each.setdefault(row.fetus, {})[value(row)] = row
    yield from (tuple(latest.values()) for latest in of_each.values() if len(latest) > 1)


def _answers(*items: str, among: frozenset[str]) -> Callable[[Facts], Iterator[Sides]]:
    """Several of the answers ``among`` to the same question."""
    return lambda facts: (
        sides
        for item in items
        for sides in _differing(
            (row for row in facts.answers(item) if row.value in among), lambda row: row.value
        )
    )


def _counts(facts: Facts) -> Iterator[Sides]:
    """Two numbers of the same that was before; what is counted after this birth may count it too."""
    births = [row.when for row in facts.of(BirthOutcome)]
    for item in COUNTED:
        rows = (row for row in facts.amounts(item) if not births or row.when < births[0])
        yield from _differing(rows, lambda row: row.value)


def _dating(facts: Facts) -> Iterator[Sides]:
    """Several due dates by the same method."""
    stated = (DueDateStatement, OocyteRetrieval, LastMenstrualPeriod)
    known: dict[str, Fact] = {fact.source: fact for kind in stated for fact in facts.of(kind)}
    for method in SAME_DATING:
        dates = {
            row.due: known[row.source] for row in candidates(facts) if row.method == method and row.usable
        }
        if len(dates) > 1:
            yield tuple(dates.values())


def _fetuses(facts: Facts) -> Iterator[Sides]:
    counted, named = facts.last(FetusCount), facts.of(Fetus)
    yield from _differing(facts.of(FetusCount), lambda row: row.count)
    if counted and len({row.name for row in named}) > counted.count:
        yield (counted, *named)
    shared = facts.answer("chorionicity")
    if counted and counted.count == 1 and shared and len(named) <= 1:
        yield (counted, shared)


def _yes(facts: Facts, item: str) -> Answer | None:
    row = facts.answer(item)
    return row if row and row.value == "yes" else None


def _none_and_some(facts: Facts) -> Iterator[Sides]:
    """Nothing at all, and yet something: illness, heredity, allergy."""
    for nothing, items, others in (
        ("nothing-particular", ILLNESS, [row for row in facts.of(Condition) if row.critical]),
        ("heredity-none-known", HEREDITY, []),
    ):
        none, some = _yes(facts, nothing), [row for item in items if (row := _yes(facts, item))]
        if none and (some or others):
            yield (none, *some, *others)
    asked = facts.answer("allergies-asthma")
    if asked and asked.value == "no" and facts.of(Allergy):
        yield (asked, *facts.of(Allergy))


def _births(facts: Facts) -> Iterator[Sides]:
    """No earlier birth, and yet one; more caesareans than births."""
    births = facts.amount("parity")
    if births is None:
        return
    counted = (facts.amount("previous-live-births"), facts.amount("previous-stillbirths"))
    some: list[Amount | Answer] = [row for row in counted if row and row.value > 0]
    some += [row for item in OF_A_BIRTH if (row := _yes(facts, item))]
    caesareans = facts.amount("previous-caesareans")
    if births.value == 0 and some:
        yield (births, *some)
    if caesareans and caesareans.value > births.value:
        yield (births, caesareans)


def _habits(facts: Facts) -> Iterator[Sides]:
    """That she does not, and how much a day, stated then or later; two answers of one day."""
    for habit in ("smoking", "snus"):
        said, daily = facts.answer(habit), facts.amount(f"{habit}-daily")
        if said and said.value in NO and daily and daily.value > 0 and daily.day >= said.day:
            yield (said, daily)
    for habit in ("smoking", "snus", "alcohol-use", "substances"):
        rows = facts.answers(habit)
        last = [row for row in rows if row.day == rows[-1].day and row.value != "unknown"]
        yield from _differing(last, lambda row: row.value in NO)


def _conception(facts: Facts) -> Iterator[Sides]:
    said, retrieved = facts.answer("assisted-conception"), facts.last(OocyteRetrieval)
    if said and said.value == "no" and retrieved:
        yield (said, retrieved)


def _outcomes(facts: Facts) -> Iterator[Sides]:
    """Without an induced abortion, which stands on no card."""
    listed = (row for row in facts.of(BirthOutcome) if row.outcome != "termination")
    return _differing(listed, lambda row: row.outcome)


def _scale(facts: Facts) -> Iterator[Sides]:
    """Two totals of EPDS on one day, as of her form and of who wrote it down; a total below the answer to its last question."""
    last = {row.day: row for row in facts.amounts("epds-item-10")}
    totals: dict[date, dict[float, Amount]] = {}
    for row in facts.amounts("epds"):
        totals.setdefault(row.day, {})[row.value] = row
    for day, of_day in totals.items():
        if len(of_day) > 1:
            yield tuple(of_day.values())
        elif day in last and min(of_day) < last[day].value:
            yield (*of_day.values(), last[day])


BOTH = frozenset({"positive", "negative"})
ROWS: tuple[Row, ...] = (
    Row("rhd", "RhD-type", lambda facts: _differing(facts.of(RhesusD), lambda row: row.positive), "rhd-negative"),
    Row("abo", "ABO-type", _answers("abo", among=frozenset(ITEMS["abo"].answers))),
    Row("dating", "Datering", _dating, "term"),
    Row("conception", "Assistert befruktning", _conception, "term"),
    Row("fetuses", "Antall fostre", _fetuses, "fetuses"),
    Row("outcome", "Utfall", _outcomes, told=False),
    Row("fetal-rhd", "Fosterets RhD-type", _answers("fetal-rhd", among=BOTH), "rhd-positive"),
    Row("child-rhd", "Barnets RhD-type", _answers("child-rhd", among=BOTH)),
    Row("nipt", "NIPT", _answers("nipt-t21", "nipt-t18", "nipt-t13", among=BOTH), told=False),
    Row("chorionicity", "Morkaker og hinner",
        _answers("chorionicity", "amnionicity",
                 among=frozenset((*ITEMS["chorionicity"].answers, *ITEMS["amnionicity"].answers))), told=False),
    Row("infection", "Infeksjonsprøver", _answers("hiv", "hbsag", "hepatitis-c", among=BOTH), told=False),
    Row("births", "Tidligere fødsler", _births),
    Row("counts", "Tidligere svangerskap", _counts),
    Row("nothing", "Ingen sykdom, og likevel noe", _none_and_some),
    Row("history", "Ja og nei på samme spørsmål", _answers(*ASKED, among=frozenset({"yes", "no"}))),
    Row("habits", "Levevaner", _habits),
    Row("scale", "EPDS: sum og svar", _scale, told=False),
)  # fmt: skip
