"""FHIR → the national record: the cells of each sub-resource, and the JSON that they make.

A cell is one value with the resources that state it (``dhg_chart``). What JSON alone has (members that no row names, and
what was said to be null) is kept in the envelope (``dhg_envelope``) and told again where nothing contradicts it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from app.clock import OSLO
from app.fhir import codes as c
from app.mapping import dhg_rows as rows
from app.mapping.dhg_chart import WHOLE, Cell, Chart, Json, Scope
from app.mapping.dhg_fields import ROWS, Field, Part
from app.mapping.dhg_kinds import KINDS
from app.mapping.dhg_rows import Key
from app.mapping.dhg_values import written
from app.mapping.elements import child, children, codes, moment, text
from app.pregnancy import facts as f

Cells = dict[Key, Cell]
OF_PATIENT = frozenset({"name", "line", "postal-code", "city", "language", "interpreter"})
OF_TEAM = frozenset({"carer", "centre"})
STATED = {"stated-week": "stated-gestational-week", "stated-day": "stated-gestational-day"}


def cells_of(part: Part, chart: Chart, id_: str = "") -> Cells:
    """The cells of a sub-resource; ``id_`` names one of several."""
    if part.name == "antenatalAppointments":
        return dict(_of_visit(part, chart, f"Encounter/{id_}"))
    if part.name == "symphysisFundalHeights":
        return dict(_of_height(chart, f"Observation/{id_}"))
    if part.name == "lifestyleFactors":
        found = dict(rows.stimuli(chart, part.fields[:2]))
        return found | dict(_plain(part.fields[2:], chart, WHOLE))
    if part.name == "birthStatus":
        return dict(rows.outcomes(chart))
    return dict(_plain(part.fields, chart, WHOLE))


def _plain(fields: tuple[Field, ...], chart: Chart, scope: Scope) -> Iterator[tuple[Key, Cell]]:
    for field in fields:
        cell = _cell(field, chart, scope)
        if cell:
            yield tuple(field.path.split(".")), cell


def _cell(field: Field, chart: Chart, scope: Scope) -> Cell | None:
    if field.kind in OF_PATIENT:
        return rows.of_patient(chart, field)
    if field.kind in OF_TEAM:
        return rows.of_team(chart, field)
    return KINDS[field.kind].read(chart, field, scope) if field.kind in KINDS else None


def visits(chart: Chart) -> list[str]:
    """The ids of the consultations that are appointments of the national record, in order of time."""
    held = [row for row in chart.facts.of(f.Visit) if row.kind != "other"]
    return [row.source.partition("/")[2] for row in held]


def heights(chart: Chart) -> list[str]:
    """The ids of the symphysis-fundus heights, in order of time."""
    return [row.source.partition("/")[2] for row in chart.facts.of(f.FundalHeight)]


def _of_visit(part: Part, chart: Chart, encounter: str) -> Iterator[tuple[Key, Cell]]:
    visit = chart.resources.get(encounter, {})
    start = moment(text(child(visit, "period"), "start"))
    if start is None:
        return
    day = start.astimezone(OSLO).date()
    yield ("appointmentDate",), Cell(day.isoformat(), (encounter,))
    age, scope = chart.age_on(day), Scope(encounter)
    for kind, path, counted in (
        ("stated-week", "pregnancyWeek", age.week if age else None),
        ("stated-day", "daysAfterFullPregnancyWeek", age.day if age else None),
    ):
        stated = chart.observations(STATED[kind], scope)
        if stated:
            yield (path,), Cell(stated[-1][1].get("valueInteger"), (stated[-1][0],))
        elif counted is not None:
            yield (path,), Cell(counted)
    yield from _plain(tuple(row for row in part.fields if "{}" not in row.path), chart, scope)
    of_fetus = tuple(row for row in part.fields if "{}" in row.path)
    for number in range(1, 9):
        for key, cell in _plain(of_fetus, chart, Scope(encounter, number)):
            yield tuple(str(number) if step == "{}" else step for step in key), cell


def _of_height(chart: Chart, source: str) -> Iterator[tuple[Key, Cell]]:
    said = next((row for row in chart.facts.of(f.FundalHeight) if row.source == source), None)
    if said is None:
        return
    yield ("measurementDate",), Cell(said.day.isoformat(), (source,))
    stated = [
        row.get("valueInteger")
        for row in children(chart.resources[source], "component")
        if STATED["stated-week"] in codes(child(row, "code"), c.CS_CARD)
    ]
    age = chart.age_on(said.day)
    week = stated[0] if stated else age.week if age else None
    if week is not None:
        yield ("pregnancyWeek",), Cell(week, (source,))
    yield ("measurement",), Cell(written(chart, source, said.value), (source,))


def body_of(cells: Cells, kept: Mapping[Key, Any]) -> Json:
    """The members of a sub-resource: what FHIR states, and what only JSON has."""
    body: Json = {}
    for key, cell in cells.items():
        if cell.value is not None:
            _set(body, key, cell.value)
    for key, value in kept.items():
        if value is not None or cells.get(key, Cell(None)).value is None:
            _keep(body, key, value)
    return body


def _set(body: Json, key: Key, value: Any) -> None:
    """Put a value at its place; a row of a list is found by what names it."""
    if key[0] in ROWS and len(key) > 1:
        row = _row(body, key)
        if key[0] == "stimuli":
            kind, rest = value["stimuliType"], {n: v for n, v in value.items() if n != "stimuliType"}
            row["stimuliType"] = kind
            row[key[2]] = rest
        elif key[0] == "birthStatus":
            row.update(value)
        else:
            row[key[2]] = value
        return
    for step in key[:-1]:
        body = body.setdefault(step, {})
    body[key[-1]] = value


def _row(body: Json, key: Key) -> Json:
    held: list[Json] = body.setdefault(key[0], [])
    for row in held:
        if _named(key[0], row) == key[1]:
            return row
    made: Json = {"fosterId": int(key[1])} if ROWS[key[0]] == "fosterId" else {}
    held.append(made)
    return made


def _named(name: str, row: Json) -> str:
    value = row.get(ROWS[name])
    return str(value.get("code") if isinstance(value, dict) else value)


def row_name(name: str, row: Any) -> str | None:
    """What names a row of the list ``name``; None where nothing does."""
    value = row.get(ROWS[name]) if isinstance(row, dict) else None
    code = value.get("code") if isinstance(value, dict) else value
    return str(code) if isinstance(code, str | int) and not isinstance(code, bool) else None


def _keep(body: Json, key: Key, value: Any) -> None:
    """Put what only JSON has where its place still is; a row that FHIR has no more is not raised again."""
    place: Any = body
    steps = key
    if key[0] in ROWS and len(key) > 1:
        place = next((row for row in body.get(key[0], []) if _named(key[0], row) == key[1]), None)
        steps = key[2:]
    for step in steps[:-1]:
        place = place.setdefault(step, {}) if isinstance(place, dict) else None
    if steps and isinstance(place, dict):
        place.setdefault(steps[-1], value)
