"""The values of a search condition, typed: one class for each kind of parameter.

https://hl7.org/fhir/R4/search.html#ptypes.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class TokenValue:
    """``system`` None: any; ``""``: none. ``code`` None: any code of the system.

    With :of-type the system is that of the identifier's type, and the code is ``type|value``.
    """

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class ReferenceValue:
    """A local target (``type`` None: any type), an absolute or canonical ``url``, or an identifier.

    ``identifier`` is (system, value) as in TokenValue.
    """

    type: str | None = None
    id: str | None = None
    url: str | None = None
    identifier: tuple[str | None, str | None] | None = None


@dataclass(frozen=True, slots=True)
class DateValue:
    """``low`` and ``high`` bound what was written, half-open; for ``ap`` already widened by its own length."""

    prefix: str
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class StringValue:
    """``folded`` as the index folds, ``exact`` as written."""

    folded: str
    exact: str


@dataclass(frozen=True, slots=True)
class NumberValue:
    """``low`` and ``high`` by implicit precision; for ``ap`` by ten per cent."""

    prefix: str
    low: Decimal
    high: Decimal
    value: Decimal


@dataclass(frozen=True, slots=True)
class QuantityValue:
    """A number with a unit; ``system`` and ``code`` None: any; without a system ``code`` may be the unit's text.

    Where the unit is known, the numbers are in the units ``base``.
    """

    prefix: str
    low: Decimal
    high: Decimal
    value: Decimal
    system: str | None
    code: str | None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class UriValue:
    """A whole uri."""

    uri: str


@dataclass(frozen=True, slots=True)
class ValueSetValue:
    """A value set by its url or address, whose codes are looked up before the search."""

    url: str


@dataclass(frozen=True, slots=True)
class CompositeValue:
    """One value for each component, which must hold in the same place."""

    parts: "tuple[Value, ...]"


@dataclass(frozen=True, slots=True)
class MissingValue:
    """Whether the element must be missing."""

    missing: bool


Value = (
    TokenValue
    | ReferenceValue
    | DateValue
    | StringValue
    | NumberValue
    | QuantityValue
    | UriValue
    | ValueSetValue
    | CompositeValue
    | MissingValue
)
