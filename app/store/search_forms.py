"""TABLE: each form of a search value as SQL on the columns of its index table: https://hl7.org/fhir/R4/search.html#table

A value's columns are parameters, or, where a search names several values of one form, the columns of an unnested
array: so a hundred values make the same text, and the same plan, as two.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ARRAY, ColumnElement, Numeric, Text, and_, any_, bindparam, column, func, not_, or_
from sqlalchemy.types import TypeEngine

from app.fhir.search_params import Kind
from app.store.tables import INSTANT

Bool = ColumnElement[bool]
Columns = Sequence[Any]
Where = Callable[[Any, Columns], Bool]  # on the columns of a table by name, and those of a value
_TEXT: Final = Text()
_NUMBER: Final = Numeric()


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a form compares: the types of a value's columns, and the condition.

    ``equal``: one column that equals a value is all there is to it; several values are then one array.
    """

    types: tuple[TypeEngine[Any], ...]
    where: Where
    equal: bool = False


def _between(of: Any, bounds: Columns) -> Bool:
    """Between two texts by their bytes, as an index of pattern operators has them."""
    low, high = bounds
    return and_(of.op("~>=~", is_comparison=True)(low), of.op("~<=~", is_comparison=True)(high))


def _one(name: str) -> Comparison:
    return Comparison((_TEXT,), lambda t, v: t[name] == v[0], equal=True)


def _two(first: str, second: str) -> Comparison:
    return Comparison((_TEXT, _TEXT), lambda t, v: and_(t[first] == v[0], t[second] == v[1]))


def _prefix(name: str) -> Comparison:
    return Comparison((_TEXT, _TEXT), lambda t, v: _between(t[name], v))


def _coded(code: str) -> dict[str, Comparison]:
    return {
        "code": _one(code),
        "bare": Comparison((_TEXT,), lambda t, v: and_(t[code] == v[0], t["system"].is_(None))),
        "pair": _two(code, "system"),
        "system": _one("system"),
    }


TOKENS: Final = {**_coded("code"), "text": _prefix("text"), "begins": _prefix("code")}
IDENTIFIERS: Final = _coded("value")
REFERENCES: Final = {
    "id": _one("target_id"),
    "pair": _two("target_id", "target_type"),
    "url": _one("url"),
    "below": _prefix("url"),
}
STRINGS: Final = {
    "prefix": _prefix("folded"),
    "exact": _two("folded", "exact"),
    "contains": Comparison((_TEXT,), lambda t, v: func.strpos(t["folded"], v[0]) > 0),
}
URIS: Final = {"exact": _one("uri"), "below": _prefix("uri")}
# The resource's [low, high) against the value's [least, most). What follows from a condition is said beside it where
# the index on ``high`` can use it.
DATES: Final[dict[str, Where]] = {
    "eq": lambda t, v: and_(t["high"] > v[0], t["high"] <= v[1], t["low"] >= v[0]),
    "ne": lambda t, v: or_(t["low"] < v[0], t["high"] > v[1]),
    "gt": lambda t, v: t["high"] > v[1],
    "lt": lambda t, v: t["low"] < v[0],
    "ge": lambda t, v: and_(t["high"] > v[0], or_(t["low"] >= v[0], t["high"] > v[1])),
    "le": lambda t, v: and_(t["low"] < v[1], or_(t["high"] <= v[1], t["low"] < v[0])),
    "sa": lambda t, v: and_(t["high"] > v[1], t["low"] >= v[1]),
    "eb": lambda t, v: t["high"] <= v[0],
    "ap": lambda t, v: and_(t["high"] > v[0], t["low"] < v[1]),
}
INSTANTS: Final[dict[str, Where]] = {  # the same for a point in time
    "eq": lambda t, v: and_(t["updated"] >= v[0], t["updated"] < v[1]),
    "ne": lambda t, v: or_(t["updated"] < v[0], t["updated"] >= v[1]),
    "gt": lambda t, v: t["updated"] >= v[1],
    "lt": lambda t, v: t["updated"] < v[0],
    "ge": lambda t, v: t["updated"] >= v[0],
    "le": lambda t, v: t["updated"] < v[1],
    "sa": lambda t, v: t["updated"] >= v[1],
    "eb": lambda t, v: t["updated"] < v[0],
    "ap": lambda t, v: and_(t["updated"] >= v[0], t["updated"] < v[1]),
}
# Numbers: equality by the precision of the value (two columns), order by the value itself (one)
NUMBERS: Final[dict[str, tuple[int, Where]]] = {
    "eq": (2, lambda t, v: and_(t["high"] >= v[0], t["high"] < v[1], t["low"] >= v[0])),
    "ne": (2, lambda t, v: not_(and_(t["low"] >= v[0], t["high"] < v[1]))),
    "ap": (2, lambda t, v: and_(t["high"] >= v[0], t["low"] <= v[1])),
    "gt": (1, lambda t, v: t["high"] > v[0]),
    "lt": (1, lambda t, v: t["low"] < v[0]),
    "ge": (1, lambda t, v: t["high"] >= v[0]),
    "le": (1, lambda t, v: t["low"] <= v[0]),
    "sa": (1, lambda t, v: and_(t["high"] > v[0], t["low"] > v[0])),
    "eb": (1, lambda t, v: t["high"] < v[0]),
}
UNITS: Final[dict[str, tuple[int, Where]]] = {
    "any": (0, lambda _t, _v: and_(True)),
    "base": (1, lambda t, v: t["base"] == v[0]),
    "both": (2, lambda t, v: and_(t["code"] == v[0], t["system"] == v[1])),
    "system": (1, lambda t, v: t["system"] == v[0]),
    "code": (1, lambda t, v: or_(t["code"] == v[0], t["unit"] == v[0])),
}
# In a composite, the columns of the second part by the names that they have in the part's own table
_SECOND: Final = {
    "system": "value_system", "code": "value_code", "unit": "value_code", "low": "value_low", "high": "value_high",
    "folded": "folded", "target_type": "value_system", "target_id": "value_code", "url": "value_code",
    "base": "base", "least": "least", "most": "most",
}  # fmt: skip
_TIME: Final = {"low": "time_low", "high": "time_high"}
_IN_BASE: Final = {"low": "least", "high": "most"}


class Renamed:
    """The columns of a table by other names."""

    def __init__(self, columns: Any, names: dict[str, str]) -> None:
        self._columns, self._names = columns, names

    def __getitem__(self, name: str) -> Any:
        return self._columns[self._names[name]]


def _number(prefix: str) -> Comparison:
    count, where = NUMBERS[prefix]
    return Comparison((_NUMBER,) * count, where)


def _quantity(prefix: str, unit: str) -> Comparison:
    (numbers, where), (texts, of_unit) = NUMBERS[prefix], UNITS[unit]

    def both(t: Any, v: Columns) -> Bool:
        spans = Renamed(t, _IN_BASE) if unit == "base" else t
        return and_(where(spans, v[:numbers]), of_unit(t, v[numbers:]))

    return Comparison((_NUMBER,) * numbers + (_TEXT,) * texts, both)


def _composite(first: tuple[Any, ...], kind: Kind, second: tuple[Any, ...]) -> Comparison:
    token, other = comparison(Kind.TOKEN, first), comparison(kind, second)
    names, count = _TIME if kind is Kind.DATE else _SECOND, len(token.types)
    return Comparison(
        (*token.types, *other.types),
        lambda t, v: and_(token.where(t, v[:count]), other.where(Renamed(t, names), v[count:])),
    )


_BY_KIND: Final[dict[Kind, Callable[..., Comparison]]] = {
    Kind.TOKEN: lambda name: TOKENS[name],
    Kind.REFERENCE: lambda name, part="": IDENTIFIERS[part] if name == "identifier" else REFERENCES[name],
    Kind.STRING: lambda name: STRINGS[name],
    Kind.URI: lambda name: URIS[name],
    Kind.DATE: lambda prefix: Comparison((INSTANT, INSTANT), DATES[prefix]),
    Kind.NUMBER: _number,
    Kind.QUANTITY: _quantity,
    Kind.COMPOSITE: _composite,
}


def comparison(kind: Kind, form: tuple[Any, ...]) -> Comparison:
    """How values of ``form`` are compared with the index rows of ``kind``."""
    return _BY_KIND[kind](*form)


def instant(prefix: str) -> Comparison:
    """How dates are compared with the resource's own ``updated``."""
    return Comparison((INSTANT, INSTANT), INSTANTS[prefix])


def own(name: str) -> Comparison:
    """How texts are compared with a column of the resource's own."""
    return _one(name)


@dataclass(slots=True)
class Binds:
    """Makes parameters v0, v1, …, and gives rows and aliases names of their own."""

    count: int = 0
    names: int = 0

    def next(self, kind: TypeEngine[Any]) -> ColumnElement[Any]:
        """The next parameter."""
        self.count += 1
        return bindparam(f"v{self.count - 1}", type_=kind)

    def name(self, stem: str) -> str:
        """A name that no other part of the statement has."""
        self.names += 1
        return f"{stem}{self.names}"

    def given(self, compared: Comparison, *, many: bool) -> tuple[Columns, Any]:
        """The columns of a value, and the rows that they are columns of where there are several values."""
        if not many:
            return [self.next(kind) for kind in compared.types], None
        arrays = [self.next(ARRAY(kind)) for kind in compared.types]
        if compared.equal:
            return [any_(arrays[0])], None
        names = [column(f"c{place}", kind) for place, kind in enumerate(compared.types)]
        rows = func.unnest(*arrays).table_valued(*names).render_derived(name=self.name("given"))
        return list(rows.c), rows
