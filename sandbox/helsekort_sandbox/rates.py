"""TABLE: how often what happens in a generated pregnancy, with the source of each rate, or that it is an estimate.

Figures are shares of women with a card unless said otherwise. An estimate is ours and stands for no source.
"""

from dataclasses import dataclass

ESTIMATE = "estimate of this project; no published figure was read"
PLAN = "national plan for maternity care, as the pilot's task quotes it; the plan itself was not read"


@dataclass(frozen=True, slots=True)
class Rate:
    """One target: ``value`` is a share, or a mean where ``unit`` says of what; ``of`` names the women it is counted on."""

    id: str
    value: float
    source: str
    of: str = "all"
    unit: str = ""


TABLE: tuple[Rate, ...] = (
    Rate(
        "age", 31.8, "FHI, MFR 2023, mean age of all who give birth (Adresseavisen 24.4.2024)", unit="years"
    ),
    Rate("age-first", 30.3, "SSB, Fødte 2023, mean age at first birth", "nulliparous", "years"),
    Rate("nulliparous", 0.43, ESTIMATE),
    Rate("immigrant", 0.28, PLAN),
    Rate("bmi-25", 0.335, "FHI, MFR 2014, overweight or obese before the pregnancy"),
    Rate("smoking", 0.03, "FHI, MFR 2018, daily smoking at the beginning (NTB, June 2019)"),
    Rate("rhd-negative", 0.15, "Oslo universitetssykehus, about 15 % of the population"),
    Rate("fetus-rhd-positive", 0.60, "Oslo universitetssykehus, about 60 % of the fetuses", "RhD-negative"),
    Rate("gdm", 0.074, "FHI, MFR 2024, gestational diabetes (Dagsavisen 10.4.2025)", "births"),
    Rate("preeclampsia", 0.03, "NHI, two to four percent of all pregnancies; the middle", "births"),
    Rate("twins", 0.014, "FHI, MFR 2023 (NRK, April 2024)"),
    Rate("loss", 0.03, "NHI, loss in the twenty weeks after a living fetus is seen at week 8"),
    Rate("preterm", 0.06, ESTIMATE, "births"),
    Rate("nipt", 0.70, ESTIMATE, "35 or older at term"),
    Rate("caesarean", 0.161, "FHI, MFR 2016 (forskning.no, 2017)", "births"),
    Rate("midwife-home", 0.65, PLAN, "births"),
    Rate("nurse-home", 0.85, PLAN, "births"),
    Rate("postpartum", 0.85, ESTIMATE, "births"),
    Rate("early-scan", 0.93, ESTIMATE, "births"),
    Rate("visit-missed", 0.04, ESTIMATE, "visits"),
    Rate("value-missing", 0.06, ESTIMATE, "readings"),
    Rate("entry-corrected", 0.10, ESTIMATE),
    Rate("entry-refused", 0.05, ESTIMATE),
)
RATES: dict[str, float] = {row.id: row.value for row in TABLE}
