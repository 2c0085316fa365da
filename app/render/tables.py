"""The lower part of the page: measurements with trend, curves, consultations, tests, team and plan.

The columns are those of the paper card: https://www.helsedirektoratet.no/brosjyrer/helsekort-for-gravide
"""

from collections.abc import Iterable

from app.pregnancy.card import View
from app.pregnancy.described import Consultation, LabRow, Series
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
from app.pregnancy.triggers import PROTEIN, is_raised
from app.render.charts import CHARTED, chart
from app.render.markup import Html, el, joined
from app.render.summary import withheld
from app.render.words import Words

TITLED_VISITS = frozenset({"first-visit", "ultrasound", "home-visit", "postpartum-visit"})


def measurements(view: View, words: Words) -> Html:
    """The latest of each kind, with the step from the one before, and three curves."""
    series = view.described.measurements
    hidden = any(not view.assessable(row.kind) for row in series)
    drawn = [drawing for row in series if row.kind in CHARTED and (drawing := chart(row, view, words))]
    return el(
        "section",
        el("h2", words("measurements")),
        withheld(words, key="partly") if hidden else None,
        el("div", *(_tile(row, words) for row in series), class_="tiles") if series else _nothing(words),
        el("div", *drawn, class_="charts") if drawn else None,
        class_="wide",
    )


def _tile(row: Series, words: Words) -> Html:
    name = words(row.kind) + (f" {row.fetus}" if row.fetus else "")
    value = "/".join(map(words.number, row.latest.values))
    return el(
        "div",
        el("p", name, class_="soft small"),
        el("p", value, " ", el("small", row.unit), class_="value"),
        el("p", words.date(row.latest.day), class_="soft small"),
        el("p", *_trend(row, words), class_="small"),
        el("p", words("self-reported"), class_="soft small") if not row.latest.fact.confirmed else None,
        class_="tile",
    )


def _trend(row: Series, words: Words) -> Iterable[Html | str]:
    if not row.complete:
        return [words("not-assessable")]
    if row.previous is None or row.change is None:
        return [el("span", words("only"), class_="soft")]
    steps = [step for step in row.change if step is not None]
    direction = "same" if not any(steps) else "up" if sum(steps) > 0 else "down"
    arrow = {"up": "↑", "down": "↓", "same": "→"}[direction]
    change = "/".join(words.number(step, signed=True) if step else "0" for step in row.change)
    before = "/".join(map(words.number, row.previous.values))
    text = words("change", change=change, before=before, date=words.date(row.previous.day))
    return [el("span", arrow, role="img", aria_label=words(direction)), f" {text}"]


def consultations(view: View, words: Words) -> Html:
    """One line a visit, newest first; on a phone each line is a small card."""
    heads = (
        "date",
        "age",
        "weight",
        "blood-pressure",
        "protein",
        "fundal-height",
        "heart",
        "presentation",
        "movement",
        "by",
    )
    names = [words(head) for head in heads]
    lines = [_line(row, view, words, names) for row in view.described.consultations]
    table = el(
        "table",
        el("thead", el("tr", *(el("th", name, scope="col") for name in names))),
        el("tbody", *lines),
        class_="rows",
    )
    hidden = None if view.assessable("consultations") else withheld(words, key="partly")
    body = el("div", table, class_="scroll") if lines else _nothing(words)
    return el("section", el("h2", words("consultations")), hidden, body, class_="wide")


def _line(row: Consultation, view: View, words: Words, names: list[str]) -> Html:
    age = view.age_on(row.day)
    raised = any(isinstance(fact, BloodPressure) and is_raised(fact) for fact in row.facts)
    positive = any(isinstance(fact, UrineProtein) and fact.grade >= PROTEIN for fact in row.facts)
    visit = row.visit
    kind = words(f"visit-{visit.kind}") if visit and visit.kind in TITLED_VISITS else ""
    by = ", ".join(filter(None, (kind, visit.by, visit.place))) if visit else ""
    cells = [
        words.date(row.day),
        age.short if age else "",
        _cell(row, words, Weight),
        _cell(row, words, BloodPressure),
        _cell(row, words, UrineProtein),
        _cell(row, words, FundalHeight),
        _cell(row, words, FetalHeartRate, FetalHeartActivity),
        _cell(row, words, Presentation),
        _cell(row, words, FetalMovement),
        by,
    ]
    flagged = {3: raised, 4: positive}
    return el(
        "tr",
        *(
            el("td", cell, data_label=name, class_="flag" if flagged.get(index) else None)
            for index, (name, cell) in enumerate(zip(names, cells, strict=True))
        ),
    )


def _cell(row: Consultation, words: Words, *kinds: type[Fact]) -> str:
    texts = (_text(fact, words) for fact in row.facts if isinstance(fact, kinds))
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


def laboratory(view: View, words: Words) -> Html:
    heads = [words("analysis"), words("result"), words("date"), words("before")]
    rows = [_lab(row, words, heads) for row in view.described.laboratory]
    table = el(
        "table",
        el("thead", el("tr", *(el("th", head, scope="col") for head in heads))),
        el("tbody", *rows),
        class_="rows",
    )
    hidden = None if view.assessable("laboratory") else withheld(words, key="partly")
    return el("section", el("h2", words("laboratory")), hidden, table if rows else _nothing(words))


def _lab(row: LabRow, words: Words, heads: list[str]) -> Html:
    latest, *earlier = row.results
    before = ", ".join(f"{_result(old.value, words)} ({words.date(old.day)})" for old in earlier)
    cells = (
        row.name,
        f"{_result(latest.value, words)} {latest.unit}".strip(),
        words.date(latest.day),
        before,
    )
    return el("tr", *(el("td", cell, data_label=head) for head, cell in zip(heads, cells, strict=True)))


def _result(value: str, words: Words) -> str:
    """A decimal point as the language writes it; the digits stay as the laboratory wrote them."""
    return (
        value.replace(".", ",") if words.language != "en" and value.replace(".", "", 1).isdigit() else value
    )


def health(view: View, words: Words) -> Html:
    known = [(row.name, row.critical) for row in view.described.allergies]
    known += [(row.name, row.critical) for row in view.described.conditions]
    critical = el("strong", f" ({words('critical')})")
    rows = [el("li", name, critical if is_critical else None) for name, is_critical in known]
    seen = view.assessable("allergies") and view.assessable("conditions")
    return _listed(words("health"), rows, None if seen else withheld(words, key="partly"), words)


def care_team(view: View, words: Words) -> Html:
    rows = [
        el(
            "li",
            el("strong", row.name),
            el("p", ", ".join(filter(None, (row.role, row.organization))), class_="soft small"),
        )
        for row in view.described.care_team
    ]
    return _listed(words("care-team"), rows, None, words)


def birth_plan(view: View, words: Words) -> Html:
    plan = view.described.birth_plan
    return _listed(words("birth-plan"), [el("li", line) for line in plan.lines] if plan else [], None, words)


def outcome(view: View, words: Words) -> Html | None:
    rows = [
        el("li", joined(f"{words('fetus', name=row.fetus)}: " if row.fetus else None, words(row.outcome)),
           el("p", words.clock(row.when), class_="soft small"))
        for row in view.described.outcomes
    ]  # fmt: skip
    return _listed(words("outcome"), rows, None, words, class_="wide") if rows else None


def closed(view: View, words: Words) -> Html | None:
    if not view.closed:
        return None
    rows = [el("li", f"{words.title(row)}, {words.clock(row.first_seen)}") for row in view.closed]
    return _listed(words("closed-findings"), rows, None, words)


def _listed(
    title: str, rows: list[Html], hidden: Html | None, words: Words, *, class_: str | None = None
) -> Html:
    body = el("ul", *rows, class_="pairs") if rows else _nothing(words)
    return el("section", el("h2", title), hidden, body, class_=class_)


def _nothing(words: Words) -> Html:
    return el("p", words("nothing"), class_="soft")
