"""TABLE: the parameters that steer a search rather than select: page, order, inclusion, form.

https://hl7.org/fhir/R4/search.html#return.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from app.fhir import definitions
from app.fhir.registry import BY_NAME
from app.fhir.search_params import Kind, SearchParam, lookup

_WHOLE: Final = re.compile(r"\d{1,6}", re.ASCII)
_UNSORTABLE: Final = frozenset({Kind.COMPOSITE, Kind.SPECIAL})
_INCLUDE_PARTS: Final = (2, 3)


@dataclass(frozen=True, slots=True)
class SortKey:
    """Order by a parameter."""

    param: SearchParam
    descending: bool


@dataclass(frozen=True, slots=True)
class Include:
    """Add what ``param`` of the ``source`` type refers to; only ``target`` if it names a type."""

    source: str
    param: SearchParam
    target: str | None
    iterate: bool


@dataclass(slots=True)
class Controls:
    """What a request steers, as far as it has been read."""

    type: str
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
    if modifier and not (code == "_include" and modifier == "iterate"):
        raise ValueError("has a modifier that it cannot have")
    if not value:
        raise ValueError("has no value")
    TABLE[code](controls, value, modifier)
    return True


def _count(controls: Controls, value: str, _: str) -> None:
    if not _WHOLE.fullmatch(value):
        raise ValueError("is not a whole number")
    controls.count = int(value)


def _sort(controls: Controls, value: str, _: str) -> None:
    for part in value.split(","):
        param = lookup(controls.type, part.removeprefix("-"))
        if param is None or param.kind in _UNSORTABLE:
            raise ValueError(f"names something that {controls.type} cannot be sorted by")
        controls.sort.append(SortKey(param, part.startswith("-")))


def _include(controls: Controls, value: str, modifier: str) -> None:
    parts = value.split(":")
    if len(parts) not in _INCLUDE_PARTS:
        raise ValueError("is not Type:parameter or Type:parameter:TargetType")
    source, code, target = (*parts, None)[:3]
    if source not in BY_NAME:
        raise ValueError("names a type that this server does not keep")
    param = lookup(source or "", code or "")
    if param is None or param.kind is not Kind.REFERENCE:
        raise ValueError(f"does not name a reference parameter of {source}")
    if target is not None and target not in param.targets:
        raise ValueError(f"names a type that {source}.{code} cannot reference")
    controls.includes.append(Include(param.type, param, target, modifier == "iterate"))


def _one_of(attribute: str, *allowed: str) -> Callable[[Controls, str, str], None]:
    def take(controls: Controls, value: str, _: str) -> None:
        if value not in allowed:
            raise ValueError(f"is none of {', '.join(allowed)}")
        setattr(controls, attribute, value)

    return take


def _elements(controls: Controls, value: str, _: str) -> None:
    for name in value.split(","):
        if not any(
            name in (key, one.name) for one in definitions.elements(controls.type) for key, _ in one.names()
        ):
            raise ValueError(f"names an element that {controls.type} does not have")
        controls.elements.append(name)


def _cursor(controls: Controls, value: str, _: str) -> None:
    controls.cursor = value


def _nothing(_controls: Controls, _value: str, _modifier: str) -> None:
    """Seen to by the HTTP layer."""


TABLE: Final[dict[str, Callable[[Controls, str, str], None]]] = {
    "_count": _count,
    "_sort": _sort,
    "_include": _include,
    "_total": _one_of("total", "none", "estimate", "accurate"),
    "_summary": _one_of("summary", "true", "text", "data", "count", "false"),
    "_elements": _elements,
    "_cursor": _cursor,
    "_format": _nothing,
    "_pretty": _nothing,
}
SILENT: Final = frozenset({"_cursor", "_format", "_pretty"})
