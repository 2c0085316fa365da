"""TABLE: the rules of R4's data types. https://hl7.org/fhir/R4/datatypes.html."""

from decimal import Decimal
from typing import Final

from app.fhir import dates
from app.fhir.folding import lexeme_of
from app.fhir.invariant import Invariant, Json, either, exactly_one, has, has_choice, needs, not_both
from app.fhir.primitives import ABSOLUTE

UCUM: Final = "http://unitsofmeasure.org"
_URIS: Final = "urn:ietf:rfc:3986"
_MEALS: Final = frozenset({"C", "CM", "CD", "CV"})


def _number(value: Json, name: str) -> Decimal | None:
    return Decimal(lexeme_of(value[name])) if name in value else None


def _measured(value: Json) -> bool:
    return has(value, "code") or not has(value, "value")


def _in_ucum(value: Json) -> bool:
    return _measured(value) and (not has(value, "system") or value.get("system") == UCUM)


def _age(value: Json) -> bool:
    number = _number(value, "value")
    return _in_ucum(value) and (number is None or number > 0)


def _count(value: Json) -> bool:
    whole = "value" not in value or "." not in lexeme_of(value["value"])
    return _in_ucum(value) and value.get("code", "1") == "1" and whole


def _duration(value: Json) -> bool:
    return not has(value, "code") or (value.get("system") == UCUM and has(value, "value"))


def _period(value: Json) -> bool:
    """Not after: a start in the same year as an end that is only a year may well come before it."""
    start, end = value.get("start"), value.get("end")
    return start is None or end is None or dates.interval(start)[0] < dates.interval(end)[1]


def _range(value: Json) -> bool:
    low, high = value.get("low", {}), value.get("high", {})
    same_unit = all(low.get(name) == high.get(name) for name in ("system", "code", "unit"))
    bottom, top = _number(low, "value"), _number(high, "value")
    return not same_unit or bottom is None or top is None or bottom <= top


def _whole_uri(value: Json) -> bool:
    return value.get("system") != _URIS or "value" not in value or ABSOLUTE(value["value"], 0) is None


def _ratio(value: Json) -> bool:
    both = has(value, "numerator") == has(value, "denominator")
    return both and (has(value, "numerator") or has(value, "extension"))


def _offset(value: Json) -> bool:
    return not has(value, "offset") or (has(value, "when") and not _MEALS.intersection(value.get("when", ())))


def _trigger(value: Json) -> bool:
    kind = value.get("type", "")
    if kind == "named-event":
        return has(value, "name")
    if kind == "periodic":
        return has_choice(value, "timing")
    return not kind.startswith("data-") or has(value, "data")


_QTY_3: Final = Invariant("qty-3", needs("code", "system"), "must have the system of its code")
_PATH: Final = exactly_one("path", "searchParam")

TABLE: Final[dict[str, tuple[Invariant, ...]]] = {
    "Extension": (
        Invariant(
            "ext-1",
            lambda value: has(value, "extension") != has_choice(value, "value"),
            "must have either extensions or a value",
        ),
    ),
    "Quantity": (_QTY_3,),
    "SimpleQuantity": (
        _QTY_3,
        Invariant("sqty-1", lambda value: not has(value, "comparator"), "must not have a comparator"),
    ),
    "Age": (_QTY_3, Invariant("age-1", _age, "must be a positive number with a UCUM unit")),
    "Count": (_QTY_3, Invariant("cnt-3", _count, "must be a whole number with the UCUM unit 1")),
    "Distance": (_QTY_3, Invariant("dis-1", _in_ucum, "must have a UCUM unit")),
    "Duration": (_QTY_3, Invariant("drt-1", _duration, "must have a value and a UCUM unit")),
    "Period": (Invariant("per-1", _period, "must not end before it starts"),),
    "Range": (Invariant("rng-2", _range, "must not have its low above its high"),),
    "Ratio": (
        Invariant("rat-1", _ratio, "must have numerator and denominator, or neither and an extension"),
    ),
    "Attachment": (
        Invariant("att-1", needs("data", "contentType"), "must have the contentType of its data"),
    ),
    "Identifier": (
        Invariant("identifier-uri", _whole_uri, f"must have a whole URI as its value in the system {_URIS}"),
    ),
    "ContactPoint": (Invariant("cpt-2", needs("value", "system"), "must have the system of its value"),),
    "Expression": (
        Invariant("exp-1", either("expression", "reference"), "must have an expression or a reference"),
    ),
    "DataRequirement.codeFilter": (Invariant("drq-1", _PATH, "must have either path or searchParam"),),
    "DataRequirement.dateFilter": (Invariant("drq-2", _PATH, "must have either path or searchParam"),),
    "TriggerDefinition": (
        Invariant(
            "trd-1",
            lambda value: not (has(value, "data") and has_choice(value, "timing")),
            "must not have both data and timing",
        ),
        Invariant("trd-2", needs("condition", "data"), "must have data for its condition"),
        Invariant("trd-3", _trigger, "must have what its type calls for: name, timing or data"),
    ),
    "Timing.repeat": (
        Invariant("tim-1", needs("duration", "durationUnit"), "must have the unit of its duration"),
        Invariant("tim-2", needs("period", "periodUnit"), "must have the unit of its period"),
        Invariant(
            "tim-4", lambda value: (_number(value, "duration") or 0) >= 0, "must not have a negative duration"
        ),
        Invariant(
            "tim-5", lambda value: (_number(value, "period") or 0) >= 0, "must not have a negative period"
        ),
        Invariant("tim-6", needs("periodMax", "period"), "must have a period for its periodMax"),
        Invariant("tim-7", needs("durationMax", "duration"), "must have a duration for its durationMax"),
        Invariant("tim-8", needs("countMax", "count"), "must have a count for its countMax"),
        Invariant("tim-9", _offset, "must have a when for its offset, and not a meal"),
        Invariant("tim-10", not_both("timeOfDay", "when"), "must not have both timeOfDay and when"),
    ),
}
