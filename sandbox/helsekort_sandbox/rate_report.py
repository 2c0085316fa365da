"""``helsekort pilot report``: which rates a recording reaches, beside their targets, counted from its events alone.

Nothing is asked of the generator: what stands in the resources is counted, as it would be of any recording. Targets and
their sources: ``rates``.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from math import sqrt
from statistics import NormalDist
from typing import Any

from app.fhir import codes as c
from helsekort_sandbox.rates import TABLE, Rate
from helsekort_sandbox.recording import Recording
from helsekort_sandbox.recording_lines import Event

AGES = 4.8  # years: the spread of ages
CHANCE = 0.05  # that any of all the rates is marked although the generator is right


@dataclass(slots=True)
class Counted:
    """What one woman's events tell."""

    born_on: date | None = None
    language: str = "nb"
    fetuses: int = 0
    kinds: dict[str, list[date]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)

    def said(self, item: str, *answers: str) -> bool:
        return any(value in answers for value in self.values.get(item, ()))

    def first(self, item: str) -> Any:
        return next(iter(self.values.get(item, ())), None)

    @property
    def births(self) -> bool:
        return self.said("birth-outcome", "live-birth", "stillbirth")

    @property
    def age(self) -> float | None:
        due = self.first("due")
        return (date.fromisoformat(due) - self.born_on).days / 365.25 if due and self.born_on else None

    @property
    def bmi(self) -> float | None:
        height, weight = self.first(c.HEIGHT), self.first(c.PRE_PREGNANCY_WEIGHT)
        return weight / (height / 100) ** 2 if height and weight else None

    @property
    def birth_day(self) -> int | None:
        due, ended = self.first("due"), self.kinds.get("birth")
        return 283 - (date.fromisoformat(due) - ended[0]).days if due and ended else None


def count(recording: Recording) -> list[Counted]:
    """One row for each woman."""
    women: dict[str, Counted] = {}
    for item in recording.items:
        if isinstance(item, Event) and item.woman and item.national is None and item.expect.status < 400:
            row = women.setdefault(item.woman, Counted())
            for entry in json.loads(bytes(item.fhir))["entry"]:
                _take(row, entry["resource"])
    return list(women.values())


def _take(row: Counted, resource: dict[str, Any]) -> None:
    kind = resource["resourceType"]
    if kind == "Patient":
        row.born_on = date.fromisoformat(resource["birthDate"])
        row.language = resource["communication"][0]["language"]["coding"][0]["code"]
    elif kind == "RelatedPerson":
        row.fetuses += 1
    elif kind == "Encounter":
        when = date.fromisoformat(resource["period"]["start"][:10])
        kind = resource["type"][0]
        row.kinds.setdefault(kind.get("text") or kind["coding"][0]["code"], []).append(when)
    elif kind == "Condition":
        row.values.setdefault(resource["code"]["coding"][0]["code"], []).append(True)
    elif kind == "Observation" and resource["status"] != "entered-in-error":
        _observed(row, resource)


def _observed(row: Counted, resource: dict[str, Any]) -> None:
    code = resource["code"]["coding"][0]["code"]
    concept = resource.get("valueCodeableConcept", {}).get("coding", [{}])[0].get("code")
    value = resource.get("valueQuantity", {}).get("value", concept)
    row.values.setdefault(code, []).append(value)
    if code == c.EDD_ULTRASOUND:
        row.values.setdefault("due", []).append(resource["valueDateTime"])


Test = Callable[[Counted], bool]
_GROUPS: dict[str, Test] = {
    "all": lambda _: True,
    "births": lambda row: row.births,
    "nulliparous": lambda row: row.first("parity") == 0,
    "RhD-negative": lambda row: row.said(c.RHD, c.RHD_NEGATIVE) and "fetal-rhd" in row.values,
    "35 or older at term": lambda row: row.first("nipt-consent") is not None,
}
_SHARES: dict[str, Test] = {
    "nulliparous": lambda row: row.first("parity") == 0,
    "immigrant": lambda row: row.language not in {"nb", "nn"},
    "bmi-25": lambda row: (row.bmi or 0) >= 25,
    "smoking": lambda row: row.said("smoking", "daily"),
    "rhd-negative": lambda row: row.said(c.RHD, c.RHD_NEGATIVE),
    "fetus-rhd-positive": lambda row: row.said("fetal-rhd", "positive"),
    "gdm": lambda row: c.DIABETES_GESTATIONAL in row.values,
    "preeclampsia": lambda row: c.PRE_ECLAMPSIA in row.values,
    "twins": lambda row: row.fetuses > 1,
    "loss": lambda row: row.said("birth-outcome", "miscarriage"),
    "preterm": lambda row: (row.birth_day or 999) < 37 * 7,
    "nipt": lambda row: "nipt-t21" in row.values,
    "caesarean": lambda row: row.said("birth-mode", "caesarean-planned", "caesarean-acute"),
    "midwife-home": lambda row: _home(row, 0, 6),
    "nurse-home": lambda row: _home(row, 7, 60),
    "postpartum": lambda row: "postpartum-visit" in row.kinds,
    "early-scan": lambda row: len(row.kinds.get("ultrasound", ())) > 1,
}


def _home(row: Counted, first: int, last: int) -> bool:
    born = row.kinds["birth"][0] if row.births else None
    return born is not None and any(
        first <= (when - born).days <= last for when in row.kinds.get("home-visit", ())
    )


@dataclass(frozen=True, slots=True)
class Reached:
    """A target, the rate reached, on how many it is counted, and between what it lies by chance where all is right."""

    rate: Rate
    reached: float | None
    number: int
    low: float
    high: float

    @property
    def apart(self) -> bool:
        """Whether it differs from its target by more than chance."""
        return self.reached is not None and not self.low <= self.reached <= self.high


def rows(women: Iterable[Counted]) -> list[Reached]:
    """Each target beside the rate reached."""
    everybody, found = list(women), []
    counted = [rate for rate in TABLE if rate.of in _GROUPS and (rate.unit or rate.id in _SHARES)]
    # As many rates are looked at, so each may differ by more than if it stood alone (Šidák)
    errors = NormalDist().inv_cdf(1 - (1 - (1 - CHANCE) ** (1 / len(counted))) / 2)
    for rate in counted:
        group = [row for row in everybody if _GROUPS[rate.of](row)]
        if rate.unit:
            ages = [row.age for row in group if row.age is not None]
            reached, number, spread = (sum(ages) / len(ages) if ages else None), len(ages), AGES
        else:
            reached = sum(map(_SHARES[rate.id], group)) / len(group) if group else None
            number, spread = len(group), sqrt(rate.value * (1 - rate.value))
        # Half a woman more: counts are whole, which matters where they are few
        width = errors * spread / sqrt(number) + (0 if rate.unit else 0.5 / number) if number else 0.0
        found.append(Reached(rate, reached, number, rate.value - width, rate.value + width))
    return found


def text(recording: Recording) -> str:
    """The report for a reader; a star stands where a rate differs from its target by more than chance."""
    women = count(recording)
    lines = [
        f"{recording.header.name}: {len(women)} women",
        f"{'rate':<20}{'target':>9}{'reached':>9}{'by chance':>16}{'of':>6}   source",
    ]
    for row in rows(women):
        most = float("inf") if row.rate.unit else 1.0
        low, high = (_shown(row.rate, min(max(0.0, value), most)) for value in (row.low, row.high))
        got = "-" if row.reached is None else _shown(row.rate, row.reached)
        mark = "*" if row.apart else " "
        lines.append(
            f"{row.rate.id:<20}{_shown(row.rate, row.rate.value):>9}{got:>9}{f'{low}-{high}':>16}{row.number:>6} {mark} {row.rate.source}"
        )
    return "\n".join(lines)


def _shown(rate: Rate, value: float) -> str:
    return f"{value:.1f}" if rate.unit else f"{value:.1%}"
