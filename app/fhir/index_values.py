"""What a search finds in a value: one function for each pair of parameter kind and data type.

https://hl7.org/fhir/R4/search.html#ptypes. Index and query fold, cap and widen by the same functions.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.fhir import dates
from app.fhir.folding import bounds, cap, fold, lexeme_of

Token = tuple[str | None, str | None, str | None]  # system, code, folded text
Text = tuple[str, str]  # folded, exact
Interval = tuple[datetime, datetime]
Measure = tuple[Decimal, Decimal, str | None, str | None, str | None]  # low, high, system, code, unit
Json = dict[str, Any]

SPECIAL_VALUES: Final = "http://terminology.hl7.org/CodeSystem/special-values"  # the system of true and false
INFINITE: Final = Decimal("1E+100")  # beyond every decimal the validator lets in


# Token


def token_of_text(value: str, system: str | None) -> list[Token]:
    return [(system, cap(value), None)]


def token_of_boolean(value: bool, _system: str | None) -> list[Token]:
    return [(SPECIAL_VALUES, "true" if value else "false", None)]


def token_of_coding(value: Json, _system: str | None) -> list[Token]:
    system, code, display = value.get("system"), value.get("code"), value.get("display")
    return [(system and cap(system), code and cap(code), fold(display) if display else None)]


def token_of_concept(value: Json, _system: str | None) -> list[Token]:
    found = [token for coding in value.get("coding", ()) for token in token_of_coding(coding, None)]
    text = value.get("text")
    if text and (folded := fold(text)) not in [token[2] for token in found]:
        found.append((None, None, folded))
    return found


def token_of_identifier(value: Json, _system: str | None) -> list[Token]:
    system, code = value.get("system"), value.get("value")
    text = value.get("type", {}).get("text")
    return [(system and cap(system), code and cap(code), fold(text) if text else None)]


def token_of_contact(value: Json, _system: str | None) -> list[Token]:
    """R4 names ``use`` as the system; ``phone|…`` and ``email|…`` are what clients write: both find it."""
    code = value.get("value")
    if code is None:
        return []
    systems = [system for system in (value.get("system"), value.get("use")) if system]
    return [(system, cap(code), None) for system in systems or [None]]


# String


def text_of_string(value: str) -> list[Text]:
    return [(fold(value), cap(value))]


def _texts(*names: str) -> Callable[[Json], list[Text]]:
    def texts(value: Json) -> list[Text]:
        found: list[Text] = []
        for name in names:
            part = value.get(name)
            for text in part if isinstance(part, list) else (part,):
                if text is not None:
                    found += text_of_string(text)
        return found

    return texts


# Date


def interval_of_text(value: str) -> list[Interval]:
    try:
        return [dates.interval(value)]
    except ValueError:
        return []


def interval_of_period(value: Json) -> list[Interval]:
    low, high = value.get("start"), value.get("end")
    first = interval_of_text(low) if low else [(dates.EARLIEST, dates.EARLIEST)]
    last = interval_of_text(high) if high else [(dates.LATEST, dates.LATEST)]
    return [(first[0][0], last[0][1])] if first and last else []


def interval_of_timing(value: Json) -> list[Interval]:
    events = [one for event in value.get("event", ()) if event for one in interval_of_text(event)]
    if events:
        return [(min(low for low, _ in events), max(high for _, high in events))]
    period = value.get("repeat", {}).get("boundsPeriod")
    return interval_of_period(period) if period else []


# Number and quantity


def bounds_of_number(value: float) -> list[tuple[Decimal, Decimal]]:
    return [bounds(lexeme_of(value))]


def measure_of_quantity(value: Json) -> list[Measure]:
    number = value.get("value")
    if number is None:
        return []
    low, high = bounds(lexeme_of(number))
    comparator = value.get("comparator", "")
    if comparator:
        low, high = (-INFINITE, high) if comparator[0] == "<" else (low, INFINITE)
    return [(low, high, value.get("system"), value.get("code"), value.get("unit"))]


def measure_of_money(value: Json) -> list[Measure]:
    number = value.get("value")
    if number is None:
        return []
    return [(*bounds(lexeme_of(number)), "urn:iso:std:iso:4217", value.get("currency"), None)]


def measure_of_range(value: Json) -> list[Measure]:
    low = measure_of_quantity(value.get("low", {}))
    high = measure_of_quantity(value.get("high", {}))
    if not low and not high:
        return []
    unit = (low or high)[0][2:]
    return [(low[0][0] if low else -INFINITE, high[0][1] if high else INFINITE, *unit)]


def measure_of_samples(value: Json) -> list[Measure]:
    """The lowest and highest sample."""
    origin = value.get("origin", {})
    try:
        factor = Decimal(lexeme_of(value.get("factor", 1)))
        zero = Decimal(lexeme_of(origin.get("value", 0)))
        samples = [
            zero + factor * Decimal(one)
            for one in value.get("data", "").split()
            if one not in {"E", "U", "L"}
        ]
    except InvalidOperation:
        return []
    if not samples:
        return []
    return [(min(samples), max(samples), origin.get("system"), origin.get("code"), origin.get("unit"))]


# URI


def uri_of_text(value: str) -> list[tuple[str]]:
    return [(cap(value),)]


_TEXT_TYPES: Final = ("string", "markdown", "code", "id", "uri", "url", "canonical", "oid", "uuid")
TOKENS: Final[dict[str, Callable[[Any, str | None], list[Token]]]] = {
    **dict.fromkeys(_TEXT_TYPES, token_of_text),
    "boolean": token_of_boolean,
    "Coding": token_of_coding,
    "CodeableConcept": token_of_concept,
    "Identifier": token_of_identifier,
    "ContactPoint": token_of_contact,
}
STRINGS: Final[dict[str, Callable[[Any], list[Text]]]] = {
    "string": text_of_string,
    "markdown": text_of_string,
    "HumanName": _texts("text", "family", "given", "prefix", "suffix"),
    "Address": _texts("text", "line", "city", "district", "state", "postalCode", "country"),
}
DATES: Final[dict[str, Callable[[Any], list[Interval]]]] = {
    **dict.fromkeys(("date", "dateTime", "instant"), interval_of_text),
    "Period": interval_of_period,
    "Timing": interval_of_timing,
}
NUMBERS: Final[dict[str, Callable[[Any], list[tuple[Decimal, Decimal]]]]] = dict.fromkeys(
    ("decimal", "integer", "positiveInt", "unsignedInt"), bounds_of_number
)
QUANTITIES: Final[dict[str, Callable[[Any], list[Measure]]]] = {
    **dict.fromkeys(
        ("Quantity", "SimpleQuantity", "Age", "Duration", "Count", "Distance"), measure_of_quantity
    ),
    "Money": measure_of_money,
    "Range": measure_of_range,
    "SampledData": measure_of_samples,
}
URIS: Final[dict[str, Callable[[Any], list[tuple[str]]]]] = dict.fromkeys(
    ("uri", "url", "canonical", "oid", "uuid"), uri_of_text
)
