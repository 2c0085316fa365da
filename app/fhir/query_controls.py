"""TABLE: the parameters that steer a search rather than select: page, order, inclusion, form.

https://hl7.org/fhir/R4/search.html#return.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.fhir.query_conditions import ALL_KEPT, Unknown
from app.fhir.registry import BY_NAME
from app.fhir.search_params import Kind, SearchParam, lookup, of_type
from app.fhir.summary import SUMMARIES, form_of

_WHOLE: Final = re.compile(r"\d{1,6}", re.ASCII)
_UNSORTABLE: Final = frozenset({Kind.COMPOSITE, Kind.SPECIAL})
_INCLUDE_PARTS: Final = (2, 3)
_EVERY: Final = "*"
MOST_KEYS: Final = 6


@dataclass(frozen=True, slots=True)
class SortKey:
    """Order by a parameter, one for each type that is searched."""

    params: tuple[SearchParam, ...]
    descending: bool

    @property
    def param(self) -> SearchParam:
        """The parameter, where one type is searched."""
        return self.params[0]


@dataclass(frozen=True, slots=True)
class Include:
    """Add what ``params`` of the ``source`` type (empty: of any) refer to, or, ``reverse``, what refers by them.

    ``target`` narrows to one type; ``every``: all its references were asked for, not one by name.
    """

    source: str
    params: tuple[SearchParam, ...]
    target: str | None
    iterate: bool = False
    reverse: bool = False
    every: bool = False


@dataclass(slots=True)
class Controls:
    """What a request steers, as far as it has been read."""

    types: tuple[str, ...]
    includes: list[Include] = field(default_factory=list)
    sort: list[SortKey] = field(default_factory=list)
    count: int | None = None
    total: str = "none"
    summary: str = ""
    elements: list[str] = field(default_factory=list)
    cursor: str | None = None


def take(controls: Controls, name: str, value: str) -> bool:
    """Reads one parameter if it steers; raises ValueError if it cannot be what it says."""
    code, _, modifier = name.partition(":")
    if code not in TABLE:
        return False
    if modifier and not (code in {"_include", "_revinclude"} and modifier in {"iterate", "recurse"}):
        raise ValueError("has a modifier that it cannot have")
    TABLE[code](controls, value, modifier)
    return True


def _count(controls: Controls, value: str, _: str) -> None:
    if not _WHOLE.fullmatch(value):
        raise ValueError("is not a whole number")
    controls.count = int(value)


def _sort(controls: Controls, value: str, _: str) -> None:
    for part in value.split(","):
        params = [lookup(type_name, part.removeprefix("-")) for type_name in controls.types]
        found = tuple(param for param in params if param is not None and param.kind not in _UNSORTABLE)
        if len(found) < len(params) or len({param.kind for param in found}) > 1:
            raise ValueError(f"names something that {' and '.join(controls.types)} cannot be sorted by")
        controls.sort.append(SortKey(found, part.startswith("-")))
    if len(controls.sort) > MOST_KEYS:
        raise ValueError(f"has more than {MOST_KEYS} keys")


def _include(controls: Controls, value: str, modifier: str) -> None:
    controls.includes.append(_read_include(controls, value, iterate=bool(modifier), reverse=False))


def _revinclude(controls: Controls, value: str, modifier: str) -> None:
    controls.includes.append(_read_include(controls, value, iterate=bool(modifier), reverse=True))


def _read_include(controls: Controls, value: str, *, iterate: bool, reverse: bool) -> Include:
    if value == _EVERY:
        sources = controls.types if not (iterate or reverse) else ALL_KEPT
        params = tuple(param for name in sources for param in _references(name))
        return Include("", params, None, iterate, reverse, every=True)
    parts = value.split(":")
    if len(parts) not in _INCLUDE_PARTS:
        raise ValueError("is not Type:parameter or Type:parameter:TargetType")
    source, code, target = (*parts, None)[:3]
    if source not in ALL_KEPT:
        raise ValueError("names a type that this server does not keep")
    if target is not None and target not in BY_NAME:
        raise ValueError("names a target type that this server does not keep")
    if code == _EVERY:
        return Include(source, _references(source), target, iterate, reverse, every=True)
    param = lookup(source, code or "")
    if param is None or param.kind is not Kind.REFERENCE:
        raise ValueError(f"does not name a reference parameter of {source}")
    if target is not None and param.targets and target not in param.targets:
        raise ValueError(f"names a type that {source}.{code} cannot reference")
    return Include(source, (param,), target, iterate, reverse)


def _references(type_name: str) -> tuple[SearchParam, ...]:
    return tuple(param for param in of_type(type_name) if param.kind is Kind.REFERENCE)


def _one_of(attribute: str, *allowed: str) -> Callable[[Controls, str, str], None]:
    def take(controls: Controls, value: str, _: str) -> None:
        if value not in allowed:
            raise ValueError(f"is none of {', '.join(allowed)}")
        setattr(controls, attribute, value)

    return take


def _elements(controls: Controls, value: str, _: str) -> None:
    controls.elements += form_of(controls.types, "", value).elements


def _cursor(controls: Controls, value: str, _: str) -> None:
    controls.cursor = value


def _contained(_controls: Controls, value: str, _: str) -> None:
    if value not in {"false", "true", "both"}:
        raise ValueError("is none of false, true, both")
    if value != "false":
        raise Unknown("asks for contained resources, which are not found by themselves here")


def _nothing(_controls: Controls, _value: str, _modifier: str) -> None:
    """Seen to by the HTTP layer."""


TABLE: Final[dict[str, Callable[[Controls, str, str], None]]] = {
    "_count": _count,
    "_sort": _sort,
    "_include": _include,
    "_revinclude": _revinclude,
    "_total": _one_of("total", "none", "estimate", "accurate"),
    "_summary": _one_of("summary", *SUMMARIES),
    "_elements": _elements,
    "_contained": _contained,
    "_cursor": _cursor,
    "_format": _nothing,
    "_pretty": _nothing,
}
SILENT: Final = frozenset({"_cursor", "_format", "_pretty"})
