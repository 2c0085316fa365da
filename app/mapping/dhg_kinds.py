"""TABLE: the kinds of fields of the national record: what is read from a chart, and what states it.

What one side cannot express is absent and flagged, never guessed. https://hl7.org/fhir/R4/observation.html#value
"""

from typing import Any

from app.fhir import codes as c
from app.mapping.dhg_chart import Cell, Chart, Scope
from app.mapping.dhg_checks import (
    Json,
    Wrong,
    concept,
    content,
    day_of,
    quantity,
    whole_of,
    words_of,
)
from app.mapping.dhg_fields import Field
from app.mapping.dhg_values import (
    Kind,
    amount_cell,
    answer_cell,
    coded_item,
    item_amount_cell,
    last_of,
    make_answer,
    make_coded,
    make_date,
    make_item_amount,
    make_own_date,
    make_text,
    make_word,
    own_date_cell,
    text_cell,
    word_cell,
)
from app.mapping.dhg_visit_values import (
    lie_cell,
    make_lie,
    make_movement,
    make_pressure,
    make_protein,
    make_rate,
    make_weight,
    movement_cell,
    pressure_cell,
    protein_cell,
    rate_cell,
    weight_cell,
)
from app.mapping.elements import child, children, text
from app.pregnancy import facts as f

_LABORATORY, _SURVEY, _EXAM, _VITAL = "laboratory", "survey", "exam", "vital-signs"


def _haemoglobin(chart: Chart, field: Field, scope: Scope) -> Cell | None:
    """The first trimester's and later ones are told apart by the code that says so, else by gestational age."""
    third = field.of == "third"
    rows = [row for row in chart.of(f.Haemoglobin, scope) if _in_third(chart, row) is third]
    return amount_cell(chart, rows[-1].source, rows[-1].value) if rows else None


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
    said = last_of(chart, f.RhesusD, scope)
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
    said = last_of(chart, f.LastMenstrualPeriod, scope)
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
    said = last_of(chart, f.FetusCount, scope)
    return Cell(said.count, (said.source,)) if said else None


def _make_fetuses(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.FETUSES_LOINC), (c.SNOMED, c.FETUSES_SNOMED))
    return content(_EXAM, code, valueInteger=whole_of(value, 1, 8))


KINDS: dict[str, Kind] = {
    "answer": Kind("boolean", answer_cell, make_answer),
    "text": Kind("string", text_cell, make_text),
    "date": Kind("date", text_cell, make_date),
    "word": Kind("string", word_cell, make_word),
    "coded": Kind("coded", coded_item, make_coded),
    "amount": Kind("number", item_amount_cell, make_item_amount),
    "haemoglobin": Kind("number", _haemoglobin, _make_haemoglobin),
    "rhesus": Kind("string", _rhesus, _make_rhesus),
    "last-period": Kind("date", _last_period, _make_last_period),
    "due-date": Kind("date", _due_date, _make_due_date),
    "fetuses": Kind("integer", _fetuses, _make_fetuses),
    "own-date": Kind("date", own_date_cell, make_own_date),
    "weight": Kind("number", weight_cell, make_weight),
    "pressure": Kind("string", pressure_cell, make_pressure),
    "protein": Kind("string", protein_cell, make_protein),
    "heart-rate": Kind("number", rate_cell, make_rate),
    "lie": Kind("coded", lie_cell, make_lie),
    "movement": Kind("boolean", movement_cell, make_movement),
}
