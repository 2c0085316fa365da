"""SMART scopes: what a token may reach at most. They only narrow what the access rows give.

https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html: ``patient|user|system/Type.cruds?arguments``;
version 1's ``.read``, ``.write`` and ``.*`` mean ``rs``, ``cud`` and ``cruds``. A token without any is not narrowed.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from app.fhir.registry import BY_NAME, CONCERNING
from app.fhir.search_params import Kind, of_type

# TABLE: the arguments that a scope may have → the element that they are about, whose codings are compared
ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    "category": ("category",),
    "code": ("code",),
    "status": ("status",),
    "type": ("type",),
    "class": ("class",),
    "_tag": ("meta", "tag"),
    "_security": ("meta", "security"),
}
# TABLE: what is done → the letter of a scope that allows it; all other acts change what is there
LETTERS: Mapping[str, str] = {"create": "c", "read": "r", "update": "u", "delete": "d", "search": "s"}
CHANGE = "u"
LEVELS = ("patient", "user", "system")
EVERY = "*"
_OF_VERSION_1 = {"read": "rs", "write": "cud", "*": "cruds"}
_SCOPE = re.compile(
    r"(patient|user|system)/(\*|[A-Z][A-Za-z]*)\.(read|write|\*|(?=[cruds])c?r?u?d?s?)(?:\?(.+))?"
)
_KNOWN = 2_000

Values = frozenset[tuple[str, str]]  # of an argument, what a resource may be found by


@dataclass(frozen=True, slots=True)
class Grant:
    """One scope: its level, the type, the letters, and for each argument the values of which one must be there."""

    level: str
    type: str
    letters: str
    where: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def names(self, type_name: str) -> bool:
        """Whether it is about this type."""
        return self.type in {EVERY, type_name}

    def of(self, patient: str | None) -> dict[str, Any]:
        """As ``scope_covers`` reads it (migrations/versions)."""
        row: dict[str, Any] = {"type": self.type}
        if self.level == "patient":
            row["patient"] = patient or ""
        if self.where:
            row["where"] = [{"path": ARGUMENTS[name], "any": values} for name, values in self.where]
        return row


@dataclass(frozen=True)
class Narrowing:
    """The scopes of a token together: what one of them covers; ``patient`` is the woman of its launch context."""

    grants: tuple[Grant, ...]
    patient: str | None = None
    _rows: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def covers(self, letter: str, type_name: str, patient: str | None, values: Values) -> bool:
        """Whether a scope with ``letter`` covers a resource of this type, about this woman, with these ``values``."""
        return any(
            letter in grant.letters
            and grant.names(type_name)
            and (grant.level != "patient" or patient in {None, self.patient})
            and all(any((name, one) in values for one in wanted) for name, wanted in grant.where)
            for grant in self.grants
        )

    def touches(self, letter: str, type_name: str) -> bool:
        """Whether a scope covers anything of this type at all."""
        return any(letter in grant.letters and grant.names(type_name) for grant in self.grants)

    def is_whole(self, letters: str) -> bool:
        """Whether all that is about a woman is covered, without arguments: what is folded from it is then complete."""
        return all(
            any(letter in grant.letters and grant.names(name) and not grant.where for grant in self.grants)
            for letter in letters
            for name in CONCERNING
        )

    def rows(self, letter: str) -> str:
        """The grants with ``letter`` as JSON, for ``scope_covers``."""
        if letter not in self._rows:
            found = [grant.of(self.patient) for grant in self.grants if letter in grant.letters]
            self._rows[letter] = json.dumps(found)
        return self._rows[letter]


def narrowing(scopes: Iterable[str], patient: str | None, *, always: bool = False) -> Narrowing | None:
    """What ``scopes`` narrow to; None where none of them is SMART's, unless ``always``."""
    return _narrowing(frozenset(scopes), patient, always)


@lru_cache(maxsize=_KNOWN)
def _narrowing(scopes: frozenset[str], patient: str | None, always: bool) -> Narrowing | None:
    smart = sorted(scope for scope in scopes if scope.startswith(tuple(f"{level}/" for level in LEVELS)))
    if not smart and not always:
        return None
    return Narrowing(tuple(filter(None, map(grant_of, smart))), patient)


def grant_of(scope: str) -> Grant | None:
    """One scope as a grant; None for what is none, or names what this server cannot hold to: it covers nothing."""
    match = _SCOPE.fullmatch(scope)
    if match is None or (match[2] != EVERY and match[2] not in BY_NAME):
        return None
    level, type_name, letters, arguments = match.groups()
    where = _where(arguments or "")
    if (arguments and not where) or not all(_is_about(type_name, name) for name, _ in where):
        return None
    return Grant(level, type_name, _OF_VERSION_1.get(letters, letters), where)


def _where(arguments: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Each argument with the values of which one must be there; what is no token search leads to no argument at all."""
    try:
        pairs = parse_qsl(arguments, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return ()
    found = tuple((name, tuple(value.split(","))) for name, value in pairs)
    sound = all(name in ARGUMENTS and all(values) and "\\" not in "".join(values) for name, values in found)
    return found if sound else ()


def _is_about(type_name: str, argument: str) -> bool:
    """Whether the argument finds just what its element holds; of every type only what all resources have."""
    path = ARGUMENTS[argument]
    if type_name == EVERY:
        return path[0] == "meta"
    expression = ".".join((type_name, *path))
    return any(
        param.code == argument and param.kind is Kind.TOKEN and param.expression == expression
        for param in of_type(type_name)
    )


def values_of(resource: Mapping[str, Any]) -> Values:
    """What ``resource`` is found by, for each argument: system and code, code alone, system alone."""
    return frozenset(
        (name, value)
        for name, path in ARGUMENTS.items()
        for coding in _codings(_at(resource, path))
        for value in _forms(coding)
    )


def _at(resource: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        resource = resource.get(name) if isinstance(resource, Mapping) else None
    return resource


def _codings(value: Any) -> Iterator[Any]:
    for one in value if isinstance(value, list) else [value]:
        yield from one["coding"] if isinstance(one, Mapping) and "coding" in one else [one]


def _forms(coding: Any) -> Iterator[str]:
    if isinstance(coding, str):
        yield coding
    if not isinstance(coding, Mapping):
        return
    system, code = coding.get("system"), coding.get("code")
    if code is not None:
        yield from (f"{system or ''}|{code}", code)
    if system is not None:
        yield f"{system}|"
