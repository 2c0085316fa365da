"""What a search finds in a value: one function for each pair of parameter kind and data type.

https://hl7.org/fhir/R4/search.html#ptypes. Index and query fold, cap and widen by the same functions.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from app.fhir import dates, units
from app.fhir.codes import UCUM
from app.fhir.folding import cap, fold, lexeme_of

Token = tuple[str | None, str | None, str | None]  # system, code, folded text
Text = tuple[str, str]  # folded, exact
Interval = tuple[datetime, datetime]
# low, high, system, code, unit as written; base units and low, high in them, where the unit is known
Measure = tuple[
    Decimal, Decimal, str | None, str | None, str | None, str | None, Decimal | None, Decimal | None
]
Json = dict[str, Any]

SPECIAL_VALUES: Final = "http://terminology.hl7.org/CodeSystem/special-values"  # the system of true and false
INFINITE: Final = Decimal("1E+100")  # beyond every decimal the validator lets in
_MOST_WORDS: Final = 8
_HAIR: Final = Decimal("1E-20")  # "less than 5" is at most this much below 5


# Token


def token_of_text(value: str, system: str | None) -> list[Token]:
    return [(system, cap(value), None)]


def token_of_string(value: str, system: str | None) -> list[Token]:
    """R4 compares tokens of type string without regard to case."""
    return [(system, cap(value.casefold()), None)]


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


def typed_identifier(value: Json) -> list[Token]:
    """An identifier by each coding of its type, for the modifier :of-type."""
    number = value.get("value")
    if number is None:
        return []
    codings = [coding for coding in value.get("type", {}).get("coding", ()) if coding.get("code")]
    return [(coding.get("system"), cap(f"{coding['code']}|{number}"), None) for coding in codings]


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


def later_words(read: Callable[[Any], list[Text]]) -> Callable[[Any], list[Text]]:
    """The parts of a name from each of their later words on: Carreno Quinones is found by Quinones too."""

    def words(value: Any) -> list[Text]:
        return [
            (folded[place + 1 :], exact)
            for folded, exact in read(value)
            for place in [place for place, letter in enumerate(folded) if letter == " "][:_MOST_WORDS]
        ]

    return words


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


def point(value: float) -> list[tuple[Decimal, Decimal]]:
    number = Decimal(lexeme_of(value))
    return [(number, number)]


def span_of_range(value: Json) -> list[tuple[Decimal, Decimal]]:
    """A range of plain numbers: 20 % to 40 % is 0.2 to 0.4."""
    return [
        (least, most) if base == "1" and least is not None and most is not None else (low, high)
        for low, high, *_, base, least, most in measure_of_range(value)
    ]


def _measure(low: Decimal, high: Decimal, unit: Json) -> list[Measure]:
    system, code = unit.get("system"), unit.get("code")
    written = (low, high, system, code, unit.get("unit"))
    if system != UCUM or not code:
        return [(*written, None, None, None)]
    least, most = (units.in_base(end, code) if abs(end) != INFINITE else None for end in (low, high))
    known = least or most
    if known is None:
        return [(*written, None, None, None)]
    return [(*written, known[0], least[1] if least else low, most[1] if most else high)]


def measure_of_quantity(value: Json) -> list[Measure]:
    number = value.get("value")
    if number is None:
        return []
    exact = Decimal(lexeme_of(number))
    ends = {
        "<": (-INFINITE, exact - _HAIR),
        "<=": (-INFINITE, exact),
        ">=": (exact, INFINITE),
        ">": (exact + _HAIR, INFINITE),
    }
    return _measure(*ends.get(value.get("comparator", ""), (exact, exact)), value)


def measure_of_money(value: Json) -> list[Measure]:
    number = value.get("value")
    if number is None:
        return []
    return _measure(*point(number)[0], {"system": "urn:iso:std:iso:4217", "code": value.get("currency")})


def measure_of_range(value: Json) -> list[Measure]:
    low = measure_of_quantity(value.get("low", {}))
    high = measure_of_quantity(value.get("high", {}))
    if not low and not high:
        return []
    unit = value["low"] if low else value["high"]
    return _measure(low[0][0] if low else -INFINITE, high[0][1] if high else INFINITE, unit)


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
    return _measure(min(samples), max(samples), origin) if samples else []


# URI


def uri_of_text(value: str) -> list[tuple[str]]:
    return [(cap(value),)]


_TEXT_TYPES: Final = ("code", "id", "uri", "url", "canonical", "oid", "uuid")
TOKENS: Final[dict[str, Callable[[Any, str | None], list[Token]]]] = {
    **dict.fromkeys(_TEXT_TYPES, token_of_text),
    **dict.fromkeys(("string", "markdown"), token_of_string),
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
NUMBERS: Final[dict[str, Callable[[Any], list[tuple[Decimal, Decimal]]]]] = {
    **dict.fromkeys(("decimal", "integer", "positiveInt", "unsignedInt"), point),
    "Range": span_of_range,
}
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
