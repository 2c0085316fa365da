"""What a value of the national record can be, and the pieces of an Observation that states it.

https://hl7.org/fhir/R4/observation.html
"""

import re
from datetime import date
from typing import Any

from app.fhir import codes as c

Json = dict[str, Any]


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


_LONGEST = 10_000


class Wrong(ValueError):
    """A value that its field cannot have; the text says what it can."""


def concept(*codings: tuple[str, str], words: str = "") -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} for system, code in codings]} | (
        {"text": words} if words else {}
    )


def content(category: str, code: Json, **value: Any) -> Json:
    """The members of an Observation that say what it is."""
    return {"category": [concept((c.OBSERVATION_CATEGORY, category))], "code": code, **value}


def words_of(value: Any) -> str:
    """Raises Wrong for what is no text."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise Wrong(f"must be text of at most {_LONGEST} characters")
    return value


def flag_of(value: Any) -> bool:
    """Raises Wrong for what is neither true nor false."""
    if not isinstance(value, bool):
        raise Wrong("must be true, false or null")
    return value


def number_of(value: Any) -> int | float:
    """Raises Wrong for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number")
    return value


def whole_of(value: Any, low: int = 0, high: int = 1000) -> int:
    """Raises Wrong for what is no whole number within the range."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Wrong(f"must be a whole number from {low} to {high}")
    return value


def day_of(value: Any) -> str:
    """Raises Wrong for what is no date."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            date.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise Wrong("must be a date, YYYY-MM-DD")


def coded_of(value: Any) -> Json:
    """Raises Wrong for what is no ``{code, display, codeSystem}``."""
    if not isinstance(value, dict) or not isinstance(value.get("code"), str) or not value["code"].strip():
        raise Wrong("must be an object with code, and display and codeSystem as text")
    if any(not isinstance(value.get(name, ""), str) for name in ("display", "codeSystem")):
        raise Wrong("must be an object with code, and display and codeSystem as text")
    return value


def quantity(value: Any, unit: str) -> Json:
    """A Quantity. Raises Wrong."""
    return {"value": number_of(value), "unit": unit, "system": c.UCUM, "code": unit}
