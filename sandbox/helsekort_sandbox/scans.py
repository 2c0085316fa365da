"""What the pilot's two usual scans measure of each fetus: made up, plausible, and the same on every run.

Which items: app/pregnancy/found.py; the weeks are the national programme's
(https://www.helsedirektoratet.no/retningslinjer/svangerskapsomsorgen).
"""

from collections.abc import Sequence

from app.fhir import codes as c
from app.pregnancy.gestation import weeks
from helsekort_sandbox.records import Consultation, concept, quantity

BIOMETRY = (("bpd", 42.0), ("hc", 147.9), ("fl", 25.5))  # at 18+0, millimetres
SITES = ("anterior", "posterior", "fundal")


def early(visit: Consultation, day: int, fetuses: Sequence[str], apart: int) -> None:
    """Length and nuchal translucency; of twins whether each has its own placenta. ``apart``: millimetres from the usual."""
    if fetuses:
        _answer(visit, "chorionicity", "dichorionic")
    for number, fetus in enumerate(fetuses or ("",)):
        _amount(visit, "crl", round(54 + 1.5 * (day - weeks(12))) + apart - number, fetus)
        _amount(visit, "nt", round(1.5 + apart / 10, 1), fetus)
        visit.observe("imaging", concept(c.CS_CARD, "fetal-heart-activity"), fetus, valueBoolean=True)


def routine(visit: Consultation, day: int, fetuses: Sequence[str], apart: int) -> None:
    """Head, thigh, placenta and fluid. ``apart``: half percents from the usual."""
    for number, fetus in enumerate(fetuses or ("",)):
        size = (1 + 0.022 * (day - weeks(18))) * (1 + (apart - number) / 200)
        for name, usual in BIOMETRY:
            _amount(visit, name, round(usual * size, 1), fetus)
        _answer(visit, "placenta-site", SITES[(apart + number) % len(SITES)], fetus)
        _answer(visit, "amniotic-fluid", "normal", fetus)


def _amount(visit: Consultation, item: str, value: float, fetus: str) -> None:
    visit.observe("imaging", concept(c.CS_CARD, item), fetus, valueQuantity=quantity(value, "mm"))


def _answer(visit: Consultation, item: str, value: str, fetus: str = "") -> None:
    visit.observe("imaging", concept(c.CS_CARD, item), fetus, valueCodeableConcept=concept(c.CS_CARD, value))
