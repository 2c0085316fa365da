"""What puts her at risk, read off the facts: the records that say so, so that a finding can name them.

Each list names its source. A question that was not asked is no risk and no reassurance. The woman's age at term is
counted from her date of birth: https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen.
"""

from collections.abc import Iterable

from app.pregnancy.background import Woman
from app.pregnancy.course import fetuses
from app.pregnancy.facts import Fact, Facts, FetusCount
from app.pregnancy.kept import Amount
from app.pregnancy.rules import Case

GDM_EARLY = (
    "origin-asia-africa", "family-diabetes", "previous-large-child", "impaired-glucose-tolerance",
    "previous-gestational-diabetes", "previous-shoulder-dystocia", "previous-preeclampsia",
)  # fmt: skip
GDM_LATE = (
    "origin-asia-africa", "family-diabetes", "impaired-glucose-tolerance", "previous-gestational-diabetes",
    "previous-large-child", "previous-shoulder-dystocia", "previous-preeclampsia",
)  # fmt: skip
HIGH = (
    "previous-preeclampsia", "kidney-disease", "sle-or-antiphospholipid", "diabetes", "high-blood-pressure", "egg-donation",
)  # fmt: skip


def yes(case: Case, items: Iterable[str]) -> tuple[Fact, ...]:
    """The latest answers to ``items`` that are yes."""
    latest = (case.facts.answer(item) for item in items)
    return tuple(row for row in latest if row and row.value == "yes")


def bmi(facts: Facts) -> tuple[float, tuple[Fact, ...]] | None:
    """Her body mass index before the pregnancy: as recorded, else from height and weight."""
    stated = facts.amount("bmi")
    if stated:
        return stated.value, (stated,)
    weight, height = facts.amount("weight-before"), facts.amount("height")
    if weight is None or height is None or height.value <= 0:
        return None
    return round(weight.value / (height.value / 100) ** 2, 1), (weight, height)


def over_bmi(case: Case, limit: float) -> tuple[Fact, ...]:
    found = bmi(case.facts)
    return found[1] if found and found[0] > limit else ()


def age_at_term(case: Case) -> tuple[int, tuple[Fact, ...]] | None:
    """Her age in whole years on the due date."""
    who = case.facts.last(Woman)
    if who is None or who.birth_date is None or case.term is None:
        return None
    born, due = who.birth_date, case.term.due
    return due.year - born.year - ((due.month, due.day) < (born.month, born.day)), (who,)


def births(case: Case) -> Amount | None:
    """How many births she has had, where it was asked."""
    return case.facts.amount("parity") or case.facts.amount("previous-live-births")


def gdm_early(case: Case) -> tuple[Fact, ...]:
    """Why HbA1c is taken before week 16. Helsedirektoratet, svangerskapsdiabetes, kapittel 1."""
    return (*yes(case, GDM_EARLY), *over_bmi(case, 30))


def gdm_late(case: Case) -> tuple[Fact, ...]:
    """Why glucose tolerance is tested in weeks 24-28. Helsedirektoratet, svangerskapsdiabetes, kapittel 1."""
    found = [*yes(case, GDM_LATE), *over_bmi(case, 25)]
    years, before = age_at_term(case), births(case)
    if years and before and years[0] > (40 if before.value else 25):
        found += [*years[1], before]
    return tuple(found)


def aspirin_risks(case: Case) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """High and moderate risks of preeclampsia, as the report gives them; NGF's own table was not read."""
    high = list(yes(case, HIGH))
    counted = case.facts.last(FetusCount)
    if counted and fetuses(case.facts) > 1:
        high.append(counted)
    moderate = [*yes(case, ["family-preeclampsia"]), *over_bmi(case, 35)[:1]]
    years, before, since = age_at_term(case), births(case), case.facts.amount("years-since-last-birth")
    moderate += years[1] if years and years[0] > 40 else ()  # noqa: PLR2004 (years)
    moderate += [before] if before and before.value == 0 else []
    moderate += [since] if since and since.value > 10 else []  # noqa: PLR2004 (years)
    return tuple(high), tuple(moderate)
