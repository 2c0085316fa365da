"""The values of search parameters as they stand in a query, parsed and typed.

https://hl7.org/fhir/R4/search.html#escaping and #prefix. No message repeats a value: it may be about a person.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Final

from app.fhir import dates, definitions, folding, units
from app.fhir.codes import UCUM
from app.fhir.composites import token_first
from app.fhir.index_readers import PHONETIC
from app.fhir.search_params import Kind, SearchParam, data_types, is_canonical, lookup
from app.fhir.search_values import (
    CompositeValue,
    DateValue,
    MissingValue,
    NumberValue,
    QuantityValue,
    ReferenceValue,
    StringValue,
    TokenValue,
    UriValue,
    Value,
    ValueSetValue,
)

PREFIXES: Final = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_PREFIXED: Final = re.compile(r"([a-z]{2})?(.*)", re.DOTALL)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,2})?", re.ASCII)
ID: Final = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_SPACE_FOR_PLUS: Final = re.compile(r"(T[\d:.]+) (\d\d:\d\d)$")
_APPROXIMATE: Final = Decimal("0.1")
_LITERAL_PARTS: Final = 2
_QUANTITY_PARTS: Final = 3


def split(text: str, separator: str) -> list[str]:
    r"""The parts of ``text`` between separators that no backslash escapes; escapes stay for the next level."""
    if "\\" not in text:
        return text.split(separator)
    parts, start, i = [], 0, 0
    while i < len(text):
        if text[i] == "\\":
            i += 2
            continue
        if text[i] == separator:
            parts.append(text[start:i])
            start = i + 1
        i += 1
    return [*parts, text[start:]]


def unescape(text: str) -> str:
    r"""``text`` without the backslashes of ``\,``, ``\|``, ``\$`` and ``\\``."""
    return re.sub(r"\\([,|$\\])", r"\1", text) if "\\" in text else text


def parse(param: SearchParam, modifier: str, text: str, home: str = "") -> tuple[Value, ...]:
    """One value of ``param``, or the several that it stands for.

    ``home`` is the base of this server's own addresses. Raises ValueError with a reason that does not repeat the value.
    """
    if modifier in _BY_MODIFIER:
        return (_BY_MODIFIER[modifier](text),)
    if param.kind is Kind.REFERENCE:
        return (_canonical(text, home) if is_canonical(param) else _reference(param, modifier, text, home),)
    if param.kind is Kind.COMPOSITE:
        return _composite(param, text, home)
    if param.kind is Kind.STRING and param.code == PHONETIC and not modifier:
        value = _string(text)
        return (StringValue(folding.sound(value.folded), value.exact),)
    if param.kind is Kind.TOKEN:
        return _token_of(param, text)
    found = _PARSERS[param.kind](text)
    if isinstance(found, StringValue) and not found.folded and modifier != "exact":
        raise ValueError("has no letter or digit to look for")
    return (found,)


def _missing(text: str) -> MissingValue:
    if text not in {"true", "false"}:
        raise ValueError("takes true or false")
    return MissingValue(text == "true")


def _identifier(text: str) -> ReferenceValue:
    token = _token(text)
    return ReferenceValue(identifier=(token.system, token.code))


def _token_of(param: SearchParam, text: str) -> tuple[TokenValue, ...]:
    """R4 compares elements of type string without regard to case, all others by the letter."""
    token = _token(text)
    if token.code is None or "string" not in data_types(param) or token.code == token.code.casefold():
        return (token,)
    return token, TokenValue(token.system, token.code.casefold())


def _token(text: str) -> TokenValue:
    parts = split(text, "|")
    if len(parts) > _LITERAL_PARTS:
        raise ValueError("has more than one unescaped |")
    system = unescape(parts[0]) if len(parts) > 1 else None
    code = unescape(parts[-1])
    if not code and not system:
        raise ValueError("needs a code, a system, or both as system|code")
    return TokenValue(system if system is None else folding.cap(system), folding.cap(code) or None)


def _of_type(text: str) -> TokenValue:
    parts = [unescape(part) for part in split(text, "|")]
    if len(parts) != _QUANTITY_PARTS or not all(parts):
        raise ValueError("takes system|code|value, all three")
    system, code, value = parts
    return TokenValue(folding.cap(system), folding.cap(f"{code}|{value}"))


def _text(text: str) -> StringValue:
    value = _string(text)
    if not value.folded:
        raise ValueError("has no letter or digit to look for")
    return value


def _value_set(text: str) -> ValueSetValue:
    return ValueSetValue(unescape(text))


def _string(text: str) -> StringValue:
    exact = unescape(text)
    return StringValue(folding.fold(exact), folding.cap(exact))


def _date(text: str) -> DateValue:
    prefix, rest = _prefixed(text)
    try:
        low, high = dates.interval(_SPACE_FOR_PLUS.sub(r"\1+\2", rest))
    except ValueError as error:
        raise ValueError(
            "is not a date: write yyyy, yyyy-mm, yyyy-mm-dd or yyyy-mm-ddThh:mm:ss+zz:zz"
        ) from error
    if prefix == "ap":
        length = high - low
        low = low - length if low - dates.EARLIEST > length else dates.EARLIEST
        high = high + length if dates.LATEST - high > length else dates.LATEST
    return DateValue(prefix, low, high)


def _number(text: str) -> NumberValue:
    prefix, rest = _prefixed(text)
    if not _DECIMAL.fullmatch(rest):
        raise ValueError("is not a number")
    value = Decimal(rest)
    low, high = folding.bounds(rest)
    if prefix == "ap":
        low, high = value - abs(value) * _APPROXIMATE, value + abs(value) * _APPROXIMATE
    return NumberValue(prefix, low, high, value)


def _quantity(text: str) -> QuantityValue:
    parts = [unescape(part) for part in split(text, "|")]
    if len(parts) not in {1, _QUANTITY_PARTS}:
        raise ValueError("is not number, number|system|code or number||code")
    number = _number(parts[0])
    system, code = (parts[1] or None, parts[2] or None) if len(parts) > 1 else (None, None)
    known = [units.in_base(end, code) for end in (number.low, number.high, number.value)] if code else []
    if system == UCUM and known and all(known):
        low, high, value = (end[1] for end in known if end)
        return QuantityValue(number.prefix, low, high, value, system, code, known[0] and known[0][0])
    return QuantityValue(number.prefix, number.low, number.high, number.value, system, code)


def _uri(text: str) -> UriValue:
    return UriValue(folding.cap(unescape(text)))


def _prefixed(text: str) -> tuple[str, str]:
    match = _PREFIXED.fullmatch(text)
    prefix, rest = (match[1], match[2]) if match else (None, text)
    if prefix is None:
        return "eq", text
    if prefix not in PREFIXES:
        raise ValueError(f"has a prefix that is none of {', '.join(PREFIXES)}")
    return prefix, rest


def _reference(param: SearchParam, modifier: str, text: str, home: str) -> ReferenceValue:
    literal = unescape(text)
    if home and literal.startswith(home):
        literal = literal[len(home) :].lstrip("/")
    if ":" in literal or literal.startswith("#"):
        return ReferenceValue(url=folding.cap(literal))
    parts = literal.partition("/_history/")[0].split("/")
    if len(parts) > _LITERAL_PARTS or not ID.fullmatch(parts[-1]):
        raise ValueError("is not an id, Type/id or an absolute url")
    stated = parts[0] if len(parts) == _LITERAL_PARTS else modifier or None
    if modifier and stated != modifier:
        raise ValueError(f"names another type than the modifier {modifier}")
    if stated is None:
        return ReferenceValue(type=param.targets[0] if len(param.targets) == 1 else None, id=parts[-1])
    if stated not in definitions.RESOURCE_NAMES or (param.targets and stated not in param.targets):
        raise ValueError("names a type that this element cannot reference")
    return ReferenceValue(type=stated, id=parts[-1])


def _canonical(text: str, home: str) -> ReferenceValue:
    """A canonical url, with ``|version`` or without; what is no url is one relative to this server."""
    url = unescape(text)
    return ReferenceValue(url=folding.cap(url if ":" in url or not home else f"{home}/{url}"))


def _composite(param: SearchParam, text: str, home: str) -> tuple[CompositeValue, ...]:
    parts = split(text, "$")
    if len(parts) != len(param.components):
        raise ValueError(f"needs {len(param.components)} values joined by $")
    found: dict[str, tuple[Value, ...]] = {}
    for (code, _), part in zip(param.components, parts, strict=True):
        component = lookup(param.type, code)
        if component is None or not part:
            raise ValueError("has an empty part")
        found[code] = parse(component, "", part, home)
    ordered = [found[code] for code, _ in token_first(param)]
    return tuple(CompositeValue(pair) for pair in product(*ordered))


_BY_MODIFIER: Final[dict[str, Callable[[str], Value]]] = {
    "missing": _missing,
    "text": _text,
    "identifier": _identifier,
    "of-type": _of_type,
    "in": _value_set,
    "not-in": _value_set,
}
_PARSERS: Final[dict[Kind, Callable[[str], Value]]] = {
    Kind.DATE: _date,
    Kind.STRING: _string,
    Kind.NUMBER: _number,
    Kind.QUANTITY: _quantity,
    Kind.URI: _uri,
}
