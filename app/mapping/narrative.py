"""The sections of the card in Norwegian words, for the narrative of the FHIR document.

https://hl7.org/fhir/R4/narrative.html. A machine that understands none of the entries can still show the document.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape

from app.mapping import birth_wishes, contradictions
from app.mapping.narrative_found import TITLES, found
from app.pregnancy.answers import OUTCOMES
from app.pregnancy.births import Birth
from app.pregnancy.card import View
from app.pregnancy.described import Series
from app.pregnancy.facts import OSLO
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount
from app.pregnancy.needs import Need
from app.pregnancy.programme import VisitState
from app.pregnancy.rules import Finding
from app.pregnancy.term import Candidate
from app.pregnancy.tongues import called

NOT_ASSESSABLE = "Kan ikke vurderes med din tilgang."
NOTHING_RECORDED = "Ingenting registrert."
KINDS = {"alarm": "Alarm", "task": "Oppgave", "information": "Opplysning"}
SERIES = {
    "blood-pressure": "Blodtrykk",
    "weight": "Vekt",
    "fundal-height": "SF-mål",
    "fetal-heart-rate": "Fosterets hjertefrekvens",
    "haemoglobin": "Hb",
}
STATES = {
    "done": "gjennomført",
    "due": "nå",
    "overdue": "forfalt",
    "missed": "ikke registrert",
    "skipped": "utelatt",
    "upcoming": "kommer",
    "withheld": "kan ikke vurderes med din tilgang",
}
NEEDS = {
    "allergy": "Kritisk allergi: {}",
    "condition": "Kritisk tilstand: {}",
    "interpreter": "Trenger tolk: {}",
    "rhd-negative": "RhD-negativ",
    "several-fetuses": "Flere fostre: {}",
    "overdue-visit": "Forfalt: {}",
    "due-visit": "Nå: {}",
}


@dataclass(frozen=True, slots=True)
class Section:
    """One section: its code in our code system, its title, its lines and the records that it rests on."""

    code: str
    title: str
    lines: tuple[str, ...]
    sources: tuple[str, ...] = ()
    withheld: bool = False

    def html(self) -> str:
        lines = ((NOT_ASSESSABLE,) if self.withheld else ()) + self.lines or (NOTHING_RECORDED,)
        rows = "".join(f"<li>{escape(line)}</li>" for line in lines)
        return f'<div xmlns="http://www.w3.org/1999/xhtml"><ul>{rows}</ul></div>'


def decimal(value: float | None) -> str:
    return "–" if value is None else f"{value:g}".replace(".", ",")


def on(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def clock(moment: datetime) -> str:
    local = moment.astimezone(OSLO)
    return f"{local:%d.%m.%Y}" if local.time() == time() else f"{local:%d.%m.%Y kl. %H.%M}"


def sections(view: View) -> tuple[Section, ...]:
    """All sections in the order of the card: what must be acted on first."""
    shown = view.described
    return (
        _section(view, "findings", "Funn", [(_finding(row), row.inputs) for row in view.findings]),
        *_contradictions(view),
        _section(view, "needs", "Viktig nå", [(_need(row), row.inputs) for row in view.needs]),
        _section(view, "term", "Svangerskapslengde og termin", _term(view)),
        _section(view, "programme", "Konsultasjoner i programmet", [(_visit(row), row.inputs) for row in view.programme]),
        _measurements(view),
        _section(
            view,
            "laboratory",
            "Laboratorieprøver",
            [
                (f"{row.name}: {row.results[0].value} {row.results[0].unit}".rstrip() + f" ({on(row.results[0].day)})",
                 tuple(result.source for result in row.results))
                for row in shown.laboratory
            ],
        ),
        *(_section(view, code, title, found(view, code)) for code, title in TITLES.items() if _has(view, code)),
        _section(view, "fetuses", "Fostre", [(f"Foster {row.name}", (row.source,)) for row in shown.fetuses]),
        _consultations(view),
        _section(view, "allergies", "Allergier", [(row.name, (row.source,)) for row in shown.allergies]),
        _section(view, "conditions", "Sykdommer og tilstander", [(row.name, (row.source,)) for row in shown.conditions]),
        _section(
            view,
            "care-team",
            "Hvem som følger opp",
            [(", ".join(filter(None, (row.name, row.role, row.organization))), (row.source,)) for row in shown.care_team],
        ),
        _section(view, "birth-plan", "Fødeplan", _birth_plan(view)),
        _section(view, "outcome", "Utfall", [(_birth(row), row.sources) for row in shown.births]),
    )  # fmt: skip


def _contradictions(view: View) -> tuple[Section, ...]:
    """Only where something contradicts something, or where the reader cannot know."""
    rows = contradictions.lines(view)
    there = rows or not view.assessable("contradictions")
    return (_section(view, "contradictions", contradictions.TITLE, rows),) if there else ()


def _has(view: View, code: str) -> bool:
    return bool(found(view, code)) or not view.assessable(code)


def _section(view: View, code: str, title: str, rows: list[tuple[str, tuple[str, ...]]]) -> Section:
    sources = dict.fromkeys(source for _, inputs in rows for source in inputs)
    return Section(
        code, title, tuple(dict.fromkeys(line for line, _ in rows)), tuple(sources), not view.assessable(code)
    )


def _need(row: Need) -> str:
    detail = called(row.detail) if row.kind == "interpreter" else row.detail
    return NEEDS[row.kind].format(detail).rstrip(": ")


def _finding(row: Finding) -> str:
    until = "" if row.kind == "information" else f" Frist {clock(row.deadline)}."
    return f"{KINDS[row.kind]}: {row.named}. {row.text}{until}"


def _term(view: View) -> list[tuple[str, tuple[str, ...]]]:
    rows: list[tuple[str, tuple[str, ...]]] = []
    if view.age:
        rows.append((f"{view.age.text} ({view.age.trimester}. trimester) {on(view.today)}", ()))
    if view.term:
        rows.append((f"Termin {on(view.term.due)}. {view.term.why}", (view.term.source,)))
        if view.term.changed_from:
            rows.append((f"Endret fra {on(view.term.changed_from.due)}", (view.term.changed_from.source,)))
        rows += [(_candidate(row), (row.source,)) for row in view.term.alternatives]
    return rows


def _candidate(row: Candidate) -> str:
    return f"Ikke brukt: {on(row.due)}. {row.why}"


def _visit(row: VisitState) -> str:
    why = f": {row.reason}" if row.reason else ""
    return f"{row.visit.title}: {STATES[row.state]}{why} ({on(row.opens)} til {on(row.closes)})"


def _measurements(view: View) -> Section:
    rows = [
        (_series(row), tuple(point.fact.source for point in row.points))
        for row in view.described.measurements
    ]
    section = _section(view, "measurements", "Målinger", rows)
    hidden = any(not view.assessable(kind) for kind in SERIES)
    return Section(section.code, section.title, section.lines, section.sources, hidden)


def _series(row: Series) -> str:
    value = "/".join(map(decimal, row.latest.values))
    name = SERIES[row.kind] + (f" ({row.fetus})" if row.fetus else "")
    change = ""
    if row.change and row.previous:
        moved = "/".join("–" if step is None else f"{step:+g}".replace(".", ",") for step in row.change)
        change = f", endring {moved} siden {on(row.previous.day)}"
    return f"{name}: {value} {row.unit} {on(row.latest.day)}{change}"


def _consultations(view: View) -> Section:
    rows = []
    for line in view.described.consultations:
        age = view.age_on(line.day)
        head = f"{on(line.day)}{f' ({age.text})' if age else ''}"
        who = (
            ", ".join(filter(None, (line.visit.by, line.visit.place))) if line.visit else "Uten konsultasjon"
        )
        sources = ((line.visit.source,) if line.visit else ()) + tuple(fact.source for fact in line.facts)
        rows.append((f"{head}: {who}" if who else head, sources))
    return _section(view, "consultations", "Konsultasjoner", rows)


def _birth(row: Birth) -> str:
    """Of each child by its name: what became of it, when, and what was measured."""
    when = f"{OUTCOMES[row.outcome.outcome]} {clock(row.outcome.when)}" if row.outcome else ""
    measured = (
        f"{ITEMS[one.item].name}: {decimal(one.value)} {_unit(one)}".rstrip()
        for one in row.details
        if isinstance(one, Amount)
    )
    told = ". ".join(filter(None, (when, *measured)))
    return f"{row.called}: {told}" if row.called else told


def _unit(row: Amount) -> str:
    """A score and a pH have none that is said."""
    unit = ITEMS[row.item].unit
    return unit if unit.isalpha() else ""


def _birth_plan(view: View) -> list[tuple[str, tuple[str, ...]]]:
    plan = view.described.birth_plan
    written = [(line, (plan.source,)) for line in filter(None, (plan.title, *plan.lines))] if plan else []
    return [*birth_wishes.lines(view.described.wishes), *written]
