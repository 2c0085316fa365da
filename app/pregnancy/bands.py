"""Reference bands as data, each with its source. A band whose source is not established is not here, and is not drawn.

Weight gain by body mass index: Helsedirektoratet, svangerskapsomsorgen, «Vekt og vektøkning»
(https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen). Norwegian percentiles for symphysis-fundus
height are not established here, and no other country's stand in for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from app.pregnancy.facts import Facts, Weight
from app.pregnancy.gestation import weeks
from app.pregnancy.occasions import decimal, fact_match
from app.pregnancy.risks import bmi
from app.pregnancy.rules import Case, Match

AT_TERM = weeks(37)
SOURCES: dict[str, str] = {  # curve → where its band is from; empty: not established, and so no band is drawn
    "weight": "Helsedirektoratet, «Vekt og vektøkning»",
    "fundal-height": "",
    "blood-pressure": "",  # it has the limits of the rules, and no band
}


@dataclass(frozen=True, slots=True)
class GainBand:
    """Recommended gain in the whole pregnancy, kg, for a body mass index from ``bmi_from`` to below ``bmi_to``."""

    bmi_from: float
    bmi_to: float
    low: float
    high: float


GAIN: tuple[GainBand, ...] = (
    GainBand(0, 18.5, 12.5, 18),
    GainBand(18.5, 25, 11.5, 16),
    GainBand(25, 30, 7, 11.5),
    GainBand(30, 999, 5, 9),
)


def gain_band(index: float) -> GainBand:
    """The band of a body mass index."""
    return next(row for row in GAIN if row.bmi_from <= index < row.bmi_to)


@dataclass(frozen=True, slots=True)
class Recommended:
    """What she is recommended to weigh at term, kg: her weight before the pregnancy and the gain of her BMI."""

    low: float
    high: float
    bmi: float
    source: str


def recommended(facts: Facts) -> Recommended | None:
    """The band of her weight; None where her weight before, or her BMI, is not known. How the gain is spread over the
    weeks is not in the source, so that only its end is."""
    found, start = bmi(facts), facts.amount("weight-before")
    if found is None or start is None or not SOURCES["weight"]:
        return None
    band = gain_band(found[0])
    return Recommended(start.value + band.low, start.value + band.high, found[0], SOURCES["weight"])


def outside(case: Case) -> Iterator[Match]:
    """The latest weight, where the gain is over its band, or under it at term."""
    found, start, row = bmi(case.facts), case.facts.amount("weight-before"), case.facts.last(Weight)
    if found is None or start is None or row is None:
        return
    band, gain = gain_band(found[0]), round(row.value - start.value, 1)
    days = case.days(row.day)
    low = gain < band.low and days is not None and days >= AT_TERM
    if gain > band.high or low:
        others = [fact for fact in (start, *found[1]) if fact is not row]
        yield fact_match(
            row, *dict.fromkeys(others), gain=decimal(gain), low=decimal(band.low), high=decimal(band.high)
        )
