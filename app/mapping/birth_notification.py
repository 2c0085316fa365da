"""A born or lost child of a card → a row of the birth notification extract (*fødselsmelding*) for Medisinsk fødselsregister.

Who must notify, and of what: helsepersonelloven § 35, forskrift om Medisinsk fødselsregister § 1-2: births, stillbirths and
spontaneous abortions from twelve completed weeks. The register's own format is XML (mfrFodsel, versions 1.1 and 1.2) from an
approved system of the institution; this is what the card holds of it, for that system or the institution to complete.
Elements by our own names, since the register's were not read (docs/birth-notification.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.fhir import codes as c
from app.mapping.elements import Element, child, children, text
from app.mapping.facts_from_fhir import facts as facts_of
from app.pregnancy.background import Woman
from app.pregnancy.course import fetuses
from app.pregnancy.facts import BirthOutcome, Facts, LastMenstrualPeriod
from app.pregnancy.gestation import Age, days_at, weeks
from app.pregnancy.term import Term, choose

Json = dict[str, Any]
FROM = weeks(12)
BIRTH_FROM = weeks(22)
NOTIFIED = frozenset({"live-birth", "stillbirth", "miscarriage"})
# Told only where she has not objected, which the card does not hold; so never from here
LEFT_OUT = ("smoking", "snus", "alcohol", "occupation", "assisted-conception")
AMOUNTS_OF_CHILD = ("birth-weight", "birth-length", "birth-head", "apgar-1", "apgar-5", "apgar-10", "cord-ph")
AMOUNTS_OF_HER = (
    "height", "weight-before", "bmi", "previous-live-births", "previous-stillbirths", "previous-miscarriages",
    "previous-caesareans", "parity", "blood-loss", "perineal-tear",
)  # fmt: skip
ANSWERS_OF_HER = (
    "diabetes", "gestational-diabetes-diagnosed", "preeclampsia-diagnosed", "high-blood-pressure", "epilepsy"
)  # fmt: skip
Given = tuple[Facts, Term | None, BirthOutcome]


def notifications(resources: Iterable[Mapping[str, Any]], precedence: str) -> list[Json]:
    """A row for each child of the card that is to be notified; none for what is not, an induced abortion among it."""
    rows = list(resources)
    found = facts_of(rows)
    term = choose(found, precedence)
    return [
        _row(rows, (found, term, outcome))
        for outcome in found.of(BirthOutcome)
        if _is_notified(term, outcome)
    ]


def _is_notified(term: Term | None, outcome: BirthOutcome) -> bool:
    """A loss whose age nobody knows is not taken for a birth, nor for one that need not be told."""
    if outcome.outcome not in NOTIFIED:
        return False
    days = days_at(term.due, outcome.day) if term else None
    return outcome.outcome != "miscarriage" or days is None or days >= FROM


def _row(rows: Iterable[Mapping[str, Any]], given: Given) -> Json:
    told = {**_mother(rows, given), **_pregnancy(given), **_child(given)}
    return {
        "told": {name: value for name, value in told.items() if value is not None},
        "unknown": sorted(name for name, value in told.items() if value is None),
    }


def _mother(rows: Iterable[Mapping[str, Any]], given: Given) -> Json:
    found, _, _ = given
    woman = found.last(Woman)
    amounts = {item: _amount(found, item) for item in AMOUNTS_OF_HER}
    answers = {item: _answer(found, item) for item in ANSWERS_OF_HER}
    return {
        "mother-number": (woman.identifier if woman else "") or None,
        "mother-municipality": _municipality(rows, woman.source if woman else ""),
        **amounts,
        **answers,
    }


def _municipality(rows: Iterable[Mapping[str, Any]], source: str) -> str | None:
    her: Element = next((row for row in rows if source == f"Patient/{row.get('id')}"), {})
    return next(municipalities(her), None)


def municipalities(patient: Element) -> Iterator[str]:
    """The municipality codes of the addresses of a Patient."""
    for address in children(patient, "address"):
        for row in children(child(address, "_district"), "extension"):
            if text(row, "url") == c.EXT_MUNICIPALITY and text(child(row, "valueCoding"), "code"):
                yield text(child(row, "valueCoding"), "code")


def _pregnancy(given: Given) -> Json:
    found, term, outcome = given
    period = found.last(LastMenstrualPeriod)
    return {
        "last-menstrual-period": period.first_day.isoformat() if period else None,
        "due-date": term.due.isoformat() if term else None,
        "due-date-method": term.method if term else None,
        "gestation-days": days_at(term.due, outcome.day) if term else None,
        "gestation": Age(days_at(term.due, outcome.day)).short if term else None,
        "fetuses": fetuses(found),
    }


def _child(given: Given) -> Json:
    found, term, outcome = given
    days = days_at(term.due, outcome.day) if term else None
    whose = outcome.fetus or ("" if fetuses(found) == 1 else None)
    values: Json = {
        "birth-mode": _answer(found, "birth-mode", outcome.fetus),
        **{item: _amount(found, item, outcome.fetus) for item in AMOUNTS_OF_CHILD},
    }
    return {
        "kind": "birth" if days is None or days >= BIRTH_FROM else "abortion",
        "fetus": whose,
        "outcome": outcome.outcome,
        "born": outcome.when.isoformat(timespec="minutes"),
        **(dict.fromkeys(values) if whose is None else values),  # one of several, and nobody says which
    }


def _latest(rows: Iterable[Any], fetus: str | None) -> Any:
    """The last of this child's; of one whom nobody names where the record names none."""
    mine = [row for row in rows if row.confirmed and (fetus is None or row.fetus in {fetus, None})]
    named = [row for row in mine if row.fetus == fetus]
    return (named or mine)[-1] if mine else None


def _amount(found: Facts, item: str, fetus: str | None = None) -> float | None:
    row = _latest(found.amounts(item), fetus)
    return row.value if row else None


def _answer(found: Facts, item: str, fetus: str | None = None) -> str | None:
    row = _latest(found.answers(item), fetus)
    return row.value if row else None
