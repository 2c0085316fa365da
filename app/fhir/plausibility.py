"""TABLE: what a measurement can be at all, and what is hardly more than a slip of the pen.

Ranges: WHO SMART Guidelines ANC (https://github.com/WorldHealthOrganization/smart-anc) where it has one, wider where an
emergency is; the others are ours. Outside ``possible`` a value is refused; outside ``plausible`` it is stored, its rules
fire, and the writer is warned. Printed in docs/bad-input.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from app.fhir.codes import CS_CARD, LOINC, NLK, NPU, SNOMED
from app.fhir.locations import fhirpath
from app.fhir.outcome import Issue

Json = dict[str, Any]
Range = tuple[float, float]
L, S, N, C = LOINC, SNOMED, NLK, CS_CARD
_SAME: Final = {"/min": ("{beats}/min", "{Beats}/min", "1/min"), "ug/L": ("ng/mL",)}
_FACTORS: Final[dict[tuple[str, str], float]] = {  # (sent, of the table) → factor
    ("kPa", "mm[Hg]"): 7.50062, ("g", "kg"): 0.001, ("kg", "g"): 1000.0, ("mm", "cm"): 0.1, ("m", "cm"): 100.0,
    ("cm", "mm"): 10.0, ("g/L", "g/dL"): 0.1, ("wk", "d"): 7.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement: by which codes it is known, its unit, and its ranges (inclusive)."""

    name: str
    unit: str
    plausible: Range
    possible: Range
    codes: tuple[tuple[str, str], ...]


TABLE: Final[tuple[Row, ...]] = (
    Row("systolic blood pressure", "mm[Hg]", (60, 260), (0, 400), ((L, "8480-6"), (S, "271649006"))),
    Row("diastolic blood pressure", "mm[Hg]", (30, 160), (0, 300), ((L, "8462-4"), (S, "271650006"))),
    Row("body weight", "kg", (30, 200), (0.2, 400), ((L, "29463-7"), (S, "27113001"))),
    Row("weight before pregnancy", "kg", (30, 200), (20, 400), ((L, "8348-5"), (L, "56077-1"), (S, "400967004"))),
    Row("height", "cm", (100, 220), (20, 250), ((L, "8302-2"), (S, "50373000"), (S, "248334005"), (S, "248333004"))),
    Row("body mass index", "kg/m2", (12, 70), (5, 150), ((L, "39156-5"), (S, "60621009"))),
    Row("symphysis-fundus height", "cm", (10, 44), (0, 80), ((L, "11881-0"), (S, "249016007"), (S, "364265003"))),
    Row("fetal heart rate", "/min", (80, 200), (0, 350), ((L, "55283-6"), (L, "57068-9"), (L, "11948-7"), (S, "249043002"))),
    Row("haemoglobin", "g/dL", (4, 20), (0, 30), ((L, "718-7"), (N, "NOR05172"))),
    Row("ferritin", "ug/L", (1, 1000), (0, 100000), ((L, "2276-4"), (N, "NPU19763"))),
    Row("HbA1c", "mmol/mol", (15, 140), (0, 300), ((L, "59261-8"), (N, "NPU27300"))),
    Row("glucose, fasting", "mmol/L", (2, 25), (0, 100), ((L, "14771-0"),)),
    Row("glucose, 2 hours", "mmol/L", (2, 30), (0, 100), ((L, "14995-5"),)),
    Row("temperature", "Cel", (35, 42), (20, 46), ((L, "8310-5"),)),
    Row("pulse", "/min", (40, 200), (0, 350), ((L, "8867-4"),)),
    Row("crown-rump length", "mm", (5, 90), (0, 150), ((L, "11957-8"), (S, "276352009"))),
    Row("biparietal diameter", "mm", (10, 110), (0, 150), ((L, "11820-8"), (S, "281688001"))),
    Row("head circumference", "mm", (60, 380), (0, 600), ((L, "11984-2"), (L, "8288-3"), (S, "363812007"))),
    Row("abdominal circumference", "mm", (50, 420), (0, 600), ((L, "11979-2"),)),
    Row("femur length", "mm", (5, 85), (0, 120), ((L, "11963-6"), (S, "396551005"))),
    Row("nuchal translucency", "mm", (0.5, 10), (0, 40), ((C, "nt"),)),
    Row("estimated fetal weight", "g", (50, 6000), (0, 10000), ((L, "11727-5"), (L, "89087-1"))),
    Row("cervical length", "mm", (5, 70), (0, 120), ((L, "11961-0"), (S, "248918004"))),
    Row("gestational age", "d", (0, 307), (0, 314), ((L, "49052-4"), (L, "49051-6"), (L, "18185-9"))),
    Row("gestational week, as stated", "", (0, 43), (0, 44), ((C, "stated-gestational-week"),)),
    Row("days after the full week, as stated", "", (0, 6), (0, 6), ((C, "stated-gestational-day"),)),
    Row("number of fetuses", "", (1, 4), (0, 8), ((L, "55281-0"), (S, "246435002"))),
    Row("oedema, grade", "", (0, 3), (0, 4), ((L, "44966-0"), (L, "45700-2"), (S, "423484008"))),
    Row("birth weight", "g", (200, 7000), (0, 10000), ((L, "8339-4"), (S, "364589006"))),
    Row("Apgar score", "", (0, 10), (0, 10), ((L, "9274-2"), (L, "9271-8"))),
    Row("EPDS total", "", (0, 30), (0, 30), ((C, "epds"),)),
)  # fmt: skip
_BY_CODE: Final = {key: row for row in TABLE for key in row.codes}
SYSTOLIC, DIASTOLIC = TABLE[0], TABLE[1]
DUE_CODES: Final = frozenset({"11778-8", "11779-6", "11781-2", "53692-0"})
PERIOD_CODES: Final = frozenset({"8665-2", "21840007", "161713000"})
RETRIEVAL: Final = "oocyte-retrieval"
LONGEST: Final = 310  # days from the last period to a due date
_DAY: Final = 10  # YYYY-MM-DD
NOT_HELD: Final = frozenset({"entered-in-error", "cancelled"})
OTHERS: Final[tuple[tuple[str, str], ...]] = (  # what the ranges cannot say: what is sent, what becomes of it
    ("diastolic pressure as high as the systolic, or higher", "refused"),
    (f"a due date more than {LONGEST} days after it was stated (or observed)", "refused"),
    ("a last period after it was stated", "refused"),
    (f"a last period or an egg retrieval more than {LONGEST} days before it was stated", "stored, warned"),
    (
        "an item of the card (docs/content.md) in another unit, less than 0, or a score or share out of its range",
        "refused",
    ),
    ("an item outside what is plausible for it (docs/content.md)", "stored, warned"),
    ("an answer by a code of the card that its question does not take", "refused"),
    (
        "an answer, number or reading that no rule can read: other words, another code, text for a number",
        "stored, warned",
    ),
)


def issues(resource: Json) -> Iterator[Issue]:
    """What is wrong (error) or hardly right (warning) with the values of an Observation."""
    if resource["resourceType"] != "Observation" or resource.get("status") in NOT_HELD:
        return
    yield from _measured(resource, resource, [])
    sides: dict[str, float] = {}
    for n, part in enumerate(resource.get("component", ())):
        row, value = _row(part), _value(part)
        if row and value is not None:
            sides.setdefault(row.name, value)
        yield from _measured(resource, part, ["component", f"[{n}]"])
    high, low = sides.get(SYSTOLIC.name), sides.get(DIASTOLIC.name)
    if high is not None and low is not None and low >= high:
        text = f"Observation.component: the diastolic pressure {low:g} is not below the systolic {high:g} mm[Hg]; are they reversed?"
        yield Issue("value", text, ("Observation.component",))
    yield from _dates(resource)


def warnings(resource: Json) -> list[Issue]:
    """What the writer of a stored resource is told."""
    return [issue for issue in issues(resource) if issue.severity == "warning"]


def errors(resource: Json) -> list[Issue]:
    """Why a resource is refused."""
    return [issue for issue in issues(resource) if issue.severity == "error"]


def is_ranged(resource: Json) -> bool:
    """Whether the table has a row for it."""
    return _row(resource) is not None


def _codes(element: Json) -> Iterator[tuple[str, str]]:
    for coding in element.get("code", {}).get("coding", ()):
        system = coding.get("system", "")
        yield NLK if system == NPU else system, coding.get("code", "")


def _row(element: Json) -> Row | None:
    return next((_BY_CODE[key] for key in _codes(element) if key in _BY_CODE), None)


def _value(element: Json) -> float | None:
    """The value in the unit of the table; None where there is none, or its unit is another."""
    row = _row(element)
    if row is None:
        return None
    plain = element.get("valueInteger")
    if plain is not None:
        return float(plain)
    quantity = element.get("valueQuantity", {})
    unit, value = quantity.get("code", ""), quantity.get("value")
    if value is None:
        return None
    if not row.unit or unit in (row.unit, *_SAME.get(row.unit, ())):
        return float(value)
    factor = _FACTORS.get((unit, row.unit))
    return None if factor is None else float(value) * factor


def _measured(resource: Json, element: Json, steps: list[str]) -> Iterator[Issue]:
    row, value = _row(element), _value(element)
    if row is None or value is None:
        return
    name = "valueInteger" if "valueInteger" in element else "valueQuantity"
    where = fhirpath(resource, [*steps, name])
    for (low, high), severity, word in (
        (row.possible, "error", "possible"),
        (row.plausible, "warning", "plausible"),
    ):
        if not low <= value <= high:
            unit = f" {row.unit}" if row.unit else ""
            text = f"{where}: {row.name} {value:g}{unit} is not {word}: {low:g} to {high:g}{unit}"
            yield Issue(
                "value", text if severity == "error" else f"{text}. It is stored as it is", (where,), severity
            )
            return


def _day(text: str | None) -> date | None:
    """The day of a dateTime; None where it is less exact."""
    return date.fromisoformat(text[:_DAY]) if text and len(text) >= _DAY else None


def _dates(resource: Json) -> Iterator[Issue]:
    codes = {code for _, code in _codes(resource)}
    value, stated = _day(resource.get("valueDateTime")), _day(resource.get("effectiveDateTime"))
    if value is None or stated is None:
        return
    days = (value - stated).days
    where = ("Observation.value",)
    if codes & DUE_CODES and days > LONGEST:
        text = f"Observation.value: a due date {days} days ahead is not possible: at most {LONGEST}"
        yield Issue("value", text, where)
    if codes & (PERIOD_CODES | {RETRIEVAL}) and days > 0:
        what = "the last period cannot begin" if codes & PERIOD_CODES else "eggs cannot be retrieved"
        text = f"Observation.value: {what} after the day on which it was stated (effectiveDateTime)"
        yield Issue("value", text, where)
    if codes & (PERIOD_CODES | {RETRIEVAL}) and -days > LONGEST:
        what = "a last period" if codes & PERIOD_CODES else "an egg retrieval"
        text = f"Observation.value: {what} {-days} days ago is not plausible: at most {LONGEST}. It is stored as it is"
        yield Issue("value", text, where, "warning")
