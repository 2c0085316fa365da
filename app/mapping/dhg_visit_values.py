"""What is measured at a visit, as the national record has it: weight, pressure, urine, and of each fetus rate, lie and movement.

https://hl7.org/fhir/R4/observation.html
"""

import re
from typing import Any

from app.fhir import codes as c
from app.mapping.dhg_chart import Cell, Chart, Scope
from app.mapping.dhg_checks import (
    Json,
    Wrong,
    coded_of,
    concept,
    content,
    flag_of,
    quantity,
    words_of,
)
from app.mapping.dhg_codes import coding_of, is_known, value_of
from app.mapping.dhg_fields import Field
from app.mapping.dhg_values import (
    amount_cell,
    last_of,
)
from app.mapping.elements import child, children, text
from app.mapping.scales import WRITTEN_GRADES
from app.pregnancy import facts as f

_LABORATORY, _EXAM, _VITAL = "laboratory", "exam", "vital-signs"


_PRESSURE = re.compile(r"(\d{2,3})/(\d{2,3})")


def weight_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.Weight, scope)
    return amount_cell(chart, said.source, said.value) if said else None


def make_weight(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.WEIGHT), (c.SNOMED, "27113001"), words="Vekt")
    return content(_VITAL, code, valueQuantity=quantity(value, "kg"))


def pressure_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.BloodPressure, scope)
    if not said:
        return None
    if said.systolic is None or said.diastolic is None:
        return Cell(None, (said.source,), "Only one side of the blood pressure is known")
    return Cell(f"{round(said.systolic)}/{round(said.diastolic)}", (said.source,))


def make_pressure(_: Field, value: Any) -> Json:
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


def protein_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.UrineProtein, scope)
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


def make_protein(_: Field, value: Any) -> Json:
    grade = WRITTEN_GRADES.get(words_of(value).strip().lower())
    if grade not in _PROTEIN:
        raise Wrong("must be Neg, Spor, 1+, 2+ or 3+")
    code = concept((c.LOINC, c.URINE_PROTEIN), (c.NLK, "NPU04206"), words="Protein i urin, strimmel")
    snomed = next(code for code, of in c.URINE_PROTEIN_GRADES.items() if of == grade)
    answer = concept((c.SNOMED, snomed), (c.VOLVEN_TEXT_RESULT, _PROTEIN[grade][1]), words=value)
    return content(_LABORATORY, code, valueCodeableConcept=answer)


def rate_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.FetalHeartRate, scope)
    return amount_cell(chart, said.source, said.value) if said else None


def make_rate(_: Field, value: Any) -> Json:
    code = concept((c.LOINC, c.FETAL_HEART_RATE), (c.SNOMED, "249043002"), words="Fosterets hjertefrekvens")
    return content(_EXAM, code, valueQuantity=quantity(value, "/min"))


_LIES = {"cephalic": "Hodeleie", "breech": "Seteleie", "transverse": "Tverrleie"}


_LIE_CODES = {"hodeleie": "1209182005", "seteleie": "6096002", "tverrleie": "73161006"}


_HEAD = {
    "code": "1",
    "display": "Hodeleie",
    "codeSystem": "VOLVEN_8534",
}  # the one member whose number is published


def lie_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.Presentation, scope)
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


def make_lie(field: Field, value: Any) -> Json:
    coding = coding_of(coded_of(value), field.of)
    display = str(coding.get("display") or ("Hodeleie" if value_of(coding)["code"] == "1" else ""))
    of_list = coding.get("system", "").endswith(".8534")
    snomed = _LIE_CODES.get(display.strip().lower()) if of_list or coding.get("system") != c.SNOMED else None
    held = {"coding": [*([{"system": c.SNOMED, "code": snomed}] if snomed else []), coding]}
    code = concept((c.LOINC, c.PRESENTATION), (c.SNOMED, "364607000"), words="Leie")
    return content(_EXAM, code, valueCodeableConcept=held | ({"text": display} if display else {}))


def movement_cell(chart: Chart, _: Field, scope: Scope) -> Cell | None:
    said = last_of(chart, f.FetalMovement, scope)
    if not said:
        return None
    value = {"normal": True, "none": False}.get(said.value)
    return Cell(value, (said.source,), "" if value is not None else "Movements are felt, but reduced")


def make_movement(_: Field, value: Any) -> Json:
    return content(
        _EXAM, concept((c.LOINC, c.FETAL_MOVEMENT), (c.SNOMED, "249040004")), valueBoolean=flag_of(value)
    )
