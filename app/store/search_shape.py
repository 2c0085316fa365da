"""What of a search decides the text of its statement, apart from its values: shapes are compiled once and kept.

The builder (``search_sql.py``) is given the shape alone, so that two searches of one shape cannot need two texts. Values
come in the order in which the builder makes their parameters.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache, singledispatch
from typing import Any

from app.fhir.compartments import members
from app.fhir.newborn import is_child
from app.fhir.query import (
    Chain,
    Condition,
    Has,
    Listed,
    MissingValue,
    Query,
    ReferenceValue,
    Test,
    TokenValue,
    UriValue,
)
from app.fhir.registry import BY_NAME
from app.fhir.search_params import (
    BARE,
    OF_TYPE,
    WORD,
    Kind,
    SearchParam,
    alias,
    is_canonical,
    lookup,
    names_people,
    numbers_of,
)
from app.store.search_groups import END, Form, Group, Row, above, form_of, grouped


@dataclass(frozen=True, slots=True)
class Leaf:
    """Index rows of the parameters ``numbers`` that fit one of the groups are there, or, ``negated``, are not."""

    kind: Kind
    numbers: tuple[int, ...]
    groups: tuple[Group, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """No index row of the parameters is there, or, not ``absent``, one is."""

    kind: Kind
    numbers: tuple[int, ...]
    absent: bool


@dataclass(frozen=True, slots=True)
class Own:
    """A column of the resource itself: ``id``, ``updated`` or ``patient``."""

    column: str
    groups: tuple[Group, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    """True or false, whatever the resource."""

    holds: bool


@dataclass(frozen=True, slots=True)
class Hop:
    """What the parameters ``numbers`` refer to passes a test; ``canonical``: by its url, indexed under ``url``."""

    numbers: tuple[int, ...]
    canonical: bool
    branches: "tuple[tuple[str, int | None, Node], ...]"  # type, number of its url, test


@dataclass(frozen=True, slots=True)
class Back:
    """A resource of type ``source`` that refers here passes a test; ``urls``: numbers of the url, if it refers so."""

    source: str
    number: int
    urls: tuple[int, ...]
    inner: "Node"


@dataclass(frozen=True, slots=True)
class InList:
    """An entry of a List."""

    number: int


@dataclass(frozen=True, slots=True)
class Member:
    """In the compartment of a resource of this type; ``itself``: that resource too."""

    type: str
    numbers: tuple[int, ...]
    itself: bool


Node = Leaf | Missing | Own | Constant | Hop | Back | InList | Member


def criteria(query: Query, values: list[Any], hidden: frozenset[int] = frozenset()) -> tuple[Node, ...]:
    """The nodes of a query; their values are appended to ``values``. ``hidden`` parameters make no membership."""
    nodes: list[Node] = [node_of(test, values) for test in query.conditions]
    if query.compartment is not None:
        type_name, id_ = query.compartment
        of = members(type_name)
        numbers = {param.number for name in query.types for param in of.get(name, ())} - hidden
        nodes.append(Member(type_name, tuple(sorted(numbers)), type_name in query.types))
        values.append(id_)
    return tuple(nodes)


@singledispatch
def node_of(test: Test, _values: list[Any]) -> Node:
    """The node of one test; its values are appended."""
    raise TypeError(type(test).__name__)


@node_of.register
def _chain(test: Chain, values: list[Any]) -> Node:
    branches = tuple((name, _url(name), node_of(inner, values)) for name, inner in test.branches)
    return Hop(tuple(param.number for param in test.params), is_canonical(test.params[0]), branches)


@node_of.register
def _has(test: Has, values: list[Any]) -> Node:
    param = test.param
    urls = tuple(number for name in param.targets or BY_NAME if (number := _url(name)))
    return Back(param.type, param.number, urls if is_canonical(param) else (), node_of(test.inner, values))


@node_of.register
def _listed(test: Listed, values: list[Any]) -> Node:
    values.append(list(test.ids))
    return InList(_number("List", "item"))


def _number(type_name: str, code: str) -> int:
    param = lookup(type_name, code)
    if param is None:
        raise LookupError(f"{type_name}.{code}")
    return param.number


@cache
def _url(type_name: str) -> int | None:
    """The number of the parameter by which a type is found by its canonical url."""
    param = lookup(type_name, "url")
    return param.number if param is not None and param.kind is Kind.URI else None


@node_of.register
def _leaf(condition: Condition, values: list[Any]) -> Node:
    kind, modifier = condition.param.kind, condition.modifier
    if not condition.values:  # of a value set without codes
        return Constant(modifier == "not")
    first = condition.values[0]
    own = _own_column(condition)
    if isinstance(first, MissingValue):
        if own in {"id", "updated"}:
            return Constant(not first.missing)
        return Missing(kind, numbers_of(*condition.params), first.missing)
    groups = grouped(_rows(condition, own), values)
    negated = modifier in {"not", "not-in"}
    if own:
        return Own(own, groups, negated)
    return Leaf(kind, _numbers(condition.params, modifier), groups, negated)


def _rows(condition: Condition, own: str) -> Iterator[tuple[Form, Row]]:
    """Form and columns of each value."""
    for value in condition.values:
        if own == "id" and isinstance(value, TokenValue):
            yield ("id",), (value.code or "",)
        elif own == "patient" and isinstance(value, ReferenceValue):
            yield ("id",), (value.id,)
        elif condition.modifier == "below" and isinstance(value, TokenValue):  # a mime type with parameters
            yield ("code",), (value.code,)
            yield ("begins",), (f"{value.code};", f"{value.code};{END}")
        elif condition.modifier == "above" and isinstance(value, UriValue):
            yield from ((("exact",), (uri,)) for uri in above(value.uri))
        else:
            yield form_of(value, condition.modifier)


@lru_cache(maxsize=4096)
def _numbers(params: tuple[SearchParam, ...], modifier: str) -> tuple[int, ...]:
    """The numbers under which the index rows stand."""
    if modifier == "of-type":
        return tuple(alias(param, OF_TYPE) for param in params)
    numbers = [*numbers_of(*params)]
    if not modifier:
        numbers += [alias(param, WORD) for param in params if names_people(param)]
    if is_canonical(params[0]):
        numbers += [alias(param, BARE) for param in params]
    return tuple(numbers)


def _own_column(condition: Condition) -> str:
    """The column of the resource that answers, or ""."""
    code = condition.param.code
    if code == "_id":
        return "id"
    if code == "_lastUpdated":
        return "updated"
    if condition.modifier in {"", "Patient"} and all(map(_names_the_woman, condition.params)):
        women = all(
            isinstance(value, ReferenceValue) and value.type == "Patient" and not is_child(value.id or "")
            for value in condition.values
        )
        return "patient" if women else ""
    return ""


@cache
def _names_the_woman(param: SearchParam) -> bool:
    """Whether the parameter looks at the one element from which the server derives whom a resource is about."""
    elements = BY_NAME[param.type].patient
    if len(elements) != 1 or "." in elements[0]:
        return False
    path = f"{param.type}.{elements[0]}"
    return param.expression in {path, f"{path}.where(resolve() is Patient)"} and param.type != "Provenance"
