"""What a profile asks of one element, compiled from a StructureDefinition's differential, and how a value is held to it.

https://hl7.org/fhir/R4/profiling.html. Cardinality, types of a choice, targets of references, patterns, required
bindings, slices by pattern or binding, and rules by name. Values are valid as R4 when they come here.
"""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from app.fhir.invariant import Invariant
from app.fhir.problems import Found, Problem, place

Json = dict[str, Any]
_TYPED: Final = re.compile(r"(?:.*/)?([A-Z][A-Za-z]+)/[A-Za-z0-9.-]{1,64}(?:/_history/.*)?")


@dataclass(frozen=True, slots=True)
class Binding:
    """A value set that this server holds: system → codes, and how it is called."""

    title: str
    codes: dict[str, frozenset[str]]

    def holds(self, value: Any) -> bool:
        """Whether ``value``, of any coded type, has a code of this set."""
        if isinstance(value, str):
            return any(value in codes for codes in self.codes.values())
        for row in value.get("coding", (value,)):
            if row.get("code") in self.codes.get(row.get("system", ""), ()):
                return True
        return False

    def words(self) -> str:
        """The codes, for error texts."""
        rows = [f"{', '.join(sorted(codes))} ({system})" for system, codes in self.codes.items()]
        return f"{self.title}: {'; '.join(rows)}"


def matches(value: Any, pattern: Any) -> bool:
    """Whether ``value`` has all that ``pattern`` has: https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_."""
    if isinstance(pattern, dict):
        return isinstance(value, dict) and all(
            name in value and matches(value[name], part) for name, part in pattern.items()
        )
    if isinstance(pattern, list):
        return isinstance(value, list) and all(any(matches(one, part) for one in value) for part in pattern)
    return bool(value == pattern)


@dataclass(slots=True)
class Node:
    """One element of a profile; ``keys`` are the names that it may have in JSON, ``allowed`` those that remain."""

    name: str
    keys: tuple[str, ...]
    path: str
    many: bool = False
    minimum: int = 0
    maximum: int | None = None
    allowed: tuple[str, ...] = ()
    targets: frozenset[str] = frozenset()
    pattern: Any = None
    exact: bool = False
    binding: Binding | None = None
    rules: list[Invariant] = field(default_factory=list)
    children: dict[str, "Node"] = field(default_factory=dict)
    slices: dict[str, "Node"] = field(default_factory=dict)
    discriminators: tuple[str, ...] = ()

    def within(self, parent: Json) -> Found:
        """What is wrong with this element of ``parent``."""
        for key in self.keys:
            if key in parent:
                return self._found(parent[key], key)
        if not self.minimum or any(f"_{key}" in parent for key in self.keys):
            return None
        return [Problem("required", f"must have {self.name}")]

    def _found(self, value: Any, key: str) -> Found:
        if self.maximum == 0:
            return place([Problem("structure", "must not be there")], key, [])
        if key not in self.allowed:
            text = f"must be {' or '.join(name.removeprefix(self.name) for name in self.allowed)}"
            return place([Problem("value", text)], key, [])
        found = self._several(value) if isinstance(value, list) else self._alone(value, key)
        return place(found, key, []) if found else None

    def _alone(self, value: Any, key: str) -> Found:
        """One value; where it is of a choice, what is asked of its type counts too."""
        found, typed = self.one(value), self.slices.get(key)
        more = typed.one(value) if typed else None
        return [*(found or ()), *more] if more else found

    def _several(self, values: list[Any]) -> Found:
        problems: list[Problem] = []
        for n, value in enumerate(values):
            found = self.one(value)
            if found:
                place(found, f"[{n}]", problems)
        if len(values) < self.minimum or (self.maximum is not None and len(values) > self.maximum):
            problems.append(
                Problem("structure", f"must be {_counted(self.minimum, self.maximum)}, not {len(values)}")
            )
        for name, part in self.slices.items():
            _slice(name, part, self.discriminators, values, problems)
        return problems or None

    def one(self, value: Any) -> Found:
        """What is wrong with one value of this element."""
        problems = self._itself(value) if self.asks else None
        if isinstance(value, dict):
            for child in self.children.values():
                found = child.within(value)
                if found:
                    problems = [*(problems or ()), *found]
            for rule in self.rules:
                if not rule.holds(value):
                    told = Problem("invariant", f"breaks the rule: {rule.reason} ({rule.key})")
                    problems = [*(problems or ()), told]
        return problems

    @property
    def asks(self) -> bool:
        """Whether anything is asked of the value itself."""
        return self.pattern is not None or self.binding is not None or bool(self.targets)

    def _itself(self, value: Any) -> Found:
        """Its pattern, its codes, and what it may refer to."""
        if self.pattern is not None and not (
            value == self.pattern if self.exact else matches(value, self.pattern)
        ):
            return [Problem("value", f"must be {_written(self.pattern)}")]
        if self.binding and value is not None and not self.binding.holds(value):
            return [Problem("code-invalid", f"must have a code of {self.binding.words()}")]
        if self.targets and isinstance(value, dict):
            match = _TYPED.fullmatch(value.get("reference", ""))
            if match and match[1] not in self.targets:
                text = f"must refer to {' or '.join(sorted(self.targets))}, not {match[1]}"
                return [Problem("value", text)]
        return None

    def is_meant(self, value: Any, discriminators: tuple[str, ...]) -> bool:
        """Whether ``value`` belongs to this slice."""
        for path in discriminators:
            node: Node = self
            inner = value
            for name in path.split(".") if path != "$this" else ():
                node, inner = node.children[name], inner.get(name) if isinstance(inner, dict) else None
            told = node.pattern is not None or node.binding is not None
            fits = node.pattern is None or matches(inner, node.pattern)
            if (
                inner is None
                or not told
                or not fits
                or (node.binding is not None and not node.binding.holds(inner))
            ):
                return False
        return True


def _slice(
    name: str, part: Node, discriminators: tuple[str, ...], values: list[Any], problems: list[Problem]
) -> None:
    """The values that belong to one slice, held to it."""
    count = 0
    for n, value in enumerate(values):
        if part.is_meant(value, discriminators):
            count += 1
            found = part.one(value)
            if found:
                place(found, f"[{n}]", problems)
    if count < part.minimum or (part.maximum is not None and count > part.maximum):
        text = f"must hold {_counted(part.minimum, part.maximum)} {name}, not {count}{_meaning(part)}"
        problems.append(Problem("required" if count < part.minimum else "structure", text))


def _meaning(part: Node) -> str:
    """What makes an element one of the slice, for error texts."""
    if part.binding:
        return f" ({part.binding.words()})"
    pattern = (
        part.pattern
        if part.pattern is not None
        else next((child.pattern for child in part.children.values() if child.pattern is not None), None)
    )
    return f" ({_written(pattern)})" if pattern is not None else ""


def _counted(minimum: int, maximum: int | None) -> str:
    if maximum is None:
        return f"at least {minimum}"
    return str(minimum) if minimum == maximum else f"{minimum} to {maximum}"


def _written(pattern: Any) -> str:
    """A pattern in words: system|code of a code, else what it is."""
    rows = pattern.get("coding", [pattern]) if isinstance(pattern, dict) else []
    if rows and all("code" in row for row in rows):
        return ", ".join(f"{row.get('system', '')}|{row['code']}" for row in rows)
    return repr(pattern)
