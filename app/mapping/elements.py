"""Tolerant readers of FHIR elements: what is missing, odd or of the wrong type reads as absent, never as an error.

https://hl7.org/fhir/R4/datatypes.html. The store keeps any valid base R4, from systems that know nothing of this
card; one strange record must not take the card from her.
"""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from app.clock import OSLO
from app.fhir.codes import CS_CARD, UCUM

Element = Mapping[str, Any]
Coding = tuple[str, str]
NOTHING: Element = {}
NO_LABELS: frozenset[str] = frozenset()
FIRST_YEAR, LAST_YEAR = 1900, 2200  # no woman on a card was born before or is due after


def child(element: Element, name: str) -> Element:
    value = element.get(name)
    return value if isinstance(value, dict) else NOTHING


def children(element: Element, name: str) -> list[Element]:
    value = element.get(name)
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def text(element: Element, name: str) -> str:
    value = element.get(name)
    return value if isinstance(value, str) else ""


def codings(concept: Element) -> list[Coding]:
    """System and code of each coding that has both."""
    rows = concept.get("coding")
    if not isinstance(rows, list):
        return []
    return [
        (row["system"], row["code"])
        for row in rows
        if isinstance(row, dict) and isinstance(row.get("system"), str) and isinstance(row.get("code"), str)
    ]


def codes(concept: Element, system: str) -> set[str]:
    """The codes of ``concept`` in ``system``."""
    return {code for given, code in codings(concept) if given == system}


def has_code(concepts: Iterable[Element], system: str, code: str) -> bool:
    return any((system, code) in codings(concept) for concept in concepts)


def label(concept: Element) -> str:
    """How a reader would name ``concept``."""
    rows = children(concept, "coding")
    words = (text(row, name) for name in ("display", "code") for row in rows)
    return text(concept, "text") or next(filter(None, words), "")


def number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        plain = float(value)
    except OverflowError:
        return None
    return plain if math.isfinite(plain) else None


def quantity(element: Element, units: Mapping[str, float], *, default: float | None = None) -> float | None:
    """The value of a Quantity in the unit whose factor is 1; ``default`` is the factor where no unit is given.

    A value in a unit that is not in ``units`` is no measurement to compute with. "< 7" is just below 7, so that a
    rule that fires below 7 fires.
    """
    value = number(element.get("value"))
    code = text(element, "code") if text(element, "system") in {UCUM, ""} else ""
    unit = code or text(element, "unit")
    factor = units.get(unit, default if not unit else None)
    if value is None or factor is None:
        return None
    exact = round(value * factor, 6)
    beyond = {"<": -math.inf, ">": math.inf}.get(text(element, "comparator"))
    return exact if beyond is None else math.nextafter(exact, beyond)


def day(value: str) -> date | None:
    """A FHIR date or dateTime with at least a day; a moment is read on the Norwegian calendar."""
    when = moment(value)
    return when.date() if when and len(value) >= len("2026-01-01") else None


@lru_cache(maxsize=4096)
def moment(value: str) -> datetime | None:
    """A FHIR date, dateTime or instant in Norwegian time; a partial date is its first day."""
    try:
        if "T" in value:
            when = datetime.fromisoformat(value)
            when = (when if when.tzinfo else when.replace(tzinfo=UTC)).astimezone(OSLO)
        else:
            year, month, first = (*map(int, value.split("-")), 1, 1)[:3]
            when = datetime.combine(date(year, month, first), time(), tzinfo=OSLO)
    except (ValueError, OverflowError, TypeError):
        return None
    return when if FIRST_YEAR <= when.year <= LAST_YEAR else None


def reference(element: Element, name: str) -> str:
    """``Type/id`` of a literal reference, whether relative, absolute or of a version."""
    target = element.get(name)
    return literal(text(target, "reference")) if isinstance(target, dict) else ""


@lru_cache(maxsize=4096)
def literal(value: str) -> str:
    parts = value.partition("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) > 1 else value


def labels(resource: Element) -> frozenset[str]:
    security = child(resource, "meta").get("security")
    if not isinstance(security, list):
        return NO_LABELS
    return frozenset(filter(None, (text(row, "code") for row in security if isinstance(row, dict))))


def tags(resource: Element) -> set[str]:
    """The card's own tags of ``resource``."""
    given = child(resource, "meta").get("tag")
    return codes({"coding": given}, CS_CARD) if given else set()


def self_reported(resource: Element) -> bool:
    """What she wrote herself and no clinician has confirmed."""
    found = tags(resource)
    return "self-reported" in found and "confirmed" not in found
