"""TABLE: units of measure (UCUM), so that 70.5 kg and 70500 g are found by each other.

https://ucum.org/ucum, whose tables the factors are from. A quantity is brought to base units (g, m, s, K, mol, and the
international unit as one of its own) by exact arithmetic; a unit that stands in no row is compared as it is written.
Amount of substance is no plain number here, as it is in UCUM: mol/L is not comparable with /L, and mg/dL is not with
mmol/L, since that depends on the substance.
"""

import re
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Final

_DIGITS: Final = Context(prec=34)
_LONGEST: Final = 40
_PREFIXES: Final = {
    "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6, "n": -9, "p": -12, "f": -15,
}  # fmt: skip
Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """So many base units, and an offset where the scale does not begin at zero."""

    factor: Fraction
    dimension: Dimension
    offset: Fraction = Fraction(0)


def _row(factor: str, offset: str = "0", **dimension: int) -> Unit:
    return Unit(Fraction(factor), tuple(sorted(dimension.items())), Fraction(offset))


METRIC: Final[dict[str, Unit]] = {  # these take prefixes
    "g": _row("1", g=1),
    "m": _row("1", m=1),
    "s": _row("1", s=1),
    "K": _row("1", K=1),
    "mol": _row("1", mol=1),
    "osm": _row("1", osm=1),
    "eq": _row("1", mol=1),
    "L": _row("1/1000", m=3),
    "l": _row("1/1000", m=3),
    "Hz": _row("1", s=-1),
    "N": _row("1000", g=1, m=1, s=-2),
    "Pa": _row("1000", g=1, m=-1, s=-2),
    "bar": _row("100000000", g=1, m=-1, s=-2),
    "J": _row("1000", g=1, m=2, s=-2),
    "W": _row("1000", g=1, m=2, s=-3),
    "cal": _row("4184", g=1, m=2, s=-2),
    "kat": _row("1", mol=1, s=-1),
    "U": _row("1/60000000", mol=1, s=-1),
    "m[Hg]": _row("133322000", g=1, m=-1, s=-2),
    "m[H2O]": _row("9806650", g=1, m=-1, s=-2),
    "[iU]": _row("1", IU=1),
    "[IU]": _row("1", IU=1),
}
PLAIN: Final[dict[str, Unit]] = {
    "min": _row("60", s=1),
    "h": _row("3600", s=1),
    "d": _row("86400", s=1),
    "wk": _row("604800", s=1),
    "mo": _row("2629800", s=1),
    "a": _row("31557600", s=1),
    "Cel": _row("1", offset="273.15", K=1),
    "[degF]": _row("5/9", offset="459.67", K=1),
    "%": _row("1/100"),
    "[ppth]": _row("1/1000"),
    "[ppm]": _row("1/1000000"),
    "[in_i]": _row("0.0254", m=1),
    "[ft_i]": _row("0.3048", m=1),
    "[lb_av]": _row("453.59237", g=1),
    "[oz_av]": _row("28.349523125", g=1),
    "[pH]": _row("1", pH=1),
    "{score}": _row("1"),
}
_ANNOTATION: Final = re.compile(r"\{[^{}]*\}")
_OPERATOR: Final = re.compile(r"([./])")
_COMPONENT: Final = re.compile(r"(10[*^]|.*?[^0-9+-])([+-]?\d{1,2})?")
_NUMBER: Final = re.compile(r"\d{1,9}")


@lru_cache(maxsize=1024)
def unit(code: str) -> Unit | None:
    """The unit that a UCUM code means, or None where it holds what stands in no row."""
    text = _ANNOTATION.sub("", code)
    if not code or len(code) > _LONGEST or "(" in text:
        return None
    factor, powers, inverse = Fraction(1), dict[str, int](), False
    parts = _OPERATOR.split(text)
    for place, part in enumerate(parts):
        if part in {"/", "."}:
            inverse = part == "/"
        elif not part and (place or len(parts) == 1):
            return None  # only a unit that begins with / has nothing before it
        elif part:
            found = _component(part)
            if found is None or (found.offset and len(parts) > 1):
                return None
            sign = -1 if inverse else 1
            factor *= found.factor**sign
            for base, power in found.dimension:
                powers[base] = powers.get(base, 0) + sign * power
    offset = one.offset if len(parts) == 1 and (one := _component(text)) else Fraction(0)
    return Unit(factor, tuple(sorted((base, power) for base, power in powers.items() if power)), offset)


def _component(text: str) -> Unit | None:
    """One unit with its prefix and exponent, or a plain number."""
    if _NUMBER.fullmatch(text):
        return Unit(Fraction(int(text)), ()) if int(text) else None
    match = _COMPONENT.fullmatch(text)
    if match is None:
        return None
    name, exponent = match[1], int(match[2] or 1)
    if name in {"10*", "10^"}:
        return Unit(Fraction(10) ** exponent, ())
    found = _atom(name)
    if found is None or (found.offset and match[2]):
        return None
    dimension = tuple((base, power * exponent) for base, power in found.dimension)
    return Unit(found.factor**exponent, dimension, found.offset)


def _atom(name: str) -> Unit | None:
    found = METRIC.get(name) or PLAIN.get(name)
    if found is not None:
        return found
    for prefix, power in _PREFIXES.items():
        rest = METRIC.get(name.removeprefix(prefix)) if name.startswith(prefix) else None
        if rest is not None:
            return Unit(rest.factor * Fraction(10) ** power, rest.dimension)
    return None


@lru_cache(maxsize=4096)
def in_base(value: Decimal, code: str) -> tuple[str, Decimal] | None:
    """``value`` in base units, with their name; equal quantities give equal numbers. None for an unknown unit."""
    found = unit(code)
    if found is None:
        return None
    number = (Fraction(value) + found.offset) * found.factor
    return _name(found.dimension), _DIGITS.divide(Decimal(number.numerator), Decimal(number.denominator))


def _name(dimension: Dimension) -> str:
    """The base units of ``dimension`` as text: ``g.m-3``; ``1`` where there are none."""
    return ".".join(base if power == 1 else f"{base}{power}" for base, power in dimension) or "1"
