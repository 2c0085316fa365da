"""The compiled elements of one type, checked in one pass over an object's members.

https://hl7.org/fhir/R4/json.html. Primitive values have their ids and extensions beside them (``_birthDate``).
"""

import re
from typing import Any, Final, NamedTuple

from app.fhir import identifiers
from app.fhir.invariant import Invariant
from app.fhir.problems import BARE, LOCAL, NULL, ODD, Checker, Found, Problem, missing_value, place, problem

DEEPEST: Final = 50
_NAME: Final = re.compile(r"_?[A-Za-z][A-Za-z0-9]{0,63}", re.ASCII)


class Shadow(NamedTuple):
    """What stands beside a primitive element: its ids and extensions."""

    primitive: str  # birthDate
    many: bool
    bit: int
    needed: (
        bool  # an extension cannot replace the value: codes of a required binding, the url of an extension
    )


class Shape:
    """The compiled elements of one type or inline element.

    Every element has a bit; the alternatives of a choice share one, so that a second alternative is seen, and a
    missing required element is a bit that is not set.
    """

    __slots__ = (
        "bits",
        "extended",
        "fields",
        "invariants",
        "is_resource",
        "meaningful",
        "required",
        "shadows",
    )

    def __init__(self, extended: Checker | None, is_resource: bool) -> None:
        self.fields: dict[str, tuple[Checker, int]] = {}
        self.shadows: dict[str, Shadow] = {}  # by name: _birthDate
        self.bits: dict[int, str] = {}
        self.required = 0
        self.meaningful = 0  # every element but the id
        self.invariants: tuple[Invariant, ...] = ()
        self.is_resource = is_resource
        self.extended = extended or self.check  # that of an Element, which stands beside primitives

    def check(self, value: Any, depth: int) -> Found:
        """What is wrong with ``value`` as this type."""
        if type(value) is not dict or depth > DEEPEST:
            return _not_checked(value)
        problems: Found = None
        seen, inside, get = 0, depth + 1, self.fields.get
        for name, item in value.items():
            checker, bit = get(name, _UNKNOWN)
            found = checker(item, inside)
            if found is not None or seen & bit:
                problems = self._collect(problems, name, found, seen & bit)
            seen |= bit
        if problems is not None or self.required & ~seen or not seen & self.meaningful:
            problems = self._complete(value, problems or [], seen, inside)
        return self._check_rules(value, problems) if self.invariants else problems

    def _check_rules(self, value: dict[str, Any], problems: Found) -> Found:
        """The invariants, which need a sound structure; what refers to contained resources is settled later."""
        if problems is not None and any(one.mark != LOCAL for one in problems):
            return problems
        broken = [rule for rule in self.invariants if not rule.holds(value)]
        found = [Problem("invariant", f"{rule.reason} ({rule.key})") for rule in broken]
        return [*(problems or ()), *found] or None

    def _collect(self, problems: Found, name: str, found: Found, twice: int) -> list[Problem]:
        here = found or []
        if twice:
            here.append(Problem("structure", f"is a second value of {self.bits[twice]}[x]"))
        return place(here, name, problems if problems is not None else [])

    def _complete(self, value: dict[str, Any], problems: list[Problem], seen: int, depth: int) -> Found:
        """Sorts out unknown names, extensions of primitives and what is missing."""
        for odd in [one for one in problems if one.mark == ODD and len(one.trail) == 1]:
            problems.remove(odd)
            name = odd.trail[0]
            if name not in self.shadows:
                _place_unknown(name, problems)
                continue
            shadow = self.shadows[name]
            problems = self._check_shadow(value, name, depth, problems)
            if seen & shadow.bit and shadow.primitive not in value:
                place(
                    problem("structure", f"is a second value of {self.bits[shadow.bit]}[x]"), name, problems
                )
            seen |= shadow.bit
        if not value:
            problems += problem("structure", "must not be empty")
        elif not self.is_resource and list(value) == ["id"]:
            problems.append(Problem("invariant", "must have more than an id (ele-1)", mark=BARE))
        missing = self.required & ~seen
        problems += [
            Problem("required", f"must have {name}") for bit, name in self.bits.items() if missing & bit
        ]
        return problems or None

    def _check_shadow(
        self, value: dict[str, Any], name: str, depth: int, problems: list[Problem]
    ) -> list[Problem]:
        """``_birthDate`` beside or instead of ``birthDate``: id and extensions of a primitive value.

        Returns ``problems`` with what is wrong here, without the nulls that stand for values with only an extension.
        """
        shadow, (primitive, many, _, needed) = value[name], self.shadows[name]
        if not many:
            place(self._check_extended(shadow, primitive in value, depth, needed), name, problems)
            return problems
        if type(shadow) is not list or not shadow:
            place(problem("structure", "must be an array that is not empty"), name, problems)
            return problems
        plain = value.get(primitive)
        if type(plain) is not list:
            plain = [None] * len(shadow)
        if len(plain) != len(shadow):
            place(problem("structure", f"must be as long as {primitive}"), name, problems)
            return problems
        filled: set[str] = set()
        for i, (one, extended) in enumerate(zip(plain, shadow, strict=True)):
            if extended is None and one is not None:
                continue
            found = self._check_extended(extended, one is not None, depth, needed)
            if found:
                place(place(found, f"[{i}]", []), name, problems)
            filled.add(f"[{i}]")
        return [
            one
            for one in problems
            if not (one.mark == NULL and one.trail[1:] == [primitive] and one.trail[0] in filled)
        ]

    def _check_extended(self, shadow: Any, has_value: bool, depth: int, needed: bool) -> list[Problem]:
        """One object beside a primitive value, or instead of it."""
        found = self.extended(shadow, depth) or []
        if needed and not has_value:
            found += problem("required", "must stand beside a value: an extension does not replace it")
        return [one for one in found if not (has_value and one.mark == BARE)]


def _unknown(_value: Any, _depth: int) -> Found:
    return [Problem("structure", "", mark=ODD)]


_UNKNOWN: Final[tuple[Checker, int]] = (_unknown, 0)


def _not_checked(value: Any) -> Found:
    if type(value) is not dict:
        return missing_value(value, "an object")
    return problem("structure", f"is nested more than {DEEPEST} levels deep")


def _place_unknown(name: str, problems: list[Problem]) -> None:
    shown = bool(_NAME.fullmatch(name)) and not identifiers.looks_like_person_number(name.strip("_"))
    if shown:
        place(problem("structure", "is not an element of this type"), name, problems)
    else:
        problems.extend(problem("structure", "holds an element that R4 does not define"))
