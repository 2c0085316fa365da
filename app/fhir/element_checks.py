"""Checks that an element adds to those of its type: repetition, codes of a required binding, reference targets.

https://hl7.org/fhir/R4/terminologies.html#strength, https://hl7.org/fhir/R4/references.html.
"""

import re
from collections.abc import Iterable
from typing import Any, Final

from app.fhir.primitives import ABSOLUTE
from app.fhir.problems import Checker, Found, Problem, local, missing_value, place, problem

_NOT_THERE: Final = "refers to a contained resource that is not there (ref-1)"
_LISTED: Final = 12  # codes named in a message
_LITERAL: Final = re.compile(
    r"([A-Z][A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?", re.ASCII
)


def each(checker: Checker) -> Checker:
    def check_list(values: Any, depth: int) -> Found:
        if type(values) is not list:
            return missing_value(values, "an array")
        if not values:
            return problem("structure", "must not be an empty array")
        problems: list[Problem] = []
        for i, item in enumerate(values):
            found = checker(item, depth)
            if found is not None:
                place(found, f"[{i}]", problems)
        return problems or None

    return check_list


def _one_of(codes: Iterable[str]) -> str:
    listed = sorted(codes)
    shown = ", ".join(listed[:_LISTED])
    return f"must be one of {shown}" + (", …" if len(listed) > _LISTED else "")


def bound_code(allowed: dict[str, frozenset[str]]) -> Checker:
    codes = frozenset().union(*allowed.values())
    reason = _one_of(codes)

    def check_code(value: Any, _depth: int) -> Found:
        if type(value) is not str:
            return missing_value(value, "a string")
        return None if value in codes else problem("code-invalid", reason)

    return check_code


def bound_concept(plain: Checker, type_name: str, allowed: dict[str, frozenset[str]]) -> Checker:
    """A Coding from the value set, or a CodeableConcept with at least one such Coding."""
    reason = _one_of(code for codes in allowed.values() for code in codes) + f" of {', '.join(allowed)}"

    def check_concept(value: Any, depth: int) -> Found:
        found = plain(value, depth)
        if found is not None:
            return found
        codings = value.get("coding", ()) if type_name == "CodeableConcept" else (value,)
        if any(coding.get("code") in allowed.get(coding.get("system", ""), ()) for coding in codings):
            return None
        return problem("code-invalid", reason)

    return check_concept


def reference(plain: Checker, targets: frozenset[str]) -> Checker:
    reason = f"must refer to {' or '.join(sorted(targets))}"

    def check_reference(value: Any, depth: int) -> Found:
        found = plain(value, depth)
        if found is not None:
            return found
        literal = value.get("reference", "")
        if " " in literal or not literal.isprintable():
            return [Problem("value", "must be a URL without spaces", ["reference"])]
        if literal[:1] == "#":
            return place(local(literal[1:], "invariant", _NOT_THERE, targets, reason), "reference", [])
        if targets and (match := _LITERAL.fullmatch(literal)) and match[1] not in targets:
            return problem("value", reason)
        return None

    return check_reference


def extension(plain: Checker) -> Checker:
    """One that stands by itself: only those within another may have a url that is relative to it."""

    def check_extension(value: Any, depth: int) -> Found:
        found = plain(value, depth)
        if found is None and (found := ABSOLUTE(value["url"], depth)):
            place(found, "url", [])
        return found

    return check_extension
