"""TABLE: how a kind of field of the national record is read from a chart, and what Observation states its value.

Kinds stand in ``dhg_fields``. What one side cannot express is absent and flagged, never guessed: an uncertain answer is no
yes and no, a value beyond a number (``<``) is none. https://hl7.org/fhir/R4/observation.html#value
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.fhir import codes as c
from app.fhir.json import Number
from app.mapping.dhg_chart import Cell, Chart, Scope
from app.mapping.dhg_codes import coding_of, is_known, value_of
from app.mapping.dhg_fields import Field
from app.mapping.elements import Element, child, children, text
from app.mapping.item_codes import CODES
from app.mapping.scales import WRITTEN_GRADES
from app.pregnancy import facts as f
from app.pregnancy.items import ITEMS, Item

Json = dict[str, Any]
YES = {"yes": True, "positive": True, "immune": True, "given": True}
NO = {"no": False, "negative": False, "non-immune": False, "not-given": False, "declined": False}
_PRESSURE = re.compile(r"(\d{2,3})/(\d{2,3})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST = 10_000
_LABORATORY, _SURVEY, _EXAM, _VITAL = "laboratory", "survey", "exam", "vital-signs"


class Wrong(ValueError):
    """A value that its field cannot have; the text says what it can."""


@dataclass(frozen=True, slots=True)
class Kind:
    """``type``: the JSON type (schema and words). ``make`` gives the members of the Observation that states a value."""

    type: str
    read: Callable[[Chart, Field, Scope], Cell | None]
    make: Callable[[Field, Any], Json] | None = None


def concept(*codings: tuple[str, str], words: str = "") -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} for system, code in codings]} | (
        {"text": words} if words else {}
    )


def content(category: str, code: Json, **value: Any) -> Json:
    """The members of an Observation that say what it is."""
    return {"category": [concept((c.OBSERVATION_CATEGORY, category))], "code": code, **value}


def words_of(value: Any) -> str:
    """Raises Wrong for what is no text."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
        raise Wrong(f"must be text of at most {_LONGEST} characters")
    return value


def flag_of(value: Any) -> bool:
    """Raises Wrong for what is neither true nor false."""
    if not isinstance(value, bool):
        raise Wrong("must be true, false or null")
    return value


def number_of(value: Any) -> int | float:
    """Raises Wrong for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Wrong("must be a number")
    return value


def whole_of(value: Any, low: int = 0, high: int = 1000) -> int:
    """Raises Wrong for what is no whole number within the range."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise Wrong(f"must be a whole number from {low} to {high}")
    return value


def day_of(value: Any) -> str:
    """Raises Wrong for what is no date."""
    try:
        if isinstance(value, str) and _DAY.fullmatch(value):
            date.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise Wrong("must be a date, YYYY-MM-DD")


def coded_of(value: Any) -> Json:
    """Raises Wrong for what is no ``{code, display, codeSystem}``."""
    if not isinstance(value, dict) or not isinstance(value.get("code"), str) or not value["code"].strip():
        raise Wrong("must be an object with code, and display and codeSystem as text")
    if any(not isinstance(value.get(name, ""), str) for name in ("display", "codeSystem")):
        raise Wrong("must be an object with code, and display and codeSystem as text")
    return value


def _last(chart: Chart, kind: Any, scope: Scope) -> Any:
    rows = chart.of(kind, scope)
    return rows[-1] if rows else None


def written(chart: Chart, source: str, value: float) -> int | float | None:
    """``value`` as it was written where one quantity states it; None where it lies beyond a number."""
    resource = chart.resources.get(source, {})
    stated = child(resource, "valueQuantity")
    number = stated.get("value", resource.get("valueInteger"))
    if stated.get("comparator"):
        return None
    if isinstance(number, int | float) and not isinstance(number, bool) and float(number) == value:
        return number
    return int(value) if value == int(value) else value


def _amount(chart: Chart, source: str, value: float) -> Cell:
    number = written(chart, source, value)
    return Cell(number, (source,), "" if number is not None else "The value is beyond a number")


def item_code(row: Item) -> Json:
    """The code by which an item is known, the card's own and the published ones."""
    return concept((c.CS_CARD, row.id), *CODES.get(row.id, ()), words=row.name)


def category_of(row: Item) -> str:
    """The category of an item's Observations."""
    if row.section in {"tests", "rhd"}:
        return _LABORATORY
    if row.id in {"height", "weight-before", "bmi"}:
        return _VITAL
    return _EXAM if row.unit and row.section == "vitals" else _SURVEY


def _answer(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    rows = chart.of(field.of, scope)
    if not rows:
        return None
    newest = {row.fetus: row for row in rows}.values() if ITEMS[field.of].per_fetus else [rows[-1]]
    said = next((row for row in newest if YES.get(row.value)), rows[-1])
    value = YES.get(said.value, NO.get(said.value))
    return Cell(
        value, (said.source,), "" if value is not None else f"The answer is {said.value}: neither yes nor no"
    )


def _make_answer(field: Field, value: Any) -> Json:
    row, told = ITEMS[field.of], flag_of(value)
    known = YES if told else NO
    answer = next(word for word in row.answers if word in known)
    return content(category_of(row), item_code(row), valueCodeableConcept=concept((c.CS_CARD, answer)))


def _text(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    said = _last(chart, field.of, scope)
    return Cell(said.text or said.value, (said.source,)) if said else None


def _make_text(field: Field, value: Any) -> Json:
    row = ITEMS[field.of]
    return content(category_of(row), item_code(row), valueString=words_of(value))


def _make_date(field: Field, value: Any) -> Json:
    return _make_text(field, day_of(value))


def _word(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    """One of an item's answers, as a word."""
    said = _last(chart, field.of, scope)
    if said:
        return Cell(said.value, (said.source,))
    odd = chart.observations(field.of, scope)
    return (
        Cell(text(odd[-1][1], "valueString"), (odd[-1][0],))
        if odd and text(odd[-1][1], "valueString")
        else None
    )


def _make_word(field: Field, value: Any) -> Json:
    row, word = ITEMS[field.of], words_of(value)
    if word in row.answers:
        return content(category_of(row), item_code(row), valueCodeableConcept=concept((c.CS_CARD, word)))
    return content(category_of(row), item_code(row), valueString=word)


def _coded(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    item, _ = field.of.split()
    said = _last(chart, item, scope)
    return coded_cell(chart.resources[said.source], said.source) if said else None


def coded_cell(resource: Element, source: str) -> Cell:
    """A coded value; of a text alone the national record has no code."""
    given = children(child(resource, "valueCodeableConcept"), "coding")
    coding = next((row for row in given if row.get("code")), None)
    if coding is None:
        return Cell(None, (source,), "There are words, and no code")
    return Cell(value_of(coding), (source,), "" if is_known(coding) else "The code system is not known here")


def _make_coded(field: Field, value: Any) -> Json:
    item, system = field.of.split()
    row, coding = ITEMS[item], coding_of(coded_of(value), system)
    held = {"coding": [coding]} | ({"text": coding["display"]} if "display" in coding else {})
    return content(category_of(row), item_code(row), valueCodeableConcept=held)


def _item_amount(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    said = _last(chart, field.of, scope)
    return _amount(chart, said.source, said.value) if said else None


def quantity(value: Any, unit: str) -> Json:
    """A Quantity. Raises Wrong."""
    return {"value": number_of(value), "unit": unit, "system": c.UCUM, "code": unit}


def _make_item_amount(field: Field, value: Any) -> Json:
    row = ITEMS[field.of]
    if row.id == "oedema":  # the profile of the card takes a grade as a whole number
        return content(category_of(row), item_code(row), valueInteger=whole_of(value, 0, 4))
    return content(category_of(row), item_code(row), valueQuantity=quantity(value, row.unit))


def _haemoglobin(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    """The first trimester's and later ones are told apart by the code that says so, else by gestational age."""
    third = field.of == "third"
    rows = [row for row in chart.of(f.Haemoglobin, scope) if _in_third(chart, row) is third]
    return _amount(chart, rows[-1].source, rows[-1].value) if rows else None


def _in_third(chart: Chart, row: f.Haemoglobin) -> bool:
    named = {one.get("code") for one in children(child(chart.resources[row.source], "code"), "coding")}
    if named & {"haemoglobin-first", "haemoglobin-third"}:
        return "haemoglobin-third" in named
    age = chart.age_on(row.day)
    return age is not None and age.trimester == 3  # noqa: PLR2004 (the third)


def _make_haemoglobin(field: Field, value: Any) -> Json:
    which = f"haemoglobin-{field.of}"
    code = concept((c.LOINC, c.HAEMOGLOBIN), (c.NLK, "NOR05172"), (c.CS_CARD, which), words="Hb")
    return content(_LABORATORY, code, valueQuantity=quantity(value, "g/dL"))


def _rhesus(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.RhesusD, scope)
    if not said:
        return None
    spelled = text(child(chart.resources[said.source], "valueCodeableConcept"), "text")
    same = _RHESUS.get(spelled.strip().lower()) is said.positive
    return Cell(spelled if same else "POS" if said.positive else "NEG", (said.source,))


_RHESUS = {
    "pos": True,
    "positiv": True,
    "positive": True,
    "+": True,
    "neg": False,
    "negativ": False,
    "negative": False,
    "-": False,
}


def _make_rhesus(_: Field, value: Any) -> Json:
    positive = _RHESUS.get(words_of(value).strip().lower())
    if positive is None:
        raise Wrong("must be POS or NEG")
    answer = c.RHD_POSITIVE if positive else c.RHD_NEGATIVE
    code = concept((c.LOINC, c.RHD), (c.NLK, "NPU21917"), words="RhD")
    return content(_LABORATORY, code, valueCodeableConcept=concept((c.SNOMED, answer), words=value))


def _last_period(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.LastMenstrualPeriod, scope)
    return Cell(said.first_day.isoformat(), (said.source,)) if said else None


def _make_last_period(_: Field, value: Any) -> Json:
    return content(_SURVEY, concept((c.LOINC, c.LMP), (c.SNOMED, "21840007")), valueDateTime=day_of(value))


_SCANS = frozenset({"scan", "first-scan", "routine-scan"})
_DUE = {"lmp": c.EDD_LMP, "scan": c.EDD_ULTRASOUND, "corrected": c.EDD}


def _due_date(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    methods = {"scan": _SCANS, "corrected": {"corrected", "decided"}}.get(field.of, {field.of})
    rows = [row for row in chart.of(f.DueDateStatement, scope) if row.method in methods]
    return Cell(rows[-1].due.isoformat(), (rows[-1].source,)) if rows else None


def _make_due_date(field: Field, value: Any) -> Json:
    method = {"method": concept((c.CS_CARD, "corrected"))} if field.of == "corrected" else {}
    return content(_EXAM, concept((c.LOINC, _DUE[field.of])), valueDateTime=day_of(value), **method)


def _fetuses(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.FetusCount, scope)
    return Cell(said.count, (said.source,)) if said else None


def _make_fetuses(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.FETUSES_LOINC), (c.SNOMED, c.FETUSES_SNOMED))
    return content(_EXAM, code, valueInteger=whole_of(value, 1, 8))


def _own_date(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    rows = chart.observations(field.of, scope)
    return Cell(text(rows[-1][1], "valueDateTime")[:10], (rows[-1][0],)) if rows else None


def _make_own_date(field: Field, value: Any) -> Json:
    return content(_SURVEY, concept((c.CS_CARD, field.of)), valueDateTime=day_of(value))


def _weight(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.Weight, scope)
    return _amount(chart, said.source, said.value) if said else None


def _make_weight(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.WEIGHT), (c.SNOMED, "27113001"), words="Vekt")
    return content(_VITAL, code, valueQuantity=quantity(value, "kg"))


def _pressure(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.BloodPressure, scope)
    if not said:
        return None
    if said.systolic is None or said.diastolic is None:
        return Cell(None, (said.source,), "Only one side of the blood pressure is known")
    return Cell(f"{round(said.systolic)}/{round(said.diastolic)}", (said.source,))


def _make_pressure(_: Field, value: Any) -> Json:
    match = _PRESSURE.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise Wrong('must be the text "systolic/diastolic", as "118/76"')
    sides = ((c.BP_SYSTOLIC, "271649006"), (c.BP_DIASTOLIC, "271650006"))
    parts = [
        {
            "code": concept((c.LOINC, loinc), (c.SNOMED, snomed)),
            "valueQuantity": quantity(int(side), "mm[Hg]"),
        }
        for (loinc, snomed), side in zip(sides, match.groups(), strict=True)
    ]
    return content(_VITAL, concept((c.LOINC, c.BP_PANEL), (c.SNOMED, "75367002")), component=parts)


_PROTEIN = {
    0.0: ("Neg", "T008"),
    0.5: ("Spor", "T052"),
    1.0: ("1+", "T048"),
    2.0: ("2+", "T049"),
    3.0: ("3+", "T050"),
}


def _protein(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.UrineProtein, scope)
    if not said:
        return None
    spelled = text(child(chart.resources[said.source], "valueCodeableConcept"), "text")
    if WRITTEN_GRADES.get(spelled.strip().lower()) == said.grade:
        return Cell(spelled, (said.source,))
    named = _PROTEIN.get(said.grade)
    return (
        Cell(named[0], (said.source,))
        if named
        else Cell("3+", (said.source,), "The strip showed 4+, which is not told here")
    )


def _make_protein(_: Field, value: Any) -> Json:
    grade = WRITTEN_GRADES.get(words_of(value).strip().lower())
    if grade not in _PROTEIN:
        raise Wrong("must be Neg, Spor, 1+, 2+ or 3+")
    code = concept((c.LOINC, c.URINE_PROTEIN), (c.NLK, "NPU04206"), words="Protein i urin, strimmel")
    snomed = next(code for code, of in c.URINE_PROTEIN_GRADES.items() if of == grade)
    answer = concept((c.SNOMED, snomed), (c.VOLVEN_TEXT_RESULT, _PROTEIN[grade][1]), words=value)
    return content(_LABORATORY, code, valueCodeableConcept=answer)


def _rate(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.FetalHeartRate, scope)
    return _amount(chart, said.source, said.value) if said else None


def _make_rate(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.FETAL_HEART_RATE), (c.SNOMED, "249043002"), words="Fosterets hjertefrekvens")
    return content(_EXAM, code, valueQuantity=quantity(value, "/min"))


_LIES = {"cephalic": "Hodeleie", "breech": "Seteleie", "transverse": "Tverrleie"}
_LIE_CODES = {"hodeleie": "1209182005", "seteleie": "6096002", "tverrleie": "73161006"}
_HEAD = {
    "code": "1",
    "display": "Hodeleie",
    "codeSystem": "VOLVEN_8534",
}  # the one member whose number is published


def _lie(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.Presentation, scope)
    if not said:
        return None
    given = children(child(chart.resources[said.source], "valueCodeableConcept"), "coding")
    foreign = next((row for row in given if row.get("code") and row.get("system") != c.SNOMED), None)
    if foreign:
        return Cell(
            value_of(foreign),
            (said.source,),
            "" if is_known(foreign) else "The code system is not known here",
        )
    if said.value == "cephalic":
        return Cell(dict(_HEAD), (said.source,))
    coding = next((row for row in given if row.get("code")), None)
    if coding is None:
        return Cell(None, (said.source,), "There are words, and no code")
    return Cell(value_of({"display": _LIES.get(said.value, said.text), **coding}), (said.source,))


def _make_lie(field: Field, value: Any) -> Json:
    coding = coding_of(coded_of(value), field.of)
    display = str(coding.get("display") or ("Hodeleie" if value_of(coding)["code"] == "1" else ""))
    of_list = coding.get("system", "").endswith(".8534")
    snomed = _LIE_CODES.get(display.strip().lower()) if of_list or coding.get("system") != c.SNOMED else None
    held = {"coding": [*([{"system": c.SNOMED, "code": snomed}] if snomed else []), coding]}
    code = concept((c.LOINC, c.PRESENTATION), (c.SNOMED, "364607000"), words="Leie")
    return content(_EXAM, code, valueCodeableConcept=held | ({"text": display} if display else {}))


def _movement(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = _last(chart, f.FetalMovement, scope)
    if not said:
        return None
    value = {"normal": True, "none": False}.get(said.value)
    return Cell(value, (said.source,), "" if value is not None else "Movements are felt, but reduced")


def _make_movement(_: Field, value: Any) -> Json:
    return content(
        _EXAM, concept((c.LOINC, c.FETAL_MOVEMENT), (c.SNOMED, "249040004")), valueBoolean=flag_of(value)
    )


__all__ = ["KINDS", "Kind", "Number", "Wrong"]
KINDS: dict[str, Kind] = {
    "answer": Kind("boolean", _answer, _make_answer),
    "text": Kind("string", _text, _make_text),
    "date": Kind("date", _text, _make_date),
    "word": Kind("string", _word, _make_word),
    "coded": Kind("coded", _coded, _make_coded),
    "amount": Kind("number", _item_amount, _make_item_amount),
    "haemoglobin": Kind("number", _haemoglobin, _make_haemoglobin),
    "rhesus": Kind("string", _rhesus, _make_rhesus),
    "last-period": Kind("date", _last_period, _make_last_period),
    "due-date": Kind("date", _due_date, _make_due_date),
    "fetuses": Kind("integer", _fetuses, _make_fetuses),
    "own-date": Kind("date", _own_date, _make_own_date),
    "weight": Kind("number", _weight, _make_weight),
    "pressure": Kind("string", _pressure, _make_pressure),
    "protein": Kind("string", _protein, _make_protein),
    "heart-rate": Kind("number", _rate, _make_rate),
    "lie": Kind("coded", _lie, _make_lie),
    "movement": Kind("boolean", _movement, _make_movement),
}
