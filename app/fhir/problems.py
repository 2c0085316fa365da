"""What a check of a FHIR value finds, and how it gets its location on the way up.

https://hl7.org/fhir/R4/validation.html.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final


@dataclass(slots=True)
class Problem:
    """One finding. ``trail`` is the way up from it, innermost step first; ``mark`` tells parents what kind it is."""

    code: str
    reason: str
    trail: list[str] = field(default_factory=list)
    mark: str = ""
    detail: Any = None


Found = list[Problem] | None
Checker = Callable[[Any, int], Found]  # the value and how deep it lies

NULL: Final = "null"  # marks: a null, which an extension beside it may justify
BARE: Final = "bare"  # only an id
ODD: Final = "odd"  # not an element: unknown, or the extension of a primitive
LOCAL: Final = "local"  # a reference to a contained resource, settled where the container is known


def problem(code: str, reason: str) -> list[Problem]:
    """One problem at this place."""
    return [Problem(code, reason)]


def local(
    name: str, code: str, reason: str, targets: frozenset[str] = frozenset(), wrong: str = ""
) -> list[Problem]:
    """A reference to the contained resource ``name``: the problem that it is, unless that is there and of ``targets``."""
    return [Problem(code, reason, mark=LOCAL, detail=(name, targets, wrong))]


def missing_value(value: Any, expected: str) -> list[Problem]:
    """Why ``value`` is not of the JSON type expected."""
    if value is None:
        return [Problem("structure", "must not be null", mark=NULL)]
    return problem("structure", f"must be {expected}")


def place(found: list[Problem], name: str, problems: list[Problem]) -> list[Problem]:
    """Adds ``found``, which lie under ``name``, to ``problems``."""
    for one in found:
        one.trail.append(name)
    problems += found
    return problems
