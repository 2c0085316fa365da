"""TABLE: the sections of the card below its summary: title, columns, lines and where they stand, for page and paper.

A section that is added here is on the page, on the printed sheet and, where the row says so, on the ward's page. The
columns of the consultations are those of the paper card: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterator

from app.pregnancy.births import Birth
from app.pregnancy.card import View
from app.pregnancy.course import LIVE
from app.pregnancy.described import Consultation, LabRow
from app.pregnancy.facts import (
    BloodPressure,
    Fact,
    FetalHeartActivity,
    FetalHeartRate,
    FetalMovement,
    FundalHeight,
    Presentation,
    UrineProtein,
    Weight,
)
from app.pregnancy.items import ITEMS
from app.pregnancy.kept import Amount, Answer, Kept
from app.pregnancy.triggers import PROTEIN, is_raised
from app.render.birth_place_section import birth_places
from app.render.birth_plan_section import birth_plan
from app.render.contradictions_section import contradictory
from app.render.elsewhere_section import medicines, registered_by_others
from app.render.found_sections import nipt, rhd, ultrasound
from app.render.hers_section import registered
from app.render.section import Line, Section
from app.render.stated_section import background
from app.render.words import Words

TITLED_VISITS = frozenset({"first-visit", "ultrasound", "home-visit", "postpartum-visit"})


def _consultations(view: View, words: Words) -> Iterator[Line]:
    for row in view.described.consultations:
        age, visit = view.age_on(row.day), row.visit
        kind = words(f"visit-{visit.kind}") if visit and visit.kind in TITLED_VISITS else ""
        raised = any(isinstance(fact, BloodPressure) and is_raised(fact) for fact in row.facts)
        positive = any(isinstance(fact, UrineProtein) and fact.grade >= PROTEIN for fact in row.facts)
        cells = (
            words.date(row.day),
            age.short if age else "",
            *(_cell(row, words, *kinds) for kinds in COLUMNS),
            ", ".join(filter(None, (kind, visit.by, visit.place))) if visit else "",
        )
        flags = ((3, raised), (4, positive))
        sources = tuple(fact.source for fact in row.facts) + ((visit.source,) if visit else ())
        yield Line(cells, sources, frozenset(index for index, is_so in flags if is_so))


COLUMNS: tuple[tuple[type[Fact], ...], ...] = (
    (Weight,), (BloodPressure,), (UrineProtein,), (FundalHeight,), (FetalHeartRate, FetalHeartActivity),
    (Presentation,), (FetalMovement,),
)  # fmt: skip


def _cell(row: Consultation, words: Words, *kinds: type[Fact]) -> str:
    found = sorted((fact for fact in row.facts if isinstance(fact, kinds)), key=lambda fact: fact.fetus or "")
    texts = (_text(fact, words) for fact in found)
    return ", ".join(dict.fromkeys(texts))


def _text(fact: Fact, words: Words) -> str:
    value = _value(fact, words)
    return f"{fact.fetus}: {value}" if fact.fetus else value


def _value(fact: Fact, words: Words) -> str:
    match fact:
        case BloodPressure():
            text = f"{words.number(fact.systolic)}/{words.number(fact.diastolic)}"
        case UrineProtein():
            text = {0.0: words("negative"), 0.5: words("trace")}.get(fact.grade, f"{fact.grade:g}+")
        case FetalHeartActivity():
            text = words("heard" if fact.present else "not-heard")
        case Presentation():
            text = fact.text if fact.value == "other" else words(fact.value)
        case FetalMovement():
            text = words(fact.value)
        case Weight() | FundalHeight() | FetalHeartRate():
            text = words.number(fact.value)
        case _:
            text = ""
    return text


WRITTEN = {"ug/L": "µg/L", "umol/L": "µmol/L"}  # a UCUM unit as people write it


def _laboratory(view: View, words: Words) -> Iterator[Line]:
    for row in view.described.laboratory:
        latest, *earlier = row.results
        before = ", ".join(f"{_result(old.value, words)} ({words.date(old.day)})" for old in earlier)
        value = f"{_result(latest.value, words)} {WRITTEN.get(latest.unit, latest.unit)}".strip()
        yield Line((words.said(row.name), value, words.date(latest.day), before), _sources(row))


def _sources(row: LabRow) -> tuple[str, ...]:
    return tuple(result.source for result in row.results)


def _result(value: str, words: Words) -> str:
    """A decimal point as the language writes it; the digits stay as the laboratory wrote them."""
    if value.replace(".", "", 1).isdigit():
        return value if words.language == "en" else value.replace(".", ",")
    return words.said(value)


def _health(view: View, words: Words) -> Iterator[Line]:
    known = [(row.name, row.critical, row.source) for row in view.described.allergies]
    known += [(row.name, row.critical, row.source) for row in view.described.conditions]
    for written, critical, source in known:
        name = words.said(written)
        yield Line((f"{name} ({words('critical')})" if critical else name,), (source,), strong=critical)


def _care_team(view: View, words: Words) -> Iterator[Line]:
    """Everybody once, although two care teams may name the same."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for row in view.described.care_team:
        roles = map(words.said, row.role.split(", "))
        cells = (words.said(row.name), ", ".join(filter(None, (*roles, row.organization))))
        found[cells] = (*found.get(cells, ()), row.source)
    for cells, sources in found.items():
        yield Line(cells, sources, strong=True)


def _outcome(view: View, words: Words) -> Iterator[Line]:
    for row in view.described.births:
        alone = words("birth-mother") if row.outcome is None else ""
        who = _born(row, words) if row.called else alone
        head = ": ".join(filter(None, (who, words(row.outcome.outcome) if row.outcome else "")))
        told = (
            words.clock(row.outcome.when) if row.outcome else "",
            *(_detail(one, words) for one in row.details),
        )
        yield Line((head, ". ".join(filter(None, told))), row.sources)


def _born(row: Birth, words: Words) -> str:
    """A fetus that was born is a child."""
    born = row.child or (row.outcome is not None and row.outcome.outcome in {LIVE, "stillbirth"})
    return words("child" if born else "fetus", name=row.called)


def _detail(row: Kept, words: Words) -> str:
    if isinstance(row, Amount):
        unit = ITEMS[row.item].unit
        value = f"{words.number(row.value)} {unit if unit.isalpha() else ''}".rstrip()
    else:
        value = words(f"birth-{row.value}") if isinstance(row, Answer) else ""
    return f"{words(row.item)}: {value}"


def _closed(view: View, words: Words) -> Iterator[Line]:
    for row in view.closed:
        yield Line((f"{words.title(row)}, {words.clock(row.first_seen)}",), row.inputs)


CARERS = frozenset({"clinician", "emergency"})
SECTIONS: tuple[Section, ...] = (
    Section(
        "contradictions", contradictory, rests_on=("contradictions",), always=False, place="first", most=4,
    ),
    Section("outcome", _outcome, always=False, place="first"),
    Section(
        "consultations", _consultations,
        ("date", "age", "weight", "blood-pressure", "protein", "fundal-height", "heart", "presentation", "movement", "by"),
        ("consultations",), most=6,
    ),
    Section("background", background, ("group-head", "stated-head"), ("background",), always=False, most=3),
    Section("laboratory", _laboratory, ("analysis", "result", "date", "before"), ("laboratory",), place="left", most=8),
    Section(
        "ultrasound", ultrasound, ("date", "age", "fetus-head", "measured-head", "seen-head"), ("ultrasound",), always=False,
        most=3,
    ),
    Section(
        "nipt", nipt, ("analysis", "result", "date", "follows-head"), ("nipt",), always=False, place="left",
        shown_to=frozenset({"clinician", "citizen"}),
    ),
    Section("rhd", rhd, ("analysis", "result", "date"), ("rhd",), always=False, place="right", most=6),
    Section("birth-places", birth_places, rests_on=("birth-places",), always=False, place="left", most=2, expects=True),
    Section("birth-plan", birth_plan, rests_on=("birth-plan",), place="left", expects=True),
    Section(
        "hers", registered, rests_on=("hers",), always=False, place="left", expects=True,
        shown_to=frozenset({"clinician", "citizen"}),
    ),
    Section("health", _health, rests_on=("allergies", "conditions"), place="right"),
    Section("elsewhere-critical", registered_by_others, always=False, place="right", shown_to=CARERS),
    Section("elsewhere-medicines", medicines, always=False, place="right", shown_to=CARERS, most=12),
    Section("care-team", _care_team, place="right"),
    Section("closed-findings", _closed, always=False, place="right", shown_to=frozenset({"clinician"})),
)  # fmt: skip
