"""What is said of an order before it is sent: whether NIPT or a tolerance test is indicated, and what stands against it.

Helsedirektoratet, svangerskapsomsorgen and svangerskapsdiabetes, by the rows of the rules that say the same unasked.
It advises and refuses nothing: a clinician may know better. https://cds-hooks.hl7.org/hooks/order-select/STU1/order-select/
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.pregnancy.card import Card
from app.pregnancy.course import PREGNANT
from app.pregnancy.facts import Fact
from app.pregnancy.gestation import days_at
from app.pregnancy.rows.course import NIPT_WEEKS, TRISOMIES, nipt_reasons
from app.pregnancy.rows.glucose import TESTED, TOLERANCE_WEEKS, tolerance_reasons
from app.pregnancy.rules import Case


@dataclass(frozen=True, slots=True)
class Order:
    """An order that is advised on: the rule that says the same unasked, the days of gestation, inclusive, that it is for,
    why it is indicated, the items that say it is done (from which day they count) and those that make it useless."""

    id: str
    rule: str
    weeks: tuple[int, int]
    reasons: Callable[[Case], tuple[Fact, ...]]
    results: tuple[str, ...]
    counts_from: int
    useless: tuple[tuple[str, str, str], ...]  # item, answer, key


ORDERS: tuple[Order, ...] = (
    Order(
        "nipt", "nipt-eligible", NIPT_WEEKS, nipt_reasons, TRISOMIES, 0, (("nipt-consent", "no", "nipt-declined"), ("nipt-ordered", "yes", "nipt-done"))
    ),
    Order(
        "ogtt", "ogtt-indicated", TOLERANCE_WEEKS, tolerance_reasons, ("glucose-fasting", "glucose-2h"), TESTED,
        (("diabetes", "yes", "ogtt-diabetes"), ("gestational-diabetes-diagnosed", "yes", "ogtt-diabetes")),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing that is said: ``key`` names its words; ``inputs`` are the records that it rests on."""

    key: str
    inputs: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    warns: bool = True


def advice(card: Card, order: Order) -> tuple[Advice, ...]:
    """What is said of ``order`` now, on all facts: who may read it is decided afterwards, by its inputs."""
    if card.course.stage != PREGNANT:
        return (Advice("order-ended", card.course.inputs),)
    against = tuple(_against(card, order))
    if against:
        return against
    reasons = order.reasons(Case(card.facts, card.now, card.term, card.course))
    sources = tuple(row.source for row in reasons)
    ground = (
        Advice(f"{order.id}-indicated", sources, warns=False) if reasons else Advice(f"{order.id}-no-ground")
    )
    return (ground, *_outside(card, order), *_consent(card, order))


def _against(card: Card, order: Order) -> Iterator[Advice]:
    """That it is done, declined or of no use."""
    results = [
        row for item in order.results for row in (*card.facts.amounts(item), *card.facts.answers(item))
    ]
    done = [row for row in results if not card.term or days_at(card.term.due, row.day) >= order.counts_from]
    if done:
        yield _said(f"{order.id}-done", max(done, key=lambda row: row.when))
    for item, answer, key in order.useless:
        row = card.facts.answer(item)
        if row and row.value == answer:
            yield _said(key, row)


def _outside(card: Card, order: Order) -> Iterator[Advice]:
    """That she is not in the weeks that it is for, or not dated."""
    if card.age is None or card.term is None:
        yield Advice("order-undated", card.course.inputs)
    elif not order.weeks[0] <= card.age.days <= order.weeks[1]:
        yield Advice(f"{order.id}-outside", (card.term.source,), (("age", card.age.short),))


def _consent(card: Card, order: Order) -> Iterator[Advice]:
    """Bioteknologiloven § 4-4: she is informed, and consents in writing."""
    answer = card.facts.answer("nipt-consent")
    if order.id == "nipt" and answer is None:
        yield Advice("nipt-consent-missing")


def _said(key: str, row: Fact) -> Advice:
    return Advice(key, (row.source,), (("day", f"{row.day:%d.%m.%Y}"),))
