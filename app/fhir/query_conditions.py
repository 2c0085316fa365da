"""What a search asks of a resource: a parameter's values, or a test of what it refers to or is referred to by.

https://hl7.org/fhir/R4/search.html#chaining and #has.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from app.fhir import definitions, query_values
from app.fhir.registry import BY_NAME
from app.fhir.search_params import (
    Kind,
    SearchParam,
    data_types,
    is_canonical,
    lookup,
    reason_left_out,
)
from app.fhir.search_values import Value

MODIFIERS: Final[dict[Kind, frozenset[str]]] = {
    Kind.TOKEN: frozenset(
        {"missing", "not", "text", "in", "not-in", "above", "below"}
    ),  # of-type: identifiers
    Kind.REFERENCE: frozenset({"missing", "identifier"}),  # and the name of a target type; below: canonical
    Kind.STRING: frozenset({"missing", "exact", "contains"}),
    Kind.URI: frozenset({"missing", "above", "below"}),
    Kind.DATE: frozenset({"missing"}),
    Kind.NUMBER: frozenset({"missing"}),
    Kind.QUANTITY: frozenset({"missing"}),
    Kind.COMPOSITE: frozenset({"missing"}),
}
MOST_VALUES: Final = 1_000
MOST_BRANCHES: Final = 24
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_\-]{0,63}")  # no digits: what has some may be a value gone astray
_HAS, _LIST = "_has", "_list"
_HAS_PARTS: Final = 4
ALL_KEPT: Final = tuple(name for name in BY_NAME if name != "AuditEvent")  # events are rows of the log


@dataclass(frozen=True, slots=True)
class Condition:
    """A parameter has one of ``values``; ``modifier`` is "" or what stood after the colon.

    ``params`` is one parameter for each type that is searched.
    """

    params: tuple[SearchParam, ...]
    modifier: str
    values: tuple[Value, ...]

    @property
    def param(self) -> SearchParam:
        """The parameter, where one type is searched."""
        return self.params[0]


@dataclass(frozen=True, slots=True)
class Chain:
    """What ``params`` refer to passes a test: one for each type that it may be of."""

    params: tuple[SearchParam, ...]
    branches: "tuple[tuple[str, Test], ...]"


@dataclass(frozen=True, slots=True)
class Has:
    """A resource that refers here by ``param``, its own, passes the test."""

    param: SearchParam
    inner: "Test"


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry of one of these Lists."""

    ids: tuple[str, ...]


Test = Condition | Chain | Has | Listed


class Unknown(Exception):
    """The parameter is not known or not supported: refused, or ignored when the client asked for leniency."""


class _TooWide(ValueError):
    """A chain goes through more types than a statement should hold."""


@dataclass(slots=True)
class Reader:
    """Reads tests on ``types``. ``home`` is the base of our own addresses, ``most`` how many references a chain has."""

    home: str = ""
    most: int = 4
    branches: int = field(default=0, init=False)

    def read(self, types: tuple[str, ...], name: str, text: str) -> Test:
        """The test that one parameter asks for. Raises Unknown, and ValueError with the reason."""
        self.branches = 0
        return self._test(types, name, text, 0)

    def _test(self, types: tuple[str, ...], name: str, text: str, depth: int) -> Test:
        if name.startswith(f"{_HAS}:"):
            return self._has(types, name, text, depth)
        head, dot, rest = name.partition(".")
        if dot:
            return self._chain(types, head, rest, text, depth)
        if name == _LIST:
            return _listed(text)
        return self._condition(types, name, text)

    def _deeper(self, depth: int) -> int:
        if depth >= self.most:
            raise ValueError(f"goes through more than {self.most} references")
        return depth + 1

    def _has(self, types: tuple[str, ...], name: str, text: str, depth: int) -> Has:
        parts = name.split(":", _HAS_PARTS - 1)
        if len(parts) < _HAS_PARTS or not parts[3]:
            raise ValueError("is not _has:Type:reference:parameter")
        _, source, code, rest = parts
        param = lookup(source, code) if source in ALL_KEPT else None
        if param is None or param.kind is not Kind.REFERENCE:
            raise ValueError("names no reference parameter of a type that this server keeps")
        if param.targets and not set(types) & set(param.targets):
            raise ValueError(f"cannot hold: {source}.{code} does not refer to {' or '.join(types)}")
        return Has(param, self._test((source,), rest, text, self._deeper(depth)))

    def _chain(self, types: tuple[str, ...], head: str, rest: str, text: str, depth: int) -> Chain:
        code, _, stated = head.partition(":")
        params = _params(types, code)
        if params[0].kind is not Kind.REFERENCE:
            raise ValueError(f"goes through {code}, which is no reference")
        targets = [
            name for name in ALL_KEPT if all(name in param.targets or not param.targets for param in params)
        ]
        if stated and stated not in targets:
            raise ValueError(f"names a type that {code} cannot reference")
        deeper = self._deeper(depth)
        branches: list[tuple[str, Test]] = []
        refusal: Exception | None = None
        for target in [stated] if stated else targets:
            try:
                branches.append((target, self._test((target,), rest, text, deeper)))
            except _TooWide:
                raise
            except (Unknown, ValueError) as error:
                refusal = error if refusal is None or isinstance(refusal, Unknown) else refusal
        if not branches:
            raise refusal or Unknown("leads to no type that this server keeps")
        return Chain(params, tuple(branches))

    def _condition(self, types: tuple[str, ...], name: str, text: str) -> Condition:
        code, _, modifier = name.partition(":")
        params = _params(types, code)
        for param in params:
            _check_modifier(param, modifier)
        self.branches += 1
        if self.branches > MOST_BRANCHES:
            raise _TooWide("leads to too many types: name one, as in subject:Patient.name")
        parts = [part for part in query_values.split(text, ",") if part]
        if not parts:
            raise ValueError("has no value")
        if len(parts) > MOST_VALUES:
            raise ValueError(f"has more than {MOST_VALUES} values")
        values = (
            value
            for part in parts
            for param in params
            for value in query_values.parse(param, modifier, part, self.home)
        )
        return Condition(params, modifier, tuple(dict.fromkeys(values)))


@lru_cache(maxsize=4096)
def _params(types: tuple[str, ...], code: str) -> tuple[SearchParam, ...]:
    """The parameter ``code`` of each type; all of one kind."""
    found: list[SearchParam] = []
    for type_name in types:
        param = lookup(type_name, code)
        if param is None or param.kind is Kind.SPECIAL:
            reason = reason_left_out(type_name, code)
            known = code if NAME.fullmatch(code) else "something"
            raise Unknown(
                f"is not supported: {reason}"
                if reason
                else f"asks for {known}, which is not known for {type_name}"
            )
        found.append(param)
    if len({param.kind for param in found}) > 1:
        raise Unknown(f"is not the same for {', '.join(types)}")
    return tuple(found)


def _check_modifier(param: SearchParam, modifier: str) -> None:
    if not modifier or modifier in MODIFIERS[param.kind] or _names_target(param, modifier):
        return
    if modifier == "of-type" and param.kind is Kind.TOKEN and "Identifier" in data_types(param):
        return
    if modifier == "below" and is_canonical(param):
        return
    raise ValueError(f"cannot have this modifier; {param.type}.{param.code} is a {param.kind} parameter")


def _names_target(param: SearchParam, modifier: str) -> bool:
    allowed = param.targets or definitions.RESOURCE_NAMES
    return param.kind is Kind.REFERENCE and modifier in allowed and not is_canonical(param)


def _listed(text: str) -> Listed:
    ids = tuple(part for part in query_values.split(text, ",") if part)
    if any(part.startswith("$") for part in ids):
        raise Unknown("names a functional list, which this server does not keep: ask for a List by its id")
    if not ids or not all(query_values.ID.fullmatch(part) for part in ids):
        raise ValueError("takes the id of a List")
    return Listed(ids)


def params_of(test: Test) -> Iterator[SearchParam]:
    """Every parameter that a test looks at, also those of the resources that it goes through."""
    match test:
        case Condition():
            for param in test.params:
                yield param
                yield from (part for code, _ in param.components if (part := lookup(param.type, code)))
        case Chain():
            yield from test.params
            for _, inner in test.branches:
                yield from params_of(inner)
        case Has():
            yield test.param
            yield from params_of(test.inner)
